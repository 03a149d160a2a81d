/// What orders an event, and the slot of the pool that holds it.
struct OrderKey: BitwiseCopyable {
    var ts: Int64
    var tieBreak: UInt64
    var slot: UInt32 = 0

    /// Comes after the key of any event.
    static var none: OrderKey { OrderKey(ts: Int64.max, tieBreak: UInt64.max) }

    /// Whether this comes before the other in canonical order.
    @inline(__always)
    func precedes(_ other: OrderKey) -> Bool {
        ts != other.ts ? ts < other.ts : tieBreak < other.tieBreak
    }
}

/// The events of one log that wait for their turn, in canonical order.
///
/// Events come in by the chunk and nearly in order, so a chunk mostly goes to the end as it is; otherwise it is
/// sorted and merged with the part of the queue that it overlaps.
struct ReorderQueue {
    // Invariant: keys[head...] is sorted; keys[..<head] has been taken.
    private var keys: [OrderKey] = []
    private var head = 0

    var first: OrderKey? { head < keys.count ? keys[head] : nil }

    mutating func removeFirst() { head += 1 }

    /// Adds a chunk, which is left empty.
    mutating func add(_ chunk: inout [OrderKey]) {
        guard !chunk.isEmpty else { return }
        if head == keys.count {
            keys.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 4096 && head > keys.count / 2 {
            keys.removeSubrange(..<head)
            head = 0
        }
        var isSorted = true
        for index in 1..<max(chunk.count, 1) where chunk[index].precedes(chunk[index - 1]) {
            isSorted = false
            break
        }
        if !isSorted { chunk.sort { $0.precedes($1) } }

        var left = keys.count
        if let last = keys.last, head < left, chunk[0].precedes(last) {
            // Merge from the back: the tail moves up while there are keys of the chunk to come before it.
            var right = chunk.count
            keys.append(contentsOf: chunk)
            var target = keys.count
            while right > 0 {
                target -= 1
                if left > head && chunk[right - 1].precedes(keys[left - 1]) {
                    left -= 1
                    keys[target] = keys[left]
                } else {
                    right -= 1
                    keys[target] = chunk[right]
                }
            }
        } else {
            keys.append(contentsOf: chunk)
        }
        chunk.removeAll(keepingCapacity: true)
    }
}
