/// The rows of a CSV table as feature vectors, one at a time, in memory for one row.
public struct TableReader: ~Copyable {
    /// The value of an indicator for all values without one of their own.
    static let otherValue = "other"

    /// The current row's features; not a number where unknown.
    public private(set) var values: [Float]
    /// Nil where the label is empty.
    public private(set) var label: Bool?
    /// The id column's text; the row's number, from 1, where there is none.
    public private(set) var id = ""
    public private(set) var time: Int64 = 0
    /// How many accounts of the world the row stands for.
    public private(set) var weight = 1.0
    /// A hash of the group's text; nil without a group column, or where it is empty.
    public private(set) var group: UInt64?
    /// The line on which the row begins, from 1.
    public var line: Int { reader.line }
    /// The column that names the rows' accounts.
    public var idColumn: String? { roles.id }

    /// A hash of `id`.
    public var idHash: UInt64 { textHash(id.utf8) }

    private var reader: CSVReader
    private let roles: TableRoles
    private let jobs: [Job]
    private var row = 0

    /// What is done with a column.
    private enum Job {
        case skip, label, id, time, group, weight
        case number(place: Int)
        /// Places of the known values' indicators, of that for all others, and of all of them.
        case category(places: [String: Int], other: Int?, all: [Int])
    }

    /// Opens a table.
    /// - Parameters:
    ///   - features: what the vector holds, in order: columns, or `column=value`.
    ///   - categories: for each text column its values with an indicator of their own.
    /// - Throws: naming the columns that are wanted and absent.
    public init(
        _ path: String, features: [String], categories: [String: [String]], roles: TableRoles
    ) throws(CSVError) {
        var reader = try CSVReader(path: path)
        let header = try reader.header()
        try roles.check(header, reader.name)
        let roles = roles.filled(from: header)
        let places = Dictionary(features.enumerated().map { ($1, $0) }) { first, _ in first }
        var found: Set<String> = []
        let jobs = header.map { column -> Job in
            switch column {
            case roles.label: return .label
            case roles.id: return .id
            case roles.time: return .time
            case roles.group: return .group
            case roles.weight: return .weight
            default: break
            }
            if let place = places[column] {
                found.insert(column)
                return .number(place: place)
            }
            guard let values = categories[column] else { return .skip }
            var known: [String: Int] = [:]
            for value in values {
                guard let place = places["\(column)=\(value)"] else {
                    // A value without a weight is still not one of the others.
                    known[value] = -1
                    continue
                }
                known[value] = place
                found.insert("\(column)=\(value)")
            }
            let name = "\(column)=\(TableReader.otherValue)"
            let other = known[TableReader.otherValue] == nil ? places[name] : nil
            if other != nil { found.insert(name) }
            let all = known.values.filter { $0 >= 0 } + (other.map { [$0] } ?? [])
            return .category(places: known, other: other, all: all.sorted())
        }
        let absent = features.filter { !found.contains($0) }
        guard absent.isEmpty else {
            throw CSVError(
                file: reader.name, line: 1,
                reason: "it lacks what the model asks for: " + absent.prefix(12).joined(separator: ", ")
                    + (absent.count > 12 ? " and \(absent.count - 12) more" : "")
                    + "; add the columns or train again")
        }
        values = [Float](repeating: .nan, count: features.count)
        self.roles = roles
        self.jobs = jobs
        self.reader = reader
    }

    /// Moves to the next row.
    /// - Returns: false at the end.
    /// - Throws: naming the line of a ragged row, of a label that is not 0 or 1, or of a time or weight that is none.
    public mutating func next() throws(CSVError) -> Bool {
        guard try reader.nextRow(of: jobs.count) else { return false }
        row += 1
        if roles.id == nil { id = String(row) }
        for place in jobs.indices {
            switch jobs[place] {
            case .skip: break
            case .number(let feature):
                values[feature] = reader.withField(place) { bytes in
                    if case .number(let number) = TableCell(bytes) { Float(number) } else { .nan }
                }
            case .category(let places, let other, let all):
                take(category: reader.withField(place, TableReader.category), places, other, all)
            case .label: label = try readLabel(place)
            case .id: id = reader.field(place)
            case .time: time = try readTime(place)
            case .weight: weight = try readWeight(place)
            case .group:
                group = reader.withField(place) { $0.isEmpty ? nil : textHash($0) }
            }
        }
        return true
    }

    private mutating func take(category: String, _ places: [String: Int], _ other: Int?, _ all: [Int]) {
        let isMissing = category.isEmpty
        for place in all { values[place] = isMissing ? .nan : 0 }
        if isMissing { return }
        if let place = places[category] {
            if place >= 0 { values[place] = 1 }
        } else if let other {
            values[other] = 1
        }
    }

    private func readLabel(_ place: Int) throws(CSVError) -> Bool? {
        switch reader.withField(place, TableCell.init) {
        case .missing: return nil
        case .number(0): return false
        case .number(1): return true
        default:
            switch reader.field(place).lowercased() {
            case "true": return true
            case "false": return false
            default:
                throw CSVError(
                    file: reader.name, line: line,
                    reason: "\(roles.label ?? "label") is \(quotedShort(reader.field(place)));"
                        + " use 1 or 0, or leave it empty where nobody judged")
            }
        }
    }

    private func readWeight(_ place: Int) throws(CSVError) -> Double {
        if case .number(let weight) = reader.withField(place, TableCell.init), weight > 0 { return weight }
        throw CSVError(
            file: reader.name, line: line,
            reason: "\(roles.weight ?? "weight") is \(quotedShort(reader.field(place)));"
                + " use a number above 0: how many accounts the row stands for")
    }

    private func readTime(_ place: Int) throws(CSVError) -> Int64 {
        let time = reader.withField(place) { bytes in
            if case .number(let number) = TableCell(bytes) { return Int64(exactly: number.rounded()) }
            return CivilTime.milliseconds(TableCell.trimmed(bytes))
        }
        if let time { return time }
        throw CSVError(
            file: reader.name, line: line,
            reason: "\(roles.time ?? "time") is \(quotedShort(reader.field(place)));"
                + " use milliseconds since 1970, or a date such as 2026-06-01 or 2026-06-01T20:00:03+08:00")
    }

    /// A text cell's value: free of surrounding space; empty where the cell says nothing.
    static func category(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let cell = TableCell(bytes)
        guard cell != .missing, cell != .notFinite else { return "" }
        return String(decoding: TableCell.trimmed(bytes), as: UTF8.self)
    }
}

/// FNV-1a (Fowler, Noll and Vo), well mixed.
func textHash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    mix(bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
}

/// A value in an error: quoted, short, on one line.
func quotedShort(_ text: String) -> String {
    let short = text.count > 40 ? text.prefix(40) + "…" : text[...]
    return "\"" + short.split(whereSeparator: \.isNewline).joined(separator: " ") + "\""
}
