import GRDB

/// What a shop's backend wants to know of an account before it grants something: its flags without their reasons.
public struct AccountGlance: Sendable, Equatable {
    /// One flag of the account.
    public struct Flag: Sendable, Equatable {
        public var risk: String
        /// Calibrated probability 0…1.
        public var score: Double
        public var level: String
        public var status: ReviewStatus
        public var amountAtRiskFen: Int64
        /// Event time, milliseconds since 1970 UTC; so is the other.
        public var firstFlaggedMs: Int64
        public var lastScoredMs: Int64
        public var gangID: String?
    }

    /// Highest score first; none when the account is not flagged.
    public var flags: [Flag]
}

extension CaseFile {
    /// The flags of an account in short, by one look-up of the table's key.
    public func glance(account: String) throws(CaseFileError) -> AccountGlance {
        try readOne("look up an account in") { db in
            let find = try db.cachedStatement(
                sql: """
                    SELECT risk, score, level, status, amount_at_risk_fen, first_flagged_ms, last_scored_ms, gang_id
                    FROM flagged_accounts WHERE account_id = ? ORDER BY score DESC, risk
                    """)
            return AccountGlance(
                flags: try Row.fetchAll(find, arguments: [account.storable]).map { row in
                    AccountGlance.Flag(
                        risk: row[0], score: row[1], level: row[2], status: try CaseFile.status(row[3]),
                        amountAtRiskFen: row[4], firstFlaggedMs: row[5], lastScoredMs: row[6], gangID: row[7])
                })
        }
    }

    /// A number that changes whenever another connection has changed the file.
    public func changeMark() throws(CaseFileError) -> Int {
        try readOne("look for changes in") { db in
            try Int.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
        }
    }

    /// Every account that is flagged or in a gang, each once, in no order.
    public func accountIDs() throws(CaseFileError) -> [String] {
        try read("list the accounts in") { db in
            try String.fetchAll(
                db, sql: "SELECT account_id FROM flag_queue UNION SELECT account_id FROM gang_members")
        }
    }
}
