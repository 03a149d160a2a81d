import GRDB

/// What a person found about a flag.
public enum Verdict: String, Sendable, CaseIterable {
    /// It is abuse.
    case confirm
    /// It is an honest customer.
    case clear
    case unsure

    /// The flag's status after it.
    public var status: ReviewStatus {
        switch self {
        case .confirm: .confirmed
        case .clear: .cleared
        case .unsure: .unsure
        }
    }
}

/// A row of `decisions`, which only grows.
public struct Decision: Sendable, Equatable {
    public var id: Int64
    public var accountID: String
    public var risk: String
    /// nil: takes back the last decision that still stood (`undo`).
    public var verdict: Verdict?
    public var reviewer: String
    public var note: String?
    /// Wall clock, milliseconds since 1970 UTC.
    public var decidedMs: Int64
}

/// A decision as a label to learn from: a row of labels.csv.
public struct CaseLabel: Sendable, Equatable {
    public var accountID: String
    public var risk: String
    /// 1 for abuse, 0 for honest.
    public var label: Int
    /// Up to which event time the account had been scored when the decision was made; milliseconds.
    public var asOfMs: Int64
}

extension CaseFile {
    /// Records one verdict on each of the accounts, and sets their flags' status.
    ///
    /// - Parameters:
    ///   - risk: only for this risk; nil for every risk the account is flagged for.
    ///   - decidedMs: wall clock, milliseconds since 1970 UTC.
    /// - Returns: the rows added, in the order of `accounts`.
    /// - Throws: `CaseFileError` with `.notFlagged` when one of them has no such flag; nothing is
    ///   recorded then.
    @discardableResult
    public func decide(
        _ verdict: Verdict, accounts: [String], risk: String? = nil, reviewer: String, note: String? = nil,
        decidedMs: Int64
    ) throws(CaseFileError) -> [Decision] {
        try write("record the decision in") { db in
            try CaseFile.append(
                verdict, accounts: accounts, risk: risk, reviewer: reviewer, note: note, decidedMs: decidedMs,
                db)
        }
    }

    /// Takes back the last decision that still stands on each of the accounts; another row says so.
    ///
    /// - Throws: `CaseFileError` with `.nothingToUndo` when no decision on one of them stands, `.notFlagged`
    ///   when it has no flag; nothing is recorded then.
    @discardableResult
    public func undo(
        accounts: [String], risk: String? = nil, reviewer: String, note: String? = nil, decidedMs: Int64
    ) throws(CaseFileError) -> [Decision] {
        try write("undo the decision in") { db in
            try CaseFile.append(
                nil, accounts: accounts, risk: risk, reviewer: reviewer, note: note, decidedMs: decidedMs, db)
        }
    }

    /// All decisions on an account, or on all accounts, oldest first.
    public func decisions(account: String? = nil) throws(CaseFileError) -> [Decision] {
        try read("list the decisions in") { db in
            try CaseFile.decisions(
                db, account == nil ? "" : "WHERE account_id = ?", account.map { [$0.storable] } ?? [])
        }
    }

    /// What people decided, as labels: the last decision that stands on each account and risk; `unsure` gives
    /// none. In the order of account ids and risks.
    public func labels() throws(CaseFileError) -> [CaseLabel] {
        try read("read the decisions in") { db in
            let asOf = try Row.fetchAll(db, sql: "SELECT decision_id, as_of_ms FROM decision_evidence")
                .reduce(into: [Int64: Int64]()) { $0[$1[0]] = $1[1] }
            var standing: [Decision] = []
            var labels: [CaseLabel] = []
            func close() {
                guard let last = standing.last, let verdict = last.verdict, verdict != .unsure else { return }
                labels.append(
                    CaseLabel(
                        accountID: last.accountID, risk: last.risk, label: verdict == .confirm ? 1 : 0,
                        asOfMs: asOf[last.id] ?? 0))
            }
            var key: (String, String)?
            for decision in try CaseFile.decisions(db, "", [], order: "account_id, risk, id") {
                if key == nil || key! != (decision.accountID, decision.risk) {
                    close()
                    standing = []
                    key = (decision.accountID, decision.risk)
                }
                CaseFile.apply(decision, to: &standing)
            }
            close()
            return labels
        }
    }

    /// The decisions that stand, oldest first: an undo takes away the last.
    private static func apply(_ decision: Decision, to standing: inout [Decision]) {
        if decision.verdict != nil { standing.append(decision) } else { _ = standing.popLast() }
    }

    private static func append(
        _ verdict: Verdict?, accounts: [String], risk: String?, reviewer: String, note: String?,
        decidedMs: Int64, _ db: Database
    ) throws -> [Decision] {
        let insert = try db.makeStatement(
            sql: """
                INSERT INTO decisions (account_id, risk, decision, reviewer, note, decided_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """)
        let evidence = try db.makeStatement(
            sql: "INSERT INTO decision_evidence (decision_id, as_of_ms, score, model) VALUES (?, ?, ?, ?)")
        let setStatus = try db.makeStatement(
            sql: "UPDATE flagged_accounts SET status = ? WHERE account_id = ? AND risk = ?")
        var added: [Decision] = []
        for account in accounts {
            let flags = try flags(
                db, " WHERE account_id = ?1 AND (?2 IS NULL OR risk = ?2) ORDER BY risk",
                [account.storable, risk])
            if flags.isEmpty { throw CaseFileError.Cause.notFlagged(account: account) }
            var undone = 0
            for flag in flags {
                var status = verdict?.status ?? .open
                if verdict == nil {
                    var standing: [Decision] = []
                    for decision in try decisions(
                        db, "WHERE account_id = ? AND risk = ?", [flag.accountID, flag.risk])
                    {
                        apply(decision, to: &standing)
                    }
                    guard standing.popLast() != nil else { continue }
                    status = standing.last?.verdict?.status ?? .open
                }
                undone += 1
                try insert.execute(arguments: [
                    flag.accountID, flag.risk, verdict?.rawValue ?? "undo", reviewer.storable, note?.storable,
                    decidedMs,
                ])
                let id = db.lastInsertedRowID
                try evidence.execute(arguments: [id, flag.lastScoredMs, flag.score, flag.model])
                try setStatus.execute(arguments: [status.rawValue, flag.accountID, flag.risk])
                added.append(
                    Decision(
                        id: id, accountID: flag.accountID, risk: flag.risk, verdict: verdict,
                        reviewer: reviewer,
                        note: note, decidedMs: decidedMs))
            }
            if undone == 0 { throw CaseFileError.Cause.nothingToUndo(account: account) }
        }
        return added
    }

    private static func decisions(
        _ db: Database, _ condition: String, _ arguments: StatementArguments, order: String = "id"
    ) throws -> [Decision] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT id, account_id, risk, decision, reviewer, note, decided_ms FROM decisions
                \(condition) ORDER BY \(order)
                """, arguments: arguments
        ).map { row in
            let name: String = row[3]
            let verdict = Verdict(rawValue: name)
            if verdict == nil, name != "undo" {
                throw CaseFileError.Cause.damaged("unknown decision \(name)")
            }
            return Decision(
                id: row[0], accountID: row[1], risk: row[2], verdict: verdict, reviewer: row[4], note: row[5],
                decidedMs: row[6])
        }
    }
}
