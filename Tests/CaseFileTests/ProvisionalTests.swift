import Foundation
import GRDB
import Testing

@testable import CaseFile

@Suite struct ProvisionalTests {
    private let folder = TemporaryFolder()

    private func commit(
        _ file: CaseFile, _ flags: [FlaggedAccount] = [], ahead: [FlaggedAccount] = [],
        withdrawn: [FlagKey] = []
    ) throws {
        var batch = CaseBatch()
        batch.flags = flags
        batch.provisional = ahead
        batch.withdrawn = withdrawn
        try file.commit(batch)
    }

    private let low = FlaggedAccount.sample(score: 0.6, level: "review", first: 1_000, last: 2_000, fen: 500)
    private let high = FlaggedAccount.sample(score: 0.9, first: 3_000, last: 3_000, fen: 900, tags: ["gang"])

    @Test func whatIsSeenAheadIsShownAndCanBeTakenAway() throws {
        let file = try CaseFile.open(folder.database)
        try commit(file, ahead: [high])
        #expect(try file.flags() == [high])
        #expect(try file.provisionalFlags() == [high.key])
        try commit(file, withdrawn: [high.key])
        #expect(try file.flags().isEmpty)
        #expect(try file.provisionalFlags().isEmpty)
    }

    @Test func belowItTheRowStaysAsItWas() throws {
        let file = try CaseFile.open(folder.database)
        try commit(file, [low])
        try commit(file, ahead: [high])
        var shown = high
        shown.firstFlaggedMs = 1_000
        #expect(try file.flags() == [shown])
        var higher = high
        higher.score = 0.95
        higher.lastScoredMs = 4_000
        try commit(file, ahead: [higher])
        #expect(try file.flags().map(\.score) == [0.95])
        try commit(file, withdrawn: [low.key])
        #expect(try file.flags() == [low])
    }

    @Test func theCanonicalFlagReplacesIt() throws {
        let file = try CaseFile.open(folder.database)
        try commit(file, ahead: [high])
        try commit(file, [low])
        #expect(try file.flags() == [low])
        #expect(try file.provisionalFlags().isEmpty)

        // Laid over it again in the same commit, it is shown above the new row.
        try commit(file, ahead: [high])
        var later = low
        later.lastScoredMs = 2_500
        try commit(file, [later], ahead: [high])
        #expect(try file.flags().map(\.score) == [0.9])
        try commit(file, withdrawn: [high.key])
        #expect(try file.flags() == [later])
    }

    @Test func aRowSomeoneDecidedOnStays() throws {
        let file = try CaseFile.open(folder.database)
        try commit(file, ahead: [high])
        try file.decide(.confirm, .accounts(["acc-1"]), reviewer: "li", decidedMs: 1)
        try commit(file, withdrawn: [high.key])
        #expect(try file.flags().map(\.status) == [.confirmed])

        try commit(file, ahead: [high])
        try commit(file, [low])
        #expect(try file.flags().map(\.status) == [.confirmed])
    }

    @Test func theCanonicalFlagReplacesWhatSomeoneDecidedOnAndKeepsTheDecision() throws {
        let file = try CaseFile.open(folder.database)
        try commit(file, ahead: [high])
        try file.decide(.clear, .accounts(["acc-1"]), reviewer: "li", decidedMs: 1)
        try commit(file, [low])
        var expected = low
        expected.status = .cleared
        #expect(try file.flags() == [expected])
    }

    @Test func aScoringThatIsNoHigherTellsTimeAndAmountOnly() throws {
        let file = try CaseFile.open(folder.database)
        try commit(file, [low])
        // Equal, from another vector: only a highest score brings its own reasons.
        var again = low
        again.lastScoredMs = 5_000
        again.amountAtRiskFen = 800
        again.reasons = []
        again.isHighest = false
        try commit(file, [again])
        var expected = low
        expected.lastScoredMs = 5_000
        expected.amountAtRiskFen = 800
        #expect(try file.flags() == [expected])
        again.isHighest = true
        try commit(file, [again])
        #expect(try file.flags().map(\.reasons) == [[]])
    }

    @Test func theTailsStatusIsKept() throws {
        let file = try CaseFile.open(folder.database)
        #expect(try file.tailStatus() == nil)
        var batch = CaseBatch()
        var status = TailStatus()
        status.state = "following"
        status.eventsPerSecond = 12.5
        status.troubles = ["the disk is full"]
        status.sources = [.init(path: "/a.log", state: "waiting", bytesRead: 1, events: 2, rejected: 3)]
        batch.tailStatus = status
        try file.commit(batch)
        try file.commit(CaseBatch())
        #expect(try file.tailStatus() == status)
    }

    @Test func aFileOfTheFirstVersionIsBroughtToThis() throws {
        let old = try DatabaseQueue(path: folder.database)
        try old.writeWithoutTransaction { db in
            try db.execute(sql: Schema.steps[0])
            try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 1")
        }
        try old.close()
        #expect(try CaseFile.open(folder.database, access: .readOnly).tailStatus() == nil)
        let file = try CaseFile.open(folder.database)
        try commit(file, ahead: [high])
        #expect(try file.flags() == [high])
    }
}
