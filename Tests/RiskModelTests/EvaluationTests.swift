import Foundation
import Testing

@testable import RiskModel

/// What scikit-learn found on the data of Golden/make_evaluation_golden.py.
private struct EvaluationGolden: Decodable {
    let labels: [Int]
    let scores, stakes, saved: [Double]
    let review, high: Double
    let figures: [String: Double]
    let aucInterval: [Double]

    static func load() throws -> EvaluationGolden {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/evaluation.json")
        return try JSONDecoder().decode(EvaluationGolden.self, from: Data(contentsOf: file))
    }

    var thresholds: LogisticModel.Thresholds { .init(review: review, high: high) }

    var scored: ScoredAccounts {
        ScoredAccounts(
            probabilities: scores, labels: labels.map { $0 == 1 }, groups: scores.indices.map { $0 / 3 },
            stakes: zip(stakes, saved).map { .init(totalFen: $0, savedFen: $1) })
    }
}

@Suite struct EvaluationTests {
    @Test func figuresAgreeWithScikitLearn() throws {
        let golden = try EvaluationGolden.load()
        let evaluation = try #require(golden.scored.evaluation(thresholds: golden.thresholds, capacity: 40))
        let figures = Dictionary(uniqueKeysWithValues: evaluation.figures.map { ($0.name, $0.value) })
        for (name, expected) in golden.figures {
            let found = try #require(figures[name], "\(name)")
            #expect(abs(found - expected) <= 1e-12 * max(1, abs(expected)), "\(name)")
        }
        #expect(figures["review_capacity"] == 40)
        #expect(figures["precision_at_capacity"] == evaluation.ranking.precision(atTop: 40))
    }

    @Test func intervalsAgreeWithNumPyAndHoldTheFigure() throws {
        let golden = try EvaluationGolden.load()
        let draws = Bootstrap().figures(golden.scored, thresholds: golden.thresholds)
        let evaluation = try #require(golden.scored.evaluation(thresholds: golden.thresholds))
        let auc = try #require(evaluation.figures.firstIndex { $0.name == "auc" })
        let interval = try #require(Interval.ofFigures(draws)[auc])
        let width = golden.aucInterval[1] - golden.aucInterval[0]
        #expect(abs(interval.low - golden.aucInterval[0]) < 0.25 * width)
        #expect(abs(interval.high - golden.aucInterval[1]) < 0.25 * width)
        #expect(interval.low < evaluation.ranking.auc && evaluation.ranking.auc < interval.high)
    }

    @Test func drawsAreTheSameEachTimeAndAnotherSeedGivesOthers() throws {
        let golden = try EvaluationGolden.load()
        func draws(_ seed: UInt64) -> [[Double]] {
            Bootstrap(draws: 20, seed: seed).figures(golden.scored, thresholds: golden.thresholds)
        }
        let first = draws(1)
        #expect(first == draws(1))
        #expect(first != draws(2))
        #expect(Set(first.map { $0[2] }).count > 15)
    }

    @Test func aDrawIsOfWholeGroups() throws {
        let times = Bootstrap().times(3, of: 200)
        #expect(times.reduce(0) { $0 + Int($1) } == 200)
        // Drawn with replacement, about 1/e of the groups are left out.
        #expect((50...100).contains(times.count { $0 == 0 }))
        // Ten gangs of which only one holds abusers: some draws miss it and have no figures.
        let scored = ScoredAccounts(
            probabilities: (0..<40).map { Double($0) / 40 }, labels: (0..<40).map { $0 >= 36 },
            groups: (0..<40).map { $0 / 4 })
        let draws = Bootstrap(draws: 100).figures(scored, thresholds: .init(review: 0.5, high: 0.9))
        let empty = draws.count(where: \.isEmpty)
        #expect((15...60).contains(empty))
    }

    @Test func aDrawsFiguresAreThoseOfItsAccountsAsOftenAsTheyCameUp() throws {
        // Few distinct probabilities, so that there are ties, at both ends of the range, too.
        let count = 400
        let probabilities = (0..<count).map { Double(mix(UInt64($0)) % 41) / 40 }
        let labels = (0..<count).map { Double(mix(UInt64($0 + 1000)) % 40) / 40 < probabilities[$0] }
        let scored = ScoredAccounts(
            probabilities: probabilities, labels: labels, weights: (0..<count).map { Double(1 + $0 % 3) / 2 },
            groups: (0..<count).map { $0 % 150 },
            stakes: (0..<count).map { .init(totalFen: Double($0), savedFen: Double($0 / 2)) })
        let thresholds = LogisticModel.Thresholds(review: 0.5, high: 0.8)
        let bootstrap = Bootstrap(draws: 30)
        let draws = bootstrap.figures(scored, thresholds: thresholds, capacity: 60)
        for (draw, figures) in draws.enumerated() {
            let times = bootstrap.times(draw, of: 150)
            let rows = (0..<count).flatMap { Array(repeating: $0, count: Int(times[$0 % 150])) }
            let naive = try #require(scored.part(rows).evaluation(thresholds: thresholds, capacity: 60))
            try #require(figures.count == naive.figures.count)
            // How many accounts there are is not drawn.
            for (figure, value) in zip(naive.figures, figures).dropFirst(2) {
                #expect(
                    abs(figure.value - value) <= 1e-9 * max(1, abs(figure.value)),
                    "\(figure.name), draw \(draw)")
            }
        }
    }

    @Test func ofMillionsOfGroupsThereAreFewerDraws() {
        let bootstrap = Bootstrap()
        #expect(bootstrap.draws(of: 20_000) == 500)
        #expect(bootstrap.draws(of: 1_000_000) == 500)
        #expect(bootstrap.draws(of: 5_000_000) == 200)
        #expect(Bootstrap(draws: 20).draws(of: 5_000_000) == 20)
    }

    @Test func aModelDoesNotDifferFromItself() throws {
        let golden = try EvaluationGolden.load()
        let measurement = try #require(
            HeadMeasurement(
                head: "x",
                models: ["a", "b"].map { ($0, golden.thresholds, golden.scored) },
                bootstrap: Bootstrap(draws: 50)))
        #expect(measurement.differences.allSatisfy { $0 == Interval(low: 0, high: 0) })
        #expect(measurement.disagreements(limit: 10).isEmpty)
    }

    @Test func disagreementsAreThoseThatOneFlagsAlone() throws {
        let labels = [true, false, true, false]
        func scored(_ probabilities: [Double]) -> ScoredAccounts {
            ScoredAccounts(probabilities: probabilities, labels: labels)
        }
        let thresholds = LogisticModel.Thresholds(review: 0.5, high: 0.9)
        let measurement = try #require(
            HeadMeasurement(
                head: "x",
                models: [
                    ("a", thresholds, scored([0.9, 0.1, 0.6, 0.45])),
                    ("b", thresholds, scored([0.8, 0.7, 0.4, 0.1])),
                ], bootstrap: Bootstrap(draws: 5)))
        #expect(measurement.disagreements(limit: 9) == [1, 2])
        #expect(measurement.disagreements(limit: 1) == [1])
    }

    @Test func aPartIsMeasuredByItself() throws {
        let golden = try EvaluationGolden.load()
        var measurement = try #require(
            HeadMeasurement(
                head: "x", models: [("a", golden.thresholds, golden.scored)], bootstrap: Bootstrap(draws: 2)))
        measurement.measure(.week, "2026-06-01", rows: Array(0..<300))
        measurement.measure(.week, "2026-06-08", rows: [golden.labels.firstIndex(of: 0)!])
        #expect(measurement.parts[0].accounts == 300)
        #expect(measurement.parts[0].positives == golden.labels.prefix(300).reduce(0, +))
        #expect(measurement.parts[0].evaluations[0] != nil)
        #expect(measurement.parts[1].evaluations[0] == nil)
    }
}
