import Foundation
import Testing

@testable import RiskModel

@Suite struct TransformTests {
    @Test func logarithmIsAccurateOverItsRange() {
        var values: [Float] = [
            0, 1e-38, 1e-30, 1e-10, 1e-7, 0.4142, 0.5, 0.999_999_9, 1, 2, 1e6, 1e15, 1e30, 1e38,
        ]
        values += (0..<4000).map { Float(pow(10, Double($0) / 4000 * 60 - 30)) }
        for value in values {
            let exact = Foundation.log1p(Double(value))
            let error = abs(Double(Transform.log1p(value)) - exact)
            #expect(error <= 5e-7 * exact, "ln(1 + \(value))")
        }
    }

    @Test func logarithmOfZeroAndBelowIsZero() {
        for value: Float in [0, -0.0, -1e-30, -0.5, -1, -1e20] { #expect(Transform.log1p(value) == 0) }
    }

    @Test(arguments: Transform.allCases) func whatIsNotFiniteIsUnknown(transform: Transform) {
        for value in [Float.nan, .signalingNaN, .infinity, -.infinity] { #expect(transform(value).isNaN) }
    }

    @Test func identityKeepsTheValue() { #expect(Transform.identity(-3.25) == -3.25) }
}

@Suite struct ScorerTests {
    static let names = (0..<37).map { "f\($0)" }

    /// Both heads over some of the features each, in an order that is not the vector's.
    static func model(_ seed: UInt64, features: [String] = names) -> LogisticModel {
        var dice = Dice(seed)
        var heads: [Risk: LogisticModel.Head] = [:]
        for risk in Risk.allCases {
            let terms = features.indices.reversed().filter { $0 % 5 != risk.index + 1 }.map { index in
                // One to six knots, other ones in each head.
                var knot = dice.normal() * 0.3
                let knots = (0...index % 6).map { _ in
                    knot = max(knot, 0) + 0.2 + dice.uniform()
                    return knot
                }
                return LogisticModel.Term(
                    feature: features[index], transform: index % 3 == 0 ? .identity : .log1p,
                    knots: knots, points: knots.map { _ in dice.normal() }, missingPoints: dice.normal())
            }
            heads[risk] = .init(
                intercept: -3 - Double(risk.index), terms: terms,
                calibration: .init(slope: 0.8 + 0.3 * Double(risk.index), intercept: 0.25),
                thresholds: .init(review: 0.2, high: 0.9))
        }
        return LogisticModel(name: "made up", training: .init(data: "none", commands: []), heads: heads)
    }

    static func vector(_ dice: inout Dice, _ count: Int) -> [Float] {
        (0..<count).map { _ in
            switch dice.uniform() {
            case ..<0.2: .nan
            case ..<0.25: .infinity
            case ..<0.4: 0
            default: Float(exp(dice.normal() * 1.5) - 0.5)
            }
        }
    }

    /// Counts around whole blocks of lanes, and fewer than one block.
    @Test(arguments: [1, 5, 7, 8, 9, 15, 16, 17, 31, 37])
    func agreesWithTheFormula(count: Int) throws {
        let names = Array(Self.names.prefix(count))
        let model = Self.model(UInt64(count), features: names)
        let scorer = try Scorer(model, featureNames: names)
        var dice = Dice(99)
        for _ in 0..<50 {
            let vector = Self.vector(&dice, count)
            let values = Dictionary(uniqueKeysWithValues: zip(names, vector))
            let logits = vector.withUnsafeBufferPointer { scorer.logits($0) }
            for (risk, logit) in [(Risk.couponAbuse, logits.couponAbuse), (.fakeOrder, logits.fakeOrder)] {
                let exact = model.logit(risk) { values[$0]! }!
                #expect(abs(Double(logit) - exact) < 1e-4)
            }
        }
    }

    /// Grids around whole blocks, of two to six lines a side, some over features that have no curve.
    @Test(arguments: [(0, 1), (3, 2), (16, 0), (15, 17), (20, 30)])
    func crossesAgreeWithTheFormula(counts: (Int, Int)) throws {
        var model = Self.model(21, features: Array(Self.names.prefix(30)))
        var dice = Dice(22)
        for (risk, count) in [(Risk.couponAbuse, counts.0), (.fakeOrder, counts.1)] {
            model.heads[risk]!.crosses = (0..<count).map { index in
                func side(_ feature: Int, lines: Int) -> LogisticModel.Cross.Side {
                    var knot = dice.uniform()
                    let knots = (0..<lines).map { _ in
                        knot += 0.2 + dice.uniform()
                        return knot
                    }
                    return .init(
                        feature: Self.names[feature], transform: feature % 3 == 0 ? .identity : .log1p,
                        knots: knots)
                }
                let (rows, columns) = (2 + index % 5, 2 + index % 3)
                return LogisticModel.Cross(
                    first: side(index % 37, lines: rows), second: side((index * 7 + 3) % 37, lines: columns),
                    points: (0..<rows).map { _ in (0..<columns).map { _ in dice.normal() } })
            }
        }
        let scorer = try Scorer(model, featureNames: Self.names)
        for _ in 0..<50 {
            let vector = Self.vector(&dice, Self.names.count)
            let values = Dictionary(uniqueKeysWithValues: zip(Self.names, vector))
            let logits = vector.withUnsafeBufferPointer { scorer.logits($0) }
            for (risk, logit) in [(Risk.couponAbuse, logits.couponAbuse), (.fakeOrder, logits.fakeOrder)] {
                let exact = model.logit(risk) { values[$0]! }!
                #expect(abs(Double(logit) - exact) < 2e-4)
            }
        }
    }

    /// Wide vectors, narrow ones and fused multiply-add would round differently; the sums were taken with and without
    /// AVX2.
    @Test func sumsToTheSameBitsOnEveryMachine() throws {
        var dice = Dice(7)
        var heads: [Risk: LogisticModel.Head] = [:]
        for risk in Risk.allCases {
            let terms = Self.names.enumerated().map { index, name in
                let knots = (1...1 + index % 5).map { Double($0) + dice.uniform() / 2 }
                return LogisticModel.Term(
                    feature: name, transform: index % 4 == 0 ? .identity : .log1p, knots: knots,
                    points: knots.map { _ in dice.uniform() * 4 - 2 }, missingPoints: dice.uniform())
            }
            heads[risk] = .init(
                intercept: -2, terms: terms, calibration: .init(slope: 1, intercept: 0),
                thresholds: .init(review: 0.2, high: 0.9))
        }
        let model = LogisticModel(
            name: "made up", training: .init(data: "none", commands: []), heads: heads)
        let scorer = try Scorer(model, featureNames: Self.names)
        var digest: UInt64 = 0
        for _ in 0..<500 {
            let vector = Self.names.map { _ in dice.uniform() < 0.2 ? .nan : Float(dice.uniform() * 8) }
            let logits = vector.withUnsafeBufferPointer { scorer.logits($0) }
            for logit in [logits.couponAbuse, logits.fakeOrder] {
                digest = digest &* 0x100_0000_01b3 ^ UInt64(logit.bitPattern)
            }
        }
        #expect(digest == 599_959_192_321_071_026)
    }

    @Test func companyAddsToOwnConductAndMakesNobodyASuspect() throws {
        func term(_ feature: String, _ slope: Double) -> LogisticModel.Term {
            .init(feature: feature, transform: .identity, knots: [0, 1], points: [0, slope])
        }
        let head = LogisticModel.Head(
            intercept: -3, terms: [term("own", 4), term("company", 5)],
            calibration: .init(slope: 1, intercept: 0), thresholds: .init(review: 0.5, high: 0.9),
            company: .init(suspectFrom: 0, features: ["company"]))
        let model = LogisticModel(
            name: "two stages", training: .init(data: "none", commands: []), heads: [.couponAbuse: head])
        let scorer = try Scorer(model, featureNames: ["company", "own"])
        func logits(_ own: Float, _ company: Float) -> Scorer.LogOdds {
            [company, own].withUnsafeBufferPointer { scorer.logits($0) }
        }
        #expect(logits(0.5, 1).couponAbuse == 4)
        #expect(logits(0.5, 1).ownCouponAbuse == -1)
        #expect(!logits(0.5, 1).isSuspect)
        #expect(logits(0.75, .nan).isSuspect)
        #expect(scorer.weighsCompany)
        #expect(try !Scorer(Self.model(3), featureNames: Self.names).weighsCompany)
    }

    @Test func aCurveIsStraightBetweenKnotsAndFlatBeyond() {
        let term = LogisticModel.Term(
            feature: "a", transform: .identity, knots: [1, 3, 4], points: [-1, 1, 0.5], missingPoints: 0.25)
        for (x, wanted) in [(-9, -1), (1, -1), (2, 0), (3, 1), (3.5, 0.75), (4, 0.5), (99, 0.5)] {
            #expect(abs(term.logOdds(Float(x)) - wanted) < 1e-12)
        }
        #expect(term.logOdds(.nan) == 0.25)
    }

    @Test func anUnalignedVectorScoresTheSame() throws {
        let scorer = try Scorer(Self.model(3), featureNames: Self.names)
        var dice = Dice(4)
        let vector = Self.vector(&dice, Self.names.count)
        let aligned = vector.withUnsafeBufferPointer { scorer.logits($0) }
        let shifted = ([0] + vector).withUnsafeBufferPointer {
            scorer.logits(UnsafeBufferPointer(rebasing: $0.dropFirst()))
        }
        #expect(aligned == shifted)
    }

    @Test(arguments: Risk.allCases) func contributionsAddUpToTheCalibratedLogOdds(risk: Risk) throws {
        let model = Self.model(11)
        let scorer = try Scorer(model, featureNames: Self.names)
        var dice = Dice(12)
        for _ in 0..<20 {
            let vector = Self.vector(&dice, Self.names.count)
            let values = Dictionary(uniqueKeysWithValues: zip(Self.names, vector))
            let contributions = vector.withUnsafeBufferPointer { scorer.contributions($0, risk) }
            let sum = contributions.reduce(scorer.base(risk)) { $0 + $1.contribution }
            let calibrated = model.heads[risk]!.calibration(model.logit(risk) { values[$0]! }!)
            #expect(abs(sum - calibrated) < 1e-9)
            let strong = vector.withUnsafeBufferPointer { scorer.contributions($0, risk, atLeast: 0.5) }
            #expect(
                strong.map(\.feature) == contributions.filter { abs($0.contribution) >= 0.5 }.map(\.feature))
            for (one, next) in zip(contributions, contributions.dropFirst()) {
                let (a, b) = (abs(one.contribution), abs(next.contribution))
                #expect(a > b || (a == b && one.feature < next.feature))
            }
            for one in contributions {
                let value = vector[one.feature]
                #expect(one.value == value || (one.value.isNaN && value.isNaN))
            }
        }
    }

    @Test(arguments: Risk.allCases) func rawThresholdsAreTheFirstThatReachTheProbability(risk: Risk) throws {
        let model = Self.model(5)
        let scorer = try Scorer(model, featureNames: Self.names)
        let thresholds = model.heads[risk]!.thresholds
        for (level, probability) in [(RiskLevel.review, thresholds.review), (.high, thresholds.high)] {
            let logit = scorer.logitThreshold(risk, level)
            #expect(scorer.probability(logit, risk) >= probability)
            #expect(scorer.probability(logit.nextDown, risk) < probability)
        }
    }

    @Test func aFeatureOfTheModelThatTheVectorLacksIsNamed() throws {
        let error = #expect(throws: ModelError.self) {
            try Scorer(Self.model(1), featureNames: Array(Self.names.dropFirst(2)))
        }
        #expect(
            error?.problem == .unknownFeatures(["f1", "f0"])
                || error?.problem == .unknownFeatures(["f0", "f1"]))
        #expect(error?.description.contains("f0") == true && error?.description.contains("f1") == true)
    }

    @Test func featuresWithoutATermWeighNothing() throws {
        let model = Self.model(1, features: Array(Self.names.prefix(9)))
        let short = try Scorer(model, featureNames: Array(Self.names.prefix(9)))
        let long = try Scorer(model, featureNames: Self.names)
        var dice = Dice(2)
        let vector = Self.vector(&dice, Self.names.count)
        let a = vector[..<9].withUnsafeBufferPointer { short.logits(UnsafeBufferPointer(rebasing: $0[...])) }
        let b = vector.withUnsafeBufferPointer { long.logits($0) }
        #expect(abs(a.couponAbuse - b.couponAbuse) < 1e-4)
        #expect(abs(a.fakeOrder - b.fakeOrder) < 1e-4)
    }

    @Test func aHeadThatTheModelLacksNeverFlags() throws {
        var model = Self.model(1)
        model.heads[.fakeOrder] = nil
        let scorer = try Scorer(model, featureNames: Self.names)
        let logit = [Float](repeating: 1, count: Self.names.count)
            .withUnsafeBufferPointer { scorer.logits($0).fakeOrder }
        #expect(logit == -.infinity)
        #expect(scorer.probability(logit, .fakeOrder) == 0)
        #expect(!(logit >= scorer.logitThreshold(.fakeOrder, .review)))
    }
}
