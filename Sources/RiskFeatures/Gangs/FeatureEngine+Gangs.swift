/// Gangs: a function of what is held now, and so the same however the events came here.
extension FeatureEngine {
    /// A link is whole for so long after the account was last seen with the thing, and then fades until it is forgotten.
    private static var freshMs: Int64 { 14 * Clock.day }
    /// A thing on which the gang is less at home makes nobody else a member.
    private static var homeShare: Float { 0.25 }
    /// Ties by which an account joins a gang although it is not flagged: no single thing is enough, for anybody may be made to
    /// share one with a gang, unless its own conduct speaks against the account as well.
    private static var joinTie: Float { 1.001 }
    private static var suspectJoinTie: Float { 0.2 }

    /// An account as the search sees it.
    private struct Candidate {
        var row: UInt32
        var key: UInt64
        var firstMs: Int64
    }

    /// The gangs among the accounts held now.
    ///
    /// Takes time in proportion to the accounts and the links of those against whom something speaks.
    public func findGangs() -> GangMap {
        var map = GangMap()
        guard clockMs != .min else { return map }
        let crowds = indexCrowds()
        var flagged: [Candidate] = []
        accounts.forEachRow { row, account in
            guard account.pointee.memory.isFlagged, account.pointee.lastMs >= memoryLimitMs else { return }
            flagged.append(Candidate(row: row, key: account.pointee.key, firstMs: account.pointee.firstMs))
        }
        flagged.sort { ($0.firstMs, $0.key) < ($1.firstMs, $1.key) }

        var graph = LinkGraph()
        for candidate in flagged {
            let account = accounts.pointer(candidate.row)
            forEachLink(account, crowds) { kind, key, lastMs in
                guard kind != .rush else { return }
                graph.link(to: kind, key, strength: strength(lastMs)) { accountsOn(kind, key, crowds) }
            }
            // Whom others name is of those who name it.
            for kind in [LinkKind.inviter, .peer]
            where hubs.pointer(of: candidate.key, since: memoryLimitMs) != nil {
                graph.link(to: kind, candidate.key, strength: 1) { accountsOn(kind, candidate.key, crowds) }
            }
            graph.endAccount()
        }
        countSaturated(&graph)
        var search = GangSearch(graph)
        var gangs = search.gangs().map { $0.map { flagged[$0] } }
        let rushed = findRushes(flagged, besides: gangs, crowds)
        let firstRush = gangs.count
        gangs += rushed
        let ids = GangName.names(of: gangs.map { $0[0].key })
        adopt(into: &gangs, firstRush, crowds)
        map.gangs = gangs.indices.map { number in
            // What did not tie a gang is not told of it: many of one gang buy where there is a sale.
            describe(gangs[number], id: ids[number], crowds) { $0 != .rush || number >= firstRush }
        }
        addLinks(of: flagged, to: &map, crowds)
        return map
    }

    private func strength(_ lastMs: Int64) -> Float {
        let staleMs = clockMs - lastMs - FeatureEngine.freshMs
        return staleMs <= 0
            ? 1 : max(0, 1 - Float(staleMs) / Float(clockMs - memoryLimitMs - FeatureEngine.freshMs))
    }

    /// What an account was seen with: all of late where that is kept, else what it last named;
    /// but no fingerprint that no other flagged account has.
    private func forEachLink(
        _ account: UnsafeMutablePointer<AccountState>, _ crowds: CrowdIndex,
        _ body: (LinkKind, _ key: UInt64, _ lastMs: Int64) -> Void
    ) {
        guard account.pointee.linksRow != 0 else {
            forEachLastKey(account) { body($0, $1, account.pointee.lastMs) }
            return forEachRush(account) { body(.rush, $0, $1) }
        }
        let links = links.pointer(account.pointee.linksRow)
        for place in 0..<Int(links.pointee.count) {
            let link = links.pointee[place]
            if link.kind == .print, !crowds.isShared(print: link.key) { continue }
            body(link.kind, link.key, Int64(link.second) * 1000)
        }
        forEachRush(account) { body(.rush, $0, $1) }
    }

    /// The rushes that a flagged account's last four orders were in, each once.
    private func forEachRush(
        _ account: UnsafeMutablePointer<AccountState>, _ body: (_ key: UInt64, _ ms: Int64) -> Void
    ) {
        guard account.pointee.ordersRow != 0, account.pointee.memory.isFlagged else { return }
        var seen = InlineArray<4, UInt64>(repeating: 0)
        var count = 0
        orders.pointer(account.pointee.ordersRow).pointee.forEachRecent { merchant, second in
            let ms = Int64(second) * 1000
            let key = LinkKind.rushKey(merchant, at: ms)
            for place in 0..<count where seen[place] == key { return }
            seen[count] = key
            count += 1
            body(key, ms)
        }
    }

    /// Gangs of people who have nothing in common but that they ordered at the same merchants in the same half-days,
    /// twice at least: a chat group in which orders are paid for. Looked for among flagged accounts that nothing else
    /// ties, so that a sale at which several gangs buy makes no gang larger, and no two of them one.
    private func findRushes(_ flagged: [Candidate], besides gangs: [[Candidate]], _ crowds: CrowdIndex)
        -> [[Candidate]]
    {
        var members = KeyIndex(capacity: gangs.reduce(0) { $0 + $1.count })
        for gang in gangs { for member in gang { _ = members.number(of: member.key, next: 0) } }
        let loose = flagged.filter { members[$0.key] == nil }
        var graph = LinkGraph()
        for candidate in loose {
            forEachRush(accounts.pointer(candidate.row)) { key, ms in
                graph.link(to: .rush, key, strength: strength(ms)) { accountsOn(.rush, key, crowds) }
            }
            graph.endAccount()
        }
        var search = GangSearch(graph)
        return search.gangsOfTwo().map { $0.map { loose[$0] } }
    }

    /// Sketches cannot count beyond some hundred accounts. Where one says so, those that named the thing last are
    /// counted; what nobody names, a network address or Wi-Fi, is a crowd's and ties nothing.
    private func countSaturated(_ graph: inout LinkGraph) {
        var counts: [Int: Float] = [:]
        for (number, thing) in graph.things.enumerated() where thing.accounts > FeatureEngine.countable {
            counts[number] = thing.kind.isLastKey ? 0 : .infinity
        }
        guard !counts.isEmpty else { return }
        var parts = Array(repeating: [Int: Float](), count: FeatureEngine.parts)
        forEachPart(&parts) { part, slots in
            accounts.forEachRow(in: slots) { _, account in
                guard account.pointee.lastMs >= memoryLimitMs else { return }
                forEachLastKey(account) { kind, key in
                    if let number = graph.number(of: kind, key), counts[number] != nil {
                        part[number, default: 0] += 1
                    }
                }
            }
        }
        for part in parts { counts.merge(part, uniquingKeysWith: +) }
        for number in graph.things.indices {
            if let count = counts[number] {
                graph.setAccounts(max(count, graph.things[number].accounts), of: number)
            }
        }
    }

    private static var countable: Float { 300 }

    /// Takes in accounts that are not flagged, by what they share with a gang. What others say of an account, naming it as
    /// inviter or peer, takes nobody in; and a rush none but flagged accounts, into a gang that rushes alone tie.
    /// - Parameter firstRush: of those gangs, the first.
    private func adopt(into gangs: inout [[Candidate]], _ firstRush: Int, _ crowds: CrowdIndex) {
        var numbers = KeyIndex()
        var things: [(kind: LinkKind, key: UInt64)] = []
        var uses: [(thing: Int32, gang: Int32)] = []
        var members = KeyIndex(capacity: gangs.reduce(0) { $0 + $1.count })
        for (gang, list) in gangs.enumerated() {
            for member in list {
                _ = members.number(of: member.key, next: gang)
                forEachLink(accounts.pointer(member.row), crowds) { kind, key, _ in
                    let number = numbers.number(of: kind.thing(key), next: things.count)
                    if number == things.count { things.append((kind, key)) }
                    uses.append((Int32(number), Int32(gang)))
                }
            }
        }
        uses.sort { ($0.thing, $0.gang) < ($1.thing, $1.gang) }
        // The ties of thing t to gangs that are at home on it stand at starts[t]..<starts[t + 1].
        var starts: [Int] = []
        var ties: [(gang: Int32, tie: Float)] = []
        var next = 0
        for (number, thing) in things.enumerated() {
            starts.append(ties.count)
            let known = accountsOn(thing.kind, thing.key, crowds)
            let isCrowd = known > FeatureEngine.countable && !thing.kind.isLastKey
            while next < uses.count, uses[next].thing == number {
                let (first, gang) = (next, uses[next].gang)
                while next < uses.count, uses[next].thing == number, uses[next].gang == gang { next += 1 }
                let share = Float(next - first) / max(known, Float(next - first))
                if !isCrowd, share >= FeatureEngine.homeShare, thing.kind != .rush || gang >= firstRush {
                    ties.append((gang, thing.kind.weight * share))
                }
            }
        }
        starts.append(ties.count)
        var joining = Array(repeating: [(gang: Int, candidate: Candidate)](), count: FeatureEngine.parts)
        forEachPart(&joining) { joining, slots in
            accounts.forEachRow(in: slots) { row, account in
                guard account.pointee.lastMs >= memoryLimitMs else { return }
                var votes: [(gang: Int, tie: Float)] = []
                forEachLink(account, crowds) { kind, key, lastMs in
                    guard let number = numbers[kind.thing(key)] else { return }
                    for (gang, tie) in ties[starts[number]..<starts[number + 1]] {
                        votes.append((Int(gang), tie * strength(lastMs)))
                    }
                }
                guard !votes.isEmpty, members[account.pointee.key] == nil else { return }
                let memory = account.pointee.memory
                let isDoubtful = memory.isSuspect || memory.isFlagged
                let least = isDoubtful ? FeatureEngine.suspectJoinTie : FeatureEngine.joinTie
                guard let best = FeatureEngine.strongest(votes), best.tie >= least else { return }
                let candidate = Candidate(
                    row: row, key: account.pointee.key, firstMs: account.pointee.firstMs)
                joining.append((best.gang, candidate))
            }
        }
        for (gang, candidate) in joining.joined() { gangs[gang].append(candidate) }
        for gang in gangs.indices { gangs[gang].sort { ($0.firstMs, $0.key) < ($1.firstMs, $1.key) } }
    }

    /// The gang with the highest sum; of equals the one with the earliest member.
    private static func strongest(_ votes: [(gang: Int, tie: Float)]) -> (gang: Int, tie: Float)? {
        var best: (gang: Int, tie: Float)?
        for gang in Set(votes.map(\.gang)).sorted() {
            // In one order, because sums of floats depend on it.
            let sum = votes.filter { $0.gang == gang }.map(\.tie).sorted().reduce(0, +)
            if best == nil || sum > best!.tie { best = (gang, sum) }
        }
        return best
    }

    // MARK: What is told of a gang

    private func describe(
        _ members: [Candidate], id: String, _ crowds: CrowdIndex, by isTold: (LinkKind) -> Bool
    ) -> GangMap.Gang {
        var graph = LinkGraph()
        for member in members {
            forEachLink(accounts.pointer(member.row), crowds) { kind, key, lastMs in
                guard isTold(kind) else { return }
                graph.link(to: kind, key, strength: strength(lastMs)) { accountsOn(kind, key, crowds) }
            }
            for kind in [LinkKind.inviter, .peer]
            where hubs.pointer(of: member.key, since: memoryLimitMs) != nil {
                graph.link(to: kind, member.key, strength: 1) { accountsOn(kind, member.key, crowds) }
            }
            graph.endAccount()
        }
        let weights = GangSearch(graph).weights
        let byThing = graph.accountsByThing()
        var pairs = 0.0
        var things = [(weight: Double, things: Int)](repeating: (0, 0), count: LinkKind.allCases.count)
        var holders = [Set<Int32>](repeating: [], count: LinkKind.allCases.count)
        for (number, thing) in graph.things.enumerated() where weights[number] > 0 {
            let range = Int(byThing.starts[number])..<Int(byThing.starts[number + 1])
            let count = Double(range.count)
            pairs += Double(weights[number]) * count * (count - 1) / 2
            things[Int(thing.kind.rawValue)].weight += Double(weights[number]) * (count - 1)
            things[Int(thing.kind.rawValue)].things += 1
            holders[Int(thing.kind.rawValue)].formUnion(byThing.accounts[range])
        }
        let size = Double(members.count)
        let told = members.indices.map { index in
            let sum = graph.links(of: index).reduce(0.0) {
                $0 + Double(weights[Int(graph.linkedThings[$1])] * graph.strengths[$1])
            }
            return member(members[index], tie: sum)
        }
        let claims = members.compactMap { firstClaimMs(accounts.pointer($0.row)) }
        return GangMap.Gang(
            id: id, members: told, density: min(1, pairs / (size * (size - 1) / 2)),
            firstSeenMs: members[0].firstMs,
            lastSeenMs: members.map { accounts.pointer($0.row).pointee.lastMs }.max()!,
            claimSpanMs: claims.count == members.count ? claims.max()! - claims.min()! : nil,
            ties: LinkKind.allCases.filter { things[Int($0.rawValue)].things > 0 }.sorted {
                let (a, b) = (things[Int($0.rawValue)].weight, things[Int($1.rawValue)].weight)
                return a != b ? a > b : $0.rawValue < $1.rawValue
            }.map {
                GangMap.Tie(
                    kind: $0, things: things[Int($0.rawValue)].things,
                    accounts: holders[Int($0.rawValue)].count)
            })
    }

    private func firstClaimMs(_ account: UnsafeMutablePointer<AccountState>) -> Int64? {
        let age = account.pointee.benefits.ageAtFirstClaimSeconds
        return age.isNaN ? nil : account.pointee.firstMs + Int64(age * 1000)
    }

    private func member(_ candidate: Candidate, tie: Double) -> GangMap.Member {
        let account = accounts.pointer(candidate.row)
        let benefits = account.pointee.benefits
        let orders = orders.pointer(account.pointee.ordersRow).pointee
        return GangMap.Member(
            account: candidate.row, accountKey: candidate.key, memory: account.pointee.memory, tie: tie,
            firstMs: candidate.firstMs, couponTakenFen: benefits.discountedFen.plus(benefits.pointsFen),
            couponPendingFen: max(0, benefits.claimedFen &- benefits.passedOnFen &- benefits.discountedFen),
            orderFen: orders.paidFen.plus(orders.commissionFen))
    }

    private func addLinks(of flagged: [Candidate], to map: inout GangMap, _ crowds: CrowdIndex) {
        var rows = flagged.map(\.row)
        let known = Set(rows)
        for gang in map.gangs {
            for member in gang.members where !known.contains(member.account) { rows.append(member.account) }
        }
        // What strangers share daily is worth a row only where it ties.
        var numbers = KeyIndex()
        var shared: [Float] = []
        for row in rows {
            forEachLink(accounts.pointer(row), crowds) { kind, key, _ in
                guard kind == .print || kind == .rush else { return }
                let number = numbers.number(of: kind.thing(key), next: shared.count)
                if number == shared.count { shared.append(0) }
                shared[number] += 1
            }
        }
        func ties(_ kind: LinkKind, _ key: UInt64, of count: Float) -> Bool {
            guard kind == .print || kind == .rush else { return true }
            guard let number = numbers[kind.thing(key)], shared[number] > 1 else { return false }
            return kind.weight * shared[number] >= GangSearch.negligible * count
        }
        for row in rows {
            forEachLink(accounts.pointer(row), crowds) { kind, key, lastMs in
                let count = accountsOn(kind, key, crowds)
                guard ties(kind, key, of: count) else { return }
                guard count >= 1.5, count <= FeatureEngine.countable || kind.isLastKey else { return }
                map.links.append(
                    GangMap.Link(
                        account: row, kind: kind, thing: key, accounts: Int(count.rounded()), lastMs: lastMs))
            }
        }
    }
}

/// Short names for gangs.
enum GangName {
    /// `g-` and eight hexadecimal digits of the earliest member's key; all sixteen where two gangs would have one name.
    static func names(of keys: [UInt64]) -> [String] {
        var seen: Set<String> = []
        return keys.map { key in
            let whole = String(key, radix: 16)
            let padded = String(repeating: "0", count: 16 - whole.count) + whole
            let short = "g-" + padded.prefix(8)
            return seen.insert(short).inserted ? short : "g-" + padded
        }
    }
}
