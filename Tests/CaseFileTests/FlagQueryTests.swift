import GRDB
import Testing

@testable import CaseFile

@Suite struct FlagQueryTests {
    let folder = TemporaryFolder()
    let file: CaseFile

    init() throws {
        file = try CaseFile.open(folder.database)
        try file.commit(
            .sample("a", score: 0.5, level: "review", first: 3, fen: 1_000, tags: ["brushing", "gang"]),
            .sample("b", score: 0.9, first: 1, fen: 100, gang: "g-1"),
            .sample("c", risk: "fake_order", score: 0.8, first: 2, fen: 5_000, tags: ["gang"]),
            .sample("d", score: 0.9, first: 1, fen: 100))
    }

    @Test(arguments: [
        (FlagSort.priority, ["c", "a", "b", "d"]), (.score, ["b", "d", "c", "a"]),
        (.amount, ["c", "a", "b", "d"]), (.time, ["a", "c", "b", "d"]),
    ])
    func order(sort: FlagSort, expected: [String]) throws {
        #expect(try file.flags(sort: sort).map(\.accountID) == expected)
    }

    @Test(arguments: [
        (FlagFilter(risk: "fake_order"), ["c"]), (FlagFilter(level: "review"), ["a"]),
        (FlagFilter(tag: "gang"), ["c", "a"]), (FlagFilter(tag: "gan"), []),
        (FlagFilter(gangID: "g-1"), ["b"]),
        (FlagFilter(minimumScore: 0.9), ["b", "d"]), (FlagFilter(status: .confirmed), []),
        (FlagFilter(risk: "coupon_abuse", tag: "gang", minimumScore: 0.1), ["a"]),
    ])
    func filter(filter: FlagFilter, expected: [String]) throws {
        #expect(try file.flags(filter).map(\.accountID) == expected)
        #expect(try file.flagCount(filter) == expected.count)
    }

    @Test func pages() throws {
        #expect(try file.flags(limit: 2).map(\.accountID) == ["c", "a"])
        #expect(try file.flags(limit: 2, offset: 2).map(\.accountID) == ["b", "d"])
        #expect(try file.flags(limit: 0).isEmpty)
    }

    @Test func countsByKind() throws {
        let counts = try file.counts()
        #expect(
            counts.map { "\($0.risk) \($0.level) \($0.status) \($0.flags) \($0.amountAtRiskFen)" } == [
                "coupon_abuse high open 2 200", "coupon_abuse review open 1 1000",
                "fake_order high open 1 5000",
            ])
    }

    @Test func accountsByTheirEnds() throws {
        try file.commit(.sample("user-12345"), .sample("user-99345"), .sample("用户-345"))
        #expect(try file.accounts(beginning: "us", ending: "345", limit: 9) == ["user-12345", "user-99345"])
        #expect(try file.accounts(beginning: "us", ending: "2345", limit: 9) == ["user-12345"])
        #expect(try file.accounts(beginning: "用", ending: "345", limit: 9) == ["用户-345"])
        #expect(try file.accounts(beginning: "a", ending: "a", limit: 9).isEmpty)
    }

    @Test func theQueueIsReadByItsIndex() throws {
        let plan = try file.queue.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    EXPLAIN QUERY PLAN SELECT * FROM flagged_accounts
                    ORDER BY score * amount_at_risk_fen DESC, account_id, risk LIMIT 50
                    """
            ).map { $0["detail"] as String }
        }
        #expect(plan.contains { $0.contains("flagged_accounts_by_priority") })
        #expect(!plan.contains { $0.contains("TEMP B-TREE") })
    }
}
