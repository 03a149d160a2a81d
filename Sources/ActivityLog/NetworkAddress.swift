/// An IP address as numbers, and whether it says anything about who uses it.
enum NetworkAddress: Equatable {
    case v4(UInt32)
    /// The first and the last eight bytes.
    case v6(UInt64, UInt64)

    /// Reads dotted IPv4 or IPv6 (RFC 4291, with `::`, an IPv4 tail, and a `%zone`, which is dropped). An
    /// IPv4 address mapped into IPv6 is given as IPv4. Nil when the text is no address.
    init?(_ text: borrowing RawSpan) {
        let count = text.byteCount
        guard count >= 2, count <= 64 else { return nil }
        for index in 0..<min(count, 5) where text.unsafeLoad(fromByteOffset: index, as: UInt8.self) == 0x3A {
            self.init(v6: text)
            return
        }
        guard let address = NetworkAddress.dotted(text, from: 0, to: count) else { return nil }
        self = .v4(address)
    }

    private static func dotted(_ text: borrowing RawSpan, from start: Int, to end: Int) -> UInt32? {
        var address: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var dots = 0
        var index = start
        while index < end {
            let byte = JSONScanner.byte(text, index)
            if byte &- 0x30 < 10 {
                part = part &* 10 &+ UInt32(byte &- 0x30)
                digits &+= 1
                guard digits <= 3, part <= 255 else { return nil }
            } else {
                guard byte == 0x2E, digits > 0, dots < 3 else { return nil }
                address = address << 8 | part
                part = 0
                digits = 0
                dots &+= 1
            }
            index &+= 1
        }
        guard dots == 3, digits > 0 else { return nil }
        return address << 8 | part
    }

    private init?(v6 text: borrowing RawSpan) {
        var groups: (high: UInt64, low: UInt64) = (0, 0)
        var tail: (high: UInt64, low: UInt64) = (0, 0)
        var count = 0
        var headCount = -1
        var position = 0
        var end = text.byteCount
        for index in 0..<end where JSONScanner.byte(text, index) == 0x25 {
            end = index
            break
        }
        func byte(_ index: Int) -> UInt8 { index < end ? JSONScanner.byte(text, index) : 0 }
        func push(_ value: UInt64) {
            groups = (groups.high << 16 | groups.low >> 48, groups.low << 16 | value)
            count += 1
        }
        if byte(0) == 0x3A {
            guard byte(1) == 0x3A else { return nil }
            headCount = 0
            position = 2
        }
        while position < end {
            guard count < 8 else { return nil }
            var value: UInt64 = 0
            var digits = 0
            let start = position
            while let digit = NetworkAddress.hex(byte(position)) {
                value = value << 4 | digit
                digits += 1
                position += 1
                guard digits <= 4 else { return nil }
            }
            if byte(position) == 0x2E {
                guard count <= 6, let v4 = NetworkAddress.dotted(text, from: start, to: end) else { return nil }
                push(UInt64(v4 >> 16))
                push(UInt64(v4 & 0xFFFF))
                position = end
                break
            }
            guard digits > 0 else { return nil }
            push(value)
            guard position < end else { break }
            guard byte(position) == 0x3A else { return nil }
            position += 1
            if byte(position) == 0x3A {
                guard headCount < 0 else { return nil }
                headCount = count
                tail = groups
                groups = (0, 0)
                position += 1
            } else if position == end {
                return nil
            }
        }
        if headCount < 0 {
            guard count == 8 else { return nil }
        } else {
            guard count < 8 else { return nil }
            // What stood before `::` goes to the top.
            for _ in headCount..<8 { tail = (tail.high << 16 | tail.low >> 48, tail.low << 16) }
            groups = (groups.high | tail.high, groups.low | tail.low)
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
