import CHotPath

/// The curves of both heads as scoring works them out: sixteen at once, without a branch on what they are.
///
/// A known value adds the curve's start and, for each bend below it, `change · (t − knot)`; an unknown one nothing.
/// `base` holds the missing points of all features; the start, less the missing points, takes a known one's out again,
/// and those of an infinite one are taken out as they are.
struct CompiledCurves: Sendable {
    /// What a curve, or one side of a cross, lies on: a feature or its logarithm.
    struct Axis: Hashable {
        var feature: Int
        var transform: Transform
    }

    /// Those of like transform and about as many bends together; of each block rows of sixteen.
    private let blocks: [pg_block]
    private let features: [UInt16]
    private let rows: [Float]
    private let base: (couponAbuse: Float, fakeOrder: Float)
    /// A lane of each axis.
    private let laneOfAxis: [Axis: Int]

    /// - Parameters:
    ///   - curves: by head, in the order of the vector.
    ///   - intercepts: by head.
    ///   - sides: what must have a lane whether or not a curve lies on it.
    init(_ curves: [[Curve]], intercepts: [Double], sides: [Axis]) {
        var base = intercepts
        var curvesOfFeature: [Int: [Curve?]] = [:]
        for head in curves.indices {
            for curve in curves[head] {
                base[head] += curve.term.missingPoints
                curvesOfFeature[curve.feature, default: curves.map { _ in nil }][head] = curve
            }
        }
        var lanes = curvesOfFeature.keys.sorted().flatMap { Lane.lanes(of: curvesOfFeature[$0]!) }
        for axis in sides where !lanes.contains(where: { $0.axis == axis }) { lanes.append(Lane(axis)) }
        lanes.sort {
            let (a, b) = ($0.bends.count, $1.bends.count)
            return a != b ? a < b : $0.axis.feature < $1.axis.feature
        }

        let width = Int(PG_BLOCK)
        var blocks: [pg_block] = []
        var features: [UInt16] = []
        var rows: [Float] = []
        var laneOfAxis: [Axis: Int] = [:]
        for transform in Transform.allCases {
            let alike = lanes.filter { $0.axis.transform == transform }
            for start in stride(from: 0, to: alike.count, by: width) {
                let lanes = alike[start..<min(start + width, alike.count)]
                func appendRow(_ number: (Lane) -> Double?) {
                    rows += lanes.map { Float(number($0) ?? 0) }
                    rows += [Float](repeating: 0, count: width - lanes.count)
                }
                for (lane, place) in zip(lanes, features.count...) { laneOfAxis[lane.axis] = place }
                let bends = lanes.map(\.bends.count).max()!
                blocks.append(pg_block(logarithmic: transform == .log1p ? 1 : 0, bends: UInt32(bends)))
                features += lanes.map { UInt16($0.axis.feature) }
                // What is left of the last block adds nothing, whatever feature it reads.
                features += [UInt16](repeating: features.last!, count: width - lanes.count)
                appendRow { $0.starts[0] }
                appendRow { $0.starts[1] }
                appendRow { $0.last }
                appendRow { $0.unknown[0] }
                appendRow { $0.unknown[1] }
                for bend in 0..<bends {
                    appendRow { $0.bends.dropFirst(bend).first?.knot }
                    appendRow { $0.bends.dropFirst(bend).first?.changes[0] }
                    appendRow { $0.bends.dropFirst(bend).first?.changes[1] }
                }
            }
        }
        self.blocks = blocks
        self.features = features
        self.rows = rows
        self.base = (Float(base[Risk.couponAbuse.index]), Float(base[Risk.fakeOrder.index]))
        self.laneOfAxis = laneOfAxis
    }

    /// How many lanes `logOdds` fills.
    var laneCount: Int { features.count }

    /// The lane in which `logOdds` leaves the transformed value of an axis that a curve or a side lies on.
    func lane(of axis: Axis) -> Int { laneOfAxis[axis]! }

    /// What all curves and the intercepts add up to in each head.
    /// - Parameter lanes: room for `laneCount` transformed values; what is unknown is not finite there.
    @inline(__always)
    func logOdds(
        _ x: UnsafeBufferPointer<Float>, _ lanes: UnsafeMutableBufferPointer<Float>
    ) -> (couponAbuse: Float, fakeOrder: Float) {
        blocks.withUnsafeBufferPointer { blocks in
            features.withUnsafeBufferPointer { features in
                rows.withUnsafeBufferPointer { rows in
                    let sums = pg_curves(
                        x.baseAddress, features.baseAddress, blocks.baseAddress, UInt32(blocks.count),
                        rows.baseAddress, lanes.baseAddress)
                    return (base.couponAbuse + sums.first, base.fakeOrder + sums.second)
                }
            }
        }
    }

    /// A term of one head with its place in the vector, its knots transformed once.
    struct Curve {
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
        let axis: Axis
        let last: Double
        /// By head: the curve before its first knot, less what stands in the base for a missing value.
        let starts: [Double]
        /// By head: what stands in the base for a missing value.
        let unknown: [Double]
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
            axis = Axis(feature: any.feature, transform: any.term.transform)
            last = any.knots.last!
            starts = curves.map { $0.map { $0.start - $0.term.missingPoints } ?? 0 }
            unknown = curves.map { $0?.term.missingPoints ?? 0 }
            let knots = Set(curves.flatMap { $0?.bends.map(\.knot) ?? [] }).sorted()
            bends = knots.map { knot in
                (knot, curves.map { $0?.bends.first { $0.knot == knot }?.change ?? 0 })
            }
        }

        /// A lane without a curve.
        init(_ axis: Axis) {
            self.axis = axis
            last = 0
            starts = Risk.allCases.map { _ in 0 }
            unknown = starts
            bends = []
        }
    }
}
