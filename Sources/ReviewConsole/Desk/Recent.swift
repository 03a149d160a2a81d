import CaseFile
import Synchronization

/// What was asked of the file lately, by name: it holds for as long as the file stays as it is, and beyond for a hundred
/// times as long as the answer took, so that a tail that writes does not have each page count anew.
final class Recent<Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        /// The file's change mark before it was asked.
        var mark: Int
        var askedAt: ContinuousClock.Instant
        var took: Duration
    }

    /// At most.
    private let lasting: Duration
    private let most = 100
    private let entries = Mutex<[String: Entry]>([:])

    init(lasting: Duration) { self.lasting = lasting }

    func value(_ name: String, _ file: CaseFile, ask: (CaseFile) throws -> Value) throws -> Value {
        let mark = try file.changeMark()
        if let known = entries.withLock({ $0[name] }),
            known.mark == mark || known.askedAt.duration(to: .now) < min(lasting, known.took * 100)
        {
            return known.value
        }
        let start = ContinuousClock.now
        let value = try ask(file)
        let took = start.duration(to: .now)
        entries.withLock { entries in
            if entries.count >= most { entries = [:] }
            entries[name] = Entry(value: value, mark: mark, askedAt: .now, took: took)
        }
        return value
    }

    /// After a decision of ours, which shows at once.
    func forget() { entries.withLock { $0 = [:] } }
}
