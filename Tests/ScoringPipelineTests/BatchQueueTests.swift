import ActivityLog
import Foundation
import Testing

@testable import ScoringPipeline

@Suite struct BatchQueueTests {
    private func batch(_ number: Int) -> EventBatch {
        var batch = EventBatch()
        var event = Event()
        event.ts = Int64(number)
        batch.events.append(event)
        return batch
    }

    @Test func batchesComeOutInTheOrderInWhichTheyWentIn() {
        let queue = BatchQueue(capacity: 3)
        let thread = Thread {
            for number in 0..<500 {
                var batch = self.batch(number)
                guard queue.put(&batch) else { return }
            }
            var report = ReadReport()
            report.events = 500
            queue.close(report)
        }
        thread.start()
        var taken: [Int64] = []
        var batch = EventBatch()
        while queue.take(&batch) { taken += batch.events.map(\.ts) }
        #expect(taken == (0..<500).map(Int64.init))
        #expect(queue.report?.events == 500)
    }

    @Test func aReaderStopsWhenNobodyWantsMore() {
        let queue = BatchQueue(capacity: 2)
        let stopped = DispatchSemaphore(value: 0)
        let thread = Thread {
            var batch = self.batch(0)
            while queue.put(&batch) {}
            stopped.signal()
        }
        thread.start()
        var batch = EventBatch()
        #expect(queue.take(&batch))
        queue.cancel()
        #expect(stopped.wait(timeout: .now() + 60) == .success)
    }
}
