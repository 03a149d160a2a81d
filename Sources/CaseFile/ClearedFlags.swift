import Foundation
import GRDB

/// What is materially new about a flag since it was cleared.
///
/// A cleared flag stays quiet until one of these holds; then it is open again. That is a function of the flag as it
/// stands and of what the reviewer saw, and of nothing in between, so that a tail and a later `score` say the same.
public struct NewEvidence: Sendable, Equatable {
    /// By how much the log-odds of the score have risen: by one or more.
    public var logOddsRise: Double?
    /// The strongest reason, worth 0.7 log-odds or more, that was no reason then.
    public var reason: FlaggedAccount.Reason?
    /// The amount at stake then, of which there is twice as much now and ¥10 more; fen.
    public var amountBeforeFen: Int64?

    private static let rise = 1.0
    private static let smallestReason = 0.7
    private static let smallestAmountFen: Int64 = 1_000

    /// - Returns: nil when nothing is.
    init?(
        score: Double, amountFen: Int64, reasons: [FlaggedAccount.Reason], scoreThen: Double,
        amountThenFen: Int64?, featuresThen: Set<String>?
    ) {
        let risen = NewEvidence.logOdds(score) - NewEvidence.logOdds(scoreThen)
        if risen >= NewEvidence.rise { logOddsRise = risen }
        if let featuresThen, let first = reasons.first, first.contribution >= NewEvidence.smallestReason,
            !featuresThen.contains(first.feature)
        {
            reason = first
        }
        if let then = amountThenFen, amountFen / 2 >= then, amountFen >= NewEvidence.smallestAmountFen,
            amountFen - NewEvidence.smallestAmountFen >= then
        {
            amountBeforeFen = then
        }
        if logOddsRise == nil && reason == nil && amountBeforeFen == nil { return nil }
    }

    /// Of a probability, which is taken to be a millionth from certain at most.
    private static func logOdds(_ probability: Double) -> Double {
        let p = min(max(probability, 1e-6), 1 - 1e-6)
        return log(p / (1 - p))
    }
}

/// Keeps cleared flags quiet, and opens them again where there is new evidence.
struct ClearedFlags {
    private let find: Statement
    private let insert: Statement
    private let remove: Statement
    private let setStatus: Statement

    init(_ db: Database) throws {
        find = try db.makeStatement(
            sql: """
                SELECT f.score, f.amount_at_risk_fen, f.reasons, f.status, e.score, e.amount_at_risk_fen, e.reasons
                FROM cleared_flags c JOIN decision_evidence e USING (decision_id)
                    JOIN flagged_accounts f USING (account_id, risk)
                WHERE c.account_id = ? AND c.risk = ?
                """)
        insert = try db.makeStatement(
            sql: "INSERT OR REPLACE INTO cleared_flags (account_id, risk, decision_id) VALUES (?, ?, ?)")
        remove = try db.makeStatement(sql: "DELETE FROM cleared_flags WHERE account_id = ? AND risk = ?")
        setStatus = try db.makeStatement(
            sql: "UPDATE flagged_accounts SET status = ? WHERE account_id = ? AND risk = ?")
    }

    /// - Parameter decision: that cleared the flag; nil when none stands.
    func set(_ key: FlagKey, _ decision: Int64?) throws {
        if let decision {
            try insert.execute(arguments: [key.accountID.storable, key.risk, decision])
        } else {
            try remove.execute(arguments: [key.accountID.storable, key.risk])
        }
    }

    /// What is new about a flag that was cleared; nil when nothing is, or it was not.
    func news(_ key: FlagKey) throws -> NewEvidence? {
        try row(key).flatMap(news)
    }

    private func row(_ key: FlagKey) throws -> Row? {
        try Row.fetchOne(find, arguments: [key.accountID.storable, key.risk])
    }

    private func news(_ row: Row) throws -> NewEvidence? {
        let reasonsThen: String? = row[6]
        return NewEvidence(
            score: row[0], amountFen: row[1],
            reasons: try JSONText.parse(row[2], as: [FlaggedAccount.Reason].self), scoreThen: row[4],
            amountThenFen: row[5],
            featuresThen: try reasonsThen.map {
                Set(try JSONText.parse($0, as: [FlaggedAccount.Reason].self).map(\.feature))
            })
    }

    /// Opens a cleared flag about which there is something new, and quiets one about which there is nothing any more.
    func review(_ key: FlagKey) throws {
        guard let row = try row(key) else { return }
        let status: ReviewStatus = try news(row) == nil ? .cleared : .open
        guard status.rawValue != row[3] as String else { return }
        try setStatus.execute(arguments: [status.rawValue, key.accountID.storable, key.risk])
    }

    /// The same for all that a batch has changed.
    static func review(_ batch: CaseBatch, _ db: Database) throws {
        guard try Row.fetchOne(db, sql: "SELECT 1 FROM cleared_flags LIMIT 1") != nil else { return }
        let flags = try ClearedFlags(db)
        for flag in batch.flags + batch.provisional { try flags.review(flag.key) }
        for key in batch.withdrawn { try flags.review(key) }
    }
}

extension CaseFile {
    /// What is new about flags that were cleared and are open again, by flag.
    public func newEvidence(_ keys: [FlagKey]) throws(CaseFileError) -> [FlagKey: NewEvidence] {
        try read("look up what is new in") { db in
            let flags = try ClearedFlags(db)
            return try keys.reduce(into: [:]) { $0[$1] = try flags.news($1) }
        }
    }
}
