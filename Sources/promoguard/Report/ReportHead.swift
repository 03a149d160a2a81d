import Presentation
import RiskFeatures
import RiskModel

/// The section of one head in a report.
struct ReportHead {
    let head: Evaluation.Head
    let models: [LogisticModel]
    let moved: ModelDifference.Head?
    let shown: (String) -> String

    private static let mostCurves = 24
    private static let mostMoves = 15
    private static let partTitles: [(HeadMeasurement.Part.Kind, Phrase)] = [
        (
            .split,
            Phrase(
                en: "Held out by group and by time (rows as learned from, before company counts)",
                zh: "按团伙与按时间留出（训练所用的行，未计关联账号）")
        ),
        (.campaign, Phrase(en: "By campaign", zh: "按活动")),
        (.week, Phrase(en: "By week of the first costly event", zh: "按首次领券或下单所在周")),
    ]
    /// What splits are called.
    static let byGroup = "by group"
    static let byTime = "by time"
    private static let splitWords = [
        byGroup: Phrase(en: "other gangs and accounts (folds)", zh: "其他团伙与账号（交叉验证）"),
        byTime: Phrase(en: "the latest accounts, of other gangs", zh: "最晚的账号，且属其他团伙"),
    ]
    private var measurement: HeadMeasurement { head.measurement }

    var section: Markup {
        var parts: [Markup] = [
            .tag("h2", [], [.words(FigureWords.head(measurement.head))]), tiles,
            .tag(
                "div", [("class", "charts")],
                [
                    RankingCharts.roc(measurement), RankingCharts.precisionRecall(measurement),
                    RankingCharts.gains(measurement), ProbabilityCharts.reliability(measurement),
                    ProbabilityCharts.distribution(measurement), RankingCharts.thresholds(measurement),
                ]), .tag("h3", [], [.words("Figures", "指标")]), figures,
            .tag("h3", [], [.words("Thresholds", "阈值")]), thresholds,
        ]
        for (kind, title) in Self.partTitles {
            let rows = measurement.parts.filter { $0.kind == kind }
            guard !rows.isEmpty else { continue }
            parts += [.tag("h3", [], [.words(title)]), partTable(rows)]
        }
        if !head.disagreements.isEmpty {
            parts.append(.tag("h3", [], [.words("Accounts that only one model flags", "只有一个模型标记的账号")]))
            parts.append(disagreements)
        }
        if let moved, !moved.changes.isEmpty {
            parts.append(.tag("h3", [], [.words("What moved", "变化")]))
            parts += moves(moved)
        }
        parts += learned
        return .tag("section", [], parts)
    }

    /// The four figures to remember.
    private var tiles: Markup {
        let model = measurement.models[0]
        let names =
            [
                "auc", "recall_at_fpr_1%",
                model.evaluation.capacity != nil ? "precision_at_capacity" : "review_precision",
                "ece",
            ] + (model.evaluation.losses != nil ? ["saved_share"] : [])
        return .tag(
            "div", [("class", "tiles")],
            names.compactMap { name in
                guard let place = model.evaluation.figures.firstIndex(where: { $0.name == name }) else {
                    return nil
                }
                return .tag(
                    "div", [("class", "tile")],
                    [
                        .tag(
                            "b", [], [.text(FigureWords.value(name, model.evaluation.figures[place].value))]),
                        .tag("span", [], [.words(FigureWords.title(name))]),
                        .tag("i", [], [.text(interval(name, model.intervals[place]))]),
                    ])
            })
    }

    private func interval(_ name: String, _ interval: Interval?) -> String {
        guard let interval, interval.low != interval.high else { return "" }
        return FigureWords.value(name, interval.low) + " … " + FigureWords.value(name, interval.high)
    }

    private var figures: Markup {
        var titles: [Markup] = [.words("Figure", "指标")]
        for (place, model) in measurement.models.enumerated() {
            let key = Markup.tag("span", [("class", "key " + RankingCharts.style(place))])
            titles.append(.group([key, .text(model.model)]))
            titles.append(.text("95%"))
        }
        if measurement.models.count == 2 { titles += [.words("Difference", "差值"), .text("95%")] }
        let rows = measurement.models[0].evaluation.figures.enumerated().map { place, figure -> [Markup] in
            var row: [Markup] = [.words(FigureWords.title(figure.name))]
            for model in measurement.models {
                row.append(.text(FigureWords.value(figure.name, model.evaluation.figures[place].value)))
                row.append(faint(place < 2 ? "" : interval(figure.name, model.intervals[place])))
            }
            if measurement.models.count == 2 {
                row += place < 2 ? [.text(""), .text("")] : difference(place, figure.name)
            }
            return row
        }
        return table(titles, rows, texts: 1)
    }

    private func difference(_ place: Int, _ name: String) -> [Markup] {
        let figures = measurement.models.map { $0.evaluation.figures[place].value }
        let between = measurement.differences[place]
        let isSure = between.map { $0.low > 0 || $0.high < 0 } ?? false
        let text = FigureWords.difference(name, figures[1] - figures[0])
        return [
            .tag("span", isSure ? [("class", "sure")] : [], [.text(text)]),
            faint(
                between.map {
                    FigureWords.difference(name, $0.low) + " … " + FigureWords.difference(name, $0.high)
                } ?? ""),
        ]
    }

    private var thresholds: Markup {
        let rows = measurement.models.flatMap { model in
            [
                ("review", model.thresholds.review, model.evaluation.review),
                ("high", model.thresholds.high, model.evaluation.high),
            ].map { level, probability, found -> [Markup] in
                [
                    .text(model.model),
                    .words(Phrase(en: FlagWords.level(level, .en), zh: FlagWords.level(level, .zh))),
                    .text(NumberText.fixed(probability, places: 3)),
                    .text(NumberText.fixed(found.precision * 100, places: 1) + "%"),
                    .text(NumberText.fixed(found.recall * 100, places: 1) + "%"),
                    .text(NumberText.fixed(found.falsePositiveRate * 100, places: 2) + "%"),
                ]
            }
        }
        return table(
            [
                .words("Model", "模型"), .words("Level", "等级"), .words("From probability", "概率不低于"),
                .words("Flags that are right", "标记准确率"), .words("Abuse found", "找到的作弊"),
                .words("Good accounts flagged", "正常账号误报"),
            ], rows, texts: 2)
    }

    private func partTable(_ parts: [HeadMeasurement.Part]) -> Markup {
        let names =
            ["auc", "recall_at_fpr_1%", "review_precision", "review_recall"]
            + (measurement.models[0].evaluation.losses == nil ? [] : ["saved_share"])
        var titles: [Markup] = [.text(""), .words("Accounts", "账号数"), .words("Abuse", "作弊")]
        for place in measurement.models.indices {
            let key = Markup.tag("span", [("class", "key " + RankingCharts.style(place))])
            let mark = measurement.models.count == 2 ? [key] : []
            titles += [
                Phrase(en: "AUC", zh: "AUC"), Phrase(en: "Found at 1%", zh: "误报 1% 时找到"),
                Phrase(en: "Right", zh: "准确率"), Phrase(en: "Found", zh: "找到"),
                Phrase(en: "Saved", zh: "标记之后"),
            ].prefix(names.count).map { .group(mark + [.words($0)]) }
        }
        let rows = parts.map { part -> [Markup] in
            [
                .words(Self.splitWords[part.name] ?? Phrase(en: part.name, zh: part.name)),
                .text(part.accounts.grouped), .text(part.positives.grouped),
            ]
                + part.evaluations.flatMap { evaluation in
                    names.map { name in
                        let figure = evaluation?.figures.first { $0.name == name }
                        return .text(figure.map { FigureWords.value(name, $0.value) } ?? "–")
                    }
                }
        }
        return table(titles, rows, texts: 1)
    }

    private var disagreements: Markup {
        let rows = head.disagreements.map { account -> [Markup] in
            let reasons = Phrase(
                en: account.reasons.map(ReasonText(.en).statement).joined(separator: "; "),
                zh: account.reasons.map(ReasonText(.zh).statement).joined(separator: "；"))
            return [
                .tag("code", [], [.text(shown(account.account))]),
                short([account.isAbuse ? .words("abuse", "作弊") : .words("good", "正常")]),
                short([
                    .tag("span", [("class", "key " + RankingCharts.style(account.flaggedBy))]),
                    .text(measurement.models[account.flaggedBy].model),
                ]), .words(reasons),
            ] + account.probabilities.map { .text(NumberText.fixed($0, places: 3)) }
        }
        return table(
            [
                .words("Account", "账号"), .words("Label", "标签"), .words("Flagged by", "标记的模型"),
                .words("Why", "原因"),
            ] + measurement.models.map { .text($0.model) }, rows, texts: 4)
    }

    private func moves(_ moved: ModelDifference.Head) -> [Markup] {
        let rows = moved.changes.map { change -> [Markup] in
            let words = DifferenceWords(change)
            return [
                .tag("code", [], [.text(change.name)]), .words(words.what), .words(words.value),
                .text(NumberText.signed(change.old)), .text(NumberText.signed(change.new)),
                .tag(
                    "span", [("class", change.amount > 0 ? "up" : "down")],
                    [.text(NumberText.signed(change.amount))]),
            ]
        }
        let titles: [Markup] = [
            .words("Feature", "特征"), .words("What", "变化"), .words("Most at", "变化最大处"),
            .words("Added before", "原贡献"), .words("Adds now", "现贡献"),
            .words("Difference (log-odds)", "差值（对数几率）"),
        ]
        return [table(titles, Array(rows.prefix(Self.mostMoves)), texts: 3)]
            + folded(rows.count - Self.mostMoves) {
                table(titles, Array(rows.dropFirst(Self.mostMoves)), texts: 3)
            }
    }

    /// What is shown when a reader asks for it; nothing where there are no more.
    private func folded(_ count: Int, _ content: () -> Markup) -> [Markup] {
        guard count > 0 else { return [] }
        return [
            .tag("details", [], [.tag("summary", [], [.words("\(count) more", "其余 \(count) 个")]), content()])
        ]
    }

    /// The first model's curves, widest first, all to one scale; then its grids.
    private var learned: [Markup] {
        guard
            let learned = models[0].namedHeads.first(where: { $0.name == measurement.head })?.head
                ?? models[0].namedHeads.first?.head
        else { return [] }
        return curves(learned) + crosses(learned)
    }

    private func curves(_ learned: LogisticModel.Head) -> [Markup] {
        let slope = learned.calibration.slope
        let terms = learned.byImportance.filter { $0.importance * slope >= 0.02 }
        guard !terms.isEmpty else { return [] }
        let points = terms.flatMap { $0.points + [$0.missingPoints] }.map { $0 * slope }
        let range = min(points.min()!, -0.5)...max(points.max()!, 0.5)
        let charts = terms.map { CurveChart(term: $0, slope: slope, range: range).figure }
        return [
            .tag("h3", [], [.words("What it learned", "模型学到了什么")]),
            .tag(
                "p", [("class", "soft")],
                [
                    .words(
                        "Each feature's value and what it adds to the log-odds, the widest curves first: above the line it speaks for abuse, below against. +0.7 doubles the odds.",
                        "每个特征的取值及其对对数几率的贡献，影响大的在前：横线之上表示更像作弊，之下表示更正常。+0.7 即几率翻倍。")
                ]), cards(Array(charts.prefix(Self.mostCurves))),
        ]
            + folded(charts.count - Self.mostCurves) { cards(Array(charts.dropFirst(Self.mostCurves))) }
    }

    private func crosses(_ learned: LogisticModel.Head) -> [Markup] {
        let slope = learned.calibration.slope
        let crosses = learned.crosses.sorted { $0.range > $1.range }
        guard !crosses.isEmpty else { return [] }
        let most = crosses.flatMap { $0.points.flatMap { $0 } }.map { abs($0 * slope) }.max()!
        return [
            .tag("h3", [], [.words("Pairs of features", "特征对")]),
            .tag(
                "p", [("class", "soft")],
                [
                    .words(
                        "What two features say together, beyond what each says alone: the first down, the second across; straight between the values shown.",
                        "两个特征同时出现时，在各自贡献之外的额外贡献：第一个特征为行，第二个为列；所列取值之间按线性变化。")
                ]), cards(crosses.map { HeatTable(cross: $0, slope: slope, most: max(most, 0.5)).figure }),
        ]
    }

    private func cards(_ figures: [Markup]) -> Markup { .tag("div", [("class", "curves")], figures) }

    /// What stays on one line.
    private func short(_ content: [Markup]) -> Markup { .tag("span", [("class", "short")], content) }

    private func faint(_ text: String) -> Markup { .tag("span", [("class", "faint")], [.text(text)]) }

    /// - Parameter texts: so many columns are text, the rest numbers.
    private func table(_ titles: [Markup], _ rows: [[Markup]], texts: Int) -> Markup {
        func line(_ cells: [Markup], _ name: String) -> Markup {
            .tag(
                "tr", [],
                cells.enumerated().map { place, cell in
                    .tag(place == 0 ? "th" : name, place < texts ? [] : [("class", "num")], [cell])
                })
        }
        return .tag(
            "div", [("class", "scroll")],
            [
                .tag(
                    "table", [],
                    [
                        .tag("thead", [], [line(titles, "th")]),
                        .tag("tbody", [], rows.map { line($0, "td") }),
                    ])
            ])
    }
}
