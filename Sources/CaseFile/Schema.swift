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
        """
        -- What flagged accounts did, of which a reviewer can judge after the logs are gone; events and campaigns are
        -- JSON arrays.
        CREATE TABLE account_evidence (
            account_id TEXT NOT NULL PRIMARY KEY,
            first_seen_ms INTEGER NOT NULL,
            claimed_fen INTEGER NOT NULL,
            discounted_fen INTEGER NOT NULL,
            points_fen INTEGER NOT NULL,
            paid_fen INTEGER NOT NULL,
            refunded_fen INTEGER NOT NULL,
            commission_fen INTEGER NOT NULL,
            campaigns TEXT NOT NULL,
            events TEXT NOT NULL
        );

        -- Every flag in the order of a list, with all that lists filter and sort by and nothing else, so that a page, a
        -- count or a sum reads no row that it does not show. Triggers keep it.
        CREATE TABLE flag_queue (
            priority REAL NOT NULL,
            account_id TEXT NOT NULL,
            risk TEXT NOT NULL,
            status TEXT NOT NULL,
            level TEXT NOT NULL,
            score REAL NOT NULL,
            amount_at_risk_fen INTEGER NOT NULL,
            first_flagged_ms INTEGER NOT NULL,
            gang_id TEXT,
            tags TEXT NOT NULL,
            campaigns TEXT NOT NULL,
            PRIMARY KEY (priority DESC, account_id, risk)
        ) WITHOUT ROWID;
        CREATE VIEW flag_queue_source AS
            SELECT score * amount_at_risk_fen AS priority, account_id, risk, status, level, score, amount_at_risk_fen,
                first_flagged_ms, gang_id, tags, coalesce(campaigns, '[]') AS campaigns
            FROM flagged_accounts LEFT JOIN account_evidence USING (account_id);
        CREATE TRIGGER flag_queue_takes_a_flag AFTER INSERT ON flagged_accounts BEGIN
            INSERT INTO flag_queue SELECT * FROM flag_queue_source
                WHERE account_id = new.account_id AND risk = new.risk;
        END;
        CREATE TRIGGER flag_queue_follows_a_flag AFTER UPDATE ON flagged_accounts
            WHEN (old.account_id, old.risk, old.status, old.level, old.score, old.amount_at_risk_fen,
                    old.first_flagged_ms, old.gang_id, old.tags)
                IS NOT (new.account_id, new.risk, new.status, new.level, new.score, new.amount_at_risk_fen,
                    new.first_flagged_ms, new.gang_id, new.tags)
        BEGIN
            DELETE FROM flag_queue WHERE priority = old.score * old.amount_at_risk_fen
                AND account_id = old.account_id AND risk = old.risk;
            INSERT INTO flag_queue SELECT * FROM flag_queue_source
                WHERE account_id = new.account_id AND risk = new.risk;
        END;
        CREATE TRIGGER flag_queue_drops_a_flag AFTER DELETE ON flagged_accounts BEGIN
            DELETE FROM flag_queue WHERE priority = old.score * old.amount_at_risk_fen
                AND account_id = old.account_id AND risk = old.risk;
            DELETE FROM account_evidence WHERE account_id = old.account_id
                AND NOT EXISTS (SELECT 1 FROM flagged_accounts WHERE account_id = old.account_id);
        END;
        CREATE TRIGGER flag_queue_takes_campaigns AFTER INSERT ON account_evidence BEGIN
            UPDATE flag_queue SET campaigns = new.campaigns WHERE (priority, account_id, risk) IN
                (SELECT score * amount_at_risk_fen, account_id, risk FROM flagged_accounts
                    WHERE account_id = new.account_id);
        END;
        CREATE TRIGGER flag_queue_follows_campaigns AFTER UPDATE ON account_evidence
            WHEN old.campaigns <> new.campaigns
        BEGIN
            UPDATE flag_queue SET campaigns = new.campaigns WHERE (priority, account_id, risk) IN
                (SELECT score * amount_at_risk_fen, account_id, risk FROM flagged_accounts
                    WHERE account_id = new.account_id);
        END;
        INSERT INTO flag_queue SELECT * FROM flag_queue_source;
        DROP INDEX flagged_accounts_by_priority;

        -- What the reviewer saw, besides; NULL for decisions older than these columns.
        ALTER TABLE decision_evidence ADD COLUMN amount_at_risk_fen INTEGER;
        ALTER TABLE decision_evidence ADD COLUMN reasons TEXT;

        -- The flags whose last standing decision cleared them, and which decision that is.
        CREATE TABLE cleared_flags (
            account_id TEXT NOT NULL,
            risk TEXT NOT NULL,
            decision_id INTEGER NOT NULL REFERENCES decisions (id),
            PRIMARY KEY (account_id, risk)
        ) WITHOUT ROWID;
        INSERT INTO cleared_flags
            SELECT account_id, risk, max(id) FROM decisions JOIN flagged_accounts USING (account_id, risk)
            WHERE status = 'cleared' AND decision = 'clear' GROUP BY account_id, risk;

        CREATE TABLE audit_trail (
            id INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            who TEXT NOT NULL,
            action TEXT NOT NULL,
            account_id TEXT,
            detail TEXT
        );
        CREATE INDEX audit_trail_by_account ON audit_trail (account_id, id) WHERE account_id IS NOT NULL;
        CREATE TRIGGER audit_trail_is_kept BEFORE DELETE ON audit_trail
            BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
        CREATE TRIGGER audit_trail_stays_as_written BEFORE UPDATE ON audit_trail
            BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
        """,
        """
        CREATE TABLE saved_filters (
            name TEXT NOT NULL PRIMARY KEY,
            query TEXT NOT NULL
        );
        -- The other orders of a list, with what most lists filter by, so that their first page is no scan either.
        CREATE INDEX flag_queue_by_score ON flag_queue (score DESC, account_id, risk, status, level);
        CREATE INDEX flag_queue_by_amount ON flag_queue (amount_at_risk_fen DESC, account_id, risk, status, level);
        CREATE INDEX flag_queue_by_time ON flag_queue (first_flagged_ms DESC, account_id, risk, status, level);
        CREATE INDEX flag_queue_by_gang ON flag_queue (gang_id) WHERE gang_id IS NOT NULL;
        """,
        """
        -- How far the accounts of the last run have moved from those that its model learned from, by population stability
        -- index; feature is NULL for the score. The bin that adds most lies above low and up to high.
        CREATE TABLE drift (
            place INTEGER PRIMARY KEY,
            risk TEXT NOT NULL,
            feature TEXT,
            stability_index REAL NOT NULL,
            by_chance REAL NOT NULL,
            low REAL,
            high REAL,
            share_then REAL NOT NULL,
            share_now REAL NOT NULL,
            model TEXT NOT NULL,
            accounts INTEGER NOT NULL,
            as_of_ms INTEGER NOT NULL
        );
        """,
    ]

    /// Refuses what is not ours or newer, then takes the steps that are missing, all or none.
    static func prepareForWriting(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { db in
            try check(db)
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try DiskWait.always.apply(db)
            // Kibibytes: what a tail keeps of the file in memory for weeks.
            try db.execute(sql: "PRAGMA cache_size = -8192")
            try takeSteps(db)
        }
    }

    /// Refuses what is not ours, newer, or without tables; a file of an older version takes the steps that are missing.
    static func prepareForReading(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { db in
            try check(db)
            let found = try version(of: db)
            if found == 0 { throw Problem(cause: .empty) }
            do {
                try takeSteps(db)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY {
                throw Problem(cause: .olderVersion(found: found, known: version))
            }
        }
    }

    private static func takeSteps(_ db: Database) throws {
        guard try version(of: db) < version else { return }
        try db.inTransaction(.immediate) {
            // Another process may have taken the steps while this one waited for the lock.
            for step in steps[min(try version(of: db), version)...] { try db.execute(sql: step) }
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
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
