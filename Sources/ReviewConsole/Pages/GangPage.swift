import CaseFile
import Presentation

/// The gangs, largest expected loss first.
struct GangsPage {
    let pen: Pen
    let gangs: [Gang]
    let offset: Int
    let hasMore: Bool

    var page: Page {
        let title = pen.language.pick("Gangs", "团伙")
        return Page(
            title: title, place: .gangs, path: "/gangs", visitor: pen.visitor,
            content: [
                element("h1", [:], .text(title)), gangs.isEmpty ? empty : element("section.card", [:], table),
                pager,
            ])
    }

    private var empty: Markup {
        element(
            "p.empty", [:],
            pen.words(
                "No gang has been found: no flagged accounts share enough with one another.",
                "尚未发现团伙：被标记账号之间没有足够的共用资源。"))
    }

    private var table: Markup {
        pen.table(
            [
                ("Gang", "团伙"), ("Accounts", "账号"), ("Flagged", "被标记"), ("Score", "分数"), ("Taken", "已得"),
                ("Can be stopped", "可拦截"), ("What ties them", "关联方式"),
            ], numbers: [1, 2, 3, 4, 5], prose: [6],
            gangs.map { gang in
                [
                    pen.gang(gang.id), .text(gang.members.grouped), .text(gang.flagged.grouped),
                    .text(NumberText.score(gang.score)), pen.yuan(gang.takenFen), pen.yuan(gang.pendingFen),
                    .text(GangText(pen.language).sentence(gang).visible),
                ]
            })
    }

    private var pager: Markup {
        guard hasMore || offset > 0 else { return .nothing }
        return element(
            "p.pager", [:],
            offset > 0
                ? element("a.button.quiet", ["href": "/gangs"], pen.words("First page", "首页")) : .nothing,
            hasMore
                ? element(
                    "a.button.quiet", ["href": "/gangs?offset=\(offset + gangs.count)"],
                    pen.words("Next page", "下一页")) : .nothing)
    }
}

/// A gang: its members, what ties them, its money, and deciding on all of it as one.
struct GangPage {
    let pen: Pen
    let gang: Gang
    let members: [GangMember]
    /// The flags of its members.
    let flags: [FlaggedAccount]
    let open: SelectionPreview

    private static let mostMembers = 500
    private var language: Language { pen.language }

    var page: Page {
        let title = language.pick("Gang \(gang.id.visible)", "团伙 \(gang.id.visible)")
        let shown = members.prefix(Self.mostMembers)
        return Page(
            title: title, place: .gangs, path: "/gangs/" + FormFields.encode(gang.id), visitor: pen.visitor,
            content: [
                element("p.crumbs", [:], element("a", ["href": "/gangs"], pen.words("← Gangs", "← 团伙"))),
                element("h1", [:], .text(title)),
                element("p.lead", [:], .text(GangText(pen.language).sentence(gang).visible)), tiles, decide,
                pen.section("What ties them", "关联方式", ties),
                pen.section(
                    shown.count < members.count ? "Members (the most tied)" : "Members",
                    shown.count < members.count ? "成员（关联最强者）" : "成员", memberTable(shown)),
            ])
    }

    private var tiles: Markup {
        element(
            "div.tiles", [:], pen.tile(gang.members.grouped, "accounts", "个账号"),
            pen.tile(gang.flagged.grouped, "of them flagged", "其中被标记"),
            pen.tile(NumberText.yuan(fen: gang.takenFen), "taken", "已得"),
            pen.tile(NumberText.yuan(fen: gang.pendingFen), "can still be stopped", "仍可拦截"),
            pen.tile(NumberText.score(gang.score), "score", "分数"),
            pen.tile(NumberText.percent(gang.density), "density of ties", "关联密度"))
    }

    private var decide: Markup {
        guard open.total.flags > 0 else {
            return element(
                "p.card.soft", [:], pen.words("Every flag of this gang is decided on.", "该团伙的标记均已处理。"))
        }
        var fields = FormFields()
        fields.add("gang", gang.id)
        fields.add("status", "open")
        return element(
            "form.card.decide", ["method": "post", "action": "/bulk"], pen.token,
            pen.hidden("query", fields.text), pen.hidden("expecting", String(open.total.flags)),
            element(
                "p", [:],
                pen.words(
                    "\(open.total.flags.counted("open flag")) of \(open.accounts.counted("account")), \(NumberText.yuan(fen: open.total.amountAtRiskFen)) at stake:",
                    "\(open.accounts.grouped) 个账号的 \(open.total.flags.grouped) 条待处理标记，涉及 \(NumberText.yuan(fen: open.total.amountAtRiskFen))："
                )), element("div.actions", [:], of: pen.verdicts(of: language.pick("the gang", "整个团伙"))))
    }

    private var ties: Markup {
        pen.table(
            [("Shares", "共用"), ("Things", "个数"), ("Members tied by them", "由此关联的成员"), ("", "")],
            numbers: [1, 2],
            gang.ties.map { tie in
                [
                    .text(GangText(language).kind(tie.kind).visible), .text(tie.things.grouped),
                    .text(tie.accounts.grouped),
                    Draw.bar(Double(tie.accounts) / Double(max(1, gang.members)), label: "", style: "gapbar"),
                ]
            })
    }

    private func memberTable(_ members: ArraySlice<GangMember>) -> Markup {
        let byAccount = Dictionary(grouping: flags, by: \.accountID)
        return pen.table(
            [
                ("Account", "账号"), ("Tie", "关联强度"), ("Flagged for", "标记风险"), ("Score", "分数"),
                ("At stake", "涉及金额"),
                ("Status", "状态"), ("First seen (\(pen.time.zone))", "首次出现（\(pen.time.zone)）"),
            ], numbers: [1, 3, 4],
            members.map { member in
                let flag = byAccount[member.accountID]?.max { $0.score < $1.score }
                return [
                    pen.account(member.accountID), .text(NumberText.fixed(member.tie, places: 2)),
                    flag.map { .text(FlagWords.risk($0.risk, language)) } ?? pen.words("not flagged", "未标记"),
                    .text(flag.map { NumberText.score($0.score) } ?? ""),
                    flag.map { pen.yuan($0.amountAtRiskFen) } ?? .nothing,
                    flag.map { pen.status($0.status) } ?? .nothing, .text(pen.time.short(member.joinedMs)),
                ]
            })
    }
}
