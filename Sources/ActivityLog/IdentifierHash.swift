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
        var state = k0 ^ UInt64(truncatingIfNeeded: count)
        var offset = 0
        while count &- offset >= 8 {
            let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
            state = IdentifierHash.fold(state ^ word, k1)
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < count {
            tail = tail << 8 | UInt64(bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self))
            offset &+= 1
        }
        state = IdentifierHash.fold(state ^ tail ^ 0xA076_1D64_78BD_642F, k1 ^ k0)
        return state == 0 ? 1 : state
    }
}
