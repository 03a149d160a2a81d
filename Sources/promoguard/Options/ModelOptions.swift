import ArgumentParser
import RiskFeatures
import RiskModel

/// Which model scores.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Model file (default: the bundled model).", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var model: String?

    /// Where a report on the model is looked for: beside it, `mine.report.html` for `mine.json`.
    var report: String? {
        model.map { ($0.hasSuffix(".json") ? String($0.dropLast(5)) : $0) + ".report.html" }
    }

    /// - Throws: `ModelError`.
    func load() throws -> LogisticModel { try ModelOptions.load(model) }

    /// The model over this program's features.
    /// - Throws: `ModelError`, also where the model names features that this program does not know.
    func scorer() throws -> Scorer { try ModelOptions.scorer(model) }

    /// - Parameter path: the bundled model where nil.
    static func load(_ path: String?) throws(ModelError) -> LogisticModel {
        if let path { return try LogisticModel.load(path, requiring: []) }
        return try LogisticModel.bundled()
    }

    /// The model over this program's features, for logs.
    static func scorer(_ path: String?) throws(ModelError) -> Scorer {
        let model = try load(path)
        if model.heads.isEmpty, let table = model.table {
            throw ModelError(model: path ?? model.name, problem: .onlyTableHead(table.label))
        }
        return try Scorer(model, featureNames: FeatureCatalog.names, path: path)
    }
}
