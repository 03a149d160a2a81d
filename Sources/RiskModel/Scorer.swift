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
/// `logits` is the hot path: it reads the raw vector once, transforms it once for both heads and for the crosses, and
/// allocates nothing. It sums in 32-bit floats; `contributions` explains the same sum in doubles.
public struct Scorer: Sendable {
    public let model: LogisticModel
    public let featureNames: [String]
    /// Whether any head weighs the company that accounts keep; if none does, nobody is a suspect.
    public let weighsCompany: Bool

    /// What speaks of an account's own conduct, with the intercepts, and what speaks of its company.
    private let own: CompiledCurves
    private let company: CompiledCurves
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

    /// - Parameters:
    ///   - featureNames: the vector's features, in order. Features without a term weigh nothing.
    ///   - path: the model's file, for errors; its name stands in for it.
    /// - Throws: `unknownFeatures` where a term names a feature that is not among them.
    ///   A head that the model lacks never flags: its log-odds are −∞.
    public init(
        _ model: LogisticModel, featureNames: [String], path: String? = nil
    ) throws(ModelError) {
        try model.validate()
        var positions: [String: Int] = [:]
        for (position, name) in featureNames.enumerated() where positions[name] == nil {
            positions[name] = position
        }
        let unknown = model.featureNames.filter { positions[$0] == nil }
        guard unknown.isEmpty else {
            throw ModelError(model: path ?? model.name, problem: .unknownFeatures(unknown))
        }

        self.model = model
        self.featureNames = featureNames
        weighsCompany = model.heads.values.contains { $0.company != nil }
        var curves: [[CompiledCurves.Curve]] = []
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
                head.terms.map { CompiledCurves.Curve(positions[$0.feature]!, $0) }.sorted {
                    $0.feature < $1.feature
                })
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
        let isCompany = Risk.allCases.map { risk in
            Set((model.heads[risk]?.company?.features ?? []).map { positions[$0] })
        }
        own = CompiledCurves(
            curves.indices.map { head in curves[head].filter { !isCompany[head].contains($0.feature) } },
            intercepts: Risk.allCases.map { model.heads[$0]?.intercept ?? -.infinity },
            sides: crosses.flatMap { $0.flatMap(CompiledCrosses.axes) })
        company = CompiledCurves(
            curves.indices.map { head in curves[head].filter { isCompany[head].contains($0.feature) } },
            intercepts: [0, 0], sides: [])
        let limits = Risk.allCases.map { Float(model.heads[$0]?.company?.suspectFrom ?? .infinity) }
        suspectFrom = (limits[Risk.couponAbuse.index], limits[Risk.fakeOrder.index])
        grids = CompiledCrosses(crosses, on: own)
        tables = curves.map(TermTable.init)
        self.calibrations = calibrations
        self.bases = bases
        self.levels = levels
    }

    // MARK: - The hot path

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
    /// - Parameter x: `featureNames.count` raw values; one that is not finite is unknown, and of nearly everybody where it is
    ///   infinite.
    public func logits(_ x: UnsafeBufferPointer<Float>) -> LogOdds {
        precondition(x.count == featureNames.count, "the vector must have one value a feature")
        let room = max(own.laneCount, company.laneCount)
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { lanes in
            let sums = own.logOdds(x, lanes)
            let pairs = grids.logOdds(UnsafeBufferPointer(lanes))
            let coupon = sums.couponAbuse + pairs.first
            let order = sums.fakeOrder + pairs.second
            let added = company.logOdds(x, lanes)
            return LogOdds(
                couponAbuse: coupon + added.couponAbuse, fakeOrder: order + added.fakeOrder,
                ownCouponAbuse: coupon, ownFakeOrder: order,
                isSuspect: coupon >= suspectFrom.couponAbuse || order >= suspectFrom.fakeOrder)
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
    /// - Parameter least: those that move the sum by less, up or down, are left out, too.
    public func contributions(
        _ x: UnsafeBufferPointer<Float>, _ risk: Risk, atLeast least: Double = 0
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
        var result = amounts.indices.filter { amounts[$0] != 0 && abs(amounts[$0]) >= least }.map {
            Contribution(feature: $0, value: x[$0], contribution: amounts[$0])
        }
        result.sort {
            let (a, b) = (abs($0.contribution), abs($1.contribution))
            return a != b ? a > b : $0.feature < $1.feature
        }
        return result
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

        init(_ curves: [CompiledCurves.Curve]) {
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
            guard x.isFinite else { return x.isNaN ? place.missingPoints : 0 }
            return LogisticModel.Term.logOdds(
                Double(place.transform(x)), knots.span.extracting(place.range),
                points.span.extracting(place.range))
        }
    }
}
