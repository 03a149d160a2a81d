import CHotPath

/// Steps over JSON (RFC 8259) in the bytes of one line, eight or sixteen at a time, allocating nothing.
///
/// Every function takes the line and a position, and moves or returns the position behind what it read (those
/// that are called out of line return it, so that the caller can keep its own in a register). No load goes
/// beyond the line: fewer than eight bytes before its end are padded with zeros, and zero is a control
/// character, at which every scan stops.
enum JSONScanner {
    /// Values may be nested this deep, the line's own object included.
    static let maximumDepth = 64

    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    // MARK: Bytes and words

    /// The byte at `position`, 0 behind the end.
    @inline(__always)
    static func byte(_ line: borrowing RawSpan, _ position: Int) -> UInt8 {
        position < line.byteCount ? line.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self) : 0
    }

    /// Eight bytes from `position`, the first lowest, zeros behind the end.
    @inline(__always)
    static func word(_ line: borrowing RawSpan, _ position: Int) -> UInt64 {
        if position &+ 8 <= line.byteCount {
            return UInt64(
                littleEndian: line.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
        }
        return lastWord(line, position)
    }

    @inline(never)
    private static func lastWord(_ line: borrowing RawSpan, _ position: Int) -> UInt64 {
        guard position < line.byteCount else { return 0 }
        if line.byteCount >= 8 {
            // The line's last eight bytes, without the 1 to 7 of them that lie before the position.
            let word = line.unsafeLoadUnaligned(
                fromUncheckedByteOffset: line.byteCount &- 8, as: UInt64.self)
            return UInt64(littleEndian: word)
                &>> UInt64(truncatingIfNeeded: (position &+ 8 &- line.byteCount) &* 8)
        }
        var word: UInt64 = 0
        var index = line.byteCount &- 1
        while index >= position {
            word = word << 8 | UInt64(line.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))
            index &-= 1
        }
        return word
    }

    /// The high bit of each byte that ends a run of plain text: quote, backslash, control character, not ASCII.
    /// Exact for the lowest such byte; a borrow can only mark bytes above it.
    @inline(__always)
    static func specials(_ word: UInt64) -> UInt64 {
        let quote = word ^ 0x2222_2222_2222_2222
        let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
        let marks =
            ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            | ((word &- 0x2020_2020_2020_2020) & ~word) | word
        return marks & highBits
    }

    /// The lowest `count` bytes set, 0 ≤ count < 8.
    @inline(__always)
    static func mask(_ count: Int) -> UInt64 { (1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1 }

    /// Sixteen bytes of a string's text as words, and how many of them come before the first that is not plain.
    struct Chunk {
        var low: UInt64
        var high: UInt64
        var plainCount: Int
    }

    /// The sixteen bytes from `position`, zeros behind the end.
    @inline(__always)
    static func chunk(_ line: borrowing RawSpan, _ position: Int) -> Chunk {
        guard position &+ 16 <= line.byteCount else { return lastChunk(line, position) }
        // All sixteen bytes lie in the line, which is borrowed meanwhile.
        let plainCount = line.withUnsafeBytes {
            Int(pg_plain_count($0.baseAddress.unsafelyUnwrapped + position))
        }
        return Chunk(low: word(line, position), high: word(line, position &+ 8), plainCount: plainCount)
    }

    @inline(never)
    private static func lastChunk(_ line: borrowing RawSpan, _ position: Int) -> Chunk {
        let low = word(line, position)
        let high = word(line, position &+ 8)
        var plainCount = specials(low).trailingZeroBitCount &>> 3
        if plainCount == 8 { plainCount &+= specials(high).trailingZeroBitCount &>> 3 }
        return Chunk(low: low, high: high, plainCount: plainCount)
    }

    @inline(__always)
    static func skipSpace(_ line: borrowing RawSpan, _ position: inout Int) {
        while true {
            let next = byte(line, position)
            guard next <= 0x20, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 else { return }
            position &+= 1
        }
    }

    // MARK: Strings

    /// Where a string's text lies in the line.
    struct Text {
        var start = 0
        /// The position of the closing quote.
        var end = 0
        /// Bytes of the text once its escapes are resolved.
        var length = 0
        var hasEscapes = false
    }

    /// Reads a string's text up to its closing quote, validating escapes and UTF-8.
    /// - Parameters:
    ///   - start: behind the opening quote.
    ///   - margin: how many bytes behind the line may be loaded.
    ///   - isSkipped: nobody reads the text, so that a surrogate may stand alone.
    @inline(never)
    static func scanText(
        _ line: borrowing RawSpan, from start: Int, margin: Int = 0, isSkipped: Bool = false
    ) throws(RejectReason) -> Text {
        var position = start
        var text = Text(start: start)
        var shortened = 0
        while true {
            let marks = specials(word(line, position))
            if marks == 0 {
                position &+= 8
                continue
            }
            position &+= marks.trailingZeroBitCount &>> 3
            guard position < line.byteCount else { throw .notJSON }
            let found = byte(line, position)
            if found == 0x22 {
                text.end = position
                text.length = position &- text.start &- shortened
                return text
            } else if found == 0x5C {
                text.hasEscapes = true
                // Where there is one there are mostly many: the string holds JSON itself.
                let (end, escapes) = skipEscaped(line, from: position, margin: margin)
                if end > position {
                    position = end
                    shortened &+= escapes
                    continue
                }
                let escape = position
                let scalar = try scanEscape(line, &position, isSkipped: isSkipped)
                shortened &+= (position &- escape) &- utf8Length(scalar)
            } else if found < 0x20 {
                throw .controlCharacter
            } else {
                position &+= try sequenceLength(line, position)
            }
        }
    }

    /// Steps over ASCII in which quotes, backslashes and slashes are escaped.
    /// - Returns: where something else stands, and how many escapes were met.
    private static func skipEscaped(
        _ line: borrowing RawSpan, from start: Int, margin: Int
    ) -> (end: Int, escapes: Int) {
        let limit = limit(line, margin: margin)
        guard start < limit else { return (start, 0) }
        return line.withUnsafeBytes {
            var escapes = 0
            let end = pg_read_escaped(
                $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self), start, limit, nil,
                &escapes)
            return (end, escapes)
        }
    }

    /// Reads an escape from its backslash. A surrogate stands only in a pair, unless the text is skipped.
    private static func scanEscape(
        _ line: borrowing RawSpan, _ position: inout Int, isSkipped: Bool = false
    ) throws(RejectReason) -> UInt32 {
        let kind = byte(line, position &+ 1)
        position &+= 2
        switch kind {
        case 0x22, 0x5C, 0x2F: return UInt32(kind)
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "u"):
            let first = try scanHex(line, &position)
            guard first & 0xF800 == 0xD800, !isSkipped else { return first }
            guard first < 0xDC00, byte(line, position) == 0x5C, byte(line, position &+ 1) == UInt8(ascii: "u")
            else { throw .invalidUTF8 }
            position &+= 2
            let second = try scanHex(line, &position)
            guard second & 0xFC00 == 0xDC00 else { throw .invalidUTF8 }
            return 0x10000 &+ (first & 0x3FF) &<< 10 &+ (second & 0x3FF)
        default: throw .notJSON
        }
    }

    private static func scanHex(
        _ line: borrowing RawSpan, _ position: inout Int
    ) throws(RejectReason) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit = byte(line, position)
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt32(digit &- 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(digit &- 0x37)
            case 0x61...0x66: value = value << 4 | UInt32(digit &- 0x57)
            default: throw .notJSON
            }
            position &+= 1
        }
        return value
    }

    private static func utf8Length(_ scalar: UInt32) -> Int {
        scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
    }

    /// Length of the well-formed UTF-8 sequence of two to four bytes at `position` (Unicode, table 3-7).
    private static func sequenceLength(
        _ line: borrowing RawSpan, _ position: Int
    ) throws(RejectReason) -> Int {
        let first = byte(line, position)
        let second = byte(line, position &+ 1)
        let length: Int
        let allowed: ClosedRange<UInt8>
        switch first {
        case 0xC2...0xDF: (length, allowed) = (2, 0x80...0xBF)
        case 0xE0: (length, allowed) = (3, 0xA0...0xBF)
        case 0xED: (length, allowed) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, allowed) = (3, 0x80...0xBF)
        case 0xF0: (length, allowed) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, allowed) = (4, 0x80...0xBF)
        case 0xF4: (length, allowed) = (4, 0x80...0x8F)
        default: throw .invalidUTF8
        }
        guard allowed.contains(second) else { throw .invalidUTF8 }
        if length > 2 && byte(line, position &+ 2) & 0xC0 != 0x80 { throw .invalidUTF8 }
        if length > 3 && byte(line, position &+ 3) & 0xC0 != 0x80 { throw .invalidUTF8 }
        return length
    }

    /// Appends a scanned text with its escapes resolved, as UTF-8.
    static func appendResolved(_ line: borrowing RawSpan, _ text: Text, to bytes: inout [UInt8]) {
        var position = text.start
        while position < text.end {
            let next = byte(line, position)
            if next != 0x5C {
                bytes.append(next)
                position += 1
            } else if let scalar = try? scanEscape(line, &position) {
                let encoded = encode(scalar)
                for index in 0..<encoded.count {
                    bytes.append(UInt8(truncatingIfNeeded: encoded.bytes &>> UInt32(index * 8)))
                }
            }
        }
    }

    /// Writes a scanned text with its escapes resolved to `room`, which has as many bytes as the text and 63 more.
    /// - Parameter margin: how many bytes behind `line` may be loaded. The text's closing quote is there or among them.
    /// - Returns: how many bytes were written.
    static func writeResolved(
        _ line: borrowing RawSpan, _ text: Text, margin: Int, to room: UnsafeMutableRawBufferPointer
    ) -> Int {
        let limit = limit(line, margin: margin)
        var position = text.start
        var count = 0
        while position < text.end {
            // It stops at the closing quote.
            if position < limit {
                var escapes = 0
                let end = line.withUnsafeBytes {
                    pg_read_escaped(
                        $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self), position, limit,
                        (room.baseAddress.unsafelyUnwrapped + count).assumingMemoryBound(to: UInt8.self),
                        &escapes)
                }
                count &+= end &- position &- escapes
                position = end
                if position >= text.end { break }
            }
            let next = byte(line, position)
            if next != 0x5C {
                room[count] = next
                count &+= 1
                position &+= 1
            } else if let scalar = try? scanEscape(line, &position) {
                let encoded = encode(scalar)
                room.storeBytes(of: encoded.bytes.littleEndian, toByteOffset: count, as: UInt32.self)
                count &+= encoded.count
            }
        }
        return count
    }

    /// A scalar in UTF-8, the first byte lowest.
    private static func encode(_ scalar: UInt32) -> (bytes: UInt32, count: Int) {
        switch utf8Length(scalar) {
        case 1: return (scalar, 1)
        case 2: return (0x80C0 | scalar >> 6 | (scalar & 0x3F) << 8, 2)
        case 3: return (0x80_80E0 | scalar >> 12 | (scalar >> 6 & 0x3F) << 8 | (scalar & 0x3F) << 16, 3)
        default:
            return (
                0x8080_80F0 | scalar >> 18 | (scalar >> 12 & 0x3F) << 8 | (scalar >> 6 & 0x3F) << 16
                    | (scalar & 0x3F) << 24, 4
            )
        }
    }

    // MARK: Numbers

    /// Reads a number of any JSON form.
    /// - Returns: its value if that is a whole number of 64 bits ("12", "12.0", "1.2e1"), else nil.
    @inline(__always)
    static func scanInteger(
        _ line: borrowing RawSpan, _ position: inout Int
    ) throws(RejectReason) -> Int64? {
        if let value = scanPlainInteger(line, &position) { return value }
        let number = try scanNumber(line, from: position)
        position = number.end
        return number.value
    }

    /// Reads a number of 1 to 15 digits and nothing else; nil, and nothing read, when another stands there.
    @inline(__always)
    static func scanPlainInteger(_ line: borrowing RawSpan, _ position: inout Int) -> Int64? {
        let first = word(line, position)
        var digits = digitCount(first)
        if digits > 0 && digits < 8 {
            // The leading digits move to the top, zeros before them.
            let value = eightDigits(first &<< UInt64(64 &- digits &* 8))
            let next = UInt8(truncatingIfNeeded: first &>> UInt64(digits &* 8))
            if isNumberEnd(next) && (digits == 1 || first & 0xFF != 0x30) {
                position &+= digits
                return Int64(value)
            }
        } else if digits == 8 && first & 0xFF != 0x30 {
            let second = word(line, position &+ 8)
            digits = digitCount(second)
            let next = digits < 8 ? UInt8(truncatingIfNeeded: second &>> UInt64(digits &* 8)) : 0x2E
            if isNumberEnd(next) {
                let high = eightDigits(first)
                let low = digits == 0 ? 0 : eightDigits(second &<< UInt64(64 &- digits &* 8))
                position &+= 8 &+ digits
                return Int64(high &* power(digits) &+ low)
            }
        }
        return nil
    }

    /// Any byte that cannot go on a number; what it is, is its reader's matter.
    @inline(__always)
    private static func isNumberEnd(_ byte: UInt8) -> Bool { byte != 0x2E && byte | 0x20 != 0x65 }

    /// How many of the word's lowest bytes are digits before the first that is none.
    @inline(__always)
    static func digitCount(_ word: UInt64) -> Int {
        let shifted = word ^ 0x3030_3030_3030_3030
        // A byte above 9 gets its high bit from the sum or has it already.
        let marks = (shifted & ~highBits &+ 0x7676_7676_7676_7676 | shifted) & highBits
        return marks.trailingZeroBitCount &>> 3
    }

    /// The value of eight digits, the first lowest; zero bytes count as zeros.
    @inline(__always)
    static func eightDigits(_ word: UInt64) -> UInt64 {
        let digits = word & 0x0F0F_0F0F_0F0F_0F0F
        let pairs = (digits &* 10 &+ (digits &>> 8)) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 100 &+ (pairs &>> 16)) & 0x0000_FFFF_0000_FFFF
        return (fours &* 10000 &+ (fours &>> 32)) & 0xFFFF_FFFF
    }

    /// 10 to the power of 0 to 7: a factor for each bit of the exponent.
    @inline(__always)
    private static func power(_ exponent: Int) -> UInt64 {
        (exponent & 1 != 0 ? 10 : 1) &* (exponent & 2 != 0 ? 100 : 1) &* (exponent & 4 != 0 ? 10_000 : 1)
    }

    /// The whole grammar: sign, fraction, exponent.
    @inline(never)
    static func scanNumber(
        _ line: borrowing RawSpan, from start: Int
    ) throws(RejectReason) -> (value: Int64?, end: Int) {
        var position = start
        let isNegative = byte(line, position) == 0x2D
        if isNegative { position &+= 1 }
        // The value is mantissa × 10^(zeros + shift); zeros counts those not yet multiplied in.
        var mantissa: UInt64 = 0
        var zeros = 0
        var shift = 0
        var isTooPrecise = false
        func take(_ digit: UInt8) {
            guard digit != 0x30 else {
                if mantissa != 0 { zeros &+= 1 }
                return
            }
            for _ in 0...min(zeros, 20) {
                let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
                mantissa = product
                if overflow { isTooPrecise = true }
            }
            let (sum, overflow) = mantissa.addingReportingOverflow(UInt64(digit &- 0x30))
            mantissa = sum
            if overflow { isTooPrecise = true }
            zeros = 0
        }

        let lead = byte(line, position)
        guard isDigit(lead) else { throw .notJSON }
        if lead == 0x30 {
            position &+= 1
            guard !isDigit(byte(line, position)) else { throw .notJSON }
        } else {
            while isDigit(byte(line, position)) {
                take(byte(line, position))
                position &+= 1
            }
        }
        if byte(line, position) == 0x2E {
            position &+= 1
            guard isDigit(byte(line, position)) else { throw .notJSON }
            while isDigit(byte(line, position)) {
                take(byte(line, position))
                shift &-= 1
                position &+= 1
            }
        }
        if byte(line, position) | 0x20 == 0x65 {
            position &+= 1
            let sign = byte(line, position)
            if sign == 0x2B || sign == 0x2D { position &+= 1 }
            guard isDigit(byte(line, position)) else { throw .notJSON }
            var exponent = 0
            while isDigit(byte(line, position)) {
                // A line is at most some megabytes of digits, so that more than 10^12 cannot come back.
                exponent = min(exponent &* 10 &+ Int(byte(line, position) &- 0x30), 1_000_000_000_000)
                position &+= 1
            }
            shift &+= sign == 0x2D ? -exponent : exponent
        }
        guard !isTooPrecise else { return (nil, position) }
        guard mantissa != 0 else { return (0, position) }
        let tens = zeros &+ shift
        guard tens >= 0, tens <= 19 else { return (nil, position) }
        for _ in 0..<tens {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            guard !overflow else { return (nil, position) }
            mantissa = product
        }
        guard isNegative else { return (Int64(exactly: mantissa), position) }
        return (mantissa <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- mantissa) : nil, position)
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    // MARK: Literals and any value

    @inline(__always)
    static func isNull(_ line: borrowing RawSpan, _ position: Int) -> Bool {
        word(line, position) & 0xFFFF_FFFF == 0x6C6C_756E
    }

    /// Reads `true` or `false`; nil when neither stands there.
    @inline(__always)
    static func scanBoolean(_ line: borrowing RawSpan, _ position: inout Int) -> Bool? {
        let next = word(line, position)
        if next & 0xFFFF_FFFF == 0x6575_7274 {
            position &+= 4
            return true
        }
        if next & 0xFF_FFFF_FFFF == 0x65_736C_6166 {
            position &+= 5
            return false
        }
        return nil
    }

    /// Steps over any value, nested ones included.
    /// - Parameters:
    ///   - depth: how many objects and arrays are open around it.
    ///   - margin: how many bytes behind the line may be loaded.
    /// - Returns: the position behind it.
    @inline(never)
    static func skipValue(
        _ line: borrowing RawSpan, from start: Int, depth outer: Int, margin: Int = 0
    ) throws(RejectReason) -> Int {
        var position = start
        let limit = limit(line, margin: margin)
        // Bit n says whether the nth open value is an object.
        var objects: UInt64 = 0
        var depth = 0
        while true {
            // A value.
            switch byte(line, position) {
            case 0x22:
                position = try skipString(line, from: position &+ 1)
            case 0x7B, 0x5B:
                guard outer &+ depth < maximumDepth else { throw .tooDeep }
                let isObject = byte(line, position) == 0x7B
                position &+= 1
                skipSpace(line, &position)
                if byte(line, position) == (isObject ? 0x7D : 0x5D) {
                    position &+= 1
                } else {
                    objects = objects << 1 | (isObject ? 1 : 0)
                    depth &+= 1
                    guard isObject else { continue }
                    if try skipMembers(line, limit, &position) { continue }
                }
            case 0x74, 0x66:
                guard scanBoolean(line, &position) != nil else { throw .notJSON }
            case 0x6E:
                guard isNull(line, position) else { throw .notJSON }
                position &+= 4
            default:
                position = try scanNumber(line, from: position).end
            }
            // What may follow it: the ends of values around it, then a comma.
            while true {
                guard depth > 0 else { return position }
                skipSpace(line, &position)
                let next = byte(line, position)
                position &+= 1
                if next == 0x2C {
                    skipSpace(line, &position)
                    guard objects & 1 != 0 else { break }
                    if try skipMembers(line, limit, &position) { break }
                    continue
                }
                guard next == (objects & 1 != 0 ? 0x7D : 0x5D) else { throw .notJSON }
                objects >>= 1
                depth &-= 1
            }
        }
    }

    /// Steps over a string from behind its opening quote.
    /// - Returns: the position behind the closing one.
    @inline(__always)
    private static func skipString(_ line: borrowing RawSpan, from start: Int) throws(RejectReason) -> Int {
        var position = start
        while true {
            let plain = chunk(line, position).plainCount
            position &+= plain
            if plain < 16 { break }
        }
        if byte(line, position) == 0x22 { return position &+ 1 }
        return try scanText(line, from: start, isSkipped: true).end &+ 1
    }

    /// Steps over an object's members as far as they are strings, numbers and literals as programs write them.
    /// - Returns: whether the position is at a value; else it is behind one.
    private static func skipMembers(
        _ line: borrowing RawSpan, _ limit: Int, _ position: inout Int
    ) throws(RejectReason) -> Bool {
        var walk = pg_walk()
        walk.position = position
        line.withUnsafeBytes {
            pg_walk_members(
                $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self), $0.count, limit, nil,
                &walk,
                nil, 0)
        }
        position = walk.position
        switch walk.stop {
        case UInt32(PG_AT_VALUE):
            skipSpace(line, &position)
            return true
        case UInt32(PG_AT_KEY):
            try skipKey(line, &position)
            return true
        case UInt32(PG_AT_END):
            // The closing bracket is for the caller.
            position &-= 1
            return false
        default: return false
        }
    }

    /// Up to where text may be loaded by pieces.
    @inline(__always)
    static func limit(_ line: borrowing RawSpan, margin: Int) -> Int {
        max(0, min(line.byteCount, line.byteCount &+ margin &- Int(PG_MARGIN)))
    }

    private static func skipKey(_ line: borrowing RawSpan, _ position: inout Int) throws(RejectReason) {
        guard byte(line, position) == 0x22 else { throw .notJSON }
        position = try skipString(line, from: position &+ 1)
        skipSpace(line, &position)
        guard byte(line, position) == 0x3A else { throw .notJSON }
        position &+= 1
        skipSpace(line, &position)
    }
}
