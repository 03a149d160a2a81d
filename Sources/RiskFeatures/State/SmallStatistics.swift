import Glibc

/// Mean and spread of a series, in one pass (Welford 1962).
struct RunningMoments: BitwiseCopyable {
    private(set) var count: Float = 0
    private(set) var mean: Float = 0
    private var m2: Float = 0

    @inline(__always)
    mutating func add(_ value: Float) {
        count += 1
        let delta = value - mean
        mean += delta / count
        m2 += delta * (value - mean)
    }

    /// Standard deviation; unknown below two values.
    var deviation: Float { count < 2 ? .nan : (m2 / (count - 1)).squareRoot() }
    /// Deviation over mean; unknown below `support` values.
    func variation(support: Float) -> Float { count < support || mean <= 0 ? .nan : deviation / mean }
}

/// How concentrated moments are on a circle (second of the minute, time of the day): the length of their mean
/// vector, 1 when all coincide and near 0 when spread evenly (Mardia and Jupp, Directional Statistics).
struct CircularConcentration: BitwiseCopyable {
    private(set) var count: Float = 0
    private var x: Float = 0
    private var y: Float = 0

    @inline(__always)
    mutating func add(cosine: Float, sine: Float) {
        count += 1
        x += cosine
        y += sine
    }

    func length(support: Float) -> Float {
        count < support ? .nan : (x * x + y * y).squareRoot() / count
    }

    /// Circular standard deviation, turns: what tells a minute's jitter from a second's where the length is 1 for both.
    func deviation(support: Float) -> Float {
        let length = length(support: support)
        return length.isNaN ? .nan : (0 - 2 * logf(min(1, max(length, 1e-4)))).squareRoot() / (2 * .pi)
    }
}

/// The most frequent of a series and how often, in constant space (Boyer and Moore 1981): exact when one value
/// makes up more than half, else a lower bound.
struct MajorityVote: BitwiseCopyable {
    private var candidate: UInt32 = 0
    private var lead: UInt16 = 0
    private var hits: UInt16 = 0
    private(set) var total: UInt16 = 0

    @inline(__always)
    mutating func add(_ value: UInt32) {
        guard total != .max else { return }
        total &+= 1
        if lead == 0 {
            if value != candidate { hits = 0 }
            candidate = value
        }
        if value == candidate {
            lead &+= 1
            hits &+= 1
        } else {
            lead &-= 1
        }
    }

    func share(support: UInt16) -> Float { total < support ? .nan : Float(hits) / Float(total) }
}

/// The most events that ever fell in one aligned stretch of 1, 10 and 60 seconds.
struct BusiestStretches: BitwiseCopyable {
    private var lastSecond: UInt32 = 0
    private var inSecond: UInt16 = 0
    private var inTen: UInt16 = 0
    private var inMinute: UInt16 = 0
    private var mostInSecond: UInt16 = 0
    private var mostInTen: UInt16 = 0
    private var mostInMinute: UInt16 = 0

    @inline(__always)
    mutating func add(_ ms: Int64) {
        let second = UInt32(truncatingIfNeeded: ms / 1000)
        if second != lastSecond {
            inSecond = 0
            if second / 10 != lastSecond / 10 { inTen = 0 }
            if second / 60 != lastSecond / 60 { inMinute = 0 }
            lastSecond = second
        }
        guard inMinute != .max else { return }
        inSecond &+= 1
        inTen &+= 1
        inMinute &+= 1
        mostInSecond = max(mostInSecond, inSecond)
        mostInTen = max(mostInTen, inTen)
        mostInMinute = max(mostInMinute, inMinute)
    }

    var second: Float { Float(mostInSecond) }
    var tenSeconds: Float { Float(mostInTen) }
    var minute: Float { Float(mostInMinute) }
}

/// The four commonest of a cohort's fingerprints with their counts (Misra and Gries 1982).
struct FrequentPrints: BitwiseCopyable {
    private var prints = SIMD4<UInt16>()
    private var counts = SIMD4<UInt16>()
    private(set) var total: UInt16 = 0

    mutating func add(_ key: UInt64) {
        if total == .max {
            total /= 2
            counts = counts &>> 1
        }
        total &+= 1
        let print = RecentSet.fingerprint(key)
        for place in 0..<4 where counts[place] != 0 && prints[place] == print {
            counts[place] &+= 1
            return
        }
        for place in 0..<4 where counts[place] == 0 {
            prints[place] = print
            counts[place] = 1
            return
        }
        counts &-= 1
    }

    /// How many additions were of a print, at most: what is missing from the counts may have been of any.
    func most(of print: UInt16) -> Float {
        let told = counts.wrappedSum()
        // Five additions of different prints leave no trace together (Misra and Gries 1982).
        let lost = Float(total - min(total, told)) / 5
        for place in 0..<4 where counts[place] != 0 && prints[place] == print {
            return Float(counts[place]) + lost
        }
        return lost
    }

    /// The share of additions that were `key`, at least; unknown below `support` additions.
    func share(of key: UInt64, support: UInt16) -> Float {
        guard total >= support else { return .nan }
        let print = RecentSet.fingerprint(key)
        for place in 0..<4 where counts[place] != 0 && prints[place] == print {
            return Float(counts[place]) / Float(total)
        }
        return 0
    }
}

/// Hours of the day in which an account was active.
struct HourHistogram: BitwiseCopyable {
    private var counts = InlineArray<24, UInt8>(repeating: 0)
    private(set) var total: UInt16 = 0
    private var seen: UInt32 = 0

    @inline(__always)
    mutating func add(_ hour: Int) {
        if counts[hour] == .max {
            total = 0
            for place in 0..<24 {
                counts[place] /= 2
                total &+= UInt16(counts[place])
            }
        }
        counts[hour] &+= 1
        total &+= 1
        seen |= 1 << UInt32(hour)
    }

    /// Entropy of the hour of the day, bits; unknown below eight events.
    func entropy(_ tables: borrowing ScoreTables) -> Float {
        guard total >= 8 else { return .nan }
        var sum: Float = 0
        var rest = seen
        while rest != 0 {
            let hour = rest.trailingZeroBitCount
            sum += tables.countTimesLog2(counts[hour])
            rest &= rest &- 1
        }
        let n = Float(total)
        return log2f(n) - sum / n
    }

    /// The longest stretch of the day, in hours, in which the account was never seen.
    var longestRest: Float {
        var quiet = UInt64(~seen & 0xFF_FFFF)
        quiet |= quiet << 24
        if seen == 0 { return .nan }
        var run: Float = 0
        while quiet != 0 {
            quiet &= quiet << 1
            run += 1
        }
        return run
    }

    /// Share of events from 01:00 to 06:00.
    var nightShare: Float {
        guard total >= 4 else { return .nan }
        var night: UInt16 = 0
        for hour in 1..<6 { night &+= UInt16(counts[hour]) }
        return Float(night) / Float(total)
    }
}

/// Numbers looked up rather than computed at each event.
struct ScoreTables: ~Copyable {
    private let circle: UnsafeMutablePointer<SIMD2<Float>>
    private let entropy: UnsafeMutablePointer<Float>

    init() {
        circle = .allocate(capacity: 60)
        entropy = .allocate(capacity: 256)
        for second in 0..<60 {
            let angle = Float(second) * 2 * .pi / 60
            circle[second] = SIMD2(cosf(angle), sinf(angle))
        }
        entropy[0] = 0
        for count in 1..<256 { entropy[count] = Float(count) * log2f(Float(count)) }
    }

    deinit {
        circle.deallocate()
        entropy.deallocate()
    }

    static func cosine(_ angle: Float) -> Float { cosf(angle) }
    static func sine(_ angle: Float) -> Float { sinf(angle) }

    /// Cosine and sine of a second's place on the minute.
    @inline(__always)
    func secondOfMinute(_ ms: Int64) -> SIMD2<Float> { circle[Int(ms / 1000 % 60)] }
    @inline(__always)
    func countTimesLog2(_ count: UInt8) -> Float { entropy[Int(count)] }
}
