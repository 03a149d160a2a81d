import GRDB

extension CaseFile {
    /// What is kept of a flagged account's doings; nil when nothing is.
    public func evidence(account: String) throws(CaseFileError) -> AccountEvidence? {
        try read("look up an account in") { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT account_id, first_seen_ms, claimed_fen, discounted_fen, points_fen, paid_fen, refunded_fen,
                        commission_fen, events
                    FROM account_evidence WHERE account_id = ?
                    """, arguments: [account.storable]
            ).map { row in
                var money = AccountEvidence.Money()
                money.claimedFen = row[2]
                money.discountedFen = row[3]
                money.pointsFen = row[4]
                money.paidFen = row[5]
                money.refundedFen = row[6]
                money.commissionFen = row[7]
                return AccountEvidence(
                    accountID: row[0], firstSeenMs: row[1], money: money,
                    events: try JSONText.parse(row[8], as: [PackedEvent].self).map(\.event))
            }
        }
    }

    static func write(_ evidence: [PackedEvidence], _ db: Database) throws {
        guard !evidence.isEmpty else { return }
        var row = RowBinder(
            try db.makeStatement(
                sql: """
                    INSERT INTO account_evidence (account_id, first_seen_ms, claimed_fen, discounted_fen, points_fen,
                        paid_fen, refunded_fen, commission_fen, campaigns, events)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (account_id) DO UPDATE SET
                        first_seen_ms = excluded.first_seen_ms, claimed_fen = excluded.claimed_fen,
                        discounted_fen = excluded.discounted_fen, points_fen = excluded.points_fen,
                        paid_fen = excluded.paid_fen, refunded_fen = excluded.refunded_fen,
                        commission_fen = excluded.commission_fen, campaigns = excluded.campaigns,
                        events = excluded.events
                    """))
        for account in evidence {
            row.bind(1, account.accountID.storable)
            row.bind(2, account.firstSeenMs)
            row.bind(3, account.money.claimedFen)
            row.bind(4, account.money.discountedFen)
            row.bind(5, account.money.pointsFen)
            row.bind(6, account.money.paidFen)
            row.bind(7, account.money.refundedFen)
            row.bind(8, account.money.commissionFen)
            row.bindJSON(9) { $0 += account.campaigns }
            row.bindJSON(10) { $0 += account.events }
            try row.run(db)
        }
    }
}
