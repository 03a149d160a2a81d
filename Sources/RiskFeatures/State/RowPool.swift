import CHotPath

/// Rows that never move, known by their index; a row that was freed is given out again.
struct RowPool<Row: BitwiseCopyable>: ~Copyable {
    /// Rows in blocks of `1 << shift`, 8 MiB to 16 MiB each, so that growing copies nothing. What no row has used of the
    /// last one is address space only.
    private var blocks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private var blockCount = 0
    private var blockCapacity = 64
    private let shift: Int
    private let mask: Int
    private var used = 0
    private var freed: [UInt32] = []

    /// From one row to the next: in steps of a word where no row lies on more cache lines for it, else of half a line.
    ///
    /// Plain arithmetic on constants, which folds to one: it is asked for wherever a row is.
    private static var stride: Int {
        @inline(__always) get {
            let size = MemoryLayout<Row>.size
            let (tight, roomy) = ((size &+ 7) & ~7, (size &+ 31) & ~31)
            return lines(size, tight) <= lines(size, roomy) ? tight : roomy
        }
    }

    /// On how many lines that row lies which begins furthest into one.
    @inline(__always)
    private static func lines(_ size: Int, _ stride: Int) -> Int {
        let boundary = stride & (0 &- stride)
        return (64 &- (boundary < 64 ? boundary : 64) &+ size &+ 63) &>> 6
    }

    init() {
        precondition(RowPool.stride % MemoryLayout<Row>.alignment == 0, "rows are words")
        let filling = 4 * LargePages.size / RowPool.stride
        shift = Int.bitWidth - filling.leadingZeroBitCount
        mask = 1 << shift - 1
        blocks = .allocate(capacity: blockCapacity)
    }

    deinit {
        for index in 0..<blockCount { LargePages.free(blocks[index], blockSize) }
        blocks.deallocate()
    }

    private var blockSize: Int { RowPool.stride << shift }

    /// Rows that were given out and not freed.
    var liveCount: Int { used - freed.count }

    /// A row to be initialised.
    mutating func allocate() -> UInt32 {
        if let row = freed.popLast() { return row }
        if used >> shift == blockCount { addBlock() }
        used += 1
        return UInt32(used - 1)
    }

    mutating func free(_ row: UInt32) { freed.append(row) }

    private mutating func addBlock() {
        if blockCount == blockCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: blockCapacity * 2)
            larger.moveInitialize(from: blocks, count: blockCount)
            blocks.deallocate()
            blocks = larger
            blockCapacity *= 2
        }
        // Most kinds of rows are few in most campaigns.
        let smallPages = blockCount == 0 ? LargePages.size : 0
        (blocks + blockCount).initialize(to: LargePages.allocate(blockSize, smallPages: smallPages))
        blockCount += 1
    }

    /// The row itself; the pointer holds until the row is freed.
    @inline(__always)
    func pointer(_ row: UInt32) -> UnsafeMutablePointer<Row> {
        // Nothing but rows lies in the blocks.
        (blocks[Int(row) &>> shift] + (Int(row) & mask) &* RowPool.stride).assumingMemoryBound(to: Row.self)
    }

    /// Asks for the cache lines of a row, or of those from one byte to another.
    @inline(__always)
    func prefetch(_ row: UInt32, from first: Int = 0, to end: Int = MemoryLayout<Row>.size) {
        let start = UnsafeRawPointer(pointer(row))
        var offset = first
        while offset < end {
            pg_prefetch(start + offset)
            offset &+= 64
        }
    }

    func write(to writer: inout StateWriter) {
        writer.append(RowPool.stride)
        writer.append(used)
        writer.append(freed)
        for block in 0..<blockCount {
            writer.borrow(blocks[block], bytes: rowsUsed(inBlock: block) * RowPool.stride)
        }
    }

    /// Replaces all that a new pool holds.
    mutating func read(from reader: inout StateReader) throws(StateError) {
        let stride = try reader.fact(Int.self)
        guard stride == RowPool.stride else {
            throw .otherBuild("a row of \(Row.self) took \(stride) bytes and takes \(RowPool.stride)")
        }
        used = try reader.count(ofElementsOf: stride)
        freed = try reader.array(of: UInt32.self)
        while blockCount << shift < used { addBlock() }
        for block in 0..<blockCount {
            try reader.copyLater(rowsUsed(inBlock: block) * stride, to: blocks[block])
        }
    }

    private func rowsUsed(inBlock block: Int) -> Int { max(0, min(used - block << shift, 1 << shift)) }
}
