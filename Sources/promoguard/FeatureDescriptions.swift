import Presentation
import RiskFeatures

/// Every feature with meaning, unit and source, for `features --describe`.
enum FeatureDescriptions {
    static func text(_ format: OutputFormat, _ language: Language, _ terminal: Terminal) -> String {
        switch format {
        case .table: table(language).rendered(terminal)
        case .json: JSONValue.lines(FeatureCatalog.all.map(json))
        case .csv:
            CSVText.line([
                "feature", "family", "unit", "meaning", "reason_en", "reason_zh", "source", "needs",
            ])
                + FeatureCatalog.all.map { feature in
                    CSVText.line([
                        feature.name, feature.family.rawValue, feature.unit.rawValue, feature.meaning,
                        feature.reason.en, feature.reason.zh, feature.source,
                        needs(feature).joined(separator: " "),
                    ])
                }.joined()
        }
    }

    private static func table(_ language: Language) -> TerminalTable {
        var table = TerminalTable([
            .init(title: language.pick("feature", "特征")), .init(title: language.pick("unit", "单位")),
            .init(title: language.pick("meaning", "含义"), isFlexible: true),
            .init(title: language.pick("source", "来源"), isFlexible: true),
        ])
        for feature in FeatureCatalog.all {
            table.rows.append([
                .init(feature.name), .init(feature.unit.rawValue),
                .init(language.pick(feature.meaning, feature.reason.zh.replacing("{}", with: "N"))),
                .init(feature.source),
            ])
        }
        return table
    }

    private static func json(_ feature: FeatureDefinition) -> JSONValue {
        .object([
            ("feature", .string(feature.name)), ("family", .string(feature.family.rawValue)),
            ("unit", .string(feature.unit.rawValue)), ("meaning", .string(feature.meaning)),
            ("reason", .object([("en", .string(feature.reason.en)), ("zh", .string(feature.reason.zh))])),
            ("source", .string(feature.source)), ("needs", .array(needs(feature).map { .string($0) })),
        ])
    }

    private static func needs(_ feature: FeatureDefinition) -> [String] { feature.needs.map { "\($0.name)" } }
}
