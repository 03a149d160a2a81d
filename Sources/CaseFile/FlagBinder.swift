import GRDB

/// Runs the upsert of flags.
struct FlagBinder {
    private var row: RowBinder

    /// - Parameter statement: with twelve parameters, in the order in which `insert` binds them.
    init(_ statement: Statement) { row = RowBinder(statement) }

    mutating func insert(_ flag: FlaggedAccount, _ db: Database) throws {
        row.bind(1, flag.accountID.storable)
        row.bind(2, flag.risk)
        row.bind(3, flag.score)
        row.bind(4, flag.level)
        row.bind(5, flag.firstFlaggedMs)
        row.bind(6, flag.lastScoredMs)
        row.bind(7, flag.amountAtRiskFen)
        row.bindJSON(8) { JSONText.append(flag.reasons, to: &$0) }
        row.bindJSON(9) { JSONText.append(flag.tags, to: &$0) }
        row.bind(10, flag.gangID?.storable)
        row.bind(11, flag.model)
        row.bind(12, flag.isHighest)
        try row.run(db)
    }
}
