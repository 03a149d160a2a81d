import RiskFeatures

/// A feature's value with its unit, in both languages.
public enum FeatureValueWords {
    /// - Parameter value: nil for the unknown value.
    public static func phrase(_ feature: String, _ value: Double?) -> Phrase {
        guard let value else { return Phrase(en: "unknown", zh: "未知") }
        guard let unit = FeatureCatalog.definition(named: feature)?.unit else {
            return Phrase(en: NumberText.short(value), zh: NumberText.short(value))
        }
        return Phrase(
            en: ReasonText(.en).formatted(value, unit), zh: ReasonText(.zh).formatted(value, unit))
    }
}
