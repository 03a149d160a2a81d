/// How many events fell in a sliding window, from two counters: this window and the one before it, of which the
/// part that the sliding window still covers is counted. Exact while the window holds everything, else within the
/// evenness of the previous window.
struct SlidingCount: BitwiseCopyable {
    private var index: UInt16 = 0
    private var current: UInt16 = 0
    private var previous: UInt16 = 0

    @inline(__always)
    private mutating func advance(_ ms: Int64, _ window: Int64) {
        let now = UInt16(truncatingIfNeeded: ms / window)
        guard now != index else { return }
        previous = now == index &+ 1 ? current : 0
        current = 0
        index = now
    }

    @inline(__always)
    mutating func add(at ms: Int64, window: Int64) {
        advance(ms, window)
        if current != .max { current &+= 1 }
    }

    /// Events in the window that ends at `ms`.
    @inline(__always)
    func value(at ms: Int64, window: Int64) -> Float {
        let now = UInt16(truncatingIfNeeded: ms / window)
        let covered = 1 - Float(ms % window) / Float(window)
        if now == index { return Float(current) + Float(previous) * covered }
        return now == index &+ 1 ? Float(current) * covered : 0
    }
}

/// Sliding counts over an hour, a day and a week: three of `SlidingCount` that keep one time.
struct WindowedCount: BitwiseCopyable {
    /// The hour of the last event, from which its day and its week follow.
    private var lastHour: UInt32 = 0
    private var hours = Pair()
    private var days = Pair()
    private var weeks = Pair()

    private static var hoursOfDay: UInt32 { 24 }
    private static var hoursOfWeek: UInt32 { 7 * 24 }

    /// Counts of the last event's window and of the one before it.
    private struct Pair: BitwiseCopyable {
        private var current: UInt16 = 0
        private var previous: UInt16 = 0

        /// - Parameters: windows, by number.
        @inline(__always)
        mutating func add(_ now: UInt32, last: UInt32) {
            if now != last {
                previous = now == last &+ 1 ? current : 0
                current = 0
            }
            if current != .max { current &+= 1 }
        }

        @inline(__always)
        func value(_ now: UInt32, last: UInt32, at ms: Int64, window: Int64) -> Float {
            let covered = 1 - Float(ms % window) / Float(window)
            if now == last { return Float(current) + Float(previous) * covered }
            return now == last &+ 1 ? Float(current) * covered : 0
        }
    }

    @inline(__always)
    private static func hour(_ ms: Int64) -> UInt32 { UInt32(truncatingIfNeeded: ms / Clock.hour) }

    @inline(__always)
    mutating func add(at ms: Int64) {
        let hour = WindowedCount.hour(ms)
        hours.add(hour, last: lastHour)
        days.add(hour / WindowedCount.hoursOfDay, last: lastHour / WindowedCount.hoursOfDay)
        weeks.add(hour / WindowedCount.hoursOfWeek, last: lastHour / WindowedCount.hoursOfWeek)
        lastHour = hour
    }

    @inline(__always)
    func lastHour(at ms: Int64) -> Float {
        hours.value(WindowedCount.hour(ms), last: lastHour, at: ms, window: Clock.hour)
    }
    @inline(__always)
    func lastDay(at ms: Int64) -> Float {
        let hours = WindowedCount.hoursOfDay
        return days.value(WindowedCount.hour(ms) / hours, last: lastHour / hours, at: ms, window: Clock.day)
    }
    @inline(__always)
    func lastWeek(at ms: Int64) -> Float {
        let hours = WindowedCount.hoursOfWeek
        return weeks.value(WindowedCount.hour(ms) / hours, last: lastHour / hours, at: ms, window: Clock.week)
    }
}
