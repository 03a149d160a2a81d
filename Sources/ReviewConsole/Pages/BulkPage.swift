import CaseFile
import Presentation

/// What deciding on all of a filter or a gang would be about, to be looked at before it is done.
struct BulkPage {
    let pen: Pen
    let filter: QueueFilter
    let preview: SelectionPreview

    private var language: Language { pen.language }

    var page: Page {
        let gang = filter.query.gangID
        let title =
            gang.map { language.pick("Decide on gang \($0.visible)", "处理团伙 \($0.visible)") }
            ?? language.pick("Decide on all of a filter", "按筛选全部处理")
        return Page(
            title: title, path: "/bulk?" + filter.text, visitor: pen.visitor,
            content: [
                element("h1", [:], .text(title)), facts,
                preview.total.flags == 0 ? empty : form,
                pen.section("Ten of them", "其中十条", samples),
            ])
    }

    private var facts: Markup {
        element(
            "div.tiles", [:], pen.tile(preview.total.flags.grouped, "flags", "条标记"),
            pen.tile(preview.accounts.grouped, "accounts", "个账号"),
            pen.tile(NumberText.yuan(fen: preview.total.amountAtRiskFen), "at stake", "涉及金额"))
    }

    private var empty: Markup {
        element("p.empty", [:], pen.words("There is nothing left to decide on.", "没有可处理的标记。"))
    }

    private var form: Markup {
        element(
            "form.card.decide", ["method": "post", "action": "/bulk"], pen.token,
            pen.hidden("query", filter.text), pen.hidden("expecting", String(preview.total.flags)),
            element(
                "label", [:], element("span", [:], pen.words("Note (optional)", "备注（可不填）")),
                element("input", ["type": "text", "name": "note", "maxlength": "500"])),
            element(
                "div.actions", [:],
                of: pen.verdicts(
                    of: language.pick(
                        "all \(preview.total.flags.grouped)", "全部 \(preview.total.flags.grouped) 条"))),
            element(
                "p.soft", [:],
                pen.words("It can be taken back as a whole.", "可以整体撤销。")))
    }

    private var samples: Markup {
        FlagTable(pen: pen, query: filter.text).table(preview.samples)
    }
}

/// Flags in short, for beside something else.
struct FlagTable {
    let pen: Pen
    var query = ""

    func table(_ flags: [FlaggedAccount]) -> Markup {
        pen.table(
            [
                ("Account", "账号"), ("Risk", "风险"), ("Score", "分数"), ("At stake", "涉及金额"), ("Why", "原因"),
                ("Status", "状态"),
            ], numbers: [2, 3], prose: [4],
            flags.map { flag in
                [
                    pen.account(flag.accountID, query: query), .text(FlagWords.risk(flag.risk, pen.language)),
                    .text(NumberText.score(flag.score)), pen.yuan(flag.amountAtRiskFen),
                    .text(
                        pen.reasons.telling(flag.reasons).prefix(2).map { pen.reasons.statement($0).visible }
                            .joined(separator: pen.language.pick("; ", "；"))), pen.status(flag.status),
                ]
            })
    }
}
