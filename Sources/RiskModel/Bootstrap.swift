/// How figures would differ on other accounts of the same kind: groups drawn anew, with replacement, many times
/// (Efron 1979; whole groups, since accounts of one gang say the same thing).
///
/// A draw counts how often each group came up and weighs its accounts by that, so the accounts are sorted once.
/// Draws depend on the seed, their number and the number of groups: two models measured on the same accounts see
/// the same draws, and their differences can be taken draw by draw.
public struct Bootstrap: Sendable {
    public let draws: Int
    public let seed: UInt64

    public init(draws: Int = 500, seed: UInt64 = 1) {
        self.draws = draws
        self.seed = seed
    }

    /// Every figure of `HeadEvaluation.figures`, a row a draw; a draw without both labels gives an empty row.
    public func figures(
        _ scored: ScoredAccounts, thresholds: LogisticModel.Thresholds, capacity: Double? = nil
    ) -> [[Double]] {
        let order = RankingMetrics.order(scored.probabilities)
        let groupCount = (scored.groups?.max() ?? scored.count - 1) + 1
        return mapConcurrently(draws) { draw in
            let times = times(draw, of: groupCount)
            let weights = (0..<scored.count).map {
                times[scored.groups?[$0] ?? $0] * (scored.weights?[$0] ?? 1)
            }
            let evaluation = HeadEvaluation(
                scored, order: order, weights: weights, thresholds: thresholds, capacity: capacity)
            return evaluation?.figures.map(\.value) ?? []
        }
    }

    /// How often each group comes up in a draw of as many as there are.
    func times(_ draw: Int, of groups: Int) -> [Double] {
        var times = [Double](repeating: 0, count: groups)
        let start = mix(seed) &+ UInt64(draw) << 32
        for turn in 0..<groups {
            let place = mix(start &+ UInt64(turn)).multipliedFullWidth(by: UInt64(groups)).high
            times[Int(place)] += 1
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
