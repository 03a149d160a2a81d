import CHotPath
import Glibc

/// The distinct things lately seen with a key, each with the minute it was last seen: eight inline, and when more
/// than eight are live, 128 time-stamped places of a linear-counting sketch (Whang, Vander-Zanden and Taylor 1990).
///
/// Exact up to eight (but for one chance in 65,536 a pair), about 7 % at forty; above some 600 it saturates. Any
/// window up to `span` can be asked for, since it is the last sighting that is kept.
struct RecentSet: BitwiseCopyable {
    private var prints = InlineArray<8, UInt16>(repeating: 0)
    private var stamps = InlineArray<8, UInt16>(repeating: 0)
    /// Index of the sketch plus one; 0 while eight places suffice.
    private(set) var sketch: UInt32 = 0

    /// What is older is forgotten; minutes.
    static var span: Int { 31 * 24 * 60 }
    static var hour: UInt16 { 60 }
    static var day: UInt16 { 24 * 60 }
    static var week: UInt16 { 7 * 24 * 60 }
    static var month: UInt16 { 30 * 24 * 60 }

    /// The sixteen bits of a key by which it is known here.
    @inline(__always)
    static func fingerprint(_ key: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: key &>> 17) }

    /// Sixteen bytes are sixteen bytes: handed to C in two registers.
    @inline(__always)
    private func lanes(_ places: InlineArray<8, UInt16>) -> pg_eight {
        unsafeBitCast(places, to: pg_eight.self)
    }

    /// - Returns: whether the thing had not been seen (or, in a sketch, no other in its place).
    @inline(__always) @discardableResult
    mutating func insert(_ key: UInt64, at stamp: UInt16, _ sketches: inout SketchPool) -> Bool {
        let print = RecentSet.fingerprint(key)
        if sketch != 0 { return sketches.touch(sketch, print, stamp) }
        if pg_recent_contains(lanes(prints), lanes(stamps), print) != 0 {
            let touched = pg_recent_touched(lanes(prints), lanes(stamps), print, stamp)
            stamps = unsafeBitCast(touched, to: InlineArray<8, UInt16>.self)
            return false
        }
        insertNew(print, stamp, &sketches)
        return true
    }

    @inline(never)
    private mutating func insertNew(_ print: UInt16, _ stamp: UInt16, _ sketches: inout SketchPool) {
        for place in 0..<8 where stamps[place] == 0 {
            prints[place] = print
            stamps[place] = stamp
            return
        }
        sketch = sketches.allocate()
        for place in 0..<8 { sketches.touch(sketch, prints[place], stamps[place]) }
        sketches.touch(sketch, print, stamp)
    }

    /// Clears what is older than `span`, `gap` minutes after `last`. Ages are taken at `last`, because a stamp is
    /// ambiguous after 45 days; due at least once a week of touches.
    @inline(never)
    mutating func sweep(last: UInt16, gap: Int, _ sketches: inout SketchPool) {
        if sketch != 0 {
            sketches.sweep(sketch, last: last, gap: gap)
        } else {
            for place in 0..<8 where Int(last &- stamps[place]) + gap > RecentSet.span { stamps[place] = 0 }
        }
    }

    /// How many distinct things were seen within `minutes` before `stamp`.
    @inline(__always)
    func count(within minutes: UInt16, at stamp: UInt16, _ sketches: borrowing SketchPool) -> Float {
        if sketch != 0 { return sketches.count(sketch, within: minutes, at: stamp) }
        return Float(pg_recent_count(lanes(stamps), stamp, minutes))
    }

    /// The same for two windows at once.
    @inline(__always)
    func counts(
        within first: UInt16, and second: UInt16, at stamp: UInt16, _ sketches: borrowing SketchPool
    ) -> (Float, Float) {
        if sketch != 0 { return sketches.counts(sketch, within: first, and: second, at: stamp) }
        return (
            Float(pg_recent_count(lanes(stamps), stamp, first)),
            Float(pg_recent_count(lanes(stamps), stamp, second))
        )
    }

    /// How many distinct things other than `key`, which may or may not be among them.
    @inline(__always)
    func others(than key: UInt64, within minutes: UInt16, at stamp: UInt16, _ sketches: borrowing SketchPool)
        -> Float
    {
        let all = count(within: minutes, at: stamp, sketches)
        return contains(key) == false ? all : max(0, all - 1)
    }

    /// Whether a thing was seen; nil when only a sketch is left, which cannot tell.
    @inline(__always)
    func contains(_ key: UInt64) -> Bool? {
        guard sketch == 0 else { return nil }
        return pg_recent_contains(lanes(prints), lanes(stamps), RecentSet.fingerprint(key)) != 0
    }

    /// Asks for what `insert` of a key, and counting if `isCounted`, will touch beyond the set itself.
    @inline(__always)
    func prefetchSketch(_ key: UInt64, isCounted: Bool, _ sketches: borrowing SketchPool) {
        if isCounted {
            sketches.prefetch(sketch)
        } else {
            sketches.prefetch(sketch, RecentSet.fingerprint(key))
        }
    }

    /// Gives its sketch back before the row goes.
    mutating func release(_ sketches: inout SketchPool) {
        if sketch != 0 { sketches.free(sketch) }
        self = RecentSet()
    }
}

/// The minute at which each of its 128 (`PG_SKETCH`) places was last touched; 0 is never.
private struct Sketch: BitwiseCopyable {
    var stamps = InlineArray<128, UInt16>(repeating: 0)
}

/// The time-stamped sketches of all recent sets that outgrew their eight places: 256 bytes each.
struct SketchPool: ~Copyable {
    private static var places: Int { Int(PG_SKETCH) }
    private var rows = RowPool<Sketch>()
    /// The estimate by number of empty places: a whole number, as people count.
    private let estimates: UnsafeMutablePointer<Float>

    init() {
        let m = Float(SketchPool.places)
        estimates = .allocate(capacity: SketchPool.places + 1)
        for empty in 0...SketchPool.places {
            estimates[empty] = (m * logf(m / Float(max(empty, 1)))).rounded()
        }
    }

    deinit { estimates.deallocate() }

    var liveCount: Int { rows.liveCount }

    /// - Returns: an index of an empty sketch; never 0, which is none.
    mutating func allocate() -> UInt32 {
        let row = rows.allocate()
        rows.pointer(row).initialize(to: Sketch())
        return row + 1
    }

    mutating func free(_ index: UInt32) { rows.free(index - 1) }

    @inline(__always)
    private func start(_ index: UInt32) -> UnsafeMutablePointer<UInt16> {
        UnsafeMutableRawPointer(rows.pointer(index &- 1)).assumingMemoryBound(to: UInt16.self)
    }

    /// Asks for the cache lines of a sketch; 0 is none.
    @inline(__always)
    func prefetch(_ index: UInt32) {
        if index != 0 { rows.prefetch(index &- 1) }
    }

    /// Asks for the cache line in which a sketch keeps `print`; 0 is none.
    @inline(__always)
    func prefetch(_ index: UInt32, _ print: UInt16) {
        if index != 0 { pg_prefetch(start(index) + Int(print) % SketchPool.places) }
    }

    /// - Returns: whether the place was empty.
    @inline(__always) @discardableResult
    mutating func touch(_ index: UInt32, _ print: UInt16, _ stamp: UInt16) -> Bool {
        let place = start(index) + Int(print) % SketchPool.places
        let wasEmpty = place.pointee == 0
        place.pointee = stamp
        return wasEmpty
    }

    mutating func sweep(_ index: UInt32, last: UInt16, gap: Int) {
        let places = start(index)
        for place in 0..<SketchPool.places where Int(last &- places[place]) + gap > RecentSet.span {
            places[place] = 0
        }
    }

    func count(_ index: UInt32, within minutes: UInt16, at stamp: UInt16) -> Float {
        estimate(pg_sketch_count(start(index), stamp, minutes))
    }

    func counts(
        _ index: UInt32, within first: UInt16, and second: UInt16, at stamp: UInt16
    ) -> (Float, Float) {
        let live = pg_sketch_counts(start(index), stamp, first, second)
        return (estimate(live.first), estimate(live.second))
    }

    @inline(__always)
    private func estimate(_ live: UInt32) -> Float { estimates[SketchPool.places &- Int(live)] }

    func write(to writer: inout StateWriter) { rows.write(to: &writer) }

    /// Replaces all that a new pool holds.
    mutating func read(from reader: inout StateReader) throws(StateError) { try rows.read(from: &reader) }
}
