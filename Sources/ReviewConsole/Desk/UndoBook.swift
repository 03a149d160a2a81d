import CaseFile
import Synchronization

/// What was decided lately, so that one key takes it back.
final class UndoBook: Sendable {
    /// Decisions that were made as one.
    struct Entry: Sendable {
        var verdict: Verdict
        var decisions: [Int64]
        /// Flags on which the same was decided before, and nothing anew.
        var repeated = 0
        var flags: Int { decisions.count }
    }

    private static let most = 200
    private let book = Mutex<(entries: [String: Entry], order: [String])>(([:], []))

    /// - Returns: the name to undo it by.
    func add(_ entry: Entry) -> String {
        let name = Secret.make()
        book.withLock { book in
            book.entries[name] = entry
            book.order.append(name)
            if book.order.count > Self.most { book.entries[book.order.removeFirst()] = nil }
        }
        return name
    }

    func entry(_ name: String) -> Entry? { book.withLock { $0.entries[name] } }

    /// Gives it out once.
    func take(_ name: String) -> Entry? { book.withLock { $0.entries.removeValue(forKey: name) } }
}
