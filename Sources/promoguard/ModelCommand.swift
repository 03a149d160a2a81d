import ArgumentParser
import Foundation
import RiskFeatures
import RiskModel

/// `promoguard model`
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Look into a model file.", subcommands: [ModelShowCommand.self],
        defaultSubcommand: ModelShowCommand.self)
}

/// `promoguard model show`
struct ModelShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "A model in words and in numbers.")

    @OptionGroup var model: ModelOptions

    @Option(help: "How the model is printed: table or json.")
    var format: OutputFormat = .table

    @Flag(help: "Also print features that weigh next to nothing.")
    var all = false

    func validate() throws {
        guard format != .csv else { throw ValidationError("model show prints --format table or json") }
    }

    func run() throws {
        // Also names features that this program does not know.
        let model = try self.model.scorer().model
        switch format {
        case .json: try Terminal.write(model.fileText)
        default: try Terminal.write(tables(model, .standardOutput()))
        }
    }

    private func tables(_ model: LogisticModel, _ terminal: Terminal) -> String {
        var text = "\(model.name.visible): trained on \(model.training.data.visible)\n"
        if let first = model.training.firstMs, let last = model.training.lastMs {
            let time = EventTime.china
            text += "from \(time.short(first)) to \(time.short(last)) (\(time.zone)), by\n"
        }
        for command in model.training.commands { text += "  \(command.visible)\n" }
        for risk in Risk.allCases {
            guard let head = model.heads[risk] else { continue }
            let (review, high) = (head.thresholds.review, head.thresholds.high)
            let rows = model.training.rows[risk] ?? 0
            let positives = model.training.positives[risk] ?? 0
            text += "\n\(risk.rawValue): flagged for review from a probability of "
            text +=
                "\(NumberText.fixed(review, places: 3)), as high from \(NumberText.fixed(high, places: 3)); "
            text += "learned from \(rows.counted("snapshot")), \(positives.grouped) of them of abusers\n\n"
            let figures = FigureTable([
                .init(
                    title: "out of fold",
                    figures: head.evaluation.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            ])
            text += figures.table.rendered(terminal) + "\n" + terms(head).rendered(terminal)
        }
        return text
    }

    /// Terms by the range of their curves, widest first, in calibrated log-odds.
    private func terms(_ head: LogisticModel.Head) -> TerminalTable {
        var table = TerminalTable([
            .init(title: "feature"), .init(title: "range", alignment: .right),
            .init(title: "value → what it adds", isFlexible: true), .init(title: "meaning", isFlexible: true),
        ])
        let slope = head.calibration.slope
        let ordered = head.terms.sorted {
            $0.importance != $1.importance ? $0.importance > $1.importance : $0.feature < $1.feature
        }
        for term in ordered {
            guard all || term.importance * slope >= 0.01 else { continue }
            table.rows.append([
                .init(term.feature), .init(NumberText.fixed(term.range * slope, places: 2)),
                .init(term.inWords(times: slope)),
                .init(FeatureCatalog.definition(named: term.feature)?.meaning ?? ""),
            ])
        }
        for cross in head.crosses.sorted(by: { $0.range > $1.range }) {
            table.rows.append([
                .init("\(cross.first.feature) × \(cross.second.feature)"),
                .init(NumberText.fixed(cross.range * slope, places: 2)), .init(cross.inWords(times: slope)),
                .init("what the two say together, beyond each alone"),
            ])
        }
        return table
    }
}
