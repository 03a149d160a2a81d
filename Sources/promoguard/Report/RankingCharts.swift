import Foundation
import Presentation
import RiskFeatures
import RiskModel

/// The curves that follow from an order of accounts: ROC, precision and recall, gains.
enum RankingCharts {
    /// The class by which a model's lines are coloured.
    static func style(_ model: Int) -> String { model == 0 ? "first" : "second" }

    static func roc(_ measurement: HeadMeasurement) -> Markup {
        let negatives = measurement.models[0].evaluation.ranking.negatives
        let least = negatives >= 2000 ? 1e-4 : 1e-3
        let plot = Plot(
            x: .logarithmicShare(
                Phrase(en: "good accounts flagged (log scale)", zh: "正常账号被误报的比例（对数）"), from: least),
            y: .share(Phrase(en: "abuse found", zh: "找到的作弊账号")))
        return plot.figure(
            Phrase(en: "ROC", zh: "ROC 曲线"),
            Phrase(
                en: "what is found at what price in false alarms",
                zh: "误报多少，能找到多少"),
            curves(measurement, plot) { step, ranking in
                (step.falsePositives / ranking.negatives, step.truePositives / ranking.positives)
            })
    }

    static func precisionRecall(_ measurement: HeadMeasurement) -> Markup {
        let plot = Plot(
            x: .share(Phrase(en: "abuse found (recall)", zh: "找到的作弊账号（召回率）")),
            y: .share(Phrase(en: "flags that are right (precision)", zh: "标记正确的比例（准确率）")))
        return plot.figure(
            Phrase(en: "Precision and recall", zh: "准确率与召回率"),
            Phrase(
                en: "how many flags are right, the more is found",
                zh: "找得越多，标记还有多准"),
            curves(measurement, plot, start: false) { step, ranking in
                (
                    step.truePositives / ranking.positives,
                    step.truePositives / max(step.truePositives + step.falsePositives, 1e-9)
                )
            })
    }

    static func gains(_ measurement: HeadMeasurement) -> Markup {
        let plot = Plot(
            x: .logarithmicShare(
                Phrase(en: "accounts looked at, highest score first (log scale)", zh: "按分数从高到低查看的账号（对数）"),
                from: 1e-3),
            y: .share(Phrase(en: "abuse found", zh: "找到的作弊账号")))
        let all = measurement.models[0].evaluation.ranking
        let total = all.positives + all.negatives
        let chance = (0...60).map { place in
            let share = 1e-3 * pow(1000, Double(place) / 60)
            return (x: share, y: share)
        }
        var marks = [plot.curve(chance, "chance")]
        if let capacity = measurement.models[0].evaluation.capacity, capacity < total {
            let share = capacity / total
            marks += [
                Plot.line(plot.px(share), plot.py(0), plot.px(share), plot.py(1), "mark"),
                plot.note(share, 0.06, Phrase(en: "team's capacity", zh: "团队可查数量")),
            ]
        }
        return plot.figure(
            Phrase(en: "Gains", zh: "增益曲线"),
            Phrase(
                en: "what a team finds that looks at so many; dashed: by chance",
                zh: "查看多少账号能找到多少；虚线为随机"),
            marks
                + curves(measurement, plot) { step, ranking in
                    (
                        (step.truePositives + step.falsePositives) / total,
                        step.truePositives / ranking.positives
                    )
                })
    }

    /// What the first model's threshold could be, and what would follow.
    static func thresholds(_ measurement: HeadMeasurement) -> Markup {
        let model = measurement.models[0]
        let ranking = model.evaluation.ranking
        let plot = Plot(
            x: .share(Phrase(en: "flagged from this probability", zh: "从此概率起标记")),
            y: .share(Phrase(en: "share", zh: "比例")))
        let precision = ranking.steps.map {
            (x: $0.score, y: $0.truePositives / max($0.truePositives + $0.falsePositives, 1e-9))
        }
        let recall = ranking.steps.map { (x: $0.score, y: $0.truePositives / ranking.positives) }
        var parts = [model.thresholds.review, model.thresholds.high].map {
            Plot.line(plot.px($0), plot.py(1), plot.px($0), plot.py(0), "mark")
        }
        parts += [plot.curve(precision, "first"), plot.curve(recall, "abuse")]
        return plot.figure(
            Phrase(en: "Thresholds", zh: "阈值"),
            Phrase(
                en: "blue: flags that are right; red: abuse found; lines: review and high",
                zh: "蓝：标记的准确率；红：找到的作弊；竖线：待查与高"), parts)
    }

    /// A line a model; on the first a dot at each threshold, named.
    private static func curves(
        _ measurement: HeadMeasurement, _ plot: Plot, start: Bool = true,
        _ point: (RankingMetrics.Step, RankingMetrics) -> (Double, Double)
    ) -> [Markup] {
        var parts: [Markup] = []
        for (place, model) in measurement.models.enumerated().reversed() {
            let ranking = model.evaluation.ranking
            var points = start ? [(x: 0.0, y: 0.0)] : []
            var last = (0.0, 0.0)
            for step in ranking.steps {
                let (x, y) = point(step, ranking)
                // A rate stays as it is until the next score: stairs, not slopes.
                if start { points.append((x, last.1)) }
                points.append((x, y))
                last = (x, y)
            }
            parts.append(plot.curve(points, style(place)))
            guard place == 0 else { continue }
            let levels = [
                (model.thresholds.high, Phrase(en: "high", zh: "高")),
                (model.thresholds.review, Phrase(en: "review", zh: "待查")),
            ]
            for (threshold, name) in levels {
                guard let step = ranking.steps.last(where: { $0.score >= threshold }) else { continue }
                let (x, y) = point(step, ranking)
                parts += [plot.dot(x, y, style(place)), plot.note(x, y, name)]
            }
        }
        return parts
    }
}
