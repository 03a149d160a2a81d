/// An IP address as numbers, and whether it says anything about who uses it.
enum NetworkAddress: Equatable {
    case v4(UInt32)
    /// The first and the last eight bytes.
    case v6(UInt64, UInt64)

    /// Reads dotted IPv4 or IPv6 (RFC 4291, with `::`, an IPv4 tail, and a `%zone`, which is dropped). An
    /// IPv4 address mapped into IPv6 is given as IPv4. Nil when the text is no address.
    init?(_ line: borrowing RawSpan, from start: Int, to end: Int) {
        guard end - start >= 2, end - start <= 64 else { return nil }
        for index in start..<min(end, start + 5) where JSONScanner.byte(line, index) == 0x3A {
            self.init(v6: line, from: start, to: end)
            return
        }
        guard let address = NetworkAddress.dotted(line, from: start, to: end) else { return nil }
        self = .v4(address)
    }

    /// Four numbers of one to three digits, each taken as a word so that their lengths cost no branch.
    private static func dotted(_ line: borrowing RawSpan, from start: Int, to end: Int) -> UInt32? {
        var address: UInt64 = 0
        var position = start
        for part in 0..<4 {
            let word = JSONScanner.word(line, position)
            let count = JSONScanner.digitCount(word)
            guard count >= 1, count <= 3 else { return nil }
            let value = JSONScanner.eightDigits(word &<< UInt64(truncatingIfNeeded: 64 &- count &* 8))
            guard value <= 255 else { return nil }
            address = address &<< 8 | value
            position &+= count
            guard part < 3 ? JSONScanner.byte(line, position) == 0x2E : position == end else { return nil }
            position &+= 1
        }
        return UInt32(truncatingIfNeeded: address)
    }

    private init?(v6 line: borrowing RawSpan, from start: Int, to limit: Int) {
        var groups: (high: UInt64, low: UInt64) = (0, 0)
        var beforeGap: (high: UInt64, low: UInt64) = (0, 0)
        var count = 0
        var gap = -1
        var position = start
        var end = limit
        for index in start..<limit where JSONScanner.byte(line, index) == 0x25 {
            end = index
            break
        }
        func byte(_ index: Int) -> UInt8 { index < end ? JSONScanner.byte(line, index) : 0 }
        func push(_ value: UInt64) {
            groups = (groups.high << 16 | groups.low >> 48, groups.low << 16 | value)
            count += 1
        }
        if byte(start) == 0x3A {
            guard byte(start + 1) == 0x3A else { return nil }
            gap = 0
            position += 2
        }
        while position < end {
            guard count < 8 else { return nil }
            let first = position
            var value: UInt64 = 0
            while let digit = NetworkAddress.hex(byte(position)) {
                value = value << 4 | digit
                position += 1
                guard position - first <= 4 else { return nil }
            }
            if byte(position) == 0x2E {
                guard count <= 6, let tail = NetworkAddress.dotted(line, from: first, to: end) else {
                    return nil
                }
                push(UInt64(tail >> 16))
                push(UInt64(tail & 0xFFFF))
                break
            }
            guard position > first else { return nil }
            push(value)
            guard position < end else { break }
            guard byte(position) == 0x3A else { return nil }
            position += 1
            if byte(position) == 0x3A {
                guard gap < 0 else { return nil }
                gap = count
                beforeGap = groups
                groups = (0, 0)
                position += 1
            } else if position == end {
                return nil
            }
        }
        guard gap < 0 ? count == 8 : count < 8 else { return nil }
        if gap >= 0 {
            // What stood before `::` goes to the top.
            for _ in gap..<8 {
                beforeGap = (beforeGap.high << 16 | beforeGap.low >> 48, beforeGap.low << 16)
            }
            groups = (groups.high | beforeGap.high, groups.low | beforeGap.low)
        }
        if groups.high == 0 && groups.low >> 32 == 0xFFFF {
            self = .v4(UInt32(truncatingIfNeeded: groups.low))
        } else {
            self = .v6(groups.high, groups.low)
        }
    }

    private static func hex(_ byte: UInt8) -> UInt64? {
        switch byte {
        case 0x30...0x39: UInt64(byte - 0x30)
        case 0x41...0x46: UInt64(byte - 0x37)
        case 0x61...0x66: UInt64(byte - 0x57)
        default: nil
        }
    }

    /// Private, carrier-shared, loopback, link-local, unspecified or multicast: many unrelated people have the
    /// same one, so it is evidence of nothing. Addresses set aside for documentation count as real.
    var isReserved: Bool {
        switch self {
        case .v4(let address):
            let first = address >> 24
            return first == 0 || first == 10 || first == 127 || first >= 224
                || address >> 20 == 0xAC1 || address >> 16 == 0xC0A8 || address >> 16 == 0xA9FE
                || address >> 22 == 0x6440 >> 6
        case .v6(let high, let low):
            return (high == 0 && low <= 1) || high >> 57 == 0xFC >> 1 || high >> 54 == 0xFE80 >> 6
                || high >> 56 == 0xFF
        }
    }
}
