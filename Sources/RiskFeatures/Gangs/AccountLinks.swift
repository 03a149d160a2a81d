/// The things that an account was seen with, each with when it last was: kept of those against whom something speaks,
/// so that an account which changes its phone, purse or door stays tied to its gang by the ones before.
struct AccountLinks: BitwiseCopyable {
    static var capacity: Int { 24 }

    private var keys = InlineArray<24, UInt64>(repeating: 0)
    private var seconds = InlineArray<24, UInt32>(repeating: 0)
    private var kinds = InlineArray<24, UInt8>(repeating: 0)
    private(set) var count: UInt8 = 0

    /// A thing that the account was seen with.
    struct Link: BitwiseCopyable {
        var kind: LinkKind
        var key: UInt64
        /// Event time of the last sighting, seconds since 1970.
        var second: UInt32
    }

    subscript(_ place: Int) -> Link {
        Link(kind: LinkKind(rawValue: kinds[place])!, key: keys[place], second: seconds[place])
    }

    /// Notes a sighting.
    /// - Returns: false when the thing is new and there is no room for it.
    @inline(__always)
    mutating func touch(_ kind: LinkKind, _ key: UInt64, _ second: UInt32) -> Bool {
        for place in 0..<Int(count) where keys[place] == key && kinds[place] == kind.rawValue {
            seconds[place] = second
            return true
        }
        guard Int(count) < AccountLinks.capacity else { return false }
        set(Int(count), Link(kind: kind, key: key, second: second))
        count += 1
        return true
    }

    /// Puts a link in place of another.
    mutating func set(_ place: Int, _ link: Link) {
        keys[place] = link.key
        seconds[place] = link.second
        kinds[place] = link.kind.rawValue
    }

    /// The place whose link ties least: what nobody else has, then what strangers share by chance where there is much of
    /// it, then anything, the oldest of each first. So an account that takes up fresh things again and again
    /// pushes out its fresh things and not those it shares.
    /// - Parameter isShared: whether another account was seen with a link's thing.
    func weakest(_ isShared: (Link) -> Bool) -> Int {
        let casual = (0..<Int(count)).count {
            kinds[$0] >= LinkKind.wifi.rawValue && kinds[$0] <= LinkKind.ip.rawValue
        }
        func rank(_ place: Int) -> Int {
            let link = self[place]
            if !isShared(link) { return 0 }
            return casual > AccountLinks.capacity / 3 && (link.kind == .wifi || link.kind == .ip) ? 1 : 2
        }
        var best = 0
        var bestRank = rank(0)
        for place in 1..<Int(count) {
            let rank = rank(place)
            if (rank, seconds[place]) < (bestRank, seconds[best]) { (best, bestRank) = (place, rank) }
        }
        return best
    }
}
