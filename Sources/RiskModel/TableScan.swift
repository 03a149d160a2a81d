/// What the columns of a table hold, found in one reading (two where a column turns out to hold text late).
///
/// A column of numbers is a feature. A text column becomes an indicator feature for each value that enough rows
/// have, `column=value`, and one for all others, `column=other`.
public struct TableScan: Sendable {
    /// Something a person should know of a column.
    public enum Note: Sendable, Equatable {
        case constant(column: String)
        case duplicate(column: String, of: String)
        case empty(column: String)
        case notFinite(column: String, cells: Int, firstLine: Int)
        /// - example: the first of its texts.
        case noFrequentValue(column: String, values: Int, example: String)
    }

    /// The features' names, in the order of the table's columns.
    public private(set) var features: [String] = []
    /// For each text column its values with an indicator of their own, most frequent first.
    public private(set) var categories: [String: [String]] = [:]
    public private(set) var notes: [Note] = []
    public private(set) var rows = 0

    /// A text column's values past this many are not told apart.
    private static let mostValues = 10_000
    private static let mostIndicators = 50
    /// A column with fewer texts than this share is one of numbers with a mistake in it.
    private static let mistakes = 0.05

    /// - Throws: where the file cannot be read, a row is ragged, a named column is absent, a text is not UTF-8, or a
    ///   column of numbers holds a few texts.
    public init(_ path: String, roles: TableRoles) throws(CSVError) {
        guard path != "-" else {
            throw CSVError(
                file: "standard input", reason: "a table is read twice; write it to a file and name that")
        }
        var texts: Set<Int> = []
        while true {
            var reader = try CSVReader(path: path)
            let header = try reader.header()
            try roles.check(header, path)
            let roles = roles.filled(from: header)
            var columns = header.enumerated().map { place, name in
                Column(name: name, isFeature: roles.isFeature(name), isText: texts.contains(place))
            }
            rows = 0
            while try reader.nextRow(of: header.count) {
                reader.forEachField { place, bytes in
                    if columns[place].isFeature { columns[place].take(bytes, row: rows, line: reader.line) }
                }
                rows += 1
            }
            if rows == 0 { throw CSVError(file: path, reason: "it has no rows, only a header; add some") }
            for column in columns { try column.check(path) }
            let late = columns.indices.filter {
                columns[$0].isText && columns[$0].numbers > 0 && !texts.contains($0)
            }
            if late.isEmpty {
                conclude(columns)
                return
            }
            texts.formUnion(late)
        }
    }

    private mutating func conclude(_ columns: [Column]) {
        var seen: [UInt64: String] = [:]
        for column in columns where column.isFeature {
            if column.notFinite > 0 {
                notes.append(
                    .notFinite(column: column.name, cells: column.notFinite, firstLine: column.notFiniteLine))
            }
            if column.isText {
                conclude(text: column)
            } else if column.numbers == 0 {
                notes.append(.empty(column: column.name))
            } else if column.least == column.greatest, column.numbers == rows {
                notes.append(.constant(column: column.name))
            } else if let first = seen[column.fingerprint] {
                notes.append(.duplicate(column: column.name, of: first))
            } else {
                seen[column.fingerprint] = column.name
                features.append(column.name)
            }
        }
    }

    private mutating func conclude(text column: Column) {
        let enough = max(20, rows / 1000)
        let frequent = column.counts.filter { $0.value >= enough }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostIndicators)
        guard !frequent.isEmpty, frequent.count > 1 || frequent[0].value < rows else {
            notes.append(
                .noFrequentValue(
                    column: column.name, values: column.counts.count, example: quotedShort(column.text)))
            return
        }
        categories[column.name] = frequent.map(\.key)
        features += frequent.map { "\(column.name)=\($0.key)" }
        let other = "\(column.name)=\(TableReader.otherValue)"
        if frequent.reduce(0, { $0 + $1.value }) + column.missing < rows, !features.contains(other) {
            features.append(other)
        }
    }

    /// What was seen of a column.
    private struct Column {
        let name: String
        let isFeature: Bool
        var isText: Bool
        var numbers = 0
        var missing = 0
        var notFinite = 0
        var notFiniteLine = 0
        var texts = 0
        var textLine = 0
        var text = ""
        var least = Float.infinity
        var greatest = -Float.infinity
        /// The first line with a text that is not UTF-8.
        var foreignLine: Int?
        /// Equal columns have equal sums of hashes of row and value.
        var fingerprint: UInt64 = 0
        var counts: [String: Int] = [:]

        mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, row: Int, line: Int) {
            switch TableCell(bytes) {
            case .missing: missing += 1
            case .number where isText: count(bytes)
            case .number(let number):
                numbers += 1
                // Zero has no sign here.
                let value = Float(number) + 0
                least = min(least, value)
                greatest = max(greatest, value)
                fingerprint &+= mix(UInt64(row) << 32 | UInt64(value.bitPattern))
            case .notFinite:
                if notFinite == 0 { notFiniteLine = line }
                notFinite += 1
            case .text:
                if texts == 0 { (textLine, text) = (line, String(decoding: bytes, as: UTF8.self)) }
                texts += 1
                isText = true
                if foreignLine == nil, String(validating: bytes, as: UTF8.self) == nil { foreignLine = line }
                count(bytes)
            }
        }

        private mutating func count(_ bytes: UnsafeBufferPointer<UInt8>) {
            let value = TableReader.category(bytes)
            if counts[value] != nil || counts.count < TableScan.mostValues { counts[value, default: 0] += 1 }
        }

        func check(_ path: String) throws(CSVError) {
            if let foreignLine {
                throw CSVError(
                    file: path, line: foreignLine, reason: "column \(name) \(CSVReader.otherEncoding)")
            }
            guard texts > 0, Double(texts) < TableScan.mistakes * Double(numbers) else { return }
            throw CSVError(
                file: path, line: textLine,
                reason: "column \(name) holds numbers, but here \(quotedShort(text));"
                    + " correct it, leave it empty, or leave the column out with --ignore \(name)")
        }
    }
}
