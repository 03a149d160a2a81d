import CaseFile
import Presentation

/// All there is to say about one gang.
struct GangPage {
    let gang: Gang
    /// The most tied first.
    let members: [GangMember]
    /// Flags of the members by account id.
    let flags: [String: [FlaggedAccount]]
    let listing: GangListing

    private var language: Language { listing.language }
    private var time: EventTime { listing.display.time }

    func text(as format: OutputFormat, _ terminal: Terminal) -> String {
        switch format {
        case .table: page(terminal)
        case .json:
            JSONValue.object(listing.json(gang) + [("members", .array(members.map(json)))]).text + "\n"
        case .csv:
            CSVText.line([
                "gang_id", "account_id", "tie", "flagged", "score", "amount_at_risk_fen", "joined_ms",
            ])
                + members.map { member in
                    CSVText.line([
                        gang.id, listing.display.shown(member.accountID), JSONValue.number(member.tie).text,
                        member.isFlagged ? "1" : "0", highest(member).map { JSONValue.number($0).text } ?? "",
                        String(amount(member)), String(member.joinedMs),
                    ])
                }.joined()
        }
    }

    private func highest(_ member: GangMember) -> Double? { flags[member.accountID]?.map(\.score).max() }

    /// An account of both risks counts once.
    private func amount(_ member: GangMember) -> Int64 {
        flags[member.accountID]?.map(\.amountAtRiskFen).max() ?? 0
    }

    private func json(_ member: GangMember) -> JSONValue {
        let score: JSONValue = highest(member).map { .number($0) } ?? .null
        return .object([
            ("account_id", .string(listing.display.shown(member.accountID))),
            ("tie", .number(member.tie)),
            ("flagged", .bool(member.isFlagged)),
            ("score", score),
            ("amount_at_risk_fen", .integer(amount(member))),
            ("joined_ms", .integer(member.joinedMs)),
        ])
    }

    private func page(_ terminal: Terminal) -> String {
        let words = GangText(language)
        let score = NumberText.score(gang.score)
        let density = NumberText.fixed(gang.density, places: 2)
        let (flagged, all) = (gang.flagged.grouped, gang.members.grouped)
        let span = "\(time.short(gang.firstSeenMs)) – \(time.short(gang.lastSeenMs)) \(time.zone)"
        let facts: [(String, String)] = [
            (
                language.pick("Score", "分数"),
                language.pick(
                    "\(score), the mean of its accounts; density \(density)", "\(score)（成员均值）；密度 \(density)")
            ),
            (language.pick("Flagged", "已标记"), language.pick("\(flagged) of \(all)", "\(flagged) / \(all)")),
            (language.pick("Taken", "已获利"), NumberText.yuan(fen: gang.takenFen)),
            (language.pick("Pending", "未使用"), NumberText.yuan(fen: gang.pendingFen)),
            (language.pick("Seen", "出现"), span),
        ]
        let width = facts.map { CellWidth.of($0.0) }.max() ?? 0
        var lines = [
            language.pick("Gang ", "团伙 ") + terminal.styled(gang.id, .bold), words.sentence(gang), "",
        ]
        lines += facts.map { name, value in
            "  \(name)\(String(repeating: " ", count: width - CellWidth.of(name)))  \(value)"
        }
        lines += ["", language.pick("  Ties, the strongest first", "  关联（由强到弱）")]
        for tie in gang.ties {
            let (kind, things) = (words.kind(tie.kind), tie.things.grouped)
            let holders = tie.accounts.counted("account")
            lines.append(
                language.pick(
                    "    \(kind): \(things) shared by \(holders)",
                    "    \(kind)：\(things) 个，涉及 \(tie.accounts.grouped) 个账号"))
        }
        lines.append("")
        return lines.map { $0 + "\n" }.joined() + table.rendered(terminal)
    }

    private var table: TerminalTable {
        var table = TerminalTable([
            .init(title: language.pick("ACCOUNT", "账号")),
            .init(title: language.pick("TIE", "关联强度"), alignment: .right),
            .init(title: language.pick("RISK", "风险")),
            .init(title: language.pick("SCORE", "分数"), alignment: .right),
            .init(title: language.pick("AT STAKE", "涉及金额"), alignment: .right),
            .init(title: language.pick("FIRST SEEN (\(time.zone))", "首次出现（\(time.zone)）")),
        ])
        table.rows = members.map(row)
        return table
    }

    private func row(_ member: GangMember) -> [TerminalTable.Cell] {
        let own = flags[member.accountID] ?? []
        let risks = own.map { FlagWords.risk($0.risk, language) }.joined(separator: ", ")
        return [
            .init(listing.display.shown(member.accountID)),
            .init(NumberText.fixed(member.tie, places: 2)),
            .init(own.isEmpty ? language.pick("not flagged", "未标记") : risks),
            .init(highest(member).map(NumberText.score) ?? ""),
            .init(own.isEmpty ? "" : NumberText.yuan(fen: amount(member))),
            .init(time.short(member.joinedMs)),
        ]
    }
}
