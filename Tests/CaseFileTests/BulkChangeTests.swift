import GRDB
import Testing

@testable import CaseFile

@Suite struct BulkChangeTests {
    let folder = TemporaryFolder()
    private static let count = 1_200

    /// Many flags with evidence, some in a gang and some whose account is flagged twice.
    private func batch(_ range: Range<Int>, score: Double, gangs: GangTables? = nil) -> CaseBatch {
        var batch = CaseBatch()
        for index in range {
            let id = "a\(index * 7_919 % 10_007)"
            batch.flags.append(
                .sample(id, score: score - Double(index % 50) / 100, fen: Int64(index % 90) * 100))
            if index % 10 == 0 { batch.flags.append(.sample(id, risk: "fake_order", score: score)) }
            batch.evidence.append(
                PackedEvidence(
                    AccountEvidence(
                        accountID: id, firstSeenMs: 5,
                        events: [.init(ms: 6, event: "coupon_claim", campaign: "c\(index % 3)")])))
        }
        batch.gangs = gangs
        return batch
    }

    private func gangs(_ accounts: [String]) -> GangTables {
        GangTables(
            gangs: [
                Gang(
                    id: "g-1", members: accounts.count, flagged: 1, density: 0.5, score: 0.75, firstSeenMs: 1,
                    lastSeenMs: 9, takenFen: 500, pendingFen: 70, claimSpanMs: 3, ties: [])
            ],
            members: accounts.sorted().map {
                GangMember(gangID: "g-1", accountID: $0, tie: 1, isFlagged: true, joinedMs: 3)
            },
            links: accounts.sorted().map {
                AccountLink(accountID: $0, kind: "payer", thingKey: 255, accounts: 4, lastMs: 8)
            }, ownTags: \.tags)
    }

    private func pays(_ batch: CaseBatch, _ file: CaseFile) throws -> Bool {
        try file.read("test") { try BulkChange.pays(batch, $0) }
    }

    @Test func manyFlagsAtOnceAreTheSameAsAFewAtATime() throws {
        let others = TemporaryFolder()
        let (whole, parts) = (try CaseFile.open(folder.database), try CaseFile.open(others.database))
        for (score, found) in [(0.9, ["a0", "a7919", "a5831"]), (0.97, ["a7919", "a3743", "nobody"])] {
            let all = batch(0..<BulkChangeTests.count, score: score, gangs: gangs(found))
            #expect(try pays(all, whole))
            try whole.commit(all)
            for start in stride(from: 0, to: BulkChangeTests.count, by: 400) {
                let part = batch(start..<start + 400, score: score)
                #expect(try !pays(part, parts))
                try parts.commit(part)
            }
            var last = CaseBatch()
            last.gangs = gangs(found)
            try parts.commit(last)
            let (left, right) = (try contents(folder.database), try contents(others.database))
            #expect(left == right)
            #expect(left.filter { $0.hasPrefix("flag_queue ") }.count == BulkChangeTests.count * 11 / 10)
            #expect(left.filter { $0.hasPrefix("flag_queue ") && $0.contains("g-1") }.count >= 2)
            // The second time round a reviewer has cleared one.
            for file in [whole, parts] {
                _ = try file.decide(
                    .clear, .accounts(["a0"], risk: "coupon_abuse"), reviewer: "r",
                    decidedMs: 9)
            }
        }
    }

    @Test func manyFlagsAheadOfTheOrderAreTheSameAsAFewAtATime() throws {
        let others = TemporaryFolder()
        let (whole, parts) = (try CaseFile.open(folder.database), try CaseFile.open(others.database))
        for file in [whole, parts] { try file.commit(batch(600..<900, score: 0.9)) }
        func ahead(_ range: Range<Int>) -> CaseBatch {
            var found = batch(range, score: 0.95)
            (found.provisional, found.flags) = (found.flags, [])
            return found
        }
        var all = ahead(0..<BulkChangeTests.count)
        all.gangs = gangs(["a0", "a7919"])
        #expect(try pays(all, whole))
        try whole.commit(all)
        for start in stride(from: 0, to: BulkChangeTests.count, by: 400) {
            try parts.commit(ahead(start..<start + 400))
        }
        var last = CaseBatch()
        last.gangs = all.gangs
        try parts.commit(last)
        #expect(try contents(folder.database) == contents(others.database))
        #expect(try whole.provisionalFlags().count == BulkChangeTests.count * 11 / 10)
        // Taken away again, the rows say what they said before.
        for file in [whole, parts] {
            var none = CaseBatch()
            none.withdrawn = try file.provisionalFlags()
            #expect(try !pays(none, file))
            try file.commit(none)
            #expect(try file.flags().count == 330)
        }
        #expect(try contents(folder.database) == contents(others.database))
    }

    @Test func whatIsKeptBesideTheFlagsIsThereAgain() throws {
        let others = TemporaryFolder()
        let (file, fresh) = (try CaseFile.open(folder.database), try CaseFile.open(others.database))
        try file.commit(batch(0..<BulkChangeTests.count, score: 0.9))
        func schema(_ file: CaseFile) throws -> [String] {
            try file.read("test") {
                try String.fetchAll(
                    $0, sql: "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master")
            }.sorted()
        }
        #expect(try schema(file) == schema(fresh))
        // The triggers live.
        try file.commit(.sample("a7919", score: 0.99, fen: 1_000_000_000))
        #expect(try file.flags().first?.accountID == "a7919")
    }

    @Test func aSmallChangeOfALargeFileIsMadeRowByRow() throws {
        let file = try CaseFile.open(folder.database)
        try file.commit(batch(0..<5_000, score: 0.9))
        #expect(try !pays(batch(0..<1_000, score: 0.9), file))
        #expect(try pays(batch(0..<2_000, score: 0.9), file))
        var ahead = batch(0..<2_000, score: 0.9)
        ahead.withdrawn = [FlagKey(accountID: "a0", risk: "coupon_abuse")]
        #expect(try !pays(ahead, file))
    }

    private func journal(_ file: CaseFile) throws -> String? {
        try file.read("test") { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
    }

    @Test func anEmptyFileIsFilledWithoutALogAndHasItAgain() throws {
        let file = try CaseFile.open(folder.database)
        let many = batch(0..<BulkChangeTests.count, score: 0.9)
        #expect(BulkChange.isLarge(many))
        #expect(try file.read("test") { try BulkChange.isFirst($0) })
        try file.commit(many)
        #expect(try journal(file) == "wal")
        // Whoever reads now sees what was there before the next commit, until it is done.
        #expect(try !file.read("test") { try BulkChange.isFirst($0) })
        let reader = try CaseFile.open(folder.database, access: .readOnly)
        #expect(try reader.total().flags == BulkChangeTests.count * 11 / 10)
    }

    @Test func anEmptyFileThatSomeoneReadsKeepsItsLog() throws {
        let file = try CaseFile.open(folder.database)
        let reader = try CaseFile.open(folder.database, access: .readOnly)
        #expect(try reader.total().flags == 0)
        try file.commit(batch(0..<BulkChangeTests.count, score: 0.9))
        #expect(try journal(file) == "wal")
        #expect(try reader.total().flags == BulkChangeTests.count * 11 / 10)
    }

    @Test func anEmptyFileThatCannotBeFilledStaysEmpty() throws {
        let file = try CaseFile.open(folder.database)
        // The limit makes SQLite report what a full disk makes it report.
        try file.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 100") }
        let error = #expect(throws: CaseFileError.self) {
            try file.commit(batch(0..<BulkChangeTests.count, score: 0.9))
        }
        #expect(error?.cause == .diskFull)
        #expect(try file.total().flags == 0)
        #expect(try journal(file) == "wal")
        #expect(try contents(folder.database).isEmpty)
        try file.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try file.commit(batch(0..<BulkChangeTests.count, score: 0.9))
        #expect(try file.total().flags == BulkChangeTests.count * 11 / 10)
    }

    /// All rows that a commit writes, in the order of their text.
    private func contents(_ path: String) throws -> [String] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { db in
            try [
                "flagged_accounts", "flag_queue", "account_evidence", "account_links", "gangs",
                "gang_members",
                "cleared_flags", "provisional_flags",
            ].flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }
            }.sorted()
        }
    }
}
