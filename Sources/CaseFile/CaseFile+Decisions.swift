import Foundation
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

/// The flags that a decision is about.
public enum FlagSelection: Sendable, Equatable {
    /// Those of these accounts, for one risk or for every risk they are flagged for.
    case accounts([String], risk: String? = nil)
    /// All that a query asks for; a gang is a query.
    case matching(FlagQuery)
    /// Those that these rows of `decisions` were about, as far as nobody has decided on them since.
    case decisions([Int64])
}

/// What became of one verdict on several flags.
public struct Decided: Sendable, Equatable {
    /// The rows added, in the order of the selection.
    public var added: [Decision]
    /// On how many flags the same reviewer's same decision, with the same note, stood already: nothing was added there.
    public var repeated = 0

    public init(added: [Decision] = []) { self.added = added }
}

/// What a decision would be about, to be looked at before it is made.
public struct SelectionPreview: Sendable, Equatable {
    public var total: FlagTotal
    public var accounts: Int
    /// At most ten, spread evenly over the selection in its order.
    public var samples: [FlaggedAccount]
}

extension CaseFile {
    /// Flags that one transaction decides on: it must be over before a tail that waits to commit minds.
    private static let decisionsAtOnce = 200
    /// How long others may write between two transactions, microseconds.
    private static let breathUs: UInt32 = 20_000

    /// What deciding on `selection` would be about.
    /// - Throws: `CaseFileError` with `.notFlagged` when one of its accounts has no such flag.
    public func preview(_ selection: FlagSelection) throws(CaseFileError) -> SelectionPreview {
        try read("look up the selection in") { db in
            let targets = try CaseFile.targets(selection, db)
            let step = max(1, (targets.count + 9) / 10)
            let samples = stride(from: 0, to: targets.count, by: step).map { targets[$0].key }
            return SelectionPreview(
                total: FlagTotal(
                    flags: targets.count,
                    amountAtRiskFen: Int64(clamping: targets.reduce(0) { $0 + Double($1.amountAtRiskFen) })),
                accounts: Set(targets.map(\.key.accountID)).count,
                samples: try CaseFile.flags(db, samples))
        }
    }

    /// Records one verdict on each of the flags, and sets their status. A repeat of the decision that stands, by the
    /// same reviewer and with the same note, changes nothing.
    ///
    /// Up to 200 flags are decided on in one transaction. More are taken 200 at a time, so that a tail can
    /// commit in between; if that is cut short, those before stand.
    /// - Parameters:
    ///   - decidedMs: wall clock, milliseconds since 1970 UTC.
    ///   - expected: how many flags a person was shown; nil takes whatever there is.
    /// - Throws: `CaseFileError` with `.notFlagged` when one of the accounts has no such flag, `.otherSelection` when
    ///   there are not as many flags as expected; nothing is recorded then.
    @discardableResult
    public func decide(
        _ verdict: Verdict, _ selection: FlagSelection, reviewer: String, note: String? = nil,
        decidedMs: Int64, expecting expected: Int? = nil
    ) throws(CaseFileError) -> Decided {
        try append(
            verdict, selection, "record the decision in", expected: expected,
            DecisionWriter.Signature(reviewer: reviewer, note: note, decidedMs: decidedMs))
    }

    /// Takes back the last decision that still stands on each of the flags; another row says so.
    ///
    /// - Returns: the rows added; none for flags without a standing decision.
    /// - Throws: `CaseFileError` with `.nothingToUndo` when no decision on one of the accounts stands, `.notFlagged`
    ///   when it has no flag; nothing is recorded then.
    @discardableResult
    public func undo(
        _ selection: FlagSelection, reviewer: String, note: String? = nil, decidedMs: Int64,
        expecting expected: Int? = nil
    ) throws(CaseFileError) -> [Decision] {
        try append(
            nil, selection, "undo the decision in", expected: expected,
            DecisionWriter.Signature(reviewer: reviewer, note: note, decidedMs: decidedMs)
        ).added
    }

    private func append(
        _ verdict: Verdict?, _ selection: FlagSelection, _ operation: String, expected: Int?,
        _ signature: DecisionWriter.Signature
    ) throws(CaseFileError) -> Decided {
        let targets = try read(operation) { db in
            let targets = try CaseFile.targets(selection, db)
            if let expected, expected != targets.count {
                throw CaseFileError.Cause.otherSelection(expected: expected, found: targets.count)
            }
            if verdict == nil, case .accounts = selection {
                try DecisionWriter.checkUndo(targets.map(\.key), db)
            }
            return targets
        }
        var decided = Decided()
        for start in stride(from: 0, to: targets.count, by: CaseFile.decisionsAtOnce) {
            if start > 0 { usleep(CaseFile.breathUs) }
            let part = targets[start..<min(start + CaseFile.decisionsAtOnce, targets.count)]
            let done = try write(operation) { db in
                let writer = try DecisionWriter(signature, db)
                var done = Decided()
                for target in part {
                    guard let verdict else {
                        let undone = try writer.undo(target.key, onlyDecision: target.decisionID)
                        if let undone { done.added.append(undone) }
                        continue
                    }
                    switch try writer.decide(verdict, target.key) {
                    case .recorded(let decision): done.added.append(decision)
                    case .stands: done.repeated += 1
                    case .notFlagged:
                        guard case .accounts = selection else { continue }
                        throw CaseFileError.Cause.notFlagged(account: target.key.accountID)
                    }
                }
                return done
            }
            decided.added += done.added
            decided.repeated += done.repeated
        }
        return decided
    }

    private struct Target {
        var key: FlagKey
        var amountAtRiskFen: Int64
        /// The decision that is to be undone; nil for the last.
        var decisionID: Int64?

        init(_ row: Row, decisionID: Int64? = nil) {
            key = FlagKey(accountID: row[0], risk: row[1])
            amountAtRiskFen = row[2]
            self.decisionID = decisionID
        }
    }

    private static func targets(_ selection: FlagSelection, _ db: Database) throws -> [Target] {
        let select = "SELECT account_id, risk, amount_at_risk_fen FROM"
        switch selection {
        case .matching(let query):
            let terms = query.condition
            return try Row.fetchAll(
                db, sql: "\(select) flag_queue\(terms.sql) ORDER BY \(query.order)",
                arguments: terms.arguments
            ).map { Target($0) }
        case .accounts(let accounts, let risk):
            let find = try db.makeStatement(
                sql:
                    "\(select) flagged_accounts WHERE account_id = ?1 AND (?2 IS NULL OR risk = ?2) ORDER BY risk"
            )
            var seen: Set<String> = []
            return try accounts.filter { seen.insert($0).inserted }.flatMap { account in
                let rows = try Row.fetchAll(find, arguments: [account.storable, risk])
                if rows.isEmpty { throw CaseFileError.Cause.notFlagged(account: account) }
                return rows.map { Target($0) }
            }
        case .decisions(let ids):
            let find = try db.makeStatement(
                sql: "\(select) flagged_accounts JOIN decisions d USING (account_id, risk) WHERE d.id = ?")
            return try ids.compactMap { id in
                try Row.fetchOne(find, arguments: [id]).map { Target($0, decisionID: id) }
            }
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
    static func apply(_ decision: Decision, to standing: inout [Decision]) {
        if decision.verdict != nil { standing.append(decision) } else { _ = standing.popLast() }
    }

    /// The decisions on a flag that stand, oldest first.
    static func standing(_ key: FlagKey, _ db: Database) throws -> [Decision] {
        try decisions(db, "WHERE account_id = ? AND risk = ?", [key.accountID.storable, key.risk])
            .reduce(into: []) { apply($1, to: &$0) }
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
