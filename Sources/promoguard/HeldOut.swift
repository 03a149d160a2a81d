import Presentation
import RiskModel

/// How a head does on what it was not learned from, held out in two ways.
///
/// Both are of the rows that training sees and of what a head makes of an account by itself, before it weighs the company
/// that an account keeps; so they compare with each other, and less with figures of a whole replay.
struct HeldOut {
    /// Each gang or account by weights that had not seen it.
    let byGroup: HeadEvaluation
    /// The latest accounts, of gangs of which nothing was seen before; nil where rows have no times, or too few labels of
    /// a kind lie before or after the cut.
    let byTime: HeadEvaluation?

    /// A head's splits beside each other, two rows a head.
    static func table(_ splits: [(name: String, heldOut: HeldOut)]) -> TerminalTable {
        let names = ["auc", "pr_auc", "recall_at_fpr_1%", "weighted_recall", "ece"]
        var table = TerminalTable(
            [.init(title: "held out"), .init(title: "accounts", alignment: .right)]
                + (["positives"] + names).map { .init(title: $0, alignment: .right) })
        for (name, heldOut) in splits {
            for (kind, found) in [
                ("other gangs and accounts", heldOut.byGroup), ("the latest accounts", heldOut.byTime),
            ] {
                let figures = found?.figures ?? []
                table.rows.append(
                    [.init("\(name): \(kind)")]
                        + (["accounts", "positives"] + names).map { figure in
                            .init(
                                figures.first { $0.name == figure }.map { FigureTable.text($0.value) } ?? "–")
                        })
            }
        }
        return table
    }

    /// `{"coupon_abuse":{"by_group":{"auc":…},"by_time":{…}}}`; a split that there is none of is null.
    static func json(_ splits: [(name: String, heldOut: HeldOut)]) -> JSONValue {
        func figures(_ found: HeadEvaluation?) -> JSONValue {
            found.map { .object($0.figures.map { ($0.name, .number($0.value)) }) } ?? .null
        }
        return .object(
            splits.map { name, heldOut in
                (
                    name,
                    .object([
                        ("by_group", figures(heldOut.byGroup)), ("by_time", figures(heldOut.byTime)),
                    ])
                )
            })
    }
}
