import GRDB

/// Something that was done with the case file and is to be known later: a row of `audit_trail`, which only grows.
/// Decisions are not in it: they are a trail of their own.
public struct AuditEntry: Sendable, Equatable {
    public var id: Int64
    /// Wall clock, milliseconds since 1970 UTC.
    public var atMs: Int64
    public var who: String
    /// A verb: "unmask", "export".
    public var action: String
    /// Whose id was looked up; nil where it was about many.
    public var accountID: String?
    public var detail: String?
}

extension CaseFile {
    /// Writes down that something was done, before it is done.
    public func audit(
        _ action: String, who: String, account: String? = nil, detail: String? = nil, atMs: Int64
    ) throws(CaseFileError) {
        try write("write the audit trail in") { db in
            try db.execute(
                sql:
                    "INSERT INTO audit_trail (at_ms, who, action, account_id, detail) VALUES (?, ?, ?, ?, ?)",
                arguments: [atMs, who.storable, action, account?.storable, detail?.storable])
        }
    }

    /// The trail, newest first.
    /// - Parameters:
    ///   - account: only what was about this account.
    ///   - limit: at most so many.
    ///   - before: only entries older than the one with this id.
    public func auditTrail(
        account: String? = nil, limit: Int = 100, before: Int64? = nil
    ) throws(CaseFileError) -> [AuditEntry] {
        try read("read the audit trail in") { db in
            var terms = SQLTerms()
            terms.add("account_id = ?", account?.storable)
            terms.add("id < ?", before)
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT id, at_ms, who, action, account_id, detail FROM audit_trail\(terms.sql)
                    ORDER BY id DESC LIMIT \(max(0, limit))
                    """, arguments: terms.arguments
            ).map {
                AuditEntry(
                    id: $0[0], atMs: $0[1], who: $0[2], action: $0[3], accountID: $0[4], detail: $0[5])
            }
        }
    }
}
