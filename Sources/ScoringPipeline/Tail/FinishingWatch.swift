import Dispatch

/// A watch that scores all accounts as at the end of the logs and looks for gangs, on a thread of its own.
///
/// `@unchecked Sendable`: the thread alone touches what is here until it says that it is done, the caller after that.
final class FinishingWatch: @unchecked Sendable {
    private var watch: Watch?
    private var said: Watch.Finished?
    private let isDone = DispatchSemaphore(value: 0)

    init(_ watch: consuming Watch, _ judge: Judge) {
        self.watch = consume watch
        DispatchQueue.global().async { [self] in
            said = self.watch.take()!.finished(judge)
            isDone.signal()
        }
    }

    /// What it found; to be called once.
    func wait() -> Watch.Finished {
        isDone.wait()
        return said!
    }
}
