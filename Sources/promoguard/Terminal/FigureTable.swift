import Presentation

/// Figures of one or more models side by side, a figure a row.
struct FigureTable {
    /// One column of figures.
    struct Column {
        var title: String
        var figures: [(name: String, value: Double)]
    }

    let table: TerminalTable
    /// By the columns' titles, exact.
    let members: [(String, JSONValue)]
    var json: JSONValue { .object(members) }

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
        members = columns.map { ($0.title, .object($0.figures.map { ($0.name, .number($0.value)) })) }
    }

    /// Counts and large amounts whole, shares with four digits.
    static func text(_ value: Double) -> String {
        if value.magnitude >= 100 { return NumberText.decimal(value) }
        if let whole = Int64(exactly: value), whole.magnitude > 1 { return whole.grouped }
        return NumberText.fixed(value, places: 4)
    }
}
