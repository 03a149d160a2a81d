import CaseFile
import Presentation
import RiskFeatures
import RiskModel

/// A filter of flags as the address bar and the API write it.
///
/// `risk`, `level`, `status` (or `all`), `tag`, `campaign`, `gang`, `min_score`, `max_score`, `min_yuan`, `max_yuan`,
/// `since` (a date, UTC+8, or milliseconds), `q` (part of an id) and `sort`.
struct QueueFilter: Sendable, Equatable {
    private(set) var query: FlagQuery
    /// What was given, as a query string, in one order: equal filters are written alike.
    private(set) var text: String

    static let names = [
        "risk", "level", "status", "tag", "campaign", "gang", "min_score", "max_score", "min_yuan",
        "max_yuan",
        "since", "q", "sort",
    ]

    /// - Parameter status: taken where the fields name none.
    /// - Throws: `ConsoleError` that names the field whose value cannot be.
    init(_ fields: FormFields, status: ReviewStatus?) throws(ConsoleError) {
        var query = FlagQuery(status: status)
        query.risk = try Self.name(fields, "risk", Risk.allCases.map(\.rawValue))
        query.level = try Self.name(fields, "level", ["review", "high"])
        if let name = try Self.name(fields, "status", ReviewStatus.allCases.map(\.rawValue) + ["all"]) {
            query.status = ReviewStatus(rawValue: name)
        }
        query.tag = try Self.name(fields, "tag", AbuseTag.allCases.map(\.rawValue))
        query.campaign = try Self.text(fields, "campaign")
        query.gangID = try Self.text(fields, "gang")
        query.minimumScore = try Self.number(fields, "min_score", 0...1)
        query.maximumScore = try Self.number(fields, "max_score", 0...1)
        query.minimumFen = try Self.fen(fields, "min_yuan")
        query.maximumFen = try Self.fen(fields, "max_yuan")
        query.sinceMs = try Self.time(fields, "since")
        query.search = try Self.text(fields, "q").map { $0.replacing("...", with: "…") }
        if let name = try Self.name(fields, "sort", FlagSort.allCases.map(\.rawValue)) {
            query.sort = FlagSort(rawValue: name)!
        }
        self.query = query
        var given = FormFields()
        for name in Self.names { given.add(name, fields[name]) }
        text = given.text
    }

    /// What was given for a field; empty for nothing.
    subscript(_ name: String) -> String { FormFields(text)[name] ?? "" }

    /// The query string with something else besides.
    func text(with name: String, _ value: String?) -> String {
        var all = FormFields(text)
        all.remove(name)
        all.add(name, value)
        return all.text
    }

    private static func name(
        _ fields: FormFields, _ name: String, _ known: [String]
    ) throws(ConsoleError) -> String? {
        guard let value = fields[name] else { return nil }
        guard known.contains(value) else { throw .badValue(name) }
        return value
    }

    private static func text(_ fields: FormFields, _ name: String) throws(ConsoleError) -> String? {
        guard let value = fields[name] else { return nil }
        // The longest identifier that an event may carry.
        guard value.utf8.count <= 512 else { throw .badValue(name) }
        return value
    }

    /// As the command line takes them.
    private static func number(
        _ fields: FormFields, _ name: String, _ range: ClosedRange<Double>
    ) throws(ConsoleError) -> Double? {
        guard let value = fields[name] else { return nil }
        guard let number = Double(value), range.contains(number) else { throw .badValue(name) }
        return number
    }

    private static func fen(_ fields: FormFields, _ name: String) throws(ConsoleError) -> Int64? {
        try number(fields, name, 0...1e12).map { Int64(($0 * 100).rounded()) }
    }

    private static func time(_ fields: FormFields, _ name: String) throws(ConsoleError) -> Int64? {
        guard let value = fields[name] else { return nil }
        if let ms = Int64(value) { return ms }
        guard let ms = CivilTime.milliseconds(value) else { throw .badValue(name) }
        return ms
    }
}
