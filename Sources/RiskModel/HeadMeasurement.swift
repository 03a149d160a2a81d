/// One head of one or two models, measured on the same accounts.
public struct HeadMeasurement: Sendable {
    /// What one model reached.
    public struct Measured: Sendable {
        public let model: String
        public let thresholds: LogisticModel.Thresholds
        public let scored: ScoredAccounts
        public let evaluation: HeadEvaluation
        /// One a figure of the evaluation.
        public let intervals: [Interval?]
    }

    /// Some of the accounts: a campaign's, a week's, or those that a split held out.
    public struct Part: Sendable {
        /// What the accounts have in common.
        public enum Kind: String, Sendable { case campaign, week, split }

        public let kind: Kind
        public let name: String
        public let accounts: Int
        public let positives: Int
        /// A model each; nil without a positive or without a negative.
        public let evaluations: [HeadEvaluation?]
    }

    /// The risk, or a table's label column.
    public let head: String
    public let models: [Measured]
    /// How many draws the intervals come from.
    public let draws: Int
    /// One a figure, second model − first, from the same draws; empty for one model.
    public let differences: [Interval?]
    public private(set) var parts: [Part] = []

    /// - Parameters:
    ///   - models: with the same accounts in the same order.
    ///   - capacity: how many accounts a team can look at.
    /// - Returns: nil without a positive or without a negative.
    public init?(
        head: String, models: [(name: String, thresholds: LogisticModel.Thresholds, scored: ScoredAccounts)],
        capacity: Double? = nil, bootstrap: Bootstrap = Bootstrap()
    ) {
        var measured: [Measured] = []
        var draws: [[[Double]]] = []
        for (name, thresholds, scored) in models {
            guard let evaluation = scored.evaluation(thresholds: thresholds, capacity: capacity) else {
                return nil
            }
            draws.append(bootstrap.figures(scored, thresholds: thresholds, capacity: capacity))
            measured.append(
                Measured(
                    model: name, thresholds: thresholds, scored: scored, evaluation: evaluation,
                    intervals: Interval.ofFigures(draws.last!)))
        }
        self.head = head
        self.models = measured
        self.draws = draws[0].count
        differences = draws.count == 2 ? Interval.ofDifferences(draws[0], draws[1]) : []
    }

    /// Measures some of the accounts by themselves.
    public mutating func measure(_ kind: Part.Kind, _ name: String, rows: [Int]) {
        let parts = models.map { ($0.thresholds, $0.scored.part(rows)) }
        guard let labels = parts.first?.1.labels else { return }
        self.parts.append(
            Part(
                kind: kind, name: name, accounts: labels.count, positives: labels.count { $0 },
                evaluations: parts.map { $1.evaluation(thresholds: $0) }))
    }

    /// Adds what was measured elsewhere.
    public mutating func append(_ kind: Part.Kind, _ name: String, _ evaluation: HeadEvaluation) {
        parts.append(
            Part(
                kind: kind, name: name, accounts: evaluation.accounts, positives: evaluation.positives,
                evaluations: [evaluation]))
    }

    /// The accounts that only one of two models flags for review, farthest apart in probability first.
    /// - Returns: rows.
    public func disagreements(limit: Int) -> [Int] {
        guard models.count == 2 else { return [] }
        let (first, second) = (models[0], models[1])
        func distance(_ row: Int) -> Double {
            abs(first.scored.probabilities[row] - second.scored.probabilities[row])
        }
        let rows = first.scored.labels.indices.filter { row in
            (first.scored.probabilities[row] >= first.thresholds.review)
                != (second.scored.probabilities[row] >= second.thresholds.review)
        }
        return Array(rows.sorted { (distance($1), $0) < (distance($0), $1) }.prefix(limit))
    }
}
