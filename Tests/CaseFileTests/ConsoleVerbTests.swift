import CaseFile
import Testing

/// What the review console asks a case file besides lists and single accounts.
@Suite struct ConsoleVerbTests {
    let folder = TemporaryFolder()

    @Test func aGlanceTellsTheFlagsOfOneAccount() throws {
        let file = try CaseFile.open(folder.database)
        try file.commit(.sample("a", score: 0.6), .sample("a", risk: "fake_order", score: 0.8), .sample("b"))
        #expect(try file.glance(account: "a").flags.map(\.risk) == ["fake_order", "coupon_abuse"])
        #expect(try file.glance(account: "a\u{0}").flags.isEmpty)
        #expect(try file.accountIDs().sorted() == ["a", "b"])
    }

    @Test func theMarkChangesWhenAnotherConnectionWrites() throws {
        let file = try CaseFile.open(folder.database)
        let other = try CaseFile.open(folder.database)
        let before = try file.changeMark()
        #expect(try file.changeMark() == before)
        try other.commit(.sample())
        #expect(try file.changeMark() != before)
    }

    @Test func neighboursShareAThingThatFewHave() throws {
        let file = try CaseFile.open(folder.database)
        func link(_ account: String, _ kind: String, _ thing: UInt64, of accounts: Int) -> AccountLink {
            AccountLink(
                accountID: account, kind: kind, thingKey: thing, accounts: accounts,
                lastMs: 1)
        }
        var batch = CaseBatch()
        batch.flags = [.sample("a"), .sample("b", score: 0.4), .sample("b", risk: "fake_order", score: 0.7)]
        batch.gangs = GangTables(
            members: [GangMember(gangID: "g-1", accountID: "c", tie: 1, isFlagged: false, joinedMs: 0)],
            links: [
                link("a", "device", 1, of: 3), link("b", "device", 1, of: 3), link("c", "device", 1, of: 3),
                link("a", "payer", 2, of: 2), link("c", "payer", 2, of: 2), link("a", "ip", 3, of: 9_000),
                link("b", "ip", 3, of: 9_000),
            ], ownTags: \.tags)
        try file.commit(batch)
        let found = try file.neighbours(account: "a", limit: 10)
        #expect(found.map { "\($0.accountID) \($0.kind)" } == ["c payer", "b device", "c device"])
        #expect(found[1].score == 0.7 && found[1].status == .open && found[0].status == nil)
        #expect(try file.neighbours(account: "a", limit: 1).count == 1)
        #expect(try file.gang(of: "c") == "g-1" && file.gang(of: "a") == nil)
    }

    @Test func theOverviewSumsHoursCampaignsKindsAndDecisions() throws {
        let file = try CaseFile.open(folder.database)
        let hour: Int64 = 3_600_000
        var batch = CaseBatch()
        batch.flags = [
            .sample("a", score: 0.95, first: 100 * hour, fen: 500),
            .sample("b", score: 0.91, first: 100 * hour + 5, fen: 300),
            .sample("c", score: 0.31, first: 98 * hour, fen: 100, tags: ["brushing", "gang"]),
            .sample("d", first: hour),
        ]
        batch.evidence = ["a", "b"].map {
            PackedEvidence(
                AccountEvidence(
                    accountID: $0, firstSeenMs: 0,
                    events: [.init(ms: 1, event: "coupon_claim", campaign: "spring")]))
        }
        try file.commit(batch)
        try file.decide(.confirm, .accounts(["a", "c"]), reviewer: "r", decidedMs: 1)
        try file.decide(.clear, .accounts(["b"]), reviewer: "r", decidedMs: 1)
        let overview = try file.overview(hours: 48)
        #expect(
            overview.hours.map(\.ms) == [98 * hour, 100 * hour] && overview.hours.map(\.flags) == [1, 2])
        let spring = try #require(overview.campaigns.first { $0.campaign == "spring" })
        #expect(
            spring.flags == 2 && spring.amountAtRiskFen == 800 && spring.confirmed == 1 && spring.cleared == 1
        )
        #expect(overview.campaigns.contains { $0.campaign.isEmpty && $0.flags == 2 })
        let brushing = try #require(overview.clusters.first { $0.tags == ["brushing", "gang"] })
        #expect(brushing.features == ["device_accounts_1d"] && brushing.confirmed == 1)
        #expect(overview.tenths.map(\.tenth) == [3, 9] && overview.tenths.map(\.confirmed) == [1, 1])
        #expect(overview.tenths.map(\.cleared) == [0, 1])
    }

    @Test func filtersAreSavedByName() throws {
        let file = try CaseFile.open(folder.database)
        try file.save(SavedFilter(name: "b", query: "risk=fake_order"))
        try file.save(SavedFilter(name: "a", query: "level=high"))
        try file.save(SavedFilter(name: "b", query: "tag=gang"))
        #expect(try file.savedFilters().map(\.query) == ["level=high", "tag=gang"])
        try file.deleteFilter(named: "b")
        #expect(try file.savedFilters().map(\.name) == ["a"])
    }
}
