import CaseFile
import Foundation
import RiskFeatures

/// Reasons as a person would write them, from the features' own declarations.
struct ReasonText: Sendable {
    let language: Language
    private let definitions: [String: FeatureDefinition]

    init(_ language: Language, definitions: [FeatureDefinition] = FeatureCatalog.all) {
        self.language = language
        self.definitions = Dictionary(definitions.map { ($0.name, $0) }) { first, _ in first }
    }

    /// "37 accounts on this device in a day (usually 1–2)"; a feature this program does not know is shown as
    /// its name and value.
    func sentence(_ reason: FlaggedAccount.Reason) -> String {
        let statement = statement(reason)
        guard let usual = definitions[reason.feature]?.usual.text(language), !usual.isEmpty else {
            return statement
        }
        return language.pick("\(statement) (\(usual))", "\(statement)（\(usual)）")
    }

    /// The sentence without what is usual, for where space is short.
    func statement(_ reason: FlaggedAccount.Reason) -> String {
        guard let definition = definitions[reason.feature] else {
            return "\(reason.feature) = \(plainValue(reason.value))"
        }
        let phrase = definition.reason.text(language)
        guard let value = reason.value else {
            return phrase.replacing("{}", with: "…") + language.pick(": not in the log", "：日志中没有")
        }
        if definition.unit == .flag, value == 0, !phrase.contains("{}") {
            return phrase + language.pick(": no", "：否")
        }
        let text = phrase.replacing("{}", with: formatted(value, definition.unit))
        return language == .en && value == 1 ? singular(text, definition.unit) : text
    }

    /// The value with its unit where the unit is not a thing that the sentence names.
    func formatted(_ value: Double, _ unit: FeatureDefinition.Unit) -> String {
        switch unit {
        case .accounts, .devices, .events, .orders, .addresses, .count, .rank:
            NumberText.decimal(value, places: 1)
        case .milliseconds: NumberText.duration(ms: value, language)
        case .seconds: NumberText.duration(ms: value * 1000, language)
        case .hours: NumberText.duration(ms: value * 3_600_000, language)
        case .days: NumberText.duration(ms: value * 86_400_000, language)
        case .share: NumberText.percent(value)
        case .ratio: NumberText.decimal(value, places: 2)
        case .bits: NumberText.decimal(value, places: 2) + language.pick(" bits", " 比特")
        case .fen: NumberText.yuan(fen: Int64(exactly: value.rounded()) ?? 0)
        case .flag: value == 0 ? language.pick("no", "否") : language.pick("yes", "是")
        }
    }

    /// For beside the sentence, to be compared with the log: `device_accounts_1d = 37`.
    func plainValue(_ value: Double?) -> String {
        guard let value else { return language.pick("not in the log", "日志中没有") }
        return NumberText.decimal(value, places: 4)
    }

    /// "1 accounts" as "1 account": the first word that names the unit.
    private func singular(_ text: String, _ unit: FeatureDefinition.Unit) -> String {
        let word: String? =
            switch unit {
            case .accounts, .devices, .events, .orders: String(unit.rawValue.dropLast())
            case .addresses: "address"
            default: nil
            }
        guard let word, let range = text.firstRange(of: unit.rawValue) else { return text }
        return text.replacingCharacters(in: range, with: word)
    }
}
