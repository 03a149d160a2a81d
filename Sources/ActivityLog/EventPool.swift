/// Holds the events that wait for their turn, with the text of their accounts, in slots that are used again.
struct EventPool {
    /// Texts up to this long lie in a cell of their slot; longer ones are rare and kept aside.
    private static let cellLength = 64

    private var events: [Event] = []
    private var cells: [UInt8] = []
    private var longTexts: [UInt32: [UInt8]] = [:]
    private var free: [UInt32] = []

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

    /// Takes the slot that was given out last, with the text of its event's account.
    mutating func keep(_ slot: Int, text: [UInt8]) {
        free.removeLast()
        if text.count <= EventPool.cellLength {
            let start = slot * EventPool.cellLength
            cells.withUnsafeMutableBytes { cells in
                text.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: cells[start..<start + $0.count]).copyMemory(
                        from: $0)
                }
            }
        } else {
            longTexts[UInt32(slot)] = text
        }
    }

    /// Moves an event to the end of a batch, with the time it is delivered at.
    mutating func remove(_ slot: UInt32, at ts: Int64, into batch: inout EventBatch) {
        let length = Int(events[Int(slot)].accountTextLength)
        events[Int(slot)].ts = ts
        events[Int(slot)].accountTextOffset = UInt32(batch.text.count)
        batch.events.append(events[Int(slot)])
        if length <= EventPool.cellLength {
            let start = Int(slot) * EventPool.cellLength
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
