import CaseFile
import Synchronization

/// What was asked of the file lately, by name: it holds for as long as the file stays as it is, and an answer that
/// took long for five hundred times as long besides, so that a tail that writes does not have each page count anew.
final class Recent<Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        /// The file's change mark before it was asked.
        var mark: Int
        /// Until when it may be told of a file that has changed.
        var lastsUntil: ContinuousClock.Instant
    }

    /// At most.
    private let lasting: Duration
    /// What is asked for faster is always asked for anew.
    private let slow = Duration.milliseconds(5)
    private let most = 100
    /// What is known, and how often it was forgotten.
    private let known = Mutex<(entries: [String: Entry], forgotten: Int)>(([:], 0))

    init(lasting: Duration) { self.lasting = lasting }

    func value(_ name: String, _ file: CaseFile, ask: (CaseFile) throws -> Value) throws -> Value {
        let (entry, forgotten) = known.withLock { ($0.entries[name], $0.forgotten) }
        let mark = try file.changeMark()
        if let entry, entry.mark == mark || .now < entry.lastsUntil { return entry.value }
        let start = ContinuousClock.now
        let value = try ask(file)
        let end = ContinuousClock.now
        let took = start.duration(to: end)
        known.withLock { known in
            // A decision of ours that was made meanwhile may be missing in it.
            guard known.forgotten == forgotten else { return }
            if known.entries.count >= most { known.entries = [:] }
            known.entries[name] = Entry(
                value: value, mark: mark,
                lastsUntil: took < slow ? end : end + min(lasting, took * 500))
        }
        return value
    }

    /// After a decision of ours, which shows at once.
    func forget() {
        known.withLock {
            $0.entries = [:]
            $0.forgotten += 1
        }
    }
}
