import CHotPath
import Glibc

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

/// State by 64-bit key: open addressing over 16-byte slots that point to rows which never move.
///
/// A lookup costs two cache misses, the slot and the row. `prefetchSlot`, then `locate`, then the row's use, each
/// over a group of events, let the misses of a group overlap. A row index is valid until `evict` drops the row.
struct KeyedTable<Row: KeyedState>: ~Copyable {
    private struct Slot: BitwiseCopyable {
        var key: UInt64
        var row: UInt32
        var unused: UInt32
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var mask: Int
    private(set) var count = 0
    /// Rows in blocks of `1 << rowShift`, 2 MiB to 4 MiB each, so that growing copies nothing.
    private var blocks: UnsafeMutablePointer<UnsafeMutablePointer<Row>>
    private var blockCount = 0
    private var blockCapacity = 64
    private let rowShift: Int
    private let rowMask: Int
    private var rowsUsed = 0
    private var freeRows: [UInt32] = []

    /// Large pieces start and are backed by huge pages: most of a look-up is address translation.
    private static var hugePage: Int { 1 << 21 }

    init() {
        let filling = KeyedTable.hugePage / MemoryLayout<Row>.stride
        rowShift = Int.bitWidth - filling.leadingZeroBitCount
        rowMask = 1 << rowShift - 1
        mask = 1 << 10 - 1
        slots = KeyedTable.emptySlots(1 << 10)
        blocks = .allocate(capacity: blockCapacity)
    }

    deinit {
        free(slots)
        for index in 0..<blockCount { free(blocks[index]) }
        blocks.deallocate()
    }

    /// Zeroed slots; key 0 is no key.
    private static func emptySlots(_ capacity: Int) -> UnsafeMutablePointer<Slot> {
        let bytes = capacity * MemoryLayout<Slot>.stride
        let raw = allocate(bytes)
        memset(raw, 0, bytes)
        return raw.bindMemory(to: Slot.self, capacity: capacity)
    }

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        var raw: UnsafeMutableRawPointer?
        let isLarge = bytes >= hugePage
        guard posix_memalign(&raw, isLarge ? hugePage : 64, bytes) == 0, let raw else {
            fatalError("out of memory: \(bytes) bytes of state could not be had")
        }
        if isLarge { madvise(raw, bytes, 14 /* MADV_HUGEPAGE, which Glibc does not export */) }
        return raw
    }

    @inline(__always)
    private func home(_ key: UInt64) -> Int { Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 20) & mask }

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
            index = (index &+ 1) & mask
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
            index = (index &+ 1) & mask
        }
        return nil
    }

    @inline(never)
    private mutating func insert(_ key: UInt64) -> UInt32 {
        if count &* 4 > mask &* 3 { grow() }
        let row: UInt32
        if let freed = freeRows.popLast() {
            row = freed
        } else {
            if rowsUsed >> rowShift == blockCount { addBlock() }
            row = UInt32(rowsUsed)
            rowsUsed += 1
        }
        pointer(row).initialize(to: Row())
        place(key, row)
        count += 1
        return row
    }

    private mutating func addBlock() {
        if blockCount == blockCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<Row>>.allocate(capacity: blockCapacity * 2)
            larger.moveInitialize(from: blocks, count: blockCount)
            blocks.deallocate()
            blocks = larger
            blockCapacity *= 2
        }
        let capacity = 1 << rowShift
        let raw = KeyedTable.allocate(capacity * MemoryLayout<Row>.stride)
        (blocks + blockCount).initialize(to: raw.bindMemory(to: Row.self, capacity: capacity))
        blockCount += 1
    }

    @inline(__always)
    private mutating func place(_ key: UInt64, _ row: UInt32) {
        var index = home(key)
        while slots[index].key != 0 { index = (index &+ 1) & mask }
        slots[index] = Slot(key: key, row: row, unused: 0)
    }

    private mutating func grow() { rebuild(capacity: (mask + 1) * 2, keepingSince: .min) }

    private mutating func rebuild(capacity: Int, keepingSince limitMs: Int64) {
        let old = slots
        let oldCapacity = mask + 1
        slots = KeyedTable.emptySlots(capacity)
        mask = capacity - 1
        for index in 0..<oldCapacity where old[index].key != 0 {
            if pointer(old[index].row).pointee.lastMs >= limitMs { place(old[index].key, old[index].row) }
        }
        free(old)
    }

    /// The row itself. Rows never move, so the pointer holds until the row is evicted.
    @inline(__always)
    func pointer(_ row: UInt32) -> UnsafeMutablePointer<Row> {
        blocks[Int(row) &>> rowShift] + Int(row) & rowMask
    }

    /// Asks for the cache lines of a row, or of its first `bytes`.
    @inline(__always)
    func prefetchRow(_ row: UInt32, bytes: Int = MemoryLayout<Row>.stride) {
        let start = UnsafeRawPointer(pointer(row))
        var offset = 0
        while offset < bytes {
            pg_prefetch(start + offset)
            offset &+= 64
        }
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
        var dropped: [UInt32] = []
        forEach { row, state in
            if state.pointee.lastMs < limitMs { dropped.append(row) }
        }
        guard !dropped.isEmpty else { return }
        for row in dropped { willDrop(pointer(row)) }
        var capacity = mask + 1
        let remaining = count - dropped.count
        while capacity > 1 << 10, remaining * 8 < capacity { capacity /= 2 }
        rebuild(capacity: capacity, keepingSince: limitMs)
        count = remaining
        freeRows.append(contentsOf: dropped)
    }

    /// Every row, in the order of slots: for work whose result does not depend on the order.
    func forEach(_ body: (UInt32, UnsafeMutablePointer<Row>) -> Void) {
        for index in 0...mask where slots[index].key != 0 {
            body(slots[index].row, pointer(slots[index].row))
        }
    }
}
