import GRDB
import Testing

@testable import CaseFile

@Suite struct DecisionTests {
    let folder = TemporaryFolder()
    let file: CaseFile

    init() throws {
        file = try CaseFile.open(folder.database)
        try file.commit(
            .sample("a", last: 50), .sample("a", risk: "fake_order", last: 60), .sample("b", last: 70))
    }

    private func statuses(_ account: String) throws -> [String: ReviewStatus] {
        try file.flags(account: account).reduce(into: [:]) { $0[$1.risk] = $1.status }
    }

    @Test func aDecisionIsARowAndAStatus() throws {
        let added = try file.decide(
            .confirm, .accounts(["a", "b"]), reviewer: "li", note: "同一设备", decidedMs: 123
        ).added
        #expect(added.map(\.accountID) == ["a", "a", "b"])
        #expect(try file.decisions() == added)
        #expect(try file.decisions(account: "b") == [added[2]])
        #expect(try statuses("a") == ["coupon_abuse": .confirmed, "fake_order": .confirmed])
    }

    @Test func onlyTheRiskThatIsNamed() throws {
        try file.decide(.clear, .accounts(["a"], risk: "fake_order"), reviewer: "li", decidedMs: 1)
        #expect(try statuses("a") == ["coupon_abuse": .open, "fake_order": .cleared])
    }

    @Test func oneUnknownAccountRecordsNothing() throws {
        let error = #expect(throws: CaseFileError.self) {
            try file.decide(.confirm, .accounts(["a", "no\u{1B}one"]), reviewer: "li", decidedMs: 1)
        }
        #expect(error?.cause == .notFlagged(account: "no\u{1B}one"))
        #expect(error?.description.contains("\u{1B}") == false)
        #expect(try file.decisions().isEmpty)
        #expect(try statuses("a")["coupon_abuse"] == .open)
    }

    @Test func undoTakesBackTheLastThatStands() throws {
        try file.decide(.confirm, .accounts(["b"]), reviewer: "li", decidedMs: 1)
        try file.decide(.clear, .accounts(["b"]), reviewer: "wu", decidedMs: 2)
        try file.undo(.accounts(["b"]), reviewer: "wu", decidedMs: 3)
        #expect(try statuses("b") == ["coupon_abuse": .confirmed])
        try file.undo(.accounts(["b"]), reviewer: "li", decidedMs: 4)
        #expect(try statuses("b") == ["coupon_abuse": .open])
        let error = #expect(throws: CaseFileError.self) {
            try file.undo(.accounts(["b"]), reviewer: "li", decidedMs: 5)
        }
        #expect(error?.cause == .nothingToUndo(account: "b"))
        #expect(try file.decisions().map(\.verdict) == [.confirm, .clear, nil, nil])
    }

    @Test func sayingTheSameAgainIsNoOtherDecision() throws {
        for ms in 1...3 as ClosedRange<Int64> {
            let decided = try file.decide(
                .confirm, .accounts(["b"]), reviewer: "li\0", note: "n", decidedMs: ms)
            #expect(decided.added.count == (ms == 1 ? 1 : 0) && decided.repeated == (ms == 1 ? 0 : 1))
        }
        try file.undo(.accounts(["b"]), reviewer: "li", decidedMs: 4)
        #expect(try statuses("b") == ["coupon_abuse": .open])
        // After an undo, by another reviewer, or with another note it is one.
        for (reviewer, note) in [("li", nil), ("wu", nil), ("wu", "x"), ("wu", "y")] as [(String, String?)] {
            #expect(
                try file.decide(.clear, .accounts(["b"]), reviewer: reviewer, note: note, decidedMs: 5)
                    .added.count == 1)
        }
        #expect(
            try file.decide(.unsure, .accounts(["b"]), reviewer: "wu", note: "y", decidedMs: 6).repeated == 0)
        #expect(try file.decisions().count == 7)
        // Of several, those on which something else stands.
        try file.decide(.clear, .accounts(["a"], risk: "fake_order"), reviewer: "li", decidedMs: 7)
        let all = try file.decide(.clear, .matching(FlagQuery()), reviewer: "li", decidedMs: 8)
        #expect(all.added.count == 2 && all.repeated == 1)
    }

    @Test func decisionsCannotBeChangedOrRemoved() throws {
        try file.decide(.confirm, .accounts(["b"]), reviewer: "li", decidedMs: 1)
        let other = try DatabaseQueue(path: folder.database)
        #expect(throws: DatabaseError.self) {
            try other.write { try $0.execute(sql: "DELETE FROM decisions") }
        }
        #expect(throws: DatabaseError.self) {
            try other.write { try $0.execute(sql: "UPDATE decisions SET reviewer = 'x'") }
        }
        #expect(try file.decisions().count == 1)
    }

    @Test func labelsAreTheLastDecisionsThatStand() throws {
        try file.decide(.clear, .accounts(["a"], risk: "coupon_abuse"), reviewer: "li", decidedMs: 1)
        try file.decide(.confirm, .accounts(["a"], risk: "coupon_abuse"), reviewer: "li", decidedMs: 2)
        try file.decide(.confirm, .accounts(["a"], risk: "fake_order"), reviewer: "li", decidedMs: 3)
        try file.decide(.unsure, .accounts(["a"], risk: "fake_order"), reviewer: "li", decidedMs: 4)
        try file.decide(.clear, .accounts(["b"]), reviewer: "li", decidedMs: 5)
        try file.decide(.confirm, .accounts(["b"]), reviewer: "li", decidedMs: 6)
        try file.undo(.accounts(["b"]), reviewer: "li", decidedMs: 7)
        #expect(
            try file.labels() == [
                CaseLabel(accountID: "a", risk: "coupon_abuse", label: 1, asOfMs: 50),
                CaseLabel(accountID: "b", risk: "coupon_abuse", label: 0, asOfMs: 70),
            ])
    }

    @Test func aLabelKeepsTheMomentItWasJudgedAt() throws {
        try file.decide(.confirm, .accounts(["b"]), reviewer: "li", decidedMs: 1)
        try file.commit(.sample("b", last: 9_999))
        #expect(try file.labels().map(\.asOfMs) == [70])
    }

    @Test func manyAtOnceByAQueryWithALookBefore() throws {
        try file.commit(.sample("g1", fen: 900, gang: "g"), .sample("g2", fen: 100, gang: "g"))
        let gang = FlagSelection.matching(FlagQuery(gangID: "g"))
        let preview = try file.preview(gang)
        #expect(preview.total == FlagTotal(flags: 2, amountAtRiskFen: 1_000))
        #expect(preview.accounts == 2)
        #expect(preview.samples.map(\.accountID) == ["g1", "g2"])
        let added = try file.decide(.confirm, gang, reviewer: "li", decidedMs: 1, expecting: 2).added
        #expect(added.map(\.accountID) == ["g1", "g2"])
        #expect(try file.flags(FlagQuery(status: .confirmed)).map(\.accountID) == ["g1", "g2"])
    }

    @Test func aSelectionThatHasGrownIsLookedAtAgain() throws {
        let all = FlagSelection.matching(FlagQuery())
        let shown = try file.preview(all).total.flags
        try file.commit(.sample("new"))
        let error = #expect(throws: CaseFileError.self) {
            try file.decide(.confirm, all, reviewer: "li", decidedMs: 1, expecting: shown)
        }
        #expect(error?.cause == .otherSelection(expected: 3, found: 4))
        #expect(try file.decisions().isEmpty)
    }

    @Test func tenSamplesAreSpreadOverTheSelection() throws {
        var batch = CaseBatch()
        batch.flags = (0..<95).map { .sample("s\($0)", score: 0.5, fen: Int64(1_000_000 - $0)) }
        try file.commit(batch)
        let preview = try file.preview(.matching(FlagQuery(minimumFen: 10_000)))
        #expect(preview.samples.map(\.accountID) == (0..<10).map { "s\($0 * 10)" })
        #expect(try file.preview(.matching(FlagQuery(gangID: "none"))).samples.isEmpty)
    }

    @Test func moreThanOneTransactionHolds() throws {
        var batch = CaseBatch()
        batch.flags = (0..<2_500).map { .sample("s\($0)") }
        try file.commit(batch)
        #expect(
            try file.decide(.confirm, .matching(FlagQuery()), reviewer: "li", decidedMs: 1).added.count
                == 2_503)
        #expect(try file.total(FlagQuery(status: .confirmed)).flags == 2_503)
        let ids = try file.decisions().map(\.id)
        #expect(try file.undo(.decisions(ids), reviewer: "li", decidedMs: 2).count == 2_503)
        #expect(try file.total(FlagQuery(status: .open)).flags == 2_503)
    }

    @Test func undoOfOnesOwnLeavesWhatOthersDecidedSince() throws {
        let mine = try file.decide(.confirm, .accounts(["a", "b"]), reviewer: "li", decidedMs: 1).added
        try file.decide(.clear, .accounts(["b"]), reviewer: "wu", decidedMs: 2)
        let undone = try file.undo(.decisions(mine.map(\.id)), reviewer: "li", decidedMs: 3)
        #expect(undone.map(\.accountID) == ["a", "a"])
        #expect(try statuses("a") == ["coupon_abuse": .open, "fake_order": .open])
        #expect(try statuses("b") == ["coupon_abuse": .cleared])
        // Twice is once.
        #expect(try file.undo(.decisions(mine.map(\.id)), reviewer: "li", decidedMs: 4).isEmpty)
    }

    @Test func twoReviewersAtOnceLoseNothing() async throws {
        let path = folder.database
        await withTaskGroup(of: Void.self) { group in
            for reviewer in ["li", "wu"] {
                group.addTask {
                    let file = try! CaseFile.open(path)
                    for turn in 0..<50 {
                        try! file.decide(
                            turn % 2 == 0 ? .confirm : .clear, .accounts(["a", "b"]), reviewer: reviewer,
                            decidedMs: Int64(turn))
                    }
                }
            }
        }
        let decisions = try file.decisions()
        #expect(decisions.count == 2 * 50 * 3)
        for reviewer in ["li", "wu"] {
            #expect(
                decisions.filter { $0.reviewer == reviewer && $0.accountID == "b" }.map(\.decidedMs)
                    == (0..<50).map(Int64.init))
        }
        #expect(try statuses("b")["coupon_abuse"] == decisions.last { $0.accountID == "b" }?.verdict?.status)
    }
}
