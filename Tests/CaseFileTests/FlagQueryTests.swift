import GRDB
import Testing

@testable import CaseFile

@Suite struct FlagQueryTests {
    let folder = TemporaryFolder()
    let file: CaseFile

    init() throws {
        file = try CaseFile.open(folder.database)
        var batch = CaseBatch()
        batch.flags = [
            .sample("a", score: 0.5, level: "review", first: 3, fen: 1_000, tags: ["brushing", "gang"]),
            .sample("b", score: 0.9, first: 1, fen: 100, gang: "g-1"),
            .sample("c", risk: "fake_order", score: 0.8, first: 2, fen: 5_000, tags: ["gang"]),
            .sample("d", score: 0.9, first: 1, fen: 100),
        ]
        batch.evidence = [
            AccountEvidence(
                accountID: "b", firstSeenMs: 1,
                events: [.init(ms: 1, event: "coupon_claim", campaign: "spring \"26\"")]),
            AccountEvidence(
                accountID: "c", firstSeenMs: 1, events: [.init(ms: 1, event: "share", campaign: "618")]),
        ].map(PackedEvidence.init)
        try file.commit(batch)
    }

    @Test(arguments: [
        (FlagSort.priority, ["c", "a", "b", "d"]), (.score, ["b", "d", "c", "a"]),
        (.amount, ["c", "a", "b", "d"]), (.time, ["a", "c", "b", "d"]),
    ])
    func order(sort: FlagSort, expected: [String]) throws {
        #expect(try file.flags(FlagQuery(sort: sort)).map(\.accountID) == expected)
    }

    @Test(arguments: [
        (FlagQuery(risk: "fake_order"), ["c"]), (FlagQuery(level: "review"), ["a"]),
        (FlagQuery(tag: "gang"), ["c", "a"]), (FlagQuery(tag: "gan"), []),
        (FlagQuery(campaign: "618"), ["c"]), (FlagQuery(campaign: "spring \"26\""), ["b"]),
        (FlagQuery(campaign: "spring"), []), (FlagQuery(gangID: "g-1"), ["b"]),
        (FlagQuery(minimumScore: 0.9), ["b", "d"]), (FlagQuery(maximumScore: 0.5), ["a"]),
        (FlagQuery(minimumFen: 1_000, maximumFen: 4_999), ["a"]), (FlagQuery(sinceMs: 2), ["c", "a"]),
        (FlagQuery(search: "b"), ["b"]), (FlagQuery(search: "%"), []),
        (FlagQuery(status: .confirmed), []),
        (FlagQuery(risk: "coupon_abuse", tag: "gang", minimumScore: 0.1), ["a"]),
    ])
    func filter(query: FlagQuery, expected: [String]) throws {
        let flags = try file.flags(query)
        #expect(flags.map(\.accountID) == expected)
        #expect(
            try file.total(query)
                == FlagTotal(
                    flags: expected.count, amountAtRiskFen: flags.reduce(0) { $0 + $1.amountAtRiskFen }))
    }

    /// Whichever index an order has, and whatever of a filter that leaves out.
    @Test(arguments: FlagSort.allCases)
    func filterInEveryOrder(sort: FlagSort) throws {
        for query in [
            FlagQuery(risk: "coupon_abuse"), FlagQuery(tag: "gang"), FlagQuery(minimumScore: 0.6),
            FlagQuery(maximumFen: 1_000), FlagQuery(sinceMs: 2), FlagQuery(minimumScore: 0.6, sinceMs: 1),
        ] {
            var ordered = query
            ordered.sort = sort
            let all = try file.flags(FlagQuery(sort: sort)).map(\.accountID)
            let expected = Set(try file.flags(query).map(\.accountID))
            var found: [String] = []
            var cursor: FlagCursor?
            repeat {
                let page = try file.page(ordered, limit: 1, after: cursor)
                found += page.flags.map(\.accountID)
                cursor = page.next
            } while cursor != nil
            #expect(found == all.filter(expected.contains))
        }
    }

    @Test func aMaskedIdIsSearchedByItsEnds() throws {
        try file.commit(.sample("user-12345"), .sample("user-99345"), .sample("用户-345"))
        func found(_ search: String) throws -> [String] {
            try file.flags(FlagQuery(search: search)).map(\.accountID)
        }
        #expect(try found("us…345") == ["user-12345", "user-99345"])
        #expect(try found("us…2345") == ["user-12345"])
        #expect(try found("用…345") == ["用户-345"])
        #expect(try found("用户-3…-345").isEmpty)
    }

    @Test(arguments: FlagSort.allCases, [1, 2, 3])
    func pagesFollowOnEachOther(sort: FlagSort, limit: Int) throws {
        // Equals in every order, so that ids decide.
        for id in ["e", "f", "g"] { try file.commit(.sample(id, score: 0.9, first: 1, fen: 100)) }
        let query = FlagQuery(sort: sort)
        var ids: [String] = []
        var cursor: FlagCursor?
        repeat {
            let page = try file.page(query, limit: limit, after: cursor)
            #expect(page.flags.count == limit || page.next == nil)
            ids += page.flags.map(\.accountID)
            cursor = try page.next.map { try #require(FlagCursor($0.text)) }
            #expect(cursor == page.next)
        } while cursor != nil
        #expect(try ids == file.flags(query).map(\.accountID))
    }

    @Test func aPageGoesOnWhereTheListHasChanged() throws {
        let first = try file.page(FlagQuery(), limit: 2)
        #expect(first.flags.map(\.accountID) == ["c", "a"])
        // What comes before the cursor is not shown, what comes behind it is.
        try file.commit(.sample("new top", score: 1, fen: 9_000), .sample("new last", score: 0.1, fen: 1))
        let second = try file.page(FlagQuery(), limit: 9, after: first.next)
        #expect(second.flags.map(\.accountID) == ["b", "d", "new last"])
        #expect(second.next == nil)
    }

    @Test(arguments: [
        "", "priority", "priority-r-zz", "priority-x-1-1", "size-r-1-1", "score-r-3wxyzzzzzzzzz-1",
    ])
    func whatIsNoCursor(text: String) { #expect(FlagCursor(text) == nil) }

    @Test func aCursorNamesNoAccountAndFitsOneOrder() throws {
        let cursor = try #require(try file.page(FlagQuery(), limit: 1).next)
        #expect(cursor.text.hasPrefix("priority-r-"))
        let error = #expect(throws: CaseFileError.self) {
            try file.page(FlagQuery(sort: .score), limit: 1, after: cursor)
        }
        #expect(error?.cause == .badCursor)
    }

    @Test func countsByKind() throws {
        let counts = try file.counts()
        #expect(
            counts.map { "\($0.risk) \($0.level) \($0.status) \($0.flags) \($0.amountAtRiskFen)" } == [
                "coupon_abuse high open 2 200", "coupon_abuse review open 1 1000",
                "fake_order high open 1 5000",
            ])
    }

    @Test func hostileAmountsDoNotOverflowASum() throws {
        try file.commit(.sample("x", fen: .max), .sample("y", fen: .max))
        #expect(try file.total().amountAtRiskFen == .max)
        #expect(try file.counts()[0].amountAtRiskFen == .max)
    }

    @Test func accountsByTheirEnds() throws {
        try file.commit(.sample("user-12345"), .sample("user-99345"), .sample("用户-345"))
        #expect(try file.accounts(beginning: "us", ending: "345", limit: 9) == ["user-12345", "user-99345"])
        #expect(try file.accounts(beginning: "us", ending: "2345", limit: 9) == ["user-12345"])
        #expect(try file.accounts(beginning: "用", ending: "345", limit: 9) == ["用户-345"])
        #expect(try file.accounts(beginning: "a", ending: "a", limit: 9).isEmpty)
    }

    /// The queue is kept by triggers: after all that can happen to a flag it says what the flags say.
    @Test func theQueueFollowsTheFlags() throws {
        func check(_ what: Comment) throws {
            try file.queue.read { db in
                let kept = try Row.fetchAll(db, sql: "SELECT * FROM flag_queue ORDER BY account_id, risk")
                let made = try Row.fetchAll(
                    db, sql: "SELECT * FROM flag_queue_source ORDER BY account_id, risk")
                #expect(kept == made, what)
                #expect(!kept.isEmpty, what)
            }
        }
        try file.commit(.sample("a", score: 0.99, fen: 2_000, tags: ["task_bot"], gang: "g-2"))
        try check("a higher score")
        try file.decide(.clear, .matching(FlagQuery()), reviewer: "li", decidedMs: 1)
        try check("decisions")
        var batch = CaseBatch()
        batch.provisional = [.sample("ahead", fen: 7), .sample("b", score: 0.95, fen: 50_000)]
        batch.evidence = [
            AccountEvidence(
                accountID: "b", firstSeenMs: 1, events: [.init(ms: 1, event: "share", campaign: "double11")])
        ].map(PackedEvidence.init)
        try file.commit(batch)
        try check("ahead")
        #expect(try file.flags(FlagQuery(campaign: "double11")).map(\.accountID) == ["b"])
        batch = CaseBatch()
        batch.withdrawn = [
            FlagKey(accountID: "ahead", risk: "coupon_abuse"), .init(accountID: "b", risk: "coupon_abuse"),
        ]
        try file.commit(batch)
        try check("withdrawn")
    }

    @Test func aPageReadsNoRowThatItDoesNotShow() throws {
        let plan = try file.queue.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    EXPLAIN QUERY PLAN SELECT account_id, risk FROM flag_queue WHERE priority <= 5
                    ORDER BY \(FlagQuery().order) LIMIT 50
                    """
            ).map { $0["detail"] as String }
        }
        #expect(plan.contains { $0.contains("SEARCH flag_queue USING PRIMARY KEY") })
        #expect(!plan.contains { $0.contains("TEMP B-TREE") })
    }
}
