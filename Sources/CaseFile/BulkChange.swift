import GRDB

/// A change of so many flags that what is kept beside them is made anew, in its own order, instead of row by row:
/// the triggers and the indexes are taken away before it and put back after it, in the same transaction. For some
/// 27,000 flags that is a third of the time.
enum BulkChange {
    /// A smaller batch is not worth a rebuild.
    private static let leastFlags = 1_000
    /// Nor is one that changes less than one flag in so many.
    private static let leastShare = 4
    private static let tables = "'flagged_accounts', 'account_evidence', 'account_links', 'flag_queue'"

    /// Whether a batch is such a change. Where a tail's flags ahead of the order lie over rows already it is not: to take
    /// them away deletes rows, whose evidence goes by trigger.
    static func pays(_ batch: CaseBatch, _ db: Database) throws -> Bool {
        guard isLarge(batch) else { return false }
        let there = try Int.fetchOne(db, sql: "SELECT count(*) FROM flag_queue") ?? 0
        guard (batch.flags.count + batch.provisional.count) * leastShare >= there else { return false }
        return try Row.fetchOne(db, sql: "SELECT 1 FROM provisional_flags LIMIT 1") == nil
    }

    /// Whether a batch may be such a change, as far as it knows itself.
    static func isLarge(_ batch: CaseBatch) -> Bool {
        batch.flags.count + batch.provisional.count >= leastFlags && batch.withdrawn.isEmpty
    }

    /// Whether the file holds next to nothing. A write-ahead log would have all of a large batch written twice; a journal
    /// of what was there before has nothing to keep.
    static func isFirst(_ db: Database) throws -> Bool {
        try Row.fetchOne(db, sql: "SELECT 1 FROM flag_queue LIMIT 1") == nil
    }

    /// Runs `body`, which deletes no flag, and then brings `flag_queue` and the indexes up to date.
    static func run(_ db: Database, _ body: () throws -> Void) throws {
        let kept = try Row.fetchAll(
            db,
            sql: """
                SELECT type, name, sql FROM sqlite_master
                WHERE type IN ('trigger', 'index') AND sql IS NOT NULL AND tbl_name IN (\(tables))
                ORDER BY type, rowid
                """
        ).map { (type: $0[0] as String, name: $0[1] as String, sql: $0[2] as String) }
        let cache = try Int.fetchOne(db, sql: "PRAGMA cache_size") ?? 0
        // Kibibytes. The commit then writes few pages twice: a quarter of its time saved.
        try db.execute(sql: "PRAGMA cache_size = -65536")
        defer { try? db.execute(sql: "PRAGMA cache_size = \(cache)") }
        for thing in kept { try db.execute(sql: "DROP \(thing.type) \(thing.name)") }
        try body()
        try db.execute(
            sql: """
                DELETE FROM flag_queue;
                INSERT INTO flag_queue SELECT * FROM flag_queue_source ORDER BY priority DESC, account_id, risk
                """)
        for thing in kept { try db.execute(sql: thing.sql) }
    }
}
