import CHotPath

/// Knows the last `event_id`s, exactly.
///
/// Ids are kept in four generations. When the fourth is full the first is forgotten, and so on: an id is known until at
/// least three quarters of the capacity came after it, whatever time that takes. So a log that comes again days later
/// counts once, unless it is longer than that.
///
/// To look for one is to look at eight slots side by side, as a rule: most of the cost is to bring them near.
struct DuplicateFilter {
    /// The ids, each with the number of its generation, 1 to 4, in its low bits; 0 where there is none. Lines of eight,
    /// at most three quarters full: 11 MB for the standard capacity.
    private(set) var slots = [UInt64](repeating: 0, count: DuplicateFilter.fewestSlots)
    /// Of each line the generation of the last id that found it full and went on to the next; 0 where none that is known
    /// did, so that who looks for one need not go on.
    private var passed = [UInt8](repeating: 0, count: DuplicateFilter.fewestSlots / 8)
    private var count = 0
    private var generation: UInt64 = 1
    private let generationSize: Int
    /// How many ids the generation still takes.
    private var room: Int

    private static let fewestSlots = 1024
    /// As many as hold all generations.
    private var mostSlots: Int {
        let ids = generationSize * Int(DuplicateFilter.generations)
        return max(((ids * 4 + 2) / 3 + 7) / 8 * 8, DuplicateFilter.fewestSlots)
    }
    private static var generations: UInt64 { 4 }
    private static var generationBits: UInt64 { 7 }

    /// - Parameter capacity: how many ids to remember at most, rounded down to a multiple of four.
    init(capacity: Int) {
        generationSize = max(capacity / Int(DuplicateFilter.generations), 1)
        room = generationSize
    }

    /// Whether an id is known; it is from now on.
    mutating func isRepeat(_ id: UInt64) -> Bool {
        guard insert(DuplicateFilter.key(id), generation) else { return true }
        count += 1
        room -= 1
        if count * 4 > slots.count * 3 { grow() }
        if room == 0 { turn() }
        return false
    }

    /// Brings what `isRepeat` will look at nearer.
    @inline(__always)
    func prefetch(_ id: UInt64) {
        let first = home(DuplicateFilter.key(id)) * 8
        // An array begins anywhere in a cache line.
        slots.withUnsafeBufferPointer {
            pg_prefetch($0.baseAddress.unsafelyUnwrapped + first)
            pg_prefetch($0.baseAddress.unsafelyUnwrapped + first + 7)
        }
    }

    /// The bits of an id, mixed, so that the upper ones say where it belongs and the lowest can be spared.
    @inline(__always)
    private static func key(_ id: UInt64) -> UInt64 { (id &* 0x9E37_79B9_7F4A_7C15) & ~generationBits }

    /// The line of a key: the key as a share of the lines, of which there may be any number.
    @inline(__always)
    private func home(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: key.multipliedFullWidth(by: UInt64(truncatingIfNeeded: passed.count)).high)
    }

    @inline(__always)
    private func next(_ line: Int) -> Int { line &+ 1 == passed.count ? 0 : line &+ 1 }

    /// - Returns: false when the key is known.
    @inline(__always)
    private mutating func insert(_ key: UInt64, _ generation: UInt64) -> Bool {
        guard let slot = gap(for: key) else { return false }
        slots[slot] = key | generation
        var line = home(key)
        while line != slot / 8 {
            passed[line] = UInt8(truncatingIfNeeded: self.generation)
            line = next(line)
        }
        return true
    }

    /// The first empty slot for a key; nil when it is known.
    @inline(__always)
    private func gap(for key: UInt64) -> Int? {
        let home = home(key)
        var line = home
        var gap: Int?
        repeat {
            // Without a branch a slot, which would be guessed wrongly once a look.
            var known: UInt8 = 0
            var empty: UInt8 = 0
            slots.withUnsafeBufferPointer { slots in
                for lane in 0..<8 {
                    // There are eight to a line, and `line` is one.
                    let entry = slots[line &* 8 &+ lane]
                    known |= entry ^ key <= DuplicateFilter.generationBits ? 1 : 0
                    empty |= (entry == 0 ? 1 : 0) &<< UInt8(truncatingIfNeeded: lane)
                }
            }
            if known != 0 { return nil }
            if gap == nil, empty != 0 { gap = line * 8 + empty.trailingZeroBitCount }
            if gap != nil, passed[line] == 0 { return gap }
            line = next(line)
        } while line != home
        return gap
    }

    @inline(never)
    private mutating func grow() {
        let old = slots
        let size = min(old.count * 2, mostSlots)
        slots = Array(repeating: 0, count: size)
        passed = Array(repeating: 0, count: size / 8)
        // A line may be marked for longer than need be, which costs a look at the next.
        for entry in old where entry != 0 {
            let generation = entry & DuplicateFilter.generationBits
            _ = insert(entry ^ generation, generation)
        }
    }

    /// Begins a generation, in place of the oldest if there are as many as may be.
    @inline(never)
    private mutating func turn() {
        room = generationSize
        generation = generation % DuplicateFilter.generations + 1
        guard count >= generationSize * Int(DuplicateFilter.generations) else { return }
        count -= generationSize
        let gone = generation
        slots.withUnsafeMutableBufferPointer { slots in
            for index in slots.indices {
                slots[index] = slots[index] & DuplicateFilter.generationBits == gone ? 0 : slots[index]
            }
        }
        for line in passed.indices where passed[line] == UInt8(gone) { passed[line] = 0 }
    }

    // MARK: Snapshots

    func write(to writer: inout ByteWriter) {
        writer.write(generation)
        writer.write(Int64(room))
        writer.reserve(slots.count * 8 + passed.count + 16)
        writer.write(Int64(slots.count))
        slots.withUnsafeBytes { writer.write(raw: $0) }
        writer.write(passed)
    }

    init(capacity: Int, from reader: inout ByteReader) throws(ReadError) {
        self.init(capacity: capacity)
        generation = try reader.read()
        room = Int(try reader.read() as Int64)
        let size = try reader.readCount(of: 8)
        let bytes = try reader.readRaw(size * 8)
        slots = bytes.withUnsafeBytes { bytes in
            (0..<size).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        }
        passed = try reader.readBytes()
        var counts = [Int](repeating: 0, count: Int(DuplicateFilter.generationBits) + 1)
        for entry in slots where entry != 0 { counts[Int(entry & DuplicateFilter.generationBits)] += 1 }
        count = counts.reduce(0, +)
        guard size >= DuplicateFilter.fewestSlots, size % 8 == 0, passed.count == size / 8,
            count * 4 <= size * 3, 1...DuplicateFilter.generations ~= generation, 1...generationSize ~= room,
            counts.indices.allSatisfy({
                switch UInt64($0) {
                case generation: counts[$0] == generationSize - room
                case 1...DuplicateFilter.generations:
                    counts[$0] % generationSize == 0 && counts[$0] <= generationSize
                default: counts[$0] == 0
                }
            })
        else { throw reader.damage }
    }
}
