import GRDB
import Testing

@testable import CaseFile

/// Cleared flags stay quiet until something is materially new.
@Suite struct ClearedTests {
    private let folder = TemporaryFolder()
    private let file: CaseFile
    private let key = FlagKey(accountID: "a", risk: "coupon_abuse")
    private let known = FlaggedAccount.Reason(feature: "device_accounts_1d", value: 37, contribution: 2)
    private let other = FlaggedAccount.Reason(feature: "payer_accounts_30d", value: 6, contribution: 1.5)

    init() throws {
        file = try CaseFile.open(folder.database)
        try file.commit(.sample("a", score: 0.5, fen: 2_000, reasons: [known]))
        try file.decide(.clear, .accounts(["a"]), reviewer: "li", decidedMs: 1)
    }

    private var status: ReviewStatus { get throws { try file.flags(account: "a")[0].status } }
    private var news: NewEvidence? { get throws { try file.newEvidence([key])[key] } }

    @Test func littleIsNotNew() throws {
        try file.commit(.sample("a", score: 0.7, last: 9_000, fen: 3_900, reasons: [known, other]))
        #expect(try status == .cleared)
        #expect(try news == nil)
    }

    @Test func aRiseOfTheScoreOpensItAndSaysSo() throws {
        try file.commit(.sample("a", score: 0.75, fen: 2_000, reasons: [known]))
        #expect(try status == .open)
        #expect(abs(try #require(try news?.logOddsRise) - 1.0986) < 1e-3)
        #expect(try news?.reason == nil && news?.amountBeforeFen == nil)
    }

    @Test func anotherStrongestReasonOpensIt() throws {
        try file.commit(.sample("a", score: 0.51, fen: 2_000, reasons: [other, known]))
        #expect(try status == .open)
        #expect(try news?.reason == other)
    }

    @Test func twiceTheMoneyOpensIt() throws {
        try file.commit(.sample("a", score: 0.5, fen: 4_000, reasons: [known]))
        #expect(try status == .open)
        #expect(try news?.amountBeforeFen == 2_000)
    }

    @Test func whatWasSeenAheadAndTakenBackQuietsItAgain() throws {
        var batch = CaseBatch()
        batch.provisional = [.sample("a", score: 0.99, fen: 9_000, reasons: [known])]
        try file.commit(batch)
        #expect(try status == .open)
        batch = CaseBatch()
        batch.withdrawn = [key]
        try file.commit(batch)
        #expect(try status == .cleared)
    }

    @Test func theNextDecisionIsMeasuredFromWhatWasSeenThen() throws {
        try file.commit(.sample("a", score: 0.75, fen: 2_000, reasons: [known]))
        try file.decide(.clear, .accounts(["a"]), reviewer: "li", decidedMs: 2)
        #expect(try status == .cleared)
        try file.commit(.sample("a", score: 0.8, fen: 2_000, reasons: [known]))
        #expect(try status == .cleared)
        // Without the second decision the first counts, since which much is new.
        try file.undo(.accounts(["a"]), reviewer: "li", decidedMs: 3)
        #expect(try status == .open)
        try file.undo(.accounts(["a"]), reviewer: "li", decidedMs: 4)
        #expect(try status == .open)
        #expect(try news == nil)
    }

    @Test func theEndIsTheSameOnAnyWay() throws {
        let steps = [
            FlaggedAccount.sample("a", score: 0.6, fen: 2_000, reasons: [other]),
            .sample("a", score: 0.65, fen: 2_500, reasons: [known, other]),
        ]
        for step in steps { try file.commit(step) }
        let direct = try CaseFile.open(folder.path + "/direct.sqlite")
        try direct.commit(.sample("a", score: 0.5, fen: 2_000, reasons: [known]))
        try direct.decide(.clear, .accounts(["a"]), reviewer: "li", decidedMs: 1)
        try direct.commit(steps[1])
        #expect(try file.flags() == direct.flags())
        #expect(try status == .cleared)
    }

    @Test func aConfirmedFlagStays() throws {
        try file.decide(.confirm, .accounts(["a"]), reviewer: "li", decidedMs: 2)
        try file.commit(.sample("a", score: 0.999, fen: 90_000, reasons: [other]))
        #expect(try status == .confirmed)
    }
}
