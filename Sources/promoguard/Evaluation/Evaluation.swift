import CaseFile
import RiskModel

/// Why nothing could be measured, as one line.
struct NothingMeasured: Error, CustomStringConvertible {
    let description: String
}

/// One or two models, measured.
struct Evaluation {
    /// An account that only one of two models flags for review.
    struct Disagreement {
        var account: String
        var isAbuse: Bool
        /// By model.
        var probabilities: [Double]
        /// Position of the model that flags it.
        var flaggedBy: Int
        /// Why that one does, strongest first.
        var reasons: [FlaggedAccount.Reason]
    }

    /// One head of the models.
    struct Head {
        var measurement: HeadMeasurement
        var disagreements: [Disagreement] = []
    }

    /// At most so many accounts are shown on which two models differ.
    static let mostDisagreements = 20
    /// At most so many reasons are shown for one.
    static let mostReasons = 3

    var models: [LogisticModel]
    /// Told apart, even where both files say the same.
    var names: [String]
    var heads: [Head] = []
    /// What a person should know: heads without figures, accounts left out.
    var remarks: [String] = []

    init(_ models: [LogisticModel]) {
        self.models = models
        names = models.map(\.name)
        if names.count == 2, names[0] == names[1] { names[1] += " (--against)" }
    }
}
