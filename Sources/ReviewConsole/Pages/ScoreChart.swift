import Presentation
import RiskFeatures

/// How an account's score went, beside the thresholds.
struct ScoreChart {
    let scores: [(ms: Int64, score: Double)]
    let thresholds: (review: Double, high: Double)?
    let pen: Pen

    var markup: Markup {
        guard scores.count > 1, let first = scores.first, let last = scores.last else { return .nothing }
        let (width, height, left, right, top, bottom) = (460.0, 150.0, 34.0, 10.0, 8.0, 22.0)
        let span = Double(max(1, last.ms - first.ms))
        func x(_ ms: Int64) -> Double { left + Double(ms - first.ms) / span * (width - left - right) }
        func y(_ score: Double) -> Double { top + (1 - min(max(score, 0), 1)) * (height - top - bottom) }
        var parts: [Markup] = []
        for level in [0, 0.5, 1] {
            parts.append(Plot.line(left, y(level), width - right, y(level), "grid"))
            parts.append(Draw.text(left - 5, y(level) + 4, NumberText.decimal(level, places: 1), "tick end"))
        }
        if let thresholds {
            for level in [thresholds.review, thresholds.high] {
                parts.append(Plot.line(left, y(level), width - right, y(level), "mark"))
            }
        }
        var points: [String] = []
        var before = y(scores[0].score)
        for (ms, score) in scores {
            points.append("\(Plot.number(x(ms))),\(Plot.number(before))")
            before = y(score)
            points.append("\(Plot.number(x(ms))),\(Plot.number(before))")
        }
        parts.append(
            .tag("polyline", [("class", "curve abuse"), ("points", points.joined(separator: " "))]))
        for (ms, score) in scores {
            parts.append(
                Draw.circle(
                    x(ms), y(score), 2.5, "dot abuse",
                    title: pen.time.short(ms) + "  " + NumberText.score(score)))
        }
        func day(_ ms: Int64) -> String { String(pen.time.short(ms).dropFirst(5).dropLast(3)) }
        parts.append(Draw.text(left, height - 5, day(first.ms), "tick start"))
        parts.append(Draw.text(width - right, height - 5, day(last.ms), "tick end"))
        return element(
            "figure", [:],
            element(
                "figcaption", [:], pen.words("Score over time; dashed: the thresholds", "分数变化；虚线为阈值")),
            Draw.svg(width: width, height: height, label: pen.language.pick("Score over time", "分数变化"), parts)
        )
    }
}
