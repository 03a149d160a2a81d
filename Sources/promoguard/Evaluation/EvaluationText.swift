import Presentation
import RiskModel

/// An evaluation as tables for a terminal.
struct EvaluationText {
    let evaluation: Evaluation
    let reasons: ReasonText
    /// The account id as it may be shown.
    let shown: (String) -> String

    func rendered(_ terminal: Terminal) -> String {
        evaluation.heads.map { head in
            var tables = [figures(head.measurement)]
            for kind in [HeadMeasurement.Part.Kind.campaign, .week] {
                tables += parts(head.measurement, kind).map { [$0] } ?? []
            }
            if !head.disagreements.isEmpty { tables.append(disagreements(head)) }
            return tables.map { $0.rendered(terminal) }.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// A figure a row; for each model its value and 95 % interval, for two their difference.
    private func figures(_ measurement: HeadMeasurement) -> TerminalTable {
        var table = TerminalTable([.init(title: measurement.head)])
        for model in measurement.models {
            table.columns += [
                .init(title: model.model, alignment: .right), .init(title: "95%", alignment: .right),
            ]
        }
        let isPair = measurement.models.count == 2
        if isPair {
            table.columns += [
                .init(title: "difference", alignment: .right), .init(title: "95%", alignment: .right),
            ]
        }
        for (place, figure) in measurement.models[0].evaluation.figures.enumerated() {
            var row = [TerminalTable.Cell(figure.name)]
            for model in measurement.models {
                row.append(.init(FigureTable.text(model.evaluation.figures[place].value)))
                row.append(.init(place < 2 ? "" : interval(model.intervals[place])))
            }
            if isPair {
                let value = measurement.models[1].evaluation.figures[place].value - figure.value
                let between = place < 2 ? nil : measurement.differences[place]
                // A difference whose interval leaves out 0 is not chance.
                let isSure = between.map { $0.low > 0 || $0.high < 0 } ?? false
                row.append(.init(FigureTable.text(value), isSure ? .bold : nil))
                row.append(.init(interval(between)))
            }
            table.rows.append(row)
        }
        return table
    }

    private func interval(_ interval: Interval?) -> String {
        guard let interval, interval.low != interval.high else { return "" }
        return "\(FigureTable.text(interval.low)) … \(FigureTable.text(interval.high))"
    }

    private func parts(_ measurement: HeadMeasurement, _ kind: HeadMeasurement.Part.Kind) -> TerminalTable? {
        let parts = measurement.parts.filter { $0.kind == kind }
        guard !parts.isEmpty else { return nil }
        let isPair = measurement.models.count == 2
        var table = TerminalTable([
            .init(title: kind == .week ? "week from" : "campaign"),
            .init(title: "accounts", alignment: .right), .init(title: "positives", alignment: .right),
        ])
        let names = ["auc", "recall_at_fpr_1%", "review_precision", "review_recall", "saved_share"]
        for model in measurement.models {
            table.columns += names.map {
                .init(title: isPair ? "\($0) \(model.model)" : $0, alignment: .right)
            }
        }
        for part in parts {
            var row: [TerminalTable.Cell] = [
                .init(part.name), .init(part.accounts.grouped), .init(part.positives.grouped),
            ]
            for evaluation in part.evaluations {
                let figures = evaluation?.figures ?? []
                row += names.map { name in
                    .init(figures.first { $0.name == name }.map { FigureTable.text($0.value) } ?? "–")
                }
            }
            table.rows.append(row)
        }
        return table
    }

    private func disagreements(_ head: Evaluation.Head) -> TerminalTable {
        var table = TerminalTable(
            [.init(title: "\(head.measurement.head): flagged by one only"), .init(title: "label")]
                + head.measurement.models.map { .init(title: $0.model, alignment: .right) }
                + [.init(title: "flagged by"), .init(title: "why", isFlexible: true)])
        table.rows = head.disagreements.map { account in
            [.init(shown(account.account)), .init(account.isAbuse ? "1" : "0")]
                + account.probabilities.map { .init(NumberText.fixed($0, places: 3)) }
                + [
                    .init(head.measurement.models[account.flaggedBy].model),
                    .init(account.reasons.map(reasons.statement).joined(separator: "; ")),
                ]
        }
        return table
    }
}
