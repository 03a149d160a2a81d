import CaseFile
import Presentation

/// An account's evidence as lines: one an event, with the gap before it drawn to scale, so that a machine's
/// rhythm shows.
struct AccountTimeline {
    let events: [AccountEvidence.Event]
    let language: Language
    let time: EventTime

    /// A longer gap is told in words, or it would dwarf all others.
    private static let pauseMs: Int64 = 5 * 60_000
    private static let barWidth = 12

    func table(risks: [String]) -> TerminalTable {
        var table = TerminalTable([
            .init(title: language.pick("TIME (\(time.zone))", "时间（\(time.zone)）")),
            .init(title: language.pick("AFTER", "间隔"), alignment: .right),
            .init(title: ""),
            .init(title: language.pick("EVENT", "行为")),
            .init(title: language.pick("AMOUNT", "金额"), alignment: .right),
            .init(title: language.pick("CAMPAIGN", "活动"), isFlexible: true),
            .init(title: language.pick("OF WHAT", "对象")),
        ])
        table.columns += risks.map { .init(title: FlagWords.risk($0, language), alignment: .right) }
        let longest = gaps.filter { $0 < AccountTimeline.pauseMs }.max() ?? 0
        for (index, event) in events.enumerated() {
            let gap = index == 0 ? nil : gaps[index - 1]
            if let gap, gap >= AccountTimeline.pauseMs {
                let pause = "… " + NumberText.duration(ms: Double(gap), language)
                table.rows.append([.init(pause, .dim)] + table.columns.dropFirst().map { _ in "" })
            }
            table.rows.append(
                row(event, gap.flatMap { $0 < AccountTimeline.pauseMs ? $0 : nil }, longest, risks))
        }
        return table
    }

    private var gaps: [Int64] { zip(events.dropFirst(), events).map { $0.ms - $1.ms } }

    private func row(
        _ event: AccountEvidence.Event, _ gap: Int64?, _ longest: Int64, _ risks: [String]
    ) -> [TerminalTable.Cell] {
        let milliseconds = String(1000 + (event.ms % 1000 + 1000) % 1000).suffix(3)
        let after = gap.map { NumberText.duration(ms: Double($0), language) } ?? ""
        let bar =
            gap.map { AccountPage.bar(Double($0), of: Double(longest), width: AccountTimeline.barWidth) }
            ?? ""
        var cells: [TerminalTable.Cell] = [
            .init("\(time.short(event.ms)).\(milliseconds)"), .init(after), .init(bar, .cyan),
            .init(
                FlagWords.event(event.event, ok: event.ok, language), event.ok ? nil : .dim),
        ]
        cells.append(.init(event.amountFen.map { NumberText.yuan(fen: $0) } ?? ""))
        cells.append(.init(event.campaign ?? ""))
        cells.append(.init(event.thing.map { "#" + $0 } ?? ""))
        for risk in risks {
            let score = risk == "fake_order" ? event.fakeOrder : event.couponAbuse
            cells.append(.init(score.map { NumberText.fixed($0, places: 3) } ?? ""))
        }
        return cells
    }

    /// Scores as a row of bars, oldest first: `▁▁▃▇█`.
    static func sparkline(_ scores: [Double]) -> String {
        let bars = Array("▁▂▃▄▅▆▇█")
        return String(scores.map { bars[min(7, max(0, Int($0 * 8)))] })
    }
}
