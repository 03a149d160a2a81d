import ArgumentParser
import Foundation
import RiskFeatures
import RiskModel
import ScoringPipeline

/// `promoguard evaluate --labels CSV LOG…`
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model on labels it has not seen: the highest probability an account reached.")

    @OptionGroup var logs: LogOptions
    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("Judged accounts: account_id,risk,label[,as_of_ms].", valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var labels: String

    @Option(
        help: ArgumentHelp("A second model, measured beside the first.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var against: String?

    @Option(help: "How the figures are printed.")
    var format: OutputFormat = .table

    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        guard format != .csv else { throw ValidationError("evaluate prints --format table or json") }
    }

    func run() throws {
        let labelled = try LabelsCSV.read(labels)
        var scorers = [try model.scorer()]
        if let against {
            scorers.append(try Scorer(LogisticModel.load(against), featureNames: FeatureCatalog.names))
        }
        let progress = ProgressLine(verbosity)
        let replay = try EvaluationReplay(
            paths: logs.logs, configuration: logs.configuration, labels: labelled, scorers: scorers,
            progress: progress.update)
        progress.end()
        let summary = ReadSummary(report: replay.read)
        summary.complain()

        let models = scorers.enumerated().map { position, scorer in
            EvaluatedModel(
                name: scorer.model.name,
                heads: Risk.allCases.map { replay.evaluation(model: position, scorer: scorer, risk: $0) })
        }
        switch format {
        case .json: try Terminal.write(FigureTable.json(models).text + "\n")
        default: try Terminal.write(FigureTable(models).table.rendered(.standardOutput()))
        }
        if !verbosity.quiet { tell(replay, models, summary) }
        try summary.exitIfIncomplete()
    }

    private func tell(_ replay: EvaluationReplay, _ models: [EvaluatedModel], _ summary: ReadSummary) {
        for (risk, head) in zip(Risk.allCases, models[0].heads) where head == nil {
            Terminal.note("\(risk.rawValue): no figures, for want of accounts of both labels")
        }
        let unseen = replay.unseen
        if unseen > 0 {
            Terminal.note(
                "\(unseen.counted("labelled account")) left out: nothing in the logs by that time")
        }
        for line in summary.remarks { Terminal.note(line) }
    }
}
