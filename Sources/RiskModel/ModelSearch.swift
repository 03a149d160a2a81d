/// Finds what enters a head and how strong the penalties are, by folds that later groups make up.
///
/// Curves start with every feature. The penalty and the smoothness are chosen first; then features leave a few at a
/// time, the least missed first, while the held-out loss does not clearly rise.
struct ModelSearch {
    let set: TrainingSet
    /// All rows, of which `set` may be some: heads trained on the same accounts take their knots from the same rows.
    let whole: TrainingSet
    let folds: Folds
    /// Features that take no part.
    let leftOut: Set<Int>
    let options: LogisticTrainer.Options
    let sampleWeights: [Double]
    let report: (TrainingProgress) -> Void
    private(set) var progress = TrainingProgress()
    /// Whether a row is early enough to learn from when choosing, and whether it judges, being late enough.
    private let isEarly: [Bool]
    private let isLate: [Bool]
    private(set) var trials: [TrainedHead.Trial] = []

    init(
        _ set: TrainingSet, of whole: TrainingSet, _ folds: Folds, leftOut: Set<Int> = [],
        judging: Range<Int>,
        _ options: LogisticTrainer.Options,
        report: @escaping (TrainingProgress) -> Void
    ) {
        self.set = set
        self.folds = folds
        self.whole = whole
        self.leftOut = leftOut
        self.options = options
        self.report = report
        sampleWeights = zip(set.weights, set.labels).map { $1 ? $0 * options.positiveWeight : $0 }
        let parts = Self.parted(set, judging, options.earlierShare)
        isEarly = parts.early
        isLate = parts.late.enumerated().map { judging.contains($0.offset) && $0.element }
    }

    /// Where rows part in time; all are early and late where they have no times, or a part would lack a label.
    private static func parted(
        _ set: TrainingSet, _ rows: Range<Int>, _ share: Double
    ) -> (early: [Bool], late: [Bool]) {
        let all = [Bool](repeating: true, count: set.count)
        let order = rows.sorted { (set.times[$0], $0) < (set.times[$1], $1) }
        let total = set.weights[rows].reduce(0, +)
        var reached = 0.0
        guard
            let middle = order.first(where: {
                reached += set.weights[$0]
                return reached >= share * total
            }), share > 0, set.isOrderedInTime
        else { return (all, all) }
        let early = set.times.map { $0 < set.times[middle] }
        func hasBoth(_ isEarly: Bool) -> Bool {
            let labels = rows.lazy.filter { early[$0] == isEarly }.map { set.labels[$0] }
            return labels.count { $0 } >= 20 && labels.count { !$0 } >= 20
        }
        return hasBoth(true) && hasBoth(false) ? (early, early.map { !$0 }) : (all, all)
    }

    /// Blocks of some features under a penalty, as fitted for the folds that judge.
    struct Candidate {
        /// The feature of each block.
        var features: [Int]
        /// As many as features.
        var knots: [CurveKnots]
        /// Pairs of features, whose blocks come after those of the features.
        var crosses: [CrossGrid] = []
        var design: CurveDesign
        var penalty: Double
        var smoothness: Double
        /// One a judging fold.
        var fits: [LogisticSolver<CurveDesign>.Fit] = []
        /// Held-out log-loss of each row, by its weight; 0 for rows that do not judge.
        var losses: [Double] = []
        /// A unit of weight.
        var loss = Double.infinity
        /// Weights to stay near; nil for zeros.
        var centre: [Double]?

        var penalties: Penalty { design.penalty(penalty, around: centre) }
    }

    /// Decrease of the log-loss a unit of weight below which a fit is done: far below what tells candidates apart.
    static let tolerance = 1e-8

    /// Folds that judge.
    private var judges: Range<Int> { 0..<min(options.foldsToChooseBy, folds.count) }

    /// Whether a row is learned from where a fold judges.
    func learns(_ row: Int, without fold: Int) -> Bool { folds.ofRow[row] != fold && isEarly[row] }

    /// Fits a candidate for each judging fold to the early rows of the others, and takes the loss of its late rows.
    mutating func judge(
        _ candidate: Candidate, from starts: [LogisticSolver<CurveDesign>.Fit]? = nil
    ) -> Candidate {
        var candidate = candidate
        candidate.losses = [Double](repeating: 0, count: set.count)
        var weight = 0.0
        candidate.fits = []
        for (place, fold) in judges.enumerated() {
            let fit = LogisticSolver(candidate.design, set, positiveWeight: options.positiveWeight) {
                learns($0, without: fold)
            }.fit(
                candidate.penalties, start: starts?[place] ?? candidate.fits.last,
                tolerance: Self.tolerance)
            candidate.fits.append(fit)
            let logits = set.shifted(candidate.design.logits(fit.point))
            for row in 0..<set.count where folds.ofRow[row] == fold && isLate[row] {
                candidate.losses[row] =
                    sampleWeights[row] * logisticLoss(logits[row], label: set.labels[row])
                weight += sampleWeights[row]
            }
        }
        candidate.loss = candidate.losses.reduce(0, +) / weight
        trials.append(
            .init(
                terms: candidate.features.count, crosses: candidate.crosses.count, penalty: candidate.penalty,
                smoothness: candidate.smoothness, logLoss: candidate.loss))
        progress.advance(
            "\(candidate.features.count) terms, \(candidate.crosses.count) crosses, penalty \(candidate.penalty), smoothness"
                + " \(candidate.smoothness): held-out log-loss \(rounded(candidate.loss, digits: 5))")
        report(progress)
        return candidate
    }

    /// By how much the held-out loss of one is above another's, in standard errors over groups.
    func excess(_ one: Candidate, over other: Candidate) -> Double {
        var byGroup: [UInt64: Double] = [:]
        for row in 0..<set.count where one.losses[row] != other.losses[row] {
            byGroup[set.groups[row], default: 0] += one.losses[row] - other.losses[row]
        }
        let differences = byGroup.sorted { $0.key < $1.key }.map(\.value)
        let error = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let sum = differences.reduce(0, +)
        return error > 0 ? sum / error : 0
    }

    /// How far a model may move: from hardly at all on while the loss clearly falls. Few decisions tell little, and what
    /// they tell by chance is forgetting.
    mutating func best(from prior: PriorModel) -> Candidate {
        var candidate = prior.candidate
        candidate.centre = prior.centre
        var best: Candidate?
        progress.begin(until: 0.7, steps: options.priorPenalties.count)
        for penalty in options.priorPenalties.sorted(by: >) {
            candidate.penalty = penalty
            candidate = judge(candidate, from: best?.fits)
            if let best, excess(best, over: candidate) <= options.tolerance { break }
            best = candidate
        }
        return best!
    }

    /// The whole search.
    mutating func best() -> Candidate {
        progress.begin(
            until: 0.25,
            steps: options.segments.count * options.smoothnesses.count * options.penalties.count)
        var best = choosePenalty()
        progress.begin(until: 0.45, steps: 12)
        if options.selects { best = eliminate(best) }
        progress.begin(
            until: 0.8,
            steps: options.crossPenalties.count * options.crosses / max(1, options.crossesAtOnce))
        return addCrosses(best)
    }

    /// Adds pairs of features where they pay, under the penalty on grids from the strongest down while the loss falls.
    private mutating func addCrosses(_ additive: Candidate) -> Candidate {
        guard options.crosses > 0 else { return additive }
        let levels = CrossSearch(set, whole)
        var best = additive
        for ridge in options.crossPenalties.sorted(by: >) {
            let crossed = addCrosses(additive, levels, ridge: ridge)
            if crossed.loss >= best.loss, !best.crosses.isEmpty { break }
            if crossed.loss < best.loss { best = crossed }
        }
        return excess(additive, over: best) > 1 ? best : additive
    }

    /// Adds the pairs of features that the residuals ask for most, a few at a time, while the loss falls.
    private mutating func addCrosses(_ additive: Candidate, _ levels: CrossSearch, ridge: Double) -> Candidate
    {
        var best = additive
        var present = additive
        while present.crosses.count < options.crosses {
            let last = judges.last!
            let pairs = levels.best(
                min(options.crossesAtOnce, options.crosses - present.crosses.count),
                logits: set.shifted(present.design.logits(present.fits.last!.point)), labels: set.labels,
                weights: set.labels.indices.map { learns($0, without: last) ? sampleWeights[$0] : 0 },
                excluding: present.crosses.map { ($0.first.feature, $0.second.feature) })
            guard !pairs.isEmpty else { break }
            let added = pairs.map { CrossGrid(levels.grids[$0.0]!, levels.grids[$0.1]!) }
            var next = present
            next.crosses += added
            next.design = CurveDesign(
                rowCount: set.count,
                blocks: present.design.blocks
                    + added.map { CurveDesign.Block(cross: $0, ridge: ridge, set.weights) })
            next = judge(next, from: present.fits.map { $0.extended(by: next.design) })
            present = next
            if next.loss < best.loss { best = next }
            if excess(next, over: best) > 2 { break }
        }
        return best
    }

    /// Curves of every feature that says anything.
    private func curves(segments: Int, smoothness: Double) -> Candidate {
        let (set, whole) = (set, whole)
        let curves = mapConcurrently(set.columns.count) { feature in
            let knots = CurveKnots(whole, feature, segments: segments)
            let block = CurveDesign.Block(
                curve: feature, of: set, knots, smoothness: smoothness)
            return (feature: feature, knots: knots, block: block)
        }.filter { $0.block != nil && !leftOut.contains($0.feature) }
        return Candidate(
            features: curves.map(\.feature), knots: curves.map(\.knots),
            design: CurveDesign(rowCount: set.count, blocks: curves.map { $0.block! }),
            penalty: 0, smoothness: smoothness)
    }

    /// From the strongest penalty down while the loss falls, for each number of segments and each smoothness.
    private mutating func choosePenalty() -> Candidate {
        let penalties = options.penalties.sorted(by: >)
        precondition(!penalties.isEmpty && penalties.last! > 0, "penalties must be above 0")
        precondition(!options.segments.isEmpty, "there must be a number of segments to choose")
        var best: Candidate?
        for segments in options.segments.sorted() {
            for smoothness in options.smoothnesses {
                var candidate = curves(segments: segments, smoothness: smoothness)
                var finest: Candidate?
                for penalty in penalties {
                    candidate.penalty = penalty
                    candidate = judge(candidate, from: finest?.fits)
                    if let finest, finest.loss <= candidate.loss { break }
                    finest = candidate
                }
                if best == nil || finest!.loss < best!.loss { best = finest }
                // A straight line is as smooth as can be.
                if segments == 1 { break }
            }
        }
        return best!
    }

    /// Drops a share of the features at a time, the least missed first; of what was tried, the fewest whose loss is
    /// not clearly above the least.
    private mutating func eliminate(_ whole: Candidate) -> Candidate {
        var path = [whole]
        while path.last!.features.count > 2 {
            let present = path.last!
            let missed = importance(present)
            let order = missed.indices.sorted { (missed[$0], $0) < (missed[$1], $1) }
            let dropped = Set(order.prefix(max(1, present.features.count / 7)))
            let kept = present.features.indices.filter { !dropped.contains($0) }
            let next = judge(
                present.keeping(kept), from: present.fits.map { $0.keeping(kept, of: present.design) })
            path.append(next)
            let least = path.min { $0.loss < $1.loss }!
            if excess(next, over: least) > 4 { break }
        }
        let least = path.min { $0.loss < $1.loss }!
        return path.last { excess($0, over: least) <= options.tolerance }!
    }

    /// How much the loss would rise without each block, the others adapting (Wald): ½ wᵀ ((H⁻¹) at the block)⁻¹ w.
    private func importance(_ candidate: Candidate) -> [Double] {
        let fit = candidate.fits.last!
        let design = candidate.design
        let total = sampleWeights.indices.reduce(0) {
            learns($1, without: judges.last!) ? $0 + sampleWeights[$1] : $0
        }
        var matrix = fit.curvature!
        for index in matrix.values.indices { matrix.values[index] *= total }
        let penalty = candidate.penalties
        for column in 0..<design.columnCount {
            matrix[column, column] += penalty.diagonal[column]
            if column + 1 < design.columnCount { matrix[column + 1, column] += penalty.beside[column] }
        }
        let factor = Cholesky(matrix, fit.free)
        return mapConcurrently(design.blocks.count) { block in
            let range = design.range(block)
            let first = fit.free.partitioningIndex { $0 >= range.lowerBound }
            let end = fit.free.partitioningIndex { $0 >= range.upperBound }
            guard first < end else { return 0 }
            let inverse = factor.inverse(at: first..<end)
            let weights = fit.free[first..<end].map { fit.point.weights[$0] }
            var square = SymmetricMatrix(size: weights.count)
            for i in weights.indices { for j in 0...i { square[i, j] = inverse[i][j] } }
            let solved = Cholesky(square, Array(weights.indices)).solve(weights)
            return zip(weights, solved).reduce(0) { $0 + $1.0 * $1.1 } / 2
        }
    }
}

extension LogisticSolver where Columns == CurveDesign {
    /// A solver for the rows of a set, or some of them.
    /// - Parameter positiveWeight: multiplies the weight of positive rows.
    init(
        _ design: CurveDesign, _ set: TrainingSet, positiveWeight: Double,
        where isLearnt: (Int) -> Bool = { _ in true }
    ) {
        self.init(
            design: design, labels: set.labels,
            sampleWeights: set.labels.indices.map { row in
                isLearnt(row) ? set.weights[row] * (set.labels[row] ? positiveWeight : 1) : 0
            }, offsets: set.offsets)
    }
}

extension ModelSearch.Candidate {
    /// The same curves and grids over other rows.
    func drawn(on set: TrainingSet) -> Self {
        let curves = mapConcurrently(features.count) { place in
            let block = design.blocks[place]
            var drawn = CurveDesign.Block(
                curve: features[place], of: set, knots[place], smoothness: smoothness, holdsSign: false,
                hasUnknown: block.weights == knots[place].raw.count)!
            drawn.signs = block.signs
            return drawn
        }
        var result = self
        result.crosses = crosses.map { cross in
            CrossGrid(
                GridSide(set, cross.first.feature, cross.first.knots),
                GridSide(set, cross.second.feature, cross.second.knots))
        }
        let grids = result.crosses.indices.map { place in
            CurveDesign.Block(
                cross: result.crosses[place],
                ridge: design.blocks[features.count + place].penalty.diagonal[0], set.weights)
        }
        result.design = CurveDesign(rowCount: set.count, blocks: curves + grids)
        return result
    }

    /// The same with some of the blocks only.
    func keeping(_ kept: [Int]) -> Self {
        var result = self
        result.features = kept.map { features[$0] }
        result.knots = kept.map { knots[$0] }
        precondition(crosses.isEmpty, "features leave before crosses enter")
        result.design = CurveDesign(rowCount: design.rowCount, blocks: kept.map { design.blocks[$0] })
        return result
    }
}

extension LogisticSolver.Fit where Columns == CurveDesign {
    /// Where to start with some of the blocks only.
    func keeping(_ kept: [Int], of design: CurveDesign) -> Self {
        let columns = kept.flatMap { Array(design.range($0)) }
        let places = columns + [design.columnCount]
        let curvature = self.curvature.map { whole in
            var part = SymmetricMatrix(size: places.count)
            for i in places.indices { for j in 0...i { part[i, j] = whole[places[i], places[j]] } }
            return part
        }
        let isFree = Set(free)
        return Self(
            point: .init(weights: columns.map { point.weights[$0] }, intercept: point.intercept),
            curvature: curvature, free: places.indices.filter { isFree.contains(places[$0]) })
    }

    /// Where to start with a block more at the end.
    func extended(by design: CurveDesign) -> Self {
        let old = point.weights.count
        let new = design.columnCount
        return Self(
            point: .init(
                weights: point.weights + [Double](repeating: 0, count: new - old), intercept: point.intercept),
            curvature: nil, free: free.dropLast() + (old...new))
    }
}
