/// Lengths of event time, milliseconds, and the minute that recent sets count in.
enum Clock {
    static let minute: Int64 = 60_000
    static let hour: Int64 = 60 * minute
    static let day: Int64 = 24 * hour
    static let week: Int64 = 7 * day
    /// China has one zone; hours of the day and days are told in it.
    static let zone: Int64 = 8 * hour

    /// Minutes modulo 45 days, never 0, which marks an empty place.
    @inline(__always)
    static func stamp(_ ms: Int64) -> UInt16 {
        let minutes = UInt16(truncatingIfNeeded: ms / minute)
        return minutes == 0 ? 1 : minutes
    }

    @inline(__always)
    static func localDay(_ ms: Int64) -> Int32 { Int32(truncatingIfNeeded: (ms + zone) / day) }
    @inline(__always)
    static func localHour(_ ms: Int64) -> Int { Int((ms + zone) / hour % 24) }
    /// Seconds since 1970, for compact memories of single moments.
    @inline(__always)
    static func seconds(_ ms: Int64) -> UInt32 { UInt32(truncatingIfNeeded: ms / 1000) }
}

/// Something done every so often in event time.
struct Schedule {
    private var lastMs: Int64 = .min

    /// Whether `interval` has passed since it was last due (at first: since it was first asked).
    mutating func isDue(at ms: Int64, every interval: Int64) -> Bool {
        if lastMs == .min { lastMs = ms }
        guard ms - lastMs >= interval else { return false }
        lastMs = ms
        return true
    }
}
