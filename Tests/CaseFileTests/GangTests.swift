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
