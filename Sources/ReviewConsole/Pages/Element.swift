import Presentation

/// An element by what a style sheet would call it: `element("td.number", …)`.
/// - Parameters:
///   - selector: a name, then classes, each after a dot.
///   - attributes: those with an empty name are left out.
func element(
    _ selector: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: Markup...
) -> Markup {
    element(selector, attributes, of: content)
}

/// The same with parts that are a list already.
func element(
    _ selector: String, _ attributes: KeyValuePairs<String, String> = [:], of content: [Markup]
) -> Markup {
    let (dot, space) = (UInt8(ascii: "."), UInt8(ascii: " "))
    let name = selector.utf8.prefix { $0 != dot }
    let classes = selector.utf8.dropFirst(name.count + 1).map { $0 == dot ? space : $0 }
    var all: [(String, String)] =
        classes.isEmpty ? [] : [("class", String(decoding: classes, as: UTF8.self))]
    for (name, value) in attributes where !name.isEmpty { all.append((name, value)) }
    return .tag(String(Substring(name)), all, content)
}

extension Markup {
    static var nothing: Markup { .group([]) }
}

/// Shapes of SVG, in the drawing's own units.
enum Draw {
    static func svg(
        width: Double, height: Double, label: String, style: String = "", _ content: [Markup]
    ) -> Markup {
        element(
            style.isEmpty ? "svg" : "svg." + style,
            [
                "viewBox": "0 0 \(Plot.number(width)) \(Plot.number(height))", "role": "img",
                "aria-label": label,
            ], of: content)
    }

    static func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, title: String = ""
    ) -> Markup {
        element(
            "rect." + style,
            [
                "x": Plot.number(x), "y": Plot.number(y), "width": Plot.number(max(0, width)),
                "height": Plot.number(max(0, height)),
            ], of: title.isEmpty ? [] : [element("title", [:], .text(title))])
    }

    static func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String, title: String = "")
        -> Markup
    {
        element(
            "circle." + style,
            ["cx": Plot.number(x), "cy": Plot.number(y), "r": Plot.number(radius)],
            of: title.isEmpty ? [] : [element("title", [:], .text(title))])
    }

    static func text(_ x: Double, _ y: Double, _ text: String, _ style: String) -> Markup {
        element("text." + style, ["x": Plot.number(x), "y": Plot.number(y)], .text(text))
    }

    /// A bar of a share of its length.
    static func bar(_ share: Double, label: String, style: String = "bar") -> Markup {
        svg(
            width: 100, height: 8, label: label, style: style,
            [rectangle(0, 0, 100, 8, "track"), rectangle(0, 0, 100 * min(max(share, 0), 1), 8, "fill")])
    }
}
