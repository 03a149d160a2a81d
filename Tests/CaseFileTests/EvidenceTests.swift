import Foundation
import GRDB
import Testing

@testable import CaseFile

@Suite struct EvidenceTests {
    private let folder = TemporaryFolder()

    private func evidence(_ id: String, campaign: String? = "spring") -> AccountEvidence {
        var money = AccountEvidence.Money()
        money.claimedFen = 3_000
        money.discountedFen = 1_000
        money.pointsFen = 20
        return AccountEvidence(
            accountID: id, firstSeenMs: 900, money: money,
            events: [
                .init(ms: 1_000, event: "register"),
                .init(ms: 1_200, event: "coupon_claim", amountFen: 1_000, campaign: campaign, thing: "9f3a"),
                .init(ms: 1_201, event: "coupon_redeem", thing: "\"\n", couponAbuse: 0.734, fakeOrder: 0.001),
                .init(ms: 1_300, event: "order_pay", fakeOrder: 1),
                .init(ms: 1_400, event: "coupon_claim", ok: false),
                .init(ms: 1_500, event: "order_pay", couponAbuse: 0.1, fakeOrder: 0.2, ok: false),
            ])
    }

    @Test func comesBackAsItWasWritten() throws {
        let file = try CaseFile.open(folder.database)
        var batch = CaseBatch()
        batch.flags = [.sample("a\0")]
        batch.evidence = [PackedEvidence(evidence("a\0"))]
        try file.commit(batch)
        var expected = evidence("a\u{2400}")
        #expect(try file.evidence(account: "a\0") == expected)
        #expect(try file.flags()[0].campaigns == ["spring"])
        #expect(expected.scores(risk: "coupon_abuse").map(\.score) == [0.734, 0.1])
        #expect(expected.money.takenFen(risk: "coupon_abuse") == 1_020)
        #expect(expected.money.pendingFen(risk: "coupon_abuse") == 2_000)

        expected.events.removeFirst()
        batch.evidence = [PackedEvidence(expected)]
        try file.commit(batch)
        #expect(try file.evidence(account: "a\0") == expected)
        #expect(try file.evidence(account: "b") == nil)
    }

    @Test func goesWithTheLastFlagOfItsAccount() throws {
        let file = try CaseFile.open(folder.database)
        var batch = CaseBatch()
        batch.provisional = [.sample("a"), .sample("a", risk: "fake_order")]
        batch.evidence = [PackedEvidence(evidence("a"))]
        try file.commit(batch)
        batch = CaseBatch()
        batch.withdrawn = [FlagKey(accountID: "a", risk: "coupon_abuse")]
        try file.commit(batch)
        #expect(try file.evidence(account: "a") != nil)
        batch.withdrawn = [FlagKey(accountID: "a", risk: "fake_order")]
        try file.commit(batch)
        #expect(try file.evidence(account: "a") == nil)
    }

    @Test func theAuditTrailOnlyGrows() throws {
        let file = try CaseFile.open(folder.database)
        try file.audit("unmask", who: "li", account: "a", atMs: 1)
        try file.audit("export", who: "wu", detail: "2 accounts", atMs: 2)
        try file.audit("unmask", who: "li", account: "b", atMs: 3)
        let trail = try file.auditTrail()
        #expect(
            trail.map { "\($0.atMs) \($0.who) \($0.action) \($0.accountID ?? "-") \($0.detail ?? "-")" } == [
                "3 li unmask b -", "2 wu export - 2 accounts", "1 li unmask a -",
            ])
        #expect(try file.auditTrail(account: "a").map(\.atMs) == [1])
        #expect(try file.auditTrail(limit: 1, before: trail[0].id) == [trail[1]])
        let queue = try DatabaseQueue(path: folder.database)
        for sql in ["DELETE FROM audit_trail", "UPDATE audit_trail SET who = 'x'"] {
            #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        }
    }

    /// A file as the version before wrote it, with a cleared flag.
    @Test(arguments: [CaseFile.Access.readWrite, .readOnly])
    func anOlderFileIsBroughtUp(access: CaseFile.Access) throws {
        let queue = try DatabaseQueue(path: folder.database)
        try queue.write { db in
            for step in Schema.steps[..<2] { try db.execute(sql: step) }
            try db.execute(
                sql: """
                    PRAGMA application_id = \(Schema.applicationID);
                    PRAGMA user_version = 2;
                    INSERT INTO flagged_accounts VALUES
                        ('a', 'coupon_abuse', 0.5, 'high', 1, 2, 300, '[]', '["gang"]', NULL, 'default', 'cleared');
                    INSERT INTO decisions VALUES (7, 'a', 'coupon_abuse', 'clear', 'li', NULL, 5);
                    INSERT INTO decision_evidence VALUES (7, 2, 0.5, 'default');
                    """)
        }
        try queue.close()
        let file = try CaseFile.open(folder.database, access: access)
        #expect(try file.flags(FlagQuery(tag: "gang")).map(\.accountID) == ["a"])
        #expect(try file.newEvidence([FlagKey(accountID: "a", risk: "coupon_abuse")]).isEmpty)
        let writer = try CaseFile.open(folder.database)
        try writer.commit(.sample("a", score: 0.6, first: 1, fen: 9_000))
        #expect(try file.flags()[0].status == .cleared)
        try writer.commit(.sample("a", score: 0.9, first: 1, fen: 9_000))
        #expect(try file.flags()[0].status == .open)
    }
}
