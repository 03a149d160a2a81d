import ActivityLog
import Foundation

/// Reads the next batch of a tail's input on a thread of its own while the one before is scored.
///
/// One batch is read ahead at most, and only as far as asked for: after a `next` that does not ask, the input stands
/// exactly behind what was handed out, so that a snapshot of it belongs to what has been scored.
///
/// `@unchecked Sendable`: the thread touches `input` and `read` between `begin` and `done` only, the caller outside.
final class ReadAhead: @unchecked Sendable {
    private struct Reading {
        var batch = EventBatch()
        var step: Result<TailInput.Step, any Error> = .success(.waiting)
    }

    /// For the verbs that need the input at rest; used when `isAhead` is false.
    let input: TailInput
    private var read = Reading()
    /// A batch has been or is being read that was not handed out.
    private(set) var isAhead = false
    private var hasThread = false
    private var isEnding = false
    private let begin = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)

    init(_ input: TailInput) { self.input = input }

    /// Ends the thread; nothing is read any more once this returns.
    func end() {
        settle()
        guard hasThread else { return }
        isEnding = true
        begin.signal()
        done.wait()
    }

    private func settle() {
        if isAhead { done.wait() }
        isAhead = false
    }

    /// As the input's own `next`.
    /// - Parameter readsOn: whether to read the next batch meanwhile, without its arrivals.
    func next(
        _ batch: inout EventBatch, _ arrivals: inout EventBatch, _ waitMs: Int64, readsOn: Bool
    ) throws -> TailInput.Step {
        let step: TailInput.Step
        if isAhead {
            settle()
            arrivals.removeAll()
            swap(&batch, &read.batch)
            step = try read.step.get()
        } else if readsOn {
            arrivals.removeAll()
            step = try input.nextInOrder(&batch, waitMs)
        } else {
            step = try input.next(&batch, &arrivals, waitMs)
        }
        if readsOn && step == .events { readOn() }
        return step
    }

    private func readOn() {
        if !hasThread {
            hasThread = true
            let thread = Thread { [self] in run() }
            thread.name = "reading"
            thread.start()
        }
        isAhead = true
        begin.signal()
    }

    private func run() {
        while true {
            begin.wait()
            if isEnding { break }
            read.step = Result { try input.nextInOrder(&read.batch, 0) }
            done.signal()
        }
        done.signal()
    }
}
