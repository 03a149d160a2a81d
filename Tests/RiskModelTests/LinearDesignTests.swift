import Foundation
import Testing

@testable import RiskModel

@Suite struct LinearDesignTests {
    private func design(_ columns: [[Float]]) -> LinearDesign {
        var set = TrainingSet(columns: columns.indices.map { TrainingColumn("c\($0)") })
        for row in columns[0].indices {
            set.append(columns.map { $0[row] }, label: row % 2 == 0, group: UInt64(row), account: row)
        }
        return LinearDesign(set)
    }

    /// The columns themselves: what a weight of 1 adds to each row.
    private func columns(_ design: LinearDesign) -> [[Double]] {
        (0..<design.columnCount).map { column in
            var weights = [Double](repeating: 0, count: design.columnCount)
            weights[column] = 1
            return design.logits(.init(weights: weights, intercept: 0))
        }
    }

    @Test func unknownIsTheMeanBesideAnIndicator() {
        #expect(columns(design([[1, 3, .nan, .infinity]])) == [[-1, 1, 0, 0], [0, 0, 1, 1]])
    }

    @Test func columnsUnknownTogetherShareAnIndicator() {
        let design = design([[1, 2, .nan, 4], [5, 1, .nan, 2], [.nan, 1, 2, 3], [1, 2, 3, 4]])
        #expect(design.columnCount == 6)
        #expect(columns(design)[4...] == [[0, 0, 1, 0], [1, 0, 0, 0]])
    }

    @Test func constantsDoNotVary() {
        let design = design([[7, 7, 7, 7], [0, 0, 0, 0], [.nan, .nan, .nan, .nan], [0.1, 0.1, .nan, 0.1]])
        #expect(design.varying.isEmpty)
        #expect(design.indicated == [3])
    }

    /// More rows than a block, a chunk and a part hold, in numbers that are no multiples of them.
    @Test func sumsAndSquaresAreThoseOfTheColumns() {
        var dice = Dice(5)
        let rows = 40_007
        let design = design(
            (0..<5).map { _ in (0..<rows).map { _ in dice.uniform() < 0.1 ? .nan : Float(dice.normal()) } })
        let columns = columns(design) + [[Double](repeating: 1, count: rows)]
        let factors = (0..<rows).map { _ in dice.uniform() }
        let sums = design.sums(factors)
        let squares = design.squares(factors)
        for (i, column) in columns.enumerated() {
            #expect(abs(zip(column, factors).reduce(0) { $0 + $1.0 * $1.1 } - sums[i]) < 1e-6 * Double(rows))
            for j in 0...i {
                let exact = (0..<rows).reduce(0) { $0 + factors[$1] * column[$1] * columns[j][$1] }
                #expect(abs(exact - squares[i, j]) < 1e-4 * Double(rows))
            }
        }
    }
}
