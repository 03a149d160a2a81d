import GRDB

/// Why something could not be done with a case file; its description is one line for a person.
public struct CaseFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Cause: Sendable, Equatable {
        /// Opened for reading, and not there.
        case missing
        /// There, and never written to by `score`.
        case empty
        case isFolder
        case noFolder(String)
        case notReadable
        /// The file or its folder may not be written.
        case readOnly
        case notADatabase
        /// A database of another program.
        case foreign
        case damaged(String)
        case newerVersion(found: Int, known: Int)
        /// Of an older version, and where it may not be brought up.
        case olderVersion(found: Int, known: Int)
        /// Another writer held the lock for longer than the timeout.
        case locked
        case diskFull
        /// The account has no flag (for that risk).
        case notFlagged(account: String)
        case nothingToUndo(account: String)
        /// Another number of flags is selected than was shown.
        case otherSelection(expected: Int, found: Int)
        /// What should tell where a list goes on does not.
        case badCursor
        /// Anything else, in SQLite's words.
        case other(String)
    }

    /// What was being done, as a verb phrase: "open the database".
    public let operation: String
    public let path: String
    public let cause: Cause

    init(_ operation: String, _ path: String, _ cause: Cause) {
        self.operation = operation
        self.path = path
        self.cause = cause
    }

    init(_ operation: String, _ path: String, _ error: any Error) {
        self.init(operation, path, CaseFileError.cause(of: error))
    }

    private static func cause(of error: any Error) -> Cause {
        switch error {
        case let error as CaseFileError: return error.cause
        case let cause as Cause: return cause
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_NOTADB: return .notADatabase
            case .SQLITE_CORRUPT: return .damaged(error.message ?? "the file is malformed")
            case .SQLITE_BUSY, .SQLITE_LOCKED: return .locked
            case .SQLITE_FULL: return .diskFull
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: return .readOnly
            default:
                // Growing the shared-memory file on a full disk is reported as an input/output error.
                if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE { return .diskFull }
                return .other(error.message ?? "SQLite error \(error.resultCode.rawValue)")
            }
        default: return .other(String(describing: error))
        }
    }

    public var description: String { "cannot \(operation) \(path): \(explanation)" }

    private var explanation: String {
        switch cause {
        case .missing:
            "there is no such file; run promoguard score first, or name another with --database"
        case .empty:
            "it holds no flags yet; run promoguard score first, or name another with --database"
        case .isFolder: "it is a folder; name a file with --database"
        case .noFolder(let folder): "the folder \(folder) does not exist; create it first"
        case .notReadable: "no permission to read it; check its owner and mode"
        case .readOnly:
            "the file or its folder is read-only; change its mode, or name another with --database"
        case .notADatabase: "it is not an SQLite database; name another with --database"
        case .foreign: "it is a database of another program; name another with --database"
        case .damaged(let detail):
            "the database is damaged (\(detail)); restore a copy, or move it away and score the logs again"
        case .newerVersion(let found, let known):
            "it was written by a newer version of promoguard (layout \(found), this one: \(known)); update it"
        case .olderVersion(let found, let known):
            "it was written by an older version of promoguard (layout \(found), this one: \(known)) and may not be "
                + "changed; copy it to where you may write"
        case .locked: "the database is locked by another writer; wait until that one is done and try again"
        case .diskFull: "the disk is full; nothing was written; make room and try again"
        case .notFlagged(let account): "account \(account.visible) is not flagged; see promoguard review list"
        case .nothingToUndo(let account): "account \(account.visible) has no decision to undo"
        case .otherSelection(let expected, let found):
            "\(found) flags are selected by now, and \(expected) were shown; look again"
        case .badCursor: "the place to go on from is no cursor of this list; begin with its first page"
        case .other(let detail): detail
        }
    }
}

extension CaseFileError.Cause: Error {}

extension String {
    /// With control characters spelled out, so that an id from a log cannot steer a terminal.
    fileprivate var visible: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
