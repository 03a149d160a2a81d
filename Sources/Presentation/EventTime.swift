/// Event time as a person reads it: China Standard Time unless UTC is asked for.
public struct EventTime: Sendable {
    /// Minutes ahead of UTC.
    public let offsetMinutes: Int

    public static let china = EventTime(offsetMinutes: 8 * 60)
    public static let utc = EventTime(offsetMinutes: 0)

    /// For a column's title: `UTC+8`.
    public var zone: String { offsetMinutes == 0 ? "UTC" : "UTC+\(offsetMinutes / 60)" }

    /// `2025-11-01 20:00:03`, for under a title that names the zone.
    public func short(_ ms: Int64) -> String {
        let (date, time) = parts(ms)
        return "\(date) \(time)"
    }

    /// `2025-11-01T20:00:03+08:00` (ISO 8601).
    public func iso(_ ms: Int64) -> String {
        let (date, time) = parts(ms)
        let suffix = offsetMinutes == 0 ? "Z" : "+\(two(offsetMinutes / 60)):\(two(offsetMinutes % 60))"
        return "\(date)T\(time)\(suffix)"
    }

    /// The Monday on or before the instant: `2025-10-27`.
    public func monday(of ms: Int64) -> String {
        let days = floorDivide(floorDivide(ms, 1000) + Int64(offsetMinutes) * 60, 86_400)
        // Day 0 was a Thursday.
        let monday = days - (days + 3 - floorDivide(days + 3, 7) * 7)
        return parts(monday * 86_400_000 - Int64(offsetMinutes) * 60_000).date
    }

    private func parts(_ ms: Int64) -> (date: String, time: String) {
        let seconds = floorDivide(ms, 1000) + Int64(offsetMinutes) * 60
        let days = floorDivide(seconds, 86_400)
        let second = Int(seconds - days * 86_400)
        // Days to a civil date in the proleptic Gregorian calendar, years that begin in March
        // (Howard Hinnant, chrono-Compatible Low-Level Date Algorithms).
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (
            "\(year)-\(two(Int(month)))-\(two(Int(day)))",
            "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        )
    }

    private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : (a + 1) / b - 1 }
    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
