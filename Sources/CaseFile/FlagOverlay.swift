import GRDB

/// Lays flags seen ahead of the canonical order over the rows of `flagged_accounts`, and takes them away again:
/// `provisional_flags` keeps what each row said before.
struct FlagOverlay {
    private let db: Database
    /// Nothing is laid over any row yet: there is nothing to take away.
    private let isBare: Bool
    private let find: Statement
    private let putBack: Statement
    private let void: Statement
    private let drop: Statement
    private let forget: Statement
    private let keep: RowBinder
    private let keepNone: RowBinder

    private static let columns =
        "score, level, first_flagged_ms, last_scored_ms, amount_at_risk_fen, reasons, tags, gang_id, model"

    /// - Returns: nil when nothing is laid over any row, and nothing is to be.
    init?(_ batch: CaseBatch, _ db: Database) throws {
        isBare = try Row.fetchOne(db, sql: "SELECT 1 FROM provisional_flags LIMIT 1") == nil
        if batch.provisional.isEmpty, isBare { return nil }
        self.db = db
        let row = "WHERE account_id = ?1 AND risk = ?2"
        find = try db.makeStatement(sql: "SELECT had_row FROM provisional_flags \(row)")
        putBack = try db.makeStatement(
            sql: """
                UPDATE flagged_accounts SET (\(FlagOverlay.columns)) =
                    (SELECT \(FlagOverlay.columns) FROM provisional_flags \(row)) \(row)
                """)
        // What every flag replaces whole, and what keeps the status of a row that someone decided on.
        void = try db.makeStatement(
            sql: """
                UPDATE flagged_accounts SET score = -1, first_flagged_ms = \(Int64.max),
                    last_scored_ms = \(Int64.min), amount_at_risk_fen = \(Int64.min), gang_id = NULL \(row)
                """)
        drop = try db.makeStatement(
            sql: """
                DELETE FROM flagged_accounts \(row) AND NOT EXISTS (SELECT 1 FROM decisions \(row))
                """)
        forget = try db.makeStatement(sql: "DELETE FROM provisional_flags \(row)")
        keep = RowBinder(
            try db.makeStatement(
                sql: """
                    INSERT INTO provisional_flags (account_id, risk, had_row, \(FlagOverlay.columns))
                    SELECT account_id, risk, 1, \(FlagOverlay.columns) FROM flagged_accounts \(row) AND score >= 0
                    """))
        keepNone = RowBinder(
            try db.makeStatement(
                sql: "INSERT INTO provisional_flags (account_id, risk, had_row) VALUES (?, ?, 0)"))
    }

    /// Puts back what a row said before something was laid over it.
    /// - Parameter isWrittenNext: a flag follows, so that a row with nothing below it need not go.
    func takeAway(_ key: FlagKey, isWrittenNext: Bool) throws {
        if isBare { return }
        let arguments: StatementArguments = [key.accountID.storable, key.risk]
        guard let hadRow = try Bool.fetchOne(find, arguments: arguments) else { return }
        try (hadRow ? putBack : isWrittenNext ? void : drop).execute(arguments: arguments)
        try forget.execute(arguments: arguments)
    }

    /// Keeps what a row says, because something is laid over it next.
    func keepRow(_ key: FlagKey) throws {
        try run(keep, key)
        if db.changesCount == 0 { try run(keepNone, key) }
    }

    private func run(_ statement: RowBinder, _ key: FlagKey) throws {
        statement.bind(1, key.accountID.storable)
        statement.bind(2, key.risk)
        try statement.run(db)
    }
}

extension CaseFile {
    /// The flags that stand for something seen ahead of the canonical order, in the order of account ids and risks.
    public func provisionalFlags() throws(CaseFileError) -> [FlagKey] {
        try keys("SELECT account_id, risk FROM provisional_flags ORDER BY account_id, risk")
    }

    /// What is flagged, in the order of account ids and risks.
    public func flagKeys() throws(CaseFileError) -> [FlagKey] {
        try keys("SELECT account_id, risk FROM flagged_accounts ORDER BY account_id, risk")
    }

    private func keys(_ sql: String) throws(CaseFileError) -> [FlagKey] {
        try read("list the flags in") { db in
            try Row.fetchAll(db, sql: sql).map { FlagKey(accountID: $0[0], risk: $0[1]) }
        }
    }
}
