import Presentation
import RiskFeatures
import RiskModel
import ScoringPipeline

extension TrainCommand {
    /// Fits a head to a table, whatever its columns are.
    func train(table path: String) throws {
        try checkOutputs(besides: [path])
        let progress = ProgressLine(verbosity)
        progress.update("reading \(path)")
        let data = try TrainingTable(path, roles: table.roles) { name in
            FeatureCatalog.definition(named: name).map {
                TrainingColumn($0, table.label.flatMap(Risk.init) ?? .couponAbuse)
            } ?? TrainingColumn(name)
        }
        let prior = try from.map { try LogisticModel.load($0, requiring: []) }
        let start = try prior?.head(forLabel: table.label).head
        let trainer = try trainer()
        let trained = try trainer.train(data.set, from: start) { progress.update(table.label!, $0) }
        progress.update("\(table.label!): the earlier rows, to judge the later ones")
        let heldOut = HeldOut(
            byGroup: trained.evaluation,
            byTime: TimeSplit(data.set, trainer: trainer, from: start)?.evaluation)
        progress.end()
        let model = LogisticModel(
            name: name ?? defaultName,
            data:
                "\(data.set.count.counted("row")) of a table with \(data.scan.features.count.counted("feature"))",
            commands: madeBy + [CommandRecord.current], label: table.label!, categories: data.scan.categories,
            trained: trained)
        try model.write(to: output)
        try write(report, of: model, from: prior, [(table.label!, trained, data.set, heldOut)])

        if !verbosity.quiet {
            if data.unlabelled > 0 {
                Terminal.note("\(data.unlabelled.counted("row")) without a label, left out")
            }
            for note in data.scan.notes { Terminal.note(note.inWords) }
            tell(table.label!, trained)
            try show([(table.label!, trained, heldOut)])
        }
    }
}

extension TableScan.Note {
    /// One line for a person.
    var inWords: String {
        switch self {
        case .constant(let column): "column \(column.visible) is the same in every row: left out"
        case .duplicate(let column, let first):
            "column \(column.visible) is a copy of \(first.visible): left out"
        case .empty(let column): "column \(column.visible) is empty in every row: left out"
        case .notFinite(let column, let cells, let line):
            "column \(column.visible): \(cells.counted("cell")) infinite or too large, the first in line \(line):"
                + " taken as missing"
        case .noFrequentValue(let column, let values, let example):
            "column \(column.visible) is text, such as \(example.visible), and of its \(values.counted("value"))"
                + " none tells rows apart: left out (--id or --ignore says so beforehand; numbers go without"
                + " thousands separators and units)"
        }
    }
}
