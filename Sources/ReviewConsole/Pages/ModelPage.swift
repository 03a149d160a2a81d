import CaseFile
import Presentation
import RiskFeatures
import RiskModel

/// What the model weighs, how it did when it was made, how its scores hold against the decisions, and whether the accounts
/// are still like those that it learned from.
struct ModelPage {
    let pen: Pen
    let model: LogisticModel
    let tenths: [CaseOverview.Tenth]
    let drift: [DriftRow]
    /// Whether there is a report to lead to.
    let hasReport: Bool

    private static let mostCurves = 12
    private var language: Language { pen.language }

    var page: Page {
        let title = language.pick("Model", "模型")
        let content =
            [element("h1", [:], .text(title + " " + model.name.visible)), record]
            + model.namedHeads.flatMap { head($0.0, $0.1) }
        return Page(title: title, place: .model, path: "/model", visitor: pen.visitor, content: content)
    }

    private var record: Markup {
        let training = model.training
        var rows: [Markup] = [
            element("dt", [:], pen.words("trained on", "训练数据")),
            element("dd", [:], .text(training.data.visible)),
        ]
        if let first = training.firstMs, let last = training.lastMs, last > 0 {
            rows.append(element("dt", [:], pen.words("from, to", "时间范围")))
            rows.append(element("dd", [:], .text("\(pen.time.short(first)) – \(pen.time.short(last))")))
        }
        for command in training.commands {
            rows.append(element("dt", [:], pen.words("by", "命令")))
            rows.append(element("dd", [:], element("code", [:], .text(command.visible))))
        }
        rows.append(element("dt", [:], pen.words("report", "报告")))
        rows.append(element("dd", [:], report))
        return element("dl.record", [:], of: rows)
    }

    private var report: Markup {
        guard hasReport else {
            return pen.words(
                "none beside the model file; train --report MODEL.report.html writes one",
                "模型文件旁没有报告；train --report MODEL.report.html 可生成")
        }
        return element(
            "a", ["href": ReviewConsole.reportPath],
            pen.words("how it did when it was made, with curves", "训练时的表现与曲线"))
    }

    private func head(_ name: String, _ head: LogisticModel.Head) -> [Markup] {
        let title = FlagWords.risk(name, language)
        let terms = head.byImportance.filter { $0.importance * head.calibration.slope >= 0.01 }
        let points: [Double] = terms.flatMap { term in
            (term.points + [term.missingPoints]).map { $0 * head.calibration.slope }
        }
        let range = min(-0.5, points.min() ?? 0)...max(0.5, points.max() ?? 0)
        let curves = terms.prefix(Self.mostCurves).map {
            CurveChart(term: $0, slope: head.calibration.slope, range: range).figure
        }
        return [
            element("h2.head", [:], .text(title)),
            element(
                "div.tiles", [:],
                of: [
                    pen.tile(NumberText.fixed(head.thresholds.review, places: 3), "flagged from", "标记阈值"),
                    pen.tile(NumberText.fixed(head.thresholds.high, places: 3), "high from", "“高”阈值"),
                ]
                    + ["auc", "recall_at_fpr_1%", "review_precision", "ece"].compactMap { figure in
                        head.evaluation[figure].map { value in
                            let words = FigureWords.title(figure)
                            return pen.tile(
                                FigureWords.value(figure, value), words.en, words.zh, note: judged(head))
                        }
                    }),
            pen.section("Do its scores hold?", "分数是否可靠", reliability(name)),
            pen.section(
                "Are accounts still like those of training?", "账号是否仍与训练时相似",
                DriftTable(pen: pen, model: model, head: (name, head), rows: drift).markup),
            element(
                "h3", [:],
                pen.words("What it weighs: points by value, in calibrated log-odds", "各特征的贡献曲线（校准后的对数几率）")),
            element("div.curves", [:], of: curves), inWords(terms, head.calibration.slope),
            crosses(head), figures(head),
        ]
    }

    /// Which accounts its figures are of: those of two models are of different ones.
    private func judged(_ head: LogisticModel.Head) -> String {
        guard let accounts = head.evaluation["accounts"].flatMap({ Int(exactly: $0) }) else { return "" }
        return language.pick(
            "of the \(accounts.grouped) accounts that it learned from", "基于其训练所用的 \(accounts.grouped) 个账号")
    }

    /// Decided flags by score: how many were abuse, beside what the score promised.
    private func reliability(_ risk: String) -> Markup {
        let tenths = tenths.filter { $0.risk == risk }
        guard !tenths.isEmpty else {
            return element(
                "p.soft", [:],
                pen.words(
                    "Nobody has confirmed or cleared a flag yet: then this shows how often flags of each score were abuse.",
                    "尚无已确认或已排除的标记：之后这里会显示各分数段标记的实际作弊比例。"))
        }
        let rows = tenths.map { tenth -> [Markup] in
            let decided = tenth.confirmed + tenth.cleared
            let share = Double(tenth.confirmed) / Double(max(1, decided))
            return [
                .text(
                    "\(NumberText.fixed(Double(tenth.tenth) / 10, places: 1)) – \(NumberText.fixed(Double(tenth.tenth + 1) / 10, places: 1))"
                ),
                .text(decided.grouped), .text(NumberText.percent(tenth.score)),
                .text(NumberText.percent(share)),
                Draw.bar(share, label: NumberText.percent(share), style: "gapbar"),
            ]
        }
        return .group([
            pen.table(
                [("Score", "分数"), ("Decided", "已处理"), ("Promised", "预期"), ("Were abuse", "实际作弊"), ("", "")],
                numbers: [1, 2, 3], rows),
            element(
                "p.soft", [:],
                pen.words(
                    "Reviewers see the likeliest first, and decide on flags only: this says nothing of accounts below the threshold.",
                    "审核员优先查看高分标记，且只处理被标记账号：此表不反映阈值以下的账号。")),
        ])
    }

    /// Every feature, the strongest first.
    private func inWords(_ terms: [LogisticModel.Term], _ slope: Double) -> Markup {
        let rows = terms.map { term -> [Markup] in
            [
                element("code", [:], .text(term.feature)),
                .text(NumberText.fixed(term.importance * slope, places: 2)),
                .text(TermWords.points(term, slope: slope, language)),
                .text(TermWords.meaning(term.feature).text(language)),
            ]
        }
        return element(
            "details", [:],
            element(
                "summary", [:], pen.words("All \(rows.count) features in words", "全部 \(rows.count) 个特征的文字说明")),
            pen.table(
                [
                    ("Feature", "特征"), ("Range", "幅度"), ("Value → what it adds", "取值 → 贡献"),
                    ("Meaning", "含义"),
                ], numbers: [1], prose: [2, 3], rows))
    }

    private func crosses(_ head: LogisticModel.Head) -> Markup {
        guard !head.crosses.isEmpty else { return .nothing }
        let slope = head.calibration.slope
        let rows = head.crosses.sorted { $0.range > $1.range }.map { cross -> [Markup] in
            [
                element("code", [:], .text("\(cross.first.feature) × \(cross.second.feature)")),
                .text(NumberText.fixed(cross.range * slope, places: 2)),
                .text(TermWords.extremes(cross, slope: slope, language)),
            ]
        }
        return element(
            "details", [:],
            element("summary", [:], pen.words("\(rows.count) pairs of features", "\(rows.count) 个特征组合")),
            pen.table(
                [("Pair", "组合"), ("Range", "幅度"), ("Most and least", "最大与最小")], numbers: [1], prose: [2],
                rows))
    }

    private func figures(_ head: LogisticModel.Head) -> Markup {
        let rows = head.evaluation.sorted { $0.key < $1.key }.map { name, value -> [Markup] in
            let words = FigureWords.title(name)
            return [pen.words(words.en, words.zh), .text(FigureWords.value(name, value))]
        }
        return element(
            "details", [:],
            element("summary", [:], pen.words("How it did when it was made (out of fold)", "训练时的表现（交叉验证）")),
            pen.table([("Figure", "指标"), ("Value", "数值")], numbers: [1], prose: [0], rows))
    }
}
