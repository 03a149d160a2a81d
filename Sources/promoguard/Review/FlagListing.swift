import CaseFile
import Presentation

/// Flags as a table, JSON or CSV.
struct FlagListing {
    let language: Language
    let display: DisplayOptions
    let reasons: ReasonText

    init(language: Language, display: DisplayOptions, reasons: ReasonText? = nil) {
        self.language = language
        self.display = display
        self.reasons = reasons ?? ReasonText(language)
    }

    func text(_ flags: [FlaggedAccount], as format: OutputFormat, _ terminal: Terminal) -> String {
        switch format {
        case .table: table(flags).rendered(terminal)
        case .json: JSONValue.lines(flags.map(json))
        case .csv:
            CSVText.line(FlagListing.csvHeader) + flags.map { csvLine($0, terminal) }.joined()
        }
    }

    private func table(_ flags: [FlaggedAccount]) -> TerminalTable {
        let zone = display.time.zone
        var table = TerminalTable([
            .init(title: language.pick("ACCOUNT", "账号")),
            .init(title: language.pick("RISK", "风险")),
            .init(title: language.pick("SCORE", "分数"), alignment: .right),
            .init(title: language.pick("LEVEL", "等级")),
            .init(title: language.pick("AT STAKE", "涉及金额"), alignment: .right),
            .init(title: language.pick("FIRST FLAGGED (\(zone))", "首次标记（\(zone)）")),
            .init(title: language.pick("REASONS", "原因"), isFlexible: true),
            .init(title: language.pick("TAGS", "标签"), isFlexible: true),
            .init(title: language.pick("STATUS", "状态")),
        ])
        table.rows = flags.map { flag in
            [
                .init(display.shown(flag.accountID)),
                .init(FlagWords.risk(flag.risk, language)),
                .init(NumberText.score(flag.score)),
                .init(FlagWords.level(flag.level, language), flag.level == "high" ? .red : .yellow),
                .init(NumberText.yuan(fen: flag.amountAtRiskFen)),
                .init(display.time.short(flag.firstFlaggedMs)),
                .init(topReasons(flag)),
                .init(tags(flag)),
                .init(FlagWords.status(flag.status, language), FlagListing.style(flag.status)),
            ]
        }
        return table
    }

    /// A flag as one line for a person.
    func line(_ flag: FlaggedAccount) -> String {
        [
            display.time.short(flag.firstFlaggedMs), display.shown(flag.accountID),
            FlagWords.risk(flag.risk, language), NumberText.score(flag.score),
            FlagWords.level(flag.level, language), NumberText.yuan(fen: flag.amountAtRiskFen),
            topReasons(flag),
        ].joined(separator: "  ")
    }

    /// The three strongest reasons that a person sees in their values.
    private func topReasons(_ flag: FlaggedAccount) -> String {
        reasons.telling(flag.reasons).prefix(3).map(reasons.statement)
            .joined(separator: language.pick("; ", "；"))
    }

    func tags(_ flag: FlaggedAccount) -> String {
        flag.tags.map { FlagWords.tag($0, language) }.joined(separator: language.pick(", ", "、"))
    }

    static func style(_ status: ReviewStatus) -> Terminal.Style? {
        switch status {
        case .open: nil
        case .confirmed: .red
        case .cleared: .green
        case .unsure: .yellow
        }
    }

    func json(_ flag: FlaggedAccount) -> JSONValue {
        .object([
            ("account_id", .string(display.shown(flag.accountID))),
            ("risk", .string(flag.risk)),
            ("score", .number(flag.score)),
            ("level", .string(flag.level)),
            ("amount_at_risk_fen", .integer(flag.amountAtRiskFen)),
            ("first_flagged_ms", .integer(flag.firstFlaggedMs)),
            ("first_flagged", .string(display.time.iso(flag.firstFlaggedMs))),
            ("last_scored_ms", .integer(flag.lastScoredMs)),
            ("last_scored", .string(display.time.iso(flag.lastScoredMs))),
            (
                "reasons",
                .array(
                    flag.reasons.map { reason in
                        .object([
                            ("feature", .string(reason.feature)),
                            ("value", reason.value.map { .number($0) } ?? .null),
                            ("contribution", .number(reason.contribution)),
                            ("text", .string(reasons.sentence(reason))),
                        ])
                    })
            ),
            ("tags", .array(flag.tags.map { .string($0) })),
            ("gang_id", JSONValue(flag.gangID)),
            ("model", .string(flag.model)),
            ("status", .string(flag.status.rawValue)),
        ])
    }

    static let csvHeader = [
        "account_id", "risk", "score", "level", "amount_at_risk_fen", "first_flagged_ms", "first_flagged",
        "last_scored_ms", "reasons", "tags", "gang_id", "model", "status",
    ]

    func csvLine(_ flag: FlaggedAccount, _ terminal: Terminal) -> String {
        let fields = csvFields(flag)
        // In a file the data stays as it is; on a terminal it must not steer it.
        return CSVText.line(terminal.isInteractive ? fields.map(\.visible) : fields)
    }

    private func csvFields(_ flag: FlaggedAccount) -> [String] {
        [
            display.shown(flag.accountID), flag.risk, JSONValue.number(flag.score).text, flag.level,
            String(flag.amountAtRiskFen), String(flag.firstFlaggedMs), display.time.iso(flag.firstFlaggedMs),
            String(flag.lastScoredMs), flag.reasons.map(reasons.sentence).joined(separator: "; "),
            flag.tags.joined(separator: ";"), flag.gangID ?? "", flag.model, flag.status.rawValue,
        ]
    }
}
