import GRDB

/// The tables, and how a file of an older version becomes one of this version.
///
/// `flagged_accounts`, `decisions` and `rejected_lines` are read by other programs and stay as they are; the
/// rest is ours. The tables are not STRICT, so that an older SQLite reads them as well.
enum Schema {
    /// `PRAGMA application_id`: "PrGd".
    static let applicationID = 0x5072_4764
    /// `PRAGMA user_version` of the files this program writes: the number of steps taken.
    static var version: Int { steps.count }

    /// Why a file is not ours to use.
    struct Problem: Error {
        var cause: CaseFileError.Cause
    }

    /// Step n brings a file of version n to n + 1. Steps are never changed, only added.
    static let steps = [
        """
        CREATE TABLE flagged_accounts (
            account_id TEXT NOT NULL,
            risk TEXT NOT NULL,
            score REAL NOT NULL,
            level TEXT NOT NULL,
            first_flagged_ms INTEGER NOT NULL,
            last_scored_ms INTEGER NOT NULL,
            amount_at_risk_fen INTEGER NOT NULL,
            reasons TEXT NOT NULL,
            tags TEXT NOT NULL,
            gang_id TEXT,
            model TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'open',
            PRIMARY KEY (account_id, risk)
        );
        CREATE INDEX flagged_accounts_by_priority
            ON flagged_accounts (score * amount_at_risk_fen DESC, account_id, risk);

        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY,
            account_id TEXT NOT NULL,
            risk TEXT NOT NULL,
            decision TEXT NOT NULL,
            reviewer TEXT NOT NULL,
            note TEXT,
            decided_ms INTEGER NOT NULL
        );
        CREATE INDEX decisions_by_account ON decisions (account_id, risk, id);
        CREATE TRIGGER decisions_are_kept BEFORE DELETE ON decisions
            BEGIN SELECT RAISE(ABORT, 'decisions are append-only; undo is another row'); END;
        CREATE TRIGGER decisions_stay_as_made BEFORE UPDATE ON decisions
            BEGIN SELECT RAISE(ABORT, 'decisions are append-only; undo is another row'); END;

        -- What the reviewer saw: up to which event time the account had been scored, how, by which model.
        CREATE TABLE decision_evidence (
            decision_id INTEGER PRIMARY KEY REFERENCES decisions (id),
            as_of_ms INTEGER NOT NULL,
            score REAL NOT NULL,
            model TEXT NOT NULL
        );

        CREATE TABLE rejected_lines (
            source TEXT NOT NULL,
            line_offset INTEGER NOT NULL,
            reason TEXT NOT NULL,
            sample TEXT NOT NULL
        );
        CREATE INDEX rejected_lines_by_source ON rejected_lines (source, line_offset);

        CREATE TABLE rejected_counts (
            source TEXT NOT NULL,
            reason TEXT NOT NULL,
            lines INTEGER NOT NULL,
            PRIMARY KEY (source, reason)
        );

        CREATE TABLE metadata (
            key TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        );
        """,
        """
        -- Flags that stand in flagged_accounts for what tail saw ahead of the canonical order, each with what the
        -- row said before; had_row is 0 where there was none.
        CREATE TABLE provisional_flags (
            account_id TEXT NOT NULL,
            risk TEXT NOT NULL,
            had_row INTEGER NOT NULL,
            score REAL,
            level TEXT,
            first_flagged_ms INTEGER,
            last_scored_ms INTEGER,
            amount_at_risk_fen INTEGER,
            reasons TEXT,
            tags TEXT,
            gang_id TEXT,
            model TEXT,
            PRIMARY KEY (account_id, risk)
        );

        -- One row: what a tail is doing, or did last, as JSON.
        CREATE TABLE tail_status (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            status TEXT NOT NULL
        );
        """,
        """
        -- Accounts that act together, as the last run found them; ties is a JSON array of {"kind","things","accounts"},
        -- strongest first.
        CREATE TABLE gangs (
            gang_id TEXT NOT NULL PRIMARY KEY,
            members INTEGER NOT NULL,
            flagged INTEGER NOT NULL,
            density REAL NOT NULL,
            score REAL NOT NULL,
            first_seen_ms INTEGER NOT NULL,
            last_seen_ms INTEGER NOT NULL,
            taken_fen INTEGER NOT NULL,
            pending_fen INTEGER NOT NULL,
            claim_span_ms INTEGER,
            ties TEXT NOT NULL
        );

        CREATE TABLE gang_members (
            gang_id TEXT NOT NULL,
            account_id TEXT NOT NULL,
            tie REAL NOT NULL,
            is_flagged INTEGER NOT NULL,
            joined_ms INTEGER NOT NULL,
            PRIMARY KEY (gang_id, account_id)
        );
        CREATE UNIQUE INDEX gang_members_by_account ON gang_members (account_id);

        -- What flagged accounts and members of gangs share with others; thing is a keyed hash in hex, accounts how many
        -- accounts it has.
        CREATE TABLE account_links (
            account_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            thing TEXT NOT NULL,
            accounts INTEGER NOT NULL,
            last_ms INTEGER NOT NULL,
            PRIMARY KEY (account_id, kind, thing)
        ) WITHOUT ROWID;
        CREATE INDEX account_links_by_thing ON account_links (kind, thing);
        CREATE INDEX flagged_accounts_by_gang ON flagged_accounts (gang_id) WHERE gang_id IS NOT NULL;
        """,
    ]

    /// Refuses what is not ours or newer, then takes the steps that are missing, all or none.
    static func prepareForWriting(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { db in
            try check(db)
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            // A commit that was reported survives a power cut; there are few commits.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // Kibibytes. A commit of some 100,000 flags then spills few pages: a quarter of its time saved.
            try db.execute(sql: "PRAGMA cache_size = -65536")
            guard try version(of: db) < version else { return }
            try db.inTransaction(.immediate) {
                // Another process may have taken the steps while this one waited for the lock.
                for step in steps[min(try version(of: db), version)...] { try db.execute(sql: step) }
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(version)")
                return .commit
            }
        }
    }

    /// Refuses what is not ours, newer, or without tables.
    static func checkForReading(_ queue: DatabaseQueue) throws {
        try queue.read { db in
            try check(db)
            if try version(of: db) == 0 { throw Problem(cause: .empty) }
        }
    }

    private static func check(_ db: Database) throws {
        let owner = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let found = try version(of: db)
        let isBlank = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
        if owner != applicationID, owner != 0 || !isBlank { throw Problem(cause: .foreign) }
        if owner == applicationID, found > version {
            throw Problem(cause: .newerVersion(found: found, known: version))
        }
    }

    private static func version(of db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }
}
