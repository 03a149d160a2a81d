import Foundation

/// Learns one head: how fine its curves and how strong the penalty by cross-validation over groups, weights by
/// Newton, calibration and thresholds from accounts that the weights had not seen.
public struct LogisticTrainer: Sendable {
    /// How to learn.
    public struct Options: Sendable {
        /// Penalties to choose among. A standardised weight is expected within about ±1/√penalty.
        public var penalties: [Double] = [3, 10, 30]
        /// Most segments of a feature's curve, to choose among.
        public var segments = [5]
        /// Whether curves only rise or only fall, as their columns' signs say. Off, since features overlap so
        /// much (one count over an hour, a day and a week) that a falling curve beside a rising one tells a lot.
        public var holdsSigns = false
        public var folds = 5
        /// Folds by which segments and penalty are chosen; the others are fitted for the choice alone.
        public var foldsToChooseBy = 2
        /// Of more rows, those of good accounts are thinned out.
        public var maximumRows = 40_000
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
        let rows = set.thinned(to: options.maximumRows)
        let folds = try Folds(rows, wanted: options.folds)
        let (best, trials) = choose(rows, folds)
        let logits = heldOutLogits(best, rows, folds)

        let accounts = AccountScores(rows, rowLogits: logits)
        let terms = zip(rows.columns, best.matrix.features).compactMap { column, feature in
            LogisticModel.Term(column, feature, best.point.weights)
        }
        let head = LogisticModel.Head(
            intercept: rounded(best.point.intercept), terms: terms,
            calibration: .init(slope: 1, intercept: 0), thresholds: .init(review: 0.5, high: 0.9),
            evaluation: [
                "penalty": best.penalty, "segments": Double(best.segments), "folds": Double(folds.count),
            ])
        // Rows of both kinds do not make accounts of both kinds: an account may be judged good first, abuse later.
        guard let settled = settle(head, on: accounts) else { throw .oneClass(label: 1) }
        return TrainedHead(
            head: settled.head, trials: trials, outOfFold: accounts,
            probabilities: accounts.logits.map(settled.head.calibration.probability),
            evaluation: settled.evaluation, rows: rows.count, positives: rows.positives,
            firstMs: rows.times.min(), lastMs: rows.times.max())
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

    /// A fit to all rows, and to all but a fold each, of some of the folds.
    private struct Candidate {
        let matrix: DesignMatrix
        let segments: Int
        let penalty: Double
        let point: LogisticSolver.Point
        let curvature: Curvature?
        var foldPoints: [LogisticSolver.Point] = []
        /// Held-out log-loss a unit of weight.
        var loss = 0.0
    }

    /// Goes from the strongest penalty down and from straight curves to finer ones while the loss falls.
    private func choose(_ set: TrainingSet, _ folds: Folds) -> (best: Candidate, trials: [TrainedHead.Trial])
    {
        let penalties = options.penalties.sorted(by: >)
        precondition(!penalties.isEmpty && penalties.last! > 0, "penalties must be above 0")
        precondition(!options.segments.isEmpty, "there must be a number of segments to choose")
        var best: Candidate?
        var trials: [TrainedHead.Trial] = []
        for segments in options.segments.sorted() {
            let matrix = DesignMatrix(set, segments: segments, holdsSigns: options.holdsSigns)
            let solver = solver(matrix, set, Array(0..<set.count))
            var finest: Candidate?
            var start: LogisticSolver.Point?
            var curvature: Curvature?
            for penalty in penalties {
                let point = solver.fit(
                    penalty: penalty, start: start, curvature: &curvature, tolerance: Self.tolerance)
                start = point
                var candidate = Candidate(
                    matrix: matrix, segments: segments, penalty: penalty, point: point, curvature: curvature)
                var (loss, weight) = (0.0, 0.0)
                for fold in 0..<min(options.foldsToChooseBy, folds.count) {
                    candidate.foldPoints.append(fit(candidate, set, folds, without: fold))
                    let heldOut = self.solver(matrix, set, folds.rows(fold))
                    loss += heldOut.loss(heldOut.logits(candidate.foldPoints[fold]))
                    weight += heldOut.rows.reduce(0) { $0 + heldOut.sampleWeights[$1] }
                }
                candidate.loss = loss / weight
                trials.append(.init(segments: segments, penalty: penalty, logLoss: candidate.loss))
                if let finest, finest.loss <= candidate.loss { break }
                finest = candidate
            }
            if let best, best.loss <= finest!.loss { break }
            best = finest
        }
        return (best!, trials)
    }

    /// Log-odds of every row by weights learned on the other folds.
    private func heldOutLogits(_ candidate: Candidate, _ set: TrainingSet, _ folds: Folds) -> [Double] {
        var logits = [Double](repeating: 0, count: set.count)
        for fold in 0..<folds.count {
            let point =
                fold < candidate.foldPoints.count
                ? candidate.foldPoints[fold] : fit(candidate, set, folds, without: fold)
            let heldOut = solver(candidate.matrix, set, folds.rows(fold))
            for (row, logit) in zip(heldOut.rows, heldOut.logits(point)) { logits[row] = logit }
        }
        return logits
    }

    /// From the fit to all rows it is a few cheap steps; where it ends does not depend on where it began.
    private func fit(
        _ candidate: Candidate, _ set: TrainingSet, _ folds: Folds, without fold: Int
    ) -> LogisticSolver.Point {
        var curvature = candidate.curvature
        return solver(candidate.matrix, set, set.labels.indices.filter { folds.ofRow[$0] != fold }).fit(
            penalty: candidate.penalty, start: candidate.point, curvature: &curvature,
            tolerance: Self.tolerance)
    }

    private func solver(_ matrix: DesignMatrix, _ set: TrainingSet, _ rows: [Int]) -> LogisticSolver {
        LogisticSolver(
            matrix: matrix, labels: set.labels,
            sampleWeights: zip(set.weights, set.labels).map { $1 ? $0 * options.positiveWeight : $0 },
            rows: rows)
    }

    /// Decrease of the log-loss a unit of weight below which a fit is done: far below what tells candidates apart.
    private static let tolerance = 1e-8

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
    /// Curves of so many segments at most under a penalty, and the held-out log-loss a unit of weight.
    public struct Trial: Sendable {
        public let segments: Int
        public let penalty: Double
        public let logLoss: Double
    }

    public let head: LogisticModel.Head
    /// What was tried, in order.
    public let trials: [Trial]
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

extension LogisticModel.Term {
    /// The curve that weights give to a feature; nil where it weighs nothing, known or unknown.
    init?(_ column: TrainingColumn, _ feature: DesignMatrix.Feature, _ weights: [Double]) {
        let edges = feature.knots.map { Double(column.transform(Float($0))) }
        let points = edges.map { edge in
            feature.ramps.enumerated().reduce(0) { $0 + weights[feature.firstColumn + $1.0] * $1.1(edge) }
        }
        let slopes = feature.ramps.indices.map { weights[feature.firstColumn + $0] / feature.ramps[$0].scale }
        // The curve bends at these only; it is flat before the first knot and after the last.
        let bends = feature.knots.indices.filter {
            ($0 > 0 ? slopes[$0 - 1] : 0) != ($0 < slopes.count ? slopes[$0] : 0)
        }
        let missing = feature.indicator.map { weights[$0.column] / Double($0.shares) } ?? 0
        guard !feature.knots.isEmpty, !bends.isEmpty || missing != 0 else { return nil }
        let kept = bends.isEmpty ? [0] : bends
        self.init(
            feature: column.name, transform: column.transform, knots: kept.map { feature.knots[$0] },
            points: kept.map { rounded(points[$0]) }, missingPoints: rounded(missing))
    }
}

/// To so many significant digits: enough for 32-bit scoring, and short in a model file. Zero has no sign.
func rounded(_ value: Double, digits: Int = 7) -> Double {
    (Double(String(format: "%.\(digits - 1)e", value)) ?? value) + 0
}
