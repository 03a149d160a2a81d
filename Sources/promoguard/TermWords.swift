import RiskFeatures
import RiskModel

/// One term of a model in words.
enum TermWords {
    /// Values and what they add, such as "1 h → −0.12 · 5 days → +1.20 · unknown +0.10".
    /// - Parameter slope: the head's calibration, so that the log-odds are calibrated ones.
    static func points(_ term: LogisticModel.Term, slope: Double, _ language: Language) -> String {
        var parts = zip(term.knots, term.points).map { knot, point in
            let value = FeatureValueWords.phrase(term.feature, knot).text(language)
            return "\(value) → \(DifferenceWords.signed(point * slope))"
        }
        if term.missingPoints != 0 {
            let unknown = FeatureValueWords.phrase(term.feature, nil).text(language)
            parts.append("\(unknown) \(DifferenceWords.signed(term.missingPoints * slope))")
        }
        return parts.joined(separator: " · ")
    }

    /// What the feature says; nothing for a table's column, which only its owner knows.
    static func meaning(_ feature: String) -> Phrase {
        guard let definition = FeatureCatalog.definition(named: feature) else {
            return Phrase(en: "", zh: "")
        }
        return Phrase(en: definition.meaning, zh: definition.reason.zh.replacing("{}", with: "…"))
    }
}
