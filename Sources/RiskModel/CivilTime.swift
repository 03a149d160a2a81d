/// Dates and times as ISO 8601 writes them: `2026-06-01`, `2026-06-01T20:00`, `2026-06-01 20:00:03.25+08:00`, `…Z`.
public enum CivilTime {
    /// What a time without a zone means: China's, as everywhere that times are shown.
    private static let usualOffsetMinutes = 8 * 60

    /// Milliseconds since 1970 UTC; nil where the text is no date.
    public static func milliseconds(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { milliseconds($0) }
    }

    /// Milliseconds since 1970 UTC; nil where the text is no date. Fractions of a millisecond are cut off.
    static func milliseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var rest = Digits(text)
        guard let year = rest.number(4), rest.skip("-"), let month = rest.number(2), rest.skip("-"),
            let day = rest.number(2), (1...12).contains(month), day >= 1, day <= days(of: month, year)
        else { return nil }
        var (seconds, milliseconds, offset) = (0, 0, usualOffsetMinutes)
        if !rest.isAtEnd {
            guard rest.skip("T") || rest.skip("t") || rest.skip(" "), let hour = rest.number(2),
                rest.skip(":"),
                let minute = rest.number(2), hour < 24, minute < 60
            else { return nil }
            seconds = hour * 3600 + minute * 60
            if rest.skip(":") {
                guard let second = rest.number(2), second < 61 else { return nil }
                seconds += second
                if rest.skip(".") || rest.skip(",") {
                    guard let fraction = rest.thousandths() else { return nil }
                    milliseconds = fraction
                }
            }
            guard let zone = zone(&rest), rest.isAtEnd else { return nil }
            offset = zone
        }
        return ((Int64(days(to: year, month, day)) * 86_400 + Int64(seconds - offset * 60)) * 1000)
            + Int64(milliseconds)
    }

    /// Minutes ahead of UTC; nil where something else follows.
    private static func zone(_ rest: inout Digits) -> Int? {
        if rest.isAtEnd { return usualOffsetMinutes }
        if rest.skip("Z") || rest.skip("z") { return 0 }
        let isAhead = rest.skip("+")
        guard isAhead || rest.skip("-"), let hours = rest.number(2), hours < 24 else { return nil }
        _ = rest.skip(":")
        let minutes = rest.isAtEnd ? 0 : rest.number(2)
        return minutes.flatMap { $0 < 60 ? (isAhead ? 1 : -1) * (hours * 60 + $0) : nil }
    }

    private static func days(of month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Days since 1970 in the Gregorian calendar, years that begin in March (Howard Hinnant, chrono-Compatible
    /// Low-Level Date Algorithms).
    private static func days(to year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Text of digits and marks, taken from its front.
    private struct Digits {
        private let text: UnsafeBufferPointer<UInt8>
        private var place = 0

        init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

        var isAtEnd: Bool { place == text.count }

        /// Takes a mark, if it is next.
        mutating func skip(_ mark: Unicode.Scalar) -> Bool {
            guard place < text.count, text[place] == UInt8(ascii: mark) else { return false }
            place += 1
            return true
        }

        /// Takes so many digits.
        mutating func number(_ count: Int) -> Int? {
            guard place + count <= text.count else { return nil }
            var number = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                number = number * 10 + digit
            }
            return number
        }

        /// Takes a fraction's digits, at least one.
        mutating func thousandths() -> Int? {
            guard var number = digit().map({ $0 * 100 }) else { return nil }
            var unit = 10
            while let digit = digit() {
                number += digit * unit
                unit /= 10
            }
            return number
        }

        private mutating func digit() -> Int? {
            guard place < text.count, case let digit = text[place] &- UInt8(ascii: "0"), digit < 10 else {
                return nil
            }
            place += 1
            return Int(digit)
        }
    }
}
