/// How accounts lie in a head's bins: what those that it learned from looked like, so that it shows when the world has
/// changed since.
///
/// A feature's bins are those of its curve, or of its grid where it has no curve: up to the first knot, up to each later
/// one, beyond the last, unknown.
public struct Population: Sendable, Codable, Equatable {
    /// How many accounts were counted.
    public var accounts: Int
    /// Between the bins of the highest raw log-odds that an account reached, ascending.
    public var scoreEdges: [Double]
    /// The share of the accounts in each bin of scores: up to each edge, and beyond the last.
    public var scores: [Double]
    /// The share of the accounts in each bin, by feature.
    public var features: [String: [Double]]

    public init(accounts: Int, scoreEdges: [Double], scores: [Double], features: [String: [Double]]) {
        self.accounts = accounts
        self.scoreEdges = scoreEdges
        self.scores = scores
        self.features = features
    }

    var json: JSONText {
        .object([
            ("accounts", .integer(Int64(accounts))), ("scoreEdges", .numbers(scoreEdges)),
            ("scores", .numbers(scores)),
            ("features", .object(features.map { ($0.key, .numbers($0.value)) })),
        ])
    }
}

/// Counts accounts into the bins of a model's heads.
public struct PopulationCount: Sendable {
    private struct Feature: Sendable {
        let name: String
        /// Position in the vector.
        let place: Int
        let knots: [Float]
        var counts: [Int]

        mutating func add(_ value: Float) {
            guard value.isFinite else {
                counts[counts.count - 1] += 1
                return
            }
            var bin = 0
            while bin < knots.count, value > knots[bin] { bin += 1 }
            counts[bin] += 1
        }

        mutating func add(_ other: Feature) {
            for bin in counts.indices { counts[bin] += other.counts[bin] }
        }
    }

    private let risks: [Risk]
    /// By risk.
    private var features: [[Feature]]
    /// The highest raw log-odds of each account, by risk.
    private var scores: [[Float]]
    public private(set) var accounts = 0

    /// Where a score's bins end: tenths of the accounts, and of the highest, among which abuse is, smaller parts.
    private static let levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]

    /// - Parameter featureNames: what vectors hold, in order; every feature of the heads among them.
    public init(_ heads: [Risk: LogisticModel.Head], featureNames: [String]) {
        risks = Risk.allCases.filter { heads[$0] != nil }
        scores = risks.map { _ in [] }
        let places = Dictionary(featureNames.enumerated().map { ($1, $0) }) { first, _ in first }
        features = risks.map { risk in
            heads[risk]!.knots.map { name, knots in
                Feature(
                    name: name, place: places[name]!, knots: knots.map(Float.init),
                    counts: Array(repeating: 0, count: knots.count + 2))
            }
        }
    }

    /// Adds an account.
    /// - Parameters:
    ///   - vector: raw values; not finite where unknown.
    ///   - highest: the highest raw log-odds that it reached.
    public mutating func add(_ vector: UnsafeBufferPointer<Float>, highest: (Risk) -> Float) {
        accounts += 1
        for head in risks.indices {
            for feature in features[head].indices {
                features[head][feature].add(vector[features[head][feature].place])
            }
            scores[head].append(highest(risks[head]))
        }
    }

    /// Adds the accounts that another count of the same heads has seen.
    public mutating func add(_ other: PopulationCount) {
        accounts += other.accounts
        for head in risks.indices {
            for feature in features[head].indices {
                features[head][feature].add(other.features[head][feature])
            }
            scores[head] += other.scores[head]
        }
    }

    /// How the accounts lie in a head's bins.
    /// - Parameter edges: between the bins of scores; where nil, so that bins hold tenths of the accounts.
    /// - Returns: nil where none was counted, or the head is not there.
    public func population(_ risk: Risk, scoreEdges edges: [Double]? = nil) -> Population? {
        guard let head = risks.firstIndex(of: risk), accounts > 0 else { return nil }
        let sorted = scores[head].sorted()
        let edges = edges ?? Self.edges(sorted)
        let below = edges.map { edge in sorted.partitioningIndex { Double($0) > edge } }
        return Population(
            accounts: accounts, scoreEdges: edges,
            scores: zip(below + [accounts], [0] + below).map { share($0 - $1) },
            features: Dictionary(
                uniqueKeysWithValues: features[head].map { ($0.name, $0.counts.map(share)) }))
    }

    private static func edges(_ sorted: [Float]) -> [Double] {
        let edges = levels.map { rounded(Double(sorted[Int($0 * Double(sorted.count - 1))]), digits: 5) }
        return Set(edges).sorted()
    }

    private func share(_ count: Int) -> Double { rounded(Double(count) / Double(accounts), digits: 4) }
}

extension LogisticModel.Head {
    /// Every feature that takes part, with the raw values at which its curve bends, or its grid where it has no curve.
    var knots: [(feature: String, knots: [Double])] {
        var seen: Set<String> = []
        let sides = crosses.flatMap { [$0.first, $0.second] }
        return (terms.map { ($0.feature, $0.knots) } + sides.map { ($0.feature, $0.knots) })
            .filter { seen.insert($0.0).inserted }
    }
}
