import CHotPath

/// The crosses of a model as scoring works them out: sixteen grids at once, without a branch on what they are.
struct CompiledCrosses: Sendable {
    typealias Placed = (first: Int, second: Int, cross: LogisticModel.Cross)

    /// As `pg_crosses` takes them.
    private let blocks: [pg_grids]
    private let sides: [UInt16]
    private let rows: [Float]
    private let shapes: [Int32]
    private let points: [Float]

    /// What the two sides of a cross lie on.
    static func axes(_ placed: Placed) -> [CompiledCurves.Axis] {
        [
            .init(feature: placed.first, transform: placed.cross.first.transform),
            .init(feature: placed.second, transform: placed.cross.second.transform),
        ]
    }

    /// - Parameters:
    ///   - crosses: by head, with the positions of their features.
    ///   - curves: they have a lane for every side.
    init(_ crosses: [[Placed]], on curves: CompiledCurves) {
        let width = Int(PG_BLOCK)
        // What is left of the last block reads these.
        var points: [Float] = [0, 0]
        var blocks: [pg_grids] = []
        var sides: [UInt16] = []
        var rows: [Float] = []
        var shapes: [Int32] = []
        let all = crosses[Risk.couponAbuse.index] + crosses[Risk.fakeOrder.index]
        for start in stride(from: 0, to: all.count, by: width) {
            let grids = all[start..<min(start + width, all.count)]
            let rest = width - grids.count
            let lines = [
                grids.map(\.cross.first.transformedKnots), grids.map(\.cross.second.transformedKnots),
            ]
            let turns = lines.joined().map(\.count).max()! - 2
            blocks.append(
                pg_grids(
                    first: UInt32(min(max(crosses[Risk.couponAbuse.index].count - start, 0), width)),
                    turns: UInt32(turns)))
            for side in 0..<2 {
                sides += grids.map { UInt16(curves.lane(of: CompiledCrosses.axes($0)[side])) }
                sides += [UInt16](repeating: sides.last!, count: rest)
                func appendRow(_ number: ([Double]) -> Double) {
                    rows += lines[side].map { Float(number($0)) }
                    rows += [Float](repeating: .infinity, count: rest)
                }
                appendRow { $0[0] }
                appendRow { $0[1] }
                for turn in 0..<turns {
                    appendRow { turn + 2 < $0.count ? $0[turn + 1] : .infinity }
                    appendRow { turn + 2 < $0.count ? $0[turn + 2] : .infinity }
                }
            }
            var starts: [Int32] = []
            for grid in grids {
                starts.append(Int32(points.count))
                points += grid.cross.points.flatMap { $0.map(Float.init) }
            }
            shapes += starts + [Int32](repeating: 0, count: rest)
            shapes += grids.map { Int32($0.cross.second.knots.count) } + [Int32](repeating: 0, count: rest)
        }
        self.blocks = blocks
        self.sides = sides
        self.rows = rows
        self.shapes = shapes
        self.points = points
    }

    /// What all crosses add to each head's log-odds.
    /// - Parameter lanes: as the curves left them.
    @inline(__always)
    func logOdds(_ lanes: UnsafeBufferPointer<Float>) -> pg_pair {
        blocks.withUnsafeBufferPointer { blocks in
            sides.withUnsafeBufferPointer { sides in
                rows.withUnsafeBufferPointer { rows in
                    shapes.withUnsafeBufferPointer { shapes in
                        points.withUnsafeBufferPointer { points in
                            pg_crosses(
                                lanes.baseAddress, sides.baseAddress, blocks.baseAddress,
                                UInt32(blocks.count),
                                rows.baseAddress, shapes.baseAddress, points.baseAddress)
                        }
                    }
                }
            }
        }
    }
}
