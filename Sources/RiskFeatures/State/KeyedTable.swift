import CHotPath

/// What a row of state needs to be kept in a `KeyedTable`.
protocol KeyedState: BitwiseCopyable {
    /// A key never seen.
    init()
    /// Event time of the last event that touched the row, milliseconds.
    var lastMs: Int64 { get set }
    /// Does something to every recent set of the row: see `release` and `sweep`.
    mutating func forEachSet(_ body: (inout RecentSet) -> Void)
}

extension KeyedState {
    /// Gives the row's sketches back, before it goes.
    mutating func release(_ sketches: inout SketchPool) {
        forEachSet { $0.release(&sketches) }
    }

    /// Clears what its sets have forgotten by `ms`; due when a row is touched in another week than before.
    mutating func sweep(at ms: Int64, _ sketches: inout SketchPool) {
        let last = Clock.stamp(lastMs)
        let gap = Int((ms - lastMs) / Clock.minute)
        forEachSet { $0.sweep(last: last, gap: gap, &sketches) }
    }
}

/// State by 64-bit key: open addressing over 12-byte slots that point to rows which never move.
///
/// A lookup costs two cache misses, the slot and the row. `prefetchSlot`, then `locate`, then the row's use, each
/// over a group of events, let the misses of a group overlap. A row index is valid until `evict` drops the row.
struct KeyedTable<Row: KeyedState>: ~Copyable {
    private struct Slot: BitwiseCopyable {
        // The key in halves: whole, it would be aligned, and a slot would take 16 bytes.
        private var low: UInt32
        private var high: UInt32
        var row: UInt32

        @inline(__always)
        init(key: UInt64, row: UInt32) {
            low = UInt32(truncatingIfNeeded: key)
            high = UInt32(truncatingIfNeeded: key &>> 32)
            self.row = row
        }

        @inline(__always)
        var key: UInt64 { UInt64(high) &<< 32 | UInt64(low) }
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var capacity: Int
    private(set) var count = 0
    private var rows = RowPool<Row>()
    /// No row was last touched before this, as far as is known: what a walk over all would find too old.
    private var oldestMs: Int64 = .min

    private static var smallestCapacity: Int { 1 << 10 }

    init() {
        capacity = KeyedTable.smallestCapacity
        slots = KeyedTable.emptySlots(capacity)
    }

    deinit { KeyedTable.freeSlots(slots, capacity) }

    /// Zeroed slots; key 0 is no key.
    private static func emptySlots(_ capacity: Int) -> UnsafeMutablePointer<Slot> {
        LargePages.allocate(capacity * MemoryLayout<Slot>.stride).bindMemory(
            to: Slot.self, capacity: capacity)
    }

    private static func freeSlots(_ slots: UnsafeMutablePointer<Slot>, _ capacity: Int) {
        LargePages.free(slots, capacity * MemoryLayout<Slot>.stride)
    }

    /// The upper half of the mixed key as a share of the capacity, which may be any number (Lemire 2019, Fast random
    /// integer generation in an interval).
    @inline(__always)
    private func home(_ key: UInt64) -> Int {
        let mixed = (key &* 0x9E37_79B9_7F4A_7C15) &>> 32
        return Int(truncatingIfNeeded: (mixed &* UInt64(truncatingIfNeeded: capacity)) &>> 32)
    }

    @inline(__always)
    private func next(_ index: Int) -> Int { index &+ 1 == capacity ? 0 : index &+ 1 }

    @inline(__always)
    func prefetchSlot(_ key: UInt64) { pg_prefetch(slots + home(key)) }

    /// The row of a key, made if there is none.
    @inline(__always)
    mutating func locate(_ key: UInt64, isNew: inout Bool) -> UInt32 {
        var index = home(key)
        while true {
            let found = slots[index].key
            if found == key {
                isNew = false
                return slots[index].row
            }
            if found == 0 { break }
            index = next(index)
        }
        isNew = true
        return insert(key)
    }

    @inline(__always)
    mutating func locate(_ key: UInt64) -> UInt32 {
        var isNew = false
        return locate(key, isNew: &isNew)
    }

    /// The row of a key, if there is one.
    @inline(__always)
    func find(_ key: UInt64) -> UInt32? {
        var index = home(key)
        while slots[index].key != 0 {
            if slots[index].key == key { return slots[index].row }
            index = next(index)
        }
        return nil
    }

    @inline(never)
    private mutating func insert(_ key: UInt64) -> UInt32 {
        // By halves: after a doubling most of what was added would lie empty for long.
        if count &* 4 >= capacity &* 3 { rebuild(capacity: capacity + capacity / 2) }
        let row = rows.allocate()
        pointer(row).initialize(to: Row())
        place(key, row)
        count += 1
        return row
    }

    @inline(__always)
    private mutating func place(_ key: UInt64, _ row: UInt32) {
        var index = home(key)
        while slots[index].key != 0 { index = next(index) }
        slots[index] = Slot(key: key, row: row)
    }

    private mutating func rebuild(capacity newCapacity: Int) {
        let old = slots
        let oldCapacity = capacity
        slots = KeyedTable.emptySlots(newCapacity)
        capacity = newCapacity
        // A page that is read before it is written is mapped twice, and the second time every core is told.
        LargePages.populate(slots, newCapacity * MemoryLayout<Slot>.stride)
        for index in 0..<oldCapacity where old[index].key != 0 { place(old[index].key, old[index].row) }
        KeyedTable.freeSlots(old, oldCapacity)
    }

    /// The row itself. Rows never move, so the pointer holds until the row is evicted.
    @inline(__always)
    func pointer(_ row: UInt32) -> UnsafeMutablePointer<Row> { rows.pointer(row) }

    /// The row of a key, if there is one that was touched at `limitMs` or later.
    @inline(__always)
    func pointer(of key: UInt64, since limitMs: Int64) -> UnsafeMutablePointer<Row>? {
        guard key != 0, let row = find(key), pointer(row).pointee.lastMs >= limitMs else { return nil }
        return pointer(row)
    }

    /// Asks for the cache lines of a row, or of those from one byte to another.
    @inline(__always)
    func prefetchRow(_ row: UInt32, from first: Int = 0, to end: Int = MemoryLayout<Row>.size) {
        rows.prefetch(row, from: first, to: end)
    }

    /// The row of a key, made if there is none, and asked for; of no use for key 0, which is no key.
    @inline(__always)
    mutating func fetch(_ key: UInt64) -> UInt32 {
        guard key != 0 else { return 0 }
        let row = locate(key)
        prefetchRow(row)
        return row
    }

    /// Asks for the cache lines of a key's row, if there is one.
    @inline(__always)
    func prefetchRow(of key: UInt64) {
        if key != 0, let row = find(key) { prefetchRow(row) }
    }

    /// Drops the rows last touched before `limitMs`.
    ///
    /// Only frees memory: a row that old is treated as new when it is touched again, so when this runs has no
    /// influence on any result.
    /// - Parameter willDrop: called with each row before it goes.
    mutating func evict(before limitMs: Int64, willDrop: (UnsafeMutablePointer<Row>) -> Void) {
        guard limitMs > oldestMs else { return }
        var oldest = Int64.max
        var dropped = 0
        for index in 0..<capacity where slots[index].key != 0 {
            prefetchRow(ofSlot: index + KeyedTable.lookAhead)
            let row = pointer(slots[index].row)
            guard row.pointee.lastMs < limitMs else {
                oldest = min(oldest, row.pointee.lastMs)
                continue
            }
            willDrop(row)
            rows.free(slots[index].row)
            // A gap at which look-ups would stop too early, until the slots are rebuilt.
            slots[index] = Slot(key: 0, row: 0)
            dropped += 1
        }
        oldestMs = oldest == .max ? limitMs : oldest
        guard dropped > 0 else { return }
        count -= dropped
        // By one half at most: what is emptied every few hours has filled again by the next time.
        let wanted = count * 8 < capacity ? capacity / 2 : capacity
        rebuild(capacity: max(wanted, KeyedTable.smallestCapacity))
    }

    /// All slots, for walks over a part of them.
    var slotRange: Range<Int> { 0..<capacity }

    /// Every row, in the order of slots: for work whose result does not depend on the order.
    func forEachRow(_ body: (UInt32, UnsafeMutablePointer<Row>) -> Void) {
        forEachRow(in: slotRange, body)
    }

    /// Every row of some slots.
    func forEachRow(in range: Range<Int>, _ body: (UInt32, UnsafeMutablePointer<Row>) -> Void) {
        for index in range where slots[index].key != 0 {
            prefetchRow(ofSlot: index + KeyedTable.lookAhead)
            body(slots[index].row, pointer(slots[index].row))
        }
    }

    /// The same with the keys, and without a look at the rows.
    func forEachKeyAndRow(_ body: (UInt64, UInt32) -> Void) {
        for index in 0..<capacity where slots[index].key != 0 { body(slots[index].key, slots[index].row) }
    }

    func write(to writer: inout StateWriter) {
        writer.append(capacity)
        writer.append(count)
        writer.borrow(slots, bytes: capacity * MemoryLayout<Slot>.stride)
        rows.write(to: &writer)
    }

    /// Replaces all that a new table holds.
    mutating func read(from reader: inout StateReader) throws(StateError) {
        let stride = MemoryLayout<Slot>.stride
        let capacity = try reader.count(ofElementsOf: stride)
        let count = try reader.fact(Int.self)
        guard capacity >= KeyedTable.smallestCapacity, 0..<capacity ~= count else {
            throw .malformed("a table of \(count) keys in \(capacity) slots")
        }
        KeyedTable.freeSlots(slots, self.capacity)
        slots = KeyedTable.emptySlots(capacity)
        self.capacity = capacity
        self.count = count
        try reader.copyLater(capacity * stride, to: slots)
        try rows.read(from: &reader)
    }

    /// How many slots ahead rows are asked for on a walk over all.
    private static var lookAhead: Int { 16 }

    @inline(__always)
    private func prefetchRow(ofSlot index: Int) {
        pg_prefetch(pointer(slots[index < capacity ? index : index &- capacity].row))
    }
}
