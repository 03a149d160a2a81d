import GRDB

/// How many flags of one kind there are, and what they put at risk.
public struct FlagCount: Sendable, Equatable {
    public var risk: String
    public var level: String
    public var status: ReviewStatus
    public var flags: Int
    public var amountAtRiskFen: Int64
}

extension CaseFile {
    private static let columns = """
        account_id, risk, score, level, first_flagged_ms, last_scored_ms, amount_at_risk_fen, reasons, tags, \
        gang_id, model, status, \
        (SELECT campaigns FROM account_evidence e WHERE e.account_id = flagged_accounts.account_id)
        """

    /// One page of the flags that `query` asks for, in its order.
    /// - Parameters:
    ///   - limit: at most so many; nil for all.
    ///   - cursor: of the page before; nil for the first.
    /// - Throws: `CaseFileError` with `.badCursor` when the cursor is of a list in another order.
    public func page(
        _ query: FlagQuery, limit: Int? = nil, after cursor: FlagCursor? = nil
    ) throws(CaseFileError) -> FlagPage {
        try read("list the flags in") { db in
            var terms = query.condition
            if let cursor {
                guard cursor.sort == query.sort else { throw CaseFileError.Cause.badCursor }
                // A flag that is gone meanwhile takes its equals with it: there is nothing to tell them apart by.
                terms.add(
                    """
                    \(query.orderKey) <= ? AND (\(query.orderKey) < ? OR (account_id, risk) > \
                    (SELECT account_id, risk FROM flagged_accounts WHERE rowid = ?))
                    """, cursor.key, cursor.key, cursor.rowID)
            }
            // One more tells whether there is a next page.
            let most = limit.map { max($0, 0) + 1 } ?? -1
            let found = try Row.fetchAll(
                db,
                sql: """
                    SELECT account_id, risk, \(query.sort.key) FROM flag_queue\(terms.sql)
                    ORDER BY \(query.order) LIMIT \(most)
                    """, arguments: terms.arguments)
            let shown = limit.map { found.prefix(max($0, 0)) } ?? found[...]
            var page = FlagPage(
                flags: try CaseFile.flags(db, shown.map { FlagKey(accountID: $0[0], risk: $0[1]) }))
            if shown.count < found.count, let last = shown.last {
                let rowID = try Int64.fetchOne(
                    db, sql: "SELECT rowid FROM flagged_accounts WHERE account_id = ? AND risk = ?",
                    arguments: [last[0], last[1]])
                page.next = FlagCursor(sort: query.sort, key: last[2], rowID: rowID ?? 0)
            }
            return page
        }
    }

    /// All flags that `query` asks for, in its order.
    public func flags(_ query: FlagQuery = FlagQuery()) throws(CaseFileError) -> [FlaggedAccount] {
        try page(query).flags
    }

    /// The accounts that have a flag that `query` asks for, each once, in the order of ids.
    public func accounts(_ query: FlagQuery) throws(CaseFileError) -> [String] {
        try read("list the flags in") { db in
            let terms = query.condition
            return try String.fetchAll(
                db, sql: "SELECT DISTINCT account_id FROM flag_queue\(terms.sql) ORDER BY account_id",
                arguments: terms.arguments)
        }
    }

    /// How many flags `query` asks for, and what they put at risk together.
    public func total(_ query: FlagQuery = FlagQuery()) throws(CaseFileError) -> FlagTotal {
        try read("count the flags in") { db in try CaseFile.total(query, db) }
    }

    static func total(_ query: FlagQuery, _ db: Database) throws -> FlagTotal {
        let terms = query.condition
        // A sum of many hostile amounts may not fit: SQLite's total is a floating-point number, and never fails.
        let row = try Row.fetchOne(
            db, sql: "SELECT count(*), total(amount_at_risk_fen) FROM flag_queue" + terms.sql,
            arguments: terms.arguments)!
        return FlagTotal(flags: row[0], amountAtRiskFen: Int64(clamping: row[1] as Double))
    }

    /// The flags of one account, one a risk, highest score first; none when it is not flagged.
    public func flags(account: String) throws(CaseFileError) -> [FlaggedAccount] {
        try read("look up an account in") { db in
            try CaseFile.flags(db, " WHERE account_id = ? ORDER BY score DESC, risk", [account.storable])
        }
    }

    /// How many flags were first raised at this event time or later; milliseconds since 1970 UTC.
    public func flagCount(since ms: Int64) throws(CaseFileError) -> Int {
        try read("count the flags in") { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM flag_queue WHERE first_flagged_ms >= ?",
                arguments: [ms]) ?? 0
        }
    }

    /// Flags by risk, level and status, in that order of names.
    public func counts() throws(CaseFileError) -> [FlagCount] {
        try read("count the flags in") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT risk, level, status, count(*), total(amount_at_risk_fen) FROM flag_queue
                    GROUP BY risk, level, status ORDER BY risk, level, status
                    """
            ).map {
                FlagCount(
                    risk: $0[0], level: $0[1], status: try CaseFile.status($0[2]), flags: $0[3],
                    amountAtRiskFen: Int64(clamping: $0[4] as Double))
            }
        }
    }

    /// The flagged accounts whose id begins and ends like this, in order, at most `limit`: what a masked id
    /// may stand for.
    public func accounts(
        beginning prefix: String, ending suffix: String, limit: Int
    ) throws(CaseFileError) -> [String] {
        try read("look up an account in") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT account_id FROM flagged_accounts
                    WHERE substr(account_id, 1, length(?1)) = ?1
                        AND substr(account_id, -length(?2), length(?2)) = ?2
                        AND length(account_id) >= length(?1) + length(?2)
                    ORDER BY account_id LIMIT ?3
                    """, arguments: [prefix.storable, suffix.storable, limit])
        }
    }

    /// Rejected lines by log and reason, in that order of names.
    public func rejectedCounts() throws(CaseFileError) -> [RejectedCount] {
        try read("list the rejected lines in") { db in
            try Row.fetchAll(
                db, sql: "SELECT source, reason, lines FROM rejected_counts ORDER BY source, reason"
            ).map { RejectedCount(source: $0[0], reason: $0[1], lines: $0[2]) }
        }
    }

    /// The samples of rejected lines, by log and offset.
    public func rejectedLines() throws(CaseFileError) -> [RejectedSample] {
        try read("list the rejected lines in") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT source, line_offset, reason, sample FROM rejected_lines
                    ORDER BY source, line_offset, rowid
                    """
            ).map { RejectedSample(source: $0[0], lineOffset: $0[1], reason: $0[2], sample: $0[3]) }
        }
    }

    /// Facts about the last runs, by name.
    public func metadata() throws(CaseFileError) -> [String: String] {
        try read("read") { db in
            try Row.fetchAll(db, sql: "SELECT key, value FROM metadata")
                .reduce(into: [:]) { $0[$1[0] as String] = $1[1] as String }
        }
    }

    static func flags(
        _ db: Database, _ rest: String, _ arguments: StatementArguments
    ) throws -> [FlaggedAccount] {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT \(columns) FROM flagged_accounts" + rest, arguments: arguments)
        var flags: [FlaggedAccount] = []
        while let row = try rows.next() { flags.append(try flag(row)) }
        return flags
    }

    /// These flags, in this order; those that are gone are left out.
    static func flags(_ db: Database, _ keys: [FlagKey]) throws -> [FlaggedAccount] {
        let find = try db.makeStatement(
            sql: "SELECT \(columns) FROM flagged_accounts WHERE account_id = ? AND risk = ?")
        return try keys.compactMap { key in
            try Row.fetchOne(find, arguments: [key.accountID.storable, key.risk]).map(flag)
        }
    }

    private static func flag(_ row: Row) throws -> FlaggedAccount {
        var flag = FlaggedAccount(
            accountID: row[0], risk: row[1], score: row[2], level: row[3], firstFlaggedMs: row[4],
            lastScoredMs: row[5], amountAtRiskFen: row[6],
            reasons: try JSONText.parse(row[7], as: [FlaggedAccount.Reason].self),
            tags: try JSONText.parse(row[8], as: [String].self),
            gangID: row[9], model: row[10], status: try status(row[11]))
        if let campaigns: String = row[12] {
            flag.campaigns = try JSONText.parse(campaigns, as: [String].self)
        }
        return flag
    }

    static func status(_ name: String) throws -> ReviewStatus {
        guard let status = ReviewStatus(rawValue: name) else {
            throw CaseFileError.Cause.damaged("unknown status \(name)")
        }
        return status
    }
}

extension Int64 {
    /// The nearest that there is.
    public init(clamping number: Double) {
        self = Int64(exactly: number.rounded()) ?? (number < 0 ? .min : .max)
    }
}
