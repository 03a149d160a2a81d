import GRDB

/// An account that shares a thing with another.
public struct Neighbour: Sendable, Equatable {
    public var accountID: String
    /// A kind of `Gang.Tie`.
    public var kind: String
    /// As in `AccountLink`.
    public var thing: String
    /// Its highest score over the risks; nil when it is not flagged.
    public var score: Double?
    /// Where that flag stands.
    public var status: ReviewStatus?
}

extension CaseFile {
    /// Accounts that share a thing with this one: those that few share first, of one thing by account id.
    /// - Parameters:
    ///   - limit: at most so many rows; an account is there once a thing it shares.
    ///   - crowd: a thing that more accounts have says little, and is passed over.
    public func neighbours(
        account: String, limit: Int, crowd: Int = 500
    ) throws(CaseFileError) -> [Neighbour] {
        try read("list the links of an account in") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT account_id, kind, thing,
                        (SELECT max(score) FROM flagged_accounts WHERE account_id = shared.account_id),
                        (SELECT status FROM flagged_accounts WHERE account_id = shared.account_id
                            ORDER BY score DESC, risk LIMIT 1)
                    FROM (
                        SELECT other.account_id, other.kind, other.thing FROM account_links own
                            JOIN account_links other USING (kind, thing)
                        WHERE own.account_id = ?1 AND other.account_id <> ?1 AND own.accounts <= ?2
                        ORDER BY own.accounts, other.kind, other.thing, other.account_id
                        LIMIT \(max(0, limit))
                    ) shared
                    """, arguments: [account.storable, crowd]
            ).map { row in
                Neighbour(
                    accountID: row[0], kind: row[1], thing: row[2], score: row[3],
                    status: try (row[4] as String?).map(CaseFile.status))
            }
        }
    }

    /// The gang that an account is in, flagged or not; nil when it is in none.
    public func gang(of account: String) throws(CaseFileError) -> String? {
        try read("look up the gang of an account in") { db in
            try String.fetchOne(
                db, sql: "SELECT gang_id FROM gang_members WHERE account_id = ?",
                arguments: [account.storable])
        }
    }
}
