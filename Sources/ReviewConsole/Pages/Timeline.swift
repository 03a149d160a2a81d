import CaseFile
import Presentation

/// An account's events with the gaps between them to scale, so that a program's rhythm shows.
///
/// Pauses of more than half an hour are cut out and named; within what is left, equal distances are equal times.
struct Timeline {
    let pen: Pen
    let events: [AccountEvidence.Event]

    private static let longestGapMs: Int64 = 30 * 60_000
    private static let width = 1000.0
    private static let height = 74.0
    /// Wide enough for the time below the burst before it.
    private static let cut = 68.0
    private static let label = 76.0
    /// Bursts beyond the latest so many are left out of the drawing.
    private static let mostBursts = 10

    private var language: Language { pen.language }

    /// Events without a long pause in between.
    private var bursts: [[AccountEvidence.Event]] {
        var bursts: [[AccountEvidence.Event]] = []
        for event in events {
            if let last = bursts.last?.last, event.ms - last.ms <= Self.longestGapMs {
                bursts[bursts.count - 1].append(event)
            } else {
                bursts.append([event])
            }
        }
        return bursts.suffix(Self.mostBursts)
    }

    var markup: Markup {
        guard !events.isEmpty else {
            return element(
                "p.soft", [:], pen.words("No events are kept of this account.", "没有保存该账号的事件。"))
        }
        return .group([strip, table])
    }

    private var strip: Markup {
        let bursts = bursts
        let spans = bursts.map { Double($0.last!.ms - $0.first!.ms) }
        let room =
            Self.width - 12 - Self.label - Self.cut * Double(bursts.count - 1) - 12 * Double(bursts.count)
        let scale = room / max(1, spans.reduce(0, +))
        var parts: [Markup] = []
        var x = 12.0
        var previous: AccountEvidence.Event?
        for (burst, span) in zip(bursts, spans) {
            if let previous {
                let pause = NumberText.duration(ms: Double(burst[0].ms - previous.ms), language)
                parts.append(Draw.rectangle(x + 4, 32, Self.cut - 8, 1.5, "pause"))
                parts.append(Draw.text(x + Self.cut / 2, 26, pause, "tick middle"))
                x += Self.cut
            }
            let length = span * scale + 12
            parts.append(Draw.rectangle(x, 26, length, 14, "burst"))
            for event in burst {
                let place = x + 6 + Double(event.ms - burst[0].ms) * scale
                parts.append(
                    Draw.circle(
                        place, 33, Self.isCostly(event) ? 4.5 : 3,
                        (Self.isCostly(event) ? "event costly" : "event") + (event.ok ? "" : " refused"),
                        title: pen.time.short(event.ms) + " "
                            + FlagWords.event(event.event, ok: event.ok, language)))
            }
            parts.append(
                Draw.text(x, 58, String(pen.time.short(burst[0].ms).dropFirst(5).dropLast(3)), "tick start"))
            x += length
            previous = burst.last
        }
        return element(
            "div.scroll.strip", ["tabindex": "0"],
            Draw.svg(
                width: Self.width, height: Self.height,
                label: language.pick("Events over time", "事件时间轴"), parts))
    }

    /// Events that give the account something.
    private static func isCostly(_ event: AccountEvidence.Event) -> Bool {
        event.ok && (event.amountFen != nil || event.couponAbuse != nil || event.fakeOrder != nil)
    }

    private var table: Markup {
        let gaps = zip(events.dropFirst(), events).map { $0.ms - $1.ms }
        let largest = gaps.filter { $0 <= Self.longestGapMs }.max() ?? 1
        let rows = events.indices.map { index -> [Markup] in
            let event = events[index]
            let gap = index == 0 ? nil : gaps[index - 1]
            let score = [event.couponAbuse, event.fakeOrder].compactMap { $0 }.max()
            return [
                .text(pen.time.short(event.ms)),
                gap.map { gap in
                    .group([
                        .text(NumberText.duration(ms: Double(gap), language)),
                        // A pause is told; what is within one visit is to scale.
                        gap > Self.longestGapMs
                            ? .nothing
                            : Draw.bar(Double(gap) / Double(max(1, largest)), label: "", style: "gapbar"),
                    ])
                } ?? .nothing, .text(FlagWords.event(event.event, ok: event.ok, language).visible),
                event.amountFen.map(pen.yuan) ?? .nothing, .text(event.campaign?.visible ?? ""),
                element("code", [:], .text(event.thing?.visible ?? "")),
                .text(score.map(NumberText.score) ?? ""),
            ]
        }
        return element(
            "details", [events.count <= 40 ? "open" : "": "open"],
            element(
                "summary", [:],
                pen.words(events.count.counted("event"), "\(events.count.grouped) 个事件")),
            pen.table(
                [
                    ("Time (\(pen.time.zone))", "时间（\(pen.time.zone)）"), ("After", "间隔"), ("What", "事件"),
                    ("Amount", "金额"), ("Campaign", "活动"), ("With", "对象"), ("Score then", "当时分数"),
                ], numbers: [1, 3, 6], rows))
    }
}
