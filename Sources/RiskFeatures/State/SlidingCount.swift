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

/// Sliding counts over an hour, a day and a week.
struct WindowedCount: BitwiseCopyable {
    private var hour = SlidingCount()
    private var day = SlidingCount()
    private var week = SlidingCount()

    @inline(__always)
    mutating func add(at ms: Int64) {
        hour.add(at: ms, window: Clock.hour)
        day.add(at: ms, window: Clock.day)
        week.add(at: ms, window: Clock.week)
    }

    @inline(__always)
    func lastHour(at ms: Int64) -> Float { hour.value(at: ms, window: Clock.hour) }
    @inline(__always)
    func lastDay(at ms: Int64) -> Float { day.value(at: ms, window: Clock.day) }
    @inline(__always)
    func lastWeek(at ms: Int64) -> Float { week.value(at: ms, window: Clock.week) }
}
