import ArgumentParser
import Foundation
import RiskFeatures
import RiskModel
import ScoringPipeline

/// `promoguard features LOG…`
struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Write the feature table as CSV, or describe the features.",
        discussion: """
            A row is an account as known at the end of the logs: account_id, as_of_ms, then a column a feature; \
            what is unknown is empty. The model says who is a suspect in the eyes of those who share things with it. \
            With --labels, a row is a labelled account as known at its as_of_ms, and \
            the last columns are its labels, coupon_abuse and fake_order: a table for train --table.
            """)

    @Argument(help: LogOptions.help, completion: .file())
    var logs: [String] = []

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var model: ModelOptions

    @Flag(help: "Describe every feature: meaning, unit and source.")
    var describe = false

    @Option(
        help: ArgumentHelp(
            "Only the accounts of this labels file, as known at their as_of_ms.", valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var labels: String?

    @Option(
        help: ArgumentHelp("Write to this file (default: standard output).", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var output: String?

    @Option(help: "How --describe prints.")
    var format: OutputFormat?

    @OptionGroup var language: LanguageOptions
    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        if describe {
            guard logs.isEmpty && labels == nil else {
                throw ValidationError("--describe reads no logs: leave them and --labels out")
            }
        } else {
            guard !logs.isEmpty else {
                throw ValidationError("Missing expected argument '<log> ...' (or --describe)")
            }
            guard format == nil || format == .csv else {
                throw ValidationError("the feature table is CSV; --format table and json go with --describe")
            }
        }
    }

    func run() throws {
        if describe {
            return try Terminal.write(
                FeatureDescriptions.text(format ?? .table, language.language, .standardOutput()))
        }
        if let output { try OutputFile.check(output, besides: logs + [labels].compactMap { $0 }) }
        let progress = ProgressLine(verbosity)
        let scorer = try Scorer(model.load(), featureNames: FeatureCatalog.names, path: model.model)
        let table: FeatureTable
        if let labels {
            let replay = try TrainingReplay(
                paths: logs, configuration: reading.configuration(), labels: LabelsCSV.read(labels),
                scorer: scorer, progress: progress.update)
            table = FeatureTable(replay)
        } else {
            table = try FeatureTable(
                paths: logs, configuration: reading.configuration(), scorer: scorer, progress: progress.update
            )
        }
        progress.end()
        if let output {
            var bytes: [UInt8] = []
            table.csv { bytes += $0 }
            try OutputFile(output, bytes: bytes).putInPlace()
        } else {
            try table.csv(Terminal.write)
        }
        if !verbosity.quiet {
            for line in ReadSummary(report: table.read).remarks { Terminal.note(line) }
            if table.forgotten > 0 {
                Terminal.note(
                    table.forgotten == 1
                        ? "1 account was last seen too long before the end to be remembered, and has no row"
                        : "\(table.forgotten) accounts were last seen too long before the end to be remembered, and have no row"
                )
            }
            for remark in LeftOut(subjects: table.missing, firstMs: table.read.firstMs).remarks {
                Terminal.note(remark)
            }
        }
        let summary = ReadSummary(report: table.read)
        summary.complain()
        try summary.exitIfIncomplete()
    }
}
