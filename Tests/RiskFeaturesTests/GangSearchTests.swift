import Testing

@testable import RiskFeatures

/// The search alone: what is one gang, and what it costs to know.
@Suite struct GangSearchTests {
    /// Account a's links, as pairs of a kind and a number of a thing.
    private typealias Links = [(kind: LinkKind, thing: Int)]

    /// - Parameter crowd: how many accounts have a thing; nil: those of the graph that do.
    private func graph(_ accounts: [Links], crowd: (LinkKind, Int) -> Float? = { _, _ in nil }) -> LinkGraph {
        var holders: [String: Float] = [:]
        for links in accounts { for link in links { holders["\(link)", default: 0] += 1 } }
        var graph = LinkGraph()
        for links in accounts {
            for link in links {
                graph.link(to: link.kind, key("\(link.thing)"), strength: 1) {
                    crowd(link.kind, link.thing) ?? holders["\(link)"]!
                }
            }
            graph.endAccount()
        }
        return graph
    }

    private func gangs(_ graph: LinkGraph) -> [[Int]] {
        var search = GangSearch(graph)
        return search.gangs()
    }

    @Test func oneRarePurseIsEnoughAndTwoAccountsAreNot() {
        let three = [Links](repeating: [(.payer, 1)], count: 3)
        #expect(gangs(graph(three)) == [[0, 1, 2]])
        #expect(gangs(graph(Array(three[..<2]))).isEmpty)
    }

    /// A brought B, and B brought C: friends, until there are more of them or they share more than names.
    @Test func threeWhoMerelyNameEachOtherAreNoGang() {
        let friends = [Links](repeating: [(.inviter, 1)], count: 3)
        #expect(gangs(graph(friends)).isEmpty)
        #expect(gangs(graph(friends + friends[..<1])) == [[0, 1, 2, 3]])
        #expect(gangs(graph(friends.map { $0 + [(.wifi, 2)] })) == [[0, 1, 2]])
    }

    @Test func whatManyHonestUsersShareTiesLittle() {
        let flagged = [Links](repeating: [(.device, 1)], count: 5)
        #expect(gangs(graph(flagged) { _, _ in 8 }).count == 1)
        #expect(gangs(graph(flagged) { _, _ in 9 }).isEmpty)
    }

    @Test func weakTiesAddUp() {
        let both = [Links](repeating: [(.wifi, 1), (.ip, 1)], count: 4)
        #expect(gangs(graph(both) { kind, _ in kind == .wifi ? 6 : nil }) == [[0, 1, 2, 3]])
        let either: [Links] = [[(.wifi, 1)], [(.wifi, 1), (.ip, 1)], [(.ip, 1)], [(.ip, 1)]]
        #expect(gangs(graph(either) { kind, _ in kind == .wifi ? 6 : nil }).isEmpty)
    }

    /// A carrier's address with a million accounts, ten thousand of them flagged.
    @Test func aCrowdTiesNobodyAndCostsItsLinksAlone() {
        let crowd = [Links](repeating: [(.ip, 1), (.wifi, 1)], count: 10_000)
        var search = GangSearch(graph(crowd) { _, _ in 1_000_000 })
        #expect(search.gangs().isEmpty)
        #expect(search.work < 100)
    }

    @Test func aGangOfTenThousandIsOneAndWorkGrowsWithItsLinks() {
        func work(_ size: Int) -> Int {
            var random = SeededGenerator(state: 5)
            let links = (0..<size).map { _ -> Links in
                [
                    (.payer, Int.random(in: 0..<size / 300, using: &random)),
                    (.address, Int.random(in: 0..<size / 200, using: &random)),
                    (.ip, Int.random(in: 0..<size / 100, using: &random)),
                ]
            }
            var search = GangSearch(graph(links))
            #expect(search.gangs() == [Array(0..<size)])
            return search.work
        }
        let (small, large) = (work(5_000), work(10_000))
        #expect(large < 10_000 * 3 * 40)
        #expect(Double(large) < 2.5 * Double(small))
    }

    @Test func aChainOfAHundredThousandInvitationsCostsItsLinks() {
        let links = (0..<100_000).map { account -> Links in [(.inviter, account), (.inviter, account + 1)] }
        var search = GangSearch(graph(links))
        #expect(search.gangs().map(\.count) == [100_000])
        #expect(search.work < 100_000 * 2 * 20)
    }

    /// Ten gangs whose accounts somebody sends to one device and one door besides.
    @Test func gangsPutOnOneHubStayApart() {
        let links = (0..<400).map { account -> Links in
            [(.payer, account / 40), (.device, 1000 + account / 8), (.device, 1), (.address, 2)]
        }
        let found = gangs(graph(links))
        #expect(found.count == 10)
        #expect(found.allSatisfy { $0.count == 40 })
        // A gang that has nothing but its hub stays one.
        let farm = [Links](repeating: [(.device, 1)], count: 400)
        #expect(gangs(graph(farm)).map(\.count) == [400])
    }

    /// Two gangs, and a number that was one's before it was the other's, or an account that names one of the other: they stay
    /// two. Three such ties, through accounts of their own, are no mistake.
    @Test func aMistakeMakesNoTwoGangsOne() {
        func links(_ bridge: (kind: LinkKind, holders: [Int])...) -> [Links] {
            var links = (0..<20).map { account -> Links in [(.payer, account / 10)] }
            for (number, bridge) in bridge.enumerated() {
                for holder in bridge.holders { links[holder].append((bridge.kind, 100 + number)) }
            }
            return links
        }
        let two = [Array(0..<10), Array(10..<20)]
        #expect(gangs(graph(links((.phone, [0, 10])))) == two)
        #expect(gangs(graph(links((.inviter, [0, 10, 11, 12])))) == two)
        #expect(gangs(graph(links((.phone, [0, 10]), (.phone, [0, 11]), (.device, [0, 12])))) == two)
        #expect(
            gangs(graph(links((.phone, [0, 10]), (.phone, [1, 11]), (.device, [2, 12])))) == [Array(0..<20)])
        #expect(gangs(graph(links((.inviter, [0, 1, 2, 10, 11, 12])))) == [Array(0..<20)])
    }

    /// One account is of the gang to which most ties it.
    @Test func aLooseAccountMakesNoTwoGangsOne() {
        var links = (0..<20).map { account -> Links in [(.payer, account / 10)] }
        links[0].append((.phone, 100))
        links[1].append((.phone, 101))
        links[10].append((.phone, 102))
        links.append([(.phone, 100), (.phone, 101), (.phone, 102)])
        #expect(gangs(graph(links)) == [Array(0..<10) + [20], Array(10..<20)])
    }

    /// Whom a thousand accounts of many gangs name costs its links, and makes none one with another.
    @Test func oneWhomManyGangsNameCostsItsLinks() {
        let links = (0..<2000).map { account -> Links in
            [(.payer, account / 10)] + (account % 10 == 0 ? [(.inviter, 1000)] : [])
        }
        var search = GangSearch(graph(links))
        #expect(search.gangs().count == 200)
        #expect(search.work < 2000 * 2 * 15)
    }

    @Test func theOrderOfAccountsAndLinksDoesNotMatter() {
        var random = SeededGenerator(state: 11)
        let links = (0..<300).map { _ -> Links in
            LinkKind.allCases.shuffled(using: &random).prefix(4).map {
                ($0, Int.random(in: 0..<60, using: &random))
            }
        }
        let expected = Set(gangs(graph(links) { _, _ in 6 }).map { Set($0) })
        #expect(!expected.isEmpty)
        for _ in 0..<5 {
            let order = links.indices.shuffled(using: &random)
            let shuffled = order.map { links[$0].shuffled(using: &random) }
            let found = Set(gangs(graph(shuffled) { _, _ in 6 }).map { Set($0.map { order[$0] }) })
            #expect(found == expected)
        }
    }
}
