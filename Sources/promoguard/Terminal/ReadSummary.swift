import ActivityLog
import ArgumentParser
import Presentation
import ScoringPipeline

/// What reading saw, told on standard error.
struct ReadSummary {
    let report: ReadReport

    /// Rejected lines, repeats and latecomers, a line each; none where all was well.
    var remarks: [String] {
        var lines: [String] = []
        let rejections = report.rejections
        if !rejections.isEmpty {
            let total = rejections.reduce(0) { $0 + $1.lines }
            let reasons = rejections.map { "\($0.reason.name) \($0.lines.grouped)" }
            lines.append("rejected \(total.counted("line")): " + reasons.joined(separator: ", "))
        }
        if report.duplicates > 0 { lines.append("\(report.duplicates.counted("duplicate")), counted once") }
        let dropped = report.sources.reduce(0) { $0 + $1.dropped }
        if dropped > 0 { lines.append("\(dropped.counted("record")) left out by rules of their formats") }
        let unkeyed = report.formats.reduce(0) { $0 + $1.unkeyed }
        if unkeyed > 0 {
            lines.append(
                "\(unkeyed.counted("raw phone, address or payer", "raw phones, addresses or payers")) left out: "
                    + "give --hash-key-file")
        }
        if report.sessionKeys > 0 {
            lines.append(
                "\(report.sessionKeys.counted("session_key")) in the logs: a secret of WeChat's, not kept; have the logs "
                    + "written without it")
        }
        if report.late > 0 { lines.append("\(report.late.counted("event")) later than the lateness bound") }
        return lines
    }

    /// The same for a program: the span, and every count, none among them.
    var members: [(String, JSONValue)] {
        [
            ("first_ms", report.firstMs.map { .integer($0) } ?? .null),
            ("last_ms", report.lastMs.map { .integer($0) } ?? .null),
            (
                "rejected",
                .object(report.rejections.map { ($0.reason.name, .integer($0.lines)) })
            ),
            ("duplicates", .integer(report.duplicates)),
            ("left_out", .integer(report.sources.reduce(0) { $0 + $1.dropped })),
            ("unkeyed", .integer(report.formats.reduce(0) { $0 + $1.unkeyed })),
            ("session_keys", .integer(report.sessionKeys)), ("late", .integer(report.late)),
        ]
    }

    /// From the first to the last event; nil without events.
    var span: String? {
        guard let first = report.firstMs, let last = report.lastMs else { return nil }
        let time = EventTime.china
        return "\(time.short(first)) to \(time.short(last)) (\(time.zone))"
    }

    /// Names each source of which something could not be read; said even where nothing else is to be.
    func complain() {
        for source in report.unreadable {
            Terminal.note("promoguard: cannot read all of \(source.path.visible): \(source.why)")
        }
    }

    /// Ends the program with code 2 where something could not be read.
    func exitIfIncomplete() throws {
        if !report.unreadable.isEmpty { throw ExitCode(2) }
    }
}
