/// All the figures of one head on labelled accounts.
public struct HeadEvaluation: Sendable {
    public let accounts: Int
    public let positives: Int
    public let ranking: RankingMetrics
    public let probability: ProbabilityMetrics
    /// What flagging from each threshold finds.
    public let review: (precision: Double, recall: Double, falsePositiveRate: Double)
    public let high: (precision: Double, recall: Double, falsePositiveRate: Double)

    /// - Parameters:
    ///   - probabilities: calibrated, an account each; the highest that it reached.
    ///   - weights: how many accounts each stands for; 1 where nil.
    /// - Returns: nil without a positive or without a negative.
    public init?(
        probabilities: [Double], labels: [Bool], weights: [Double]? = nil,
        thresholds: LogisticModel.Thresholds
    ) {
        guard let ranking = RankingMetrics(scores: probabilities, labels: labels, weights: weights) else {
            return nil
        }
        self.ranking = ranking
        accounts = labels.count
        positives = labels.count { $0 }
        probability = ProbabilityMetrics(probabilities: probabilities, labels: labels, weights: weights)
        review = ranking.flagging(from: thresholds.review)
        high = ranking.flagging(from: thresholds.high)
    }

    /// The figures by name, in the order in which to print them.
    public var figures: [(name: String, value: Double)] {
        [
            ("accounts", Double(accounts)), ("positives", Double(positives)),
            ("auc", ranking.auc), ("pr_auc", ranking.prAUC), ("ks", ranking.ks),
            ("recall_at_fpr_0.1%", ranking.recall(atFalsePositiveRate: 0.001)),
            ("recall_at_fpr_0.5%", ranking.recall(atFalsePositiveRate: 0.005)),
            ("recall_at_fpr_1%", ranking.recall(atFalsePositiveRate: 0.01)),
            ("precision_at_100", ranking.precision(atTop: 100)),
            ("precision_at_1000", ranking.precision(atTop: 1000)),
            ("log_loss", probability.logLoss), ("brier", probability.brier),
            ("review_precision", review.precision), ("review_recall", review.recall),
            ("review_fpr", review.falsePositiveRate),
            ("high_precision", high.precision), ("high_recall", high.recall),
            ("high_fpr", high.falsePositiveRate),
        ]
    }
}

/// Two models' figures on the same accounts.
public struct ModelComparison: Sendable {
    /// One figure of both.
    public struct Row: Sendable, Equatable {
        public let name: String
        public let first: Double
        public let second: Double
        /// second − first.
        public let difference: Double
    }

    public let rows: [Row]

    public init(_ first: HeadEvaluation, _ second: HeadEvaluation) {
        rows = zip(first.figures, second.figures).map {
            Row(name: $0.name, first: $0.value, second: $1.value, difference: $1.value - $0.value)
        }
    }
}
