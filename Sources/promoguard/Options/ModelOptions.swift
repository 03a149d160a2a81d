import ArgumentParser
import RiskFeatures
import RiskModel

/// Which model scores.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Model file (default: the bundled model).", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var model: String?

    /// - Throws: `ModelError`.
    func load() throws -> LogisticModel {
        if let model { return try LogisticModel.load(model) }
        return try LogisticModel.bundled()
    }

    /// The model over this program's features.
    /// - Throws: `ModelError`, also where the model names features that this program does not know.
    func scorer() throws -> Scorer {
        try Scorer(load(), featureNames: FeatureCatalog.names)
    }
}
