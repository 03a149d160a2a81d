import Foundation
import Testing

@testable import RiskModel

@Suite struct CurveDesignTests {
    /// Zeros and a tail, two values, and evenly spread ones.
    private func set(_ rows: Int = 4000) -> TrainingSet {
        var set = TrainingSet(columns: [
            TrainingColumn("zeros"), TrainingColumn("two"), TrainingColumn("even", transform: .log1p),
            TrainingColumn("constant"),
        ])
        for row in 0..<rows {
            let tail = row % 10 == 0 ? Float(row / 10 + 1) : 0
            set.append(
                [row % 7 == 3 ? .nan : tail, Float(row % 2), Float(row), 3], label: row % 3 == 0,
                weight: 1 + Double(row % 3), group: UInt64(row), account: row)
        }
        return set
    }

    private func curves(_ set: TrainingSet, segments: Int) -> CurveDesign {
        CurveDesign(
            rowCount: set.count,
            blocks: set.columns.indices.compactMap {
                CurveDesign.Block(
                    curve: $0, of: set, CurveKnots(set, $0, segments: segments), smoothness: 1,
                    holdsSign: false)
            })
    }

    @Test func knotsLeaveEnoughRowsInEveryStretch() {
        let set = set()
        let zeros = CurveKnots(set, 0, segments: 8)
        #expect(zeros.raw.first == 0)
        #expect(zeros.raw.count > 4 && zeros.raw == zeros.raw.sorted())
        let tail = (0..<set.count).map { set.values[$0 * 4] }.filter { $0.isFinite }.map(Double.init)
        for (low, high) in zip(zeros.raw, zeros.raw.dropFirst()) {
            #expect(tail.count { $0 > low && $0 <= high } >= 6)
        }
        // The greatest value is alone; the last knot is not.
        #expect(tail.count { $0 >= zeros.raw.last! } >= 6)
        #expect(CurveKnots(set, 1, segments: 8).raw == [0, 1])
        #expect(CurveKnots(set, 3, segments: 8).raw == [3])
    }

    @Test func aConstantHasNoCurve() { #expect(curves(set(), segments: 4).blocks.count == 3) }

    @Test func aCurveHasNoSumOverTheKnownRows() {
        let set = set()
        let design = curves(set, segments: 6)
        for block in design.blocks.indices {
            var weights = [Double](repeating: 0, count: design.columnCount)
            for (place, column) in design.range(block).enumerated() { weights[column] = Double(place) - 1.5 }
            let logits = design.logits(.init(weights: weights, intercept: 0))
            let known = (0..<set.count).filter { set.values[$0 * 4 + block].isFinite }
            #expect(abs(known.reduce(0) { $0 + set.weights[$1] * logits[$1] }) < 1e-3)
        }
    }

    /// Curves and crosses together: sums and squares are those of the columns that `logits` adds up.
    @Test func sumsAndSquaresAreThoseOfTheColumns() throws {
        let set = set(3001)
        let sides = try [0, 1, 2].map { try #require(GridSide(set, set, $0)) }
        let crosses = [CrossGrid(sides[0], sides[2]), CrossGrid(sides[2], sides[1])]
        let curves = curves(set, segments: 5)
        let design = CurveDesign(
            rowCount: set.count,
            blocks: curves.blocks
                + crosses.map { CurveDesign.Block(cross: $0, ridge: 2, set.weights) })
        var columns = (0..<design.columnCount).map { column in
            var weights = [Double](repeating: 0, count: design.columnCount)
            weights[column] = 1
            return design.logits(.init(weights: weights, intercept: 0))
        }
        columns.append([Double](repeating: 1, count: set.count))
        var dice = Dice(3)
        let factors = (0..<set.count).map { _ in dice.uniform() }
        let sums = design.sums(factors)
        let squares = design.squares(factors)
        for i in columns.indices {
            let sum = zip(columns[i], factors).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(sum - sums[i]) < 1e-3)
            for j in 0...i {
                let exact = factors.indices.reduce(0) { $0 + factors[$1] * columns[i][$1] * columns[j][$1] }
                #expect(abs(exact - squares[i, j]) < 0.02)
            }
        }
    }

    @Test func aHeldCurveOnlyRises() {
        var dice = Dice(8)
        var set = TrainingSet(columns: [TrainingColumn("a", sign: .positive)])
        for row in 0..<2000 {
            let x = dice.uniform() * 10
            let chance = 0.1 + 0.5 * abs(sin(x))
            set.append([Float(x)], label: dice.uniform() < chance, group: UInt64(row), account: row)
        }
        let knots = CurveKnots(set, 0, segments: 8)
        func points(_ holds: Bool) -> [Double] {
            let block = CurveDesign.Block(curve: 0, of: set, knots, smoothness: 0, holdsSign: holds)!
            let design = CurveDesign(rowCount: set.count, blocks: [block])
            let fit = LogisticSolver(design: design, labels: set.labels, sampleWeights: set.weights)
                .fit(design.penalty(0.1))
            return Array(block.values(fit.point.weights[...]).prefix(knots.raw.count))
        }
        #expect(points(true) == points(true).sorted())
        #expect(points(false) != points(false).sorted())
    }
}
