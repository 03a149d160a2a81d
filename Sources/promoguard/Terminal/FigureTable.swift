import RiskModel

/// A model and what was measured of each of its heads, in the order of `Risk`; nil where nothing could be.
struct EvaluatedModel {
    var name: String
    var heads: [HeadEvaluation?]
}

/// Figures of one or more models side by side, a figure a row.
struct FigureTable {
    /// One column of figures.
    struct Column {
        var title: String
        var figures: [(name: String, value: Double)]
    }

    let table: TerminalTable

    init(_ columns: [Column]) {
        var table = TerminalTable(
            [.init(title: "figure")] + columns.map { .init(title: $0.title, alignment: .right) })
        let names = columns.max { $0.figures.count < $1.figures.count }?.figures.map(\.name) ?? []
        for name in names {
            let values = columns.map { column in
                column.figures.first { $0.name == name }.map { FigureTable.text($0.value) } ?? ""
            }
            table.rows.append([.init(name)] + values.map { .init($0) })
        }
        self.table = table
    }

    /// For each head a column a model.
    init(_ models: [EvaluatedModel]) {
        self.init(
            Risk.allCases.enumerated().flatMap { head, risk in
                models.map {
                    Column(
                        title: models.count == 1 ? risk.rawValue : "\(risk.rawValue) \($0.name)",
                        figures: $0.heads[head]?.figures ?? [])
                }
            })
    }

    /// Counts whole, shares with four digits.
    static func text(_ value: Double) -> String {
        if let whole = Int64(exactly: value), whole.magnitude > 1 { return whole.grouped }
        return NumberText.fixed(value, places: 4)
    }

    /// `{"models":[{"name":…,"heads":{"coupon_abuse":{"auc":…}}}]}`
    static func json(_ models: [EvaluatedModel]) -> JSONValue {
        .object([
            (
                "models",
                .array(
                    models.map { model in
                        let heads = zip(Risk.allCases, model.heads).compactMap { risk, head in
                            head.map {
                                (
                                    risk.rawValue,
                                    JSONValue.object($0.figures.map { ($0.name, .number($0.value)) })
                                )
                            }
                        }
                        return .object([("name", .string(model.name)), ("heads", .object(heads))])
                    })
            )
        ])
    }
}
