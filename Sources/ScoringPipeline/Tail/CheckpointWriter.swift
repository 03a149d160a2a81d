import CaseFile
import Foundation
import RiskFeatures
import Synchronization

/// Writes checkpoints on a thread of its own, one at a time.
final class CheckpointWriter: Sendable {
    private enum State {
        case free
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

    /// Whether the one before is still being written.
    var isWriting: Bool { state.withLock { if case .writing = $0 { true } else { false } } }

    /// Waits until nothing is being written.
    func wait() {
        while isWriting { usleep(1_000) }
    }

    /// How the last one ended, told once.
    func takeOutcome() -> Result<Int64, CheckpointError>? {
        state.withLock { state in
            switch state {
            case .free, .writing: return nil
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
        engine: @escaping @Sendable () -> StateCopy
    ) {
        state.withLock { $0 = .writing }
        let thread = Thread { [self] in
            let engine = engine()
            let outcome = outcome(facts, stream(), engine)
            state.withLock { $0 = outcome }
        }
        thread.name = "checkpoint"
        thread.start()
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
