import ActivityLog
import Foundation

/// Reads logs on a thread of its own, a few batches ahead of whoever asks for them.
public struct EventReader: ~Copyable {
    private let source: Source
    private let queue = BatchQueue()
    private var hasBegun = false

    /// Finds the logs; reading begins with the first call of `next`.
    /// - Parameter paths: files, folders or `-` for standard input.
    /// - Throws: `ReadError` when there is nothing to read.
    public init(
        paths: [String], configuration: ReadConfiguration = ReadConfiguration()
    ) throws(ReadError) {
        source = Source(try EventStream(paths: paths, configuration: configuration))
    }

    deinit { queue.cancel() }

    /// Replaces the batch with the next events in canonical order.
    /// - Returns: false at the end of all logs.
    public mutating func next(into batch: inout EventBatch) -> Bool {
        if !hasBegun { begin() }
        return queue.take(&batch)
    }

    private mutating func begin() {
        hasBegun = true
        let (source, queue) = (source, queue)
        let thread = Thread { source.read(into: queue) }
        thread.name = "reading"
        thread.start()
    }

    /// What reading saw: complete once `next` has returned false, empty before.
    public var report: ReadReport { queue.report ?? ReadReport() }

    /// Carries the stream over to the thread.
    ///
    /// `@unchecked Sendable`: made on one thread, used by the other from its start on and by no one else.
    private final class Source: @unchecked Sendable {
        private var stream: EventStream?

        init(_ stream: consuming EventStream) { self.stream = consume stream }

        func read(into queue: BatchQueue) {
            guard var stream = stream.take() else { return }
            var batch = EventBatch()
            while stream.next(into: &batch) {
                guard queue.put(&batch) else { return }
            }
            var report = stream.report
            report.campaignNames = stream.campaignNames
            // The end of a run needs room.
            _ = consume stream
            queue.close(report)
        }
    }
}
