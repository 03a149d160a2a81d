import ActivityLog
import CaseFile
import Presentation
import RiskFeatures

/// How the campaign and its review go.
struct OverviewPage {
    /// What the file says, read at once.
    struct Contents: Sendable {
        var overview: CaseOverview
        var counts: [FlagCount]
        var tail: TailStatus?
        var rejected: [RejectedCount]
        var samples: [RejectedSample]
    }

    let pen: Pen
    let contents: Contents

    private static let mostSamples = 12
    private var language: Language { pen.language }

    var page: Page {
        let title = language.pick("Overview", "概览")
        return Page(
            title: title, place: .overview, path: "/overview", visitor: pen.visitor,
            content: [
                element("h1", [:], .text(title)), tiles,
                pen.section("Flags by hour", "每小时标记", hours),
                pen.section("By campaign", "按活动", groups(contents.overview.campaigns, prose: [], campaign)),
                pen.section(
                    "Kinds of abuse", "作弊类型", groups(contents.overview.clusters, prose: [0], cluster)),
                pen.section("What follows the logs", "日志跟随", tail),
                pen.section("Lines that were no event", "被拒的行", rejected), labels,
            ])
    }

    private func sum(_ status: ReviewStatus?) -> (flags: Int, fen: Int64) {
        contents.counts.filter { status == nil || $0.status == status }
            .reduce((0, 0)) { ($0.0 + $1.flags, $0.1.plus($1.amountAtRiskFen)) }
    }

    private static func precision(_ confirmed: Int, _ cleared: Int) -> String {
        confirmed + cleared == 0 ? "–" : NumberText.percent(Double(confirmed) / Double(confirmed + cleared))
    }

    private var tiles: Markup {
        let (open, confirmed, cleared) = (sum(.open), sum(.confirmed), sum(.cleared))
        let decided = confirmed.flags + cleared.flags
        return element(
            "div.tiles", [:],
            pen.tile(open.flags.grouped, "flags wait", "待处理标记"),
            pen.tile(NumberText.yuan(fen: open.fen), "at stake in them", "待处理涉及金额"),
            pen.tile(
                Self.precision(confirmed.flags, cleared.flags), "of decided flags were right", "已处理标记的准确率",
                note: language.pick("\(decided.grouped) decided", "已处理 \(decided.grouped) 条")),
            pen.tile(NumberText.yuan(fen: confirmed.fen), "confirmed", "已确认金额"),
            pen.tile((contents.tail?.flagsToday).map(\.grouped) ?? "–", "flagged today", "今日标记"))
    }

    // MARK: Charts and tables

    private var hours: Markup {
        let hours = contents.overview.hours
        guard let first = hours.first, let last = hours.last else {
            return element("p.soft", [:], pen.words("No flag yet.", "尚无标记。"))
        }
        let count = Int((last.ms - first.ms) / 3_600_000) + 1
        let (width, height, left, bottom) = (960.0, 170.0, 44.0, 24.0)
        let room = (width - left - 8) / Double(max(count, 12))
        let most = Double(hours.map(\.flags).max() ?? 1)
        let tallest = height - bottom - 14
        var parts = [Plot.line(left, height - bottom, width - 8, height - bottom, "axis")]
        parts.append(Draw.text(left - 6, 18, Int(most).grouped, "tick end"))
        parts.append(Draw.text(left - 6, height - bottom + 4, "0", "tick end"))
        for hour in hours {
            let place = Double((hour.ms - first.ms) / 3_600_000)
            let size = Double(hour.flags) / most * tallest
            let title =
                "\(pen.time.short(hour.ms).dropLast(3)) · \(hour.flags.grouped) · \(NumberText.yuan(fen: hour.amountAtRiskFen))"
            parts.append(
                Draw.rectangle(
                    left + place * room + 1, height - bottom - size, max(1.5, room - 2), size, "hour",
                    title: title))
        }
        for tick in stride(from: 0, to: count, by: max(1, count / 6)) {
            let ms = first.ms + Int64(tick) * 3_600_000
            parts.append(
                Draw.text(
                    left + Double(tick) * room, height - 6,
                    String(pen.time.short(ms).dropFirst(5).dropLast(3)),
                    "tick start"))
        }
        return element(
            "figure.hours", [:],
            element(
                "div.scroll", ["tabindex": "0"],
                Draw.svg(width: width, height: height, label: language.pick("Flags by hour", "每小时标记"), parts)),
            element(
                "figcaption", [:],
                pen.words("Event time, \(pen.time.zone); the latest two days", "事件时间，\(pen.time.zone)；最近两天")))
    }

    private func groups(
        _ groups: [CaseOverview.Group], prose: Set<Int>, _ name: (CaseOverview.Group) -> Markup
    ) -> Markup {
        let most = Double(groups.map(\.amountAtRiskFen).max() ?? 1)
        return pen.table(
            [
                ("", ""), ("Flags", "标记"), ("At stake", "涉及金额"), ("", ""), ("Decided", "已处理"),
                ("Right", "准确率"),
            ],
            numbers: [1, 2, 4, 5], prose: prose,
            groups.map { group in
                [
                    name(group), .text(group.flags.grouped), pen.yuan(group.amountAtRiskFen),
                    Draw.bar(Double(group.amountAtRiskFen) / max(1, most), label: "", style: "gapbar"),
                    .text((group.confirmed + group.cleared).grouped),
                    .text(Self.precision(group.confirmed, group.cleared)),
                ]
            })
    }

    private func campaign(_ group: CaseOverview.Group) -> Markup {
        guard !group.campaign.isEmpty else { return pen.words("none named", "未注明") }
        var fields = FormFields()
        fields.add("campaign", group.campaign)
        return element("a", ["href": "/?" + fields.text], .text(group.campaign.visible))
    }

    private func cluster(_ group: CaseOverview.Group) -> Markup {
        let features = group.features.compactMap { FeatureCatalog.definition(named: $0) }
            .map { $0.reason.text(language).replacing("{}", with: "…") }
        return element(
            "div", [:],
            element(
                "p.kind", [:],
                of: [element("span.risk", [:], .text(FlagWords.risk(group.risk, language)))]
                    + pen.tags(group.tags)),
            element("small", [:], .text(features.joined(separator: language.pick("; ", "；")).visible)))
    }

    private var tail: Markup {
        guard let tail = contents.tail else {
            return element(
                "p.soft", [:],
                pen.words(
                    "No tail has followed logs into this database.", "尚无 tail 将日志写入此数据库。"))
        }
        let rows = tail.sources.map { source -> [Markup] in
            [
                element("code", [:], .text(source.path.visible)), .text(source.state),
                .text(source.events.grouped),
                .text(source.rejected.grouped), .text(source.newestMs.map(pen.time.short) ?? ""),
            ]
        }
        return .group([
            element("p", [:], .text(TailWords(language).line(tail).visible)),
            .group(tail.troubles.map { element("p.problem", [:], .text($0.visible)) }),
            pen.table(
                [
                    ("Log", "日志"), ("State", "状态"), ("Events", "事件"), ("Rejected", "被拒"),
                    ("Newest (\(pen.time.zone))", "最新（\(pen.time.zone)）"),
                ], numbers: [2, 3], rows),
        ])
    }

    private var rejected: Markup {
        guard !contents.rejected.isEmpty else {
            return element("p.soft", [:], pen.words("None.", "无。"))
        }
        var byReason: [String: Int64] = [:]
        for count in contents.rejected { byReason[count.reason, default: 0] += count.lines }
        let counts = byReason.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
        return .group([
            pen.table(
                [("Reason", "原因"), ("Lines", "行数"), ("Meaning", "含义")], numbers: [1], prose: [2],
                counts.map {
                    [
                        element("code", [:], .text($0.key.visible)), .text($0.value.grouped),
                        .text(RejectionWords.meaning($0.key)?.text(language) ?? ""),
                    ]
                }),
            element(
                "details", [:], element("summary", [:], pen.words("Samples", "样本")),
                pen.table(
                    [("Log", "日志"), ("At byte", "字节位置"), ("Reason", "原因"), ("Begins", "开头")], numbers: [1],
                    prose: [3],
                    contents.samples.prefix(Self.mostSamples).map { sample in
                        [
                            element("code", [:], .text(sample.source.visible)),
                            .text(sample.lineOffset.grouped),
                            element("code", [:], .text(sample.reason.visible)),
                            element("code.sample", [:], .text(sample.sample.visible)),
                        ]
                    })),
        ])
    }

    private var labels: Markup {
        pen.section(
            "Learn from the decisions", "从处理结果学习",
            element(
                "p", [:],
                pen.words(
                    "Confirmed and cleared flags as labels.csv, whole ids in it, for promoguard train. It is written to the audit trail.",
                    "已确认与已排除的标记导出为 labels.csv（含完整账号），供 promoguard train 使用；导出会记入审计记录。")),
            element(
                "form", ["method": "post", "action": "/labels"], pen.token,
                element("button", ["type": "submit"], pen.words("Export labels", "导出标签"))))
    }
}
