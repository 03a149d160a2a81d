import GRDB
import Testing

@testable import CaseFile

@Suite struct GangTests {
    let folder = TemporaryFolder()

    private func tables(_ members: [(gang: String, account: String)]) -> GangTables {
        let ids = Set(members.map(\.gang)).sorted()
        return GangTables(
            gangs: ids.map { id in
                let size = members.count { $0.gang == id }
                return Gang(
                    id: id, members: size, flagged: size - 1, density: 0.5, score: 0.75, firstSeenMs: 1,
                    lastSeenMs: 9, takenFen: 500, pendingFen: 70, claimSpanMs: id == "g-1" ? nil : 540_000,
                    ties: [
                        .init(kind: "payer", things: 3, accounts: size),
                        .init(kind: "ip", things: 1, accounts: 2),
                    ])
            },
            members: members.map {
                GangMember(gangID: $0.gang, accountID: $0.account, tie: 1.5, isFlagged: true, joinedMs: 3)
            },
            links: members.map {
                AccountLink(
                    accountID: $0.account, kind: "payer", thingKey: 255, accounts: 4, lastMs: 8)
            }, ownTags: { $0.reasons.isEmpty ? [] : ["coupon_farming"] })
    }

    private func commit(_ file: CaseFile, _ gangs: GangTables, _ flags: FlaggedAccount...) throws {
        var batch = CaseBatch()
        batch.flags = flags
        batch.gangs = gangs
        try file.commit(batch)
    }

    @Test func gangsReadBackAsTheyWereWritten() throws {
        let file = try CaseFile.open(folder.database)
        let found = tables([("g-1", "a"), ("g-2", "b"), ("g-2", "c\u{0}\"")])
        try commit(file, found)
        #expect(try file.gangs() == found.gangs)
        #expect(try file.gang("g-2") == found.gangs[1])
        #expect(try file.gang("g-3") == nil)
        #expect(try file.members(gang: "g-1") == [found.members[0]])
        #expect(try file.links(account: "a") == [found.links[0]])
        #expect(try file.links(account: "c\u{0}\"").count == 1)
    }

    @Test func flagsNameTheGangOfTheirAccountAndCarryItsTag() throws {
        let file = try CaseFile.open(folder.database)
        try commit(
            file, tables([("g-1", "a"), ("g-1", "b")]), .sample("a"), .sample("a", risk: "fake_order"),
            .sample("b", tags: ["gang", "brushing"]), .sample("c"))
        func found(_ account: String) throws -> [String] {
            try file.flags(account: account).map { "\($0.gangID ?? "-") \($0.tags.joined(separator: ","))" }
        }
        #expect(try found("a") == ["g-1 coupon_farming,gang", "g-1 coupon_farming,gang"])
        #expect(try found("b") == ["g-1 gang,brushing"])
        #expect(try found("c") == ["- coupon_farming"])
        // Scored again without a look for gangs, it stays in its gang; found in none, it leaves no trace.
        try file.commit(.sample("a", score: 0.95))
        #expect(try found("a")[0] == "g-1 coupon_farming")
        try commit(file, tables([("g-1", "a"), ("g-1", "b")]))
        #expect(try found("a")[0] == "g-1 coupon_farming,gang")
        try commit(file, tables([("g-7", "b")]))
        #expect(try found("a")[0] == "- coupon_farming")
        #expect(try found("b") == ["g-7 gang,brushing"])
        #expect(try file.gangs().map(\.id) == ["g-7"])
    }

    /// Whatever was there before, the tables are those of a file that never saw anything else; and of what stays the same
    /// nothing is written.
    @Test func anotherLookLeavesNothingOfTheOneBefore() throws {
        var state: UInt64 = 7
        func next(_ count: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % count
        }
        func tables() -> GangTables {
            var found = GangTables { _ in [] }
            for account in ["", "B", "a", "b", "e\u{301}", "z\u{0}", "zz", "é", "中"] where next(3) > 0 {
                found.members.append(
                    GangMember(
                        gangID: "g-\(next(2))", accountID: account, tie: Double(next(2)),
                        isFlagged: next(2) == 0,
                        joinedMs: 3))
                for kind in ["ip", "payer"] where next(3) > 0 {
                    for thing in UInt64(0)..<3 where next(2) > 0 {
                        found.links.append(
                            AccountLink(
                                accountID: account, kind: kind, thingKey: thing, accounts: Int(next(2)) + 1,
                                lastMs: 8))
                    }
                }
            }
            return found
        }
        func content(_ file: CaseFile) throws -> [String] {
            try file.queue.read { db in
                try Row.fetchAll(db, sql: "SELECT * FROM gang_members ORDER BY account_id").map(\.description)
                    + Row.fetchAll(db, sql: "SELECT * FROM account_links").map(\.description)
            }
        }
        let file = try CaseFile.open(folder.database)
        for turn in 0..<40 {
            var found = tables()
            // Their order costs time and nothing else.
            if turn % 4 == 3 { found.links.reverse() }
            try commit(file, found)
            let fresh = try CaseFile.open(folder.path + "/fresh-\(turn).sqlite")
            try commit(fresh, found)
            #expect(try content(file) == content(fresh), "turn \(turn)")
            #expect(try content(file).count == found.members.count + found.links.count)
        }
        func changes() throws -> Int { try file.queue.read { $0.totalChangesCount } }
        var found = tables()
        // Stored under another name, it is written anew.
        found.members.removeAll { $0.accountID.contains("\0") }
        found.links.removeAll { $0.accountID.contains("\0") }
        try commit(file, found)
        let before = try changes()
        try commit(file, found)
        #expect(try changes() == before)
    }

    @Test func anAccountIsInOneGangAtMost() throws {
        let file = try CaseFile.open(folder.database)
        #expect(throws: CaseFileError.self) {
            try commit(file, tables([("g-1", "a"), ("g-2", "a")]), .sample("a"))
        }
        #expect(try file.flags().isEmpty)
    }

    @Test func theDearestGangStandsFirst() throws {
        let file = try CaseFile.open(folder.database)
        var found = tables([("g-1", "a"), ("g-2", "b")])
        found.gangs[1].pendingFen = 90_000
        try commit(file, found)
        #expect(try file.gangs(limit: 1).map(\.id) == ["g-2"])
    }
}
