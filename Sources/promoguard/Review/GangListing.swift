import CaseFile
import Presentation

/// Gangs as a table, JSON or CSV.
struct GangListing {
    let language: Language
    let display: DisplayOptions

    private var words: GangText { GangText(language) }
    private var time: EventTime { display.time }

    func text(_ gangs: [Gang], as format: OutputFormat, _ terminal: Terminal) -> String {
        switch format {
        case .table: table(gangs).rendered(terminal)
        case .json: JSONValue.lines(gangs.map { .object(json($0)) })
        case .csv: CSVText.line(GangListing.csvHeader) + gangs.map { CSVText.line(csvFields($0)) }.joined()
        }
    }

    private func table(_ gangs: [Gang]) -> TerminalTable {
        var table = TerminalTable([
            .init(title: language.pick("GANG", "团伙")),
            .init(title: language.pick("ACCOUNTS", "账号"), alignment: .right),
            .init(title: language.pick("FLAGGED", "已标记"), alignment: .right),
            .init(title: language.pick("SCORE", "分数"), alignment: .right),
            .init(title: language.pick("TAKEN", "已获利"), alignment: .right),
            .init(title: language.pick("PENDING", "未使用"), alignment: .right),
            .init(title: language.pick("FIRST SEEN (\(time.zone))", "首次出现（\(time.zone)）")),
            .init(title: language.pick("WHAT TIES THEM", "关联"), isFlexible: true),
        ])
        table.rows = gangs.map { gang in
            [
                .init(gang.id, .bold),
                .init(gang.members.grouped),
                .init(NumberText.percent(Double(gang.flagged) / Double(max(gang.members, 1)))),
                .init(NumberText.score(gang.score)),
                .init(NumberText.yuan(fen: gang.takenFen)),
                .init(NumberText.yuan(fen: gang.pendingFen)),
                .init(time.short(gang.firstSeenMs)),
                .init(words.sentence(gang)),
            ]
        }
        return table
    }

    func json(_ gang: Gang) -> [(String, JSONValue)] {
        [
            ("gang_id", .string(gang.id)),
            ("accounts", .integer(Int64(gang.members))),
            ("flagged", .integer(Int64(gang.flagged))),
            ("score", .number(gang.score)),
            ("density", .number(gang.density)),
            ("taken_fen", .integer(gang.takenFen)),
            ("pending_fen", .integer(gang.pendingFen)),
            ("first_seen_ms", .integer(gang.firstSeenMs)),
            ("first_seen", .string(time.iso(gang.firstSeenMs))),
            ("last_seen_ms", .integer(gang.lastSeenMs)),
            ("last_seen", .string(time.iso(gang.lastSeenMs))),
            ("claim_span_ms", gang.claimSpanMs.map { .integer($0) } ?? .null),
            (
                "ties",
                .array(
                    gang.ties.map {
                        .object([
                            ("kind", .string($0.kind)), ("things", .integer(Int64($0.things))),
                            ("accounts", .integer(Int64($0.accounts))),
                        ])
                    })
            ),
            ("text", .string(words.sentence(gang))),
        ]
    }

    private static let csvHeader = [
        "gang_id", "accounts", "flagged", "score", "density", "taken_fen", "pending_fen", "first_seen_ms",
        "first_seen", "last_seen_ms", "claim_span_ms", "text",
    ]

    private func csvFields(_ gang: Gang) -> [String] {
        [
            gang.id, String(gang.members), String(gang.flagged), JSONValue.number(gang.score).text,
            JSONValue.number(gang.density).text, String(gang.takenFen), String(gang.pendingFen),
            String(gang.firstSeenMs), time.iso(gang.firstSeenMs), String(gang.lastSeenMs),
            gang.claimSpanMs.map(String.init) ?? "", words.sentence(gang),
        ]
    }
}
