import ActivityLog
import Foundation

/// A small bounded queue of event batches between one reading and one scoring thread; batches go round and
/// are filled again, so that a run allocates a handful of them and no more.
///
/// `@unchecked Sendable`: every stored property is read and written under `condition`'s lock only.
final class BatchQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private let capacity: Int
    /// Filled and not yet taken, oldest first.
    private var filled: [EventBatch] = []
    /// Taken and given back, their memory kept.
    private var spare: [EventBatch] = []
    /// What the reading side saw, once it has ended.
    private var closingReport: ReadReport?
    private var isCancelled = false

    /// - Parameter capacity: how many filled batches may wait before the reading side does.
    init(capacity: Int = 6) {
        self.capacity = capacity
        filled.reserveCapacity(capacity)
        spare.reserveCapacity(capacity)
    }

    /// Hands a filled batch over and leaves an empty one in its place; waits while the queue is full.
    /// - Returns: false when the scoring side has gone and nothing more is wanted.
    func put(_ batch: inout EventBatch) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while filled.count >= capacity && !isCancelled { condition.wait() }
        guard !isCancelled else { return false }
        filled.append(batch)
        batch = spare.popLast() ?? EventBatch()
        condition.signal()
        return true
    }

    /// Replaces a used batch with the next filled one; waits while there is none.
    /// - Returns: false when the reading side has ended and every batch was taken.
    func take(_ batch: inout EventBatch) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while filled.isEmpty && closingReport == nil { condition.wait() }
        guard !filled.isEmpty else { return false }
        spare.append(batch)
        batch = filled.removeFirst()
        condition.signal()
        return true
    }

    /// Ends the queue from the reading side.
    func close(_ report: ReadReport) {
        condition.lock()
        defer { condition.unlock() }
        closingReport = report
        condition.signal()
    }

    /// Ends the queue from the scoring side; the reading side stops at its next batch.
    func cancel() {
        condition.lock()
        defer { condition.unlock() }
        isCancelled = true
        condition.signal()
    }

    /// What the reading side saw; nil until it has ended.
    var report: ReadReport? {
        condition.lock()
        defer { condition.unlock() }
        return closingReport
    }
}
