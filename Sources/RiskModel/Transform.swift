/// How a raw feature value enters a head.
public enum Transform: String, Sendable, Codable, CaseIterable {
    case identity
    /// ln(1 + x), for counts, times and money; x below 0 counts as 0.
    case log1p

    /// The transformed value; not a number where `x` is unknown (not finite).
    public func callAsFunction(_ x: Float) -> Float {
        guard x.isFinite else { return .nan }
        switch self {
        case .identity: return x
        case .log1p: return LogarithmLanes.log1p(Lanes(repeating: x))[0]
        }
    }
}

/// Values worked on at once. Lane arithmetic is the scalar's, so results do not depend on the width.
typealias Lanes = SIMD8<Float>
typealias LaneBits = SIMD8<Int32>

/// ln(1 + x) over lanes, the one that both training and scoring use.
///
/// Relative error below 3e-7 for 0 ≤ x < 2^127. Written with integer masks and no comparison, so that it stays
/// in vector registers on any x86-64 or arm64.
enum LogarithmLanes {
    @inline(__always)
    static func log1p(_ value: Lanes) -> Lanes {
        // Below zero counts as zero: the sign, spread over all bits, clears the value.
        let raw = unsafeBitCast(value, to: LaneBits.self)
        let bits = raw & ~(raw &>> 31)
        let x = unsafeBitCast(bits, to: Lanes.self)
        // 1 + x = 2^k (1 + m) with 1 + m in [0.75, 1.5); m = x 2^-k + (2^-k − 1) keeps every digit of a small x,
        // for which k = 0 and m = x. `k` stays shifted to where a float has its exponent, so scaling is a subtraction.
        let one = Lanes(repeating: 1)
        let sum = unsafeBitCast(x + one, to: LaneBits.self)
        let k = (sum &- LaneBits(repeating: 0x3f40_0000)) & LaneBits(repeating: -0x80_0000)
        let scaled = unsafeBitCast(bits &- k, to: Lanes.self)
        let power = unsafeBitCast(LaneBits(repeating: 0x3f80_0000) &- k, to: Lanes.self)
        // x = 0 has no exponent to lower, but there k = 0.
        let m = scaled + (power - one)
        // ln(1 + m) / m, minimax in relative error over [-0.25, 0.5] with the constant held at 1.
        let square = m * m
        let low = (Lanes(repeating: 0.33330706) * m + Lanes(repeating: -0.50000167)) * m + one
        let mid = Lanes(repeating: 0.20095342) * m + Lanes(repeating: -0.2497927)
        let high =
            (Lanes(repeating: -0.067203745) * m + Lanes(repeating: 0.1415362)) * m
            + Lanes(repeating: -0.1733713)
        let series = low + (square * m) * (mid + square * high)
        let exponent = Lanes(k)
        return series * m + exponent * Lanes(repeating: 0x1.62e43p-24)
    }
}
