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
/// Events come in by the chunk and nearly in order: the few that are behind an earlier one are put aside, sorted,
/// and merged with the part of the queue that they belong to.
struct ReorderQueue {
    // Invariant: keys[head...] is sorted; keys[..<head] has been taken.
    private var keys: [OrderKey] = []
    private var head = 0
    private var stragglers: [OrderKey] = []

    var first: OrderKey? { head < keys.count ? keys[head] : nil }

    /// The one that comes so many after the first.
    func key(after count: Int) -> OrderKey? { head + count < keys.count ? keys[head + count] : nil }

    /// All that wait, in order.
    var pending: ArraySlice<OrderKey> { keys[head...] }

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
        var last = keys.last ?? chunk[0]
        for key in chunk {
            if key.precedes(last) {
                stragglers.append(key)
            } else {
                keys.append(key)
                last = key
            }
        }
        chunk.removeAll(keepingCapacity: true)
        if !stragglers.isEmpty { mergeStragglers() }
    }

    /// Of equal keys the stragglers come last, as they came in.
    private mutating func mergeStragglers() {
        stragglers.sort { $0.precedes($1) }
        // From the back: the tail moves up while there are stragglers to come before it.
        var left = keys.count
        var right = stragglers.count
        keys.append(contentsOf: stragglers)
        var target = keys.count
        while right > 0 {
            target -= 1
            if left > head && stragglers[right - 1].precedes(keys[left - 1]) {
                left -= 1
                keys[target] = keys[left]
            } else {
                right -= 1
                keys[target] = stragglers[right]
            }
        }
        stragglers.removeAll(keepingCapacity: true)
    }
}
