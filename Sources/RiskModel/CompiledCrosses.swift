import CHotPath

/// The crosses of a model as scoring works them out: one after another, without a branch on what they are.
struct CompiledCrosses: Sendable {
    /// One side of a grid: a feature and its lines.
    private struct Side: BitwiseCopyable {
        var feature = 0
        /// Where the feature's logarithm stands among those that are taken; below 0 when its lines lie on the value.
        var logarithm = -1
        var lines = 0
        /// Transformed; beyond the last line nothing is reached.
        var knots = SIMD8<Float>(repeating: .infinity)
    }

    /// One grid.
    private struct Grid: BitwiseCopyable {
        var first = Side()
        var second = Side()
        var isCouponAbuse = false
        /// Its points' place in the list of all grids' points.
        var start = 0
    }

    /// Features whose logarithms are taken, eight at once; what is left of the last eight repeats one of them.
    private let logarithmic: [UInt16]
    private let grids: [Grid]
    private let points: [Float]

    /// - Parameter crosses: by head, with the positions of their features.
    init(_ crosses: [[(first: Int, second: Int, cross: LogisticModel.Cross)]]) {
        var logarithmic: [UInt16] = []
        func side(_ feature: Int, _ side: LogisticModel.Cross.Side) -> Side {
            precondition(
                side.knots.count <= SIMD8<Float>.scalarCount, "a grid has at most eight lines a side")
            var result = Side(feature: feature, lines: side.knots.count)
            if side.transform == .log1p {
                if !logarithmic.contains(UInt16(feature)) { logarithmic.append(UInt16(feature)) }
                result.logarithm = logarithmic.firstIndex(of: UInt16(feature))!
            }
            for (line, knot) in side.transformedKnots.enumerated() { result.knots[line] = Float(knot) }
            return result
        }
        var grids: [Grid] = []
        var points: [Float] = []
        for head in crosses.indices {
            for (first, second, cross) in crosses[head] {
                grids.append(
                    Grid(
                        first: side(first, cross.first), second: side(second, cross.second),
                        isCouponAbuse: head == Risk.couponAbuse.index, start: points.count))
                points += cross.points.flatMap { $0.map(Float.init) }
            }
        }
        while logarithmic.count % Int(PG_BLOCK) != 0 { logarithmic.append(logarithmic[0]) }
        self.logarithmic = logarithmic
        self.grids = grids
        self.points = points
    }

    /// What all crosses add to each head's log-odds.
    @inline(__always)
    func logOdds(_ x: UnsafeBufferPointer<Float>) -> (couponAbuse: Float, fakeOrder: Float) {
        guard !grids.isEmpty else { return (0, 0) }
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: logarithmic.count) { logarithms in
            logarithmic.withUnsafeBufferPointer {
                pg_log1p_of(
                    x.baseAddress, $0.baseAddress, UInt32($0.count) / UInt32(PG_BLOCK), logarithms.baseAddress
                )
            }
            return sum(x, UnsafeBufferPointer(logarithms))
        }
    }

    @inline(__always)
    private func sum(
        _ x: UnsafeBufferPointer<Float>, _ logarithms: UnsafeBufferPointer<Float>
    ) -> (couponAbuse: Float, fakeOrder: Float) {
        var sums = (couponAbuse: Float(0), fakeOrder: Float(0))
        grids.withUnsafeBufferPointer { grids in
            points.withUnsafeBufferPointer { points in
                for grid in grids {
                    let (a, b) = (x[grid.first.feature], x[grid.second.feature])
                    guard a.isFinite, b.isFinite else { continue }
                    let (row, f) = Self.place(a, grid.first, logarithms)
                    let (column, g) = Self.place(b, grid.second, logarithms)
                    let near = grid.start + row * grid.second.lines + column
                    let far = near + grid.second.lines
                    let low = points[near] + (points[near + 1] - points[near]) * g
                    let high = points[far] + (points[far + 1] - points[far]) * g
                    let amount = low + (high - low) * f
                    if grid.isCouponAbuse { sums.couponAbuse += amount } else { sums.fakeOrder += amount }
                }
            }
        }
        return sums
    }

    /// The line before a value, and how far it is towards the next, 0…1.
    @inline(__always)
    private static func place(
        _ x: Float, _ side: Side, _ logarithms: UnsafeBufferPointer<Float>
    ) -> (line: Int, fraction: Float) {
        let t = side.logarithm < 0 ? x : logarithms[side.logarithm]
        var line = 0
        while line + 2 < side.lines, t >= side.knots[line + 1] { line += 1 }
        let (low, high) = (side.knots[line], side.knots[line + 1])
        return (line, min(max((t - low) / (high - low), 0), 1))
    }
}
