import ArgumentParser
import Foundation
import RiskModel
import ScoringPipeline

/// `promoguard train --labels CSV LOG… --output MODEL`
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Fit a model: replay labelled accounts through the same features that score them.",
        discussion: """
            The labels file has the header account_id,risk,label and optionally as_of_ms: such a row trains on what \
            was known at that time and on nothing later. The same input gives the same model, byte for byte.
            """)

    @OptionGroup var logs: LogOptions

    @Option(
        help: ArgumentHelp("Judged accounts: account_id,risk,label[,as_of_ms].", valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var labels: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var output: String

    @Option(help: ArgumentHelp("The model's name (default: that of the output file).", valueName: "name"))
    var name: String?

    @Option(
        name: .customLong("l2"),
        help: ArgumentHelp(
            "Penalty on the curves (default: chosen by cross-validation).", valueName: "penalty"))
    var penalty: Double?

    @Option(
        help: ArgumentHelp(
            "Most straight pieces of a feature's curve (default: chosen by cross-validation).",
            valueName: "count"))
    var segments: Int?

    @Option(help: ArgumentHelp("Most pairs of features with a grid of their own.", valueName: "count"))
    var crosses = LogisticTrainer.Options().crosses

    @Flag(help: "Keep every feature, whether it pays or not.")
    var keepAll = false

    @Option(
        help: ArgumentHelp(
            "CSV with account_id,gang_id: a gang is never split between training and testing.",
            valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var groups: String?

    @Option(
        help: ArgumentHelp(
            "A model to start from: few labels then move it as far as they can carry.", valueName: "model"),
        completion: .file(extensions: ["json"]))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Flag for review as many accounts a day as a team can see to, for each risk.", valueName: "n"))
    var reviewPerDay: Double?

    @Option(
        help: ArgumentHelp(
            "Flag for review while this share of the flagged is abuse, 0 to 1.", valueName: "share"))
    var precision: Double?

    @Option(
        help: ArgumentHelp("What looking at a good account costs; with --cost-missed.", valueName: "yuan"))
    var costFalseAlarm: Double?

    @Option(help: ArgumentHelp("What missing an abuser costs; with --cost-false-alarm.", valueName: "yuan"))
    var costMissed: Double?

    @Option(help: "Decides which accounts are tested together in cross-validation.")
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "A command that made the logs, for the model's record; may be repeated.", valueName: "command"))
    var madeBy: [String] = []

    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        if let segments, !(1...32).contains(segments) {
            throw ValidationError("--segments \(segments) is out of range: give 1 to 32")
        }
        if !(0...32).contains(crosses) {
            throw ValidationError("--crosses \(crosses) is out of range: give 0 to 32")
        }
        if let penalty, !(penalty > 0 && penalty.isFinite) {
            throw ValidationError("--l2 \(penalty) is no penalty: give a number above 0")
        }
        _ = try reviewRule()
    }

    /// From which probability to flag for review; nil for the usual.
    private func reviewRule() throws -> ReviewRule? {
        var rules: [ReviewRule] = []
        if let reviewPerDay {
            guard reviewPerDay > 0 else {
                throw ValidationError(
                    "--review-per-day \(reviewPerDay) is no number of accounts: give one above 0")
            }
            rules.append(.perDay(reviewPerDay))
        }
        if let precision {
            guard precision > 0, precision < 1 else {
                throw ValidationError("--precision \(precision) is no share: give a number between 0 and 1")
            }
            rules.append(.precision(precision))
        }
        if costFalseAlarm != nil || costMissed != nil {
            guard let costFalseAlarm, let costMissed, costFalseAlarm > 0, costMissed > 0 else {
                throw ValidationError("--cost-false-alarm and --cost-missed go together, both above 0")
            }
            rules.append(.costs(falseAlarm: costFalseAlarm, missed: costMissed))
        }
        guard rules.count < 2 else {
            throw ValidationError(
                "--review-per-day, --precision and the two costs exclude each other: give one")
        }
        return rules.first
    }

    func run() throws {
        let labelled = try LabelsCSV.read(labels)
        let gangs = try groups.map { try GangsCSV.read($0) } ?? [:]
        let prior = try from.map { try LogisticModel.load($0) }
        try OutputFile.check(output)

        let progress = ProgressLine(verbosity)
        let replay = try TrainingReplay(
            paths: logs.logs, configuration: logs.configuration, labels: labelled, progress: progress.update)
        progress.end()
        let summary = ReadSummary(report: replay.read)
        summary.complain()

        var options = LogisticTrainer.Options()
        if let penalty { options.penalties = [penalty] }
        if let segments { options.segments = [segments] }
        options.crosses = crosses
        options.selects = !keepAll
        if let rule = try reviewRule() { options.review = rule }
        let trainer = LogisticTrainer(options: options)
        var trained: [Risk: TrainedHead] = [:]
        for risk in Risk.allCases {
            trained[risk] = try trainer.train(
                replay.trainingSet(risk, gangs: gangs, seed: seed), from: prior?.heads[risk]
            ) {
                progress.update("\(risk.rawValue): \($0)")
            }
        }
        progress.end()
        let model = LogisticModel(
            name: name ?? defaultName, data: description(of: replay),
            commands: madeBy + [CommandRecord.current],
            trained: trained)
        try model.write(to: output)

        if !verbosity.quiet {
            tell(replay, summary)
            for risk in Risk.allCases { tell(risk, trained[risk]!) }
            Terminal.note("out of fold, an account's highest probability against its label:")
            let columns = Risk.allCases.map {
                FigureTable.Column(title: $0.rawValue, figures: trained[$0]?.evaluation.figures ?? [])
            }
            try Terminal.write(FigureTable(columns).table.rendered(.standardOutput()))
        }
        try summary.exitIfIncomplete()
    }

    /// The output file's name without its folder and ending.
    private var defaultName: String {
        URL(fileURLWithPath: output).deletingPathExtension().lastPathComponent
    }

    private func description(of replay: TrainingReplay) -> String {
        let events = replay.read.events.counted("event")
        let accounts = replay.snapshotCounts.count { $0 > 0 }.counted("labelled account")
        return "\(accounts) in \(events)"
    }

    private func tell(_ replay: TrainingReplay, _ summary: ReadSummary) {
        let counts = replay.snapshotCounts
        let unseen = counts.count { $0 == 0 }
        Terminal.note(
            "\(replay.read.events.counted("event")), \((counts.count - unseen).counted("labelled account")), "
                + replay.snapshots.count.counted("snapshot"))
        if let first = counts.firstIndex(of: 0) {
            Terminal.note(
                "\(unseen.counted("labelled account")) left out, the first of them"
                    + " \(replay.subjects[first].accountID.visible): nothing in the logs by that time; check account_id"
                    + " and as_of_ms")
        }
        for line in summary.remarks { Terminal.note(line) }
    }

    private func tell(_ risk: Risk, _ trained: TrainedHead) {
        for note in trained.notes { Terminal.note("\(risk.rawValue): \(note)") }
        for move in trained.moves.prefix(8) where move.most >= 0.005 {
            Terminal.note(
                "\(risk.rawValue): \(move.feature) moved by \(NumberText.fixed(move.most, places: 2)), its range from"
                    + " \(NumberText.fixed(move.before, places: 2)) to \(NumberText.fixed(move.after, places: 2))"
            )
        }
    }
}
