import CaseFile
import Presentation
import RiskModel

/// All there is to say about one account, and the keys to decide on it.
struct AccountPage {
    /// What the file says of it, read at once.
    struct Contents: Sendable {
        var flags: [FlaggedAccount]
        var evidence: AccountEvidence?
        var links: [AccountLink]
        var neighbours: [Neighbour]
        var decisions: [Decision]
        var trail: [AuditEntry]
        var news: [FlagKey: NewEvidence]
        /// The gang of an account that is in one without being flagged.
        var gangID: String?
    }

    let pen: Pen
    let account: String
    let contents: Contents
    let model: LogisticModel
    /// The filter that the reviewer came with.
    let filter: QueueFilter
    /// Shown whole, which is on the audit trail.
    let isUnmasked: Bool
    let done: (name: String, entry: UndoBook.Entry)?

    private var language: Language { pen.language }
    private var reference: String { pen.references.reference(account) }
    private var path: String { "/accounts/" + reference }

    var page: Page {
        let name = pen.masked(account)
        return Page(
            title: language.pick("Account \(name)", "账号 \(name)"), path: path + "?" + filter.text,
            visitor: pen.visitor,
            content: [
                notice, head, decideForm,
                element(
                    "div.columns", [:],
                    element("div.main", [:], of: contents.flags.map(card) + [timeline, linked]),
                    element("div.side", [:], money, history)),
            ])
    }

    private var notice: Markup {
        guard let done else { return .nothing }
        return DecisionNotice(pen: pen, name: done.name, entry: done.entry, query: filter.text).markup
    }

    private var head: Markup {
        let id: Markup =
            isUnmasked
            ? element("code.whole", [:], .text(account.visible))
            : .group([
                .text(pen.masked(account)),
                element(
                    "form.inline", ["method": "post", "action": path + "/unmask?" + filter.text], pen.token,
                    element(
                        "button.quiet.small",
                        [
                            "type": "submit",
                            "title": language.pick("Written to the audit trail", "将记入审计记录"),
                        ], pen.words("Show whole id", "显示完整账号"))),
            ])
        let gang = contents.flags.lazy.compactMap(\.gangID).first ?? contents.gangID
        return element(
            "div.head", [:],
            element(
                "p.crumbs", [:],
                element("a", ["href": "/?" + filter.text, "data-key": "q"], pen.words("← Queue", "← 待办"))),
            element("h1", [:], id),
            gang.map { id in
                element(
                    "p", [:], pen.words("In gang ", "所属团伙 "), pen.gang(id), " ",
                    element(
                        "a.button.quiet.small", ["href": "/bulk?" + bulk(id), "data-key": "g"],
                        pen.words("Decide on the whole gang", "整个团伙一并处理"), element("kbd", [:], "g")))
            } ?? .nothing)
    }

    private func bulk(_ gang: String) -> String {
        var fields = FormFields()
        fields.add("gang", gang)
        fields.add("status", "open")
        return fields.text
    }

    private var decideForm: Markup {
        guard !contents.flags.isEmpty else {
            return element(
                "p.card.soft", [:],
                pen.words(
                    "This account is not flagged itself: its gang ties it to accounts that are.",
                    "该账号本身未被标记：它因所属团伙与被标记账号相连。"))
        }
        return element(
            "form.card.decide", ["method": "post", "action": "/decide", "data-decide": "1"],
            of: [pen.token, pen.hidden("query", filter.text), pen.hidden("go", "next")]
                + contents.flags.map { pen.hidden("flag", reference + ":" + $0.risk) } + [
                    element(
                        "label", [:], element("span", [:], pen.words("Note (optional)", "备注（可不填）")),
                        element("input", ["type": "text", "name": "note", "maxlength": "500"])),
                    element("div.actions", [:], of: pen.verdicts()),
                ])
    }

    // MARK: Why

    private func card(_ flag: FlaggedAccount) -> Markup {
        let facts = [
            pen.tile(NumberText.score(flag.score), "score", "分数"),
            pen.tile(NumberText.yuan(fen: flag.amountAtRiskFen), "at stake", "涉及金额"),
            pen.tile(
                String(pen.time.short(flag.firstFlaggedMs).dropFirst(5).dropLast(3)),
                "first flagged (\(pen.time.zone))",
                "首次标记（\(pen.time.zone)）"),
        ]
        let scores = contents.evidence?.scores(risk: flag.risk) ?? []
        let thresholds = Risk(rawValue: flag.risk).flatMap { model.heads[$0]?.thresholds }
        return element(
            "section.card.flag", [:],
            element(
                "h2", [:],
                of: [
                    element("span.name", [:], .text(FlagWords.risk(flag.risk, language))), " ",
                    pen.level(flag.level), " ",
                    pen.status(flag.status),
                ] + pen.tags(flag.tags)), element("div.tiles", [:], of: facts), news(flag), reasons(flag),
            ScoreChart(
                scores: scores, thresholds: thresholds.map { ($0.review, $0.high) }, pen: pen
            ).markup,
            element("p.soft", [:], pen.words("Model: \(flag.model.visible)", "评分模型：\(flag.model.visible)"))
        )
    }

    /// What opened a cleared flag again.
    private func news(_ flag: FlaggedAccount) -> Markup {
        guard let news = contents.news[flag.key] else { return .nothing }
        var what: [String] = []
        if let rise = news.logOddsRise {
            what.append(
                language.pick(
                    "its log-odds rose by \(NumberText.fixed(rise, places: 1))",
                    "对数几率上升 \(NumberText.fixed(rise, places: 1))"))
        }
        if let reason = news.reason { what.append(pen.reasons.statement(reason).visible) }
        if let before = news.amountBeforeFen {
            what.append(
                language.pick(
                    "the amount at stake was \(NumberText.yuan(fen: before))",
                    "当时涉及金额为 \(NumberText.yuan(fen: before))"))
        }
        return element(
            "p.news", [:], element("b", [:], pen.words("New since it was cleared: ", "排除之后的新证据：")),
            .text(what.joined(separator: language.pick("; ", "；"))))
    }

    private func reasons(_ flag: FlaggedAccount) -> Markup {
        let told = pen.reasons.telling(flag.reasons) + pen.reasons.excusing(flag.reasons)
        let rest = flag.reasons.filter { reason in !told.contains(reason) }
        let largest = flag.reasons.map { abs($0.contribution) }.max() ?? 1
        func rows(_ reasons: [FlaggedAccount.Reason]) -> [Markup] {
            reasons.map { reason in
                let isAgainst = reason.contribution >= 0
                return element(
                    isAgainst ? "li" : "li.down", [:],
                    element("span.points", [:], .text(NumberText.signed(reason.contribution))),
                    Draw.bar(
                        abs(reason.contribution) / largest, label: "", style: isAgainst ? "bar" : "bar down"),
                    element(
                        "span.text", [:],
                        .text((pen.reasons.excuse(reason) ?? pen.reasons.statement(reason)).visible), " ",
                        element("small", [:], .text(pen.reasons.usual(reason).visible))),
                    element(
                        "code", [:],
                        .text("\(reason.feature) = \(pen.reasons.plainValue(reason.value))".visible)))
            }
        }
        return .group([
            element("h3", [:], pen.words("Why (log-odds)", "依据（对数几率）")),
            element("ul.reasons", [:], of: rows(told)),
            rest.isEmpty
                ? .nothing
                : element(
                    "details", [:],
                    element(
                        "summary", [:],
                        pen.words(
                            "\(rest.count) more, usual or unknown, that move the score",
                            "另有 \(rest.count) 项取值正常或未知但影响分数")), element("ul.reasons", [:], of: rows(rest))),
        ])
    }

    // MARK: What it did

    private var timeline: Markup {
        pen.section(
            "What it did", "行为时间轴", Timeline(pen: pen, events: contents.evidence?.events ?? []).markup)
    }

    private var linked: Markup {
        guard !contents.links.isEmpty else {
            return pen.section(
                "Linked accounts", "关联账号",
                element("p.soft", [:], pen.words("It shares nothing with others.", "未与其他账号共用资源。")))
        }
        let rows = contents.links.map { link -> [Markup] in
            let others = contents.neighbours.filter { $0.kind == link.kind && $0.thing == link.thing }
            var names = others.prefix(6).flatMap { [pen.account($0.accountID), Markup.text(" ")] }
            if others.count > 6 { names.append(.text("+\(others.count - 6)")) }
            return [
                .text(FlagWords.linkKind(link.kind, language)),
                element("code", [:], .text(String(link.thing.prefix(8)))),
                .text(link.accounts.grouped), .group(names), .text(pen.time.short(link.lastMs)),
            ]
        }
        return pen.section(
            "Linked accounts", "关联账号",
            LinkGraph(
                pen: pen, account: account, links: contents.links, neighbours: contents.neighbours
            ).markup,
            pen.table(
                [
                    ("Shares", "共用"), ("Which", "标识"), ("Accounts that have it", "拥有账号数"),
                    ("Flagged or in a gang", "被标记或在团伙中"),
                    ("Last used (\(pen.time.zone))", "最近使用（\(pen.time.zone)）"),
                ], numbers: [2], rows))
    }

    private var money: Markup {
        guard let evidence = contents.evidence else { return .nothing }
        let taken = evidence.money
        let rows: [(String, String, Int64)] = [
            ("coupons, gifts and prizes given to it", "获得的券、礼品与奖品", taken.claimedFen),
            ("of that, taken off orders", "其中已抵扣", taken.discountedFen),
            ("points", "积分", taken.pointsFen), ("paid", "支付", taken.paidFen),
            ("refunded", "退款", taken.refundedFen), ("commission", "佣金", taken.commissionFen),
        ]
        let totals = contents.flags.map { flag in
            element(
                "p", [:],
                pen.words(
                    "\(FlagWords.risk(flag.risk, .en)): \(NumberText.yuan(fen: taken.takenFen(risk: flag.risk))) taken, \(NumberText.yuan(fen: taken.pendingFen(risk: flag.risk))) can still be stopped",
                    "\(FlagWords.risk(flag.risk, .zh))：已得 \(NumberText.yuan(fen: taken.takenFen(risk: flag.risk)))，仍可拦截 \(NumberText.yuan(fen: taken.pendingFen(risk: flag.risk)))"
                ))
        }
        let list = rows.filter { $0.2 != 0 }.flatMap { en, zh, fen in
            [element("dt", [:], pen.words(en, zh)), element("dd", [:], pen.yuan(fen))]
        }
        return element(
            "section.card", [:],
            of: [element("h2", [:], pen.words("Money", "资金"))] + totals + [
                element("dl.figures", [:], of: list),
                element(
                    "p.soft", [:],
                    pen.words(
                        "first seen \(pen.time.short(evidence.firstSeenMs))",
                        "首次出现 \(pen.time.short(evidence.firstSeenMs))")),
            ])
    }

    private var history: Markup {
        let decisions = contents.decisions.map { decision in
            (
                decision.decidedMs,
                element(
                    "li", [:], element("b", [:], .text(FlagWords.verdict(decision.verdict, language))), " ",
                    .text("\(FlagWords.risk(decision.risk, language)) · \(decision.reviewer.visible)"),
                    element("small", [:], .text(pen.time.short(decision.decidedMs))),
                    decision.note.map { element("q", [:], .text($0.visible)) } ?? .nothing)
            )
        }
        let looks = contents.trail.map { entry in
            (
                entry.atMs,
                element(
                    "li.soft", [:], .text(AuditWords.action(entry.action, language)),
                    .text(" · \(entry.who.visible)"),
                    element("small", [:], .text(pen.time.short(entry.atMs))))
            )
        }
        let all = (decisions + looks).enumerated().sorted {
            $0.element.0 != $1.element.0 ? $0.element.0 > $1.element.0 : $0.offset > $1.offset
        }.map(\.element.1)
        let undo =
            contents.decisions.isEmpty
            ? Markup.nothing
            : element(
                "form", ["method": "post", "action": "/undo"], pen.token, pen.hidden("account", reference),
                pen.hidden("query", filter.text),
                element(
                    "button.quiet.small", ["type": "submit"], pen.words("Undo the last decision", "撤销上一次处理")))
        return pen.section(
            "History", "记录",
            all.isEmpty
                ? element("p.soft", [:], pen.words("Nobody has decided on it yet.", "尚无处理记录。"))
                : element("ul.history", [:], of: all), undo)
    }
}

/// The verbs of the audit trail in words.
enum AuditWords {
    static func action(_ name: String, _ language: Language) -> String {
        switch name {
        case "unmask": language.pick("looked at the whole id", "查看了完整账号")
        case "export": language.pick("exported ids", "导出了账号")
        default: name
        }
    }
}
