import LogStage

@testable import ActivityLog

/// What a whole run gave.
struct Reading {
    var events: [Event] = []
    var accounts: [String] = []
    var report = ReadReport()

    var problems: [String] { report.sources.compactMap(\.problem) }

    /// The events as values that compare equal when every field is.
    var fingerprints: [String] {
        zip(events, accounts).map { event, account in
            var copy = event
            copy.accountTextOffset = 0
            return "\(account) \(copy)"
        }
    }

    init(_ paths: [String], configuration: ReadConfiguration = ReadConfiguration()) throws {
        var stream = try EventStream(paths: paths, configuration: configuration)
        var batch = EventBatch()
        while stream.next(into: &batch) {
            for event in batch.events {
                events.append(event)
                let start = Int(event.accountTextOffset)
                accounts.append(
                    String(decoding: batch.text[start..<start + Int(event.accountTextLength)], as: UTF8.self))
            }
        }
        report = stream.report
    }

    init(_ path: String, backend: InflateBackend) throws {
        var configuration = ReadConfiguration()
        configuration.inflateBackend = backend
        try self.init([path], configuration: configuration)
    }
}

/// 2026-01-01, in milliseconds.
let newYear: Int64 = 1_767_225_600_000

/// The line of a small event `ms` after the new year.
func line(_ ms: Int64, account: String = "a", _ more: String = "") -> String {
    "{\"ts\":\(newYear + ms),\"event\":\"click\",\"account_id\":\"\(account)\"\(more)}\n"
}
