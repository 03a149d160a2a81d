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
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            var text = [UInt8](repeating: 0, count: 20)
            let length = max(0, read(file, &text, text.count))
            close(file)
            guard code == EWOULDBLOCK else {
                throw TailLockError("cannot lock \(database): \(String(cString: strerror(code))): \(path)")
            }
            let holder = String(decoding: text[..<length], as: UTF8.self).filter(\.isNumber)
            throw TailLockError(
                "cannot follow logs into \(database): another promoguard "
                    + (holder.isEmpty ? "" : "(process \(holder)) ")
                    + "does so already; stop that one, or name another database with --database")
        }
        // For the line above, in another process.
        ftruncate(file, 0)
        let text = Array("\(getpid())\n".utf8)
        pwrite(file, text, text.count, 0)
    }

    /// The file stays: were it removed, two processes could hold locks on two files of its name.
    ///
    /// Unlocked by name: a child that this process has just forked would hold the lock until it runs its own program.
    deinit {
        flock(file, LOCK_UN)
        close(file)
    }
}

/// Why a database cannot be followed into; its description is one line for a person.
public struct TailLockError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
