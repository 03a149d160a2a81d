import CaseFile
import Foundation
import RiskFeatures

/// Reasons as a person would write them, from the features' own declarations.
public struct ReasonText: Sendable {
    /// What a feature's declaration says of how its value is told.
    public struct Wording: Sendable {
        public var unit: FeatureDefinition.Unit
        public var reason: Phrase
        public var usual: Phrase
        /// Whether a person would take a value as speaking against the account.
        public var isTelling: @Sendable (Double) -> Bool

        public init(
            unit: FeatureDefinition.Unit, reason: Phrase, usual: Phrase,
            isTelling: @escaping @Sendable (Double) -> Bool = { _ in true }
        ) {
            self.unit = unit
            self.reason = reason
            self.usual = usual
            self.isTelling = isTelling
        }
    }

    public let language: Language
    /// By the feature's name.
    private let wordings: [String: Wording]

    public init(_ language: Language, wordings: [String: Wording]) {
        self.language = language
        self.wordings = wordings
    }

    /// Words for the features that this program knows.
    public init(_ language: Language) {
        let wordings = FeatureCatalog.all.map { definition in
            (
                definition.name,
                Wording(
                    unit: definition.unit, reason: definition.reason, usual: definition.usual,
                    isTelling: definition.isTelling)
            )
        }
        self.init(language, wordings: Dictionary(wordings) { first, _ in first })
    }

    /// The reasons that speak against the account in a way that a person sees in their values: what is unknown, or
    /// usual, may have raised the score a little and explains nothing. The strongest alone when there are none.
    public func telling(_ reasons: [FlaggedAccount.Reason]) -> [FlaggedAccount.Reason] {
        let against = reasons.filter { $0.contribution > 0 }
        let told = against.filter { reason in
            guard let value = reason.value else { return false }
            return wordings[reason.feature]?.isTelling(value) ?? true
        }
        return told.isEmpty ? Array(against.prefix(1)) : told
    }

    /// "37 accounts on this device in a day (usually 1–2)"; a feature this program does not know is shown as
    /// its name and value.
    public func sentence(_ reason: FlaggedAccount.Reason) -> String {
        if let excuse = excuse(reason) { return excuse }
        let statement = statement(reason)
        guard reason.value != nil, let usual = wordings[reason.feature]?.usual.text(language), !usual.isEmpty
        else {
            return statement
        }
        // A sentence that ends in parentheses takes what is usual into them.
        switch statement.last {
        case ")": return "\(statement.dropLast()); \(usual))"
        case "）": return "\(statement.dropLast())；\(usual)）"
        default: return language.pick("\(statement) (\(usual))", "\(statement)（\(usual)）")
        }
    }

    /// What an ordinary customer shows; empty where it is not told.
    public func usual(_ reason: FlaggedAccount.Reason) -> String {
        reason.value == nil ? "" : wordings[reason.feature]?.usual.text(language) ?? ""
    }

    /// The reasons that speak for the account, because it shares with honest people what it shares, strongest first.
    public func excusing(_ reasons: [FlaggedAccount.Reason]) -> [FlaggedAccount.Reason] {
        reasons.filter { excuse($0) != nil }.sorted { $0.contribution < $1.contribution }
    }

    /// "looks like a shop's tablet: 83% of payments on this device are from a payer of the account's own"; nil where a
    /// reason speaks against the account, or shows no such hub.
    public func excuse(_ reason: FlaggedAccount.Reason) -> String? {
        guard reason.contribution < 0, let value = reason.value,
            let sign = InnocentHub.sign(reason.feature, value), let unit = wordings[reason.feature]?.unit
        else { return nil }
        let said = sign.phrase.text(language).replacing("{}", with: formatted(value, unit))
        let hub = sign.hub.name.text(language)
        return language.pick("looks like \(hub): \(said)", "像是\(hub)：\(said)")
    }

    /// The sentence without what is usual, for where space is short.
    public func statement(_ reason: FlaggedAccount.Reason) -> String {
        guard let wording = wordings[reason.feature] else {
            return "\(reason.feature) = \(plainValue(reason.value))"
        }
        let phrase = wording.reason.text(language)
        guard let value = reason.value else {
            return language.pick("not known: ", "未知：") + phrase.replacing("{}", with: "…")
        }
        if wording.unit == .flag, value == 0, !phrase.contains("{}") {
            return phrase + language.pick(": no", "：否")
        }
        let number = formatted(value, wording.unit)
        if language == .en, number == "1" { return ReasonText.singular(phrase) }
        // Chinese sets a space beside a number, none between words: "3 分钟" + " 即领取".
        let endsInWord = number.last.map { CellWidth.of($0) == 2 } ?? false
        return (endsInWord ? phrase.replacing("{} ", with: "{}") : phrase).replacing("{}", with: number)
    }

    /// The value with its unit where the unit is not a thing that the sentence names.
    public func formatted(_ value: Double, _ unit: FeatureDefinition.Unit) -> String {
        switch unit {
        case .accounts, .devices, .events, .orders, .addresses, .count, .rank:
            NumberText.decimal(value, places: 1)
        case .milliseconds: NumberText.duration(ms: value, language)
        case .seconds: NumberText.duration(ms: value * 1000, language)
        case .hours: NumberText.duration(ms: value * 3_600_000, language)
        case .days where abs(value) < 1: NumberText.duration(ms: value * 86_400_000, language)
        case .days:
            NumberText.decimal(value, places: 1)
                + language.pick(value == 1 ? " day" : " days", " 天")
        case .share: NumberText.percent(value)
        case .ratio, .bits: NumberText.decimal(value, places: 2)
        case .fen: NumberText.yuan(fen: Int64(exactly: value.rounded()) ?? 0)
        case .flag: value == 0 ? language.pick("no", "否") : language.pick("yes", "是")
        }
    }

    /// For beside the sentence, to be compared with the log: `device_accounts_1d = 37`.
    public func plainValue(_ value: Double?) -> String {
        guard let value else { return language.pick("not in the log", "日志中没有") }
        return NumberText.decimal(value, places: 4)
    }

    /// The phrase with 1 for its value, and the thing counted in the singular: "{} new accounts" as "1 new
    /// account". It stands among the two words after the value.
    private static func singular(_ phrase: String) -> String {
        var words = phrase.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        if let value = words.firstIndex(of: "{}") {
            let following = (value + 1..<words.endIndex).prefix(2)
            let notPlural: Set = ["its", "is", "this", "has", "was", "address", "less"]
            if let noun = following.first(where: {
                words[$0].hasSuffix("s") && !notPlural.contains(words[$0])
            }),
                !following.prefix(while: { $0 <= noun }).contains(where: { words[$0] == "of" })
            {
                words[noun] = words[noun] == "addresses" ? "address" : String(words[noun].dropLast())
            }
        }
        return words.joined(separator: " ").replacing("{}", with: "1")
    }
}
