import Foundation
import RiskFeatures
import RiskModel

/// What a head learned of one feature: its curve in calibrated log-odds over the feature's values.
public struct CurveChart {
    private let width = 300.0
    private let height = 130.0
    private let left = 34.0
    private let right = 10.0
    private let top = 8.0
    private let bottom = 22.0

    public let term: LogisticModel.Term
    /// Of the head's calibration.
    public let slope: Double
    /// Lowest and highest log-odds that any of the charts beside it shows.
    public let range: ClosedRange<Double>

    public init(term: LogisticModel.Term, slope: Double, range: ClosedRange<Double>) {
        self.term = term
        self.slope = slope
        self.range = range
    }

    public var figure: Markup {
        let definition = FeatureCatalog.definition(named: term.feature)
        var caption: [Markup] = [.tag("code", [], [.text(term.feature)])]
        caption.append(
            .tag(
                "b", [("class", "range")],
                [.text("Δ " + NumberText.fixed(term.importance * slope, places: 2))]
            ))
        if let definition {
            caption.append(
                .tag(
                    "small", [],
                    [
                        .words(
                            Phrase(
                                en: definition.meaning,
                                zh: definition.reason.zh.replacing("{}", with: "…")))
                    ]))
        }
        return .tag(
            "figure", [("class", "curve-card")],
            [
                .tag("figcaption", [], caption),
                .tag(
                    "svg",
                    [
                        ("viewBox", "0 0 \(Plot.number(width)) \(Plot.number(height))"), ("role", "img"),
                        ("aria-label", term.feature),
                    ], axes + curve + ticks),
            ])
    }

    private func py(_ logOdds: Double) -> Double {
        let share = (logOdds - range.lowerBound) / (range.upperBound - range.lowerBound)
        return height - bottom - share * (height - top - bottom)
    }

    /// Knots evenly spread in what the head sees, so that straight pieces are straight; the unknown value has a
    /// place of its own at the right.
    private var places: [Double] {
        let knots = term.knots.map { Double(term.transform(Float($0))) }
        let end = width - right - (term.missingPoints != 0 ? 62 : 0)
        guard let first = knots.first, let last = knots.last, last > first else {
            return knots.map { _ in (left + end) / 2 }
        }
        return knots.map { left + 6 + ($0 - first) / (last - first) * (end - left - 12) }
    }

    private var axes: [Markup] {
        var parts = [Plot.line(left, py(0), width - right, py(0), "axis")]
        for level in [range.lowerBound, 0, range.upperBound] {
            parts.append(
                Plot.label(
                    left - 5, py(level) + 4, NumberText.decimal(level, places: abs(level) < 5 ? 1 : 0),
                    "tick end"))
        }
        return parts
    }

    private var curve: [Markup] {
        let points = zip(places, term.points).map { ($0, py($1 * slope)) }
        var parts: [Markup] = []
        if points.count > 1 {
            let text = points.map { "\(Plot.number($0.0)),\(Plot.number($0.1))" }.joined(separator: " ")
            parts.append(.tag("polyline", [("class", "curve first"), ("points", text)]))
        }
        parts += points.map { dot($0.0, $0.1, "first") }
        if term.missingPoints != 0 {
            parts.append(dot(width - right - 20, py(term.missingPoints * slope), "unknown"))
        }
        return parts
    }

    private func dot(_ x: Double, _ y: Double, _ style: String) -> Markup {
        .tag(
            "circle",
            [("class", "dot \(style)"), ("cx", Plot.number(x)), ("cy", Plot.number(y)), ("r", "2.5")])
    }

    /// Values under the knots, as many as have room.
    private var ticks: [Markup] {
        var parts: [Markup] = []
        var taken = -Double.infinity
        let places = places
        let last = places.last ?? 0
        for (place, knot) in zip(places, term.knots) {
            let isLast = place == last
            guard isLast || place - taken > 42 && last - place > 56 else { continue }
            taken = place
            // The last ends under its knot, so that it runs neither off the chart nor into the unknown value's.
            parts.append(
                Plot.label(
                    isLast && places.count > 1 ? place + 6 : place, height - 6,
                    FeatureValueWords.phrase(term.feature, knot),
                    isLast && places.count > 1 ? "tick end" : "tick middle"))
        }
        if term.missingPoints != 0 {
            parts.append(
                Plot.label(width - right - 20, height - 6, Phrase(en: "unknown", zh: "未知"), "tick middle"))
        }
        return parts
    }
}
