import CaseFile
import Presentation
import RiskFeatures
import RiskModel

/// The flags that wait, largest expected loss first.
struct QueuePage {
    let pen: Pen
    let filter: QueueFilter
    let flags: FlagPage
    let total: FlagTotal
    /// Members of the gangs that the rows name.
    let gangSizes: [String: Int]
    let saved: [SavedFilter]
    /// What was just decided, and the name to undo it by.
    let done: (name: String, entry: UndoBook.Entry)?
    /// The number of changes that the page was made at.
    let version: Int
    /// Whether this is the first page of the list.
    let isFirst: Bool

    private var language: Language { pen.language }

    var page: Page {
        Page(
            title: language.pick("Queue", "待办"), place: .queue, path: "/?" + filter.text,
            visitor: pen.visitor, content: [notice, filterForm, savedFilters, list])
    }

    /// What the script replaces when something has changed.
    private var list: Markup {
        element(
            "form.list",
            [
                "id": "live", "method": "post", "action": "/decide",
                isFirst ? "data-live" : "": String(version),
                "data-query": filter.text,
            ], pen.token, pen.hidden("query", filter.text), summary,
            flags.flags.isEmpty ? empty : rows, pager)
    }

    private var notice: Markup {
        guard let done else { return .nothing }
        return DecisionNotice(pen: pen, name: done.name, entry: done.entry, query: filter.text).markup
    }

    private var summary: Markup {
        let count = language.pick(
            total.flags.counted("flag"), "\(total.flags.grouped) 条标记")
        let sum = NumberText.yuan(fen: total.amountAtRiskFen)
        let bulk =
            total.flags > 1
            ? element(
                "a.button.quiet", ["href": "/bulk?" + filter.text(with: "status", statusName)],
                pen.words("Decide on all…", "全部处理…")) : .nothing
        return element(
            "div.summary", [:],
            element(
                "p", ["aria-live": "polite"], element("b", ["id": "total"], .text(count)),
                .text(language.pick(" · \(sum) at stake", " · 涉及 \(sum)"))),
            element(
                "div.actions", [:],
                of: flags.flags.isEmpty
                    ? []
                    : [element("span.chosen", ["id": "chosen"], pen.words("Selected:", "已选："))]
                        + pen.verdicts() + [bulk]))
    }

    private var statusName: String { filter.query.status?.rawValue ?? "all" }

    private var empty: Markup {
        let isOpen = filter.query.status == .open
        return element(
            "div.empty", [:],
            element(
                "h2", [:],
                isOpen
                    ? pen.words("Nothing waits.", "没有待处理的标记。") : pen.words("Nothing matches.", "没有符合条件的标记。")),
            element(
                "p", [:],
                isOpen
                    ? pen.words(
                        "Every flag that this filter shows has been decided on. New ones appear here by themselves.",
                        "此筛选下的标记都已处理完。新的标记会自动出现在这里。")
                    : pen.words("No flag is as this filter asks.", "没有符合此筛选的标记。")),
            element(
                "p", [:], element("a.button", ["href": "/?status=all"], pen.words("All flags", "全部标记")),
                element("a.button.quiet", ["href": "/overview"], pen.words("Overview", "概览"))))
    }

    private static let titles: [(String, en: String, zh: String)] = [
        ("pick", "", ""), ("account", "Account", "账号"), ("score", "Score", "分数"),
        ("stake", "At stake", "涉及金额"), ("why", "Why", "原因"), ("gang", "Gang", "团伙"),
        ("when", "First flagged", "首次标记"), ("status", "Status", "状态"),
    ]

    private var rows: Markup {
        let head = Self.titles.map { name, en, zh in
            let title =
                name == "when"
                ? pen.words("\(en) (\(pen.time.zone))", "\(zh)（\(pen.time.zone)）") : pen.words(en, zh)
            return element("th." + name, ["scope": "col"], name == "pick" ? selectAll : title)
        }
        return element(
            "table.queue", [:], element("thead", [:], element("tr", [:], of: head)),
            element("tbody", [:], of: flags.flags.map(row)))
    }

    private var selectAll: Markup {
        element(
            "input",
            [
                "type": "checkbox", "id": "all", "hidden": "hidden",
                "aria-label": language.pick("Select all on this page", "选中本页全部"),
            ])
    }

    private func row(_ flag: FlaggedAccount) -> Markup {
        let reference = pen.references.reference(flag.accountID)
        let name = pen.masked(flag.accountID)
        let why = pen.reasons.telling(flag.reasons).prefix(3).map {
            element("li", [:], .text(pen.reasons.statement($0).visible))
        }
        let expected = NumberText.yuan(
            fen: Int64(clamping: flag.score * Double(flag.amountAtRiskFen)))
        let campaigns = flag.campaigns.prefix(2).map(\.visible).joined(separator: ", ")
        let score = NumberText.score(flag.score)
        return element(
            "tr",
            [
                "id": "r" + reference.dropFirst() + "-" + flag.risk, "data-ref": reference,
                "data-risk": flag.risk,
                "data-gang": flag.gangID ?? "",
            ],
            element(
                "td.pick", [:],
                element(
                    "input",
                    [
                        "type": "checkbox", "name": "flag", "value": reference + ":" + flag.risk,
                        "aria-label": language.pick("Select \(name)", "选中 \(name)"),
                    ])),
            element(
                "td.account", [:], pen.account(flag.accountID, query: filter.text),
                element(
                    "div.kind", [:],
                    of: [element("span.risk", [:], .text(FlagWords.risk(flag.risk, language)))]
                        + pen.tags(flag.tags))),
            element(
                "td.score", [:], element("b", [:], .text(score)), " ", pen.level(flag.level),
                Draw.bar(flag.score, label: score)),
            element(
                "td.stake", [:], element("b", [:], pen.yuan(flag.amountAtRiskFen)),
                element("small", [:], pen.words("\(expected) expected", "预期 \(expected)"))),
            element("td.why", [:], element("ul", [:], of: why)),
            element("td.gang", [:], gang(flag)),
            element(
                "td.when", [:], .text(String(pen.time.short(flag.firstFlaggedMs).dropFirst(5).dropLast(3))),
                element("small", [:], .text(campaigns))),
            element("td.status", [:], pen.status(flag.status)))
    }

    private func gang(_ flag: FlaggedAccount) -> Markup {
        guard let id = flag.gangID else { return .nothing }
        guard let size = gangSizes[id] else { return pen.gang(id) }
        return .group([
            pen.gang(id),
            element("small", [:], pen.words(size.counted("account"), "\(size.grouped) 个账号")),
        ])
    }

    private var pager: Markup {
        var parts: [Markup] = []
        if !isFirst {
            parts.append(
                element("a.button.quiet", ["href": "/?" + filter.text], pen.words("First page", "首页")))
        }
        if let next = flags.next {
            parts.append(
                element(
                    "a.button.quiet", ["rel": "next", "href": "/?" + filter.text(with: "after", next.text)],
                    pen.words("Next page", "下一页")))
        }
        return parts.isEmpty ? .nothing : element("p.pager", [:], of: parts)
    }

    // MARK: Filters

    private func choice(_ name: String, _ label: (en: String, zh: String), _ options: [(String, String)])
        -> Markup
    {
        let chosen = filter[name]
        return element(
            "label", [:], element("span", [:], pen.words(label.en, label.zh)),
            element(
                "select", ["name": name],
                of: options.map { value, text in
                    element(
                        "option", ["value": value, value == chosen ? "selected" : "": "selected"], .text(text)
                    )
                }))
    }

    private func field(
        _ name: String, _ type: String, _ label: (en: String, zh: String),
        _ more: KeyValuePairs<String, String> = [:]
    ) -> Markup {
        var attributes = [("type", type), ("name", name), ("value", filter[name])]
        for (key, value) in more { attributes.append((key, value)) }
        return element(
            "label", [:], element("span", [:], pen.words(label.en, label.zh)), .tag("input", attributes))
    }

    private var filterForm: Markup {
        let any = ("", language.pick("any", "不限"))
        let risks = Risk.allCases.map { ($0.rawValue, FlagWords.risk($0.rawValue, language)) }
        let levels = ["high", "review"].map { ($0, FlagWords.level($0, language)) }
        let states = ReviewStatus.allCases.map { ($0.rawValue, FlagWords.status($0, language)) }
        let tags = AbuseTag.allCases.map { ($0.rawValue, FlagWords.tag($0.rawValue, language)) }
        let sorts = [
            ("", language.pick("expected loss", "预期损失")), ("score", language.pick("score", "分数")),
            ("amount", language.pick("amount", "金额")), ("time", language.pick("latest", "最新")),
        ]
        let more = [
            choice("tag", ("Kind", "类型"), [any] + tags),
            field("campaign", "text", ("Campaign", "活动"), ["maxlength": "512"]),
            field("gang", "text", ("Gang", "团伙"), ["maxlength": "64"]),
            field("min_score", "number", ("Score from", "分数不低于"), ["min": "0", "max": "1", "step": "any"]),
            field("min_yuan", "number", ("Yuan from", "金额不低于"), ["min": "0", "step": "any"]),
            field("since", "text", ("Flagged since", "标记时间不早于"), ["placeholder": "2026-06-01"]),
        ]
        let isMoreOpen = ["tag", "campaign", "gang", "min_score", "min_yuan", "since"].contains {
            !filter[$0].isEmpty
        }
        return element(
            "form.filters", ["method": "get", "action": "/", "role": "search"],
            field(
                "q", "search", ("Account", "账号"),
                ["id": "search", "placeholder": language.pick("part of an id", "账号的一部分"), "maxlength": "512"]),
            choice("risk", ("Risk", "风险"), [any] + risks), choice("level", ("Level", "等级"), [any] + levels),
            element(
                "label", [:], element("span", [:], pen.words("Status", "状态")),
                element(
                    "select", ["name": "status"],
                    of: (states + [("all", any.1)]).map { value, text in
                        element(
                            "option", ["value": value, value == statusName ? "selected" : "": "selected"],
                            .text(text))
                    })), choice("sort", ("Order", "排序"), sorts),
            element(
                "details", [isMoreOpen ? "open" : "": "open"],
                element("summary", [:], pen.words("More", "更多")), element("div.more", [:], of: more)),
            element("button", ["type": "submit"], pen.words("Show", "筛选")))
    }

    private var savedFilters: Markup {
        var parts = saved.map { saved in
            element(
                "span.chip", [:],
                element(
                    "a",
                    ["href": "/?" + saved.query, saved.query == filter.text ? "aria-current" : "": "true"],
                    .text(saved.name.visible)),
                element(
                    "form", ["method": "post", "action": "/filters/delete"], pen.token,
                    pen.hidden("name", saved.name),
                    element(
                        "button.icon",
                        ["type": "submit", "aria-label": language.pick("Forget this filter", "删除此筛选")], "×")))
        }
        if !filter.text.isEmpty, !saved.contains(where: { $0.query == filter.text }) {
            parts.append(
                element(
                    "form.save", ["method": "post", "action": "/filters"], pen.token,
                    pen.hidden("query", filter.text),
                    element(
                        "input",
                        [
                            "type": "text", "name": "name", "required": "required", "maxlength": "60",
                            "placeholder": language.pick("name this filter", "为此筛选命名"),
                            "aria-label": language.pick("Name of this filter", "筛选名称"),
                        ]),
                    element("button.quiet", ["type": "submit"], pen.words("Save", "保存"))))
        }
        return parts.isEmpty ? .nothing : element("div.saved", [:], of: parts)
    }
}

/// Says what was just decided, and takes it back.
struct DecisionNotice {
    let pen: Pen
    let name: String
    let entry: UndoBook.Entry
    let query: String

    var markup: Markup {
        let what = FlagWords.status(entry.verdict.status, pen.language)
        if entry.flags == 0, entry.repeated > 0 {
            return element(
                "div.toast", ["role": "status"],
                .text(FlagWords.leftAsDecided(entry.repeated, pen.language)))
        }
        return element(
            "form.toast", ["method": "post", "action": "/undo", "role": "status"], pen.token,
            pen.hidden("undo", name), pen.hidden("query", query),
            element(
                "span", [:],
                pen.words("\(entry.flags.counted("flag")) \(what).", "\(entry.flags.grouped) 条标记：\(what)。")),
            element(
                "button.quiet", ["type": "submit", "data-key": "z"], pen.words("Undo", "撤销"),
                element("kbd", [:], "z")))
    }
}
