/// A head learned from the earlier part of a training set and judged on accounts that came later.
///
/// Folds by group say how a model does on gangs that it has not seen; this says how it does on next week's.
public struct TimeSplit: Sendable {
    /// The accounts that came after those it learned from, of groups that it had not seen.
    public let evaluation: HeadEvaluation
    /// The first instant that it did not learn from.
    public let cutMs: Int64

    /// The latest accounts are those in this share, by their first row.
    private static let laterShare = 0.3

    /// - Parameters:
    ///   - trainer: learns the earlier part.
    ///   - prior: a head that the earlier part moves, with what goes with it; as for `LogisticTrainer.train`.
    /// - Returns: nil where either part lacks a positive or a negative or has too few, or all rows have one time.
    public init?(
        _ set: TrainingSet, trainer: LogisticTrainer, from prior: LogisticModel.Head? = nil,
        bystanders: [Float] = [], accountsPerBystander: Double = 1
    ) {
        // No more than are learned from, so that a large table is not held twice.
        let set = set.thinned(to: trainer.options.maximumRows)
        var first: [Int: Int64] = [:]
        for (account, time) in zip(set.accounts, set.times) {
            first[account] = min(first[account] ?? time, time)
        }
        let starts = first.values.sorted()
        guard let last = starts.last, starts[0] < last else { return nil }
        let cut = starts[Int(Double(starts.count) * (1 - Self.laterShare))]
        let isEarly = (0..<set.count).map { first[set.accounts[$0]]! < cut }
        let known = Set(isEarly.indices.filter { isEarly[$0] }.map { set.groups[$0] })

        let earlier = set.rows { isEarly[$0] && set.times[$0] < cut }
        let later = set.rows { !isEarly[$0] && !known.contains(set.groups[$0]) }
        let trained = try? trainer.train(
            earlier, from: prior, bystanders: bystanders, accountsPerBystander: accountsPerBystander)
        guard let learned = trained?.head else { return nil }
        let model = LogisticModel(
            name: "", training: .init(data: "", commands: []), heads: [.couponAbuse: learned])
        guard let scorer = try? Scorer(model, featureNames: set.columns.map(\.name)) else { return nil }
        let width = set.columns.count
        let logits = later.values.withUnsafeBufferPointer { values in
            (0..<later.count).map { row in
                let vector = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
                return Double(scorer.logits(vector).couponAbuse)
            }
        }
        let accounts = AccountScores(later, rowLogits: logits)
            .weighingGood(by: trainer.options.goodWeight)
        guard
            let evaluation = HeadEvaluation(
                probabilities: accounts.logits.map(learned.calibration.probability),
                labels: accounts.labels, weights: accounts.weights, thresholds: learned.thresholds)
        else { return nil }
        self.evaluation = evaluation
        cutMs = cut
    }
}

extension TrainingSet {
    /// Some of the rows, in their order.
    func rows(where isKept: (Int) -> Bool) -> TrainingSet {
        var result = TrainingSet(columns: columns)
        let width = columns.count
        values.withUnsafeBufferPointer { values in
            for row in 0..<count where isKept(row) {
                result.append(
                    UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width]),
                    label: labels[row], weight: weights[row], group: groups[row], account: accounts[row],
                    timeMs: times[row])
            }
        }
        return result
    }
}
