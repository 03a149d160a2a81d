import Foundation
import Testing

@testable import RiskModel

@Suite struct PopulationTests {
    private static let names = ["a", "b", "c"]

    /// A curve of `a`, one of `c`, and a grid of `a` and `b`.
    private static var head: LogisticModel.Head {
        LogisticModel.Head(
            intercept: -3,
            terms: [
                .init(feature: "c", transform: .identity, knots: [0], points: [0], missingPoints: 1),
                .init(feature: "a", transform: .log1p, knots: [0, 1, 3], points: [0, 1, 2]),
            ],
            crosses: [
                .init(
                    first: .init(feature: "a", transform: .log1p, knots: [0, 2]),
                    second: .init(feature: "b", transform: .identity, knots: [5, 6]),
                    points: [[0, 0], [0, 1]])
            ], calibration: .init(slope: 1, intercept: 0), thresholds: .init(review: 0.2, high: 0.8))
    }

    private func count(_ rows: [(values: [Float], score: Float)]) -> PopulationCount {
        var count = PopulationCount([.fakeOrder: Self.head], featureNames: Self.names)
        for row in rows {
            row.values.withUnsafeBufferPointer { vector in count.add(vector) { _ in row.score } }
        }
        return count
    }

    /// Accounts whose values and scores differ, shifted by so much in feature `a`.
    private func world(_ accounts: Int, shift: Float = 0) -> PopulationCount {
        count(
            (0..<accounts).map { account in
                let a = Float(mix(UInt64(account)) % 100) / 25 + shift
                let b = Float(mix(UInt64(account + 7)) % 100) / 10
                return ([a, b, account % 4 == 0 ? .nan : -1], Float(account) / Float(accounts) * 8 - 4)
            })
    }

    @Test func accountsAreCountedInTheBinsOfCurvesAndGrids() throws {
        let count = count([
            ([0, 5.5, .nan], -1), ([0.5, 7, 2], 0), ([3, 4, -1], 1), ([3.5, .infinity, 0], 2),
        ])
        let population = try #require(count.population(.fakeOrder, scoreEdges: [-1, 0.5]))
        #expect(population.accounts == 4)
        // Up to 0, 1 and 3, beyond, unknown.
        #expect(population.features["a"] == [0.25, 0.25, 0.25, 0.25, 0])
        #expect(population.features["b"] == [0.25, 0.25, 0.25, 0.25])
        #expect(population.features["c"] == [0.5, 0.25, 0.25])
        #expect(population.scores == [0.25, 0.25, 0.5])
        #expect(count.population(.couponAbuse) == nil)
    }

    @Test func scoreBinsHoldTenthsAndLessAtTheTop() throws {
        let population = try #require(world(1000).population(.fakeOrder))
        #expect(population.scores.count == 12)
        for (place, share) in population.scores.enumerated() {
            #expect(abs(share - (place < 9 ? 0.1 : [0.05, 0.04, 0.01][place - 9])) <= 0.002)
        }
        // Where all scores are the same there is one edge, and everybody up to it.
        let same = count((0..<50).map { _ in ([0, 0, 0], 1.5) })
        let alike = try #require(same.population(.fakeOrder))
        #expect(alike.scoreEdges == [1.5])
        #expect(alike.scores == [1, 0])
    }

    @Test func anUnchangedWorldDoesNotDriftAndAShiftedFeatureIsNamedFirst() throws {
        var head = Self.head
        #expect(head.drift(to: world(100), .fakeOrder).isEmpty)
        head.population = world(3000).population(.fakeOrder)
        let still = head.drift(to: world(3000), .fakeOrder)
        #expect(still.map(\.feature) == [nil, "a", "b", "c"])
        #expect(still.allSatisfy { $0.index == 0 })

        let moved = head.drift(to: world(2000, shift: 2), .fakeOrder)
        #expect(moved[1].feature == "a")
        #expect(moved[1].index > 0.5)
        // Σ (now − then) ln (now / then), an empty bin for half an account.
        let then = try #require(head.population?.features["a"])
        let now = try #require(world(2000, shift: 2).population(.fakeOrder)?.features["a"])
        let expected = zip(then, now).reduce(0.0) { sum, pair in
            if pair.0 == pair.1 { return sum }
            let (then, now) = (max(pair.0, 0.5 / 3000), max(pair.1, 0.5 / 2000))
            return sum + (now - then) * log(now / then)
        }
        #expect(abs(moved[1].index - expected) < 1e-12)
        // Nobody is at 1 or below any more, and who is beyond 3 has become more.
        #expect([moved[1].widest.low, moved[1].widest.high] == [0, 1] || moved[1].widest.low == 3)
        #expect(moved[2...].allSatisfy { $0.index < 0.1 })
    }

    @Test func chanceIsWhatTwoDrawsFromOneWorldDifferBy() {
        // Different accounts of the same kind.
        var head = Self.head
        head.population = count(
            (0..<400).map { ([Float(mix(UInt64($0)) % 100) / 25, 0, 0], 0) }
        ).population(.fakeOrder)
        let indices = (1...40).map { draw in
            let other = count(
                (0..<400).map { ([Float(mix(UInt64($0 + 1000 * draw)) % 100) / 25, 0, 0], 0) })
            return head.drift(to: other, .fakeOrder).first { $0.feature == "a" }!
        }
        let mean = indices.reduce(0) { $0 + $1.index } / 40
        #expect(abs(mean - indices[0].chance) < 0.5 * indices[0].chance)
    }

    @Test func aFeatureWhoseCurveHasChangedSinceIsLeftOut() {
        var head = Self.head
        head.population = world(100).population(.fakeOrder)
        head.terms[1].knots = [0, 1, 2, 3]
        head.terms[1].points = [0, 1, 1, 2]
        let changed = PopulationCount([.fakeOrder: head], featureNames: Self.names)
        #expect(head.drift(to: changed, .fakeOrder).isEmpty)
        var other = changed
        [Float](repeating: 0, count: 3).withUnsafeBufferPointer { vector in other.add(vector) { _ in 0 } }
        #expect(Set(head.drift(to: other, .fakeOrder).map(\.feature)) == [nil, "b", "c"])
    }

    @Test func aModelFileKeepsThePopulationAndOneWithoutLoads() throws {
        var head = Self.head
        head.population = world(500).population(.fakeOrder)
        var model = LogisticModel(
            name: "m", training: .init(data: "", commands: []), heads: [.fakeOrder: head])
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try model.write(to: path)
        #expect(try LogisticModel.load(path, requiring: []) == model)
        model.heads[.fakeOrder]!.population = nil
        try model.write(to: path)
        #expect(try LogisticModel.load(path, requiring: []).heads[.fakeOrder]!.population == nil)
    }
}
