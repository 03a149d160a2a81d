import GRDB

/// Which flags to list; nil takes all.
public struct FlagFilter: Sendable, Equatable {
    public var risk: String?
    public var level: String?
    public var status: ReviewStatus?
    public var tag: String?
    public var gangID: String?
    public var minimumScore: Double?

    public init(
        risk: String? = nil, level: String? = nil, status: ReviewStatus? = nil, tag: String? = nil,
        gangID: String? = nil, minimumScore: Double? = nil
    ) {
        self.risk = risk
        self.level = level
        self.status = status
        self.tag = tag
        self.gangID = gangID
        self.minimumScore = minimumScore
    }

    /// The condition as SQL with its arguments, in the order of the question marks.
    fileprivate var condition: (sql: String, arguments: StatementArguments) {
        var terms: [String] = []
        var arguments = StatementArguments()
        func add(_ term: String, _ argument: (any DatabaseValueConvertible)?) {
            guard let argument else { return }
            terms.append(term)
            arguments += [argument]
        }
        add("risk = ?", risk)
        add("level = ?", level)
        add("status = ?", status?.rawValue)
        // Tags are plain words, so that a quoted one is found in the JSON text wherever it is an element.
        add("instr(tags, ?) > 0", tag.map { "\"\($0)\"" })
        add("gang_id = ?", gangID?.storable)
        add("score >= ?", minimumScore)
        return (terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND "), arguments)
    }
}

/// The order of a list of flags; equals are ordered by account id and risk.
public enum FlagSort: String, Sendable, CaseIterable {
    /// Expected loss: score × amount at risk, largest first.
    case priority
    /// Highest first.
    case score
    /// Largest first.
    case amount
    /// Latest first flag first.
    case time

    fileprivate var sql: String {
        switch self {
        case .priority: "score * amount_at_risk_fen DESC, account_id, risk"
        case .score: "score DESC, account_id, risk"
        case .amount: "amount_at_risk_fen DESC, account_id, risk"
        case .time: "first_flagged_ms DESC, account_id, risk"
        }
    }
}

/// How many flags of one kind there are, and what they put at risk.
public struct FlagCount: Sendable, Equatable {
    public var risk: String
    public var level: String
    public var status: ReviewStatus
    public var flags: Int
    public var amountAtRiskFen: Int64
}

extension CaseFile {
    private static let columns = """
        account_id, risk, score, level, first_flagged_ms, last_scored_ms, amount_at_risk_fen, reasons, tags, \
        gang_id, model, status
        """

    /// The flags that pass `filter`, in order.
    /// - Parameter limit: at most so many; nil for all.
    public func flags(
        _ filter: FlagFilter = FlagFilter(), sort: FlagSort = .priority, limit: Int? = nil, offset: Int = 0
    ) throws(CaseFileError) -> [FlaggedAccount] {
        try read("list the flags in") { db in
            let (condition, arguments) = filter.condition
            let page = "LIMIT \(limit.map { max($0, 0) } ?? -1) OFFSET \(max(offset, 0))"
            return try CaseFile.flags(db, "\(condition) ORDER BY \(sort.sql) \(page)", arguments)
        }
    }

    /// The flags of one account, one a risk, highest score first; none when it is not flagged.
    public func flags(account: String) throws(CaseFileError) -> [FlaggedAccount] {
        try read("look up an account in") { db in
            try CaseFile.flags(db, " WHERE account_id = ? ORDER BY score DESC, risk", [account.storable])
        }
    }

    /// How many flags pass `filter`.
    public func flagCount(_ filter: FlagFilter = FlagFilter()) throws(CaseFileError) -> Int {
        try read("count the flags in") { db in
            let (condition, arguments) = filter.condition
            return try Int.fetchOne(
                db, sql: "SELECT count(*) FROM flagged_accounts" + condition, arguments: arguments) ?? 0
        }
    }

    /// How many flags were first raised at this event time or later; milliseconds since 1970 UTC.
    public func flagCount(since ms: Int64) throws(CaseFileError) -> Int {
        try read("count the flags in") { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM flagged_accounts WHERE first_flagged_ms >= ?",
                arguments: [ms]) ?? 0
        }
    }

    /// Flags by risk, level and status, in that order of names.
    public func counts() throws(CaseFileError) -> [FlagCount] {
        try read("count the flags in") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT risk, level, status, count(*), sum(amount_at_risk_fen) FROM flagged_accounts
                    GROUP BY risk, level, status ORDER BY risk, level, status
                    """
            ).map {
                FlagCount(
                    risk: $0[0], level: $0[1], status: try CaseFile.status($0[2]), flags: $0[3],
                    amountAtRiskFen: $0[4])
            }
        }
    }

    /// The flagged accounts whose id begins and ends like this, in order, at most `limit`: what a masked id
    /// may stand for.
    public func accounts(
        beginning prefix: String, ending suffix: String, limit: Int
    ) throws(CaseFileError) -> [String] {
        try read("look up an account in") { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT account_id FROM flagged_accounts
                    WHERE substr(account_id, 1, length(?1)) = ?1
                        AND substr(account_id, -length(?2), length(?2)) = ?2
                        AND length(account_id) >= length(?1) + length(?2)
                    ORDER BY account_id LIMIT ?3
                    """, arguments: [prefix.storable, suffix.storable, limit])
        }
    }

    /// Rejected lines by log and reason, in that order of names.
    public func rejectedCounts() throws(CaseFileError) -> [RejectedCount] {
        try read("list the rejected lines in") { db in
            try Row.fetchAll(
                db, sql: "SELECT source, reason, lines FROM rejected_counts ORDER BY source, reason"
            ).map { RejectedCount(source: $0[0], reason: $0[1], lines: $0[2]) }
        }
    }

    /// The samples of rejected lines, by log and offset.
    public func rejectedLines() throws(CaseFileError) -> [RejectedSample] {
        try read("list the rejected lines in") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT source, line_offset, reason, sample FROM rejected_lines
                    ORDER BY source, line_offset, rowid
                    """
            ).map { RejectedSample(source: $0[0], lineOffset: $0[1], reason: $0[2], sample: $0[3]) }
        }
    }

    /// Facts about the last runs, by name.
    public func metadata() throws(CaseFileError) -> [String: String] {
        try read("read") { db in
            try Row.fetchAll(db, sql: "SELECT key, value FROM metadata")
                .reduce(into: [:]) { $0[$1[0] as String] = $1[1] as String }
        }
    }

    static func flags(
        _ db: Database, _ rest: String, _ arguments: StatementArguments
    ) throws -> [FlaggedAccount] {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT \(columns) FROM flagged_accounts" + rest, arguments: arguments)
        var flags: [FlaggedAccount] = []
        while let row = try rows.next() {
            flags.append(
                FlaggedAccount(
                    accountID: row[0], risk: row[1], score: row[2], level: row[3], firstFlaggedMs: row[4],
                    lastScoredMs: row[5], amountAtRiskFen: row[6],
                    reasons: try JSONText.parse(row[7], as: [FlaggedAccount.Reason].self),
                    tags: try JSONText.parse(row[8], as: [String].self),
                    gangID: row[9], model: row[10], status: try status(row[11])))
        }
        return flags
    }

    static func status(_ name: String) throws -> ReviewStatus {
        guard let status = ReviewStatus(rawValue: name) else {
            throw CaseFileError.Cause.damaged("unknown status \(name)")
        }
        return status
    }
}
