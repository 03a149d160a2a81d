import CaseFile
import Presentation
import RiskFeatures

/// All there is to say about one flagged account.
struct AccountPage {
    let account: String
    let flags: [FlaggedAccount]
    let decisions: [Decision]
    let listing: FlagListing

    private var language: Language { listing.language }
    private var time: EventTime { listing.display.time }
    /// Cells of the longest bar.
    private static let barWidth = 16

    func text(as format: OutputFormat, _ terminal: Terminal) -> String {
        switch format {
        case .table: page(terminal)
        case .json: json.text + "\n"
        case .csv: listing.text(flags, as: .csv, terminal)
        }
    }

    private var json: JSONValue {
        .object([
            ("account_id", .string(listing.display.shown(account))),
            ("flags", .array(flags.map(listing.json))),
            (
                "decisions",
                .array(
                    decisions.map { decision in
                        .object([
                            ("id", .integer(decision.id)),
                            ("risk", .string(decision.risk)),
                            ("decision", .string(decision.verdict?.rawValue ?? "undo")),
                            ("reviewer", .string(decision.reviewer)),
                            ("note", JSONValue(decision.note)),
                            ("decided_ms", .integer(decision.decidedMs)),
                        ])
                    })
            ),
        ])
    }

    private func page(_ terminal: Terminal) -> String {
        var lines = [
            language.pick("Account ", "账号 ")
                + terminal.styled(listing.display.shown(account).visible, .bold)
        ]
        for flag in flags {
            lines.append("")
            lines += facts(flag, terminal)
            lines.append("")
            lines += bars(flag, terminal)
        }
        lines.append("")
        lines += history
        return lines.map { $0 + "\n" }.joined()
    }

    private func facts(_ flag: FlaggedAccount, _ terminal: Terminal) -> [String] {
        let title = [
            FlagWords.risk(flag.risk, language),
            FlagWords.level(flag.level, language),
            language.pick("score ", "分数 ") + NumberText.score(flag.score),
            FlagWords.status(flag.status, language),
        ].map(\.visible).joined(separator: " · ")
        var facts = [
            (language.pick("At stake", "涉及金额"), NumberText.yuan(fen: flag.amountAtRiskFen)),
            (language.pick("First flagged", "首次标记"), "\(time.short(flag.firstFlaggedMs)) \(time.zone)"),
            (language.pick("Last scored", "最近评分"), "\(time.short(flag.lastScoredMs)) \(time.zone)"),
        ]
        if !flag.tags.isEmpty { facts.append((language.pick("Tags", "标签"), listing.tags(flag))) }
        if let gang = flag.gangID { facts.append((language.pick("Gang", "团伙"), gang)) }
        facts.append((language.pick("Model", "模型"), flag.model))
        let width = facts.map { CellWidth.of($0.0) }.max() ?? 0
        return [terminal.styled(title, flag.level == "high" ? .red : .yellow)]
            + facts.map { name, value in
                "  \(name)\(String(repeating: " ", count: width - CellWidth.of(name)))  \(value.visible)"
            }
    }

    /// One line a telling reason: its log-odds, a bar as long as they are large, the sentence, the raw value; then
    /// what the others add up to.
    private func bars(_ flag: FlaggedAccount, _ terminal: Terminal) -> [String] {
        let told = listing.reasons.telling(flag.reasons)
        let largest = told.map(\.contribution).max() ?? 0
        return [language.pick("  Why (log-odds)", "  依据（对数几率）")]
            + told.map { reason in
                let number = "+" + NumberText.fixed(reason.contribution, places: 2)
                let indent = String(repeating: " ", count: max(0, 6 - number.count))
                let bar = AccountPage.bar(reason.contribution, of: largest)
                let gap = String(repeating: " ", count: AccountPage.barWidth - CellWidth.of(bar))
                let raw = "\(reason.feature) = \(listing.reasons.plainValue(reason.value))"
                let sentence = listing.reasons.sentence(reason)
                // A feature without words is its name and value already.
                let detail = sentence == raw ? "" : "  " + terminal.styled("[\(raw.visible)]", .dim)
                return
                    "  \(indent)\(number) \(terminal.styled(bar, .red))\(gap) "
                    + sentence.visible + detail
            }
            + rest(flag, besides: told)
    }

    /// A line for the reasons whose values are usual or unknown; none when there are none.
    private func rest(_ flag: FlaggedAccount, besides told: [FlaggedAccount.Reason]) -> [String] {
        let count = flag.reasons.count - told.count
        guard count > 0 else { return [] }
        let sum = flag.reasons.reduce(0) { $0 + $1.contribution } - told.reduce(0) { $0 + $1.contribution }
        let number = (sum < 0 ? "−" : "+") + NumberText.fixed(abs(sum), places: 2)
        return [
            language.pick(
                "  \(number) from \(count) more whose values are usual or unknown (all of them: --format json)",
                "  另有 \(count) 项取值正常或未知，合计 \(number)（全部见 --format json）")
        ]
    }

    /// A bar in eighths of a cell; the smallest reason still shows one.
    static func bar(_ size: Double, of largest: Double) -> String {
        guard largest > 0, size > 0 else { return "" }
        let eighths = max(1, Int((size / largest * Double(barWidth * 8)).rounded()))
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }

    private var history: [String] {
        if decisions.isEmpty { return [language.pick("No decision yet.", "尚无处理记录。")] }
        return [language.pick("Decisions", "处理记录")]
            + decisions.map { decision in
                let note = decision.note.map { language.pick(": ", "：") + $0 } ?? ""
                return "  \(time.short(decision.decidedMs)) \(time.zone)  "
                    + ("\(FlagWords.verdict(decision.verdict, language)) "
                    + "(\(FlagWords.risk(decision.risk, language))) \(decision.reviewer)\(note)").visible
            }
    }
}
