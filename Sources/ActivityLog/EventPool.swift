/// Holds the events that wait for their turn, with the text of their accounts, in slots that are used again.
struct EventPool {
    /// Texts up to this long lie in a cell of their slot; longer ones are rare and kept aside.
    private static let cellLength = 64

    private var events: [Event] = []
    private var cells: [UInt8] = []
    private var longTexts: [UInt32: [UInt8]] = [:]
    private var free: [UInt32] = []

    /// Keeps a copy of an event and of its account's text.
    mutating func insert(_ event: Event, text: [UInt8]) -> UInt32 {
        let slot: UInt32
        if let reused = free.popLast() {
            slot = reused
            events[Int(slot)] = event
        } else {
            slot = UInt32(events.count)
            events.append(event)
            cells.append(contentsOf: repeatElement(0, count: EventPool.cellLength))
        }
        if text.count <= EventPool.cellLength {
            let start = Int(slot) * EventPool.cellLength
            cells.withUnsafeMutableBytes { cells in
                text.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: cells[start..<start + $0.count]).copyMemory(from: $0)
                }
            }
        } else {
            longTexts[slot] = text
        }
        return slot
    }

    /// Moves an event to the end of a batch, with the time it is delivered at.
    mutating func remove(_ slot: UInt32, at ts: Int64, into batch: inout EventBatch) {
        batch.events.append(events[Int(slot)])
        let last = batch.events.count - 1
        batch.events[last].ts = ts
        batch.events[last].accountTextOffset = UInt32(batch.text.count)
        let length = Int(batch.events[last].accountTextLength)
        if length <= EventPool.cellLength {
            let start = Int(slot) * EventPool.cellLength
            batch.text.append(contentsOf: cells[start..<start + length])
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
