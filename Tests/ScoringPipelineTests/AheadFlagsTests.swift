import CaseFile
import RiskModel
import Testing

@testable import ScoringPipeline

@Suite struct AheadFlagsTests {
    private func book(_ flags: (account: UInt64, ms: Int64, logOdds: Float)...) -> FlagBook {
        let coupon = flags.map {
            FlagBook.Flag(
                accountKey: $0.account, account: UInt32($0.account), accountID: "a\($0.account)",
                firstFlaggedMs: $0.ms, lastScoredMs: $0.ms, amountAtRiskFen: 100, logOdds: $0.logOdds,
                isHighest: true, vector: [.nan, $0.logOdds].withUnsafeBufferPointer(PackedVector.init))
        }
        return FlagBook([coupon, []])
    }

    private func names(_ book: FlagBook) -> [String] { book.flags.joined().map(\.accountID) }

    @Test func ofTheEndOfTheLogsOnlyWhatChangedIsShownAgain() {
        var flags = AheadFlags()
        flags.settle(book((1, 1_000, 2), (2, 2_000, 2), (3, 3_000, 2)))
        #expect(names(flags.fresh) == ["a1", "a2", "a3"] && flags.gone.isEmpty)
        // Not committed: all of it still waits.
        flags.settle(book((1, 1_000, 2), (2, 2_000, 2), (3, 3_000, 2)))
        #expect(names(flags.fresh) == ["a1", "a2", "a3"])
        flags.areShown()
        #expect(!flags.hasChanges)

        flags.settle(book((2, 2_000, 2.5), (3, 3_000, 2), (4, 500, 2)))
        #expect(names(flags.fresh) == ["a4", "a2"])
        #expect(flags.gone.map(\.accountID) == ["a1"])
        // Whoever was shown may have done something since, of which no flag speaks.
        #expect(names(flags.active) == ["a4", "a2", "a3"])
        flags.areShown()
        #expect(!flags.hasChanges && names(flags.active).isEmpty)

        flags.settle(book((1, 1_000, 2), (2, 2_000, 2.5), (3, 3_000, 2), (4, 500, 2)))
        #expect(names(flags.fresh) == ["a1"] && flags.gone.isEmpty)
    }

    @Test func whatTheCanonicalOrderHasComePastGoes() {
        var flags = AheadFlags()
        flags.settle(book((9, 100, 3)))
        flags.add(book((1, 1_000, 2), (2, 2_500, 2), (3, 9_000, 2)))
        flags.areShown()
        flags.expire(before: 1_001)
        #expect(flags.gone.map(\.accountID) == ["a1"])
        flags.areShown()
        // Within the same second nothing is looked for.
        flags.expire(before: 2_000)
        #expect(!flags.hasChanges)
        flags.expire(before: 2_600)
        #expect(flags.gone.map(\.accountID) == ["a2"])
        // Raised once more before that was committed, it stays.
        flags.add(book((2, 2_700, 2)))
        #expect(flags.gone.isEmpty && names(flags.fresh) == ["a2"])
        flags.areShown()
        // What came of the end of the logs stays until that is done again.
        flags.expire(before: 100_000)
        #expect(flags.gone.map(\.accountID) == ["a2", "a3"])
    }

    @Test func aChangedRowIsLaidOverAgain() {
        var flags = AheadFlags()
        flags.add(book((1, 1_000, 2), (2, 1_000, 2)))
        flags.areShown()
        flags.renew(under: book((2, 900, 1), (5, 900, 1)))
        #expect(names(flags.fresh) == ["a2"])
        flags.areShown()
        flags.adopt([
            FlagKey(accountID: "a1", risk: "coupon_abuse"), FlagKey(accountID: "a7", risk: "coupon_abuse"),
        ])
        #expect(flags.gone.map(\.accountID) == ["a7"])
        flags.withdrawAll()
        #expect(flags.gone.map(\.accountID) == ["a1", "a2", "a7"])
    }
}
