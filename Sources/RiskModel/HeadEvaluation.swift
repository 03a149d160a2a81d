/// All the figures of one head on labelled accounts.
public struct HeadEvaluation: Sendable {
    /// What flagging from a threshold finds.
    public typealias Flagging = (precision: Double, recall: Double, falsePositiveRate: Double)

    public let accounts: Int
    public let positives: Int
    public let ranking: RankingMetrics
    public let probability: ProbabilityMetrics
    /// What flagging from each threshold finds.
    public let review: Flagging
    public let high: Flagging
    /// How many accounts a team can look at; nil where nobody said.
    public let capacity: Double?
    /// What abusers took, and what of it a flag came before; nil where nobody counted.
    public let losses: Losses?

    /// What was at stake with the abusers.
    public struct Losses: Sendable, Equatable {
        /// All that they took, fen.
        public var totalFen: Double
        /// What they took after the first crossing of the review threshold, fen.
        public var savedFen: Double

        /// The saved part of all; 0 where nothing was taken.
        public var savedShare: Double { totalFen > 0 ? savedFen / totalFen : 0 }
    }

    /// - Parameters:
    ///   - probabilities: calibrated, an account each; the highest that it reached.
    ///   - weights: how many accounts each stands for; 1 where nil.
    /// - Returns: nil without a positive or without a negative.
    public init?(
        probabilities: [Double], labels: [Bool], weights: [Double]? = nil,
        thresholds: LogisticModel.Thresholds
    ) {
        self.init(
            ScoredAccounts(probabilities: probabilities, labels: labels, weights: weights),
            thresholds: thresholds, capacity: nil)
    }

    /// - Parameter capacity: how many accounts a team can look at.
    init?(_ scored: ScoredAccounts, thresholds: LogisticModel.Thresholds, capacity: Double?) {
        let weights = scored.weights
        guard
            let ranking = RankingMetrics(
                scores: scored.probabilities, labels: scored.labels, weights: weights)
        else { return nil }
        self.ranking = ranking
        self.capacity = capacity
        accounts = scored.count
        positives = scored.labels.count { $0 }
        probability = ProbabilityMetrics(
            probabilities: scored.probabilities, labels: scored.labels, weights: weights)
        review = ranking.flagging(from: thresholds.review)
        high = ranking.flagging(from: thresholds.high)
        losses = scored.stakes.map { stakes in
            var losses = Losses(totalFen: 0, savedFen: 0)
            for (row, stake) in stakes.enumerated() where scored.labels[row] {
                let weight = weights?[row] ?? 1
                losses.totalFen += weight * stake.totalFen
                losses.savedFen += weight * stake.savedFen
            }
            return losses
        }
    }

    /// The figures by name, in the order in which to print them.
    public var figures: [(name: String, value: Double)] {
        var figures: [(name: String, value: Double)] = [
            ("accounts", Double(accounts)), ("positives", Double(positives)),
            ("auc", ranking.auc), ("pr_auc", ranking.prAUC), ("ks", ranking.ks),
            ("recall_at_fpr_0.1%", ranking.recall(atFalsePositiveRate: 0.001)),
            ("recall_at_fpr_0.5%", ranking.recall(atFalsePositiveRate: 0.005)),
            ("recall_at_fpr_1%", ranking.recall(atFalsePositiveRate: 0.01)),
            ("weighted_recall", ranking.weightedRecall),
            ("precision_at_100", ranking.precision(atTop: 100)),
            ("precision_at_1000", ranking.precision(atTop: 1000)),
        ]
        if let capacity {
            figures.append(("review_capacity", capacity))
            figures.append(("precision_at_capacity", ranking.precision(atTop: capacity)))
        }
        figures += [
            ("log_loss", probability.logLoss), ("brier", probability.brier),
            ("ece", probability.calibrationError),
            ("review_precision", review.precision), ("review_recall", review.recall),
            ("review_fpr", review.falsePositiveRate),
            ("high_precision", high.precision), ("high_recall", high.recall),
            ("high_fpr", high.falsePositiveRate),
        ]
        if let losses {
            figures += [
                ("yuan_lost", losses.totalFen / 100), ("yuan_saved", losses.savedFen / 100),
                ("saved_share", losses.savedShare),
            ]
        }
        return figures
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
