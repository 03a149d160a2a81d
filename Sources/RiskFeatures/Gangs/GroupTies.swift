/// What ties groups of accounts to each other, and which of them it makes one.
///
/// A group of several accounts is a core, which a mistake, a number given to somebody else, or one account that deals with two
/// gangs must not make one with another: that takes some accounts, as the densest part of a graph is peeled from a
/// larger loose one (FRAUDAR, Hooi et al. 2016). What is no core is loose and goes where most of it is tied.
struct GroupTies {
    /// A group of so many is a core.
    private static var core: Int { 6 }
    /// So many accounts of each make two cores one.
    static var firm: Int { 3 }

    private let groups: [Int]
    private let sizes: [Int]
    private var ends: [Pair: Ends] = [:]

    /// Two groups, the smaller number first.
    private struct Pair: Hashable {
        var first: Int
        var second: Int
    }

    /// The tied accounts of each.
    private struct Ends {
        var first: Set<Int> = []
        var second: Set<Int> = []
    }

    /// - Parameter groups: each account's.
    init(_ groups: [Int]) {
        self.groups = groups
        var sizes = [Int](repeating: 0, count: groups.count)
        for group in groups { sizes[group] += 1 }
        self.sizes = sizes
    }

    func group(of account: Int) -> Int { groups[account] }

    func isLoose(_ account: Int) -> Bool { sizes[groups[account]] < GroupTies.core }

    /// Ties accounts of one group to those of another.
    mutating func tie(_ some: some Collection<Int>, _ others: some Collection<Int>) {
        guard let one = some.first, let other = others.first, groups[one] != groups[other] else { return }
        if groups[one] < groups[other] {
            let pair = Pair(first: groups[one], second: groups[other])
            ends[pair, default: Ends()].first.formUnion(some)
            ends[pair]!.second.formUnion(others)
        } else {
            tie(others, some)
        }
    }

    /// Ties an account to the whole group of another.
    mutating func tie(_ account: Int, toGroupOf other: Int) {
        let (group, whole) = (groups[account], groups[other])
        guard group != whole else { return }
        if group < whole {
            ends[Pair(first: group, second: whole), default: Ends()].first.insert(account)
        } else {
            ends[Pair(first: whole, second: group), default: Ends()].second.insert(account)
        }
    }

    /// The groups that are one. Of a loose group tied alike to two cores, nothing is said.
    func joined() -> [(Int, Int)] {
        var joined: [(Int, Int)] = []
        var strongest: [Int: (accounts: Int, core: Int, isEven: Bool)] = [:]
        for (pair, ends) in ends {
            let areCores = (sizes[pair.first] >= GroupTies.core, sizes[pair.second] >= GroupTies.core)
            if areCores == (true, true) {
                if min(ends.first.count, ends.second.count) >= GroupTies.firm {
                    joined.append((pair.first, pair.second))
                }
                continue
            }
            let (loose, core) = areCores.1 ? (pair.first, pair.second) : (pair.second, pair.first)
            let count = max(ends.first.count, ends.second.count)
            if let known = strongest[loose], count <= known.accounts {
                if count == known.accounts { strongest[loose]!.isEven = true }
            } else {
                strongest[loose] = (count, core, false)
            }
        }
        for (loose, found) in strongest where !found.isEven { joined.append((loose, found.core)) }
        return joined
    }
}
