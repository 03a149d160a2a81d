/// How figures would differ on other accounts of the same kind: groups drawn anew, with replacement, many times
/// (Efron 1979; whole groups, since accounts of one gang say the same thing).
///
/// A draw counts how often each group came up and weighs its accounts by that, so the accounts are sorted once.
/// Draws depend on the seed, their number and the number of groups: two models measured on the same accounts see
/// the same draws, and their differences can be taken draw by draw.
public struct Bootstrap: Sendable {
    /// Of groups up to a million.
    private let draws: Int
    public let seed: UInt64

    public static let usualDraws = 500
    /// All draws together take no more turns than this, but for `fewestDraws`: of millions of groups the intervals are
    /// narrow, and a fifth of their width more or less decides nothing.
    private static let mostTurns = 500_000_000
    private static let fewestDraws = 200

    public init(draws: Int = usualDraws, seed: UInt64 = 1) {
        self.draws = draws
        self.seed = seed
    }

    /// How many draws there are of so many groups: fewer where groups are more than a million.
    public func draws(of groups: Int) -> Int {
        min(draws, max(Self.fewestDraws, Self.mostTurns / max(1, groups)))
    }

    /// Every figure of `HeadEvaluation.figures`, a row a draw; a draw without both labels gives an empty row.
    public func figures(
        _ scored: ScoredAccounts, thresholds: LogisticModel.Thresholds, capacity: Double? = nil
    ) -> [[Double]] {
        let ranked = RankedAccounts(scored, thresholds: thresholds, capacity: capacity)
        let groups = scored.groupCount
        return mapConcurrently(draws(of: groups)) { ranked.figures(times($0, of: groups)) }
    }

    /// How often each group comes up in a draw of as many as there are. (More than 255 times one of them does not: the
    /// chance of it is below 1e-500.)
    func times(_ draw: Int, of groups: Int) -> [UInt8] {
        let start = mix(seed) &+ UInt64(draw) << 32
        var times = [UInt8](repeating: 0, count: groups)
        times.withUnsafeMutableBufferPointer { times in
            for turn in 0..<groups {
                let place = mix(start &+ UInt64(turn)).multipliedFullWidth(by: UInt64(groups)).high
                times[Int(place)] += 1
            }
        }
        return times
    }
}

/// Where a figure lies in 95 of 100 draws.
public struct Interval: Sendable, Equatable {
    public let low: Double
    public let high: Double

    /// From the 2.5th to the 97.5th percentile.
    /// - Returns: nil where fewer than half of the draws have a value.
    public init?(_ draws: [Double]) {
        let values = draws.filter(\.isFinite).sorted()
        guard !values.isEmpty, values.count * 2 >= draws.count else { return nil }
        func percentile(_ level: Double) -> Double {
            let place = level * Double(values.count - 1)
            let below = Int(place)
            let above = min(below + 1, values.count - 1)
            return values[below] + (values[above] - values[below]) * (place - Double(below))
        }
        low = percentile(0.025)
        high = percentile(0.975)
    }

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// One interval a figure.
    /// - Parameter draws: as `Bootstrap.figures` gives them.
    public static func ofFigures(_ draws: [[Double]]) -> [Interval?] {
        let width = draws.map(\.count).max() ?? 0
        return (0..<width).map { figure in
            Interval(draws.map { $0.isEmpty ? .nan : $0[figure] })
        }
    }

    /// One interval a figure of second − first, draw by draw.
    public static func ofDifferences(_ first: [[Double]], _ second: [[Double]]) -> [Interval?] {
        ofFigures(
            zip(first, second).map { a, b in a.isEmpty || b.isEmpty ? [] : zip(a, b).map { $1 - $0 } })
    }
}
