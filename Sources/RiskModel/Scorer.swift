import CHotPath
import Foundation

/// How much one feature moves a head's calibrated log-odds away from the base.
public struct Contribution: Sendable, Equatable {
    /// Position in the feature vector.
    public let feature: Int
    /// The raw value; not a number where unknown.
    public let value: Float
    /// In calibrated log-odds.
    public let contribution: Double
}

/// A model compiled against the order of a feature vector.
///
/// `logits` is the hot path: it reads the raw vector once, transforms it once for both heads, and allocates
/// nothing. It sums in 32-bit floats; `contributions` explains the same sum in doubles.
public struct Scorer: Sendable {
    public let model: LogisticModel
    public let featureNames: [String]

    /// The curves of both heads as `pg_curves` takes them: features in blocks of eight, of each block rows of eight.
    ///
    /// A known value adds the curve's start and, for each bend below it, `change · (t − knot)`; an unknown one nothing.
    /// `base` holds the missing points of all features, and the start, less the missing points, takes a known one's out
    /// again.
    private let blocks: [pg_block]
    private let rows: [Float]
    private let base: (couponAbuse: Float, fakeOrder: Float)
    private let grids: CompiledCrosses
    /// By head: the crosses with their features' positions in the vector.
    private let crosses: [[(first: Int, second: Int, cross: LogisticModel.Cross)]]
    /// By head, in the order of the vector.
    private let tables: [TermTable]
    private let calibrations: [LogisticModel.Calibration]
    private let bases: [Double]
    private let levels: [(review: Float, high: Float)]

    /// - Parameter featureNames: the vector's features, in order. Features without a term weigh nothing.
    /// - Throws: `unknownFeatures` where a term names a feature that is not among them.
    ///   A head that the model lacks never flags: its log-odds are −∞.
    public init(_ model: LogisticModel, featureNames: [String]) throws(ModelError) {
        try model.validate()
        var positions: [String: Int] = [:]
        for (position, name) in featureNames.enumerated() where positions[name] == nil {
            positions[name] = position
        }
        let unknown = model.featureNames.filter { positions[$0] == nil }
        guard unknown.isEmpty else {
            throw ModelError(model: model.name, problem: .unknownFeatures(unknown))
        }

        self.model = model
        self.featureNames = featureNames
        var curves: [[Curve]] = []
        var calibrations: [LogisticModel.Calibration] = []
        var bases: [Double] = []
        var levels: [(review: Float, high: Float)] = []
        for risk in Risk.allCases {
            guard let head = model.heads[risk] else {
                curves.append([])
                calibrations.append(.init(slope: 1, intercept: 0))
                bases.append(-.infinity)
                levels.append((.infinity, .infinity))
                continue
            }
            curves.append(
                head.terms.map { Curve(positions[$0.feature]!, $0) }.sorted { $0.feature < $1.feature })
            calibrations.append(head.calibration)
            bases.append(head.calibration(head.intercept))
            levels.append(
                (
                    head.calibration.smallestLogit(reaching: head.thresholds.review),
                    head.calibration.smallestLogit(reaching: head.thresholds.high)
                ))
        }
        crosses = Risk.allCases.map { risk in
            (model.heads[risk]?.crosses ?? []).map {
                (positions[$0.first.feature]!, positions[$0.second.feature]!, $0)
            }
        }
        grids = CompiledCrosses(crosses)
        tables = curves.map(TermTable.init)
        self.calibrations = calibrations
        self.bases = bases
        self.levels = levels
        (blocks, rows, base) = Scorer.compile(model, curves, count: featureNames.count)
    }

    private static func compile(
        _ model: LogisticModel, _ curves: [[Curve]], count: Int
    ) -> (blocks: [pg_block], rows: [Float], base: (couponAbuse: Float, fakeOrder: Float)) {
        var base = Risk.allCases.map { model.heads[$0]?.intercept ?? -.infinity }
        var curveOf = [[Curve?]](repeating: [nil, nil], count: count)
        for head in curves.indices {
            for curve in curves[head] {
                base[head] += curve.term.missingPoints
                curveOf[curve.feature][head] = curve
            }
        }

        let width = Int(PG_BLOCK)
        var blocks: [pg_block] = []
        var rows: [Float] = []
        for features in stride(from: 0, to: count, by: width).map({ $0..<min($0 + width, count) })
        where features.contains(where: { curveOf[$0].contains { $0 != nil } }) {
            // The last block ends where the vector ends: it may overlap the one before, and weighs nothing there.
            let value = max(0, min(features.lowerBound, count - width))
            func appendRow(_ number: (_ feature: Int) -> Double?) {
                var row = [Float](repeating: 0, count: width)
                for feature in features { row[feature - value] = Float(number(feature) ?? 0) }
                rows += row
            }
            var block = pg_block()
            block.value = UInt32(value)
            block.row = UInt32(rows.count / width)
            // Both heads see one transformed vector; `validate` made sure that they agree.
            let logarithmic = features.filter { curveOf[$0].contains { $0?.term.transform == .log1p } }
            if !logarithmic.isEmpty {
                block.logarithmic = 1
                appendRow { logarithmic.contains($0) ? 1 : 0 }
            }
            var bends = [0, 0]
            for head in bends.indices {
                bends[head] = features.map { curveOf[$0][head]?.bends.count ?? 0 }.max()!
                appendRow { curveOf[$0][head].map { $0.start - $0.term.missingPoints } }
                appendRow { curveOf[$0][head]?.knots.last }
                for bend in 0..<bends[head] {
                    appendRow { curveOf[$0][head]?.bends.dropFirst(bend).first?.knot }
                    appendRow { curveOf[$0][head]?.bends.dropFirst(bend).first?.change }
                }
            }
            block.first_bends = UInt32(bends[Risk.couponAbuse.index])
            block.second_bends = UInt32(bends[Risk.fakeOrder.index])
            blocks.append(block)
        }
        return (
            blocks, rows, (Float(base[Risk.couponAbuse.index]), Float(base[Risk.fakeOrder.index]))
        )
    }

    // MARK: - The hot path

    /// Raw log-odds of both heads.
    /// - Parameter x: `featureNames.count` raw values; a value that is not finite is unknown.
    public func logits(_ x: UnsafeBufferPointer<Float>) -> (couponAbuse: Float, fakeOrder: Float) {
        precondition(x.count == featureNames.count, "the vector must have one value a feature")
        // Every block reads eight values, in bounds: none starts after count − 8, and a short vector is filled up.
        let sums =
            x.count >= PG_BLOCK
            ? sums(x.baseAddress!)
            : withUnsafeTemporaryAllocation(of: Float.self, capacity: Int(PG_BLOCK)) { padded in
                padded.initialize(repeating: .nan)
                for index in x.indices { padded[index] = x[index] }
                return self.sums(padded.baseAddress!)
            }
        let pairs = grids.logOdds(x)
        return (
            base.couponAbuse + sums.first + pairs.couponAbuse, base.fakeOrder + sums.second + pairs.fakeOrder
        )
    }

    @inline(__always)
    private func sums(_ x: UnsafePointer<Float>) -> pg_pair {
        blocks.withUnsafeBufferPointer { blocks in
            rows.withUnsafeBufferPointer { rows in
                pg_curves(x, blocks.baseAddress, UInt32(blocks.count), rows.baseAddress)
            }
        }
    }

    /// The smallest raw log-odds whose calibrated probability reaches a level's threshold.
    public func logitThreshold(_ risk: Risk, _ level: RiskLevel) -> Float {
        switch level {
        case .review: levels[risk.index].review
        case .high: levels[risk.index].high
        }
    }

    // MARK: - For the few that are flagged

    /// Calibrated probability of raw log-odds.
    public func probability(_ logit: Float, _ risk: Risk) -> Double {
        calibrations[risk.index].probability(Double(logit))
    }

    /// Calibrated log-odds of an account whose features are all at the training means.
    public func base(_ risk: Risk) -> Double { bases[risk.index] }

    /// What each feature adds to the calibrated log-odds, strongest first; ties in the vector's order.
    ///
    /// What a cross adds is shared evenly by its two features, which is the Shapley value of a pair; so a reason is
    /// always one feature, whose value can be looked up in the log. Features that add nothing are left out.
    /// `base(risk)` plus the sum is the calibrated log-odds.
    /// - Parameter least: those that add less are left out, too.
    public func contributions(
        _ x: UnsafeBufferPointer<Float>, _ risk: Risk, atLeast least: Double = -.infinity
    ) -> [Contribution] {
        precondition(x.count == featureNames.count, "the vector must have one value a feature")
        let slope = calibrations[risk.index].slope
        let table = tables[risk.index]
        var amounts = [Double](repeating: 0, count: x.count)
        for place in table.places { amounts[place.feature] = slope * table.logOdds(place, x[place.feature]) }
        for (first, second, cross) in crosses[risk.index] {
            let half = slope * cross.logOdds(x[first], x[second]) / 2
            amounts[first] += half
            amounts[second] += half
        }
        var result = amounts.indices.filter { amounts[$0] != 0 && amounts[$0] >= least }.map {
            Contribution(feature: $0, value: x[$0], contribution: amounts[$0])
        }
        result.sort {
            let (a, b) = (abs($0.contribution), abs($1.contribution))
            return a != b ? a > b : $0.feature < $1.feature
        }
        return result
    }

    /// A term of one head with its place in the vector, its knots transformed once.
    private struct Curve {
        let feature: Int
        let term: LogisticModel.Term
        let knots: [Double]
        /// Where the slope changes, the last knot left out, and by how much. Knots that a 32-bit float cannot tell
        /// apart are one.
        let bends: [(knot: Double, change: Double)]
        /// The curve before the first knot.
        let start: Double

        init(_ feature: Int, _ term: LogisticModel.Term) {
            self.feature = feature
            self.term = term
            let all = term.transformedKnots
            knots = all
            let distinct = Set(all).sorted()
            let points = distinct.map { term.logOdds($0, all) }
            start = points[0]
            var slope = 0.0
            bends = distinct.indices.dropLast().map { index in
                let next = (points[index + 1] - points[index]) / (distinct[index + 1] - distinct[index])
                defer { slope = next }
                return (distinct[index], next - slope)
            }
        }
    }

    /// The terms of one head laid out flat, so that asking them counts no references.
    private struct TermTable {
        struct Place {
            let feature: Int
            let transform: Transform
            let missingPoints: Double
            /// Where its knots, transformed, and its points stand.
            let range: Range<Int>
        }

        private(set) var places: [Place] = []
        private var knots: [Double] = []
        private var points: [Double] = []

        init(_ curves: [Curve]) {
            for curve in curves {
                places.append(
                    Place(
                        feature: curve.feature, transform: curve.term.transform,
                        missingPoints: curve.term.missingPoints,
                        range: knots.count..<(knots.count + curve.knots.count)))
                knots += curve.knots
                points += curve.term.points
            }
        }

        func logOdds(_ place: Place, _ x: Float) -> Double {
            guard x.isFinite else { return place.missingPoints }
            return LogisticModel.Term.logOdds(
                Double(place.transform(x)), knots.span.extracting(place.range),
                points.span.extracting(place.range))
        }
    }
}
