/// Why a model cannot be used; its description is one line for people.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The model's file or name.
    public let model: String
    public let problem: Problem

    /// What is wrong with it.
    public enum Problem: Sendable, Equatable {
        case cannotRead(String)
        case cannotWrite(String)
        case notJSON(String)
        case notAModel
        case newerVersion(Int)
        /// Something is absent or has the wrong type, at a path such as `heads.coupon_abuse.terms[3].knots`.
        case malformed(at: String, String)
        case missingHead(Risk)
        /// Scoring logs takes a head of a risk.
        case onlyTableHead(String)
        case noHeadForLabel(String?, heads: [String])
        case notFinite(String)
        case unknownFeatures([String])
        case duplicateTerm(String, feature: String)
        case conflictingTransforms(feature: String)
        /// Knots and points differ in number, or there are none.
        case unevenCurve(String, feature: String)
        case knotsNotAscending(String, feature: String)
        case calibrationNotRising(String)
        case thresholdsOutOfOrder(String, review: Double, high: Double)
    }

    public init(model: String, problem: Problem) {
        self.model = model
        self.problem = problem
    }

    public var description: String {
        let act = if case .cannotWrite = problem { "write" } else { "load" }
        return "cannot \(act) model \(model): \(cause)"
    }

    private var cause: String {
        switch problem {
        case .cannotRead(let why):
            return "\(why); name a file that `promoguard train` wrote"
        case .cannotWrite(let why):
            return "\(why); choose a folder that can be written to"
        case .notJSON(let why):
            return "it is not JSON (\(why)); write it again with `promoguard train`"
        case .notAModel:
            return "it is not a PromoGuard model (no \"format\": \"\(LogisticModel.formatName)\");"
                + " fit one with `promoguard train`"
        case .newerVersion(let version):
            return "it was written by a newer PromoGuard (layout \(version), this build reads up to"
                + " \(LogisticModel.currentVersion)); update PromoGuard or train again"
        case .malformed(let path, let why):
            return "\(path) \(why); correct it or train again"
        case .missingHead(let risk):
            return "it has no head for \(risk.rawValue); train it with labels for that risk"
        case .onlyTableHead(let label):
            return "it learned \(label) from a table and has no head for coupon_abuse or fake_order;"
                + " measure it with `promoguard evaluate --table`"
        case .noHeadForLabel(let label, let heads):
            return
                "it has no head \(label ?? "without a label column"), only \(heads.joined(separator: ", "));"
                + " give --label one of these"
        case .notFinite(let path):
            return "\(path) is not a finite number; correct it or train again"
        case .unknownFeatures(let names):
            let shown = names.prefix(12).joined(separator: ", ")
            let rest = names.count > 12 ? " and \(names.count - 12) more" : ""
            return "this build does not know its feature\(names.count == 1 ? "" : "s") \(shown)\(rest);"
                + " use the PromoGuard that wrote it or train again"
        case .duplicateTerm(let risk, let feature):
            return "\(risk) has two terms for \(feature); remove one"
        case .conflictingTransforms(let feature):
            return "the heads transform \(feature) differently; give it one transform"
        case .unevenCurve(let risk, let feature):
            return "\(risk) must have as many points as knots, and at least one, for \(feature);"
                + " correct it or train again"
        case .knotsNotAscending(let risk, let feature):
            return
                "the knots of \(risk) for \(feature) do not ascend in steps that can be told apart;"
                + " correct them or train again"
        case .calibrationNotRising(let risk):
            return "the calibration slope of \(risk) is not above 0; correct it or train again"
        case .thresholdsOutOfOrder(let risk, let review, let high):
            return "the thresholds of \(risk) are review \(review) and high \(high),"
                + " but 0 < review < high < 1 must hold; correct them"
        }
    }
}
