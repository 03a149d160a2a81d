import GRDB

/// How far the accounts of the last run have moved from those that its model learned from, in its score or in one
/// feature: a row of `drift`.
public struct DriftRow: Sendable, Equatable {
    public var risk: String
    /// Nil for the score.
    public var feature: String?
    /// Population stability index.
    public var index: Double
    /// What it would be by chance alone.
    public var chance: Double
    /// The bin that adds most to it, above the one and up to the other; neither where the feature is unknown.
    public var low: Double?
    public var high: Double?
    /// The share of the accounts in that bin, when the model learned and now.
    public var then: Double
    public var now: Double
    /// The model's name.
    public var model: String
    /// How many accounts were looked at, up to which event time, milliseconds.
    public var accounts: Int
    public var asOfMs: Int64

    public init(
        risk: String, feature: String?, index: Double, chance: Double, low: Double?, high: Double?,
        then: Double, now: Double, model: String, accounts: Int, asOfMs: Int64
    ) {
        self.risk = risk
        self.feature = feature
        self.index = index
        self.chance = chance
        self.low = low
        self.high = high
        self.then = then
        self.now = now
        self.model = model
        self.accounts = accounts
        self.asOfMs = asOfMs
    }
}

extension CaseFile {
    /// Puts these in place of those of an earlier run.
    static func replace(_ drift: [DriftRow], _ db: Database) throws {
        try db.execute(sql: "DELETE FROM drift")
        let insert = try db.makeStatement(
            sql: "INSERT INTO drift VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        for (place, row) in drift.enumerated() {
            try insert.execute(arguments: [
                place, row.risk, row.feature, row.index, row.chance, row.low, row.high, row.then, row.now,
                row.model, row.accounts, row.asOfMs,
            ])
        }
    }

    /// How far the accounts of the last run have moved, in the order in which it was written; nothing where the model did
    /// not know how the accounts lay that it learned from.
    public func drift() throws(CaseFileError) -> [DriftRow] {
        try read("look up the drift in") { db in
            guard try db.tableExists("drift") else { return [] }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT risk, feature, stability_index, by_chance, low, high, share_then, share_now, model,
                        accounts, as_of_ms
                    FROM drift ORDER BY place
                    """)
            return rows.map { row in
                DriftRow(
                    risk: row[0], feature: row[1], index: row[2], chance: row[3], low: row[4], high: row[5],
                    then: row[6], now: row[7], model: row[8], accounts: row[9], asOfMs: row[10])
            }
        }
    }
}
