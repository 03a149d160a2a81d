import Presentation
import RiskFeatures
import RiskModel

/// A report as one HTML file that asks nothing of any other: no script, no font, no picture from elsewhere.
struct ReportPage {
    let title: Phrase
    /// Where the figures come from.
    let source: Phrase
    let evaluation: Evaluation
    /// The model that the others are compared with, and the one it became.
    let moved: ModelDifference?
    /// The language shown first.
    let language: Language
    /// The account id as it may be shown.
    let shown: (String) -> String

    var html: String {
        let page = Markup.tag(
            "html", [("lang", language == .zh ? "zh-CN" : "en")],
            [
                .tag(
                    "head", [],
                    [
                        .tag("meta", [("charset", "utf-8")]),
                        .tag(
                            "meta",
                            [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
                        .tag("title", [], [.text(title.text(language))]),
                        .tag("style", [], [.text(ReportStyle.css)]),
                    ]),
                .tag("body", [], languageSwitch + [.tag("main", [], content)]),
            ])
        return "<!DOCTYPE html>\n" + page.text + "\n"
    }

    /// Radio buttons before the page, so that a style alone shows one language.
    private var languageSwitch: [Markup] {
        func button(_ id: String, _ isFirst: Bool) -> Markup {
            .tag(
                "input",
                [("class", "pick"), ("type", "radio"), ("name", "lang"), ("id", id)]
                    + (isFirst ? [("checked", "checked")] : []))
        }
        return [
            button("lang-zh", language == .zh), button("lang-en", language == .en),
            .tag(
                "div", [("class", "switch")],
                [
                    .tag("label", [("for", "lang-zh"), ("lang", "zh")], [.text("中文")]),
                    .tag("label", [("for", "lang-en"), ("lang", "en")], [.text("English")]),
                ]),
        ]
    }

    private var content: [Markup] {
        var parts: [Markup] = [
            .tag("h1", [], [.words(title)]), .tag("p", [("class", "soft")], [.words(source)]),
        ]
        if evaluation.models.count == 2 {
            parts.append(
                .tag(
                    "p", [],
                    evaluation.names.enumerated().map { place, name in
                        .tag(
                            "span", [("style", "margin-right:18px")],
                            [
                                .tag("span", [("class", "key " + RankingCharts.style(place))]), .text(name),
                            ])
                    }))
        }
        for head in evaluation.heads {
            parts.append(
                ReportHead(
                    head: head, models: evaluation.models,
                    moved: moved?.heads.first { $0.name == head.measurement.head }, shown: shown
                ).section)
        }
        parts.append(record)
        return parts
    }

    /// What the models were trained on, and by which commands.
    private var record: Markup {
        let rows = zip(evaluation.names, evaluation.models).flatMap { name, model -> [Markup] in
            var rows: [(Phrase, Markup)] = [
                (Phrase(en: "Model", zh: "模型"), .text(name)),
                (Phrase(en: "Trained on", zh: "训练数据"), .text(model.training.data)),
            ]
            if let first = model.training.firstMs, let last = model.training.lastMs, last > 0 {
                let time = EventTime.china
                rows.append(
                    (
                        Phrase(en: "From, to (\(time.zone))", zh: "时间范围（\(time.zone)）"),
                        .text("\(time.short(first)) – \(time.short(last))")
                    ))
            }
            rows += model.training.commands.map {
                (Phrase(en: "Command", zh: "命令"), .tag("code", [], [.text($0)]))
            }
            return rows.map { title, value in
                .tag("tr", [], [.tag("th", [], [.words(title)]), .tag("td", [], [value])])
            }
        }
        return .tag(
            "section", [],
            [
                .tag("h2", [], [.words("Training record", "训练记录")]),
                .tag("div", [("class", "scroll")], [.tag("table", [], [.tag("tbody", [], rows)])]),
                .tag(
                    "footer", [],
                    [
                        .words(
                            "Intervals hold 95 of 100 bootstrap draws of other accounts of the same kind. A flag is a suggestion to look, not a verdict.",
                            "区间包含对同类账号自助抽样结果的 95%。标记只是建议人工查看，不是结论。")
                    ]),
            ])
    }
}
