import Testing

@testable import ActivityLog
@testable import RiskFeatures

@Suite struct EvidenceTests {
    /// Takes events; every account is unusual from its `unusualFrom`th costly event and flagged at its `flaggedAt`th.
    private func take(
        _ story: Story, into engine: inout FeatureEngine, unusualFrom: UInt32, flaggedAt: UInt32,
        risesAt: Set<UInt32> = []
    ) {
        engine.observe(story.batch) { moment, _, memory in
            memory.isUnusual = memory.isUnusual || moment.costlyEvents >= unusualFrom
            memory.isFlagged = memory.isFlagged || moment.costlyEvents >= flaggedAt
            memory.hasRisen = risesAt.contains(moment.costlyEvents)
            memory.latest = .init(couponAbuse: Float(moment.costlyEvents) / 4, fakeOrder: -2)
        }
    }

    /// The record of account `a`.
    private func record(_ engine: borrowing FeatureEngine) throws -> AccountRecord {
        let found = engine.record(accountKey: key("a"))
        return try #require(found)
    }

    private func claims(_ count: Int, in story: inout Story, from ms: Int64 = 0) {
        for index in 0..<count {
            story.add("a", .couponClaim, at: ms + Int64(index) * 1000) {
                $0.discountFen = 1_000
                $0.present |= 1 << UInt64(EventField.discountFen.rawValue)
                $0.campaignKey = key("spring")
                $0.couponKey = key("c\(index)")
            }
        }
    }

    @Test func keepsTheLastBeforeTheFlagTheRisesAndTheLatest() throws {
        var story = Story()
        claims(60, in: &story)
        var engine = FeatureEngine()
        take(story, into: &engine, unusualFrom: 3, flaggedAt: 20, risesAt: [22, 25, 30, 31])
        let record = try record(engine)
        // By the number of the claim: eight up to the flag, two rises, the last eight.
        let numbers = record.events.map { Int(($0.ms - start) / 1000) + 1 }
        #expect(numbers == Array(13...20) + [22, 25] + Array(53...60))
        #expect(record.firstMs == start)
        #expect(record.claimedFen == 60_000)
        let last = try #require(record.events.last)
        #expect(last.type == .couponClaim && last.amountFen == 1_000)
        #expect(last.campaign == UInt32(truncatingIfNeeded: key("spring")))
        #expect(last.thing == UInt32(truncatingIfNeeded: key("c59")))
        #expect(last.logOdds?.couponAbuse == 15 && last.logOdds?.fakeOrder == -2)
    }

    /// In the ring, and in the prelude that it begins with.
    @Test func whatTheServerRefusedIsKnownToBe() throws {
        var story = Story()
        story.add("a", .phoneBind, at: 1) { $0.ok = false }
        claims(1, in: &story, from: 10)
        story.add("a", .couponClaim, at: 5_000) {
            $0.ok = false
            $0.discountFen = 500
            $0.present |= 1 << UInt64(EventField.discountFen.rawValue)
        }
        story.add("a", .couponClaim, at: 6_000)
        story.add("a", .share, at: 7_000) { $0.ok = false }
        var engine = FeatureEngine()
        take(story, into: &engine, unusualFrom: 2, flaggedAt: 9)
        let events = try record(engine).events
        #expect(
            events.map(\.type) == [.phoneBind, .couponClaim, .couponClaim, .couponClaim, .share])
        #expect(events.map(\.ok) == [false, true, false, true, false])
        #expect(events.map(\.ms) == [1, 10, 5_000, 6_000, 7_000].map { start + $0 })
        #expect(events[0].amountFen == nil && events[1].amountFen == 1_000 && events[2].amountFen == 500)
    }

    @Test func anOrdinaryAccountLeavesNone() throws {
        var story = Story()
        claims(9, in: &story)
        var engine = FeatureEngine()
        take(story, into: &engine, unusualFrom: 100, flaggedAt: 100)
        let record = try record(engine)
        #expect(record.events.isEmpty && record.claimedFen == 9_000)
        let nobody = engine.record(accountKey: key("b"))
        #expect(nobody?.accountKey == nil)
    }

    @Test func whatCostsNothingIsKeptWhereItTells() throws {
        var story = Story()
        claims(1, in: &story)
        story.add("a", .pageView, at: 5_000)
        story.add("a", .phoneBind, at: 6_000) { $0.phoneKey = key("p") }
        story.add("a", .refundDone, at: 7_000) {
            $0.refundFen = .max
            $0.present |= 1 << UInt64(EventField.refundFen.rawValue)
        }
        var engine = FeatureEngine()
        take(story, into: &engine, unusualFrom: 1, flaggedAt: 9)
        let events = try record(engine).events
        #expect(events.map(\.type) == [.couponClaim, .phoneBind, .refundDone])
        #expect(events[1].logOdds == nil && events[1].amountFen == nil)
        #expect(events[2].amountFen == Int64(Int32.max))
    }

    @Test func beginsWithWhatCameBeforeItLookedUnusual() throws {
        var story = Story()
        story.add("a", .register, at: 1)
        story.add("a", .phoneBind, at: 20)
        claims(4, in: &story, from: 300)
        var engine = FeatureEngine()
        take(story, into: &engine, unusualFrom: 1, flaggedAt: 1)
        let events = try record(engine).events
        #expect(events.map(\.ms) == [1, 20, 300, 1300, 2300, 3300].map { start + $0 })
        #expect(events.prefix(3).map(\.type) == [.register, .phoneBind, .couponClaim])
        #expect(events[0].amountFen == nil && events[0].logOdds == nil)
        var later = FeatureEngine()
        take(story, into: &later, unusualFrom: 4, flaggedAt: 4)
        let last = try record(later).events
        #expect(last.map(\.ms) == [1300, 2300, 3300].map { start + $0 })
        #expect(last[0].type == .couponClaim && last[0].amountFen == 1_000)
    }

    /// A flagged account that was silent for longer than it is remembered departs once, with what was known of it.
    @Test(arguments: [true, false]) func aForgottenAccountDeparts(comesBack: Bool) throws {
        var story = Story()
        claims(4, in: &story)
        let later = 50 * Clock.day
        for day in 0..<12 { story.add("other", .appOpen, at: later - Int64(12 - day) * Clock.day) }
        if comesBack { claims(2, in: &story, from: later) }
        var engine = FeatureEngine()
        for event in story.batch.events {
            var one = Story()
            one.batch.text = story.batch.text
            one.batch.events = [event]
            take(one, into: &engine, unusualFrom: 2, flaggedAt: 3)
        }
        #expect(engine.departed.map(\.accountID) == ["a"])
        #expect(engine.departed.first?.record.events.count == 4)
        #expect(engine.departed.first?.record.claimedFen == 4_000)
        let record = engine.record(accountKey: key("a"))
        #expect(record?.claimedFen == (comesBack ? 2_000 : nil))
    }

    @Test func scoresOfAnotherModelAreForgotten() throws {
        var story = Story()
        claims(5, in: &story)
        var engine = FeatureEngine()
        take(story, into: &engine, unusualFrom: 1, flaggedAt: 3)
        engine.forgetScores()
        let events = try record(engine).events
        #expect(events.count == 5)
        #expect(events.allSatisfy { $0.logOdds == nil })
    }
}
