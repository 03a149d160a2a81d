import GRDB

extension CaseFile {
    /// The tag of a flag whose account is in a gang.
    fileprivate static let gangTag = "gang"

    /// Puts these gangs in place of those found before, and names in each flag the gang of its account.
    static func replace(_ tables: GangTables, _ db: Database) throws {
        for table in ["gangs", "gang_members", "account_links"] {
            try db.execute(sql: "DELETE FROM \(table)")
        }
        var gang = RowBinder(
            try db.makeStatement(sql: "INSERT INTO gangs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"))
        for row in tables.gangs {
            gang.bind(1, row.id)
            gang.bind(2, Int64(row.members))
            gang.bind(3, Int64(row.flagged))
            gang.bind(4, row.density)
            gang.bind(5, row.score)
            gang.bind(6, row.firstSeenMs)
            gang.bind(7, row.lastSeenMs)
            gang.bind(8, row.takenFen)
            gang.bind(9, row.pendingFen)
            gang.bind(10, row.claimSpanMs)
            gang.bindJSON(11) { JSONText.append(row.ties, to: &$0) }
            try gang.run(db)
        }
        let member = RowBinder(try db.makeStatement(sql: "INSERT INTO gang_members VALUES (?, ?, ?, ?, ?)"))
        for row in tables.members {
            member.bind(1, row.gangID)
            member.bind(2, row.accountID.storable)
            member.bind(3, row.tie)
            member.bind(4, row.isFlagged)
            member.bind(5, row.joinedMs)
            try member.run(db)
        }
        let link = RowBinder(try db.makeStatement(sql: "INSERT INTO account_links VALUES (?, ?, ?, ?, ?)"))
        for row in tables.links {
            link.bind(1, row.accountID.storable)
            link.bind(2, row.kind)
            link.bind(3, row.thing)
            link.bind(4, Int64(row.accounts))
            link.bind(5, row.lastMs)
            try link.run(db)
        }
        try nameGangs(tables, db)
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
            guard try db.tableExists("gang_members") else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT gang_id, account_id, tie, is_flagged, joined_ms FROM gang_members
                    WHERE gang_id = ? ORDER BY tie DESC, account_id
                    """, arguments: [id]
            ).map {
                GangMember(gangID: $0[0], accountID: $0[1], tie: $0[2], isFlagged: $0[3], joinedMs: $0[4])
            }
        }
    }

    /// What an account shares with others, by kind; none when it is neither flagged nor in a gang.
    public func links(account: String) throws(CaseFileError) -> [AccountLink] {
        try read("list the links of an account in") { db in
            guard try db.tableExists("account_links") else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT account_id, kind, thing, accounts, last_ms FROM account_links
                    WHERE account_id = ? ORDER BY kind, thing
                    """, arguments: [account.storable]
            ).map {
                AccountLink(
                    accountID: $0[0], kind: $0[1], thingKey: UInt64($0[2] as String, radix: 16) ?? 0,
                    accounts: $0[3], lastMs: $0[4])
            }
        }
    }

    private static func gangs(
        _ db: Database, _ rest: String, _ arguments: StatementArguments = []
    ) throws -> [Gang] {
        // A file of an older version that is only read has no such table.
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
