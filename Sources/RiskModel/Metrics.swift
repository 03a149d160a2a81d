import Foundation

/// How well scores order labels: the curve over all thresholds, and what is read off it.
///
/// Equal scores are one step of the curve, so the order of rows never shows.
public struct RankingMetrics: Sendable {
    /// What would be flagged from a score upward.
    public struct Step: Sendable {
        public let score: Double
        /// Weight of the positives and of the negatives with this score or more.
        public let truePositives: Double
        public let falsePositives: Double
    }

    /// From the highest score down, one step a distinct score.
    public let steps: [Step]
    public let positives: Double
    public let negatives: Double

    /// - Parameter weights: what each row stands for; 1 where nil.
    /// - Returns: nil without a positive or without a negative, where no curve exists.
    public init?(scores: [Double], labels: [Bool], weights: [Double]? = nil) {
        precondition(scores.count == labels.count && scores.count == weights?.count ?? scores.count)
        let order = Self.order(scores)
        var steps: [Step] = []
        var (positive, negative) = (0.0, 0.0)
        for (rank, row) in order.enumerated() {
            let weight = weights?[row] ?? 1
            if labels[row] { positive += weight } else { negative += weight }
            if rank + 1 == order.count || scores[order[rank + 1]] != scores[row] {
                steps.append(Step(score: scores[row], truePositives: positive, falsePositives: negative))
            }
        }
        guard positive > 0, negative > 0 else { return nil }
        self.steps = steps
        positives = positive
        negatives = negative
    }

    /// Rows from the highest score down.
    static func order(_ scores: [Double]) -> [Int] {
        // With the scores beside the rows: sorting rows by scores far away waits for memory.
        scores.enumerated().sorted {
            $0.element != $1.element ? $0.element > $1.element : $0.offset < $1.offset
        }.map(\.offset)
    }

    /// The chance that a positive scores above a negative, ties half.
    public var auc: Double {
        var area = 0.0
        var (lastTrue, lastFalse) = (0.0, 0.0)
        for step in steps {
            area += (step.falsePositives - lastFalse) * (step.truePositives + lastTrue) / 2
            (lastTrue, lastFalse) = (step.truePositives, step.falsePositives)
        }
        return area / (positives * negatives)
    }

    /// Average precision: precision at every step, by the recall it adds.
    public var prAUC: Double {
        var area = 0.0
        var last = 0.0
        for step in steps where step.truePositives > 0 {
            area +=
                (step.truePositives - last) * step.truePositives / (step.truePositives + step.falsePositives)
            last = step.truePositives
        }
        return area / positives
    }

    /// Kolmogorov–Smirnov: the widest gap between the rates of true and false positives.
    public var ks: Double {
        steps.reduce(0) { max($0, $1.truePositives / positives - $1.falsePositives / negatives) }
    }

    /// The share of positives found while at most this share of negatives is flagged.
    public func recall(atFalsePositiveRate rate: Double) -> Double {
        let most = rate * negatives * (1 + 1e-12)
        let found = lastStep { $0.falsePositives <= most }
        return (found?.truePositives ?? 0) / positives
    }

    /// 0.4, 0.3 and 0.3 times the recall at 0.1, 0.5 and 1 % false positives: one figure for the few that a
    /// team can look at.
    public var weightedRecall: Double {
        0.4 * recall(atFalsePositiveRate: 0.001) + 0.3 * recall(atFalsePositiveRate: 0.005)
            + 0.3 * recall(atFalsePositiveRate: 0.01)
    }

    /// The share of positives among the `top` highest; of a tie that is cut, its mean.
    public func precision(atTop top: Double) -> Double {
        var (lastTrue, lastAll) = (0.0, 0.0)
        for step in steps {
            let all = step.truePositives + step.falsePositives
            if all >= top {
                let share = (top - lastAll) / (all - lastAll)
                return (lastTrue + share * (step.truePositives - lastTrue)) / top
            }
            (lastTrue, lastAll) = (step.truePositives, all)
        }
        return positives / (positives + negatives)
    }

    /// Precision, recall and false positive rate of flagging from `score` upward.
    public func flagging(from score: Double) -> (precision: Double, recall: Double, falsePositiveRate: Double)
    {
        // Nothing flagged, nothing wrong; rows that weigh nothing are no rows.
        guard let step = lastStep(where: { $0.score >= score }), step.truePositives + step.falsePositives > 0
        else {
            return (1, 0, 0)
        }
        return (
            step.truePositives / (step.truePositives + step.falsePositives),
            step.truePositives / positives, step.falsePositives / negatives
        )
    }

    /// The last step of which this holds, where it holds of all steps before it too.
    private func lastStep(where holds: (Step) -> Bool) -> Step? {
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(steps[middle]) { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? steps[low - 1] : nil
    }
}

/// How far probabilities are from what happened.
public struct ProbabilityMetrics: Sendable {
    /// Rows whose probability fell into one of several equal ranges.
    public struct ReliabilityBin: Sendable, Equatable {
        /// The range is lower ..< lower + 1 / bins; the last holds 1 too.
        public let lower: Double
        public let weight: Double
        public let meanProbability: Double
        public let positiveShare: Double
    }

    /// Mean of −ln of the probability given to what happened.
    public let logLoss: Double
    /// Mean squared distance of the probability from what happened.
    public let brier: Double
    /// The ranges that hold any row, lowest first.
    public let reliability: [ReliabilityBin]

    /// Expected calibration error (Naeini et al. 2015): how far the mean probability of a range is from what
    /// happened in it, on average over rows.
    public var calibrationError: Double {
        var (distance, total) = (0.0, 0.0)
        for bin in reliability {
            distance += bin.weight * abs(bin.meanProbability - bin.positiveShare)
            total += bin.weight
        }
        return distance / total
    }

    /// How many ranges calibration is judged in where nobody says otherwise.
    public static let usualBins = 15

    /// −ln of the probability given to what happened, kept 2^-52 away from both ends.
    static func logLoss(_ probability: Double, label: Bool) -> Double {
        let kept = min(max(probability, Double.ulpOfOne), 1 - Double.ulpOfOne)
        return -(label ? log(kept) : log(1 - kept))
    }

    /// The range that a probability falls into.
    static func bin(_ probability: Double, of count: Int) -> Int {
        min(count - 1, max(0, Int(probability * Double(count))))
    }

    /// - Parameters:
    ///   - probabilities: 0…1.
    ///   - weights: what each row stands for; 1 where nil.
    ///   - bins: how many ranges there are.
    public init(
        probabilities: [Double], labels: [Bool], weights: [Double]? = nil, bins count: Int = usualBins
    ) {
        precondition(!probabilities.isEmpty && probabilities.count == labels.count)
        var (loss, square, total) = (0.0, 0.0, 0.0)
        var bins = [(weight: Double, probability: Double, positive: Double)](
            repeating: (0, 0, 0), count: count)
        for (row, probability) in probabilities.enumerated() {
            let weight = weights?[row] ?? 1
            if weight == 0 { continue }
            let outcome = labels[row] ? 1.0 : 0.0
            loss += weight * Self.logLoss(probability, label: labels[row])
            square += weight * (probability - outcome) * (probability - outcome)
            total += weight
            let bin = Self.bin(probability, of: count)
            bins[bin].weight += weight
            bins[bin].probability += weight * probability
            bins[bin].positive += weight * outcome
        }
        logLoss = loss / total
        brier = square / total
        reliability = bins.enumerated().filter { $1.weight > 0 }.map { index, bin in
            ReliabilityBin(
                lower: Double(index) / Double(count), weight: bin.weight,
                meanProbability: bin.probability / bin.weight,
                positiveShare: bin.positive / bin.weight)
        }
    }
}
