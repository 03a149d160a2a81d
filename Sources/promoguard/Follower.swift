import CaseFile
import Dispatch
import Foundation
import Presentation
import ScoringPipeline
import Synchronization

/// A tail in a thread of its own, for a command that does something else besides.
final class Follower: Sendable {
    let control = TailControl()
    private let hasEnded = DispatchSemaphore(value: 0)
    private let failure = Mutex<(any Error)?>(nil)

    /// - Parameters:
    ///   - follow: begins the tail; called in its thread.
    ///   - onEnd: called when it has ended by itself or was stopped.
    init(
        _ follow: @escaping @Sendable (TailControl, (TailNews) -> Void) throws -> TailRun,
        note: @escaping @Sendable (_ text: String, _ isWarning: Bool) -> Void,
        onEnd: @escaping @Sendable () -> Void
    ) {
        let thread = Thread { [self] in
            func tell(_ news: TailNews) {
                switch news {
                case .note(let text): note(text, false)
                case .warning(let text): note(text, true)
                case .flagged, .status: break
                }
            }
            do {
                try follow(control, tell).run(tell)
            } catch {
                failure.withLock { $0 = error }
            }
            hasEnded.signal()
            onEnd()
        }
        // As the main thread has.
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Commits, takes a checkpoint and ends.
    /// - Throws: what stopped it before.
    func stop() throws {
        control.stop()
        hasEnded.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
