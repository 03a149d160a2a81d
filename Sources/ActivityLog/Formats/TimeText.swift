/// Dates with times of day as ISO 8601 and its neighbours write them.
enum TimeText {
    /// Milliseconds since 1970 UTC of `2026-10-31T20:00:23.186+08:00`: a blank for the T, slashes for the hyphens, one
    /// digit where two are usual, any number of decimals, and `Z`, `+0800` or `+08` for the zone.
    /// - Parameter zoneMinutes: the zone, minutes east of UTC, of a text that names none; nil to refuse it.
    /// - Returns: nil when the text is no such time.
    static func milliseconds(_ text: UnsafeRawBufferPointer, zoneMinutes: Int64?) -> Int64? {
        var reader = Reader(text: text)
        guard let year = reader.number(digits: 4...4), let mark = reader.take(), mark == 0x2D || mark == 0x2F,
            let month = reader.number(digits: 1...2), reader.take() == mark,
            let day = reader.number(digits: 1...2), let between = reader.take(),
            between == 0x54 || between == 0x74 || between == 0x20,
            let hour = reader.number(digits: 1...2), reader.take() == 0x3A,
            let minute = reader.number(digits: 1...2), reader.take() == 0x3A,
            let second = reader.number(digits: 1...2)
        else { return nil }
        guard (1...12).contains(month), day >= 1, day <= days(in: month, year), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if reader.next == 0x2E || reader.next == 0x2C {
            reader.position &+= 1
            guard let read = reader.thousandths() else { return nil }
            fraction = read
        }
        if reader.next == 0x20 { reader.position &+= 1 }
        guard let zone = reader.isAtEnd ? zoneMinutes : reader.zone(), reader.isAtEnd else { return nil }
        let minutes = (dayNumber(year, month, day) &* 24 &+ hour) &* 60 &+ minute &- zone
        return (minutes &* 60 &+ second) &* 1000 &+ fraction
    }

    /// Minutes east of UTC of `+08:00`, `-0330`, `+08` or `Z`; nil when the text is none of them.
    static func zone(_ text: String) -> Int64? {
        var bytes = Array(text.utf8)
        return bytes.withUnsafeMutableBytes {
            var reader = Reader(text: UnsafeRawBufferPointer($0))
            let zone = reader.zone()
            return reader.isAtEnd ? zone : nil
        }
    }

    private static func days(in month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 of a Gregorian date (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year &- 1 : year
        let era = shifted / 400
        let yearOfEra = shifted &- era &* 400
        let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return era &* 146_097 &+ dayOfEra &- 719_468
    }

    private struct Reader {
        let text: UnsafeRawBufferPointer
        var position = 0

        var isAtEnd: Bool { position == text.count }
        var next: UInt8 { position < text.count ? text[position] : 0 }

        mutating func take() -> UInt8? {
            guard position < text.count else { return nil }
            position &+= 1
            return text[position &- 1]
        }

        mutating func number(digits: ClosedRange<Int>) -> Int64? {
            var value: Int64 = 0
            var count = 0
            while count < digits.upperBound, next &- 0x30 < 10 {
                value = value &* 10 &+ Int64(next &- 0x30)
                position &+= 1
                count &+= 1
            }
            return count >= digits.lowerBound ? value : nil
        }

        /// The first three decimals; further ones are cut off.
        mutating func thousandths() -> Int64? {
            var value: Int64 = 0
            var count = 0
            while next &- 0x30 < 10 {
                if count < 3 { value = value &* 10 &+ Int64(next &- 0x30) }
                position &+= 1
                count &+= 1
            }
            guard count > 0 else { return nil }
            for _ in 0..<max(0, 3 &- count) { value &*= 10 }
            return value
        }

        mutating func zone() -> Int64? {
            guard let sign = take() else { return nil }
            if sign == 0x5A || sign == 0x7A { return 0 }
            guard sign == 0x2B || sign == 0x2D, let hours = number(digits: 2...2), hours <= 18 else {
                return nil
            }
            if next == 0x3A { position &+= 1 }
            let minutes = isAtEnd ? 0 : number(digits: 2...2)
            guard let minutes, minutes < 60 else { return nil }
            return (hours &* 60 &+ minutes) &* (sign == 0x2D ? -1 : 1)
        }
    }
}
