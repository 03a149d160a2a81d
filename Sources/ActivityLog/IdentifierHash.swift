/// Turns an identifier's bytes into the 64-bit key that the rest of the program knows it by.
///
/// Identifiers are chosen by those we look for, so the hash is keyed. The key is fixed unless a key file is
/// given, because equal input must give equal flags (a sketch's estimate depends on the hash).
/// A folded 64×64→128 bit multiply per eight bytes, after wyhash (Wang Yi, public domain).
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
        while count &- offset >= 8 {
            let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
            state = IdentifierHash.fold(state ^ UInt64(littleEndian: word), k1)
            offset &+= 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while offset < count {
            let byte = bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
            tail |= UInt64(byte) &<< shift
            offset &+= 1
            shift &+= 8
        }
        return finish(state, tail: tail, count: count)
    }

    /// The key of a number of the kind `tag`, such as an address of four bytes; never 0.
    @inlinable @inline(__always)
    public func number(_ value: UInt64, tag: UInt64) -> UInt64 {
        finish(IdentifierHash.fold(k0 ^ value, k1 ^ tag), tail: value, count: 8)
    }

    /// Ends a hash over whole words with the last 0 to 7 bytes, little-endian in `tail`. The length goes in
    /// last, so that a scanner can hash a string while it looks for its end.
    @inlinable @inline(__always)
    func finish(_ state: UInt64, tail: UInt64, count: Int) -> UInt64 {
        let mixed = IdentifierHash.fold(
            state ^ tail ^ 0xA076_1D64_78BD_642F, k1 ^ k0 ^ UInt64(truncatingIfNeeded: count))
        return mixed == 0 ? 1 : mixed
    }
}
