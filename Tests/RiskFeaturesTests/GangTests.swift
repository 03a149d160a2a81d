import Testing

@testable import ActivityLog
@testable import RiskFeatures

/// Gangs as an engine finds them in what it remembers.
@Suite struct GangTests {
    /// Runs events; flags and suspects these accounts at their first costly event.
    private func watched(_ batch: EventBatch, flagged: Set<String>, suspects: Set<String> = [])
        -> FeatureEngine
    {
        var engine = FeatureEngine()
        observe(&engine, batch, flagged, suspects)
        return engine
    }

    private func observe(
        _ engine: inout FeatureEngine, _ batch: EventBatch, _ flagged: Set<String>,
        _ suspects: Set<String> = []
    ) {
        let flagged = Set(flagged.map(key))
        let suspects = Set(suspects.map(key))
        engine.observe(batch) { moment, _, memory in
            if flagged.contains(moment.accountKey) { memory.isFlagged = true }
            if flagged.contains(moment.accountKey) || suspects.contains(moment.accountKey) {
                memory.isSuspect = true
            }
        }
    }

    /// Members of each gang, in order.
    private func members(_ engine: borrowing FeatureEngine) -> [[String]] {
        var found: [[String]] = []
        for gang in engine.findGangs().gangs {
            var names: [String] = []
            for member in gang.members { names.append(engine.accountID(member.account)) }
            found.append(names.sorted())
        }
        return found
    }

    /// `count` accounts that claim by one purse and go to one of a few doors.
    private func crew(_ name: String, _ count: Int, in story: inout Story, from ms: Int64 = 0) -> Set<String>
    {
        let names = (0..<count).map { "\(name) \($0)" }
        for (index, account) in names.enumerated() {
            let at = ms + Int64(index) * 10_000
            story.add(account, .couponClaim, at: at) {
                $0.discountFen = 500
                $0.present |= 1 << UInt64(EventField.discountFen.rawValue)
            }
            story.add(account, .orderPay, at: at + 1000) {
                $0.payerKey = key("\(name) purse")
                $0.addressKey = key("\(name) door \(index % 3)")
                $0.discountFen = 300
            }
        }
        return Set(names)
    }

    @Test func aGangIsToldInNumbers() {
        var story = Story()
        let crew = crew("crew", 6, in: &story)
        let engine = watched(story.batch, flagged: crew)
        let map = engine.findGangs()
        #expect(map.gangs.count == 1)
        let gang = map.gangs[0]
        #expect(gang.members.count == 6)
        #expect(engine.accountID(gang.members[0].account) == "crew 0")
        #expect(gang.id == GangName.names(of: [key("crew 0")])[0])
        #expect(gang.ties.map(\.kind) == [.payer, .address])
        #expect(gang.ties[0] == .init(kind: .payer, things: 1, accounts: 6))
        #expect(gang.ties[1] == .init(kind: .address, things: 3, accounts: 6))
        #expect(gang.claimSpanMs == 50_000)
        #expect(gang.density > 0.9)
        #expect(gang.members[0].couponTakenFen == 300)
        #expect(gang.members[0].couponPendingFen == 200)
        #expect(map.links.count == 12)
        #expect(map.links.allSatisfy { $0.accounts >= 2 })
    }

    /// A coupon that was passed on is held by one.
    @Test func aCouponPassedOnIsPendingOnce() {
        var story = Story()
        let names = crew("a", 6, in: &story)
        for name in names where name != "a 0" {
            story.add(name, .couponTransfer, at: 90_000) { $0.peerKey = key("a 0") }
            story.add("a 0", .couponAccept, at: 91_000) {
                $0.peerKey = key(name)
                $0.discountFen = 500
                $0.present |= 1 << UInt64(EventField.discountFen.rawValue)
            }
        }
        let engine = watched(story.batch, flagged: names)
        let gang = engine.findGangs().gangs[0]
        // Six coupons of 500, all with one account, which took 300 off an order.
        #expect(gang.members.reduce(0) { $0 + $1.couponPendingFen } == 6 * 500 - 300)
    }

    @Test func whoSharesTwoThingsWithAGangIsOfItAndWhoSharesOneIsNot() {
        var story = Story()
        let crew = crew("crew", 12, in: &story)
        story.add("neighbour", .orderPay, at: 500_000) { $0.addressKey = key("crew door 0") }
        story.add("lodger", .orderPay, at: 500_000) {
            $0.addressKey = key("crew door 1")
            $0.payerKey = key("crew purse")
        }
        #expect(members(watched(story.batch, flagged: crew)) == [(crew.union(["lodger"])).sorted()])
        // Against whom something speaks already, one is enough.
        let suspected = watched(story.batch, flagged: crew, suspects: ["neighbour"])
        #expect(members(suspected) == [(crew.union(["lodger", "neighbour"])).sorted()])
    }

    /// Of those on the network address of a gang's den, who is suspect anyhow is of it, and no passer-by.
    @Test func aDenMakesMembersOfSuspectsOnly() {
        var story = Story()
        let crew = crew("crew", 12, in: &story)
        for (index, account) in (crew.sorted() + ["suspect", "passer-by"]).enumerated() {
            story.add(account, .couponClaim, at: 500_000 + Int64(index) * 1000) {
                $0.ipKey = key("den")
                $0.networkKey = key("den's network")
            }
        }
        let engine = watched(story.batch, flagged: crew, suspects: ["suspect"])
        #expect(members(engine) == [(crew.union(["suspect"])).sorted()])
    }

    /// A gang that names an honest account as inviter and as receiver, from all its accounts, does not make it a member.
    @Test func whomAGangNamesIsNoMember() {
        var story = Story()
        story.add("honest", .orderPay, at: 0) { $0.payerKey = key("own purse") }
        let crew = crew("crew", 10, in: &story, from: 1000)
        for (index, account) in crew.sorted().enumerated() {
            story.add(account, .couponTransfer, at: 200_000 + Int64(index)) { $0.peerKey = key("honest") }
            story.add(account, .couponClaim, at: 300_000 + Int64(index)) { $0.inviterKey = key("honest") }
        }
        #expect(members(watched(story.batch, flagged: crew)) == [crew.sorted()])
    }

    /// What a gang writes into its events can tie honest people to it by one thing only, which is not enough.
    @Test func aPoisonedAddressTakesNobodyIn() {
        var story = Story()
        let family = ["mother", "father", "child"]
        for (index, account) in family.enumerated() {
            story.add(account, .orderPay, at: Int64(index)) {
                $0.addressKey = key("home")
                $0.payerKey = key("family purse")
            }
        }
        let crew = crew("crew", 30, in: &story, from: 1000)
        for (index, account) in crew.sorted().enumerated() {
            story.add(account, .orderPay, at: 900_000 + Int64(index)) { $0.addressKey = key("home") }
        }
        #expect(members(watched(story.batch, flagged: crew)) == [crew.sorted()])
    }

    /// An account that takes up fresh phones and doors at every visit loses those, and not what ties it.
    @Test func rotatingFreshThingsDoesNotSplitAGang() {
        var story = Story()
        let crew = crew("crew", 5, in: &story)
        for visit in 0..<60 {
            for account in crew.sorted() {
                story.add(account, .couponClaim, at: 1_000_000 + Int64(visit) * 60_000) {
                    $0.deviceKey = key("\(account) phone \(visit)")
                    $0.addressKey = key("\(account) door \(visit)")
                    $0.payerKey = key("\(account) purse \(visit)")
                }
            }
        }
        #expect(members(watched(story.batch, flagged: crew)) == [crew.sorted()])
    }

    /// Orders of the same people at the same merchants in the same hours, `rounds` times.
    private func chatGroup(
        _ names: [String], rounds: Int, in story: inout Story, from ms: Int64 = 0,
        every: Int64 = 2 * Clock.day
    ) {
        for round in 0..<rounds {
            for (index, account) in names.enumerated() {
                story.add(account, .orderSubmit, at: ms + Int64(round) * every + Int64(index) * Clock.minute)
                {
                    $0.merchantKey = key("shop \(round)")
                    $0.payerKey = key("\(account)'s purse")
                    $0.addressKey = key("\(account)'s door")
                }
            }
        }
        story.batch.events.sort { ($0.ts, $0.accountKey) < ($1.ts, $1.accountKey) }
    }

    /// People with phones, purses and doors of their own, who order where they are told, when they are told.
    @Test func aChatGroupIsTiedByTwoRushesAndNotByOne() {
        let group = (0..<8).map { "hand \($0)" }
        var once = Story()
        chatGroup(group, rounds: 1, in: &once)
        #expect(members(watched(once.batch, flagged: Set(group))).isEmpty)
        var twice = Story()
        chatGroup(group, rounds: 2, in: &twice)
        let engine = watched(twice.batch, flagged: Set(group))
        #expect(members(engine) == [group.sorted()])
        #expect(engine.findGangs().gangs[0].ties == [.init(kind: .rush, things: 2, accounts: 8)])
        // On other days at the same shops, they are customers.
        var apart = Story()
        for (index, account) in group.enumerated() {
            chatGroup([account], rounds: 2, in: &apart, from: Int64(index) * Clock.day, every: 10 * Clock.day)
        }
        #expect(members(watched(apart.batch, flagged: Set(group))).isEmpty)
    }

    /// A member who did one task only is of the group, if it is flagged; who merely shops there then is not, even if suspect.
    @Test func aRushTakesInFlaggedAccountsOnly() {
        var story = Story()
        let group = (0..<8).map { "hand \($0)" }
        chatGroup(group, rounds: 3, in: &story)
        chatGroup(["helper", "shopper", "suspect"], rounds: 1, in: &story)
        let engine = watched(story.batch, flagged: Set(group + ["helper"]), suspects: ["suspect"])
        #expect(members(engine) == [(group + ["helper"]).sorted()])
    }

    /// A sale: flagged accounts buy at two shops in the same hours, and so do many others.
    @Test func aSaleTiesNobody() {
        var story = Story()
        let flagged = (0..<8).map { "hunter \($0)" }
        chatGroup(flagged + (0..<40).map { "customer \($0)" }, rounds: 3, in: &story)
        #expect(members(watched(story.batch, flagged: Set(flagged))).isEmpty)
    }

    /// Somebody sends the accounts of two gangs, and a stranger who is flagged, to the same shops at the same hours: the
    /// gangs stay two, since what rushes tie is only looked for among those whom nothing else does.
    @Test func rushesMergeNoGangs() {
        var story = Story()
        let first = crew("first", 7, in: &story)
        let second = crew("second", 7, in: &story, from: 200_000)
        chatGroup(first.union(second).sorted() + ["stranger"], rounds: 4, in: &story, from: Clock.day)
        let found = members(watched(story.batch, flagged: first.union(second).union(["stranger"])))
        #expect(Set(found) == [first.sorted(), second.sorted()])
    }

    /// One phone in one street: with another thing it ties, alone it does not.
    @Test func aPhoneModelInANetworkAddsToOtherTies() {
        func hand(_ index: Int) -> Bool { index % 3 != 2 }
        func story(wifi: Bool, prints: Bool) -> Story {
            var story = Story()
            for index in 0..<12 {
                story.add("\(hand(index) ? "hand" : "guest") \(index)", .couponClaim, at: Int64(index) * 1000)
                {
                    $0.networkKey = key("street")
                    $0.ipKey = key("address \(index)")
                    if wifi { $0.wifiKey = key("café") }
                    $0.fingerprintKey = key(prints && hand(index) ? "boxed phone" : "phone \(index)")
                }
            }
            return story
        }
        let flagged = Set((0..<12).filter(hand).map { "hand \($0)" })
        #expect(members(watched(story(wifi: true, prints: false).batch, flagged: flagged)).isEmpty)
        #expect(members(watched(story(wifi: false, prints: true).batch, flagged: flagged)).isEmpty)
        let engine = watched(story(wifi: true, prints: true).batch, flagged: flagged)
        #expect(members(engine) == [flagged.sorted()])
        #expect(engine.findGangs().gangs[0].ties.map(\.kind) == [.wifi, .print])
    }

    /// A gang that buys the phone of honest neighbours, and works in their street, makes them no members.
    @Test func aPoisonedFingerprintTakesNobodyIn() {
        var story = Story()
        let crew = crew("crew", 12, in: &story)
        for (index, account) in (crew.sorted() + ["neighbour"]).enumerated() {
            story.add(account, .couponClaim, at: 500_000 + Int64(index) * 1000) {
                $0.networkKey = key("street")
                $0.ipKey = key("address of the house")
                $0.fingerprintKey = key("the neighbour's phone")
            }
        }
        #expect(members(watched(story.batch, flagged: crew)) == [crew.sorted()])
    }

    /// A hub that outgrows what a sketch can count: a network address of many, some of them flagged.
    @Test func anAddressOfManyTiesNobody() {
        var story = Story()
        for index in 0..<3000 {
            story.add("customer \(index)", .couponClaim, at: Int64(index) * 1000) {
                $0.ipKey = key("carrier")
                $0.networkKey = key("carrier net")
                $0.wifiKey = key("campus")
                $0.inviterKey = key("leader")
            }
        }
        let flagged = Set((0..<1500).map { "customer \($0 * 2)" })
        let few = Set((0..<60).map { "customer \($0 * 40)" })
        #expect(members(watched(story.batch, flagged: few)).isEmpty)
        #expect(members(watched(story.batch, flagged: flagged)).isEmpty)
    }

    @Test func tiesFadeWhenNobodyComesBack() {
        var story = Story()
        let crew = crew("crew", 6, in: &story)
        for account in crew.sorted() {
            story.add(account, .appOpen, at: 30 * Clock.day) { $0.deviceKey = key("\(account) phone") }
        }
        #expect(members(watched(story.batch, flagged: crew)).isEmpty)
    }

    /// Cut anywhere, restored and gone on, an engine finds the same gangs.
    @Test func cutsDoNotShow() throws {
        var story = Story()
        var flagged: Set<String> = []
        for number in 0..<6 {
            flagged.formUnion(crew("crew \(number)", 7, in: &story, from: Int64(number) * 3000))
        }
        for (index, account) in flagged.sorted().enumerated() {
            story.add(account, .appOpen, at: 200_000 + Int64(index)) {
                $0.networkKey = key("street \(index % 5)")
                $0.ipKey = key("address \(index)")
                $0.fingerprintKey = key("phone \(index % 3)")
            }
        }
        let group = (0..<6).map { "hand \($0)" }
        chatGroup(group, rounds: 3, in: &story, every: 13 * Clock.hour)
        flagged.formUnion(group)
        story.batch.events.sort { ($0.ts, $0.accountKey) < ($1.ts, $1.accountKey) }
        func told(_ engine: borrowing FeatureEngine) -> String {
            let map = engine.findGangs()
            return "\(map.gangs.map { "\($0.id) \($0.members.map(\.accountKey)) \($0.density) \($0.ties)" })"
                + "\(map.links.map { "\($0.account) \($0.kind) \($0.thing) \($0.accounts) \($0.lastMs)" }.sorted())"
        }
        let whole = watched(story.batch, flagged: flagged)
        #expect(whole.findGangs().gangs.count == 7)
        for cut in stride(from: 1, to: story.batch.events.count, by: 13) {
            var first = EventBatch()
            first.text = story.batch.text
            first.events = Array(story.batch.events[..<cut])
            var rest = EventBatch()
            rest.text = story.batch.text
            rest.events = Array(story.batch.events[cut...])
            let before = watched(first, flagged: flagged)
            var after = before.clone()
            observe(&after, rest, flagged)
            #expect(told(after) == told(whole))
        }
    }

    @Test func anotherModelForgetsWhoWasOfAGang() {
        var story = Story()
        let crew = crew("crew", 6, in: &story)
        var engine = watched(story.batch, flagged: crew)
        engine.forgetScores()
        #expect(engine.findGangs().gangs.isEmpty)
        #expect(engine.findGangs().links.isEmpty)
    }
}
