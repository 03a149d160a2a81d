import Glibc

/// A seeded stream of random numbers (SplitMix64, Steele, Lea and Flood 2014) with the distributions of life.
///
/// Streams of one seed with different numbers are independent, so that communities can be made on any thread in
/// any order and come out the same.
struct RandomSource {
    private var state: UInt64

    init(seed: UInt64, stream: UInt64) {
        state = RandomSource.mix(seed ^ RandomSource.mix(stream &+ 0x9E37_79B9_7F4A_7C15))
    }

    /// A bijection of 64-bit words that leaves no visible trace of its input.
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    static func power(_ base: Double, _ exponent: Double) -> Double { exp(exponent * log(base)) }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return RandomSource.mix(state)
    }

    /// Uniform in 0..<1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// Uniform in 0..<count; `count` must be positive.
    mutating func below(_ count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    mutating func between(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    mutating func between(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + unit() * (range.upperBound - range.lowerBound)
    }

    mutating func pick<Element>(_ values: [Element]) -> Element { values[below(values.count)] }

    mutating func normal(_ mean: Double, _ deviation: Double) -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return mean + deviation * radius * cos(2 * .pi * unit())
    }

    /// Evenly on a scale of ratios.
    mutating func logUniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound * exp(unit() * log(range.upperBound / range.lowerBound))
    }

    mutating func exponential(_ mean: Double) -> Double { -mean * log(1 - unit()) }

    mutating func logNormal(median: Double, sigma: Double) -> Double { median * exp(normal(0, sigma)) }

    /// Poisson by multiplication; `mean` is small here.
    mutating func count(_ mean: Double) -> Int {
        guard mean > 0 else { return 0 }
        let floor = exp(-mean)
        var product = unit()
        var count = 0
        while product > floor, count < 400 {
            product *= unit()
            count += 1
        }
        return count
    }

    /// An index drawn by weights given as running totals.
    mutating func index(cumulative: [Double]) -> Int {
        let target = unit() * cumulative[cumulative.count - 1]
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }

    mutating func shuffle<Element>(_ values: inout [Element]) {
        guard values.count > 1 else { return }
        for index in stride(from: values.count - 1, to: 0, by: -1) {
            values.swapAt(index, below(index + 1))
        }
    }
}

extension Array where Element == Double {
    /// Running totals, for `RandomSource.index(cumulative:)`.
    var cumulative: [Double] {
        var total = 0.0
        return map { weight in
            total += weight
            return total
        }
    }
}
