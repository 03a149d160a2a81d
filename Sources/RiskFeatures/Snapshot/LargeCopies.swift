import Dispatch

/// Copies of large pieces of memory, collected and then made on all cores: the stream stands still meanwhile.
struct LargeCopies {
    private struct Part {
        var target: UnsafeMutableRawPointer
        var source: UnsafeRawPointer
        var bytes: Int
    }

    /// Huge pages are cleared by the kernel when first written, which takes as long as the copy: one core should
    /// clear what it fills.
    private static var partSize: Int { 2 * LargePages.size }
    private var parts: [Part] = []

    mutating func add(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
        var position = 0
        while position < source.count {
            let bytes = min(LargeCopies.partSize, source.count - position)
            parts.append(
                Part(target: target + position, source: source.baseAddress! + position, bytes: bytes))
            position += bytes
        }
    }

    mutating func run() {
        parts.withUnsafeBufferPointer { parts in
            // The targets do not overlap.
            nonisolated(unsafe) let parts = parts
            DispatchQueue.concurrentPerform(iterations: parts.count) { index in
                parts[index].target.copyMemory(from: parts[index].source, byteCount: parts[index].bytes)
            }
        }
        parts.removeAll()
    }
}
