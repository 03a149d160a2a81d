import GRDB

/// Writes decisions on flags within one transaction: the row, what the reviewer saw, the flag's status.
struct DecisionWriter {
    /// What the decisions of one call have in common.
    struct Signature {
        var reviewer: String
        var note: String?
        var decidedMs: Int64
    }

    private let signature: Signature
    private let db: Database
    private let insert: Statement
    private let keepEvidence: Statement
    private let setStatus: Statement
    private let findStatus: Statement
    private let cleared: ClearedFlags

    init(_ signature: Signature, _ db: Database) throws {
        self.signature = signature
        self.db = db
        insert = try db.makeStatement(
            sql: """
                INSERT INTO decisions (account_id, risk, decision, reviewer, note, decided_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """)
        keepEvidence = try db.makeStatement(
            sql: """
                INSERT INTO decision_evidence (decision_id, as_of_ms, score, model, amount_at_risk_fen, reasons)
                SELECT ?, last_scored_ms, score, model, amount_at_risk_fen, reasons
                FROM flagged_accounts WHERE account_id = ? AND risk = ?
                """)
        setStatus = try db.makeStatement(
            sql: "UPDATE flagged_accounts SET status = ? WHERE account_id = ? AND risk = ?")
        findStatus = try db.makeStatement(
            sql: "SELECT status FROM flagged_accounts WHERE account_id = ? AND risk = ?")
        cleared = try ClearedFlags(db)
    }

    /// - Throws: `.nothingToUndo` when no decision stands on any flag of one of the accounts.
    static func checkUndo(_ keys: [FlagKey], _ db: Database) throws {
        var decided: [String: Bool] = [:]
        for key in keys {
            let isDecided = try !CaseFile.standing(key, db).isEmpty
            decided[key.accountID, default: false] = decided[key.accountID] == true || isDecided
        }
        if let key = keys.first(where: { decided[$0.accountID] == false }) {
            throw CaseFileError.Cause.nothingToUndo(account: key.accountID)
        }
    }

    /// What became of a decision.
    enum Outcome {
        case recorded(Decision)
        /// The decision that stands says the same.
        case stands
        /// There is no such flag (any more).
        case notFlagged
    }

    func decide(_ verdict: Verdict, _ key: FlagKey) throws -> Outcome {
        let found = try String.fetchOne(findStatus, arguments: [key.accountID.storable, key.risk])
        guard let status = found else { return .notFlagged }
        if try stands(verdict, key, status: status) { return .stands }
        let decision = try append(verdict, key)
        try setStatus.execute(arguments: [verdict.status.rawValue, key.accountID.storable, key.risk])
        try cleared.set(key, verdict == .clear ? decision.id : nil)
        return .recorded(decision)
    }

    /// Whether the decision would only repeat the last that stands: were it a row, one undo would not take it back.
    ///
    /// A flag that was cleared and opened again by new evidence is decided on anew.
    private func stands(_ verdict: Verdict, _ key: FlagKey, status: String) throws -> Bool {
        guard status == verdict.status.rawValue, let last = try CaseFile.standing(key, db).last else {
            return false
        }
        return last.verdict == verdict && last.reviewer == signature.reviewer.storable
            && last.note == signature.note?.storable
    }

    /// - Parameter onlyDecision: the decision to take back; nil for the last.
    /// - Returns: nil when it does not stand, or is not the last that stands.
    func undo(_ key: FlagKey, onlyDecision: Int64?) throws -> Decision? {
        var standing = try CaseFile.standing(key, db)
        guard let last = standing.popLast(), onlyDecision == nil || last.id == onlyDecision else {
            return nil
        }
        let decision = try append(nil, key)
        let before = standing.last
        let status = before?.verdict?.status ?? .open
        try setStatus.execute(arguments: [status.rawValue, key.accountID.storable, key.risk])
        try cleared.set(key, before?.verdict == .clear ? before?.id : nil)
        // What came in since the account was cleared still counts.
        try cleared.review(key)
        return decision
    }

    private func append(_ verdict: Verdict?, _ key: FlagKey) throws -> Decision {
        try insert.execute(arguments: [
            key.accountID.storable, key.risk, verdict?.rawValue ?? "undo", signature.reviewer.storable,
            signature.note?.storable, signature.decidedMs,
        ])
        let id = db.lastInsertedRowID
        try keepEvidence.execute(arguments: [id, key.accountID.storable, key.risk])
        return Decision(
            id: id, accountID: key.accountID, risk: key.risk, verdict: verdict, reviewer: signature.reviewer,
            note: signature.note, decidedMs: signature.decidedMs)
    }
}
