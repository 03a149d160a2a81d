import RiskFeatures
import RiskModel

/// One term of a model in words.
public enum TermWords {
    /// Values and what they add, such as "1 h → −0.12 · 5 days → +1.20 · unknown +0.10".
    /// - Parameter slope: the head's calibration, so that the log-odds are calibrated ones.
    public static func points(_ term: LogisticModel.Term, slope: Double, _ language: Language) -> String {
        var parts = zip(term.knots, term.points).map { knot, point in
            let value = FeatureValueWords.phrase(term.feature, knot).text(language)
            return "\(value) → \(NumberText.signed(point * slope))"
        }
        if term.missingPoints != 0 {
            let unknown = FeatureValueWords.phrase(term.feature, nil).text(language)
            parts.append("\(unknown) \(NumberText.signed(term.missingPoints * slope))")
        }
        return parts.joined(separator: " · ")
    }

    /// A cross's greatest and least point, such as "+1.20 at 5 and 1 h · −0.30 at 0 and 9 days".
    public static func extremes(_ cross: LogisticModel.Cross, slope: Double, _ language: Language) -> String {
        let places = cross.first.knots.indices.flatMap { row in
            cross.second.knots.indices.map {
                (cross.points[row][$0], cross.first.knots[row], cross.second.knots[$0])
            }
        }.sorted { $0.0 > $1.0 }
        return [places.first, places.last].compactMap { $0 }.map { point, first, second in
            let one = FeatureValueWords.phrase(cross.first.feature, first).text(language)
            let other = FeatureValueWords.phrase(cross.second.feature, second).text(language)
            let amount = NumberText.signed(point * slope)
            return language.pick("\(amount) at \(one) and \(other)", "\(one) 且 \(other) 时 \(amount)")
        }.joined(separator: " · ")
    }

    /// What a feature says, or what the two of a cross say together; nothing for a table's columns.
    public static func meaning(_ features: [String]) -> Phrase {
        let meanings = features.map(meaning)
        guard meanings.count == 2, meanings.allSatisfy({ !$0.en.isEmpty }) else {
            return meanings.count == 1 ? meanings[0] : Phrase(en: "", zh: "")
        }
        return Phrase(
            en: "Together, beyond each alone: "
                + meanings.map { $0.en.hasSuffix(".") ? String($0.en.dropLast()) : $0.en }
                .joined(separator: "; ") + ".",
            zh: "两者同时出现时的额外贡献：\(meanings[0].zh)；\(meanings[1].zh)")
    }

    /// What the feature says; nothing for a table's column, which only its owner knows.
    public static func meaning(_ feature: String) -> Phrase {
        guard let definition = FeatureCatalog.definition(named: feature) else {
            return Phrase(en: "", zh: "")
        }
        return Phrase(en: definition.meaning, zh: definition.reason.zh.replacing("{}", with: "…"))
    }
}
