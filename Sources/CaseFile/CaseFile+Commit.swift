import GRDB

extension CaseFile {
    /// Writes a batch in one transaction; committing the same batch again changes nothing.
    ///
    /// Flags of the model that gave the stored flag keep the higher score with its level, reasons and tags (of equal
    /// scores the new), the earlier first flag, the later last score and the larger amount. Flags of another model
    /// replace all of that. The status stays as decisions left it.
    ///
    /// - Throws: `CaseFileError`; nothing was written then.
    public func commit(_ batch: CaseBatch, waiting: DiskWait = .always) throws(CaseFileError) {
        let fillsEmptyFile =
            BulkChange.isLarge(batch) ? try read("save the flags in") { try BulkChange.isFirst($0) } : false
        if fillsEmptyFile { setJournal("TRUNCATE") }
        defer { if fillsEmptyFile { setJournal("WAL") } }
        try write("save the flags in", waiting: waiting) { db in
            if try BulkChange.pays(batch, db) {
                try BulkChange.run(db) { try CaseFile.writeAccounts(batch, db) }
            } else {
                try CaseFile.writeAccounts(batch, db)
            }
            if let drift = batch.drift { try CaseFile.replace(drift, db) }
            try CaseFile.replaceRejected(batch, db)
            if let status = batch.tailStatus { try CaseFile.write(status, db) }
            let statement = try db.makeStatement(
                sql: """
                    INSERT INTO metadata (key, value) VALUES (?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """)
            for (key, value) in batch.metadata.sorted(by: { $0.key < $1.key }) {
                try statement.execute(arguments: [key, value])
            }
        }
    }

    /// Where someone else has the file open, its journal stays as it is.
    private func setJournal(_ mode: String) {
        queue.writeWithoutTransaction { try? $0.execute(sql: "PRAGMA journal_mode = \(mode)") }
    }

    /// What a batch says of accounts.
    private static func writeAccounts(_ batch: CaseBatch, _ db: Database) throws {
        // First, so that a new flag finds its campaigns.
        try write(batch.evidence, db)
        try writeFlags(batch, db)
        try ClearedFlags.review(batch, db)
        if let gangs = batch.gangs { try replace(gangs, db) }
    }

    private static func writeFlags(_ batch: CaseBatch, _ db: Database) throws {
        var row = FlagBinder(try db.makeStatement(sql: upsert))
        guard let overlay = try FlagOverlay(batch, db) else {
            for flag in batch.namedFlags { try row.insert(flag, db) }
            return
        }
        for flag in batch.flags + batch.provisional { try overlay.takeAway(flag.key, isWrittenNext: true) }
        for key in batch.withdrawn { try overlay.takeAway(key, isWrittenNext: false) }
        for flag in batch.flags { try row.insert(flag, db) }
        for flag in batch.provisional {
            try overlay.keepRow(flag.key)
            try row.insert(flag, db)
        }
    }

    // In an upsert the bare names are the stored row's values, before any of these assignments. A stored score below
    // 0 is a void row's (`FlagOverlay`), of which nothing stays.
    private static let upsert = """
        INSERT INTO flagged_accounts (account_id, risk, score, level, first_flagged_ms,
            last_scored_ms, amount_at_risk_fen, reasons, tags, gang_id, model)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (account_id, risk) DO UPDATE SET
            score = iif(\(keepsScore), score, excluded.score),
            level = iif(\(keepsScore), level, excluded.level),
            reasons = iif(\(keepsScore), reasons, excluded.reasons),
            tags = iif(\(keepsScore), tags, excluded.tags),
            first_flagged_ms = iif(model = excluded.model,
                min(first_flagged_ms, excluded.first_flagged_ms), excluded.first_flagged_ms),
            last_scored_ms = iif(model = excluded.model,
                max(last_scored_ms, excluded.last_scored_ms), excluded.last_scored_ms),
            amount_at_risk_fen = iif(model = excluded.model,
                max(amount_at_risk_fen, excluded.amount_at_risk_fen), excluded.amount_at_risk_fen),
            gang_id = iif(model = excluded.model, coalesce(excluded.gang_id, gang_id), excluded.gang_id),
            model = excluded.model
        """
    private static let keepsScore =
        "model = excluded.model AND score >= 0 AND (score > excluded.score OR NOT ?12)"

    private static func replaceRejected(_ batch: CaseBatch, _ db: Database) throws {
        var sources = Set(batch.sources)
        sources.formUnion(batch.rejectedLines.map(\.source))
        sources.formUnion(batch.rejectedCounts.map(\.source))
        for table in ["rejected_lines", "rejected_counts"] {
            let delete = try db.makeStatement(sql: "DELETE FROM \(table) WHERE source = ?")
            for source in sources.sorted() { try delete.execute(arguments: [source.storable]) }
        }
        let line = try db.makeStatement(
            sql: "INSERT INTO rejected_lines (source, line_offset, reason, sample) VALUES (?, ?, ?, ?)")
        for row in batch.rejectedLines {
            try line.execute(arguments: [
                row.source.storable, row.lineOffset, row.reason, row.sample.storable,
            ])
        }
        let count = try db.makeStatement(
            sql: """
                INSERT INTO rejected_counts (source, reason, lines) VALUES (?, ?, ?)
                ON CONFLICT (source, reason) DO UPDATE SET lines = lines + excluded.lines
                """)
        for row in batch.rejectedCounts where row.lines > 0 {
            try count.execute(arguments: [row.source.storable, row.reason, row.lines])
        }
    }
}

extension String {
    /// SQLite's text ends at a NUL, and two ids that differ behind one must not become one: U+0000 is stored
    /// as its picture, U+2400.
    var storable: String {
        utf8.contains(0)
            ? String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{2400}" : $0 })) : self
    }
}
