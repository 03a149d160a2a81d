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

    /// One block of eight features, as both heads need them.
    ///
    /// A head adds `weight · t − offset` for a known value and nothing for an unknown one: `base` holds the
    /// missing weights of all features, and `offset` = weight · mean + missing weight takes a known one's out again.
    struct Block: BitwiseCopyable {
        var logarithmic = LaneBits.zero
        var weight = (couponAbuse: Lanes.zero, fakeOrder: Lanes.zero)
        var offset = (couponAbuse: Lanes.zero, fakeOrder: Lanes.zero)
    }

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
        (blocks, base) = Scorer.compile(model, terms: terms, count: featureNames.count)
    }

    private static func compile(
        _ model: LogisticModel, terms: [[(feature: Int, term: LogisticModel.Term)]], count: Int
    ) -> (blocks: [Block], base: (couponAbuse: Float, fakeOrder: Float)) {
        let width = Lanes.scalarCount
        var blocks = [Block](repeating: Block(), count: (count + width - 1) / width)
        var base = Risk.allCases.map { model.heads[$0]?.intercept ?? -.infinity }
        for (head, risk) in Risk.allCases.enumerated() {
            for (feature, term) in terms[head] {
                let block = feature / width
                let lane = feature - min(block * width, max(0, count - width))
                let weight = term.weight / term.scale
                let offset = Float(weight * term.mean + term.missingWeight)
                base[head] += term.missingWeight
                // Both heads see one transformed vector; `validate` made sure that they agree.
                if term.transform == .log1p { blocks[block].logarithmic[lane] = -1 }
                switch risk {
                case .couponAbuse:
                    blocks[block].weight.couponAbuse[lane] = Float(weight)
                    blocks[block].offset.couponAbuse[lane] = offset
                case .fakeOrder:
                    blocks[block].weight.fakeOrder[lane] = Float(weight)
                    blocks[block].offset.fakeOrder[lane] = offset
                }
            }
        }
        return (
            blocks, (Float(base[Risk.couponAbuse.index]), Float(base[Risk.fakeOrder.index]))
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
            guard let start = UnsafeRawPointer(x.baseAddress), x.count >= width else {
                // Fewer features than lanes: the lanes past the end weigh nothing.
                var values = Lanes.zero
                for lane in 0..<x.count { values[lane] = x[lane] }
                for block in blocks { Scorer.add(values, block, &coupon, &order) }
                return
            }
            // The last block ends where the vector ends, so it may overlap the one before; in lanes that were
            // there already it weighs nothing. In bounds: every offset is at most count − width.
            let last = x.count - width
            for index in blocks.indices {
                let values = start.loadUnaligned(
                    fromByteOffset: min(index * width, last) * MemoryLayout<Float>.size, as: Lanes.self)
                Scorer.add(values, blocks[index], &coupon, &order)
            }
        }
        return (base.couponAbuse + total(coupon), base.fakeOrder + total(order))
    }

    @inline(__always)
    private static func add(_ x: Lanes, _ block: Block, _ coupon: inout Lanes, _ order: inout Lanes) {
        let bits = unsafeBitCast(x, to: LaneBits.self)
        // Finite is an exponent below the highest: the difference is negative, and its sign fills the mask.
        let known = ((bits & LaneBits(repeating: 0x7fff_ffff)) &- LaneBits(repeating: 0x7f80_0000)) &>> 31
        let logarithm = unsafeBitCast(LogarithmLanes.log1p(x), to: LaneBits.self)
        let transformed = unsafeBitCast(
            bits ^ ((bits ^ logarithm) & block.logarithmic), to: Lanes.self)
        coupon += masked(transformed * block.weight.couponAbuse - block.offset.couponAbuse, known)
        order += masked(transformed * block.weight.fakeOrder - block.offset.fakeOrder, known)
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
