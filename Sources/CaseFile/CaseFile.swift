import Foundation
import GRDB

/// The SQLite file with flags, decisions and rejected lines: the only room that speaks SQL.
///
/// Every verb is one transaction: it happens whole or not at all. Readers see the last committed state and
/// wait for no writer, but for one that fills an empty file (`BulkChange`). Use from any thread; calls take turns.
public final class CaseFile: Sendable {
    /// What a connection may do.
    public enum Access: Sendable {
        /// Creates the file when it is missing.
        case readWrite
        /// Needs an existing file, changes nothing but the layout of an older one, and leaves no other file behind.
        case readOnly
    }

    /// As the user named it; in every error.
    public let path: String
    let queue: DatabaseQueue
    private let access: Access

    /// Opens a case file, creating it or bringing it to this program's version where needed and allowed.
    ///
    /// - Parameter busyTimeout: how long to wait for another writer, seconds.
    /// - Throws: `CaseFileError` when the file is missing (read-only), no database or another program's, of a
    ///   newer version, write-protected, or locked for longer than the timeout.
    public static func open(
        _ path: String, access: Access = .readWrite, busyTimeout: Double = 5
    ) throws(CaseFileError) -> CaseFile {
        try CaseFile(path: path, access: access, busyTimeout: busyTimeout)
    }

    private init(path: String, access: Access, busyTimeout: Double) throws(CaseFileError) {
        self.path = path
        self.access = access
        let operation = "open the database"
        try CaseFile.checkPath(path, access: access)
        var configuration = Configuration()
        configuration.busyMode = .timeout(busyTimeout)
        configuration.label = "CaseFile"
        do {
            switch access {
            case .readWrite:
                queue = try DatabaseQueue(path: path, configuration: configuration)
                try Schema.prepareForWriting(queue)
            case .readOnly:
                queue = try CaseFile.openForReading(path, configuration)
                try Schema.prepareForReading(queue)
            }
        } catch let problem as Schema.Problem {
            throw CaseFileError(operation, path, problem.cause)
        } catch {
            throw CaseFileError(operation, path, error)
        }
    }

    /// What SQLite would report as "unable to open database file", told apart.
    private static func checkPath(_ path: String, access: Access) throws(CaseFileError) {
        let operation = "open the database"
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder.boolValue { throw CaseFileError(operation, path, .isFolder) }
        if exists {
            if !FileManager.default.isReadableFile(atPath: path) {
                throw CaseFileError(operation, path, .notReadable)
            }
            // SQLite would notice at the first write, hours later. Its journal lies beside what a link leads to.
            let target = CaseFile.resolved(path)
            if access == .readWrite,
                !FileManager.default.isWritableFile(atPath: target)
                    || !FileManager.default.isWritableFile(atPath: CaseFile.folder(of: target))
            {
                throw CaseFileError(operation, path, .readOnly)
            }
            return
        }
        if access == .readOnly { throw CaseFileError(operation, path, .missing) }
        let folder = CaseFile.folder(of: path)
        if !FileManager.default.fileExists(atPath: folder) {
            throw CaseFileError(operation, path, .noFolder(folder))
        }
    }

    private static func folder(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    /// What a symbolic link leads to. Foundation's own for strings traps on a path of one letter.
    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    /// SQLite's own read-only mode creates `-wal` and `-shm` files and cannot remove them, so where we may
    /// write, we open for writing and do not (`write` sees to it): closing then cleans up. Where we may not,
    /// the file is read beside its writer if there is one (`-wal` exists), and otherwise as it stands.
    private static func openForReading(
        _ path: String, _ configuration: Configuration
    ) throws -> DatabaseQueue {
        let files = FileManager.default
        if files.isWritableFile(atPath: path), files.isWritableFile(atPath: folder(of: path)) {
            return try DatabaseQueue(path: path, configuration: configuration)
        }
        var configuration = configuration
        configuration.readonly = true
        if files.fileExists(atPath: path + "-wal") {
            return try DatabaseQueue(path: path, configuration: configuration)
        }
        let url = URL(fileURLWithPath: path).absoluteString + "?immutable=1"
        return try DatabaseQueue(path: url, configuration: configuration)
    }

    /// Closes the file; what comes after fails. A case file that is let go closes as well.
    public func close() { try? queue.close() }

    /// Runs `body` on the last committed state.
    func read<T>(
        _ operation: String, _ body: (Database) throws -> T
    ) throws(CaseFileError) -> T {
        do {
            return try queue.read(body)
        } catch {
            throw CaseFileError(operation, path, error)
        }
    }

    /// Runs `body`, of one statement, on the last committed state: without the four statements around a transaction, which
    /// have every statement prepared anew.
    func readOne<T>(
        _ operation: String, _ body: (Database) throws -> T
    ) throws(CaseFileError) -> T {
        do {
            return try queue.unsafeRead(body)
        } catch {
            throw CaseFileError(operation, path, error)
        }
    }

    /// Runs `body` in one transaction that takes the write lock at once; an error undoes all of it.
    func write<T>(
        _ operation: String, waiting: DiskWait = .always, _ body: (Database) throws -> T
    ) throws(CaseFileError) -> T {
        if access == .readOnly { throw CaseFileError(operation, path, .readOnly) }
        do {
            return try queue.writeWithoutTransaction { db in
                try waiting.apply(db)
                defer { try? DiskWait.always.apply(db) }
                var result: T?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return .commit
                }
                return result!
            }
        } catch {
            throw CaseFileError(operation, path, error)
        }
    }

    /// Makes all commits last through a power cut: those that did not ask for it as well. Waits for the disk, and for no
    /// other caller.
    public func sync() throws(CaseFileError) {
        // They are in the journal, or were synced when it was folded into the file.
        let target = CaseFile.resolved(path)
        let journal = Foundation.open(target + "-wal", O_RDONLY | O_CLOEXEC)
        if journal < 0 && errno == ENOENT { return }
        defer { Foundation.close(journal) }
        guard journal >= 0, fsync(journal) == 0 else {
            throw CaseFileError("sync the flags of", path, .other(String(cString: strerror(errno))))
        }
    }
}
