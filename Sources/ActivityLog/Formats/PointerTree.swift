import CHotPath

/// Pointers compiled into a tree that is walked along with a record's JSON: each key is looked up once, by its hash.
struct PointerTree: Sendable {
    /// Where a walk stands. Node 0 leads nowhere, node 1 is the record.
    struct Node: Sendable {
        /// Its children by the hash of their keys: a power of two of places from `table` on; none where `mask` is −1.
        var table = 0
        var mask = -1
        /// Its children by keys with stars, in `stars`.
        var firstStar = 0
        var starCount = 0
        /// The slots, in `slots`, that take what stands here.
        var firstSlot = 0
        var slotCount = 0
        /// Its one slot where nothing but to take the value is to be done; −1 otherwise.
        var simpleSlot = -1
        /// Which explode path has its array or map here; −1 for none.
        var explode = -1
        /// A bit for each field, by its place in the mapping, that is made from what stands here.
        var askers: UInt64 = 0
        /// Whether keys below are asked for.
        var leadsOn: Bool { mask >= 0 || starCount > 0 }
        /// How many nodes before it lead on; −1 when it does not itself.
        var known = -1
    }

    static let nowhere = 0
    static let record = 1

    private(set) var nodes: [Node] = []
    /// Key hashes with the node of each; 0 where there is none.
    private(set) var tableKeys: [UInt64] = []
    private(set) var tableNodes: [Int] = []
    private(set) var stars: [(segment: Pointer.Segment, node: Int)] = []
    private(set) var slots: [Int] = []
    /// Whether several keys may lead to a slot, of which the smallest counts.
    private(set) var slotIsStarred: [Bool]

    /// How keys are hashed, whatever the run's own hash.
    static let hash = IdentifierHash()

    /// The hashes of "0" to "15", by which elements of arrays are looked up.
    static let elementKeys: [UInt64] = (0..<16).map { hash(Array(String($0).utf8).span.bytes) }

    private final class Branch {
        var children: [(segment: Pointer.Segment, branch: Branch)] = []
        var slots: [Int] = []
        var explode = -1

        func child(_ segment: Pointer.Segment) -> Branch {
            if let known = children.first(where: { $0.segment == segment }) { return known.branch }
            let branch = Branch()
            children.append((segment, branch))
            return branch
        }

        /// Takes up all that another branch asks for.
        func graft(_ other: Branch) {
            for slot in other.slots where !slots.contains(slot) { slots.append(slot) }
            for (segment, branch) in other.children { child(segment).graft(branch) }
        }

        /// What a key with stars asks for holds for the plain keys beside it that fit, too.
        func spread() {
            for star in children where !star.segment.isPlain {
                for plain in children where plain.segment.isPlain {
                    let fits = plain.segment.parts[0].withUnsafeBytes { star.segment.matches($0) }
                    if fits { plain.branch.graft(star.branch) }
                }
            }
            for (_, branch) in children { branch.spread() }
        }
    }

    /// - Parameters:
    ///   - pointers: each with the slot that takes its value.
    ///   - explodes: the heads of the explode paths, in order of preference.
    ///   - slotCount: how many slots there are in all.
    ///   - sums: whether a slot adds up what stands at its pointer; by slot, or empty for none.
    ///   - askers: the fields that are made from a slot, as in a node; by slot, or empty for none.
    init(
        _ pointers: [(Pointer, slot: Int)], explodes: [[Pointer.Segment]] = [], slotCount: Int,
        sums: [Bool] = [], askers: [UInt64] = []
    ) {
        let root = Branch()
        slotIsStarred = [Bool](repeating: false, count: slotCount)
        for (pointer, slot) in pointers {
            var branch = root
            for segment in pointer.segments { branch = branch.child(segment) }
            branch.slots.append(slot)
            if pointer.segments.contains(where: { !$0.isPlain }) { slotIsStarred[slot] = true }
        }
        for (index, head) in explodes.enumerated() where !head.isEmpty {
            var branch = root
            for segment in head { branch = branch.child(segment) }
            if branch.explode < 0 { branch.explode = index }
        }
        root.spread()
        nodes = [Node()]
        add(root)
        var leading = 0
        for index in nodes.indices where nodes[index].leadsOn {
            nodes[index].known = leading
            leading += 1
        }
        for index in nodes.indices where !askers.isEmpty {
            for place in nodes[index].firstSlot..<nodes[index].firstSlot + nodes[index].slotCount {
                nodes[index].askers |= askers[slots[place]]
            }
        }
        for index in nodes.indices where nodes[index].slotCount == 1 {
            let slot = slots[nodes[index].firstSlot]
            let isSum = !sums.isEmpty && sums[slot]
            guard !isSum, !slotIsStarred[slot], !nodes[index].leadsOn, nodes[index].explode < 0 else {
                continue
            }
            nodes[index].simpleSlot = slot
        }
    }

    @discardableResult
    private mutating func add(_ branch: Branch) -> Int {
        let index = nodes.count
        nodes.append(Node())
        var node = Node()
        node.firstSlot = slots.count
        node.slotCount = branch.slots.count
        node.explode = branch.explode
        slots += branch.slots
        let plain = branch.children.filter(\.segment.isPlain)
        let starred = branch.children.filter { !$0.segment.isPlain }
        if !plain.isEmpty {
            var size = 2
            while size < plain.count * 2 { size *= 2 }
            node.table = tableKeys.count
            node.mask = size - 1
            tableKeys += [UInt64](repeating: 0, count: size)
            tableNodes += [Int](repeating: PointerTree.nowhere, count: size)
            for (segment, child) in plain {
                let text = segment.parts[0]
                let key = PointerTree.hash(text.span.bytes)
                var place = Int(truncatingIfNeeded: key) & node.mask
                while tableKeys[node.table + place] != 0 { place = (place + 1) & node.mask }
                tableKeys[node.table + place] = key
                tableNodes[node.table + place] = add(child)
            }
        }
        let children = starred.map { (segment: $0.segment, node: add($0.branch)) }
        node.firstStar = stars.count
        node.starCount = children.count
        stars += children
        nodes[index] = node
        return index
    }

    /// The node that a key with stars leads to, by the key's text.
    func starred(_ node: Node, _ key: UnsafeRawBufferPointer) -> Int {
        for index in node.firstStar..<node.firstStar + node.starCount where stars[index].segment.matches(key)
        {
            return stars[index].node
        }
        return PointerTree.nowhere
    }
}

/// A pointer tree's tables in memory that is read without further ado: a walk asks them for each key.
struct PointerTreeView {
    let nodes: UnsafeMutablePointer<PointerTree.Node>
    private let tableKeys: UnsafeMutablePointer<UInt64>
    private let tableNodes: UnsafeMutablePointer<Int>
    let slots: UnsafeMutablePointer<Int>
    /// Whether several keys may lead to a slot, of which the smallest counts.
    let slotIsStarred: UnsafeMutablePointer<Bool>
    /// By node, of those that lead on, the keys that were met in its objects: logs mostly repeat their keys in one order.
    private let known: UnsafeMutablePointer<pg_known_key>
    /// The hashes of these keys, and by node how many there are, the first place included.
    private let knownHashes: UnsafeMutablePointer<UInt64>
    private let knownCounts: UnsafeMutablePointer<Int>
    private static let knownCount = Int(PG_KNOWN_KEYS)

    init(_ tree: PointerTree) {
        func copied<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
            let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
            memory.initialize(from: elements, count: elements.count)
            return memory
        }
        nodes = copied(tree.nodes)
        tableKeys = copied(tree.tableKeys)
        tableNodes = copied(tree.tableNodes)
        slots = copied(tree.slots)
        slotIsStarred = copied(tree.slotIsStarred)
        let places = (tree.nodes.filter { $0.known >= 0 }.count) * PointerTreeView.knownCount
        known = .allocate(capacity: max(1, places))
        known.initialize(repeating: pg_known_key(), count: places)
        for first in stride(from: 0, to: places, by: PointerTreeView.knownCount) {
            // A key that none can be: it begins with a zero.
            known[first].mask = 1
        }
        knownHashes = copied([UInt64](repeating: 0, count: places))
        knownCounts = copied([Int](repeating: 1, count: tree.nodes.count))
    }

    func deallocate() {
        nodes.deallocate()
        tableKeys.deallocate()
        tableNodes.deallocate()
        slots.deallocate()
        slotIsStarred.deallocate()
        known.deallocate()
        knownHashes.deallocate()
        knownCounts.deallocate()
    }

    /// The keys that were met in objects at a node; nil where no pointer leads on.
    @inline(__always)
    func knownKeys(_ node: UnsafeMutablePointer<PointerTree.Node>) -> UnsafeMutablePointer<pg_known_key>? {
        node.pointee.known >= 0 ? known + node.pointee.known &* PointerTreeView.knownCount : nil
    }

    /// Takes up a key that was met behind another, so that it is expected there.
    /// - Parameters:
    ///   - key: its text, at most 32 bytes without escapes.
    ///   - current: the place of the key before it, which becomes that of this one if there is room for it.
    @inline(never)
    func learn(
        _ key: UnsafeRawBufferPointer, _ hash: UInt64, at node: UnsafeMutablePointer<PointerTree.Node>,
        child: Int, after current: inout UInt32
    ) {
        guard let keys = knownKeys(node), key.count <= 32 else { return }
        let hashes = knownHashes + node.pointee.known &* PointerTreeView.knownCount
        let count = knownCounts + (node - nodes)
        var place = 1
        while place < count.pointee && hashes[place] != hash { place &+= 1 }
        if place == count.pointee {
            guard place < PointerTreeView.knownCount else { return }
            count.pointee &+= 1
            hashes[place] = hash
            withUnsafeMutableBytes(of: &keys[place].text) { $0.copyMemory(from: key) }
            keys[place].mask = UInt32(truncatingIfNeeded: (1 as UInt64) << UInt64(key.count) &- 1)
            keys[place].length = UInt32(key.count)
            keys[place].node = Int32(child)
            keys[place].askers = nodes[child].askers
            let slot = nodes[child].simpleSlot
            keys[place].slot =
                child == PointerTree.nowhere ? PG_PASSED_OVER : slot >= 0 ? Int32(slot) : PG_TO_CALLER
        }
        // A key that was expected can come here for its spelling, which is no reason to forget another.
        let before = keys + Int(current)
        let next = before.pointee.next
        if next.0 != place, next.1 != place { before.pointee.next = (UInt8(place), next.0) }
        current = UInt32(place)
    }

    /// The node that a key leads to.
    @inline(__always)
    func child(of node: UnsafeMutablePointer<PointerTree.Node>, _ key: UInt64) -> Int {
        let mask = node.pointee.mask
        guard mask >= 0 else { return PointerTree.nowhere }
        let table = node.pointee.table
        var place = Int(truncatingIfNeeded: key) & mask
        while true {
            let found = tableKeys[table &+ place]
            if found == key { return tableNodes[table &+ place] }
            if found == 0 { return PointerTree.nowhere }
            place = (place &+ 1) & mask
        }
    }
}
