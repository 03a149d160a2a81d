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
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Elements that HTML knows to be empty; any other must be closed by a tag of its own.
    private static let void: Set = [
        "meta", "link", "input", "br", "line", "rect", "circle", "path", "polyline",
    ]

    /// Elements after which a line ends.
    private static let ending: Set = ["section", "tr", "figure", "h2", "svg"]

    private func write(to text: inout [UInt8]) {
        switch self {
        case .text(let content): Markup.escape(content, inAttribute: false, to: &text)
        case .group(let parts): for part in parts { part.write(to: &text) }
        case .element(let name, let attributes, let content):
            text.append(UInt8(ascii: "<"))
            text += name.utf8
            for (key, value) in attributes {
                text.append(UInt8(ascii: " "))
                text += key.utf8
                text += "=\"".utf8
                Markup.escape(value, inAttribute: true, to: &text)
                text.append(UInt8(ascii: "\""))
            }
            if content.isEmpty, Markup.void.contains(name) {
                text += "/>".utf8
                return
            }
            text.append(UInt8(ascii: ">"))
            for part in content { part.write(to: &text) }
            text += "</".utf8
            text += name.utf8
            text.append(UInt8(ascii: ">"))
            if Markup.ending.contains(name) { text.append(UInt8(ascii: "\n")) }
        }
    }

    /// Quotes stay as they are in text: a style sheet is full of them, and browsers do not unescape it.
    private static func escape(_ content: String, inAttribute: Bool, to text: inout [UInt8]) {
        for byte in content.utf8 {
            switch byte {
            case UInt8(ascii: "&"): text += "&amp;".utf8
            case UInt8(ascii: "<"): text += "&lt;".utf8
            case UInt8(ascii: ">"): text += "&gt;".utf8
            case UInt8(ascii: "\"") where inAttribute: text += "&quot;".utf8
            // XML has no place for control characters, nor for U+FFFE and U+FFFF, not even escaped.
            case 0..<0x20 where byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\t"):
                text += "\u{FFFD}".utf8
            case 0xBE...0xBF where text.suffix(2) == [0xEF, 0xBF]: text.append(0xBD)
            default: text.append(byte)
            }
        }
    }
}

extension Markup: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self = .text(text) }
}
