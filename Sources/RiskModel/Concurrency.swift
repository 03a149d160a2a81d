import Foundation

/// Runs a body over parts of a range on all cores. Parts depend on the size alone, so that sums taken a part at a
/// time, then over parts in order, are the same on any machine.
func forEachChunk(_ count: Int, size: Int, _ body: @Sendable (_ chunk: Int, _ range: Range<Int>) -> Void) {
    let chunks = (count + size - 1) / size
    guard chunks > 1 else {
        if count > 0 { body(0, 0..<count) }
        return
    }
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
        body(chunk, chunk * size..<min((chunk + 1) * size, count))
    }
}

/// The results of a body for 0 ..< count, worked out on all cores.
public func mapConcurrently<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { places in
        // Each writes to a place of its own.
        nonisolated(unsafe) let places = places
        DispatchQueue.concurrentPerform(iterations: count) { places[$0] = body($0) }
    }
    return results.map { $0! }
}
