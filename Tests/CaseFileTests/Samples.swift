import CaseFile
import GRDB

extension FlaggedAccount {
    /// A flag with everything filled in, to be changed where a test cares.
    static func sample(
        _ id: String = "acc-1", risk: String = "coupon_abuse", score: Double = 0.9, level: String = "high",
        first: Int64 = 1_000, last: Int64 = 2_000, fen: Int64 = 500,
        reasons: [Reason] = [Reason(feature: "device_accounts_1d", value: 37, contribution: 2.25)],
        tags: [String] = ["coupon_farming"], gang: String? = nil, model: String = "default"
    ) -> FlaggedAccount {
        FlaggedAccount(
            accountID: id, risk: risk, score: score, level: level, firstFlaggedMs: first, lastScoredMs: last,
            amountAtRiskFen: fen, reasons: reasons, tags: tags, gangID: gang, model: model)
    }
}

extension CaseFile {
    func commit(_ flags: FlaggedAccount...) throws {
        var batch = CaseBatch()
        batch.flags = flags
        try commit(batch)
    }
}

/// Every row of every table in text, to compare two states of a file.
func dump(_ path: String) throws -> [String] {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    return try queue.read { db in
        let tables = [
            "flagged_accounts", "decisions", "decision_evidence", "rejected_lines", "rejected_counts",
            "metadata", "gangs", "gang_members",
        ]
        return try tables.flatMap { table in
            try Row.fetchAll(db, sql: "SELECT * FROM \(table) ORDER BY rowid").map { "\(table) \($0)" }
        }
    }
}

/// A second writer that takes the write lock and keeps it until it is told to end.
struct LockHolder {
    private let queue: DatabaseQueue

    init(_ path: String, doing sql: String = "") throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA journal_mode = WAL")
            try $0.execute(sql: "BEGIN IMMEDIATE; \(sql)")
        }
    }

    func end(_ how: String = "COMMIT") throws {
        try queue.writeWithoutTransaction { try $0.execute(sql: how) }
    }
}
