import GRDB

extension CaseFile {
    /// The tag of a flag whose account is in a gang.
    fileprivate static let gangTag = "gang"

    /// Puts these gangs in place of those found before, and names in each flag the gang of its account.
    ///
    /// A tail does so again and again, and little changes in between: of the long tables only what differs is written,
    /// for which they are read in the order of their keys.
    static func replace(_ tables: GangTables, _ db: Database) throws {
        try replaceGangs(tables.gangs, db)
        try replaceMembers(tables.members, db)
        try replaceLinks(tables.links, db)
        try nameGangs(tables, db)
    }

    /// The stored rows that are not wanted, and the wanted ones that are not stored; one that differs is of both. Rows out
    /// of order are of both as well.
    private static func differences<Row: Equatable>(
        from stored: [Row], to wanted: [Row], _ precedes: (Row, Row) -> Bool
    ) -> (gone: [Row], new: [Row]) {
        var (gone, new): ([Row], [Row]) = ([], [])
        var place = 0
        for row in wanted {
            while place < stored.count, precedes(stored[place], row) {
                gone.append(stored[place])
                place += 1
            }
            guard place < stored.count, !precedes(row, stored[place]) else {
                new.append(row)
                continue
            }
            if stored[place] != row {
                gone.append(stored[place])
                new.append(row)
            }
            place += 1
        }
        gone += stored[place...]
        return (gone, new)
    }

    private static func replaceGangs(_ gangs: [Gang], _ db: Database) throws {
        try db.execute(sql: "DELETE FROM gangs")
        var insert = RowBinder(
            try db.makeStatement(sql: "INSERT INTO gangs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"))
        for row in gangs {
            insert.bind(1, row.id)
            insert.bind(2, Int64(row.members))
            insert.bind(3, Int64(row.flagged))
            insert.bind(4, row.density)
            insert.bind(5, row.score)
            insert.bind(6, row.firstSeenMs)
            insert.bind(7, row.lastSeenMs)
            insert.bind(8, row.takenFen)
            insert.bind(9, row.pendingFen)
            insert.bind(10, row.claimSpanMs)
            insert.bindJSON(11) { JSONText.append(row.ties, to: &$0) }
            try insert.run(db)
        }
    }

    private static func replaceMembers(_ wanted: [GangMember], _ db: Database) throws {
        let stored = try CaseFile.members(db, "ORDER BY account_id")
        let (gone, new) = differences(from: stored, to: wanted) {
            $0.accountID.utf8.lexicographicallyPrecedes($1.accountID.utf8)
        }
        let delete = RowBinder(try db.makeStatement(sql: "DELETE FROM gang_members WHERE account_id = ?"))
        for row in gone {
            delete.bind(1, row.accountID)
            try delete.run(db)
        }
        let insert = RowBinder(
            try db.makeStatement(sql: "INSERT INTO gang_members VALUES (?, ?, ?, ?, ?)"))
        for row in new {
            insert.bind(1, row.gangID)
            insert.bind(2, row.accountID.storable)
            insert.bind(3, row.tie)
            insert.bind(4, row.isFlagged)
            insert.bind(5, row.joinedMs)
            try insert.run(db)
        }
    }

    private static func replaceLinks(_ wanted: [AccountLink], _ db: Database) throws {
        let stored = try CaseFile.links(db, "ORDER BY account_id, kind, thing")
        let (gone, new) = differences(from: stored, to: wanted) { a, b in
            a.accountID.utf8.elementsEqual(b.accountID.utf8)
                ? (a.kind, a.thingKey) < (b.kind, b.thingKey)
                : a.accountID.utf8.lexicographicallyPrecedes(b.accountID.utf8)
        }
        let delete = RowBinder(
            try db.makeStatement(
                sql: "DELETE FROM account_links WHERE account_id = ? AND kind = ? AND thing = ?"))
        for row in gone {
            delete.bind(1, row.accountID)
            delete.bind(2, row.kind)
            delete.bind(3, row.thing)
            try delete.run(db)
        }
        let insert = RowBinder(try db.makeStatement(sql: "INSERT INTO account_links VALUES (?, ?, ?, ?, ?)"))
        for row in new {
            insert.bind(1, row.accountID.storable)
            insert.bind(2, row.kind)
            insert.bind(3, row.thing)
            insert.bind(4, Int64(row.accounts))
            insert.bind(5, row.lastMs)
            try insert.run(db)
        }
    }

    private static func nameGangs(_ tables: GangTables, _ db: Database) throws {
        let left = try flags(
            db,
            """
             WHERE gang_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM gang_members m WHERE m.account_id = flagged_accounts.account_id)
            """, [])
        var update = RowBinder(
            try db.makeStatement(
                sql: """
                    UPDATE flagged_accounts SET tags = ?3,
                        gang_id = (SELECT gang_id FROM gang_members WHERE account_id = ?1)
                    WHERE account_id = ?1 AND risk = ?2
                    """))
        func write(_ flag: FlaggedAccount, _ tags: [String]) throws {
            update.bind(1, flag.accountID)
            update.bind(2, flag.risk)
            update.bindJSON(3) { JSONText.append(tags, to: &$0) }
            try update.run(db)
        }
        for flag in left { try write(flag, tables.ownTags(flag)) }
        // Flags need not be read for this, which for tens of thousands takes longer than to find their gangs.
        try db.execute(
            sql: """
                UPDATE flagged_accounts SET gang_id = m.gang_id,
                    tags = CASE instr(tags, '"\(gangTag)"') WHEN 0 THEN json_insert(tags, '$[#]', '\(gangTag)') ELSE tags END
                FROM gang_members m
                WHERE m.account_id = flagged_accounts.account_id
                    AND (m.gang_id IS NOT flagged_accounts.gang_id OR instr(tags, '"\(gangTag)"') = 0)
                """)
    }

    /// The gangs, the largest expected loss (score × money) first.
    /// - Parameter limit: at most so many; nil for all.
    public func gangs(limit: Int? = nil, offset: Int = 0) throws(CaseFileError) -> [Gang] {
        try read("list the gangs in") { db in
            try CaseFile.gangs(
                db,
                "ORDER BY score * (taken_fen + pending_fen) DESC, gang_id LIMIT \(limit.map { max($0, 0) } ?? -1) OFFSET \(max(offset, 0))"
            )
        }
    }

    /// A gang; nil when there is none of that id.
    public func gang(_ id: String) throws(CaseFileError) -> Gang? {
        try read("look up a gang in") { db in try CaseFile.gangs(db, "WHERE gang_id = ?", [id]).first }
    }

    /// The members of a gang, the most tied first.
    public func members(gang id: String) throws(CaseFileError) -> [GangMember] {
        try read("list the members of a gang in") { db in
            try CaseFile.members(db, "WHERE gang_id = ? ORDER BY tie DESC, account_id", [id])
        }
    }

    /// What an account shares with others, by kind; none when it is neither flagged nor in a gang.
    public func links(account: String) throws(CaseFileError) -> [AccountLink] {
        try read("list the links of an account in") { db in
            try CaseFile.links(db, "WHERE account_id = ? ORDER BY kind, thing", [account.storable])
        }
    }

    private static func members(
        _ db: Database, _ rest: String, _ arguments: StatementArguments = []
    ) throws -> [GangMember] {
        // A file of an older version that is only read has no such table.
        guard try db.tableExists("gang_members") else { return [] }
        return try Array(
            Row.fetchCursor(
                db, sql: "SELECT gang_id, account_id, tie, is_flagged, joined_ms FROM gang_members \(rest)",
                arguments: arguments
            ).map {
                GangMember(gangID: $0[0], accountID: $0[1], tie: $0[2], isFlagged: $0[3], joinedMs: $0[4])
            })
    }

    private static func links(
        _ db: Database, _ rest: String, _ arguments: StatementArguments = []
    ) throws -> [AccountLink] {
        guard try db.tableExists("account_links") else { return [] }
        return try Array(
            Row.fetchCursor(
                db, sql: "SELECT account_id, kind, thing, accounts, last_ms FROM account_links \(rest)",
                arguments: arguments
            ).map {
                AccountLink(
                    accountID: $0[0], kind: $0[1], thingKey: UInt64($0[2] as String, radix: 16) ?? 0,
                    accounts: $0[3], lastMs: $0[4])
            })
    }

    private static func gangs(
        _ db: Database, _ rest: String, _ arguments: StatementArguments = []
    ) throws -> [Gang] {
        guard try db.tableExists("gangs") else { return [] }
        return try Row.fetchAll(
            db,
            sql: """
                SELECT gang_id, members, flagged, density, score, first_seen_ms, last_seen_ms, taken_fen,
                    pending_fen, claim_span_ms, ties FROM gangs \(rest)
                """, arguments: arguments
        ).map {
            Gang(
                id: $0[0], members: $0[1], flagged: $0[2], density: $0[3], score: $0[4], firstSeenMs: $0[5],
                lastSeenMs: $0[6], takenFen: $0[7], pendingFen: $0[8], claimSpanMs: $0[9],
                ties: try JSONText.parse($0[10], as: [Gang.Tie].self))
        }
    }
}

extension CaseBatch {
    /// The flags, each with the gang of its account among those that come with it: what is written so need not be
    /// written again once the gangs are.
    var namedFlags: [FlaggedAccount] {
        guard let members = gangs?.members, !members.isEmpty else { return flags }
        let gangIDs = Dictionary(members.map { ($0.accountID, $0.gangID) }) { first, _ in first }
        return flags.map { flag in
            guard let gangID = gangIDs[flag.accountID] else { return flag }
            var named = flag
            named.gangID = gangID
            if !named.tags.contains(CaseFile.gangTag) { named.tags.append(CaseFile.gangTag) }
            return named
        }
    }
}
