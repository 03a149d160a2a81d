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
            text += "\(NumberText.fixed(review, places: 3)), as high from \(NumberText.fixed(high, places: 3)); "
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

    /// Terms by weight, strongest first: the log-odds that one standard deviation of the feature adds.
    private func terms(_ head: LogisticModel.Head) -> TerminalTable {
        var table = TerminalTable([
            .init(title: "feature"), .init(title: "a deviation adds", alignment: .right),
            .init(title: "unknown adds", alignment: .right), .init(title: "usual value", alignment: .right),
            .init(title: "meaning", isFlexible: true),
        ])
        let slope = head.calibration.slope
        let ordered = head.terms.sorted {
            abs($0.weight) != abs($1.weight) ? abs($0.weight) > abs($1.weight) : $0.feature < $1.feature
        }
        for term in ordered {
            let (weight, missing) = (term.weight * slope, term.missingWeight * slope)
            guard all || abs(weight) >= 0.01 || abs(missing) >= 0.01 else { continue }
            let usual = term.transform == .log1p ? exp(term.mean) - 1 : term.mean
            table.rows.append([
                .init(term.feature), .init(signed(weight)), .init(signed(missing)),
                .init(NumberText.decimal(usual, places: 2)),
                .init(FeatureCatalog.definition(named: term.feature)?.meaning ?? ""),
            ])
        }
        return table
    }

    private func signed(_ value: Double) -> String {
        (value < 0 ? "" : "+") + NumberText.fixed(value, places: 2)
    }
}
