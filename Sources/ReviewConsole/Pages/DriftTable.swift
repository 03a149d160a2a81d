import CaseFile
import Presentation
import RiskModel

/// How far one head's scores and features have moved since training, as a table; or why that is not known.
struct DriftTable {
    let pen: Pen
    let model: LogisticModel
    let head: (name: String, head: LogisticModel.Head)
    /// Of the last run, whatever its model.
    let rows: [DriftRow]

    /// By custom, of a population stability index.
    private static let moved = 0.1
    private static let movedFar = 0.25
    private static let mostRows = 12

    private var own: [DriftRow] { rows.filter { $0.risk == head.name && $0.model == model.name } }
    private var language: Language { pen.language }

    var markup: Markup {
        guard let first = own.first else { return element("p.soft", [:], .text(whyUnknown)) }
        let accounts = first.accounts.grouped
        let time = pen.time.short(first.asOfMs)
        return .group([
            table(own.prefix(Self.mostRows)),
            own.count > Self.mostRows
                ? element(
                    "details", [:],
                    element(
                        "summary", [:],
                        pen.words(
                            "The other \(own.count - Self.mostRows) features",
                            "其余 \(own.count - Self.mostRows) 个特征")),
                    table(own.dropFirst(Self.mostRows))) : .nothing,
            element(
                "p.soft", [:],
                pen.words(
                    """
                    \(accounts) accounts at the end of the last run (\(time)) beside those of training. The population \
                    stability index (PSI) adds up over bins how far shares have moved; below 0.1 is steady, above 0.25 far. \
                    What chance alone would make of it is taken off first.
                    """,
                    """
                    最近一次运行结束时（\(time)）的 \(accounts) 个账号与训练时的账号相比。群体稳定性指数（PSI）汇总各区间占比的变化：\
                    低于 0.1 为稳定，高于 0.25 为明显漂移；判断前已扣除偶然因素。
                    """)),
        ])
    }

    private var whyUnknown: String {
        if head.head.population == nil {
            return language.pick(
                "Unknown: this model does not say how the accounts lay that it learned from. One trained anew from logs does.",
                "未知：此模型未记录训练账号的分布；用日志重新训练的模型会记录。")
        }
        return language.pick(
            "Unknown: no run with this model has come to its end in this database yet.",
            "未知：此数据库中尚无使用该模型且已结束的运行。")
    }

    private func table(_ rows: ArraySlice<DriftRow>) -> Markup {
        pen.table(
            [
                ("Feature", "特征"), ("PSI", "PSI"), ("", ""), ("Moved most", "变化最大的区间"), ("Then", "训练时"),
                ("Now", "现在"), ("Meaning", "含义"),
            ], numbers: [1, 4, 5], prose: [6],
            rows.map { row in
                [
                    row.feature.map { element("code", [:], .text($0)) } ?? pen.words("score", "分数"),
                    .text(NumberText.fixed(row.index, places: 3)), .text(verdict(row)),
                    .text(row.index > 0 ? bin(row) : ""), .text(NumberText.percent(row.then)),
                    .text(NumberText.percent(row.now)),
                    .text(row.feature.map { TermWords.meaning($0).text(language) } ?? ""),
                ]
            })
    }

    private func verdict(_ row: DriftRow) -> String {
        let index = row.index - row.chance
        if index < Self.moved { return language.pick("steady", "稳定") }
        return index < Self.movedFar ? language.pick("moved", "有漂移") : language.pick("moved far", "明显漂移")
    }

    /// The bin in words: a feature's values, or probabilities for the score.
    private func bin(_ row: DriftRow) -> String {
        func words(_ value: Double) -> String {
            guard let feature = row.feature else {
                return NumberText.short(100 * head.head.calibration.probability(value)) + "%"
            }
            return FeatureValueWords.phrase(feature, value).text(language)
        }
        switch (row.low.map(words), row.high.map(words)) {
        case (let low?, let high?): return language.pick("above \(low), up to \(high)", "大于 \(low) 至 \(high)")
        case (let low?, nil): return language.pick("above \(low)", "大于 \(low)")
        case (nil, let high?): return language.pick("up to \(high)", "不超过 \(high)")
        case (nil, nil):
            return row.feature.map { FeatureValueWords.phrase($0, nil).text(language) } ?? ""
        }
    }
}
