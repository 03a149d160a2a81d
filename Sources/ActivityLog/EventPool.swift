/// Holds the events that wait for their turn, with the text of their accounts, in slots that are used again.
///
/// It owns plain memory: arrays would be asked at each step of each event whether they are shared.
struct EventPool: ~Copyable {
    /// Texts up to this long lie in a cell of their slot; longer ones are rare and kept aside.
    private static let cellLength = 64

    // Invariant: events[..<count] are initialised, and each has a cell of as many bytes; `free` holds the numbers of
    // slots below `count` and has room for all of them. A slot that callers name came from `emptySlot`, so that it is
    // below `count`, which never falls.
    private var events = UnsafeMutableBufferPointer<Event>.allocate(capacity: 1024)
    private var cells = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024 * cellLength, alignment: 64)
    private var count = 0
    private var free = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 1024)
    private var freeCount = 0
    private var longTexts: [UInt32: [UInt8]] = [:]
    private var resolved: [UInt8] = []

    deinit {
        events.deallocate()
        cells.deallocate()
        free.deallocate()
    }

    /// A slot to decode an event into; it is taken once `keep` is called, and otherwise given out again.
    @inline(__always)
    mutating func emptySlot() -> Int {
        if freeCount == 0 { addSlot() }
        return Int(free[freeCount - 1])
    }

    @inline(never)
    private mutating func addSlot() {
        if count == events.count { grow() }
        events.initializeElement(at: count, to: Event())
        free[0] = UInt32(count)
        freeCount = 1
        count += 1
    }

    private mutating func grow() {
        let more = UnsafeMutableBufferPointer<Event>.allocate(capacity: count * 2)
        _ = more.moveInitialize(fromContentsOf: events)
        events.deallocate()
        events = more
        let moreCells = UnsafeMutableRawBufferPointer.allocate(
            byteCount: cells.count * 2, alignment: EventPool.cellLength)
        moreCells.copyMemory(from: UnsafeRawBufferPointer(cells))
        cells.deallocate()
        cells = moreCells
        // Empty at this moment, so that there is nothing to carry over.
        free.deallocate()
        free = .allocate(capacity: count * 2)
    }

    @inline(__always)
    private func cell(_ slot: Int, _ length: Int) -> UnsafeMutableRawBufferPointer {
        let start = slot * EventPool.cellLength
        return UnsafeMutableRawBufferPointer(rebasing: cells[start..<start + length])
    }

    @inline(__always)
    private mutating func giveBack(_ slot: UInt32) {
        free[freeCount] = slot
        freeCount += 1
    }

    subscript(slot: Int) -> Event {
        @inline(__always) _read { yield events[slot] }
        @inline(__always) nonmutating _modify { yield &events[slot] }
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
        freeCount -= 1
        events[slot].accountTextLength = UInt16(truncatingIfNeeded: text.count)
        if text.count <= EventPool.cellLength {
            cell(slot, text.count).copyMemory(from: text)
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
        batch.events.append(contentsOf: UnsafeMutableBufferPointer(rebasing: events[index..<index + 1]))
        if length <= EventPool.cellLength {
            batch.text.append(contentsOf: cell(index, length))
        } else {
            batch.text.append(contentsOf: longTexts.removeValue(forKey: slot) ?? [])
        }
        giveBack(slot)
    }

    /// The key of the event's `event_id`.
    func eventIDKey(_ slot: UInt32) -> UInt64 { events[Int(slot)].eventIDKey }

    /// Gives up an event.
    mutating func discard(_ slot: UInt32) {
        if events[Int(slot)].accountTextLength > EventPool.cellLength { longTexts[slot] = nil }
        giveBack(slot)
    }

    /// Copies an event to the end of a batch, with the time it would be delivered at.
    func copy(_ slot: UInt32, at ts: Int64, into batch: inout EventBatch) {
        var event = events[Int(slot)]
        event.ts = ts
        event.accountTextOffset = UInt32(batch.text.count)
        batch.events.append(event)
        withText(of: slot) { batch.text.append(contentsOf: $0) }
    }

    private func withText(of slot: UInt32, _ body: (UnsafeRawBufferPointer) -> Void) {
        let length = Int(events[Int(slot)].accountTextLength)
        if length <= EventPool.cellLength {
            body(UnsafeRawBufferPointer(cell(Int(slot), length)))
        } else {
            longTexts[slot]?.withUnsafeBytes(body)
        }
    }

    // MARK: Snapshots

    /// Writes the events of `keys`, each with the time it would be delivered at.
    func write(_ keys: some Collection<OrderKey>, to writer: inout ByteWriter) {
        writer.write(Int64(keys.count))
        // A minute of a busy campaign is hundreds of megabytes, which must not be moved as they grow.
        let texts = keys.reduce(0) { $0 + Int(events[Int($1.slot)].accountTextLength) }
        writer.reserve(keys.count * (MemoryLayout<Event>.size + MemoryLayout<Int64>.size) + texts)
        for key in keys {
            writer.write(key.ts)
            withUnsafeBytes(of: events[Int(key.slot)]) { writer.write(raw: $0) }
            withText(of: key.slot) { writer.write(raw: $0) }
        }
    }

    mutating func readKeys(from reader: inout ByteReader) throws(ReadError) -> [OrderKey] {
        var keys: [OrderKey] = []
        for _ in 0..<(try reader.readCount(of: MemoryLayout<Event>.size)) {
            let ts: Int64 = try reader.read()
            guard let event = Event(bytes: try reader.readRaw(MemoryLayout<Event>.size)) else {
                throw reader.damage
            }
            let text = try reader.readRaw(Int(event.accountTextLength))
            let slot = emptySlot()
            events[slot] = event
            text.withUnsafeBytes { keep(slot, text: $0) }
            keys.append(OrderKey(ts: ts, tieBreak: event.tieBreak, slot: UInt32(slot)))
        }
        return keys
    }
}

extension Event {
    /// The event whose memory was saved, unless a byte of it has a value that its type does not know.
    fileprivate init?(bytes: [UInt8]) {
        func byte<Value>(_ field: KeyPath<Event, Value>) -> UInt8 {
            bytes[MemoryLayout<Event>.offset(of: field)!]
        }
        guard bytes.count == MemoryLayout<Event>.size, EventType(rawValue: byte(\.type)) != nil,
            Platform(rawValue: byte(\.platform)) != nil, DeviceSource(rawValue: byte(\.deviceSource)) != nil,
            NetworkKind(rawValue: byte(\.network)) != nil, byte(\.ok) <= 1, byte(\.modelIsEmulator) <= 1
        else { return nil }
        self = bytes.withUnsafeBytes { $0.loadUnaligned(as: Event.self) }
    }
}
