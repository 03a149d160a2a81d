import ArgumentParser
import Presentation
import RiskFeatures
import RiskModel

/// `promoguard model show`
struct ModelShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "A model in words and in numbers.",
        discussion: """
            Points are calibrated log-odds: what a feature adds at a value, straight between two values and flat \
            beyond the last. +0.7 doubles the odds, +2.3 makes them ten times as high.
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        help:
            "How the model is printed: table, json (the model file) or csv (its curves and grids, a row a point)."
    )
    var format: OutputFormat = .table

    @Flag(help: "Also print features that weigh next to nothing.")
    var all = false

    @OptionGroup var language: LanguageOptions
    @OptionGroup var verbosity: Verbosity

    /// A feature that adds less than this is left out unless asked for.
    private static let smallest = 0.01

    func run() throws {
        let model = try self.model.load()
        // Names features that this program does not know, but for a table's, which are anyone's.
        if !model.heads.isEmpty, model.table == nil { _ = try self.model.scorer() }
        switch format {
        case .json: try Terminal.write(model.fileText)
        case .csv: try Terminal.write(points(model))
        case .table: try Terminal.write(text(model, language.language, .standardOutput()))
        }
    }

    /// What each feature and each pair adds where, in calibrated log-odds; no value is unknown.
    private func points(_ model: LogisticModel) -> String {
        var text = CSVText.line(["head", "feature", "value", "other_feature", "other_value", "log_odds"])
        func number(_ number: Double) -> String { JSONValue.number(number).text }
        for (name, head) in model.namedHeads {
            let slope = head.calibration.slope
            for term in head.byImportance where all || term.importance * slope >= Self.smallest {
                for (knot, point) in zip(term.knots, term.points) {
                    text += CSVText.line([name, term.feature, number(knot), "", "", number(point * slope)])
                }
                text += CSVText.line([name, term.feature, "", "", "", number(term.missingPoints * slope)])
            }
            for cross in head.crosses {
                for (first, row) in zip(cross.first.knots, cross.points) {
                    for (second, point) in zip(cross.second.knots, row) {
                        text += CSVText.line([
                            name, cross.first.feature, number(first), cross.second.feature, number(second),
                            number(point * slope),
                        ])
                    }
                }
            }
        }
        return text
    }

    private func text(_ model: LogisticModel, _ language: Language, _ terminal: Terminal) -> String {
        let name = model.name.visible
        let data = model.training.data.visible
        var text = language.pick("\(name): trained on \(data)\n", "\(name)：训练数据 \(data)\n")
        if let first = model.training.firstMs, let last = model.training.lastMs, last > 0 {
            let time = EventTime.china
            text += language.pick(
                "from \(time.short(first)) to \(time.short(last)) (\(time.zone)), by\n",
                "\(time.short(first)) 至 \(time.short(last))（\(time.zone)），命令\n")
        }
        for command in model.training.commands { text += "  \(command.visible)\n" }
        for (name, head) in model.namedHeads {
            let title = FlagWords.risk(name, language)
            let review = NumberText.fixed(head.thresholds.review, places: 3)
            let high = NumberText.fixed(head.thresholds.high, places: 3)
            text += language.pick(
                "\n\(title): flagged for review from a probability of \(review), as high from \(high)",
                "\n\(title)：概率达到 \(review) 标为待查，达到 \(high) 标为高")
            if let risk = Risk(rawValue: name), let rows = model.training.rows[risk] {
                let positives = (model.training.positives[risk] ?? 0).grouped
                text += language.pick(
                    "; learned from \(rows.counted("snapshot")), \(positives) of them of abusers",
                    "；学自 \(rows.grouped) 个快照，其中作弊 \(positives) 个")
            }
            if let company = head.company {
                let suspect = NumberText.fixed(
                    head.calibration.probability(company.suspectFrom), places: 3)
                text += language.pick(
                    "; a suspect in the eyes of those who share things with it from \(suspect) by own conduct alone",
                    "；仅凭自身行为达到 \(suspect) 时，对共用设备、地址等的账号而言即为可疑")
            }
            text += "\n\n"
            let figures = FigureTable([
                .init(
                    title: language.pick("out of fold", "交叉验证"),
                    figures: head.evaluation.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            ])
            text += figures.table.rendered(terminal) + "\n" + terms(head, language).rendered(terminal)
        }
        return text
    }

    /// Terms by how much they can matter, in calibrated log-odds.
    private func terms(_ head: LogisticModel.Head, _ language: Language) -> TerminalTable {
        var table = TerminalTable([
            .init(title: language.pick("feature", "特征")),
            .init(title: language.pick("range", "幅度"), alignment: .right),
            .init(title: language.pick("value → what it adds", "取值 → 贡献"), isFlexible: true),
            .init(title: language.pick("meaning", "含义"), isFlexible: true),
        ])
        let slope = head.calibration.slope
        for term in head.byImportance {
            guard all || term.importance * slope >= Self.smallest else { continue }
            table.rows.append([
                .init(term.feature), .init(NumberText.fixed(term.range * slope, places: 2)),
                .init(TermWords.points(term, slope: slope, language)),
                .init(TermWords.meaning(term.feature).text(language)),
            ])
        }
        for cross in head.crosses.sorted(by: { $0.range > $1.range }) {
            table.rows.append([
                .init("\(cross.first.feature) × \(cross.second.feature)"),
                .init(NumberText.fixed(cross.range * slope, places: 2)),
                .init(TermWords.extremes(cross, slope: slope, language)),
                .init(TermWords.meaning([cross.first.feature, cross.second.feature]).text(language)),
            ])
        }
        return table
    }
}
