import Foundation
import Testing

@testable import RiskModel

@Suite struct MetricsTests {
    @Test func agreesWithScikitLearn() throws {
        let golden = try Golden.load()
        let labels = golden.labels.map { $0 == 1 }
        for (expected, weights) in [(golden.plain, nil), (golden.weighted, golden.weights)] {
            let ranking = try #require(
                RankingMetrics(scores: golden.scores, labels: labels, weights: weights))
            #expect(abs(ranking.auc - expected.auc) < 1e-12)
            #expect(abs(ranking.prAUC - expected.prAUC) < 1e-12)
            #expect(abs(ranking.ks - expected.ks) < 1e-12)
            for (rate, recall) in expected.recall {
                #expect(abs(ranking.recall(atFalsePositiveRate: Double(rate)!) - recall) < 1e-12)
            }
            let probability = ProbabilityMetrics(
                probabilities: golden.scores, labels: labels, weights: weights)
            #expect(abs(probability.logLoss - expected.logLoss) < 1e-12)
            #expect(abs(probability.brier - expected.brier) < 1e-12)
        }
        let bins = ProbabilityMetrics(probabilities: golden.scores, labels: labels, bins: 10).reliability
        #expect(bins.count == golden.reliability.share.count)
        for (index, bin) in bins.enumerated() {
            #expect(abs(bin.positiveShare - golden.reliability.share[index]) < 1e-12)
            #expect(abs(bin.meanProbability - golden.reliability.mean[index]) < 1e-12)
        }
    }

    @Test func theOrderOfRowsNeverShows() throws {
        let golden = try Golden.load()
        let labels = golden.labels.map { $0 == 1 }
        let forward = try #require(RankingMetrics(scores: golden.scores, labels: labels))
        let back = try #require(RankingMetrics(scores: golden.scores.reversed(), labels: labels.reversed()))
        #expect(forward.auc == back.auc)
        #expect(forward.prAUC == back.prAUC)
        #expect(forward.precision(atTop: 17) == back.precision(atTop: 17))
    }

    @Test func aTieIsHalfAnOrder() throws {
        let ranking = try #require(RankingMetrics(scores: [0.5, 0.5, 0.5], labels: [true, false, false]))
        #expect(ranking.auc == 0.5)
        #expect(ranking.recall(atFalsePositiveRate: 0.9) == 0)
        #expect(abs(ranking.precision(atTop: 1) - 1.0 / 3) < 1e-15)
    }

    @Test func precisionAtTheTop() throws {
        let ranking = try #require(
            RankingMetrics(scores: [0.9, 0.8, 0.8, 0.1], labels: [true, true, false, false]))
        #expect(ranking.precision(atTop: 1) == 1)
        #expect(ranking.precision(atTop: 2) == 0.75)
        #expect(abs(ranking.precision(atTop: 3) - 2.0 / 3) < 1e-15)
        #expect(ranking.precision(atTop: 100) == 0.5)
    }

    @Test func flaggingCountsTheThresholdItself() throws {
        let ranking = try #require(
            RankingMetrics(scores: [0.9, 0.8, 0.7, 0.1], labels: [true, false, true, false]))
        let all = ranking.flagging(from: 0.7)
        #expect(all.recall == 1 && all.falsePositiveRate == 0.5)
        let none = ranking.flagging(from: 0.95)
        #expect(none.precision == 1 && none.recall == 0 && none.falsePositiveRate == 0)
    }

    @Test func oneClassHasNoCurve() {
        #expect(RankingMetrics(scores: [0.1, 0.2], labels: [true, true]) == nil)
        #expect(RankingMetrics(scores: [], labels: []) == nil)
    }

    @Test func certainAndWrongIsBadButFinite() {
        let metrics = ProbabilityMetrics(probabilities: [0, 1], labels: [true, true])
        #expect(metrics.logLoss.isFinite && metrics.logLoss > 10)
        #expect(metrics.brier == 0.5)
    }

    @Test func aComparisonPutsFiguresSideBySide() throws {
        let labels = [true, false, true, false]
        let thresholds = LogisticModel.Thresholds(review: 0.5, high: 0.9)
        let good = try #require(
            HeadEvaluation(probabilities: [0.9, 0.1, 0.8, 0.2], labels: labels, thresholds: thresholds))
        let bad = try #require(
            HeadEvaluation(probabilities: [0.1, 0.9, 0.8, 0.2], labels: labels, thresholds: thresholds))
        let rows = ModelComparison(good, bad).rows
        let auc = try #require(rows.first { $0.name == "auc" })
        #expect(auc == .init(name: "auc", first: 1, second: 0.25, difference: -0.75))
        #expect(rows.map(\.name) == good.figures.map(\.name))
    }
}
