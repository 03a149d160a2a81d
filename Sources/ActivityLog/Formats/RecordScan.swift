import CHotPath

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What stands at a pointer.
struct Capture {
    enum Kind: UInt8 {
        /// A string without escapes, and one with; the text is what stands between the quotes.
        case plain = 0
        case escaped
        case number, yes, no
        /// An object or array: never a value.
        case nested
    }

    /// As `pg_walk_members` sets it.
    private var raw: pg_capture

    @inline(__always)
    init(start: UnsafeRawPointer, count: Int, hash: UInt64 = 0, stamp: UInt64 = 0, kind: Kind = .nested) {
        raw = pg_capture(start: start, count: count, hash: hash, stamp: stamp, kind: kind.rawValue)
    }

    var start: UnsafeRawPointer {
        get { raw.start.unsafelyUnwrapped }
        set { raw.start = newValue }
    }
    var count: Int {
        get { raw.count }
        set { raw.count = newValue }
    }
    /// The hash of the text once it has been asked for; 0 before.
    var hash: UInt64 {
        get { raw.hash }
        set { raw.hash = newValue }
    }
    /// Which record it is of; others' captures do not count.
    var stamp: UInt64 {
        get { raw.stamp }
        set { raw.stamp = newValue }
    }
    var kind: Kind {
        get { Kind(rawValue: raw.kind) ?? .nested }
        set { raw.kind = newValue.rawValue }
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }
}

/// A record that an exploded line holds.
struct ExplodedItem {
    /// The text it stands in, and where.
    var base: UnsafeRawPointer
    var total: Int
    var start: Int
    var end: Int
    /// How many bytes behind the text may be loaded.
    var margin: Int
    /// What stands at the pointers in it, if that is known already: which block of captures, and their stamp; 0 if not.
    var block = 0
    var stamp: UInt64 = 0
    /// The fields that are made from what stands there.
    var askers: UInt64 = 0
    /// The keys of the maps that led to it, outermost first, as ranges in the same text; empty for elements of arrays.
    var keys = InlineArray<3, Range<Int>>(repeating: 0..<0)
}

/// Walks a record's JSON once and keeps what stands at the pointers of a tree: no value is copied and nothing allocated,
/// but for strings that hold JSON themselves, which are read where a pointer leads on into them.
struct RecordScan: ~Copyable {
    /// So many events may one line hold.
    static let maximumItems = 4096
    /// So many strings of JSON may be nested in each other.
    static let maximumInnerDepth = 4
    /// So many bytes behind the text of a string of JSON may be loaded.
    private static let innerMargin = EventDecoder.margin
    /// So long may a record be once it is unwrapped.
    static let maximumRecord = 8 << 20

    /// What to look for in a record, and in one that may be exploded: that and what lies around its items.
    private let items: PointerTree
    private let whole: PointerTree
    private let itemView: PointerTreeView
    private let wholeView: PointerTreeView
    /// The one of the two that the walk goes along.
    private var tree: PointerTreeView
    private let hash = PointerTree.hash
    private let sessionKey = RecordScan.sessionKey
    private let explodes: [ExplodePath]
    /// The captures of the line, and behind them those of its first records, a block for each.
    private let blocks: UnsafeMutablePointer<Capture>
    private let slotCount: Int
    private var blockCount = 1
    /// The block of the record at hand.
    private var captures: UnsafeMutablePointer<Capture>
    /// So many records of a line are read along with it; those behind them are checked first and read when they are asked for.
    private static let maximumBlocks = 64
    /// Of slots with stars in their pointers, the key that was taken.
    private var starKeys: [UnsafeRawBufferPointer]
    /// Slots that hold a sum over all that stands at their pointer, and by which power of ten it is scaled.
    private let sumPlaces: [Int]
    private var lastStamp: UInt64 = 0
    private var lineStamp: UInt64 = 0
    private var itemStamp: UInt64 = 0
    /// The fields that are made from what stands in the record at hand, by their places in the mapping; others have nothing.
    private(set) var askers: UInt64 = 0
    /// Strings of JSON with their escapes resolved, one behind the other.
    private var inner = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var innerCount = 0
    private var innerDepth = 0
    /// How many bytes behind the text that is being read may be loaded.
    private var margin = 0
    /// The same of the line, which holds for all text that is read from it, too.
    private var lineMargin = 0

    /// The records of an exploded line.
    private(set) var exploded: [ExplodedItem] = []
    /// Which explode path was found; −1 for none.
    private(set) var explodedBy = -1
    private var itemKeys = InlineArray<3, Range<Int>>(repeating: 0..<0)
    /// Strings into which a pointer leads and which are no JSON.
    var unreadableStrings: Int64 = 0
    /// How many members named `session_key` were met.
    var sessionKeys: Int64 = 0

    private static let sessionKey = PointerTree.hash(Array("session_key".utf8).span.bytes)

    /// - Parameter sumPlaces: by slot; −1 where nothing is added up.
    init(items: PointerTree, whole: PointerTree, explodes: [ExplodePath], sumPlaces: [Int]) {
        self.items = items
        self.whole = whole
        self.explodes = explodes
        itemView = PointerTreeView(items)
        wholeView = PointerTreeView(whole)
        tree = wholeView
        self.sumPlaces = sumPlaces
        slotCount = max(1, sumPlaces.count)
        blocks = .allocate(capacity: slotCount * (explodes.isEmpty ? 1 : 1 + RecordScan.maximumBlocks))
        blocks.initialize(repeating: Capture(start: UnsafeRawPointer(blocks), count: 0), count: slotCount)
        captures = blocks
        starKeys = Array(repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: sumPlaces.count)
        exploded.reserveCapacity(64)
    }

    deinit {
        blocks.deallocate()
        inner.deallocate()
        itemView.deallocate()
        wholeView.deallocate()
    }

    // MARK: Reading records

    /// Reads a line's text, which stays where it is while its records are mapped.
    /// - Parameter margin: how many bytes behind the text may be loaded.
    mutating func read(_ text: UnsafeRawBufferPointer, margin: Int) throws(RejectReason) {
        self.margin = margin
        lineMargin = min(margin, RecordScan.innerMargin)
        lastStamp &+= 1
        lineStamp = lastStamp
        itemStamp = lastStamp
        askers = 0
        captures = blocks
        innerCount = 0
        innerDepth = 0
        exploded.removeAll(keepingCapacity: true)
        explodedBy = -1
        let span = text.bytes
        let base = text.baseAddress.unsafelyUnwrapped
        var position = 0
        JSONScanner.skipSpace(span, &position)
        let isObject = JSONScanner.byte(span, position) == 0x7B
        let rooted = explodes.firstIndex { $0.head.isEmpty }
        if let rooted, !isObject || explodes[rooted].steps[0] == .each {
            explodedBy = rooted
            position = try collect(span, base, position, explodes[rooted], level: 0, depth: 0)
        } else if isObject {
            position = try object(span, base, position, PointerTree.record, RecordScan.noKey, depth: 1)
        } else {
            position = try JSONScanner.skipValue(span, from: position, depth: 0, margin: margin)
            JSONScanner.skipSpace(span, &position)
            throw position == span.byteCount ? .notObject : .trailingCharacters
        }
        JSONScanner.skipSpace(span, &position)
        guard position == span.byteCount else { throw .trailingCharacters }
        if explodedBy < 0, !explodes.isEmpty, rooted == nil { throw .nothingInside }
    }

    /// Reads one of the records of an exploded line; what its line holds around it stays.
    mutating func read(_ item: ExplodedItem) throws(RejectReason) {
        captures = blocks + item.block &* slotCount
        if item.block > 0 {
            itemStamp = item.stamp
            askers = item.askers
            return
        }
        lastStamp &+= 1
        itemStamp = lastStamp
        askers = 0
        let span = UnsafeRawBufferPointer(start: item.base, count: item.total).bytes
        guard JSONScanner.byte(span, item.start) == 0x7B else { throw .notObject }
        isInItem = true
        margin = item.margin
        tree = itemView
        defer {
            isInItem = false
            tree = wholeView
        }
        _ = try object(span, item.base, item.start, PointerTree.record, RecordScan.noKey, depth: 1)
    }

    private var isInItem = false

    /// Reads a record of a line that is being read, so that it need not be walked through once more.
    /// - Returns: the position behind it.
    private mutating func readAhead(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ item: inout ExplodedItem, depth: Int
    ) throws(RejectReason) -> Int {
        lastStamp &+= 1
        item.stamp = lastStamp
        item.block = exploded.count &+ 1
        let own = (stamp: itemStamp, depth: innerDepth, captures: captures, askers: askers)
        captures = blocks + item.block &* slotCount
        while item.block >= blockCount {
            (blocks + blockCount &* slotCount).initialize(
                repeating: Capture(start: UnsafeRawPointer(blocks), count: 0), count: slotCount)
            blockCount &+= 1
        }
        (itemStamp, innerDepth, isInItem, tree, askers) = (item.stamp, 0, true, itemView, 0)
        defer {
            (itemStamp, innerDepth, isInItem, tree) = (own.stamp, own.depth, false, wholeView)
            (captures, askers) = (own.captures, own.askers)
        }
        let end = try object(text, base, item.start, PointerTree.record, RecordScan.noKey, depth: depth &+ 1)
        item.askers = askers
        return end
    }

    /// What stands at the pointers in the record at hand, for a loop over many slots.
    struct View {
        fileprivate let captures: UnsafeMutablePointer<Capture>
        fileprivate let stamp: UInt64

        @inline(__always)
        func value(_ slot: Int) -> UnsafeMutablePointer<Capture>? {
            captures[slot].stamp == stamp ? captures + slot : nil
        }
    }

    var view: View { View(captures: captures, stamp: itemStamp) }

    /// What stands at a slot's pointer in the record at hand.
    @inline(__always)
    func value(_ slot: Int) -> UnsafeMutablePointer<Capture>? {
        captures[slot].stamp == itemStamp ? captures + slot : nil
    }

    /// What stands at a slot's pointer in the record around it.
    @inline(__always)
    func outerValue(_ slot: Int) -> UnsafeMutablePointer<Capture>? {
        blocks[slot].stamp == lineStamp ? blocks + slot : nil
    }

    // MARK: Walking

    /// No key with stars has led here.
    private static var noKey: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    /// Reads the object that begins at `start`.
    /// - Parameter above: the last key that was taken for one with stars.
    /// - Returns: the position behind it.
    private mutating func object(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ start: Int, _ index: Int,
        _ above: UnsafeRawBufferPointer, depth: Int
    ) throws(RejectReason) -> Int {
        guard depth <= JSONScanner.maximumDepth else { throw .tooDeep }
        let node = tree.nodes + index
        var position = start &+ 1
        JSONScanner.skipSpace(text, &position)
        if JSONScanner.byte(text, position) == 0x7D { return position &+ 1 }
        let keys = tree.knownKeys(node)
        let limit = JSONScanner.limit(text, margin: margin)
        let wanted = UnsafeMutableRawPointer(captures).assumingMemoryBound(to: pg_capture.self)
        var walk = pg_walk()
        walk.position = position
        while true {
            pg_walk_members(
                base.assumingMemoryBound(to: UInt8.self), text.byteCount, limit, keys, &walk, wanted,
                itemStamp)
            position = walk.position
            askers |= walk.askers
            if walk.stop == PG_AT_END { return position }
            if walk.stop != PG_BEHIND_VALUE {
                var child = PointerTree.nowhere
                if walk.stop == PG_AT_VALUE {
                    JSONScanner.skipSpace(text, &position)
                    if let keys { child = Int(keys[Int(walk.current)].node) }
                } else {
                    child = try key(text, base, &walk, node)
                    position = walk.position
                }
                let starred =
                    node.pointee.starCount > 0
                    ? UnsafeRawBufferPointer(start: base + walk.key, count: walk.key_end &- walk.key) : above
                position = try value(text, base, position, child, starred, depth: depth)
            }
            if JSONScanner.byte(text, position) != 0x2C {
                JSONScanner.skipSpace(text, &position)
                let next = JSONScanner.byte(text, position)
                if next == 0x7D { return position &+ 1 }
                guard next == 0x2C else { throw .notJSON }
            }
            position &+= 1
            if JSONScanner.byte(text, position) <= 0x20 { JSONScanner.skipSpace(text, &position) }
            walk.position = position
        }
    }

    /// Reads a key that was not expected, and what stands between it and its value.
    /// - Returns: the node that it leads to.
    @inline(never)
    private mutating func key(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ walk: inout pg_walk,
        _ node: UnsafeMutablePointer<PointerTree.Node>
    ) throws(RejectReason) -> Int {
        var position = walk.position
        guard JSONScanner.byte(text, position) == 0x22 else { throw .notJSON }
        let start = position &+ 1
        let key = try JSONScanner.scanText(text, from: start)
        position = key.end &+ 1
        JSONScanner.skipSpace(text, &position)
        guard JSONScanner.byte(text, position) == 0x3A else { throw .notJSON }
        position &+= 1
        JSONScanner.skipSpace(text, &position)
        walk.position = position
        (walk.key, walk.key_end) = (start, key.end)

        let written = UnsafeRawBufferPointer(start: base + start, count: key.end &- start)
        var hashed = hash(written.bytes)
        if key.hasEscapes {
            guard let resolved = resolve(text, key, margin: margin) else { return PointerTree.nowhere }
            innerCount -= resolved.count
            hashed = hash(resolved.bytes)
        }
        if hashed == sessionKey { sessionKeys &+= 1 }
        var child = tree.child(of: node, hashed)
        if child == PointerTree.nowhere, node.pointee.starCount > 0 {
            child = isInItem ? items.starred(node.pointee, written) : whole.starred(node.pointee, written)
        }
        if hashed != sessionKey, !key.hasEscapes {
            tree.learn(written, hashed, at: node, child: child, after: &walk.current)
        }
        return child
    }

    /// Reads the array that begins at `start`.
    private mutating func array(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ start: Int, _ index: Int,
        _ above: UnsafeRawBufferPointer, depth: Int
    ) throws(RejectReason) -> Int {
        guard depth <= JSONScanner.maximumDepth else { throw .tooDeep }
        let node = tree.nodes + index
        var position = start &+ 1
        JSONScanner.skipSpace(text, &position)
        if JSONScanner.byte(text, position) == 0x5D { return position &+ 1 }
        var element = 0
        while true {
            var child = PointerTree.nowhere
            if node.pointee.leadsOn {
                if element < PointerTree.elementKeys.count {
                    let key = PointerTree.elementKeys[element]
                    child = tree.child(of: node, key)
                }
                if child == PointerTree.nowhere, node.pointee.starCount > 0 {
                    child =
                        isInItem
                        ? items.starred(node.pointee, RecordScan.noKey)
                        : whole.starred(node.pointee, RecordScan.noKey)
                }
            }
            position = try value(text, base, position, child, above, depth: depth)
            element &+= 1
            JSONScanner.skipSpace(text, &position)
            let next = JSONScanner.byte(text, position)
            position &+= 1
            if next == 0x5D { return position }
            guard next == 0x2C else { throw .notJSON }
            JSONScanner.skipSpace(text, &position)
        }
    }

    /// Reads a value and keeps it where the tree asks for it.
    /// - Parameter key: the key it stands under where one with stars is asked for, or such a key above it.
    @inline(__always)
    private mutating func value(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ start: Int, _ child: Int,
        _ key: UnsafeRawBufferPointer, depth: Int
    ) throws(RejectReason) -> Int {
        askers |= tree.nodes[child].askers
        let first = JSONScanner.byte(text, start)
        if first == 0x22 {
            var end = start &+ 1
            var kind = Capture.Kind.plain
            while true {
                let plain = JSONScanner.chunk(text, end).plainCount
                end &+= plain
                if plain < 16 { break }
            }
            if JSONScanner.byte(text, end) != 0x22 {
                let string = try JSONScanner.scanText(
                    text, from: start &+ 1, margin: margin, isSkipped: child == PointerTree.nowhere)
                end = string.end
                if string.hasEscapes { kind = .escaped }
            }
            if child != PointerTree.nowhere {
                let slot = tree.nodes[child].simpleSlot
                if slot >= 0, end > start &+ 1 {
                    captures[slot] = Capture(
                        start: base + (start &+ 1), count: end &- start &- 1, hash: 0, stamp: itemStamp,
                        kind: kind)
                } else {
                    try keep(text, base, start &+ 1, end, kind, child, key, depth: depth)
                }
            }
            return end &+ 1
        }
        if first == 0x7B || first == 0x5B {
            let explode = child == PointerTree.nowhere || isInItem ? -1 : tree.nodes[child].explode
            if explode >= 0, explodedBy < 0 || explode < explodedBy {
                exploded.removeAll(keepingCapacity: true)
                explodedBy = explode
                return try collect(text, base, start, explodes[explode], level: 0, depth: depth)
            }
            let end =
                first == 0x7B
                ? try object(text, base, start, child, key, depth: depth &+ 1)
                : try array(text, base, start, child, key, depth: depth &+ 1)
            if child != PointerTree.nowhere {
                try keep(text, base, start, end, .nested, child, key, depth: depth)
            }
            return end
        }
        return try scalar(text, base, start, child, key, depth: depth)
    }

    @inline(never)
    private mutating func scalar(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ start: Int, _ child: Int,
        _ key: UnsafeRawBufferPointer, depth: Int
    ) throws(RejectReason) -> Int {
        var position = start
        var kind = Capture.Kind.number
        if let flag = JSONScanner.scanBoolean(text, &position) {
            kind = flag ? .yes : .no
        } else if JSONScanner.isNull(text, position) {
            if child != PointerTree.nowhere { drop(child) }
            return position &+ 4
        } else if JSONScanner.scanPlainInteger(text, &position) == nil {
            position = try JSONScanner.scanNumber(text, from: position).end
        }
        if child != PointerTree.nowhere {
            try keep(text, base, start, position, kind, child, key, depth: depth)
        }
        return position
    }

    // MARK: Keeping

    private mutating func keep(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ kind: Capture.Kind,
        _ child: Int, _ key: UnsafeRawBufferPointer, depth: Int
    ) throws(RejectReason) {
        let node = tree.nodes[child]
        for place in node.firstSlot..<node.firstSlot &+ node.slotCount {
            let slot = tree.slots[place]
            if sumPlaces[slot] >= 0 {
                add(base, start, end, slot)
                continue
            }
            if end == start { continue }
            if tree.slotIsStarred[slot] {
                // Of several keys that fit the smallest counts.
                if captures[slot].stamp == itemStamp, !precedes(key, starKeys[slot]) { continue }
                starKeys[slot] = key
            }
            captures[slot] = Capture(
                start: base + start, count: end &- start, hash: 0, stamp: itemStamp, kind: kind)
        }
        if kind == .plain || kind == .escaped, node.leadsOn || node.explode >= 0 {
            try readInner(text, start, end, child, key, depth: depth)
        }
    }

    /// What stood here before in the record is absent after all: of a key given twice the last counts.
    private mutating func drop(_ child: Int) {
        let node = tree.nodes[child]
        for place in node.firstSlot..<node.firstSlot &+ node.slotCount {
            let slot = tree.slots[place]
            if sumPlaces[slot] < 0 { captures[slot].stamp = 0 }
        }
    }

    private func precedes(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
        guard let a = first.baseAddress, let b = second.baseAddress else { return false }
        let order = memcmp(a, b, min(first.count, second.count))
        return order != 0 ? order < 0 : first.count < second.count
    }

    /// Adds a number to a slot's sum, which its hash holds.
    private mutating func add(_ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ slot: Int) {
        let number = UnsafeRawBufferPointer(start: base + start, count: end &- start)
        guard let value = DecimalText.scaled(number, places: sumPlaces[slot]) else { return }
        let before =
            captures[slot].stamp == itemStamp ? Int64(bitPattern: captures[slot].hash) : 0
        let (sum, overflow) = before.addingReportingOverflow(value)
        guard !overflow else { return }
        captures[slot] = Capture(
            start: base + start, count: end &- start, hash: UInt64(bitPattern: sum), stamp: itemStamp,
            kind: .number)
    }

    // MARK: Strings of JSON

    /// Reads the JSON that a string holds, where a pointer leads on into it. A string that is no JSON, or that is nested in
    /// too many others, is only a string: what clients send must not make a whole line unreadable.
    private mutating func readInner(
        _ text: borrowing RawSpan, _ start: Int, _ end: Int, _ child: Int, _ key: UnsafeRawBufferPointer,
        depth: Int
    ) throws(RejectReason) {
        var first = start
        JSONScanner.skipSpace(text, &first)
        let next = JSONScanner.byte(text, first)
        guard first < end, next == 0x7B || next == 0x5B else { return }
        let string = JSONScanner.Text(start: start, end: end, length: end &- start, hasEscapes: true)
        guard innerDepth < RecordScan.maximumInnerDepth, let resolved = resolve(text, string, margin: margin)
        else {
            unreadableStrings &+= 1
            return
        }
        let span = resolved.bytes
        guard RecordScan.isJSON(span, depth: depth) else {
            unreadableStrings &+= 1
            return
        }
        innerDepth += 1
        let outerMargin = margin
        margin = RecordScan.innerMargin
        defer {
            innerDepth -= 1
            margin = outerMargin
        }
        var position = 0
        JSONScanner.skipSpace(span, &position)
        _ = try value(
            span, resolved.baseAddress.unsafelyUnwrapped, position, child, key, isJSON: depth)
    }

    private static func isJSON(_ text: RawSpan, depth: Int) -> Bool {
        var position = 0
        JSONScanner.skipSpace(text, &position)
        guard
            var end = try? JSONScanner.skipValue(
                text, from: position, depth: depth, margin: RecordScan.innerMargin)
        else { return false }
        JSONScanner.skipSpace(text, &end)
        return end == text.byteCount
    }

    /// Not inlined, because it is called from what it calls.
    @inline(never)
    private mutating func value(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ start: Int, _ child: Int,
        _ key: UnsafeRawBufferPointer, isJSON depth: Int
    ) throws(RejectReason) -> Int {
        try value(text, base, start, child, key, depth: depth)
    }

    /// A string's text with its escapes resolved, kept until the next line; nil when there is no room.
    private mutating func resolve(
        _ text: borrowing RawSpan, _ string: JSONScanner.Text, margin: Int
    ) -> UnsafeRawBufferPointer? {
        if inner.count == 0 {
            // Pages that nothing reaches are never touched.
            inner = .allocate(
                byteCount: RecordScan.maximumRecord * RecordScan.maximumInnerDepth, alignment: 16)
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: inner[innerCount...])
        guard room.count >= string.end - string.start + RecordScan.innerMargin else { return nil }
        let count = JSONScanner.writeResolved(text, string, margin: margin, to: room)
        innerCount += count
        return UnsafeRawBufferPointer(rebasing: room[..<count])
    }

    /// A string's text with its escapes resolved, kept until the next line; nil when there is no room.
    mutating func resolve(_ capture: Capture) -> UnsafeRawBufferPointer? {
        let string = JSONScanner.Text(start: 0, end: capture.count, length: capture.count, hasEscapes: true)
        return resolve(capture.bytes.bytes, string, margin: lineMargin)
    }

    // MARK: Exploding

    /// Notes where the records of an array or map are, and checks its JSON.
    private mutating func collect(
        _ text: borrowing RawSpan, _ base: UnsafeRawPointer, _ start: Int, _ path: ExplodePath, level: Int,
        depth: Int
    ) throws(RejectReason) -> Int {
        let first = JSONScanner.byte(text, start)
        let isArray = first == 0x5B
        guard level < path.steps.count, isArray || (path.steps[level] == .each && first == 0x7B) else {
            guard exploded.count < RecordScan.maximumItems else { throw .tooManyItems }
            var item = ExplodedItem(
                base: base, total: text.byteCount, start: start, end: 0, margin: margin, keys: itemKeys)
            item.end =
                first == 0x7B && exploded.count < RecordScan.maximumBlocks
                ? try readAhead(text, base, &item, depth: depth)
                : try JSONScanner.skipValue(text, from: start, depth: depth, margin: margin)
            exploded.append(item)
            return item.end
        }
        guard depth < JSONScanner.maximumDepth else { throw .tooDeep }
        let closing: UInt8 = isArray ? 0x5D : 0x7D
        var position = start &+ 1
        JSONScanner.skipSpace(text, &position)
        itemKeys[level] = 0..<0
        if JSONScanner.byte(text, position) == closing { return position &+ 1 }
        while true {
            if !isArray {
                guard JSONScanner.byte(text, position) == 0x22 else { throw .notJSON }
                let key = try JSONScanner.scanText(text, from: position &+ 1)
                itemKeys[level] = key.start..<key.end
                position = key.end &+ 1
                JSONScanner.skipSpace(text, &position)
                guard JSONScanner.byte(text, position) == 0x3A else { throw .notJSON }
                position &+= 1
                JSONScanner.skipSpace(text, &position)
            }
            position = try collect(text, base, position, path, level: level &+ 1, depth: depth &+ 1)
            JSONScanner.skipSpace(text, &position)
            let next = JSONScanner.byte(text, position)
            position &+= 1
            if next == closing {
                itemKeys[level] = 0..<0
                return position
            }
            guard next == 0x2C else { throw .notJSON }
            JSONScanner.skipSpace(text, &position)
        }
    }
}
