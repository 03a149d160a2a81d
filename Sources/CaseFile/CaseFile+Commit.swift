import GRDB

extension CaseFile {
    /// Writes a batch in one transaction; committing the same batch again changes nothing.
    ///
    /// Flags of the model that gave the stored flag keep the higher score with its level, reasons and tags,
    /// the earlier first flag, the later last score and the larger amount. Flags of another model replace all
    /// of that. The status stays as decisions left it.
    ///
    /// - Throws: `CaseFileError`; nothing was written then.
    public func commit(_ batch: CaseBatch) throws(CaseFileError) {
        try write("save the flags in") { db in
            try CaseFile.upsert(batch.flags, db)
            try CaseFile.replaceRejected(batch, db)
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

    private static func upsert(_ flags: [FlaggedAccount], _ db: Database) throws {
        // In an upsert the bare names are the stored row's values, before any of these assignments.
        let statement = try db.makeStatement(
            sql: """
                INSERT INTO flagged_accounts (account_id, risk, score, level, first_flagged_ms,
                    last_scored_ms, amount_at_risk_fen, reasons, tags, gang_id, model)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (account_id, risk) DO UPDATE SET
                    score = iif(model = excluded.model AND score >= excluded.score, score, excluded.score),
                    level = iif(model = excluded.model AND score >= excluded.score, level, excluded.level),
                    reasons = iif(model = excluded.model AND score >= excluded.score,
                        reasons, excluded.reasons),
                    tags = iif(model = excluded.model AND score >= excluded.score, tags, excluded.tags),
                    first_flagged_ms = iif(model = excluded.model,
                        min(first_flagged_ms, excluded.first_flagged_ms), excluded.first_flagged_ms),
                    last_scored_ms = iif(model = excluded.model,
                        max(last_scored_ms, excluded.last_scored_ms), excluded.last_scored_ms),
                    amount_at_risk_fen = iif(model = excluded.model,
                        max(amount_at_risk_fen, excluded.amount_at_risk_fen), excluded.amount_at_risk_fen),
                    gang_id = iif(model = excluded.model,
                        coalesce(excluded.gang_id, gang_id), excluded.gang_id),
                    model = excluded.model
                """)
        var row = FlagBinder(statement)
        for flag in flags { try row.insert(flag, db) }
    }

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
