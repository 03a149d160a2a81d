import RiskFeatures

/// The language that reasons, tags and column titles are written in.
public enum Language: String, CaseIterable, Sendable {
    case en, zh

    /// As the locale in the environment says: Chinese for zh, English for all others.
    public init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }
            .first { !$0.isEmpty }
        self = locale?.lowercased().hasPrefix("zh") == true ? .zh : .en
    }

    /// One of two texts.
    public func pick(_ en: String, _ zh: String) -> String { self == .en ? en : zh }
}

extension Phrase {
    public func text(_ language: Language) -> String { language.pick(en, zh) }
}
