/// Finds the gangs among flagged accounts: which of them share things that few others have.
///
/// A thing ties as much as its kind says, times the share of flagged accounts among all that have it (what many honest
/// users share ties little, as in FRAUDAR, Hooi et al. 2016), and two accounts are tied by the sum over what they share.
/// Accounts tied by `joint` or more are of one gang. All steps are sums and unions over sets, so that no order of
/// accounts or links changes the outcome, and each takes time in proportion to the number of links.
struct GangSearch {
    /// Ties of this weight make one gang of two accounts. No Wi-Fi or address reaches it alone unless nobody else has it.
    static var joint: Float { 0.6 }
    /// A thing that ties less is left out: a hub of strangers.
    static var negligible: Float { 0.08 }
    /// Fewer flagged accounts are no gang; so many are one if they share a thing.
    static var smallest: Int { 3 }
    /// A set larger than this that one thing alone holds together is taken for several gangs on one hub.
    private static var large: Int { 128 }
    /// On one thing only so many groups may vote: a thing that more share without anything else ties none of them.
    private static var voters: Int { 16 }
    /// On one thing each of so many cores is compared with each.
    private static var pairs: Int { 4 }

    let graph: LinkGraph
    private let byThing: (starts: [Int32], accounts: [Int32])
    /// How much each thing ties, 0…1.
    let weights: [Float]
    /// Steps over links so far; in proportion to the number of links whatever they are.
    private(set) var work = 0

    /// - Parameter graph: flagged accounts, the earliest first.
    init(_ graph: LinkGraph) {
        self.graph = graph
        byThing = graph.accountsByThing()
        let starts = byThing.starts
        weights = graph.things.indices.map { thing in
            let flagged = Float(starts[thing + 1] - starts[thing])
            guard flagged > 1 else { return 0 }
            let known = graph.things[thing]
            let weight = known.kind.weight * min(1, flagged / max(1, known.accounts))
            return weight < GangSearch.negligible ? 0 : weight
        }
    }

    private func accounts(on thing: Int) -> Range<Int> {
        Int(byThing.starts[thing])..<Int(byThing.starts[thing + 1])
    }

    @inline(__always)
    private func weight(_ link: Int) -> Float {
        weights[Int(graph.linkedThings[link])] * graph.strengths[link]
    }

    /// Gangs as lists of accounts in rising order, those with the earliest member first.
    mutating func gangs() -> [[Int]] {
        var sets = DisjointSets(graph.accountCount)
        joinByOne(&sets)
        joinByTwo(&sets)
        joinByNarrow(&sets)
        for _ in 0..<2 { joinByGroups(&sets) }
        return lists(&sets, of: Array(0..<graph.accountCount)).flatMap { split($0) }
            .filter { $0.count > GangSearch.smallest || $0.count == GangSearch.smallest && sharesAThing($0) }
            .sorted { $0[0] < $1[0] }
    }

    /// Gangs of those who share two things, no one of which is enough.
    mutating func gangsOfTwo() -> [[Int]] {
        var sets = DisjointSets(graph.accountCount)
        joinByTwo(&sets, apart: .infinity)
        return lists(&sets, of: Array(0..<graph.accountCount)).filter { $0.count >= GangSearch.smallest }
            .sorted { $0[0] < $1[0] }
    }

    /// Whether two of a set have a thing in common, and do not merely name each other or the same third: that is what
    /// friends do as well.
    private func sharesAThing(_ gang: [Int]) -> Bool {
        var seen: Set<Int32> = []
        for account in gang {
            for link in graph.links(of: account) where weight(link) > 0 {
                let thing = graph.linkedThings[link]
                let kind = graph.things[Int(thing)].kind
                if kind != .inviter, kind != .peer, !seen.insert(thing).inserted { return true }
            }
        }
        return false
    }

    private func lists(_ sets: inout DisjointSets, of accounts: [Int]) -> [[Int]] {
        var positions = KeyIndex(capacity: accounts.count)
        var lists: [[Int]] = []
        for account in accounts {
            let set = UInt64(sets.representative(account)) + 1
            let position = positions.number(of: set, next: lists.count)
            if position == lists.count { lists.append([]) }
            lists[position].append(account)
        }
        return lists
    }

    /// One thing is enough, if it is not narrow.
    private mutating func joinByOne(_ sets: inout DisjointSets) {
        var firsts = [Int32](repeating: -1, count: weights.count)
        for account in 0..<graph.accountCount {
            for link in graph.links(of: account) where weight(link) >= GangSearch.joint {
                work += 1
                let thing = Int(graph.linkedThings[link])
                if isNarrow(thing) { continue }
                if firsts[thing] < 0 { firsts[thing] = Int32(account) }
                sets.join(account, Int(firsts[thing]))
            }
        }
    }

    /// Two things, shared by the same accounts, are.
    private mutating func joinByTwo(_ sets: inout DisjointSets, apart: Float = joint) {
        var firsts = KeyIndex(capacity: graph.accountCount * 4)
        for account in 0..<graph.accountCount {
            let weak = graph.links(of: account).filter { weight($0) > 0 && weight($0) < apart }
            for (position, first) in weak.enumerated() {
                for second in weak[(position + 1)...] where weight(first) + weight(second) >= GangSearch.joint
                {
                    work += 1
                    let (a, b) = (UInt64(graph.linkedThings[first]), UInt64(graph.linkedThings[second]))
                    let pair = min(a, b) << 32 | max(a, b)
                    sets.join(account, firsts.number(of: pair &+ 1, next: account))
                }
            }
        }
    }

    /// What ties an account to a group as a whole, through different members, is. All vote on the groups as they
    /// stood before.
    private mutating func joinByGroups(_ sets: inout DisjointSets) {
        let groups = groups(&sets)
        // Of each thing, the groups that have a fair share of it.
        var shares: [[(group: Int, share: Float)]] = []
        shares.reserveCapacity(weights.count)
        for thing in weights.indices {
            guard weights[thing] > 0 else {
                shares.append([])
                continue
            }
            let onThing = accounts(on: thing).map { groups[Int(byThing.accounts[$0])] }.sorted()
            work += onThing.count
            let others = Float(onThing.count - 1)
            var counted: [(group: Int, share: Float)] = []
            var start = 0
            while start < onThing.count {
                var end = start
                while end < onThing.count, onThing[end] == onThing[start] { end += 1 }
                if (end - start) * GangSearch.voters >= onThing.count {
                    counted.append((onThing[start], (min(1, Float(end - start) / others)).squareRoot()))
                }
                start = end
            }
            shares.append(counted)
        }
        var joining: [(account: Int, group: Int)] = []
        for account in 0..<graph.accountCount {
            var votes: [(group: Int, weight: Float)] = []
            for link in graph.links(of: account) {
                for (group, share) in shares[Int(graph.linkedThings[link])] where group != groups[account] {
                    work += 1
                    votes.append((group, weight(link) * share))
                }
            }
            votes.sort { $0.group != $1.group ? $0.group < $1.group : $0.weight < $1.weight }
            var start = 0
            while start < votes.count {
                var sum: Float = 0
                let group = votes[start].group
                while start < votes.count, votes[start].group == group {
                    sum += votes[start].weight
                    start += 1
                }
                if sum >= GangSearch.joint { joining.append((account, group)) }
            }
        }
        join(&sets, byVotes: joining)
    }

    /// Joins groups for which an account's ties to a whole group vote.
    private mutating func join(_ sets: inout DisjointSets, byVotes votes: [(account: Int, group: Int)]) {
        work += votes.count
        var ties = GroupTies(groups(&sets))
        for (account, group) in votes where ties.isLoose(account) && ties.isLoose(group) {
            sets.join(account, group)
        }
        ties = GroupTies(groups(&sets))
        for (account, group) in votes { ties.tie(account, toGroupOf: group) }
        for (a, b) in ties.joined() { sets.join(a, b) }
    }

    /// What two accounts alone have, and whom accounts name, since they choose that without asking: such things join loose
    /// accounts, and cores only as `GroupTies` says.
    private mutating func joinByNarrow(_ sets: inout DisjointSets) {
        var holders = [[Int]](repeating: [], count: weights.count)
        for account in 0..<graph.accountCount {
            for link in graph.links(of: account) where weight(link) >= GangSearch.joint {
                work += 1
                let thing = Int(graph.linkedThings[link])
                if isNarrow(thing) { holders[thing].append(account) }
            }
        }
        var ties = GroupTies(groups(&sets))
        for list in holders {
            let loose = list.filter { ties.isLoose($0) }
            for account in loose.dropFirst() { sets.join(loose[0], account) }
        }
        ties = GroupTies(groups(&sets))
        for list in holders {
            guard let first = list.first,
                list.contains(where: { ties.group(of: $0) != ties.group(of: first) })
            else { continue }
            work += list.count
            var cores = lists(&sets, of: list)
            // All that is loose is one group by now.
            let loose = cores.filter { ties.isLoose($0[0]) }
            cores.removeAll { ties.isLoose($0[0]) }
            for part in loose { for core in cores { ties.tie(part, core) } }
            // Of many, only those that are firm on this thing alone, so that work stays in proportion to the links.
            if cores.count > GangSearch.pairs { cores.removeAll { $0.count < GroupTies.firm } }
            if cores.count > GangSearch.pairs {
                for core in cores.dropFirst() {
                    ties.tie(cores[0].prefix(GroupTies.firm), core.prefix(GroupTies.firm))
                }
            } else {
                for (place, core) in cores.enumerated() {
                    for other in cores[(place + 1)...] { ties.tie(core, other) }
                }
            }
        }
        for (a, b) in ties.joined() { sets.join(a, b) }
    }

    @inline(__always)
    private func isNarrow(_ thing: Int) -> Bool {
        let kind = graph.things[thing].kind
        return accounts(on: thing).count == 2 || kind == .inviter || kind == .peer
    }

    private func groups(_ sets: inout DisjointSets) -> [Int] {
        (0..<graph.accountCount).map { sets.representative($0) }
    }

    /// A large set without the few things that most of it have, if it falls into gangs then: hubs that somebody put
    /// between them. What was tied by the hubs alone stays with the largest.
    private mutating func split(_ gang: [Int]) -> [[Int]] {
        guard gang.count > GangSearch.large else { return [gang] }
        let hubs = commonest(in: gang)
        for count in hubs.indices {
            var parts = parts(of: gang, without: hubs[...count])
            let loose = parts.filter { $0.count < GangSearch.smallest }.flatMap { $0 }
            parts.removeAll { $0.count < GangSearch.smallest }
            guard let largest = parts.indices.max(by: { parts[$0].count < parts[$1].count }), parts.count > 1,
                parts[largest].count * 2 <= gang.count, loose.count * 2 <= gang.count
            else { continue }
            parts[largest] = (parts[largest] + loose).sorted()
            return parts
        }
        return [gang]
    }

    private mutating func parts(of gang: [Int], without hubs: ArraySlice<Int>) -> [[Int]] {
        var rest = LinkGraph()
        for account in gang {
            for link in graph.links(of: account) where !hubs.contains(Int(graph.linkedThings[link])) {
                let thing = graph.things[Int(graph.linkedThings[link])]
                rest.link(to: thing.kind, thing.key, strength: graph.strengths[link]) { thing.accounts }
            }
            rest.endAccount()
        }
        var search = GangSearch(rest)
        var sets = DisjointSets(rest.accountCount)
        search.joinByOne(&sets)
        search.joinByTwo(&sets)
        search.joinByNarrow(&sets)
        search.joinByGroups(&sets)
        work += search.work
        return search.lists(&sets, of: Array(gang.indices)).map { $0.map { gang[$0] } }
    }

    /// The things that most accounts of a set have, a few at most.
    private mutating func commonest(in gang: [Int]) -> [Int] {
        var numbers = KeyIndex(capacity: gang.count * 4)
        var counts: [(thing: Int, accounts: Int)] = []
        for account in gang {
            for link in graph.links(of: account) where weight(link) > 0 {
                work += 1
                let thing = Int(graph.linkedThings[link])
                let number = numbers.number(of: UInt64(thing) + 1, next: counts.count)
                if number == counts.count { counts.append((thing, 0)) }
                counts[number].accounts += 1
            }
        }
        // Of equals, by what they are and not by their numbers, which stand for the order of accounts.
        counts.sort {
            let (one, other) = (graph.things[$0.thing], graph.things[$1.thing])
            return ($1.accounts, one.kind.rawValue, one.key) < ($0.accounts, other.kind.rawValue, other.key)
        }
        return counts.prefix(4).map(\.thing)
    }
}
