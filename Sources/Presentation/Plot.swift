import Foundation
import RiskFeatures

/// The frame of a chart: a rectangle in which values become places, with its axes.
public struct Plot {
    /// An axis from one value to another.
    public struct Axis {
        public var title: Phrase
        public var range: ClosedRange<Double>
        public var isLogarithmic = false
        /// Where there are ticks, and what they say.
        public var ticks: [(value: Double, label: String)]

        public init(
            title: Phrase, range: ClosedRange<Double>, isLogarithmic: Bool = false,
            ticks: [(value: Double, label: String)]
        ) {
            self.title = title
            self.range = range
            self.isLogarithmic = isLogarithmic
            self.ticks = ticks
        }

        /// 0 … 1 as per cent.
        public static func share(_ title: Phrase) -> Axis {
            Axis(
                title: title, range: 0...1,
                ticks: [0, 0.25, 0.5, 0.75, 1].map { ($0, NumberText.percent($0)) })
        }

        /// Powers of ten up to 1, as per cent.
        public static func logarithmicShare(_ title: Phrase, from least: Double) -> Axis {
            let powers = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1].filter { $0 >= least * 0.999 }
            return Axis(
                title: title, range: least...1, isLogarithmic: true,
                ticks: powers.map { ($0, NumberText.decimal($0 * 100, places: 3) + "%") })
        }

        /// The place of a value from 0 to 1; values beyond the ends stand at them.
        public func place(_ value: Double) -> Double {
            let held = min(max(value, range.lowerBound), range.upperBound)
            guard isLogarithmic else {
                return (held - range.lowerBound) / (range.upperBound - range.lowerBound)
            }
            return log(held / range.lowerBound) / log(range.upperBound / range.lowerBound)
        }
    }

    public var x: Axis
    public var y: Axis
    private let width = 460.0
    private let height = 300.0
    private let left = 52.0
    private let right = 14.0
    private let top = 12.0
    private let bottom = 46.0

    public init(x: Axis, y: Axis) {
        self.x = x
        self.y = y
    }

    public func px(_ value: Double) -> Double { left + x.place(value) * (width - left - right) }
    public func py(_ value: Double) -> Double { height - bottom - y.place(value) * (height - top - bottom) }

    /// The chart with its axes and a caption.
    public func figure(_ caption: Phrase, _ explanation: Phrase, _ content: [Markup]) -> Markup {
        var parts: [Markup] = []
        for tick in y.ticks {
            parts.append(Self.line(left, py(tick.value), width - right, py(tick.value), "grid"))
            parts.append(Self.label(left - 7, py(tick.value) + 4, tick.label, "tick end"))
        }
        for tick in x.ticks {
            parts.append(
                Self.line(px(tick.value), height - bottom, px(tick.value), height - bottom + 4, "axis"))
            parts.append(Self.label(px(tick.value), height - bottom + 17, tick.label, "tick middle"))
        }
        parts.append(Self.line(left, height - bottom, width - right, height - bottom, "axis"))
        parts.append(
            Self.label((left + width - right) / 2, height - 8, x.title, "title middle"))
        return .tag(
            "figure", [],
            [
                .tag("figcaption", [], [.tag("strong", [], [.words(caption)]), .words(explanation)]),
                .tag("p", [("class", "ylabel")], [.words(y.title)]),
                .tag(
                    "svg",
                    [
                        ("viewBox", "0 0 \(Self.number(width)) \(Self.number(height))"), ("role", "img"),
                        ("aria-label", caption.en),
                    ], parts + content),
            ])
    }

    /// Points joined, thinned to what can be seen.
    public func curve(_ points: [(x: Double, y: Double)], _ style: String) -> Markup {
        var shown: [(Double, Double)] = []
        for (place, point) in points.enumerated() {
            let (x, y) = (px(point.x), py(point.y))
            if let last = shown.last, abs(last.0 - x) + abs(last.1 - y) < 0.7, place + 1 < points.count {
                continue
            }
            shown.append((x, y))
        }
        let text = shown.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: " ")
        return .tag("polyline", [("class", "curve \(style)"), ("points", text)])
    }

    public func dot(_ x: Double, _ y: Double, _ style: String, radius: Double = 4) -> Markup {
        .tag(
            "circle",
            [
                ("class", "dot \(style)"), ("cx", Self.number(px(x))), ("cy", Self.number(py(y))),
                ("r", Self.number(radius)),
            ])
    }

    /// A label beside a point: to its left where it stands far right.
    public func note(_ x: Double, _ y: Double, _ text: Phrase) -> Markup {
        let isRight = self.x.place(x) > 0.7
        return Self.label(
            px(x) + (isRight ? -8 : 8), min(py(y) + 13, height - bottom - 5), text,
            isRight ? "note end" : "note")
    }

    public static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> Markup
    {
        .tag(
            "line",
            [
                ("class", style), ("x1", number(x1)), ("y1", number(y1)), ("x2", number(x2)),
                ("y2", number(y2)),
            ])
    }

    public static func label(_ x: Double, _ y: Double, _ text: String, _ style: String) -> Markup {
        label(x, y, Phrase(en: text, zh: text), style)
    }

    /// SVG text in both languages.
    public static func label(_ x: Double, _ y: Double, _ phrase: Phrase, _ style: String) -> Markup {
        let place = [("class", style), ("x", number(x)), ("y", number(y))]
        if phrase.en == phrase.zh { return .tag("text", place, [.text(phrase.en)]) }
        return .group([
            .tag("text", place + [("lang", "en")], [.text(phrase.en)]),
            .tag("text", place + [("lang", "zh")], [.text(phrase.zh)]),
        ])
    }

    /// A coordinate to a tenth of a unit.
    public static func number(_ value: Double) -> String {
        guard abs(value) < 1e6 else { return String(format: "%.0f", value) }
        let tenths = Int((value * 10).rounded())
        let whole = (tenths < 0 ? "-" : "") + String(tenths.magnitude / 10)
        return tenths % 10 == 0 ? whole : whole + "." + String(tenths.magnitude % 10)
    }
}
