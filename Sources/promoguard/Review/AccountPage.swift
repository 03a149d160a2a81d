import CaseFile
import Presentation
import RiskFeatures

/// All there is to say about one flagged account.
struct AccountPage {
    let account: String
    let flags: [FlaggedAccount]
    let decisions: [Decision]
    /// The gang that the account is in.
    var gang: Gang?
    let listing: FlagListing
    var evidence: AccountEvidence?
    var linked: [LinkedAccount] = []
    /// What is new about flags that were cleared and are open again.
    var news: [FlagKey: NewEvidence] = [:]

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
            ("evidence", evidence.map(AccountPage.json) ?? .null),
            (
                "linked_accounts",
                .array(
                    linked.map { other in
                        .object([
                            ("account_id", .string(listing.display.shown(other.accountID))),
                            (
                                "shares",
                                .object(other.shared.map { ($0.kind, .integer(Int64($0.things))) })
                            ),
                            ("rarest_accounts", .integer(Int64(other.rarest))),
                            ("score", other.score.map { .number($0) } ?? .null),
                            ("status", JSONValue(other.status?.rawValue)),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ evidence: AccountEvidence) -> JSONValue {
        let money = evidence.money
        return .object([
            ("first_seen_ms", .integer(evidence.firstSeenMs)),
            ("claimed_fen", .integer(money.claimedFen)), ("discounted_fen", .integer(money.discountedFen)),
            ("points_fen", .integer(money.pointsFen)), ("paid_fen", .integer(money.paidFen)),
            ("refunded_fen", .integer(money.refundedFen)), ("commission_fen", .integer(money.commissionFen)),
            (
                "events",
                .array(
                    evidence.events.map { event in
                        .object([
                            ("ms", .integer(event.ms)), ("event", .string(event.event)),
                            ("amount_fen", event.amountFen.map { .integer($0) } ?? .null),
                            ("campaign_id", JSONValue(event.campaign)), ("thing", JSONValue(event.thing)),
                            ("coupon_abuse", event.couponAbuse.map { .number($0) } ?? .null),
                            ("fake_order", event.fakeOrder.map { .number($0) } ?? .null),
                            ("ok", .bool(event.ok)),
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
        lines += timeline(terminal) + neighbours(terminal)
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
        if let evidence {
            let (taken, pending) = (
                evidence.money.takenFen(risk: flag.risk), evidence.money.pendingFen(risk: flag.risk)
            )
            facts.insert(
                (
                    language.pick("Money", "资金"),
                    language.pick(
                        "\(NumberText.yuan(fen: taken)) taken, \(NumberText.yuan(fen: pending)) still pending",
                        "已得 \(NumberText.yuan(fen: taken))，待定 \(NumberText.yuan(fen: pending))")
                ), at: 1)
            facts.insert(
                (
                    language.pick("First seen", "首次出现"), "\(time.short(evidence.firstSeenMs)) \(time.zone)"
                ), at: 2)
            let scores = evidence.scores(risk: flag.risk).map(\.score)
            if let first = scores.first {
                let way = "\(NumberText.fixed(first, places: 3)) → \(NumberText.score(flag.score))"
                facts.append(
                    (
                        language.pick("Score so far", "分数走势"),
                        "\(AccountTimeline.sparkline(scores))  \(way)"
                    ))
            }
            if !flag.campaigns.isEmpty {
                facts.append(
                    (
                        language.pick("Campaigns", "活动"),
                        flag.campaigns.joined(separator: language.pick(", ", "、"))
                    ))
            }
        }
        if let new = news[flag.key], flag.status == .open {
            facts.insert((language.pick("Open again", "重新待处理"), text(new, flag)), at: 0)
        }
        if !flag.tags.isEmpty { facts.append((language.pick("Tags", "标签"), listing.tags(flag))) }
        if let id = flag.gangID {
            let words = gang.map { ": " + GangText(language).sentence($0) } ?? ""
            facts.append((language.pick("Gang", "团伙"), id + words))
        }
        facts.append((language.pick("Model", "模型"), flag.model))
        let width = facts.map { CellWidth.of($0.0) }.max() ?? 0
        return [terminal.styled(title, flag.level == "high" ? .red : .yellow)]
            + facts.map { name, value in
                "  \(name)\(String(repeating: " ", count: width - CellWidth.of(name)))  \(value.visible)"
            }
    }

    /// What is new since a person cleared the flag.
    private func text(_ new: NewEvidence, _ flag: FlaggedAccount) -> String {
        var parts: [String] = []
        if let rise = new.logOddsRise {
            let number = NumberText.fixed(rise, places: 1)
            parts.append(language.pick("log-odds risen by \(number)", "对数几率上升 \(number)"))
        }
        if let before = new.amountBeforeFen {
            let (then, now) = (NumberText.yuan(fen: before), NumberText.yuan(fen: flag.amountAtRiskFen))
            parts.append(language.pick("at stake \(then) then, \(now) now", "涉及金额由 \(then) 增至 \(now)"))
        }
        if let reason = new.reason {
            parts.append(
                language.pick("new: ", "新依据：") + listing.reasons.statement(reason))
        }
        return language.pick("since it was cleared: ", "排除之后：")
            + parts.joined(separator: language.pick("; ", "；"))
    }

    private func timeline(_ terminal: Terminal) -> [String] {
        guard let evidence, !evidence.events.isEmpty else { return [] }
        let timeline = AccountTimeline(events: evidence.events, language: language, time: time)
        let table = timeline.table(risks: flags.map(\.risk).sorted()).rendered(terminal)
        return [
            "",
            language.pick(
                "Timeline (gaps to scale; it may have done more in between)", "行为时间线（间隔按比例；其间可能还有其他行为）"),
        ]
            + table.split(separator: "\n").map { "  " + $0 }
    }

    private func neighbours(_ terminal: Terminal) -> [String] {
        guard !linked.isEmpty else { return [] }
        var table = TerminalTable([
            .init(title: language.pick("ACCOUNT", "账号")),
            .init(title: language.pick("SHARES", "共用"), isFlexible: true),
            .init(title: language.pick("SCORE", "分数"), alignment: .right),
            .init(title: language.pick("STATUS", "状态")),
        ])
        table.rows = linked.map { other in
            let shared = other.shared.map { kind, things in
                FlagWords.linkKind(kind, language) + (things > 1 ? " ×\(things)" : "")
            }
            return [
                .init(listing.display.shown(other.accountID)),
                .init(shared.joined(separator: language.pick(", ", "、"))),
                .init(other.score.map(NumberText.score) ?? "—"),
                .init(
                    other.status.map { FlagWords.status($0, language) }
                        ?? language.pick("not flagged", "未标记"),
                    other.status.flatMap(FlagListing.style)),
            ]
        }
        return ["", language.pick("Linked accounts", "关联账号")]
            + table.rendered(terminal).split(separator: "\n").map { "  " + $0 }
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
            + rest(flag, besides: told) + excuses(flag, terminal)
    }

    /// A line for each sign that the account shares with honest people what it shares; none when there is none.
    private func excuses(_ flag: FlaggedAccount, _ terminal: Terminal) -> [String] {
        let excusing = listing.reasons.excusing(flag.reasons)
        guard !excusing.isEmpty else { return [] }
        return [language.pick("  What speaks for it", "  有利证据")]
            + excusing.map { reason in
                let number = "−" + NumberText.fixed(-reason.contribution, places: 2)
                let indent = String(repeating: " ", count: max(0, 6 - number.count))
                let raw = "\(reason.feature) = \(listing.reasons.plainValue(reason.value))"
                return "  \(indent)\(number) \(listing.reasons.sentence(reason).visible)  "
                    + terminal.styled("[\(raw.visible)]", .dim)
            }
    }

    /// A line for the reasons whose values are usual or unknown; none when there are none.
    private func rest(_ flag: FlaggedAccount, besides told: [FlaggedAccount.Reason]) -> [String] {
        let other = told + listing.reasons.excusing(flag.reasons)
        let count = flag.reasons.count - other.count
        guard count > 0 else { return [] }
        let sum = flag.reasons.reduce(0) { $0 + $1.contribution } - other.reduce(0) { $0 + $1.contribution }
        let number = (sum < 0 ? "−" : "+") + NumberText.fixed(abs(sum), places: 2)
        return [
            language.pick(
                "  \(number) from \(count) more whose values are usual or unknown (all of them: --format json)",
                "  另有 \(count) 项取值正常或未知，合计 \(number)（全部见 --format json）")
        ]
    }

    /// A bar in eighths of a cell; the smallest reason still shows one.
    static func bar(_ size: Double, of largest: Double, width: Int = barWidth) -> String {
        guard largest > 0, size > 0 else { return "" }
        let eighths = max(1, Int((size / largest * Double(width * 8)).rounded()))
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
