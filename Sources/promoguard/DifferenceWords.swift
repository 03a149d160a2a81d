import Presentation
import RiskFeatures
import RiskModel

/// One change between two models, in words.
struct DifferenceWords {
    let what: Phrase
    /// Where the change is greatest.
    let value: Phrase
    /// What the feature says, or both of a pair.
    let meaning: Phrase

    init(_ change: ModelDifference.Change) {
        what =
            switch change.kind {
            case .added: Phrase(en: "new", zh: "新增")
            case .removed: Phrase(en: "gone", zh: "移除")
            case .moved where change.old * change.new < 0: Phrase(en: "turned round", zh: "方向相反")
            case .moved where abs(change.new) > abs(change.old): Phrase(en: "stronger", zh: "增强")
            case .moved: Phrase(en: "weaker", zh: "减弱")
            }
        let values = zip(change.features, change.values).map { FeatureValueWords.phrase($0, $1) }
        value = Phrase(
            en: values.map(\.en).joined(separator: " and "), zh: values.map(\.zh).joined(separator: " 且 "))
        meaning = TermWords.meaning(change.features)
    }
}
