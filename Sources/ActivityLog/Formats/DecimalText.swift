/// Numbers in text as log writers spell them, read by decimal arithmetic and never as binary fractions.
enum DecimalText {
    /// The number times 10^`places`, rounded to a whole one, halves away from zero: with 2 places 0.30000000000000004
    /// yuan are 30 fen. Nil when the text is no number (sign, digits, fraction, exponent; white space around it) or
    /// does not fit 64 bits.
    static func scaled(_ text: UnsafeRawBufferPointer, places: Int) -> Int64? {
        var position = 0
        var end = text.count
        while position < end, text[position] == 0x20 { position &+= 1 }
        while end > position, text[end &- 1] == 0x20 { end &-= 1 }
        guard position < end else { return nil }
        let isNegative = text[position] == 0x2D
        if isNegative || text[position] == 0x2B { position &+= 1 }
        // The value is mantissa × 10^exponent, as far as nineteen digits tell.
        var mantissa: UInt64 = 0
        var exponent = places
        var digits = 0
        var isFraction = false
        while position < end {
            let byte = text[position]
            if byte &- 0x30 < 10 {
                digits &+= 1
                if mantissa < 1_000_000_000_000_000_000 {
                    mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
                    if isFraction { exponent &-= 1 }
                } else if !isFraction {
                    exponent &+= 1
                }
            } else if byte == 0x2E && !isFraction {
                isFraction = true
            } else {
                break
            }
            position &+= 1
        }
        guard digits > 0 else { return nil }
        if position < end {
            guard text[position] | 0x20 == 0x65, let power = whole(text, position &+ 1, end) else {
                return nil
            }
            exponent &+= power
        }
        guard mantissa != 0 else { return 0 }
        while exponent < 0 {
            guard exponent >= -20 else { return 0 }
            if exponent == -1 { mantissa &+= 5 }
            mantissa /= 10
            exponent &+= 1
        }
        guard exponent <= 19 else { return nil }
        while exponent > 0 {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            mantissa = product
            exponent &-= 1
        }
        guard let value = Int64(exactly: mantissa) else { return nil }
        return isNegative ? -value : value
    }

    /// A whole number of at most six digits, as an exponent is.
    private static func whole(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int? {
        var position = start
        guard position < end else { return nil }
        let isNegative = text[position] == 0x2D
        if isNegative || text[position] == 0x2B { position &+= 1 }
        guard position < end, end &- position <= 6 else { return nil }
        var value = 0
        for index in position..<end {
            guard text[index] &- 0x30 < 10 else { return nil }
            value = value &* 10 &+ Int(text[index] &- 0x30)
        }
        return isNegative ? -value : value
    }

    /// Milliseconds since 1970 of a number of seconds, milliseconds, microseconds or nanoseconds, told apart by their
    /// size: below 10^11, 10^14 and 10^17. Nil when the text is no number.
    static func milliseconds(sinceEpoch text: UnsafeRawBufferPointer) -> Int64? {
        // Thirteen digits are milliseconds of this century, and so are ten of seconds with three decimals.
        let isSplit = text.count == 14 && text[10] == 0x2E
        if text.count == 13 || isSplit {
            var value: Int64 = 0
            var bad: UInt8 = 0
            for index in 0..<13 {
                let digit = text[isSplit && index >= 10 ? index &+ 1 : index] &- 0x30
                bad |= digit < 10 ? 0 : 1
                value = value &* 10 &+ Int64(digit)
            }
            if bad == 0 && (isSplit || value >= 100_000_000_000) { return value }
        }
        guard let value = scaled(text, places: 0) else { return nil }
        switch value.magnitude {
        case 0..<100_000_000_000: return scaled(text, places: 3)
        case 100_000_000_000..<100_000_000_000_000: return value
        case 100_000_000_000_000..<100_000_000_000_000_000: return value / 1000
        default: return value / 1_000_000
        }
    }
}
