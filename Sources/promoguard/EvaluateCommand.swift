import ArgumentParser
import Foundation
import Presentation
import RiskFeatures
import RiskModel
import ScoringPipeline

/// `promoguard evaluate --labels CSV LOG…`, `promoguard evaluate --table CSV --label COLUMN`
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model on labels it has not seen: the highest probability an account reached.",
        discussion: """
            Intervals hold 95 of 100 draws of other accounts of the same kind (bootstrap over gangs, with --groups, \
            else over accounts; 500 draws, of more than a million gangs or accounts down to 200). Weeks are those of an account's first costly event, UTC+8.
            """)

    @Argument(help: LogOptions.help, completion: .file())
    var logs: [String] = []

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("Judged accounts: account_id,risk,label[,as_of_ms].", valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var labels: String?

    @OptionGroup var table: TableOptions

    @Option(
        help: ArgumentHelp(
            "Write every row's score to this file (with --table).", valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var scores: String?

    @Option(
        help: ArgumentHelp("A second model, measured beside the first.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var against: String?

    @Option(
        help: ArgumentHelp(
            "CSV with account_id,gang_id: accounts of a gang are drawn together.", valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var groups: String?

    @Option(help: ArgumentHelp("How many accounts a team can look at in a day.", valueName: "count"))
    var reviewPerDay: Double?

    @Option(
        help: ArgumentHelp("Write a report for a browser to this file.", valueName: "html"),
        completion: .file(extensions: ["html"]))
    var report: String?

    @Option(help: "How the figures are printed: table, json or csv (name,value).")
    var format: OutputFormat = .table

    @Flag(help: "Show account ids whole, not only their ends.")
    var unmask = false

    @OptionGroup var language: LanguageOptions
    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        try table.check(logs: logs, labels: labels)
        if let reviewPerDay, !(reviewPerDay > 0 && reviewPerDay.isFinite) {
            throw ValidationError("--review-per-day \(reviewPerDay) is no number of accounts: give 1 or more")
        }
        if let path = table.table {
            guard table.label != nil || scores != nil else {
                throw ValidationError(
                    "--table needs --label COLUMN to measure against, or --scores FILE to score its rows only"
                )
            }
            guard groups == nil else {
                throw ValidationError("--groups goes with logs; give --group COLUMN with --table")
            }
            guard path != "-" || against == nil else {
                throw ValidationError("--against reads the table again: give --table a file, not -")
            }
        } else if scores != nil {
            throw ValidationError("--scores goes with --table; for logs use `promoguard score --scores`")
        }
    }

    func run() throws {
        let inputs = logs + [labels, table.table, groups, model.model, against].compactMap { $0 }
        if let scores { try OutputFile.check(scores, besides: inputs) }
        if let report { try OutputFile.check(report, besides: inputs + [scores].compactMap { $0 }) }
        var summary: ReadSummary?
        let evaluation: Evaluation
        if let path = table.table {
            evaluation = try measureTable(path)
        } else {
            (evaluation, summary) = try measureLogs()
        }
        summary?.complain()

        // A table's rows may only be scored.
        guard !evaluation.heads.isEmpty || (table.table != nil && table.label == nil) else {
            throw NothingMeasured(
                description: "cannot measure \(evaluation.names[0].visible) on \((labels ?? table.table)!): "
                    + evaluation.remarks.joined(separator: "; "))
        }
        let shown: (String) -> String = { unmask ? $0 : Masking.mask($0) }
        if !evaluation.heads.isEmpty || format != .table {
            let text = EvaluationText(
                evaluation: evaluation, reasons: ReasonText(language.language), shown: shown)
            try Terminal.write(
                format.text(EvaluationJSON.value(evaluation, shown: shown))
                    ?? text.rendered(.standardOutput()))
        }
        if let report, !evaluation.heads.isEmpty {
            let page = ReportPage(
                title: Phrase(
                    en: "How well \(evaluation.names[0]) does", zh: "模型 \(evaluation.names[0]) 的评估"),
                source: Phrase(
                    en:
                        "Measured on labels that it did not learn from, unless they are those of its training.",
                    zh: "在未参与训练的标签上评估（除非所给的就是训练时的标签）。"),
                evaluation: evaluation,
                moved: evaluation.models.count == 2
                    ? ModelDifference(from: evaluation.models[1], to: evaluation.models[0]) : nil,
                language: language.language, shown: shown)
            try OutputFile(report, bytes: Array(page.html.utf8)).putInPlace()
        }
        if !verbosity.quiet {
            for remark in evaluation.remarks + (summary?.remarks ?? []) { Terminal.note(remark) }
        }
        try summary?.exitIfIncomplete()
    }

    private func measureLogs() throws -> (Evaluation, ReadSummary) {
        let labelled = try LabelsCSV.read(labels!)
        let gangs = try groups.map { try GangsCSV.read($0) } ?? [:]
        var scorers = [try model.scorer()]
        if let against { scorers.append(try ModelOptions.scorer(against)) }
        let progress = ProgressLine(verbosity)
        let replay = try EvaluationReplay(
            paths: logs, configuration: reading.configuration(), labels: labelled, scorers: scorers,
            progress: progress.update)
        progress.end()
        var evaluation = Evaluation(replay, scorers: scorers, gangs: gangs, reviewPerDay: reviewPerDay)
        let leftOut = LeftOut(subjects: replay.unseen, firstMs: replay.read.firstMs).remarks
        if replay.read.events == 0 {
            evaluation.remarks = ["there is no event in the logs; name others"]
        } else if replay.unseen.count == replay.subjects.count {
            evaluation.remarks = leftOut
        } else {
            evaluation.remarks += leftOut
        }
        return (evaluation, ReadSummary(report: replay.read))
    }

    private func measureTable(_ path: String) throws -> Evaluation {
        var models = [try model.load()]
        if let against { models.append(try ModelOptions.load(against)) }
        var csv = scores.map { _ in CSVWriter() }
        let evaluation = try Evaluation(
            table: path, roles: table.roles, models: models, reviewPerDay: reviewPerDay, scores: &csv)
        if let scores, let csv { try OutputFile(scores, bytes: csv.bytes).putInPlace() }
        return evaluation
    }
}
