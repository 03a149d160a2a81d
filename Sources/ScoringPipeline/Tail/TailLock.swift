import Foundation

/// The right to follow logs into a database, which one process has at a time: a lock on `DATABASE-lock` that the
/// system takes back when the process ends, however it ends.
public struct TailLock: ~Copyable {
    private let file: Int32

    /// - Throws: `TailLockError` when another process has it, or the file cannot be had.
    public init(database: String) throws(TailLockError) {
        let path = database + "-lock"
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw TailLockError("cannot lock \(database): \(String(cString: strerror(errno))): \(path)")
        }
        // Who only asks (`check`) is away again at once.
        var tries = 5
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            tries -= 1
            if code == EWOULDBLOCK, tries > 0 {
                usleep(10_000)
                continue
            }
            let holder = TailLock.holder(file)
            close(file)
            guard code == EWOULDBLOCK else {
                throw TailLockError("cannot lock \(database): \(String(cString: strerror(code))): \(path)")
            }
            throw TailLockError(
                "cannot follow logs into \(database): another promoguard \(holder)does so already; "
                    + "stop that one, or name another database with --database")
        }
        // For the line above, in another process.
        ftruncate(file, 0)
        let text = Array("\(getpid())\n".utf8)
        pwrite(file, text, text.count, 0)
    }

    /// Makes sure that no process follows logs into the database: it would not mend rows that another writes over its
    /// own. Leaves nothing behind, and the lock to whoever comes.
    /// - Throws: `TailLockError` when one does, or when that cannot be known.
    public static func check(database: String) throws(TailLockError) {
        let path = database + "-lock"
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return }
            throw TailLockError(
                "cannot look at the lock of \(database): \(String(cString: strerror(errno))): \(path)")
        }
        defer { close(file) }
        // Two who ask do not disturb each other.
        guard flock(file, LOCK_SH | LOCK_NB) != 0 else {
            flock(file, LOCK_UN)
            return
        }
        guard errno == EWOULDBLOCK else {
            throw TailLockError(
                "cannot look at the lock of \(database): \(String(cString: strerror(errno))): \(path)")
        }
        throw TailLockError(
            "cannot write flags into \(database): another promoguard \(holder(file))follows logs into it; "
                + "stop that one, or name another database with --database")
    }

    /// "(process 12) ", as the one who has the lock wrote it into the file; nothing where it has not yet.
    private static func holder(_ file: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 20)
        let length = max(0, pread(file, &text, text.count, 0))
        let number = String(decoding: text[..<length], as: UTF8.self).filter(\.isNumber)
        return number.isEmpty ? "" : "(process \(number)) "
    }

    /// The file stays: were it removed, two processes could hold locks on two files of its name.
    ///
    /// Unlocked by name: a child that this process has just forked would hold the lock until it runs its own program.
    deinit {
        flock(file, LOCK_UN)
        close(file)
    }
}

/// Why a database cannot be written; its description is one line for a person.
public struct TailLockError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
