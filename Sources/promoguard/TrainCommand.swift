import ArgumentParser
import Foundation
import Presentation
import RiskFeatures
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

    @Argument(help: LogOptions.help, completion: .file())
    var logs: [String] = []

    @OptionGroup var reading: ReadingOptions

    @Option(
        help: ArgumentHelp("Judged accounts: account_id,risk,label[,as_of_ms].", valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var labels: String?

    @OptionGroup var table: TableOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where the model goes.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var output: String

    @Option(help: ArgumentHelp("The model's name (default: that of the output file).", valueName: "name"))
    var name: String?

    @Option(
        name: .customLong("l2"),
        help: ArgumentHelp(
            "Penalty on the curves, or with --from on moving them (default: chosen by cross-validation).",
            valueName: "penalty"))
    var penalty: Double?

    @Option(
        help: ArgumentHelp(
            "Most straight pieces of a feature's curve (default: chosen by cross-validation).",
            valueName: "count"))
    var segments: Int?

    @Option(help: ArgumentHelp("Most pairs of features with a grid of their own.", valueName: "count"))
    var crosses = LogisticTrainer.Options().crosses

    @Option(
        help: ArgumentHelp(
            "Most rows to learn from; of more, those of good accounts are thinned out.", valueName: "count"))
    var maximumRows = LogisticTrainer.Options().maximumRows

    @Option(
        help: ArgumentHelp(
            "The labels hold this share of the good accounts, drawn by chance: each stands for as many.",
            valueName: "share"))
    var goodShare = 1.0

    @Option(
        help: ArgumentHelp(
            "What abuse weighs while weights are learned, over what it is; probabilities stay true.",
            valueName: "times"))
    var positiveWeight = LogisticTrainer.Options().positiveWeight

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

    @Option(
        help: ArgumentHelp("Write a report for a browser to this file.", valueName: "html"),
        completion: .file(extensions: ["html"]))
    var report: String?

    @Option(help: "How the figures are printed: table, json or csv (name,value).")
    var format: OutputFormat = .table

    @OptionGroup var language: LanguageOptions
    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        try table.check(logs: logs, labels: labels)
        guard table.table == nil || table.label != nil else {
            throw ValidationError(
                "--table needs --label COLUMN: which column says 1 for abuse and 0 for none?")
        }
        if let segments, !(1...32).contains(segments) {
            throw ValidationError("--segments \(segments) is out of range: give 1 to 32")
        }
        if !(0...40).contains(crosses) {
            throw ValidationError("--crosses \(crosses) is out of range: give 0 to 40")
        }
        if maximumRows < 1000 {
            throw ValidationError("--maximum-rows \(maximumRows) is too few: give at least 1000")
        }
        if let penalty, !(penalty > 0 && penalty <= 1e9) {
            throw ValidationError("--l2 \(penalty) is no penalty: give a number above 0, up to a billion")
        }
        guard goodShare > 0, goodShare <= 1 else {
            throw ValidationError("--good-share \(goodShare) is no share: give a number above 0, up to 1")
        }
        guard positiveWeight > 0, positiveWeight <= 1e6 else {
            throw ValidationError(
                "--positive-weight \(positiveWeight) is no weight: give a number above 0, up to a million")
        }
        guard positiveWeight == 1 || from == nil else {
            throw ValidationError(
                "--positive-weight goes without --from: few labels keep the calibration that would undo it")
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

    /// The model to start from may be written over.
    func checkOutputs(besides inputs: [String]) throws {
        try OutputFile.check(output, besides: inputs)
        if let report { try OutputFile.check(report, besides: inputs + [output] + [from].compactMap { $0 }) }
    }

    func run() throws {
        if let path = table.table { return try train(table: path) }
        let labelled = try LabelsCSV.read(labels!)
        let gangs = try groups.map { try GangsCSV.read($0) } ?? [:]
        let prior = try from.map { try LogisticModel.load($0) }
        try checkOutputs(besides: logs + [labels!, groups].compactMap { $0 })

        let progress = ProgressLine(verbosity)
        let replay = try TrainingReplay(
            paths: logs, configuration: reading.configuration(), labels: labelled,
            bystanders: prior == nil ? 0 : 4000,
            scorer: try prior.map { try Scorer($0, featureNames: FeatureCatalog.names, path: from) },
            progress: progress.update)
        progress.end()
        let summary = ReadSummary(report: replay.read)
        summary.complain()
        if !verbosity.quiet { tell(replay, summary) }

        let trainer = try trainer()
        var trained: [Risk: TrainedHead] = [:]
        var sets: [Risk: TrainingSet] = [:]
        var heldOut: [Risk: HeldOut] = [:]
        let judged = Set(labelled.map(\.risk))
        for risk in Risk.allCases {
            let set = replay.trainingSet(
                risk, gangs: gangs, seed: seed, asJudged: prior != nil, losesFields: prior == nil)
            // Who judged only one risk has nothing against the other head, and may want none.
            if set.count == 0, prior?.heads[risk] != nil || !judged.contains(risk) { continue }
            do {
                trained[risk] = try trainer.train(
                    set, from: prior?.heads[risk], bystanders: replay.bystanders,
                    accountsPerBystander: replay.accountsPerBystander
                ) { progress.update(risk.rawValue, $0) }
            } catch {
                throw UntrainedHead(risk: risk, isOnlyOne: judged.count == 1, error: error)
            }
            progress.update("\(risk.rawValue): the earlier accounts, to judge the later ones")
            let later = TimeSplit(
                set, trainer: trainer, from: prior?.heads[risk], bystanders: replay.bystanders,
                accountsPerBystander: replay.accountsPerBystander)
            heldOut[risk] = HeldOut(byGroup: trained[risk]!.evaluation, byTime: later?.evaluation)
            sets[risk] = set
        }
        if trained.isEmpty { throw TrainingError.noRows }
        let kept = (prior?.heads ?? [:]).filter { trained[$0.key] == nil }
        let canReadAgain = replay.read.sources.allSatisfy(\.isRegular)
        var population: PopulationCount?
        if canReadAgain {
            if prior == nil {
                trained = try trainer.addingCompany(
                    to: trained, paths: logs, configuration: reading.configuration(), labels: labelled,
                    gangs: gangs, seed: seed, progress: progress.update)
            }
            let outOfFold = try OutOfFoldReplay(
                paths: logs, configuration: reading.configuration(), labels: labelled, trained: trained,
                gangs: gangs, seed: seed, progress: progress.update)
            for (risk, scores) in outOfFold.scores {
                if let settled = trainer.settle(trained[risk]!, on: scores, days: outOfFold.days) {
                    trained[risk] = settled
                }
            }
            population = outOfFold.population
        }
        progress.end()
        var model = LogisticModel(
            name: name ?? defaultName, data: description(of: replay),
            commands: madeBy + [CommandRecord.current],
            trained: trained)
        for risk in trained.keys { model.heads[risk]?.population = population?.population(risk) }
        model.heads.merge(kept) { $1 }
        try model.write(to: output)
        try write(report, of: model, from: prior, trained.map { ($0.rawValue, $1, sets[$0]!, heldOut[$0]!) })

        if !verbosity.quiet {
            if !canReadAgain {
                Terminal.note(
                    "a pipe can be read once only, so the thresholds come from some of each account's events and"
                        + " flag a little too much; train from files")
            }
            for risk in Risk.allCases {
                if kept[risk] != nil {
                    Terminal.note("\(risk.rawValue): no labels, so its head stays as it was")
                } else if trained[risk] == nil {
                    Terminal.note(
                        "\(risk.rawValue): no labels, so the model has no head for it and flags nobody for it;"
                            + " label some accounts, or start from a model with --from")
                }
                if let trained = trained[risk] { tell(risk.rawValue, trained) }
            }
            try show(trained.map { ($0.rawValue, $1, heldOut[$0]!) })
        }
        try summary.exitIfIncomplete()
    }

    /// Learns as the options say.
    func trainer() throws -> LogisticTrainer {
        var options = LogisticTrainer.Options()
        if let penalty { (options.penalties, options.priorPenalties) = ([penalty], [penalty]) }
        if let segments { options.segments = [segments] }
        options.crosses = crosses
        options.maximumRows = maximumRows
        options.selects = !keepAll
        options.goodWeight = 1 / goodShare
        options.positiveWeight = positiveWeight
        if let rule = try reviewRule() { options.review = rule }
        return LogisticTrainer(options: options)
    }

    /// The figures of each head, by its name.
    func show(_ trained: [(name: String, head: TrainedHead, heldOut: HeldOut)]) throws {
        let heads = trained.sorted { $0.name < $1.name }
        if format == .table {
            Terminal.note("out of fold, an account's highest probability against its label:")
        }
        let figures = FigureTable(
            heads.map { FigureTable.Column(title: $0.name, figures: $0.head.evaluation.figures) })
        let splits = heads.map { (name: $0.name, heldOut: $0.heldOut) }
        let json = JSONValue.object(figures.members + [("splits", HeldOut.json(splits))])
        if let text = format.text(json) { return try Terminal.write(text) }
        let terminal = Terminal.standardOutput()
        try Terminal.write(
            figures.table.rendered(terminal) + "\n" + HeldOut.table(splits).rendered(terminal))
    }

    /// The output file's name without its folder and ending.
    var defaultName: String {
        URL(fileURLWithPath: output).deletingPathExtension().lastPathComponent
    }

    private func description(of replay: TrainingReplay) -> String {
        let events = replay.read.events.counted("event")
        let accounts = replay.snapshotCounts.count { $0 > 0 }.counted("labelled account")
        return "\(accounts) in \(events)"
    }

    private func tell(_ replay: TrainingReplay, _ summary: ReadSummary) {
        let seen = replay.snapshotCounts.count { $0 > 0 }
        Terminal.note(
            "\(replay.read.events.counted("event")), \(seen.counted("labelled account")), "
                + replay.snapshots.count.counted("snapshot"))
        for remark in LeftOut(subjects: replay.unseen, firstMs: replay.read.firstMs).remarks {
            Terminal.note(remark)
        }
        for line in summary.remarks { Terminal.note(line) }
    }

    /// What was odd, and how far a model moved.
    func tell(_ name: String, _ trained: TrainedHead) {
        for note in trained.notes { Terminal.note("\(name): \(note)") }
        guard !trained.moves.isEmpty else { return }
        let moved = trained.moves.filter { $0.most >= Self.smallestMove }
        for move in moved.prefix(Self.mostMoves) {
            Terminal.note(
                "\(name): \(move.feature) moved by \(NumberText.fixed(move.most, places: 2)), its range from"
                    + " \(NumberText.fixed(move.before, places: 2)) to \(NumberText.fixed(move.after, places: 2))"
            )
        }
        let rest = moved.dropFirst(Self.mostMoves).first.map {
            "; those not shown by \(NumberText.fixed($0.most, places: 2)) or less"
        }
        Terminal.note("\(name): \(moved.count) of \(trained.moves.count) curves and grids moved\(rest ?? "")")
    }

    /// In log-odds; a smaller move is none.
    private static let smallestMove = 0.005
    private static let mostMoves = 8
}

/// Why the head of one risk cannot be fitted, as one line that names it.
struct UntrainedHead: Error, CustomStringConvertible {
    let risk: Risk
    /// Whether nobody judged another.
    let isOnlyOne: Bool
    let error: TrainingError

    var description: String {
        let cause = "\(error)".replacing(
            "cannot train", with: "cannot train \(risk.rawValue)", maxReplacements: 1)
        return isOnlyOne ? cause : cause + "; without its rows the other risk is trained alone"
    }
}
