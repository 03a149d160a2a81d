import CaseFile

/// How many accounts were flagged on the newest day of event time, China Standard Time (UTC+8).
struct FlagsToday {
    private static let dayMs: Int64 = 86_400_000
    private static let zoneMs: Int64 = 8 * 3_600_000

    private var startMs: Int64?
    /// nil before the first event.
    private(set) var count: Int64?

    /// Comes to the day of the newest event; for the first, `countSince` says how many the database knows of it.
    mutating func reach(
        _ newestMs: Int64, countSince: (Int64) throws(CaseFileError) -> Int
    ) throws(CaseFileError) {
        let day = (newestMs + FlagsToday.zoneMs) / FlagsToday.dayMs
        let start = day * FlagsToday.dayMs - FlagsToday.zoneMs
        guard let known = startMs else {
            count = Int64(try countSince(start))
            startMs = start
            return
        }
        guard start > known else { return }
        startMs = start
        count = 0
    }

    /// Counts flags that were not there before.
    mutating func add(_ flags: [FlaggedAccount]) {
        guard let startMs, let known = count else { return }
        count = known + Int64(flags.count { $0.firstFlaggedMs >= startMs })
    }
}
