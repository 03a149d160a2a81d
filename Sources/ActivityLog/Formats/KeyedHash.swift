/// SipHash-2-4 (Aumasson and Bernstein, 2012) under a secret key: what raw phones, addresses and payers become.
///
/// There are so few phone numbers that a hash anyone can compute hides none of them; this one can be computed only by
/// whoever has the key.
public struct KeyedHash: Sendable {
    private let k0: UInt64
    private let k1: UInt64

    /// The fewest bytes of a key that is worth the name.
    public static let leastKeyLength = 16

    /// - Parameter secret: the key file's bytes, at least `leastKeyLength`.
    public init(secret: [UInt8]) {
        let first = KeyedHash(k0: 0x7072_6F6D_6F67_7561, k1: 1)
        let second = KeyedHash(k0: 0x7072_6F6D_6F67_7561, k1: 2)
        (k0, k1) = secret.withUnsafeBytes { (first($0), second($0)) }
    }

    /// The key as two words, the first byte lowest; for test vectors.
    init(k0: UInt64, k1: UInt64) {
        self.k0 = k0
        self.k1 = k1
    }

    /// Tells keys apart without giving them away.
    public var fingerprint: UInt64 { Array("promoguard".utf8).withUnsafeBytes { self($0) } }

    func callAsFunction(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var v0 = k0 ^ 0x736F_6D65_7073_6575
        var v1 = k1 ^ 0x646F_7261_6E64_6F6D
        var v2 = k0 ^ 0x6C79_6765_6E65_7261
        var v3 = k1 ^ 0x7465_6462_7974_6573
        func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 { word &<< count | word &>> (64 &- count) }
        func round() {
            v0 &+= v1
            v1 = rotate(v1, 13) ^ v0
            v0 = rotate(v0, 32)
            v2 &+= v3
            v3 = rotate(v3, 16) ^ v2
            v0 &+= v3
            v3 = rotate(v3, 21) ^ v0
            v2 &+= v1
            v1 = rotate(v1, 17) ^ v2
            v2 = rotate(v2, 32)
        }
        func take(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }
        var offset = 0
        while bytes.count &- offset >= 8 {
            take(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset &+= 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) &<< 56
        for index in offset..<bytes.count { last |= UInt64(bytes[index]) &<< UInt64((index &- offset) &* 8) }
        take(last)
        v2 ^= 0xFF
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }
}
