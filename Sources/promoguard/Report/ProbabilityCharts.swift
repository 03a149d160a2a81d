import Foundation
import Presentation
import RiskFeatures
import RiskModel

/// Whether probabilities keep their word, and how they spread.
enum ProbabilityCharts {
    static func reliability(_ measurement: HeadMeasurement) -> Markup {
        let plot = Plot(
            x: .share(Phrase(en: "probability given", zh: "给出的概率")),
            y: .share(Phrase(en: "abuse among them", zh: "其中作弊的比例")))
        var parts = [plot.curve([(0, 0), (1, 1)], "chance")]
        for (place, model) in measurement.models.enumerated().reversed() {
            let style = RankingCharts.style(place)
            let bins = model.evaluation.probability.reliability
            let most = bins.map(\.weight).max() ?? 1
            parts.append(plot.curve(bins.map { ($0.meanProbability, $0.positiveShare) }, style))
            parts += bins.map {
                plot.dot(
                    $0.meanProbability, $0.positiveShare, style,
                    radius: 2.5 + 4 * (log(1 + $0.weight) / log(1 + most)))
            }
        }
        return plot.figure(
            Phrase(en: "Reliability", zh: "可靠性"),
            Phrase(
                en: "of accounts at 0.8, eight in ten should be abuse; dots grow with accounts",
                zh: "概率 0.8 的账号应有八成作弊；点越大账号越多"), parts)
    }

    /// How many accounts of each kind got which probability, on a logarithmic scale.
    static func distribution(_ measurement: HeadMeasurement) -> Markup {
        let scored = measurement.models[0].scored
        let count = 20
        var bins = [[Double]](repeating: [0, 0], count: count)
        for (row, probability) in scored.probabilities.enumerated() {
            bins[min(count - 1, Int(probability * Double(count)))][scored.labels[row] ? 1 : 0] +=
                scored.weights?[row] ?? 1
        }
        let most = max(10, bins.joined().max() ?? 10)
        let top = pow(10, log10(most).rounded(.up))
        var ticks: [(Double, String)] = []
        var tick = 1.0
        while tick <= top {
            ticks.append((tick, NumberText.decimal(tick)))
            tick *= 10
        }
        let plot = Plot(
            x: .share(Phrase(en: "probability", zh: "概率")),
            y: .init(
                title: Phrase(en: "accounts (log scale)", zh: "账号数（对数）"), range: 0.7...top,
                isLogarithmic: true, ticks: ticks))
        var parts: [Markup] = []
        for (place, bin) in bins.enumerated() {
            let (from, to) = (
                plot.px(Double(place) / Double(count)), plot.px(Double(place + 1) / Double(count))
            )
            let middle = (from + to) / 2
            for (kind, style) in ["good", "abuse"].enumerated() where bin[kind] > 0 {
                let left = kind == 0 ? from + 1 : middle + 0.5
                let up = plot.py(bin[kind])
                parts.append(
                    .tag(
                        "rect",
                        [
                            ("class", style), ("x", Plot.number(left)), ("y", Plot.number(up)),
                            ("width", Plot.number(middle - from - 1.5)),
                            ("height", Plot.number(plot.py(0.7) - up)),
                        ]))
            }
        }
        for threshold in [measurement.models[0].thresholds.review, measurement.models[0].thresholds.high] {
            parts.append(
                Plot.line(plot.px(threshold), plot.py(top), plot.px(threshold), plot.py(0.7), "mark"))
        }
        return plot.figure(
            Phrase(en: "Scores", zh: "分数分布"),
            Phrase(
                en: "abuse in red, other accounts in grey; lines: the thresholds",
                zh: "红色为作弊账号，灰色为其他账号；竖线为阈值"), parts)
    }
}
