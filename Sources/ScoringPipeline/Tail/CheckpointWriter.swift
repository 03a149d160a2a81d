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
    private let state = Mutex(State.free)

    init(_ file: CheckpointFile) { self.file = file }

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
    func write(_ facts: CheckpointFile.Facts, stream: [UInt8], engine: consuming StateCopy) {
        state.withLock { $0 = .writing }
        let parcel = Parcel(engine)
        let thread = Thread { [self] in
            let outcome = outcome(facts, stream, parcel)
            state.withLock { $0 = outcome }
        }
        thread.name = "checkpoint"
        thread.start()
    }

    private func outcome(_ facts: CheckpointFile.Facts, _ stream: [UInt8], _ parcel: Parcel) -> State {
        do {
            try file.write(facts, stream: stream, engine: parcel.engine)
            return .written(savedMs: facts.savedMs)
        } catch {
            return .failed(error)
        }
    }

    /// Carries the copy over to the thread, and lets it go there.
    private final class Parcel: Sendable {
        let engine: StateCopy
        init(_ engine: consuming StateCopy) { self.engine = engine }
    }
}
