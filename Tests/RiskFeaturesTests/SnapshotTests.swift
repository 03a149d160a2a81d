import Testing

@testable import ActivityLog
@testable import RiskFeatures

@Suite struct SnapshotTests {
    /// Weeks of a busy little world: sketches, orders, evictions, accounts that come back.
    private static let world: EventBatch = {
        var random = SeededGenerator(state: 7)
        var story = Story()
        let types: [EventType] = [
            .appOpen, .register, .productView, .couponClaim, .couponRedeem, .orderSubmit, .orderPay, .checkIn,
            .assist,
        ]
        var ms: Int64 = 0
        for index in 0..<12_000 {
            ms += Int64.random(in: 0...(index % 500 == 0 ? 40 * Clock.hour : 20_000), using: &random)
            let account = "a\(Int.random(in: 0..<900, using: &random))"
            let number = UInt64.random(in: 0..<40, using: &random)
            story.add(account, types.randomElement(using: &random)!, at: ms) {
                $0.deviceKey = key("d\(number)")
                $0.deviceSource = .vendor
                $0.ipKey = key("i\(number / 2)")
                $0.networkKey = key("n\(number / 8)")
                $0.campaignKey = key("c")
                $0.merchantKey = key("m\(number % 3)")
                $0.payerKey = number % 3 == 0 ? key("p\(number)") : 0
                $0.inviterKey = number % 5 == 0 ? key("a\(number)") : 0
            }
        }
        return story.batch
    }()

    private func part(_ range: Range<Int>) -> EventBatch {
        var part = EventBatch()
        part.text = SnapshotTests.world.text
        part.events = Array(SnapshotTests.world.events[range])
        return part
    }

    /// What an engine says of events, as bits.
    /// - Parameter cut: where in the events something may be asked.
    private func hear(
        _ engine: inout FeatureEngine, _ range: Range<Int>, cut: Int = 0, finish: Bool = false
    ) -> [[UInt32]] {
        var heard: [[UInt32]] = []
        func note(
            _ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory
        ) {
            memory.couponAbuse = max(memory.couponAbuse, vector[0])
            memory.isUnusual = memory.isUnusual || moment.costlyEvents % 7 == 3
            memory.isFlagged = memory.isFlagged || memory.isUnusual && moment.costlyEvents % 5 == 4
            memory.latest = .init(couponAbuse: vector[0].isNaN ? 0 : vector[0], fakeOrder: -3)
            heard.append(
                [moment.account, moment.costlyEvents, memory.couponAbuse.bitPattern]
                    + vector.map(\.bitPattern))
        }
        let events = part(range)
        for part in [0..<cut, cut..<range.count] { engine.observe(events, part, score: note) }
        if finish { engine.finish(score: note) }
        return heard
    }

    private func bytes(_ engine: borrowing FeatureEngine) -> [UInt8] {
        engine.snapshot().withBytes { Array($0) }
    }

    private func engineOf(_ bytes: [UInt8]) throws(StateError) -> FeatureEngine {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: bytes)
        return try FeatureEngine(restoring: UnsafeRawBufferPointer(buffer))
    }

    @Test func aPreviewIsWhatFinishingSaysAndChangesNothing() throws {
        var engine = FeatureEngine()
        for range in [0..<1, 1..<3001, 3001..<9999] {
            var divided = try engineOf(bytes(engine))
            #expect(hear(&divided, range, cut: range.count / 3) == hear(&engine, range))
            let before = bytes(engine)
            var previews: [UInt64: [UInt32]] = [:]
            for index in 0..<900 {
                engine.preview(accountKey: key("a\(index)")) {
                    previews[$0.accountKey] = $1.map(\.bitPattern)
                }
            }
            #expect(bytes(engine) == before)
            var finished: [UInt64: [UInt32]] = [:]
            divided.finish { moment, vector, _ in finished[moment.accountKey] = vector.map(\.bitPattern) }
            #expect(previews == finished && !finished.isEmpty)
        }
    }

    @Test func aRestoredEngineGoesOnAsIfNothingHadHappened() throws {
        let count = SnapshotTests.world.events.count
        for cut in [0, 1, 3000, 9999] {
            var engine = FeatureEngine()
            _ = hear(&engine, 0..<cut)
            let snapshot = bytes(engine)
            var restored = try engineOf(snapshot)
            #expect(bytes(restored) == snapshot)
            #expect(restored.entityCounts.map(\.count) == engine.entityCounts.map(\.count))
            let expected = hear(&engine, cut..<count, finish: true)
            #expect(hear(&restored, cut..<count, finish: true) == expected)
            var recorded = 0
            for index in 0..<900 {
                let (record, other) = (
                    engine.record(accountKey: key("a\(index)")), restored.record(accountKey: key("a\(index)"))
                )
                #expect(record?.events == other?.events && record?.firstMs == other?.firstMs)
                recorded += record?.events.count ?? 0
            }
            #expect(recorded > 100)
            #expect(!expected.isEmpty)
            var namesAgree = true
            restored.forEachAccount { account, _ in
                namesAgree = namesAgree && restored.accountID(account) == engine.accountID(account)
            }
            #expect(namesAgree)
        }
    }

    @Test func aCloneLeavesItsOriginalAlone() {
        var engine = FeatureEngine()
        _ = hear(&engine, 0..<5000)
        let before = bytes(engine)
        var clone = engine.clone()
        let ahead = hear(&clone, 5000..<7000, finish: true)
        #expect(bytes(engine) == before)
        #expect(hear(&engine, 5000..<7000, finish: true) == ahead)
    }

    @Test func truncatedBytesAreRefused() {
        var engine = FeatureEngine()
        _ = hear(&engine, 0..<500)
        let whole = bytes(engine)
        var random = SeededGenerator(state: 1)
        for _ in 0..<300 {
            let cut =
                Bool.random(using: &random)
                ? Int.random(in: 0..<whole.count, using: &random) : Int.random(in: 0..<2000, using: &random)
            #expect(throws: StateError.self) {
                _ = try engineOf(Array(whole[..<cut]))
            }
        }
        #expect(throws: StateError.malformed("1 bytes are left over")) {
            _ = try engineOf(whole + [0])
        }
    }

    @Test func anotherBuildsBytesAreRefused() {
        var foreign = bytes(FeatureEngine())
        foreign[0] ^= 1
        #expect(throws: StateError.otherBuild("its features differ")) {
            _ = try engineOf(foreign)
        }
    }

    @Test func forgottenScoresAreGoneAndNothingElse() {
        var engine = FeatureEngine()
        engine.observe(part(0..<3000)) { _, vector, memory in memory.couponAbuse = vector[0] }
        engine.forgetScores()
        engine.forEachAccount { _, memory in #expect(memory.couponAbuse == -.infinity) }
        var other = FeatureEngine()
        other.observe(part(0..<3000)) { _, _, _ in }
        #expect(bytes(engine).count == bytes(other).count)
    }
}
