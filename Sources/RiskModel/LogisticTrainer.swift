import Foundation

/// Learns one head: what enters it, how fine and how strong, by cross-validation over groups in time order; weights by
/// Newton; calibration and thresholds from accounts that the weights had not seen.
public struct LogisticTrainer: Sendable {
    /// How to learn.
    public struct Options: Sendable {
        /// Penalties to choose among: a curve's way from its first knot to its last is expected within ±1/√penalty.
        public var penalties: [Double] = [10, 1, 0.3, 0.1, 0.03]
        /// Penalties on changes of slope, as multiples of the penalty, to choose among.
        public var smoothnesses: [Double] = [3]
        /// Most segments of a feature's curve, to choose among.
        public var segments = [6]
        /// Most pairs of features with a grid of their own: those of two heads are scored sixteen at a time.
        public var crosses = 16
        /// Pairs that enter between one fit and the next; no two of them share a feature.
        public var crossesAtOnce = 4
        /// Penalties on a cross's corners, as multiples of the penalty on a curve, to choose among.
        public var crossPenalties: [Double] = [100, 10, 1]
        /// The share of the rows' weight that is earlier than what judges a choice, where rows are ordered in time; 0
        /// for no order.
        public var earlierShare = 0.7
        /// Whether features may be left out.
        public var selects = true
        /// Standard errors of the held-out loss that a smaller model may be worse by, or one that is moved less far. Two
        /// halve the terms of the bundled model and the time to score it, for 0.002 of AUC.
        public var tolerance = 2.0
        public var folds = 5
        /// Folds by which the choice is made: their later rows, by fits to the earlier rows of other folds.
        public var foldsToChooseBy = 2
        /// Of more rows, those of good accounts are thinned out.
        public var maximumRows = 200_000
        /// The model is chosen by so many rows, those of good accounts thinned out, and then fitted to all.
        public var rowsToChooseBy = 40_000
        /// Multiplies the weight of positive rows while weights are learned; calibration undoes its shift.
        public var positiveWeight = 1.0
        /// How many good accounts each that was labelled stands for, where only some were, drawn by chance: then the
        /// intercept, probabilities and thresholds are those of all, not of the sample.
        public var goodWeight = 1.0
        /// Fewer accounts with the label 1 are an error; a few do to move a model.
        public var leastPositives = 20
        public var leastPositivesToMove = 3
        /// What an account that nobody judged weighs when a model is moved, over what a labelled account weighs.
        public var rehearsal = 1.0
        /// Penalties to choose among where a model is moved: each of its steps is expected to move within ±1/√penalty.
        public var priorPenalties: [Double] = [100, 30, 10, 3, 1, 0.3]
        /// Where a model is moved by fewer accounts of either label, its calibration and thresholds stay.
        public var leastToCalibrate = (positives: 100, negatives: 1000)
        /// What `review` flags: by default fewer good accounts than the promised 1 %, so that the promise holds
        /// elsewhere, and that of honest people who look odd at most one in fifty is flagged.
        public var review = ReviewRule.falsePositiveRate(0.005)
        /// Nobody is flagged below this probability, however rare false positives are, unless costs ask for it.
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
    /// - Parameters:
    ///   - prior: a head whose weights are to be moved no further than the rows ask for; nil to learn from nothing.
    ///   - bystanders: raw values of accounts that nobody judged, row after row. A head that is moved shall go on
    ///     saying of them what it said: people judge what was flagged, and weights moved by flagged accounts alone may
    ///     say anything of all others (rehearsal; Robins 1995, "Catastrophic forgetting, rehearsal and
    ///     pseudorehearsal").
    ///   - accountsPerBystander: how many such accounts each of them stands for.
    ///   - report: told how far it has come.
    public func train(
        _ set: TrainingSet, from prior: LogisticModel.Head? = nil, bystanders: [Float] = [],
        accountsPerBystander: Double = 1,
        report: @escaping (TrainingProgress) -> Void = { _ in }
    ) throws(TrainingError) -> TrainedHead {
        let set = set.weighingGood(by: options.goodWeight)
        let rows = set.thinned(to: options.maximumRows)
        let rehearsal = options.rehearsal * accountsPerBystander
        var learnt = prior.map { rows.rehearsing($0, bystanders, weight: rehearsal) } ?? rows
        var start: PriorModel?
        if let prior {
            let model = try PriorModel(prior, learnt)
            learnt.offsets = model.offsets
            start = model
        }
        let folds = try Folds(learnt, wanted: options.folds)
        let positives = Set(zip(rows.accounts, rows.labels).lazy.filter { $0.1 }.map { $0.0 }).count
        let least = prior == nil ? options.leastPositives : options.leastPositivesToMove
        guard positives >= least else { throw .fewPositives(positives, least: least) }
        let sample = prior == nil ? rows.thinned(to: options.rowsToChooseBy) : learnt
        let audit = TableAudit(rows, judging: sample)
        var search = ModelSearch(
            sample, of: set, folds.of(sample), leftOut: audit.leftOut,
            judging: 0..<sample.count, options, report: report)
        var best = start.map { search.best(from: $0) } ?? search.best()

        var progress = search.progress
        progress.begin(until: 1, steps: folds.count + 2)
        func step(_ text: String) {
            progress.advance(text)
            report(progress)
        }
        step("the chosen model, on all rows")
        if sample.count < learnt.count { best = best.drawn(on: learnt) }
        func solver(where isLearnt: (Int) -> Bool = { _ in true }) -> LogisticSolver<CurveDesign> {
            LogisticSolver(best.design, learnt, positiveWeight: options.positiveWeight, where: isLearnt)
        }
        let fit = solver().fit(best.penalties, start: best.fits.last, tolerance: ModelSearch.tolerance)
        let negatives = Set(rows.accounts).count - positives
        let few = options.leastToCalibrate
        let kept = positives < few.positives || negatives < few.negatives ? start : nil
        /// Where labels are too few to say how many abuse, and no bystander says so, the start's intercept stands.
        func head(_ fitted: LogisticPoint) -> (head: LogisticModel.Head, point: LogisticPoint) {
            var point = fitted
            if let kept, bystanders.isEmpty { point.intercept = kept.intercept }
            var head = self.head(best, point, rows.columns, calibratedAs: kept?.head)
            if let prior { head.company = prior.company(movedTo: head, bystanders, by: rows) }
            return (head, point)
        }
        func centred(_ head: LogisticModel.Head) -> LogisticModel.Head {
            prior.map { head.centred(on: learnt, as: $0) } ?? head.centred(on: rows)
        }
        var foldHeads: [LogisticModel.Head] = []
        var logits = [Double](repeating: 0, count: rows.count)
        for fold in 0..<folds.count {
            step("the chosen model, without fold \(fold + 1) of \(folds.count)")
            let (without, point) = head(
                solver { folds.ofRow[$0] != fold }
                    .fit(best.penalties, start: fit, tolerance: ModelSearch.tolerance).point)
            foldHeads.append(centred(without))
            let held = learnt.shifted(best.design.logits(point))
            for row in 0..<rows.count where folds.ofRow[row] == fold { logits[row] = held[row] }
        }
        var whole = head(fit.point).head
        whole = centred(whole)
        whole.evaluation = [
            "penalty": best.penalty, "smoothness": best.smoothness, "folds": Double(folds.count),
        ]
        let accounts = AccountScores(rows, rowLogits: logits)
        // Rows without times are one day's, as where a table is measured.
        let days = max(1, Double((rows.times.max() ?? 0) - (rows.times.min() ?? 0)) / 86_400_000)
        // Rows of both kinds do not make accounts of both kinds: an account may be judged good first, abuse later.
        guard let settled = settle(whole, on: accounts, days: days, anew: kept == nil) else {
            throw .oneClass(label: 1)
        }
        return TrainedHead(
            head: settled.head, foldHeads: foldHeads, foldOfGroup: folds.ofGroup,
            keepsCalibration: kept != nil,
            notes: audit.notes, moves: start.map { Self.moves(from: $0.head, to: whole) } ?? [],
            trials: search.trials, outOfFold: accounts, evaluation: settled.evaluation, rows: rows.count,
            positives: rows.positives, firstMs: rows.times.min(), lastMs: rows.times.max())
    }

    /// A head of fitted weights, with another's calibration and thresholds or none yet.
    private func head(
        _ chosen: ModelSearch.Candidate, _ point: LogisticPoint, _ columns: [TrainingColumn],
        calibratedAs other: LogisticModel.Head?
    ) -> LogisticModel.Head {
        func values(_ block: Int) -> [Double] {
            chosen.design.blocks[block].values(point.weights[chosen.design.range(block)])
        }
        return LogisticModel.Head(
            intercept: rounded(point.intercept),
            terms: chosen.features.indices.compactMap { place in
                LogisticModel.Term(columns[chosen.features[place]], chosen.knots[place], values(place))
            },
            crosses: chosen.crosses.indices.map { place in
                LogisticModel.Cross(columns, chosen.crosses[place], values(chosen.features.count + place))
            },
            calibration: other?.calibration ?? .init(slope: 1, intercept: 0),
            thresholds: other?.thresholds ?? .init(review: 0.5, high: 0.9))
    }

    /// How far each term and cross moved, the widest move first. Curves are compared as they lie about their means.
    private static func moves(
        from old: LogisticModel.Head, to new: LogisticModel.Head
    ) -> [TrainedHead.Move] {
        var moves: [TrainedHead.Move] = []
        for term in old.terms {
            let moved = new.terms.first { $0.feature == term.feature }
            let differences = term.knots.map { (moved?.logOdds(Float($0)) ?? 0) - term.logOdds(Float($0)) }
            let shift = ((differences.min() ?? 0) + (differences.max() ?? 0)) / 2
            let unknown = (moved?.missingPoints ?? 0) - term.missingPoints
            moves.append(
                .init(
                    feature: term.feature, before: term.range, after: moved?.range ?? 0,
                    most: (differences + [unknown]).map { abs($0 - shift) }.max() ?? 0))
        }
        for cross in old.crosses {
            let moved = new.crosses.first {
                $0.first.feature == cross.first.feature && $0.second.feature == cross.second.feature
            }
            let differences = zip(moved?.points.flatMap { $0 } ?? [], cross.points.flatMap { $0 }).map {
                $0 - $1
            }
            moves.append(
                .init(
                    feature: "\(cross.first.feature) × \(cross.second.feature)", before: cross.range,
                    after: moved?.range ?? 0, most: differences.map(abs).max() ?? 0))
        }
        return moves.sorted { $0.most != $1.most ? $0.most > $1.most : $0.feature < $1.feature }
    }

    /// The same weights, with calibration, thresholds and figures taken anew from accounts.
    ///
    /// Scoring keeps the highest log-odds over all of an account's costly events, of which training sees a few; with
    /// what the fold heads give over a whole replay, calibration and thresholds keep their promise there.
    /// - Parameters:
    ///   - accounts: scored by heads that had not seen them, each for itself: what it stands for the options say.
    ///   - days: the time over which the accounts were seen, for a rule by the day.
    /// - Returns: nil without a positive or without a negative.
    public func settle(_ trained: TrainedHead, on accounts: AccountScores, days: Double) -> TrainedHead? {
        let accounts = accounts.weighingGood(by: options.goodWeight)
        guard
            let settled = settle(trained.head, on: accounts, days: days, anew: !trained.keepsCalibration)
        else { return nil }
        var result = trained
        result.head = settled.head
        result.outOfFold = accounts
        result.evaluation = settled.evaluation
        return result
    }

    /// - Parameter anew: whether calibration and thresholds are taken from the accounts, or figures alone.
    private func settle(
        _ head: LogisticModel.Head, on accounts: AccountScores, days: Double, anew: Bool
    ) -> (head: LogisticModel.Head, evaluation: HeadEvaluation)? {
        guard accounts.labels.contains(true), accounts.labels.contains(false) else { return nil }
        var head = head
        if anew { head.calibration = Self.calibration(accounts) }
        let probabilities = accounts.logits.map(head.calibration.probability)
        if anew {
            let ranking = RankingMetrics(
                scores: probabilities, labels: accounts.labels, weights: accounts.weights)!
            head.thresholds = thresholds(ranking, days: days)
        }
        let evaluation = HeadEvaluation(
            probabilities: probabilities, labels: accounts.labels, weights: accounts.weights,
            thresholds: head.thresholds)!
        for figure in evaluation.figures { head.evaluation[figure.name] = rounded(figure.value, digits: 5) }
        return (head, evaluation)
    }

    /// Platt's sigmoid from out-of-fold log-odds, with his targets short of 0 and 1 (Platt 1999), so that it stays
    /// finite where the classes part cleanly.
    static func calibration(_ accounts: AccountScores) -> LogisticModel.Calibration {
        let positives = Double(accounts.labels.count { $0 })
        let negatives = Double(accounts.labels.count) - positives
        // An account enters as both labels, by the target's share.
        var set = TrainingSet(columns: [TrainingColumn("log-odds", sign: .positive)])
        for (row, logit) in accounts.logits.enumerated() {
            let target = accounts.labels[row] ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)
            for (label, share) in [(true, target), (false, 1 - target)] {
                set.append(
                    [Float(logit)], label: label, weight: accounts.weights[row] * share, group: 0,
                    account: row)
            }
        }
        let design = LinearDesign(set, standardises: false)
        guard design.columnCount > 0 else { return .init(slope: 1e-3, intercept: 0) }
        let point = LogisticSolver(design: design, labels: set.labels, sampleWeights: set.weights)
            .fit(Penalty(ridge: 1e-9, columns: 1)).point
        // Where nothing was learned the slope ends at 0; a scorer needs a rising map.
        return .init(slope: max(rounded(point.weights[0]), 1e-3), intercept: rounded(point.intercept))
    }

    /// Thresholds keep so far from 0 and 1, or twice as far.
    private static let smallest = 1e-6

    /// Where to flag: each threshold halfway between the last score that keeps its promise and the next.
    func thresholds(_ ranking: RankingMetrics, days: Double = 1) -> LogisticModel.Thresholds {
        func lowest(_ keeps: (RankingMetrics.Step) -> Bool) -> Double {
            let steps = ranking.steps
            guard let last = steps.lastIndex(where: keeps) else { return (1 + steps[0].score) / 2 }
            return last + 1 < steps.count ? (steps[last].score + steps[last + 1].score) / 2 : 0
        }
        let review = lowest { options.review.keeps($0, ranking, days: days) }
        let high = lowest { step in
            step.falsePositives <= options.highFalsePositiveRate * ranking.negatives
                && step.truePositives >= options.highPrecision * (step.truePositives + step.falsePositives)
        }
        var floor = options.lowestReview
        if case .costs = options.review { floor = Self.smallest }
        // `high` must lie above `review` and below 1, even where the figures leave no room. A team that can see to few
        // asks for more than `high` does, among accounts that are all but certain.
        let digits = review > 0.99 ? 8 : 6
        let low = min(max(rounded(review, digits: digits), floor), 1 - 2 * Self.smallest)
        let top = min(max(rounded(high, digits: 6), 0.5), 0.999)
        return .init(review: low, high: top > low ? top : rounded((1 + low) / 2, digits: 8))
    }
}
