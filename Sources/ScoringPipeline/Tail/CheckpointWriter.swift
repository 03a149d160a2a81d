import CaseFile
import Foundation
import RiskFeatures
import Synchronization

/// Writes checkpoints on a thread of its own, one at a time.
final class CheckpointWriter: Sendable {
    private enum State {
        case free
        case preparing
        case prepared(StateRoom)
        case writing
        case written(savedMs: Int64)
        case failed(CheckpointError)
    }

    private let file: CheckpointFile
    private let caseFile: CaseFile
    private let state = Mutex(State.free)

    /// - Parameter caseFile: where the flags of the events before a checkpoint are, committed but perhaps not synced.
    init(_ file: CheckpointFile, _ caseFile: CaseFile) {
        self.file = file
        self.caseFile = caseFile
    }

    /// Whether one is being written.
    var isWriting: Bool { state.withLock { if case .writing = $0 { true } else { false } } }
    /// Whether there is room for the copy of the next.
    var isPrepared: Bool { state.withLock { if case .prepared = $0 { true } else { false } } }
    /// Whether the next has to wait for a thread of this one.
    var isBusy: Bool {
        state.withLock {
            switch $0 {
            case .preparing, .writing: true
            case .free, .prepared, .written, .failed: false
            }
        }
    }

    /// Waits until that is done.
    func wait() {
        while isBusy { usleep(1_000) }
    }

    /// Has memory cleared for a copy of so many bytes, before anybody has to wait for it.
    func prepare(_ bytes: Int) {
        state.withLock { $0 = .preparing }
        start { writer in
            let room = StateRoom.cleared(bytes)
            writer.state.withLock { $0 = .prepared(room) }
        }
    }

    private func start(_ body: @escaping @Sendable (CheckpointWriter) -> Void) {
        let thread = Thread { [self] in body(self) }
        thread.name = "checkpoint"
        thread.start()
    }

    /// How the last one ended, told once.
    func takeOutcome() -> Result<Int64, CheckpointError>? {
        state.withLock { state in
            switch state {
            case .free, .preparing, .prepared, .writing: return nil
            case .written(let savedMs):
                state = .free
                return .success(savedMs)
            case .failed(let error):
                state = .free
                return .failure(error)
            }
        }
    }

    /// Begins to write; returns at once.
    /// - Parameters:
    ///   - engine: called first, `stream` then: what they hold on to is free once they return.
    func write(
        _ facts: CheckpointFile.Facts, stream: @escaping @Sendable () -> [UInt8],
        engine: @escaping @Sendable (StateRoom?) -> StateCopy
    ) {
        let room = state.withLock { state in
            defer { state = .writing }
            if case .prepared(let room) = state { return room as StateRoom? }
            return nil
        }
        start { writer in
            let engine = engine(room)
            let outcome = writer.outcome(facts, stream(), engine)
            writer.state.withLock { $0 = outcome }
        }
    }

    private func outcome(
        _ facts: CheckpointFile.Facts, _ stream: [UInt8], _ engine: borrowing StateCopy
    ) -> State {
        do throws(CaseFileError) {
            // First: from a checkpoint nobody goes back for the flags before it.
            try caseFile.sync()
        } catch {
            return .failed(CheckpointError(file.path, .cannotWrite("\(error)")))
        }
        do {
            try file.write(facts, stream: stream, engine: engine)
            return .written(savedMs: facts.savedMs)
        } catch {
            return .failed(error)
        }
    }
}
