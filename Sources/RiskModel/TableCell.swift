import Foundation

/// What one cell of a table says.
enum TableCell: Equatable {
    case number(Double)
    /// Empty, or a word for it: nan, na, n/a, null, none.
    case missing
    /// An infinity, or past the range of 32-bit numbers: no value to learn from.
    case notFinite
    case text

    /// Reads a cell without making a string of it.
    ///
    /// A decimal of up to nineteen digits whose value and power of ten are exact in a double is their product or
    /// quotient, correctly rounded (Clinger 1990); any other number goes to `strtod`.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let trimmed = Self.trimmed(bytes)
        guard !trimmed.isEmpty else {
            self = .missing
            return
        }
        guard let value = Self.decimal(trimmed) else {
            self = Self.word(trimmed)
            return
        }
        self = abs(value) <= Double(Float.greatestFiniteMagnitude) ? .number(value) : .notFinite
    }

    /// The same without space around it.
    static func trimmed(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var (start, end) = (0, bytes.count)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while start < end, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    /// 10^0 … 10^22, the powers that a double holds exactly.
    private static let powers: [Double] = (0...22).map { pow(10, Double($0)) }

    private static func decimal(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        let end = bytes.count
        var place = 0
        let isNegative = bytes[place] == UInt8(ascii: "-")
        if isNegative || bytes[place] == UInt8(ascii: "+") { place += 1 }
        var mantissa: UInt64 = 0
        var (digits, kept, exponent) = (0, 0, 0)
        var isFraction = false
        while place < end {
            let digit = bytes[place] &- UInt8(ascii: "0")
            if digit < 10 {
                digits += 1
                if kept < 19 {
                    mantissa = mantissa &* 10 &+ UInt64(digit)
                    if mantissa != 0 { kept += 1 }
                    if isFraction { exponent -= 1 }
                } else if !isFraction {
                    exponent += 1
                }
            } else if bytes[place] == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else {
                break
            }
            place += 1
        }
        guard digits > 0 else { return nil }
        if place < end {
            guard bytes[place] | 0x20 == UInt8(ascii: "e") else { return nil }
            place += 1
            let falls = place < end && bytes[place] == UInt8(ascii: "-")
            if place < end, falls || bytes[place] == UInt8(ascii: "+") { place += 1 }
            guard place < end else { return nil }
            var power = 0
            while place < end {
                let digit = bytes[place] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                power = min(power * 10 + Int(digit), 100_000)
                place += 1
            }
            exponent += falls ? -power : power
        }
        guard kept < 19, mantissa <= 1 << 53, abs(exponent) <= 22 else {
            return strtod(String(decoding: bytes, as: UTF8.self), nil)
        }
        let size = Double(mantissa)
        let value = exponent < 0 ? size / powers[-exponent] : size * powers[exponent]
        return isNegative ? -value : value
    }

    private static func word(_ bytes: UnsafeBufferPointer<UInt8>) -> TableCell {
        guard bytes.count <= 9 else { return .text }
        switch String(decoding: bytes, as: UTF8.self).lowercased() {
        case "nan", "-nan", "na", "n/a", "#n/a", "null", "none": return .missing
        case "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity": return .notFinite
        default: return .text
        }
    }
}
