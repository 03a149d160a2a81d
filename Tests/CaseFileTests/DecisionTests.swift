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
            .confirm, accounts: ["a", "b"], reviewer: "li", note: "同一设备", decidedMs: 123)
        #expect(added.map(\.accountID) == ["a", "a", "b"])
        #expect(try file.decisions() == added)
        #expect(try file.decisions(account: "b") == [added[2]])
        #expect(try statuses("a") == ["coupon_abuse": .confirmed, "fake_order": .confirmed])
    }

    @Test func onlyTheRiskThatIsNamed() throws {
        try file.decide(.clear, accounts: ["a"], risk: "fake_order", reviewer: "li", decidedMs: 1)
        #expect(try statuses("a") == ["coupon_abuse": .open, "fake_order": .cleared])
    }

    @Test func oneUnknownAccountRecordsNothing() throws {
        let error = #expect(throws: CaseFileError.self) {
            try file.decide(.confirm, accounts: ["a", "no\u{1B}one"], reviewer: "li", decidedMs: 1)
        }
        #expect(error?.cause == .notFlagged(account: "no\u{1B}one"))
        #expect(error?.description.contains("\u{1B}") == false)
        #expect(try file.decisions().isEmpty)
        #expect(try statuses("a")["coupon_abuse"] == .open)
    }

    @Test func undoTakesBackTheLastThatStands() throws {
        try file.decide(.confirm, accounts: ["b"], reviewer: "li", decidedMs: 1)
        try file.decide(.clear, accounts: ["b"], reviewer: "wu", decidedMs: 2)
        try file.undo(accounts: ["b"], reviewer: "wu", decidedMs: 3)
        #expect(try statuses("b") == ["coupon_abuse": .confirmed])
        try file.undo(accounts: ["b"], reviewer: "li", decidedMs: 4)
        #expect(try statuses("b") == ["coupon_abuse": .open])
        let error = #expect(throws: CaseFileError.self) {
            try file.undo(accounts: ["b"], reviewer: "li", decidedMs: 5)
        }
        #expect(error?.cause == .nothingToUndo(account: "b"))
        #expect(try file.decisions().map(\.verdict) == [.confirm, .clear, nil, nil])
    }

    @Test func decisionsCannotBeChangedOrRemoved() throws {
        try file.decide(.confirm, accounts: ["b"], reviewer: "li", decidedMs: 1)
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
        try file.decide(.clear, accounts: ["a"], risk: "coupon_abuse", reviewer: "li", decidedMs: 1)
        try file.decide(.confirm, accounts: ["a"], risk: "coupon_abuse", reviewer: "li", decidedMs: 2)
        try file.decide(.confirm, accounts: ["a"], risk: "fake_order", reviewer: "li", decidedMs: 3)
        try file.decide(.unsure, accounts: ["a"], risk: "fake_order", reviewer: "li", decidedMs: 4)
        try file.decide(.clear, accounts: ["b"], reviewer: "li", decidedMs: 5)
        try file.decide(.confirm, accounts: ["b"], reviewer: "li", decidedMs: 6)
        try file.undo(accounts: ["b"], reviewer: "li", decidedMs: 7)
        #expect(
            try file.labels() == [
                CaseLabel(accountID: "a", risk: "coupon_abuse", label: 1, asOfMs: 50),
                CaseLabel(accountID: "b", risk: "coupon_abuse", label: 0, asOfMs: 70),
            ])
    }

    @Test func aLabelKeepsTheMomentItWasJudgedAt() throws {
        try file.decide(.confirm, accounts: ["b"], reviewer: "li", decidedMs: 1)
        try file.commit(.sample("b", last: 9_999))
        #expect(try file.labels().map(\.asOfMs) == [70])
    }
}
