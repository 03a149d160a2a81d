import GRDB
import GRDBSQLite

/// Runs the upsert of flags, its values bound straight to SQLite: GRDB's own arguments, boxed one by one,
/// took a third of a commit's time.
struct FlagBinder {
    private let statement: OpaquePointer
    /// Keeps `statement` alive.
    private let owner: Statement
    /// JSON under construction; reused from row to row.
    private var json: [UInt8] = []

    /// - Parameter statement: with twelve parameters, in the order in which `insert` binds them.
    init(_ statement: Statement) {
        owner = statement
        self.statement = statement.sqliteStatement
    }

    mutating func insert(_ flag: FlaggedAccount, _ db: Database) throws {
        bind(1, flag.accountID.storable)
        bind(2, flag.risk)
        sqlite3_bind_double(statement, 3, flag.score)
        bind(4, flag.level)
        sqlite3_bind_int64(statement, 5, flag.firstFlaggedMs)
        sqlite3_bind_int64(statement, 6, flag.lastScoredMs)
        sqlite3_bind_int64(statement, 7, flag.amountAtRiskFen)
        bindJSON(8) { JSONText.append(flag.reasons, to: &$0) }
        bindJSON(9) { JSONText.append(flag.tags, to: &$0) }
        if let gangID = flag.gangID { bind(10, gangID.storable) } else { sqlite3_bind_null(statement, 10) }
        bind(11, flag.model)
        sqlite3_bind_int(statement, 12, flag.isHighest ? 1 : 0)
        let code = sqlite3_step(statement)
        let message = code == SQLITE_DONE ? nil : db.lastErrorMessage
        sqlite3_reset(statement)
        if code != SQLITE_DONE {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    private func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bind(index, UnsafeRawBufferPointer($0)) }
    }

    private mutating func bindJSON(_ index: Int32, _ write: (inout [UInt8]) -> Void) {
        json.removeAll(keepingCapacity: true)
        write(&json)
        json.withUnsafeBytes { bind(index, $0) }
    }

    /// SQLite copies the bytes before the call returns (`SQLITE_TRANSIENT`): they need not outlive it.
    private func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        if let start = bytes.baseAddress {
            let characters = start.assumingMemoryBound(to: CChar.self)
            sqlite3_bind_text(statement, index, characters, Int32(bytes.count), transient)
        } else {
            sqlite3_bind_text(statement, index, "", 0, transient)
        }
    }
}
