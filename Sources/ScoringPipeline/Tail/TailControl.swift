import Foundation
import Synchronization

/// What other threads may ask of a tail that runs.
public final class TailControl: Sendable {
    private struct Asked {
        var stop = false
        var reload = false
        var status = false
        var wake: (@Sendable () -> Void)?
    }

    private let asked = Mutex(Asked())

    public init() {}

    /// Ends the run after the batch at hand, with a commit and a checkpoint.
    public func stop() { ask { $0.stop = true } }

    /// Loads the model file again, changed or not.
    public func reloadModel() { ask { $0.reload = true } }

    /// Has the run tell at once how far it is.
    public func tellStatus() { ask { $0.status = true } }

    private func ask(_ what: (inout Asked) -> Void) {
        let wake = asked.withLock { asked in
            what(&asked)
            return asked.wake
        }
        wake?()
    }

    /// - Parameter wake: ends the wait for events.
    func connect(wake: @escaping @Sendable () -> Void) { asked.withLock { $0.wake = wake } }

    var isStopping: Bool { asked.withLock { $0.stop } }

    func takeReload() -> Bool { take(\.reload) }
    func takeStatus() -> Bool { take(\.status) }

    private func take(_ request: WritableKeyPath<Asked, Bool>) -> Bool {
        asked.withLock { asked in
            defer { asked[keyPath: request] = false }
            return asked[keyPath: request]
        }
    }
}
