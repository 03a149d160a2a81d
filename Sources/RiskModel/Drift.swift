import Foundation

/// How far accounts have moved from those that a head learned from, in its score or in one of its features.
///
/// Measured by the population stability index, Σ (now − then) ln (now / then) over bins (Siddiqi 2006, "Credit Risk
/// Scorecards"), the symmetric form of Kullback and Leibler's divergence. By custom below 0.1 is steady and above 0.25 has
/// moved far.
public struct Drift: Sendable, Equatable {
    /// A bin, and which share of the accounts it held and holds.
    public struct Bin: Sendable, Equatable {
        /// Above this; nil for no lower end.
        public let low: Double?
        /// Up to this; nil for no upper end. Neither: where the feature is unknown.
        public let high: Double?
        public let then: Double
        public let now: Double
    }

    /// Nil for the score, whose bins are of raw log-odds.
    public let feature: String?
    public let index: Double
    /// What the index would be on average if nothing had changed, by chance alone.
    public let chance: Double
    /// The bin that adds most to the index.
    public let widest: Bin

    /// - Parameters:
    ///   - bounds: the raw values between bins, ascending.
    ///   - then: shares of as many accounts as `counts.then`, bin by bin; after the bounds' one for unknown, where there is
    ///     one more.
    ///   - now: as many.
    init(
        feature: String?, bounds: [Double], then: [Double], now: [Double], counts: (then: Int, now: Int)
    ) {
        /// An empty bin counts as half an account.
        func known(_ share: Double, _ count: Int) -> Double { max(share, 0.5 / Double(count)) }
        let parts = zip(then, now).map { then, now in
            then == now
                ? 0
                : (known(now, counts.now) - known(then, counts.then))
                    * log(known(now, counts.now) / known(then, counts.then))
        }
        let filled = zip(then, now).count { $0 > 0 || $1 > 0 }
        let most = parts.indices.max { parts[$0] < parts[$1] } ?? 0
        self.feature = feature
        index = parts.reduce(0, +)
        chance = Double(max(0, filled - 1)) * (1 / Double(counts.then) + 1 / Double(counts.now))
        widest = Bin(
            low: most > 0 && most <= bounds.count ? bounds[most - 1] : nil,
            high: most < bounds.count ? bounds[most] : nil, then: then[most], now: now[most])
    }
}

extension LogisticModel.Head {
    /// How far accounts have moved from those that the head learned from: the score first, then the features, what moved
    /// farthest first. Features whose curves have changed since are left out.
    /// - Returns: nothing where the head does not know how those lay.
    public func drift(to count: PopulationCount, _ risk: Risk) -> [Drift] {
        guard let then = population, let now = count.population(risk, scoreEdges: then.scoreEdges) else {
            return []
        }
        let counts = (then.accounts, now.accounts)
        guard then.accounts > 0, then.scores.count == now.scores.count else { return [] }
        let score = Drift(
            feature: nil, bounds: then.scoreEdges, then: then.scores, now: now.scores, counts: counts)
        let features = knots.compactMap { feature, knots -> Drift? in
            guard let before = then.features[feature], let after = now.features[feature],
                before.count == after.count
            else { return nil }
            return Drift(feature: feature, bounds: knots, then: before, now: after, counts: counts)
        }
        return [score] + features.sorted { ($1.index, $0.feature!) < ($0.index, $1.feature!) }
    }
}
