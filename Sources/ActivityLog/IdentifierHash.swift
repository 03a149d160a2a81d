/// Turns an identifier's bytes into the 64-bit key that the rest of the program knows it by.
///
/// Identifiers are chosen by those we look for, so the hash is keyed. The key is fixed unless a key file is
/// given, because equal input must give equal flags (a sketch's estimate depends on the hash).
/// A folded 64×64→128 bit multiply per sixteen bytes, after wyhash (Wang Yi, public domain).
public struct IdentifierHash: Sendable {
    @usableFromInline let k0: UInt64
    @usableFromInline let k1: UInt64

    /// - Parameter key: secret bytes; empty for the fixed default.
    public init(key: [UInt8] = []) {
        var a: UInt64 = 0x9E37_79B9_7F4A_7C15
        var b: UInt64 = 0xD1B5_4A32_D192_ED03
        for (index, byte) in key.enumerated() {
            a = IdentifierHash.fold(a ^ UInt64(byte) &+ UInt64(index) << 32, 0xA076_1D64_78BD_642F)
            b = IdentifierHash.fold(b ^ a, 0xE703_7ED1_A0B4_28DB)
        }
        k0 = a
        k1 = b
    }

    @inlinable @inline(__always)
    static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// Mixes two keys into one, for a key made of several parts. Never 0.
    @inlinable @inline(__always)
    public static func combine(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let mixed = fold(a ^ 0xA076_1D64_78BD_642F, b ^ 0xE703_7ED1_A0B4_28DB)
        return mixed == 0 ? 1 : mixed
    }

    /// The key of `bytes`; never 0.
    @inlinable
    public func callAsFunction(_ bytes: RawSpan) -> UInt64 {
        let count = bytes.byteCount
        var state = k0
        var offset = 0
        // Each load ends at or before `count`: the loop's by its condition, the last words by their cases.
        @inline(__always) func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
        }
        @inline(__always) func half(_ offset: Int) -> UInt64 {
            UInt64(
                UInt32(
                    littleEndian: bytes.unsafeLoadUnaligned(
                        fromUncheckedByteOffset: offset, as: UInt32.self)))
        }
        @inline(__always) func byte(_ offset: Int) -> UInt64 {
            UInt64(bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self))
        }
        while count &- offset >= 16 {
            state = step(state, low: word(offset), high: word(offset &+ 8))
            offset &+= 16
        }
        // The last 0 to 15 bytes as two words with zeros behind them, from loads that overlap.
        let rest = count &- offset
        var low: UInt64 = 0
        var high: UInt64 = 0
        if rest > 8 {
            low = word(offset)
            high = word(count &- 8) >> UInt64(128 &- rest &* 8)
        } else if rest == 8 {
            low = word(offset)
        } else if rest >= 4 {
            low = half(offset) | half(count &- 4) << UInt64(rest &* 8 &- 32)
        } else if rest > 0 {
            let middle = rest / 2
            low =
                byte(offset) | byte(offset &+ middle) << UInt64(middle &* 8)
                | byte(count &- 1) << UInt64(rest &* 8 &- 8)
        }
        return finish(state, low: low, high: high, count: count)
    }

    /// Carries a hash on over sixteen bytes, little-endian in two words.
    @inlinable @inline(__always)
    func step(_ state: UInt64, low: UInt64, high: UInt64) -> UInt64 {
        IdentifierHash.fold(low ^ k1, high ^ state)
    }

    /// The key of a number of the kind `tag`, such as an address of four bytes; never 0.
    @inlinable @inline(__always)
    public func number(_ value: UInt64, tag: UInt64) -> UInt64 {
        finish(IdentifierHash.fold(k0 ^ value, k1 ^ tag), low: value, high: 0, count: 8)
    }

    /// Ends a hash over whole steps with the last 0 to 15 bytes, little-endian in two words, zeros behind them.
    /// The length goes in last, so that a scanner can hash a string while it looks for its end.
    @inlinable @inline(__always)
    func finish(_ state: UInt64, low: UInt64, high: UInt64, count: Int) -> UInt64 {
        let mixed = IdentifierHash.fold(
            step(state, low: low, high: high) ^ 0xA076_1D64_78BD_642F,
            k1 ^ k0 ^ UInt64(truncatingIfNeeded: count))
        return mixed == 0 ? 1 : mixed
    }
}
