import ActivityLog
import RiskFeatures
import Testing

@testable import ScoringPipeline

@Suite struct CanonicalWatchTests {
    private let judge = Judge(TailRunTests.Small.shared.scorer)

    /// The events of the small campaign from one to another.
    private func events(_ range: Range<Int>) -> EventBatch {
        let script = TailRunTests.Small.shared.script
        var batch = EventBatch()
        batch.events = Array(script.events[range])
        batch.text = script.text
        return batch
    }

    private func names(_ flags: FlagBook) -> [[String]] {
        flags.flags.map { $0.map { "\($0.accountID) \($0.firstFlaggedMs) \($0.logOdds)" } }
    }

    /// The copy is of the moment of lending, and what came meanwhile is made up for.
    @Test func eventsWaitWhileTheStateIsCopied() throws {
        let count = TailRunTests.Small.shared.script.events.count
        let half = count / 2
        var undisturbed = Watch(FeatureEngine())
        undisturbed.observe(events(0..<half), judge)
        let before = undisturbed.take()
        undisturbed.observe(events(half..<count), judge)
        let after = undisturbed.take()
        #expect(before.flags.joined().count > 0 && after.flags.joined().count > 0)

        let canonical = CanonicalWatch(Watch(FeatureEngine()))
        canonical.observe(events(0..<half), judge)
        #expect(names(canonical.take()) == names(before))
        canonical.lend()
        canonical.observe(events(half..<count - 100), judge)
        #expect(canonical.isLent && canonical.flags.isEmpty)
        let copy = canonical.copyState()
        canonical.observe(events(count - 100..<count), judge)
        #expect(!canonical.isLent)
        #expect(names(canonical.take()) == names(after))

        var goingOn = Watch(try copy.withBytes { try FeatureEngine(restoring: $0) })
        goingOn.observe(events(half..<count), judge)
        #expect(names(goingOn.take()) == names(after))
    }

    /// Room that was made beforehand changes nothing, even where the state has outgrown it.
    @Test(arguments: [0, 1_000, 10_000_000]) func aCopyIsTheSameInAnyRoom(_ bytes: Int) throws {
        let count = TailRunTests.Small.shared.script.events.count
        let canonical = CanonicalWatch(Watch(FeatureEngine()))
        canonical.observe(events(0..<count / 2), judge)
        let size = canonical.stateBytes
        #expect((2_000..<10_000_000).contains(size))
        canonical.lend()
        let copy = canonical.copyState(in: .cleared(bytes))
        canonical.lend()
        let other = canonical.copyState()
        copy.withBytes { copy in
            other.withBytes { other in
                #expect(copy.count == size)
                #expect(copy.elementsEqual(other))
            }
        }
    }

    @Test func settlingWaitsForTheBorrower() {
        let canonical = CanonicalWatch(Watch(FeatureEngine()))
        canonical.lend()
        canonical.observe(events(0..<1000), judge)
        #expect(canonical.accountCount == 0)
        _ = canonical.copyState()
        canonical.settle(judge)
        #expect(canonical.accountCount > 0 && !canonical.isLent)
    }
}
