/// Holds the events that wait for their turn, with the text of their accounts, in slots that are used again.
struct EventPool {
    /// Texts up to this long lie in a cell of their slot; longer ones are rare and kept aside.
    private static let cellLength = 64

    private var events: [Event] = []
    private var cells: [UInt8] = []
    private var longTexts: [UInt32: [UInt8]] = [:]
    private var free: [UInt32] = []
    private var resolved: [UInt8] = []

    /// A slot to decode an event into; it is taken once `keep` is called, and otherwise given out again.
    mutating func emptySlot() -> Int {
        if let slot = free.last { return Int(slot) }
        free.append(UInt32(events.count))
        events.append(Event())
        cells.append(contentsOf: repeatElement(0, count: EventPool.cellLength))
        return events.count - 1
    }

    subscript(slot: Int) -> Event {
        @inline(__always) _read { yield events[slot] }
        @inline(__always) _modify { yield &events[slot] }
    }

    /// Takes the slot that was given out last, with the text of its event's account, which stands in `line`.
    mutating func keep(_ slot: Int, account: JSONScanner.Text, in line: UnsafeRawBufferPointer) {
        guard account.hasEscapes else {
            return keep(slot, text: UnsafeRawBufferPointer(rebasing: line[account.start..<account.end]))
        }
        resolved.removeAll(keepingCapacity: true)
        JSONScanner.appendResolved(line.bytes, account, to: &resolved)
        let text = resolved
        text.withUnsafeBytes { keep(slot, text: $0) }
    }

    @inline(__always)
    private mutating func keep(_ slot: Int, text: UnsafeRawBufferPointer) {
        free.removeLast()
        events[slot].accountTextLength = UInt16(truncatingIfNeeded: text.count)
        if text.count <= EventPool.cellLength {
            let start = slot * EventPool.cellLength
            cells.withUnsafeMutableBytes {
                UnsafeMutableRawBufferPointer(rebasing: $0[start..<start + text.count]).copyMemory(from: text)
            }
        } else {
            longTexts[UInt32(slot)] = Array(text)
        }
    }

    /// Moves an event to the end of a batch, with the time it is delivered at.
    mutating func remove(_ slot: UInt32, at ts: Int64, into batch: inout EventBatch) {
        let index = Int(slot)
        events[index].ts = ts
        events[index].accountTextOffset = UInt32(batch.text.count)
        let length = Int(events[index].accountTextLength)
        // As a range of one, because `append` of an element copies it twice.
        events.withUnsafeBufferPointer {
            batch.events.append(contentsOf: UnsafeBufferPointer(rebasing: $0[index..<index + 1]))
        }
        if length <= EventPool.cellLength {
            let start = index * EventPool.cellLength
            cells.withUnsafeBytes {
                batch.text.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[start..<start + length]))
            }
        } else {
            batch.text.append(contentsOf: longTexts.removeValue(forKey: slot) ?? [])
        }
        free.append(slot)
    }

    /// The key of the event's `event_id`.
    func eventIDKey(_ slot: UInt32) -> UInt64 { events[Int(slot)].eventIDKey }

    /// Gives up an event.
    mutating func discard(_ slot: UInt32) {
        if events[Int(slot)].accountTextLength > EventPool.cellLength { longTexts[slot] = nil }
        free.append(slot)
    }
}
