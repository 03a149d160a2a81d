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

    /// The curves of both heads as `pg_curves` takes them: features in blocks of eight, those of like transform and
    /// about as many bends together; of each block rows of eight.
    ///
    /// A known value adds the curve's start and, for each bend below it, `change · (t − knot)`; an unknown one nothing.
    /// `base` holds the missing points of all features, and the start, less the missing points, takes a known one's out
    /// again.
    private struct Blocks {
        let blocks: [pg_block]
        let features: [UInt16]
        let rows: [Float]
        let base: (couponAbuse: Float, fakeOrder: Float)

        @inline(__always)
        func sums(_ x: UnsafePointer<Float>) -> (couponAbuse: Float, fakeOrder: Float) {
            let sums = blocks.withUnsafeBufferPointer { blocks in
                features.withUnsafeBufferPointer { features in
                    rows.withUnsafeBufferPointer { rows in
                        pg_curves(
                            x, features.baseAddress, blocks.baseAddress, UInt32(blocks.count),
                            rows.baseAddress)
                    }
                }
            }
            return (base.couponAbuse + sums.first, base.fakeOrder + sums.second)
        }
    }

    /// What speaks of an account's own conduct, with the intercepts; and what speaks of its company.
    private let own: Blocks
    private let company: Blocks
    /// Log-odds of own conduct from which an account is a suspect.
    private let suspectFrom: (couponAbuse: Float, fakeOrder: Float)
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
        let isCompany = Risk.allCases.map { risk in
            Set((model.heads[risk]?.company?.features ?? []).map { positions[$0] })
        }
        func part(_ isWanted: (_ head: Int, _ feature: Int) -> Bool) -> [[Curve]] {
            curves.indices.map { head in curves[head].filter { isWanted(head, $0.feature) } }
        }
        own = Scorer.compile(
            part { !isCompany[$0].contains($1) },
            intercepts: Risk.allCases.map { model.heads[$0]?.intercept ?? -.infinity },
            count: featureNames.count)
        company = Scorer.compile(
            part { isCompany[$0].contains($1) }, intercepts: [0, 0], count: featureNames.count)
        let limits = Risk.allCases.map { Float(model.heads[$0]?.company?.suspectFrom ?? .infinity) }
        suspectFrom = (limits[Risk.couponAbuse.index], limits[Risk.fakeOrder.index])
    }

    private static func compile(_ curves: [[Curve]], intercepts: [Double], count: Int) -> Blocks {
        var base = intercepts
        var curveOf = [[Curve?]](repeating: [nil, nil], count: count)
        for head in curves.indices {
            for curve in curves[head] {
                base[head] += curve.term.missingPoints
                curveOf[curve.feature][head] = curve
            }
        }

        var lanes = (0..<count).flatMap { Lane.lanes(of: curveOf[$0]) }
        lanes.sort {
            let (a, b) = ($0.bends.count, $1.bends.count)
            return a != b ? a < b : $0.feature < $1.feature
        }
        let width = Int(PG_BLOCK)
        var blocks: [pg_block] = []
        var features: [UInt16] = []
        var rows: [Float] = []
        for isLogarithmic in [false, true] {
            let alike = lanes.filter { $0.isLogarithmic == isLogarithmic }
            for start in stride(from: 0, to: alike.count, by: width) {
                let lanes = alike[start..<min(start + width, alike.count)]
                func appendRow(_ number: (Lane) -> Double?) {
                    rows += lanes.map { Float(number($0) ?? 0) }
                    rows += [Float](repeating: 0, count: width - lanes.count)
                }
                let bends = lanes.map(\.bends.count).max()!
                blocks.append(pg_block(logarithmic: isLogarithmic ? 1 : 0, bends: UInt32(bends)))
                features += lanes.map { UInt16($0.feature) }
                // What is left of the last block adds nothing, whatever feature it reads.
                features += [UInt16](repeating: UInt16(lanes.last!.feature), count: width - lanes.count)
                appendRow { $0.starts[0] }
                appendRow { $0.starts[1] }
                appendRow { $0.last }
                for bend in 0..<bends {
                    appendRow { $0.bends.dropFirst(bend).first?.knot }
                    appendRow { $0.bends.dropFirst(bend).first?.changes[0] }
                    appendRow { $0.bends.dropFirst(bend).first?.changes[1] }
                }
            }
        }
        return Blocks(
            blocks: blocks, features: features, rows: rows,
            base: (Float(base[Risk.couponAbuse.index]), Float(base[Risk.fakeOrder.index])))
    }

    // MARK: - The hot path

    /// Whether any head weighs the company that accounts keep; if none does, nobody is a suspect.
    public var weighsCompany: Bool { model.heads.values.contains { $0.company != nil } }

    /// Raw log-odds of both heads.
    public struct LogOdds: Sendable, Equatable {
        public var couponAbuse: Float
        public var fakeOrder: Float
        /// Of own conduct alone.
        public var ownCouponAbuse: Float
        public var ownFakeOrder: Float
        /// Whether own conduct alone makes the account a suspect in the eyes of those who share things with it.
        public var isSuspect: Bool
    }

    /// Raw log-odds of both heads.
    /// - Parameter x: `featureNames.count` raw values; a value that is not finite is unknown.
    public func logits(_ x: UnsafeBufferPointer<Float>) -> LogOdds {
        precondition(x.count == featureNames.count, "the vector must have one value a feature")
        let sums = self.own.sums(x.baseAddress!)
        let pairs = grids.logOdds(x)
        let own = (
            couponAbuse: sums.couponAbuse + pairs.couponAbuse, fakeOrder: sums.fakeOrder + pairs.fakeOrder
        )
        let company = company.sums(x.baseAddress!)
        return LogOdds(
            couponAbuse: own.couponAbuse + company.couponAbuse, fakeOrder: own.fakeOrder + company.fakeOrder,
            ownCouponAbuse: own.couponAbuse, ownFakeOrder: own.fakeOrder,
            isSuspect: own.couponAbuse >= suspectFrom.couponAbuse || own.fakeOrder >= suspectFrom.fakeOrder)
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

    /// One place of a block: the curves over one feature that end at the same knot, those of both heads where they do.
    private struct Lane {
        let feature: Int
        let isLogarithmic: Bool
        let last: Double
        /// By head: the curve before its first knot, less what stands in the base for a missing value.
        let starts: [Double]
        /// The knots of both heads, each with the change of slope by head.
        let bends: [(knot: Double, changes: [Double])]

        /// - Parameter curves: of one feature, by head; nil where the head has no term for it.
        static func lanes(of curves: [Curve?]) -> [Lane] {
            let last = curves.map { $0?.knots.last }
            if curves.contains(where: { $0 == nil }) || Set(last).count == 1 {
                return Lane(curves).map { [$0] } ?? []
            }
            return curves.indices.compactMap { head in
                Lane(curves.indices.map { $0 == head ? curves[$0] : nil })
            }
        }

        private init?(_ curves: [Curve?]) {
            guard let any = curves.compactMap(\.self).first else { return nil }
            feature = any.feature
            isLogarithmic = any.term.transform == .log1p
            last = any.knots.last!
            starts = curves.map { $0.map { $0.start - $0.term.missingPoints } ?? 0 }
            let knots = Set(curves.flatMap { $0?.bends.map(\.knot) ?? [] }).sorted()
            bends = knots.map { knot in
                (knot, curves.map { $0?.bends.first { $0.knot == knot }?.change ?? 0 })
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
