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

    /// One bend in the curves of eight features, as both heads need it: each adds `bend · max(t − knot, 0)`,
    /// where `bend` is how much steeper the curve is from the knot on.
    struct Bend: BitwiseCopyable {
        var knot = Lanes.zero
        var bend = (couponAbuse: Lanes.zero, fakeOrder: Lanes.zero)
    }

    /// One block of eight features.
    ///
    /// A known value, held below `last`, adds `start` and its bends, an unknown one nothing: `base` holds the
    /// missing points of all features, and `start`, the curve before its first knot less the missing points,
    /// takes a known one's out again.
    struct Block: BitwiseCopyable {
        var logarithmic = LaneBits.zero
        var start = (couponAbuse: Lanes.zero, fakeOrder: Lanes.zero)
        var last = Lanes.zero
        /// Its bends' places in the list of all blocks' bends.
        var firstBend = 0
        var endBend = 0
    }

    private let bends: [Bend]
    private let blocks: [Block]
    private let base: (couponAbuse: Float, fakeOrder: Float)
    /// By head: the terms with their positions in the vector, in the order of the vector.
    private let terms: [[(feature: Int, term: LogisticModel.Term)]]
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
        var terms: [[(feature: Int, term: LogisticModel.Term)]] = []
        var calibrations: [LogisticModel.Calibration] = []
        var bases: [Double] = []
        var levels: [(review: Float, high: Float)] = []
        for risk in Risk.allCases {
            guard let head = model.heads[risk] else {
                terms.append([])
                calibrations.append(.init(slope: 1, intercept: 0))
                bases.append(-.infinity)
                levels.append((.infinity, .infinity))
                continue
            }
            terms.append(
                head.terms.map { (positions[$0.feature]!, $0) }.sorted { $0.0 < $1.0 })
            calibrations.append(head.calibration)
            bases.append(head.calibration(head.intercept))
            levels.append(
                (
                    head.calibration.smallestLogit(reaching: head.thresholds.review),
                    head.calibration.smallestLogit(reaching: head.thresholds.high)
                ))
        }
        self.terms = terms
        self.calibrations = calibrations
        self.bases = bases
        self.levels = levels
        (blocks, bends, base) = Scorer.compile(model, terms: terms, count: featureNames.count)
    }

    private static func compile(
        _ model: LogisticModel, terms: [[(feature: Int, term: LogisticModel.Term)]], count: Int
    ) -> (blocks: [Block], bends: [Bend], base: (couponAbuse: Float, fakeOrder: Float)) {
        let width = Lanes.scalarCount
        var base = Risk.allCases.map { model.heads[$0]?.intercept ?? -.infinity }
        var termsOf = [[(head: Int, term: LogisticModel.Term)]](repeating: [], count: count)
        for head in terms.indices {
            for (feature, term) in terms[head] {
                base[head] += term.missingPoints
                termsOf[feature].append((head, term))
            }
        }

        var blocks: [Block] = []
        var bends: [Bend] = []
        for index in 0..<(count + width - 1) / width {
            var block = Block()
            let first = bends.count
            for feature in index * width..<min((index + 1) * width, count) {
                // The last block ends where the vector ends, see `logits`.
                let lane = feature - min(index * width, max(0, count - width))
                // A curve stays the same where knots of the other head's are added.
                let knots = Set(termsOf[feature].flatMap(\.term.transformedKnots)).sorted()
                let places = first..<(first + max(0, knots.count - 1))
                while bends.count < places.upperBound { bends.append(Bend()) }
                block.last[lane] = Float(knots.last ?? 0)
                for (head, term) in termsOf[feature] {
                    // Both heads see one transformed vector; `validate` made sure that they agree.
                    if term.transform == .log1p { block.logarithmic[lane] = -1 }
                    let own = term.transformedKnots
                    let points = knots.map { term.logOdds($0, own) }
                    let start = Float(points[0] - term.missingPoints)
                    if head == Risk.couponAbuse.index {
                        block.start.couponAbuse[lane] = start
                    } else {
                        block.start.fakeOrder[lane] = start
                    }
                    var slope = 0.0
                    for (knot, place) in places.enumerated() {
                        let step = knots[knot + 1] - knots[knot]
                        let next = (points[knot + 1] - points[knot]) / step
                        let bend = Float(next - slope)
                        slope = next
                        bends[place].knot[lane] = Float(knots[knot])
                        if head == Risk.couponAbuse.index {
                            bends[place].bend.couponAbuse[lane] = bend
                        } else {
                            bends[place].bend.fakeOrder[lane] = bend
                        }
                    }
                }
            }
            block.firstBend = first
            block.endBend = bends.count
            blocks.append(block)
        }
        return (
            blocks, bends, (Float(base[Risk.couponAbuse.index]), Float(base[Risk.fakeOrder.index]))
        )
    }

    // MARK: - The hot path

    /// Raw log-odds of both heads.
    /// - Parameter x: `featureNames.count` raw values; a value that is not finite is unknown.
    public func logits(_ x: UnsafeBufferPointer<Float>) -> (couponAbuse: Float, fakeOrder: Float) {
        precondition(x.count == featureNames.count, "the vector must have one value a feature")
        let width = Lanes.scalarCount
        var coupon = Lanes.zero
        var order = Lanes.zero
        blocks.withUnsafeBufferPointer { blocks in
            bends.withUnsafeBufferPointer { bends in
                guard let start = UnsafeRawPointer(x.baseAddress), x.count >= width else {
                    // Fewer features than lanes: the lanes past the end weigh nothing.
                    var values = Lanes.zero
                    for lane in 0..<x.count { values[lane] = x[lane] }
                    for block in blocks { Scorer.add(values, block, bends, &coupon, &order) }
                    return
                }
                // The last block ends where the vector ends, so it may overlap the one before; in lanes that were
                // there already it weighs nothing. In bounds: every offset is at most count − width.
                let last = x.count - width
                for index in blocks.indices {
                    let values = start.loadUnaligned(
                        fromByteOffset: min(index * width, last) * MemoryLayout<Float>.size, as: Lanes.self)
                    Scorer.add(values, blocks[index], bends, &coupon, &order)
                }
            }
        }
        return (base.couponAbuse + total(coupon), base.fakeOrder + total(order))
    }

    @inline(__always)
    private static func add(
        _ x: Lanes, _ block: Block, _ bends: UnsafeBufferPointer<Bend>, _ coupon: inout Lanes,
        _ order: inout Lanes
    ) {
        let bits = unsafeBitCast(x, to: LaneBits.self)
        // Finite is an exponent below the highest: the difference is negative, and its sign fills the mask.
        let known = ((bits & LaneBits(repeating: 0x7fff_ffff)) &- LaneBits(repeating: 0x7f80_0000)) &>> 31
        let logarithm = unsafeBitCast(LogarithmLanes.log1p(x), to: LaneBits.self)
        let transformed = unsafeBitCast(
            bits ^ ((bits ^ logarithm) & block.logarithmic), to: Lanes.self)
        var (couponCurve, orderCurve) = (block.start.couponAbuse, block.start.fakeOrder)
        // min(t, last)
        let held = transformed - Scorer.positive(transformed - block.last)
        for place in block.firstBend..<block.endBend {
            let beyond = Scorer.positive(held - bends[place].knot)
            couponCurve += bends[place].bend.couponAbuse * beyond
            orderCurve += bends[place].bend.fakeOrder * beyond
        }
        coupon += masked(couponCurve, known)
        order += masked(orderCurve, known)
    }

    /// The value, or 0 where it is below: the sign, spread over all bits, clears it. Unlike comparisons this stays
    /// in vector registers.
    @inline(__always)
    private static func positive(_ value: Lanes) -> Lanes {
        let bits = unsafeBitCast(value, to: LaneBits.self)
        return unsafeBitCast(bits & ~(bits &>> 31), to: Lanes.self)
    }

    @inline(__always)
    private static func masked(_ value: Lanes, _ mask: LaneBits) -> Lanes {
        unsafeBitCast(unsafeBitCast(value, to: LaneBits.self) & mask, to: Lanes.self)
    }

    /// Sums in one fixed order.
    @inline(__always)
    private func total(_ lanes: Lanes) -> Float {
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two.x + two.y
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
    /// Features that add nothing are left out. `base(risk)` plus the sum is the calibrated log-odds.
    public func contributions(_ x: UnsafeBufferPointer<Float>, _ risk: Risk) -> [Contribution] {
        precondition(x.count == featureNames.count, "the vector must have one value a feature")
        let slope = calibrations[risk.index].slope
        var result: [Contribution] = []
        for (feature, term) in terms[risk.index] {
            let amount = slope * term.logOdds(x[feature])
            if amount != 0 {
                result.append(Contribution(feature: feature, value: x[feature], contribution: amount))
            }
        }
        result.sort {
            let (a, b) = (abs($0.contribution), abs($1.contribution))
            return a != b ? a > b : $0.feature < $1.feature
        }
        return result
    }
}
