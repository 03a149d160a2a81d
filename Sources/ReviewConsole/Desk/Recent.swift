import CaseFile
import Synchronization

/// What was asked of the file lately, by name: it holds for as long as the file stays as it is, and a while beyond, so
/// that a tail that writes does not have each page count anew.
final class Recent<Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        /// The file's change mark before it was asked.
        var mark: Int
        var askedAt: ContinuousClock.Instant
    }

    private let lasting: Duration
    private let most = 100
    private let entries = Mutex<[String: Entry]>([:])

    init(lasting: Duration) { self.lasting = lasting }

    func value(_ name: String, _ file: CaseFile, ask: (CaseFile) throws -> Value) throws -> Value {
        let mark = try file.changeMark()
        if let known = entries.withLock({ $0[name] }),
            known.mark == mark || known.askedAt.duration(to: .now) < lasting
        {
            return known.value
        }
        let value = try ask(file)
        entries.withLock { entries in
            if entries.count >= most { entries = [:] }
            entries[name] = Entry(value: value, mark: mark, askedAt: .now)
        }
        return value
    }

    /// After a decision of ours, which shows at once.
    func forget() { entries.withLock { $0 = [:] } }
}
