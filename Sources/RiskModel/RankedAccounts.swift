/// Accounts from the highest probability down, so that all figures of a draw come from one pass over them.
///
/// `HeadEvaluation` says what the figures are; here they are summed up side by side, with nothing kept of a step.
struct RankedAccounts: Sendable {
    /// What a pass needs of an account, together and small: of millions, reading them is most of the work.
    private struct Account {
        let probability: Double
        /// −ln of the probability given to what happened.
        let loss: Double
        let weight: Double
        let group: Int32
        /// The range of probabilities in which calibration is judged.
        let bin: UInt8
        let isPositive: Bool
        /// Whether the next has a lower probability.
        let endsStep: Bool
    }

    /// What was passed from the highest probability on.
    private struct Passed {
        var truePositives = 0.0
        var falsePositives = 0.0

        var all: Double { truePositives + falsePositives }
    }

    private let accounts: [Account]
    private let positives: Int
    /// In the accounts' order; nil where nobody counted.
    private let stakes: [ScoredAccounts.Stake]?
    private let thresholds: LogisticModel.Thresholds
    private let capacity: Double?

    init(_ scored: ScoredAccounts, thresholds: LogisticModel.Thresholds, capacity: Double?) {
        let order = RankingMetrics.order(scored.probabilities)
        accounts = order.indices.map { rank in
            let row = order[rank]
            let probability = scored.probabilities[row]
            return Account(
                probability: probability,
                loss: ProbabilityMetrics.logLoss(probability, label: scored.labels[row]),
                weight: scored.weights?[row] ?? 1, group: Int32(scored.groups?[row] ?? row),
                bin: UInt8(ProbabilityMetrics.bin(probability, of: ProbabilityMetrics.usualBins)),
                isPositive: scored.labels[row],
                endsStep: rank + 1 == order.count || scored.probabilities[order[rank + 1]] != probability)
        }
        positives = scored.labels.count { $0 }
        stakes = scored.stakes.map { stakes in order.map { stakes[$0] } }
        self.thresholds = thresholds
        self.capacity = capacity
    }

    /// The values of `HeadEvaluation.figures`, in their order; none where a label was not drawn.
    /// - Parameter times: how often each group was drawn.
    func figures(_ times: [UInt8]) -> [Double] {
        times.withUnsafeBufferPointer { times in
            accounts.withUnsafeBufferPointer { figures($0, times) }
        }
    }

    private func figures(
        _ accounts: UnsafeBufferPointer<Account>, _ times: UnsafeBufferPointer<UInt8>
    ) -> [Double] {
        func weight(_ account: Account) -> Double { Double(times[Int(account.group)]) * account.weight }
        var (positive, negative) = (0.0, 0.0)
        for account in accounts {
            if account.isPositive { positive += weight(account) } else { negative += weight(account) }
        }
        guard positive > 0, negative > 0 else { return [] }
        let total = positive + negative

        var (auc, prAUC, ks) = (0.0, 0.0, 0.0)
        var recalls = [0.001, 0.005, 0.01].map { (most: $0 * negative * (1 + 1e-12), found: 0.0) }
        var tops = ([100, 1000] + [capacity].compactMap(\.self)).map { (size: $0, found: Double?.none) }
        var levels = [thresholds.review, thresholds.high].map { (from: $0, flagged: Passed()) }
        var (loss, square) = (0.0, 0.0)
        /// By how much the probabilities of a bin add up to more than what happened, and the sizes of that over all.
        var (bin, excess, distance) = (UInt8.max, 0.0, 0.0)
        var losses = HeadEvaluation.Losses(totalFen: 0, savedFen: 0)
        var (passed, last) = (Passed(), Passed())
        for (rank, account) in accounts.enumerated() {
            let weight = weight(account)
            let error = account.probability - (account.isPositive ? 1 : 0)
            loss += weight * account.loss
            square += weight * error * error
            if account.bin != bin {
                distance += abs(excess)
                (bin, excess) = (account.bin, 0)
            }
            excess += weight * error
            if account.isPositive {
                passed.truePositives += weight
                if let stakes {
                    losses.totalFen += weight * stakes[rank].totalFen
                    losses.savedFen += weight * stakes[rank].savedFen
                }
            } else {
                passed.falsePositives += weight
            }
            guard account.endsStep else { continue }
            let more = passed.truePositives - last.truePositives
            auc +=
                (passed.falsePositives - last.falsePositives) * (passed.truePositives + last.truePositives)
                / 2
            if more > 0 { prAUC += more * passed.truePositives / passed.all }
            ks = max(ks, passed.truePositives / positive - passed.falsePositives / negative)
            for place in recalls.indices where passed.falsePositives <= recalls[place].most {
                recalls[place].found = passed.truePositives
            }
            for place in tops.indices where tops[place].found == nil && passed.all >= tops[place].size {
                let share = (tops[place].size - last.all) / (passed.all - last.all)
                tops[place].found = last.truePositives + share * more
            }
            for place in levels.indices where account.probability >= levels[place].from {
                levels[place].flagged = passed
            }
            last = passed
        }
        distance += abs(excess)

        let recall = recalls.map { $0.found / positive }
        let precision = tops.map { top in top.found.map { $0 / top.size } ?? positive / total }
        var figures = [Double(accounts.count), Double(positives)]
        figures += [auc / (positive * negative), prAUC / positive, ks]
        figures += recall + [0.4 * recall[0] + 0.3 * recall[1] + 0.3 * recall[2]]
        figures += precision.prefix(2)
        if let capacity { figures += [capacity, precision[2]] }
        figures += [loss / total, square / total, distance / total]
        for level in levels {
            let flagged = level.flagged
            figures += [
                flagged.all > 0 ? flagged.truePositives / flagged.all : 1,
                flagged.truePositives / positive, flagged.falsePositives / negative,
            ]
        }
        if stakes != nil {
            figures += [losses.totalFen / 100, losses.savedFen / 100, losses.savedShare]
        }
        return figures
    }
}
