/// Labelled accounts with the probability that one head gave each: what its figures and their intervals come from.
public struct ScoredAccounts: Sendable {
    /// What an account took.
    public struct Stake: Sendable, Equatable {
        /// By the end, fen.
        public var totalFen: Double
        /// Of it, what came after the first crossing of the review threshold; 0 where there was none.
        public var savedFen: Double

        public init(totalFen: Double, savedFen: Double) {
            self.totalFen = totalFen
            self.savedFen = savedFen
        }
    }

    /// Calibrated, the highest that each reached.
    public let probabilities: [Double]
    public let labels: [Bool]
    /// How many accounts each stands for; 1 where nil.
    public let weights: [Double]?
    /// What is drawn together: a gang's number, from 0; each account its own where nil.
    public let groups: [Int]?
    public let stakes: [Stake]?

    public var count: Int { labels.count }

    /// How many are drawn from.
    var groupCount: Int { (groups?.max() ?? count - 1) + 1 }

    public init(
        probabilities: [Double], labels: [Bool], weights: [Double]? = nil, groups: [Int]? = nil,
        stakes: [Stake]? = nil
    ) {
        precondition(probabilities.count == labels.count)
        precondition(weights?.count ?? labels.count == labels.count)
        precondition(groups?.count ?? labels.count == labels.count)
        precondition(stakes?.count ?? labels.count == labels.count)
        self.probabilities = probabilities
        self.labels = labels
        self.weights = weights
        self.groups = groups
        self.stakes = stakes
    }

    /// Some of the accounts, such as those of one campaign.
    public func part(_ rows: [Int]) -> ScoredAccounts {
        ScoredAccounts(
            probabilities: rows.map { probabilities[$0] }, labels: rows.map { labels[$0] },
            weights: weights.map { all in rows.map { all[$0] } },
            groups: groups.map { all in rows.map { all[$0] } },
            stakes: stakes.map { all in rows.map { all[$0] } })
    }

    /// The figures.
    /// - Parameter capacity: how many accounts a team can look at.
    /// - Returns: nil without a positive or without a negative.
    public func evaluation(
        thresholds: LogisticModel.Thresholds, capacity: Double? = nil
    ) -> HeadEvaluation? {
        HeadEvaluation(self, thresholds: thresholds, capacity: capacity)
    }
}
