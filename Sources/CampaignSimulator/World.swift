/// The made-up country in which the campaign runs: what all lives have in common. Read-only once made.
final class World: Sendable {
    let seed: UInt64
    let frontEnds: Int
    let accounts: Int
    let days: Int
    let difficulty: WorldDifficulty
    let brand: Brand
    let network: NetworkMap
    let phones = PhoneCatalog()
    let communities: [Community]
    /// Identifier numbers that each account may use up.
    let idsPerAccount: UInt32
    /// Share of a day's visits by hour.
    let hours: [Double] = [
        1.2, 0.6, 0.3, 0.2, 0.2, 0.3, 0.9, 2.2, 3.6, 4.6, 5.4, 5.6, 6.4, 5.8, 4.8, 4.6, 4.7, 5.0, 5.6, 6.6,
        7.8,
        8.2, 6.4, 3.2,
    ].cumulative

    init(_ configuration: CampaignConfiguration) {
        seed = RandomSource.mix(configuration.seed &+ 0x50_524F_4D4F)
        frontEnds = configuration.frontEnds
        accounts = configuration.accounts
        days = configuration.days
        difficulty = configuration.difficulty
        brand = Brand(seed: seed, accounts: accounts, days: days)
        network = NetworkMap(accounts: accounts)
        idsPerAccount = min(60_000, UInt32.max / UInt32(accounts) - 1)
        communities = Community.plan(
            accounts: accounts, seed: seed, difficulty: difficulty, leftOut: configuration.leftOut)
    }

    var spanMs: Int64 { Int64(days) * Clock.day }

    /// The number of a thing that people of no one community share; above all that accounts use up.
    func commonThing(_ number: Int) -> UInt32 { UInt32.max - UInt32(number) }

    /// The Wi-Fi of a public place; numbers below the accounts' own.
    func placeWifi(city: Int, number: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: RandomSource.mix(seed ^ UInt64(city * 8192 + number))) | 1
    }
}

/// People who have something to do with each other, made together from one stream of chance.
struct Community: Sendable {
    var archetype: Archetype
    var firstAccount: UInt32
    var size: Int
    /// Skill of a gang, 0…1.
    var skill: Double
    /// At the far end of its kind: a gang that hides nothing, a hub far busier than most.
    var isExtreme: Bool
    /// Position among all communities; names its stream and its gang.
    var number: UInt64

    /// A way of life, its share of its kind, and how many live it together.
    private static let lives: [(Archetype, Double, ClosedRange<Int>)] = [
        (.ordinaryShopper, 0.26, 1...1), (.loyalMember, 0.10, 1...1), (.newcomer, 0.12, 1...1),
        (.dealHunter, 0.06, 1...1), (.shopTablet, 0.045, 8...60), (.dormitory, 0.045, 10...60),
        (.family, 0.075, 2...5), (.officeGroupBuy, 0.04, 4...16), (.opinionLeader, 0.05, 20...320),
        (.carrierNAT, 0.03, 25...80), (.flashCrowd, 0.045, 1...1), (.traveller, 0.02, 1...1),
        (.nightWorker, 0.02, 1...1), (.bareLog, 0.03, 1...1), (.giftGiver, 0.02, 2...5),
        (.refunder, 0.02, 1...1), (.quickBuyer, 0.04, 1...1),
    ]
    private static let couponCheats: [(Archetype, Double, ClosedRange<Int>)] = [
        (.phoneFarm, 0.15, 12...90), (.emulatorFarm, 0.08, 10...70), (.referralRing, 0.12, 8...50),
        (.selfInvitation, 0.08, 3...8), (.checkInBot, 0.09, 8...50), (.pointsRefund, 0.06, 4...20),
        (.couponReseller, 0.09, 8...40), (.proxyPool, 0.10, 12...70), (.lowAndSlow, 0.10, 6...24),
        (.flashScalper, 0.07, 6...40), (.stockHoarder, 0.06, 4...20),
    ]
    private static let orderCheats: [(Archetype, Double, ClosedRange<Int>)] = [
        (.merchantBrushing, 0.42, 10...60), (.chatGroupBrushing, 0.35, 12...60),
        (.commissionLoop, 0.23, 5...24),
    ]

    /// Fills the country: every archetype that is not left out gets at least one community.
    static func plan(
        accounts: Int, seed: UInt64, difficulty: WorldDifficulty, leftOut: Set<Archetype> = []
    ) -> [Community] {
        var random = RandomSource(seed: seed, stream: 0xC0)
        let honestShare = 1 - difficulty.couponAbuseShare - difficulty.fakeOrderShare
        var kinds: [(Archetype, Double, ClosedRange<Int>)] = []
        kinds += couponCheats.map { ($0.0, $0.1 * difficulty.couponAbuseShare, $0.2) }
        kinds += orderCheats.map { ($0.0, $0.1 * difficulty.fakeOrderShare, $0.2) }
        kinds += lives.map { ($0.0, $0.1 * honestShare * ($0.0.looksOdd ? difficulty.oddFactor : 1), $0.2) }
        var communities: [Community] = []
        var next = 0
        for (archetype, share, sizes) in kinds
        where archetype != .ordinaryShopper && !leftOut.contains(archetype) {
            // The rest of a budget is carried by chance, so that small worlds have the right shares on average.
            var budget = max(
                archetype == .opinionLeader ? 4 : min(3, sizes.upperBound), Int(share * Double(accounts)))
            var evenDraw = random.unit()
            while budget > 0, next < accounts {
                let isExtreme = archetype.hasExtremes && difficulty.isExtreme(&random)
                let drawn =
                    isExtreme
                    ? Int(random.logUniform(Double(sizes.lowerBound)...Double(3 * sizes.upperBound)))
                    : random.between(sizes)
                let size = min(budget, drawn, accounts - next)
                // One of the two draws goes evenly through the unit interval from gang to gang, so that worlds
                // of different seeds are about equally hard.
                evenDraw = (evenDraw + 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
                var skill = RandomSource.power((evenDraw + random.unit()) / 2, difficulty.skillBend)
                if archetype == .lowAndSlow || archetype == .chatGroupBrushing { skill = 0.5 + skill / 2 }
                if archetype == .proxyPool { skill = 0.3 + skill * 0.7 }
                communities.append(
                    Community(
                        archetype: archetype, firstAccount: UInt32(next), size: size,
                        skill: archetype.cheat == nil || isExtreme ? 0 : skill, isExtreme: isExtreme,
                        number: UInt64(communities.count)))
                next += size
                budget -= size
            }
        }
        while next < accounts {
            communities.append(
                Community(
                    archetype: .ordinaryShopper, firstAccount: UInt32(next), size: 1, skill: 0,
                    isExtreme: false, number: UInt64(communities.count)))
            next += 1
        }
        return communities
    }
}
