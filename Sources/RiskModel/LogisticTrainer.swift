import Foundation

/// Learns one head: penalty by cross-validation over groups, weights by Newton, calibration and thresholds from
/// accounts that the weights had not seen.
public struct LogisticTrainer: Sendable {
    /// How to learn.
    public struct Options: Sendable {
        /// Penalties to choose among. A standardised weight is expected within about ±1/√penalty.
        public var penalties: [Double] = [1, 3, 10, 30, 100, 300]
        public var folds = 5
        /// Multiplies the weight of positive rows while weights are learned; calibration undoes its shift.
        public var positiveWeight = 1.0
        /// `review` flags at most this share of good accounts out of fold: below the promised 1 %, so that the
        /// promise holds elsewhere.
        public var reviewFalsePositiveRate = 0.008
        /// Nobody is flagged below this probability, however rare false positives are.
        public var lowestReview = 0.05
        public var highFalsePositiveRate = 0.001
        public var highPrecision = 0.95

        public init() {}
    }

    public var options = Options()

    public init(options: Options = Options()) { self.options = options }

    /// Fits a head.
    ///
    /// The same set gives the same head, bit for bit. An account's score is the highest log-odds over its rows,
    /// and it is positive where any of its rows is.
    public func train(_ set: TrainingSet) throws(TrainingError) -> TrainedHead {
        let folds = try Folds(set, wanted: options.folds)
        let matrix = DesignMatrix(set)
        let weights = zip(set.weights, set.labels).map { $1 ? $0 * options.positiveWeight : $0 }
        let penalties = options.penalties.sorted(by: >)
        precondition(!penalties.isEmpty && penalties.last! > 0, "penalties must be above 0")

        let heldOut = crossValidate(matrix, set.labels, weights, folds, penalties)
        let total = weights.reduce(0, +)
        let losses = heldOut.map { logits in
            zip(zip(logits, set.labels), weights).reduce(0) {
                $0 + $1.1 * logisticLoss($1.0.0, label: $1.0.1)
            } / total
        }
        // The first of the smallest: of equal penalties the stronger.
        let best = losses.indices.min { losses[$0] < losses[$1] }!

        let solver = LogisticSolver(
            matrix: matrix, labels: set.labels, sampleWeights: weights, rows: Array(0..<set.count))
        let point = solver.fit(penalty: penalties[best])

        let accounts = AccountScores(set, rowLogits: heldOut[best])
        let terms = zip(set.columns, matrix.features).enumerated().map { index, pair in
            let (column, feature) = pair
            let missing = feature.indicator.map { point.weights[$0.column] / Double($0.shares) } ?? 0
            return LogisticModel.Term(
                feature: column.name, transform: column.transform, mean: rounded(feature.mean),
                scale: rounded(feature.scale), weight: feature.varies ? rounded(point.weights[index]) : 0,
                missingWeight: rounded(missing))
        }
        let head = LogisticModel.Head(
            intercept: rounded(point.intercept), terms: terms, calibration: .init(slope: 1, intercept: 0),
            thresholds: .init(review: 0.5, high: 0.9),
            evaluation: ["penalty": penalties[best], "folds": Double(folds.count)])
        let settled = settle(head, on: accounts)!
        return TrainedHead(
            head: settled.head, penalties: zip(penalties, losses).map { ($0, $1) }, outOfFold: accounts,
            probabilities: accounts.logits.map(settled.head.calibration.probability),
            evaluation: settled.evaluation, rows: set.count, positives: set.positives,
            firstMs: set.times.min(), lastMs: set.times.max())
    }

    /// A head with calibration, thresholds and figures taken anew from accounts, its weights kept.
    ///
    /// Scoring keeps the highest log-odds over all of an account's costly events, which training may have seen a
    /// few of; with scores from a whole replay the thresholds keep their promise there.
    /// - Returns: nil without a positive or without a negative.
    public func settle(
        _ head: LogisticModel.Head, on accounts: AccountScores
    ) -> (head: LogisticModel.Head, evaluation: HeadEvaluation)? {
        guard accounts.labels.contains(true), accounts.labels.contains(false) else { return nil }
        var head = head
        head.calibration = Self.calibration(accounts)
        let probabilities = accounts.logits.map(head.calibration.probability)
        guard
            let ranking = RankingMetrics(
                scores: probabilities, labels: accounts.labels, weights: accounts.weights)
        else { return nil }
        head.thresholds = thresholds(ranking)
        let evaluation = HeadEvaluation(
            probabilities: probabilities, labels: accounts.labels, weights: accounts.weights,
            thresholds: head.thresholds)!
        for figure in evaluation.figures { head.evaluation[figure.name] = rounded(figure.value, digits: 5) }
        return (head, evaluation)
    }

    /// Log-odds of every row by weights learned on the other folds, a list a penalty.
    private func crossValidate(
        _ matrix: DesignMatrix, _ labels: [Bool], _ weights: [Double], _ folds: Folds, _ penalties: [Double]
    ) -> [[Double]] {
        // A fold is the same work wherever it runs, and writes to a place of its own.
        var points = [[LogisticSolver.Point]](repeating: [], count: folds.count)
        points.withUnsafeMutableBufferPointer { places in
            nonisolated(unsafe) let places = places
            DispatchQueue.concurrentPerform(iterations: folds.count) { fold in
                let solver = LogisticSolver(
                    matrix: matrix, labels: labels, sampleWeights: weights,
                    rows: labels.indices.filter { folds.ofRow[$0] != fold })
                var path: [LogisticSolver.Point] = []
                // From the strongest penalty down, each from the last: a few steps apart.
                for penalty in penalties {
                    path.append(solver.fit(penalty: penalty, start: path.last, tolerance: 1e-8))
                }
                places[fold] = path
            }
        }
        let all = LogisticSolver(matrix: matrix, labels: labels, sampleWeights: weights, rows: [])
        return penalties.indices.map { penalty in
            labels.indices.map { all.logit(points[folds.ofRow[$0]][penalty], row: $0) }
        }
    }

    /// Platt's sigmoid from out-of-fold log-odds, with his targets short of 0 and 1 (Platt 1999), so that it stays
    /// finite where the classes part cleanly.
    static func calibration(_ accounts: AccountScores) -> LogisticModel.Calibration {
        let positives = Double(accounts.labels.count { $0 })
        let negatives = Double(accounts.labels.count) - positives
        // An account enters as both labels, by the target's share.
        var column: [Float] = []
        var labels: [Bool] = []
        var weights: [Double] = []
        for (row, logit) in accounts.logits.enumerated() {
            let target = accounts.labels[row] ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)
            column += [Float(logit), Float(logit)]
            labels += [true, false]
            weights += [accounts.weights[row] * target, accounts.weights[row] * (1 - target)]
        }
        let solver = LogisticSolver(
            matrix: DesignMatrix(column: column, sign: 1), labels: labels, sampleWeights: weights,
            rows: Array(labels.indices))
        let point = solver.fit(penalty: 1e-9)
        // Where nothing was learned the slope ends at 0; a scorer needs a rising map.
        return .init(slope: max(rounded(point.weights[0]), 1e-3), intercept: rounded(point.intercept))
    }

    /// Where to flag: each threshold halfway between the last score that keeps its promise and the next.
    func thresholds(_ ranking: RankingMetrics) -> LogisticModel.Thresholds {
        func lowest(_ keeps: (RankingMetrics.Step) -> Bool) -> Double {
            let steps = ranking.steps
            guard let last = steps.lastIndex(where: keeps) else { return (1 + steps[0].score) / 2 }
            return last + 1 < steps.count ? (steps[last].score + steps[last + 1].score) / 2 : 0
        }
        let review = lowest { $0.falsePositives <= options.reviewFalsePositiveRate * ranking.negatives }
        let high = lowest { step in
            step.falsePositives <= options.highFalsePositiveRate * ranking.negatives
                && step.truePositives >= options.highPrecision * (step.truePositives + step.falsePositives)
        }
        // `high` must lie above `review` and below 1, even where the figures leave no room.
        let low = min(max(rounded(review, digits: 6), options.lowestReview), 0.99)
        let top = min(max(rounded(high, digits: 6), 0.5), 0.999)
        return .init(review: low, high: top > low ? top : rounded((1 + low) / 2, digits: 6))
    }
}

/// Accounts with the highest raw log-odds that each reached, in the order of first appearance.
public struct AccountScores: Sendable {
    /// As in the training set.
    public private(set) var accounts: [Int] = []
    public private(set) var logits: [Double] = []
    public private(set) var labels: [Bool] = []
    /// The sum over the account's rows: how many accounts it stands for.
    public private(set) var weights: [Double] = []

    public init() {}

    /// Adds an account that is not there yet.
    public mutating func append(account: Int, logit: Double, label: Bool, weight: Double = 1) {
        accounts.append(account)
        logits.append(logit)
        labels.append(label)
        weights.append(weight)
    }

    init(_ set: TrainingSet, rowLogits: [Double]) {
        var places: [Int: Int] = [:]
        for row in 0..<set.count {
            if let place = places[set.accounts[row]] {
                logits[place] = max(logits[place], rowLogits[row])
                labels[place] = labels[place] || set.labels[row]
                weights[place] += set.weights[row]
            } else {
                places[set.accounts[row]] = accounts.count
                append(
                    account: set.accounts[row], logit: rowLogits[row], label: set.labels[row],
                    weight: set.weights[row])
            }
        }
    }
}

/// What training found, for the model file and for a report.
public struct TrainedHead: Sendable {
    public let head: LogisticModel.Head
    /// Every penalty tried, strongest first, with its held-out log-loss a row.
    public let penalties: [(penalty: Double, logLoss: Double)]
    public let outOfFold: AccountScores
    /// Calibrated probabilities of `outOfFold`.
    public let probabilities: [Double]
    /// Figures of `outOfFold`.
    public let evaluation: HeadEvaluation
    public let rows: Int
    public let positives: Int
    public let firstMs: Int64?
    public let lastMs: Int64?
}

extension LogisticModel {
    /// A model of fitted heads.
    /// - Parameters:
    ///   - data: what it was trained on, in words.
    ///   - commands: what to type to make it again.
    public init(name: String, data: String, commands: [String], trained: [Risk: TrainedHead]) {
        self.init(
            name: name,
            training: TrainingRecord(
                data: data, commands: commands, rows: trained.mapValues(\.rows),
                positives: trained.mapValues(\.positives),
                firstMs: trained.values.compactMap(\.firstMs).min(),
                lastMs: trained.values.compactMap(\.lastMs).max()),
            heads: trained.mapValues(\.head))
    }
}

/// To so many significant digits: enough for 32-bit scoring, and short in a model file. Zero has no sign.
func rounded(_ value: Double, digits: Int = 7) -> Double {
    (Double(String(format: "%.\(digits - 1)e", value)) ?? value) + 0
}
