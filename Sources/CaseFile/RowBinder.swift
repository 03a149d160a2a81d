import GRDB
import GRDBSQLite

/// Runs a statement over and over, its values bound straight to SQLite: GRDB's own arguments, boxed one by one,
/// took a third of a commit's time.
struct RowBinder {
    private let statement: OpaquePointer
    /// Keeps `statement` alive.
    private let owner: Statement
    /// JSON under construction; reused from row to row.
    private var json: [UInt8] = []

    init(_ statement: Statement) {
        owner = statement
        self.statement = statement.sqliteStatement
    }

    /// Runs the statement with what was bound; what is not bound anew stays for the next row.
    func run(_ db: Database) throws {
        let code = sqlite3_step(statement)
        let message = code == SQLITE_DONE ? nil : db.lastErrorMessage
        sqlite3_reset(statement)
        if code != SQLITE_DONE {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
        }
    }

    func bind(_ index: Int32, _ number: Double) { sqlite3_bind_double(statement, index, number) }

    func bind(_ index: Int32, _ isTrue: Bool) { sqlite3_bind_int(statement, index, isTrue ? 1 : 0) }

    func bind(_ index: Int32, _ number: Int64?) {
        if let number {
            sqlite3_bind_int64(statement, index, number)
        } else {
            sqlite3_bind_null(statement, index)
        }
    }

    func bind(_ index: Int32, _ text: String?) {
        guard var text else {
            sqlite3_bind_null(statement, index)
            return
        }
        text.withUTF8 { bind(index, UnsafeRawBufferPointer($0)) }
    }

    mutating func bindJSON(_ index: Int32, _ write: (inout [UInt8]) -> Void) {
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
