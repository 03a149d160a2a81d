/// How many events fell in each half-day of the last five weeks: from five to five of the clock, so that an evening is
/// in one. 148 bytes, for kinds of things of which there are few.
struct HalfDayCounts: BitwiseCopyable {
    private var counts = InlineArray<72, UInt16>(repeating: 0)
    private var last: UInt32 = 0

    private static var kept: UInt32 { 72 }
    private static var length: Int64 { 12 * Clock.hour }

    /// The half-day of a moment, counted from 1970.
    @inline(__always)
    static func number(at ms: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: max(0, ms + Clock.zone - 5 * Clock.hour) / length)
    }

    /// - Parameter ms: event time, which never goes back.
    @inline(__always)
    mutating func add(at ms: Int64) {
        let now = HalfDayCounts.number(at: ms)
        if now != last { advance(to: now) }
        let place = Int(now % HalfDayCounts.kept)
        if counts[place] != .max { counts[place] &+= 1 }
    }

    @inline(never)
    private mutating func advance(to now: UInt32) {
        let missed = min(now &- last, HalfDayCounts.kept)
        for step in 0..<missed { counts[Int((now &- step) % HalfDayCounts.kept)] = 0 }
        last = now
    }

    /// Events in a half-day; 0 when that is too long ago.
    func count(_ number: UInt32) -> Int {
        number > last || last - number >= HalfDayCounts.kept
            ? 0 : Int(counts[Int(number % HalfDayCounts.kept)])
    }
}
