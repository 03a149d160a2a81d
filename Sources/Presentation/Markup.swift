import RiskFeatures

/// A piece of a page: an element, or text in one or both languages. Everything is escaped on the way out, and
/// the result is well-formed XML.
public indirect enum Markup {
    case element(String, [(String, String)], [Markup])
    case text(String)
    /// Nothing around its parts.
    case group([Markup])

    /// An element with text or others in it.
    public static func tag(_ name: String, _ attributes: [(String, String)] = [], _ content: [Markup] = [])
        -> Markup
    {
        .element(name, attributes, content)
    }

    /// Text of which the page shows one language at a time.
    public static func words(_ phrase: Phrase) -> Markup {
        if phrase.en == phrase.zh { return .text(phrase.en) }
        return .group([
            .tag("span", [("lang", "en")], [.text(phrase.en)]),
            .tag("span", [("lang", "zh")], [.text(phrase.zh)]),
        ])
    }

    public static func words(_ en: String, _ zh: String) -> Markup { words(Phrase(en: en, zh: zh)) }

    /// The page's text.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    /// Elements that HTML knows to be empty; any other must be closed by a tag of its own.
    private static let void: Set = [
        "meta", "link", "input", "br", "line", "rect", "circle", "path", "polyline",
    ]

    private func write(to text: inout String) {
        switch self {
        case .text(let content): Markup.escape(content, inAttribute: false, to: &text)
        case .group(let parts): for part in parts { part.write(to: &text) }
        case .element(let name, let attributes, let content):
            text += "<\(name)"
            for (key, value) in attributes {
                text += " \(key)=\""
                Markup.escape(value, inAttribute: true, to: &text)
                text += "\""
            }
            if content.isEmpty, Markup.void.contains(name) {
                text += "/>"
                return
            }
            text += ">"
            for part in content { part.write(to: &text) }
            text += "</\(name)>"
            if ["section", "tr", "figure", "h2", "svg"].contains(name) { text += "\n" }
        }
    }

    /// Quotes stay as they are in text: a style sheet is full of them, and browsers do not unescape it.
    private static func escape(_ content: String, inAttribute: Bool, to text: inout String) {
        for scalar in content.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"" where inAttribute: text += "&quot;"
            // XML has no place for these, not even escaped.
            case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": text += "\u{FFFD}"
            case "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Markup: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self = .text(text) }
}
