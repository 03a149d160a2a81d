import Foundation
import Testing

@testable import RiskModel

@Suite struct SolverTests {
    private func solver(_ set: TrainingSet) -> LogisticSolver {
        LogisticSolver(
            matrix: DesignMatrix(set), labels: set.labels, sampleWeights: set.weights,
            rows: Array(0..<set.count))
    }

    private func objective(_ solver: LogisticSolver, _ point: LogisticSolver.Point, _ penalty: Double)
        -> Double
    {
        solver.loss(solver.logits(point)) + penalty / 2 * point.weights.reduce(0) { $0 + $1 * $1 }
    }

    @Test func findsTheOptimumOfScikitLearn() throws {
        let golden = try Golden.load()
        let solver = solver(golden.set())
        for expected in golden.fits {
            let point = solver.fit(penalty: expected.penalty)
            #expect(abs(objective(solver, point, expected.penalty) - expected.objective) < 1e-6)
            #expect(abs(point.intercept - expected.intercept) < 1e-5)
            // The fifth column is constant and has no ramp.
            let wantedWeights = expected.weights[..<4] + expected.weights[5...]
            #expect(point.weights.count == wantedWeights.count)
            for (weight, wanted) in zip(point.weights, wantedWeights) {
                #expect(abs(weight - wanted) < 1e-5)
            }
        }
    }

    @Test func holdsSignsAtTheBoundedOptimum() throws {
        let golden = try Golden.load()
        let solver = solver(golden.set(signs: golden.signs))
        let point = solver.fit(penalty: golden.bounded.penalty)
        #expect(abs(objective(solver, point, golden.bounded.penalty) - golden.bounded.objective) < 1e-6)
        let wantedWeights = golden.bounded.weights[..<4] + golden.bounded.weights[5...]
        for (weight, wanted) in zip(point.weights, wantedWeights) {
            #expect(abs(weight - wanted) < 1e-4)
        }
        #expect(point.weights[1] == 0)
        #expect(point.weights[2] == 0)
    }

    /// At a bounded optimum a free weight has no gradient, and one at 0 is pushed outward only.
    @Test(arguments: 0..<6) func endsWhereNoWeightWantsToMove(seed: UInt64) {
        var dice = Dice(seed * 1000)
        let columns = 12
        var set = TrainingSet(
            columns: (0..<columns).map {
                TrainingColumn("c\($0)", sign: [.positive, .negative, .either][Int(dice.uniform() * 3)])
            })
        for row in 0..<150 {
            let shared = dice.normal()
            let values = (0..<columns).map { _ in Float(shared + dice.normal()) }
            set.append(
                values, label: shared + Double(values[0]) + dice.normal() > 1,
                weight: 0.1 + dice.uniform() * 5,
                group: UInt64(row), account: row)
        }
        let solver = solver(set)
        let penalty = 0.01
        let point = solver.fit(penalty: penalty)
        let logits = solver.logits(point)
        for column in 0..<columns {
            var slope = penalty * point.weights[column]
            for row in 0..<set.count {
                let value = Double(solver.matrix.values[row * solver.matrix.stride + column])
                slope +=
                    set.weights[row] * value
                    * (logistic(logits[row]) - (set.labels[row] ? 1 : 0))
            }
            let sign = Double(solver.matrix.signs[column])
            if point.weights[column] == 0, sign != 0 {
                #expect(sign * slope > -1e-4)
            } else {
                #expect(sign * point.weights[column] >= 0)
                #expect(abs(slope) < 1e-4)
            }
        }
    }

    @Test func startingNearChangesNothing() throws {
        let solver = solver(try Golden.load().set())
        let cold = solver.fit(penalty: 1)
        let warm = solver.fit(penalty: 1, start: solver.fit(penalty: 100))
        for (a, b) in zip(cold.weights, warm.weights) { #expect(abs(a - b) < 1e-6) }
    }

    @Test func twinColumnsAndSeparableClassesStayFinite() {
        var set = TrainingSet(columns: [TrainingColumn("a"), TrainingColumn("b")])
        for row in 0..<40 {
            set.append([Float(row), Float(row)], label: row >= 20, group: UInt64(row), account: row)
        }
        let point = solver(set).fit(penalty: 1e-6)
        #expect(point.weights.allSatisfy { $0.isFinite && $0 > 0 })
        #expect(abs(point.weights[0] - point.weights[1]) < 1e-3 * point.weights[0])
    }
}

@Suite struct DesignMatrixTests {
    private func matrix(_ columns: [[Float]]) -> DesignMatrix {
        var set = TrainingSet(columns: columns.indices.map { TrainingColumn("c\($0)") })
        for row in columns[0].indices {
            set.append(columns.map { $0[row] }, label: row % 2 == 0, group: UInt64(row), account: row)
        }
        return DesignMatrix(set)
    }

    @Test func unknownIsTheMeanBesideAnIndicator() {
        let matrix = matrix([[1, 3, .nan, .infinity]])
        #expect(matrix.features[0].knots == [1, 3])
        #expect(matrix.features[0].ramps[0].mean == 1)
        #expect(matrix.features[0].ramps[0].scale == 1)
        #expect(matrix.columnCount == 2)
        let rows = (0..<4).map { Array(matrix.values[$0 * matrix.stride..<$0 * matrix.stride + 4]) }
        #expect(rows == [[-1, 0, 1, 0], [1, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0]])
    }

    @Test func featuresUnknownTogetherShareAnIndicator() {
        let matrix = matrix([[1, 2, .nan, 4], [5, 1, .nan, 2], [.nan, 1, 2, 3], [1, 2, 3, 4]])
        #expect(matrix.columnCount == matrix.features.reduce(2) { $0 + $1.ramps.count })
        #expect(matrix.features[0].indicator?.column == matrix.features[1].indicator?.column)
        #expect(matrix.features[0].indicator?.shares == 2)
        #expect(matrix.features[2].indicator?.shares == 1)
        #expect(matrix.features[3].indicator == nil)
    }

    @Test func rareUnknownsGetNoIndicator() {
        let almostKnown = (0..<1000).map { Float($0 < 4 ? .nan : Double($0)) }
        let almostUnknown = (0..<1000).map { Float($0 < 996 ? .nan : Double($0)) }
        let enough = (0..<1000).map { Float($0 < 5 ? .nan : Double($0)) }
        let matrix = matrix([almostKnown, almostUnknown, enough])
        #expect(matrix.features.map { $0.indicator != nil } == [false, false, true])
    }

    @Test func constantsDoNotVary() {
        let matrix = matrix([[7, 7, 7, 7], [0, 0, 0, 0], [.nan, .nan, .nan, .nan], [0.1, 0.1, .nan, 0.1]])
        #expect(matrix.features.allSatisfy { $0.ramps.isEmpty })
        #expect(matrix.features.map(\.knots) == [[7], [0], [], [0.1]])
    }

    /// Knots part what lies above the least value, so that many zeros leave room for the tail.
    @Test func knotsAreQuantilesOfWhatIsAboveTheLeast() {
        var set = TrainingSet(columns: [
            TrainingColumn("zeros"), TrainingColumn("two"), TrainingColumn("even"),
        ])
        for row in 0..<4000 {
            let tail = row % 10 == 0 ? Float(row / 10 + 1) : 0
            set.append(
                [tail, Float(row % 2), Float(row)], label: row % 3 == 0, group: UInt64(row), account: row)
        }
        let features = DesignMatrix(set, segments: 4).features
        #expect(features[0].knots.count == 5)
        #expect(features[0].knots[0] == 0 && features[0].knots[4] == 400)
        for (knot, wanted) in zip(features[0].knots.dropFirst(), [89.0, 200, 311]) {
            #expect(abs(knot - wanted) < 5)
        }
        #expect(features[1].knots == [0, 1])
        #expect(features[2].knots.first == 0 && features[2].knots.last == 3999)
        #expect(features[2].ramps.count == 4)
    }

    /// Weights of the ramps are slopes: with the same slope everywhere their sum is the one-segment column.
    @Test func rampsOfAllSegmentsAddUpToTheStraightLine() {
        var dice = Dice(3)
        var set = TrainingSet(columns: [TrainingColumn("a", transform: .log1p)])
        for row in 0..<500 {
            set.append([Float(exp(dice.normal()))], label: row % 4 == 0, group: UInt64(row), account: row)
        }
        let line = DesignMatrix(set)
        let fine = DesignMatrix(set, segments: 5)
        for row in 0..<set.count {
            let straight = Double(line.values[row * line.stride]) * line.features[0].ramps[0].scale
            let sum = fine.features[0].ramps.enumerated().reduce(0) {
                $0 + Double(fine.values[row * fine.stride + $1.0]) * $1.1.scale
            }
            #expect(abs(straight - sum) < 1e-5)
        }
    }
}
