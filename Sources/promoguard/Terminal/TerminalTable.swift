import Presentation

/// Rows in aligned columns, measured in terminal cells.
struct TerminalTable {
    enum Alignment: Sendable { case left, right }

    struct Column: Sendable {
        var title: String
        var alignment = Alignment.left
        /// Gives way when the table is wider than the terminal.
        var isFlexible = false
    }

    struct Cell: Sendable, ExpressibleByStringInterpolation {
        var text: String
        var style: Terminal.Style?

        init(_ text: String, _ style: Terminal.Style? = nil) {
            self.text = text
            self.style = style
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    /// A flexible column is not made narrower than this.
    static let narrowest = 16
    private static let gap = 2

    var columns: [Column]
    var rows: [[Cell]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// The table as lines, each ended; control characters in cells are spelled out.
    func rendered(_ terminal: Terminal) -> String {
        let header = columns.map { Cell($0.title, .bold) }
        let lines = ([header] + rows).map { $0.map { Cell($0.text.visible, $0.style) } }
        let widths = columnWidths(lines, limit: terminal.width)
        var text = ""
        for line in lines {
            var rendered = ""
            for (index, cell) in line.enumerated() {
                let shown = CellWidth.truncate(cell.text, to: widths[index])
                let padding = String(repeating: " ", count: widths[index] - CellWidth.of(shown))
                let isLast = index == line.count - 1
                switch columns[index].alignment {
                case .left: rendered += terminal.styled(shown, cell.style) + (isLast ? "" : padding)
                case .right: rendered += padding + terminal.styled(shown, cell.style)
                }
                if !isLast { rendered += String(repeating: " ", count: TerminalTable.gap) }
            }
            while rendered.last == " " { rendered.removeLast() }
            text += rendered + "\n"
        }
        return text
    }

    /// As wide as the widest cell; where that is too wide together, flexible columns share what is left over.
    private func columnWidths(_ lines: [[Cell]], limit: Int?) -> [Int] {
        var widths = columns.indices.map { index in lines.map { CellWidth.of($0[index].text) }.max() ?? 0 }
        guard let limit else { return widths }
        let gaps = TerminalTable.gap * max(columns.count - 1, 0)
        var excess = widths.reduce(gaps, +) - limit
        while excess > 0 {
            // The widest gives way first, so that no short column is cut for a long one.
            let candidates = columns.indices.filter {
                columns[$0].isFlexible && widths[$0] > TerminalTable.narrowest
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
