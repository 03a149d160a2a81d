import GRDB

/// Another account, and what it shares with the one that is looked at.
public struct LinkedAccount: Sendable, Equatable {
    public var accountID: String
    /// How many things of each kind they share, in the order of kinds.
    public var shared: [(kind: String, things: Int)]
    /// Of how many accounts the rarest shared thing is.
    public var rarest: Int
    /// Its highest score of any risk, and where that flag stands; nil when it is not flagged.
    public var score: Double?
    public var status: ReviewStatus?

    public static func == (a: LinkedAccount, b: LinkedAccount) -> Bool {
        a.accountID == b.accountID && a.shared.elementsEqual(b.shared, by: ==) && a.rarest == b.rarest
            && a.score == b.score && a.status == b.status
    }
}

extension CaseFile {
    /// The accounts known to the database that share a thing with an account: those of the rarest things and with the most
    /// of them first.
    /// - Parameters:
    ///   - limit: at most so many.
    ///   - crowd: a thing that more accounts have says little, and is passed over.
    public func linkedAccounts(
        of account: String, limit: Int = 50, crowd: Int = 500
    ) throws(CaseFileError) -> [LinkedAccount] {
        try read("list the links of an account in") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT other.account_id, other.kind, count(*), min(other.accounts),
                        total(1.0 / max(1, other.accounts))
                    FROM account_links own JOIN account_links other USING (kind, thing)
                    WHERE own.account_id = ?1 AND other.account_id <> ?1 AND own.accounts <= ?2
                    GROUP BY other.account_id, other.kind ORDER BY other.account_id, other.kind
                    """, arguments: [account.storable, crowd])
            var linked: [LinkedAccount] = []
            var weights: [String: Double] = [:]
            for row in rows {
                let id: String = row[0]
                if linked.last?.accountID != id {
                    linked.append(LinkedAccount(accountID: id, shared: [], rarest: .max))
                }
                linked[linked.count - 1].shared.append((row[1], row[2]))
                linked[linked.count - 1].rarest = min(linked[linked.count - 1].rarest, row[3])
                weights[id, default: 0] += row[4] as Double
            }
            linked.sort {
                let (left, right) = (weights[$0.accountID]!, weights[$1.accountID]!)
                return left != right ? left > right : $0.accountID < $1.accountID
            }
            let flag = try db.makeStatement(
                sql: """
                    SELECT score, status FROM flagged_accounts WHERE account_id = ? ORDER BY score DESC, risk LIMIT 1
                    """)
            return try linked.prefix(max(0, limit)).map { account in
                var account = account
                if let row = try Row.fetchOne(flag, arguments: [account.accountID]) {
                    account.score = row[0]
                    account.status = try CaseFile.status(row[1])
                }
                return account
            }
        }
    }
}
