import Synchronization

/// Holds the events that wait for their turn, with the text of their accounts, in slots that are used again.
///
/// It owns plain memory: arrays would be asked at each step of each event whether they are shared. The memory is in
/// blocks that never move, so that it grows without a pause, and what waits at one moment can be lent to another thread
/// while the pool goes on: a slot that is given back meanwhile is put aside.
struct EventPool: ~Copyable {
    /// Texts up to this long lie in a cell of their slot; longer ones are rare and kept aside.
    fileprivate static let cellLength = 64

    // Invariant: the slots below `count` are initialised; `free` holds the numbers of some of them and has room for
    // all. A slot that callers name came from `emptySlot`, so that it is below `count`, which never falls.
    private let memory = EventMemory()
    private let blocks: EventBlocks
    private var count = 0
    private var free = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 1024)
    private var freeCount = 0
    private var longTexts: [UInt32: [UInt8]] = [:]
    private var resolved: [UInt8] = []

    /// Given back while something is lent.
    private var putAside: [UInt32] = []
    private var isLent = false
    private let loans = Loans()

    init() { blocks = memory.blocks }

    deinit { free.deallocate() }

    /// A slot to decode an event into; it is taken once `keep` is called, and otherwise given out again.
    @inline(__always)
    mutating func emptySlot() -> Int {
        if freeCount == 0 { addSlot() }
        return Int(free[freeCount - 1])
    }

    @inline(never)
    private mutating func addSlot() {
        if count == free.count {
            // Empty at this moment, so that there is nothing to carry over.
            free.deallocate()
            free = .allocate(capacity: count * 2)
        }
        memory.makeSlot(count)
        free[0] = UInt32(count)
        freeCount = 1
        count += 1
    }

    @inline(__always)
    private mutating func giveBack(_ slot: UInt32) {
        if isLent && !isLoanOver() {
            putAside.append(slot)
        } else {
            free[freeCount] = slot
            freeCount += 1
        }
    }

    subscript(slot: Int) -> Event {
        @inline(__always) _read { yield blocks.event(slot).pointee }
        @inline(__always) nonmutating _modify { yield &blocks.event(slot).pointee }
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
        blocks.event(slot).pointee.accountTextLength = UInt16(truncatingIfNeeded: text.count)
        if text.count <= EventPool.cellLength {
            blocks.cell(slot, text.count).copyMemory(from: text)
        } else {
            longTexts[UInt32(slot)] = Array(text)
        }
    }

    /// Moves an event to the end of a batch, with the time it is delivered at.
    mutating func remove(_ slot: UInt32, at ts: Int64, into batch: inout EventBatch) {
        let isLong = blocks.append(Int(slot), at: ts, to: &batch)
        if isLong { batch.text.append(contentsOf: longTexts.removeValue(forKey: slot) ?? []) }
        giveBack(slot)
    }

    /// The key of the event's `event_id`.
    func eventIDKey(_ slot: UInt32) -> UInt64 { blocks.event(Int(slot)).pointee.eventIDKey }

    /// Gives up an event.
    mutating func discard(_ slot: UInt32) {
        if self[Int(slot)].accountTextLength > EventPool.cellLength { longTexts[slot] = nil }
        giveBack(slot)
    }

    /// Copies an event to the end of a batch, with the time it would be delivered at.
    func copy(_ slot: UInt32, at ts: Int64, into batch: inout EventBatch) {
        let isLong = blocks.append(Int(slot), at: ts, to: &batch)
        if isLong { batch.text.append(contentsOf: longTexts[slot] ?? []) }
    }

    // MARK: Snapshots

    /// The events that wait, to be read by any thread: they stay as they are now until the loan is let go.
    mutating func lend() -> LentEvents {
        isLent = true
        loans.count.add(1, ordering: .relaxed)
        return LentEvents(memory: memory, longTexts: longTexts, loans: loans)
    }

    /// Whether nothing is lent any more; what was put aside can be used again then.
    private mutating func isLoanOver() -> Bool {
        guard loans.count.load(ordering: .acquiring) == 0 else { return false }
        isLent = false
        for slot in putAside {
            free[freeCount] = slot
            freeCount += 1
        }
        putAside = []
        return true
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
            self[slot] = event
            text.withUnsafeBytes { keep(slot, text: $0) }
            keys.append(OrderKey(ts: ts, tieBreak: event.tieBreak, slot: UInt32(slot)))
        }
        return keys
    }
}

/// How many hold events that were lent.
private final class Loans: Sendable {
    let count = Atomic<Int>(0)
}

/// The events that waited at one moment.
///
/// `@unchecked Sendable`: the pool writes to none of their slots while this is there.
final class LentEvents: @unchecked Sendable {
    private let memory: EventMemory
    private let longTexts: [UInt32: [UInt8]]
    private let loans: Loans

    fileprivate init(memory: EventMemory, longTexts: [UInt32: [UInt8]], loans: Loans) {
        self.memory = memory
        self.longTexts = longTexts
        self.loans = loans
    }

    deinit { loans.count.subtract(1, ordering: .releasing) }

    /// Writes the events of `keys`, each with the time it would be delivered at.
    func write(_ keys: some Collection<OrderKey>, to writer: inout ByteWriter) {
        writer.write(Int64(keys.count))
        // A minute of a busy campaign is hundreds of megabytes, which must not be moved as they grow.
        let texts = keys.reduce(0) { $0 + Int(memory.blocks.event(Int($1.slot)).pointee.accountTextLength) }
        writer.reserve(keys.count * (MemoryLayout<Event>.size + MemoryLayout<Int64>.size) + texts)
        for key in keys {
            let event = memory.blocks.event(Int(key.slot))
            let length = Int(event.pointee.accountTextLength)
            writer.write(key.ts)
            writer.write(raw: UnsafeRawBufferPointer(start: event, count: MemoryLayout<Event>.size))
            if length <= EventPool.cellLength {
                writer.write(raw: UnsafeRawBufferPointer(memory.blocks.cell(Int(key.slot), length)))
            } else {
                longTexts[key.slot]?.withUnsafeBytes { writer.write(raw: $0) }
            }
        }
    }
}

/// The memory of a pool, which stays where it is as long as anyone holds this.
private final class EventMemory {
    /// Room for as many blocks as slots can be numbered: of the table, too, only what is used takes memory.
    let blocks = EventBlocks(table: .allocate(capacity: 1 << (32 - EventBlocks.shift)))
    private var count = 0

    deinit {
        for index in 0..<count { blocks.table[index].deallocate() }
        blocks.table.deallocate()
    }

    /// Slots are made one after the other.
    func makeSlot(_ slot: Int) {
        if slot >> EventBlocks.shift == count {
            (blocks.table + count).initialize(to: EventBlocks.allocate())
            count += 1
        }
        UnsafeMutableRawPointer(blocks.event(slot)).initializeMemory(as: Event.self, to: Event())
    }
}

/// Events and cells of text in blocks of 4096: some megabyte each.
private struct EventBlocks {
    static let shift = 12
    private static let mask = 1 << shift - 1
    private static let cellsOffset = MemoryLayout<Event>.stride << shift

    let table: UnsafeMutablePointer<UnsafeMutableRawPointer>

    static func allocate() -> UnsafeMutableRawPointer {
        .allocate(byteCount: cellsOffset + EventPool.cellLength << shift, alignment: EventPool.cellLength)
    }

    @inline(__always)
    func event(_ slot: Int) -> UnsafeMutablePointer<Event> {
        (table[slot &>> EventBlocks.shift] + (slot & EventBlocks.mask) &* MemoryLayout<Event>.stride)
            .assumingMemoryBound(to: Event.self)
    }

    @inline(__always)
    func cell(_ slot: Int, _ length: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            start: table[slot &>> EventBlocks.shift] + EventBlocks.cellsOffset
                + (slot & EventBlocks.mask) &* EventPool.cellLength, count: length)
    }

    /// Appends an event to a batch, with the time it is delivered at, and its text unless that is kept aside.
    /// - Returns: whether it is.
    @inline(__always)
    func append(_ slot: Int, at ts: Int64, to batch: inout EventBatch) -> Bool {
        let last = batch.events.count
        // As a range of one, because `append` of an element copies it twice.
        batch.events.append(contentsOf: UnsafeBufferPointer(start: event(slot), count: 1))
        batch.events[last].ts = ts
        batch.events[last].accountTextOffset = UInt32(batch.text.count)
        let length = Int(batch.events[last].accountTextLength)
        guard length <= EventPool.cellLength else { return true }
        batch.text.append(contentsOf: cell(slot, length))
        return false
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
