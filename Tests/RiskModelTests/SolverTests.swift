import Foundation
import Testing

@testable import RiskModel

@Suite struct SolverTests {
    private func solver(
        _ set: TrainingSet, standardises: Bool = true, positiveWeight: Double = 1
    ) -> LogisticSolver<LinearDesign> {
        LogisticSolver(
            design: LinearDesign(set, standardises: standardises), labels: set.labels,
            sampleWeights: zip(set.weights, set.labels).map { $1 ? $0 * positiveWeight : $0 })
    }

    private func objective(
        _ solver: LogisticSolver<LinearDesign>, _ point: LogisticPoint, _ penalty: Double
    ) -> Double {
        solver.loss(solver.design.logits(point)) + penalty / 2 * point.weights.reduce(0) { $0 + $1 * $1 }
    }

    private func ridge(_ penalty: Double, _ solver: LogisticSolver<LinearDesign>) -> Penalty {
        Penalty(ridge: penalty, columns: solver.design.columnCount)
    }

    @Test func findsTheOptimumOfScikitLearn() throws {
        let golden = try Golden.load()
        #expect(Set(golden.fits.map(\.standardised)).count == 2)
        #expect(Set(golden.fits.map(\.positiveWeight)).count > 1)
        for expected in golden.fits {
            let solver = solver(
                golden.set(), standardises: expected.standardised, positiveWeight: expected.positiveWeight)
            let point = solver.fit(ridge(expected.penalty, solver)).point
            #expect(abs(objective(solver, point, expected.penalty) - expected.objective) < 1e-6)
            #expect(abs(point.intercept - expected.intercept) < 1e-5)
            // The fifth column is constant and has no weight.
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
        let point = solver.fit(ridge(golden.bounded.penalty, solver)).point
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
        let point = solver.fit(ridge(penalty, solver)).point
        let logits = solver.design.logits(point)
        let gradient = solver.design.sums(
            logits.indices.map { set.weights[$0] * (logistic(logits[$0]) - (set.labels[$0] ? 1 : 0)) })
        for column in 0..<columns {
            let slope = penalty * point.weights[column] + gradient[column]
            let sign = Double(solver.design.signs[column])
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
        let cold = solver.fit(ridge(1, solver))
        let warm = solver.fit(ridge(1, solver), start: solver.fit(ridge(100, solver)))
        for (a, b) in zip(cold.point.weights, warm.point.weights) { #expect(abs(a - b) < 1e-6) }
    }

    @Test func twinColumnsAndSeparableClassesStayFinite() {
        var set = TrainingSet(columns: [TrainingColumn("a"), TrainingColumn("b")])
        for row in 0..<40 {
            set.append([Float(row), Float(row)], label: row >= 20, group: UInt64(row), account: row)
        }
        let solver = solver(set)
        let point = solver.fit(ridge(1e-6, solver)).point
        #expect(point.weights.allSatisfy { $0.isFinite && $0 > 0 })
        #expect(abs(point.weights[0] - point.weights[1]) < 1e-3 * point.weights[0])
    }
}
