import ActivityLog

/// What the members of a gang share, by how skilled it is: phones, purses, doors, exits to the net.
struct Gang {
    let skill: Double
    let cheat: Archetype.Cheat
    var handsets: [Handset]
    var payers: [UInt32]
    var addresses: [UInt32]
    var phones: [UInt32]
    var homes: [Home]
    /// Share of members with a handset drawn from the whole market.
    var ownHandsets: Double
    /// Share of members with a purse and a door of their own.
    var ownPurses: Double
    /// Share of visits from the gang's homes.
    var visitsFromDen: Double
    var prefix: UInt16
    var thinkSeconds: Double
    var thinkSigma: Double
    /// Median between the same act of two accounts in a row.
    var minutesBetweenAccounts: Double
    /// Share of accounts registered long before the campaign.
    var agedShare: Double
    /// Mean number of visits of an account that only look around.
    var camouflageVisits: Double
    /// Share of accounts that spend what they took.
    var spends = 0.85
    /// Mean number of coupons an account takes at once beyond the usual.
    var greed = 0.0
    /// Mean number of events of looking around before an act, where it takes so much trouble at each visit.
    var browses: Double?
    /// Hides nothing, as `Diary.makeBlatant` equips it.
    var isBlatant = false
    let size: Int

    struct Home {
        var city: Int
        var net: Int
        var host: Int
        var place: Person.Place
    }
}

extension Diary {
    /// Equips a gang.
    mutating func equip(_ community: Community, spread: Double = 1) -> Gang {
        let skill = community.skill
        let size = community.size
        func parts(_ ramp: WorldDifficulty.Ramp) -> Int {
            min(size, max(1, Int((Double(size) / ramp.geometric(skill) * spread).rounded(.up))))
        }
        let city = random.below(NetworkMap.cities)
        // Phones bought by the box: fewer models the less a gang cares.
        let models = 1 + Int(Double(size) * skill * 0.4)
        let box = (0..<models).map { _ in
            random.chance(0.6) ? random.pick(world.phones.budget) : world.phones.draw(&random)
        }
        let versions = (0..<1 + Int(skill * 4)).map { _ in world.phones.drawWxVersion(&random) }
        let handsets = (0..<parts(difficulty.accountsPerHandset)).map { _ in
            makeHandset(profile: random.pick(box), wxVersion: random.pick(versions))
        }
        let homes = (0..<parts(difficulty.accountsPerHome)).map { _ in
            let town = random.chance(skill * 0.5) ? random.below(NetworkMap.cities) : city
            let net = random.below(world.network.homeNets)
            let host = random.below(250)
            let isDataCentre = random.chance(0.3 * (1 - skill))
            let ip =
                isDataCentre
                ? world.network.dataCentre(&random) : world.network.home(city: town, net: net, host: host)
            return Gang.Home(
                city: town, net: net, host: host, place: .init(ip: ip, wifi: isDataCentre ? 0 : newID()))
        }
        let gang = Gang(
            skill: skill, cheat: community.archetype.cheat ?? .couponAbuse, handsets: handsets,
            payers: (0..<parts(difficulty.accountsPerPayer)).map { _ in newID() },
            addresses: (0..<parts(difficulty.accountsPerAddress)).map { _ in newID() },
            phones: (0..<parts(difficulty.accountsPerAddress)).map { _ in newID() }, homes: homes,
            ownHandsets: difficulty.ownHandsets(skill), ownPurses: difficulty.ownPurses(skill),
            visitsFromDen: difficulty.visitsFromDen(skill),
            prefix: drawPrefix(),
            thinkSeconds: difficulty.thinkSeconds.geometric(skill) * random.logNormal(median: 1, sigma: 0.2),
            thinkSigma: difficulty.thinkSigma(skill),
            minutesBetweenAccounts: difficulty.minutesBetweenAccounts.geometric(skill),
            agedShare: difficulty.agedShare(skill), camouflageVisits: difficulty.camouflageVisits(skill),
            size: size)
        return community.isExtreme ? makeBlatant(gang, community.archetype) : gang
    }

    /// A gang that takes no trouble to hide: what its accounts share, they share to the last, and a script sets the pace;
    /// some scripts turn a few pages. What is shared differs from gang to gang, so that no one thing gives all of them
    /// away.
    private mutating func makeBlatant(_ gang: Gang, _ archetype: Archetype) -> Gang {
        var gang = gang
        let size = Double(gang.size)
        func parts(perPart: Double) -> Int { max(1, Int((size / perPart).rounded(.up))) }
        gang.isBlatant = true
        // Some give themselves away by what they do, whatever they share.
        let isKnownByConduct: Bool =
            switch archetype {
            case .checkInBot, .stockHoarder, .flashScalper, .referralRing, .couponReseller, .merchantBrushing:
                true
            default: false
            }
        let sharing = isKnownByConduct ? 0.5 : 0.75
        let sharesHandset = archetype != .proxyPool && archetype != .emulatorFarm && random.chance(sharing)
        let handsets = random.chance(0.5) ? 1 : parts(perPart: random.logUniform(5...max(5, size)))
        gang.handsets = Array(gang.handsets[0..<min(handsets, gang.handsets.count)])
        if random.chance(0.7) { gang.handsets[0].source = .vendor }
        if gang.handsets[0].device == 0 { gang.handsets[0].device = newID() }
        gang.ownHandsets = sharesHandset ? 0 : 1
        let sharesHome = archetype != .proxyPool && random.chance(sharing)
        let homes = random.chance(0.7) ? 1 : parts(perPart: random.logUniform(5...max(5, size)))
        gang.homes = Array(gang.homes[0..<min(homes, gang.homes.count)])
        gang.visitsFromDen = sharesHome ? 1 : 0
        // Who shares nothing else goes through few purses, or is known by conduct.
        let isApart = !sharesHandset && !sharesHome
        let sharesPurse = isApart && !isKnownByConduct || random.chance(0.4)
        let purses = parts(perPart: random.logUniform(4...max(4, size)))
        gang.payers = Array(gang.payers[0..<min(purses, gang.payers.count)])
        gang.addresses = Array(gang.addresses[0..<min(purses, gang.addresses.count)])
        gang.ownPurses = sharesPurse ? 0 : 1
        gang.spends = isApart && !isKnownByConduct || random.chance(0.5) ? random.between(0.6...1) : 0
        gang.thinkSeconds = random.logUniform(0.3...4)
        gang.thinkSigma = random.between(0.15...0.6)
        gang.minutesBetweenAccounts = random.logUniform(0.08...12)
        gang.agedShare = random.chance(0.3) ? 1 : 0
        gang.camouflageVisits = 0
        if random.chance(0.4) { gang.browses = random.between(0...4) }
        gang.greed = random.chance(0.5) ? random.between(0.5...2.5) : 0
        return gang
    }

    /// One of a gang's accounts, `index` of its size.
    mutating func makeMember(_ gang: Gang, _ account: UInt32, _ index: Int) -> Person {
        let home = gang.homes[index * gang.homes.count / gang.size]
        var person = makePerson(account, city: home.city)
        if gang.visitsFromDen > 0 {
            person.homeNet = home.net
            person.homeHost = home.host
        }
        person.otherPlace = home.place
        person.otherPlaceShare = gang.visitsFromDen
        if !random.chance(gang.ownHandsets) {
            let number = index * gang.handsets.count / gang.size
            let users = (gang.size + gang.handsets.count - 1) / gang.handsets.count
            person.handset = share(gang.handsets[number], users: users)
            person.otherHandset = nil
            // Phones of one drawer change hands.
            if random.chance(0.3 * gang.skill) {
                person.otherHandset = share(random.pick(gang.handsets), users: users)
            }
        }
        if !random.chance(gang.ownPurses) {
            person.payer = random.pick(gang.payers)
            let door = random.below(gang.addresses.count)
            person.address = gang.addresses[door]
            if random.chance(0.7) { person.phone = gang.phones[door] }
        }
        if random.chance(0.5 * (1 - gang.skill)) { person.phonePrefix = gang.prefix }
        if random.chance(0.03) {
            // Old programs log as little for cheats as for anybody.
            person.handset.device = 0
            person.handset.source = .unknown
            person.handset.sendsWifi = false
            person.handset.sendsSession = false
        }
        person.isOld = random.chance(gang.agedShare)
        person.inviter = 0
        person.costsAsCheat = gang.cheat
        return person
    }

    /// How a gang's member acts when at work.
    mutating func workHabits(_ gang: Gang) -> Habits {
        var habits = ordinaryHabits()
        habits.thinkSeconds = gang.thinkSeconds
        habits.thinkSigma = gang.thinkSigma
        habits.browse = difficulty.browseBeforeAct(gang.skill)
        habits.direct = gang.isBlatant ? 0.95 : 0.75 - 0.5 * gang.skill
        if let browses = gang.browses {
            habits.browse = browses
            habits.direct = 0.05
        }
        habits.thresholdTries = Int(difficulty.thresholdTries(gang.skill))
        habits.couponUse = 1
        habits.unpaid = 0.02
        habits.cancel = 0.04
        return habits
    }

    /// Looks around on some days as a customer would, to seem one.
    mutating func pretend(_ gang: Gang, _ person: inout Person, from: Int64) {
        var habits = ordinaryHabits()
        habits.thinkSeconds = max(gang.thinkSeconds, habits.thinkSeconds * 0.6)
        habits.claim *= 0.9
        habits.order *= gang.skill * 0.6
        habits.group = 0.1
        for _ in 0..<random.count(gang.camouflageVisits) {
            let ts = moment(from: from, until: world.spanMs)
            var visit = open(person, at: ts, habits: habits)
            spend(&visit, &person, habits)
        }
    }

    /// When each of a gang's accounts does the same thing: one after the other, by the gang's patience.
    mutating func workTimes(_ gang: Gang, from start: Int64, count: Int) -> [Int64] {
        var ts = start
        return (0..<count).map { _ in
            ts += Int64(
                random.logNormal(median: gang.minutesBetweenAccounts, sigma: 0.4 + gang.skill * 0.8) * 60_000)
            let hour = ts % Clock.day / Clock.hour
            if (1...7).contains(hour), random.chance(0.35 + gang.skill / 2) {
                ts += (8 - hour) * Clock.hour + Int64(random.exponential(40) * 60_000)
            }
            if ts > world.spanMs * 17 / 20 { ts = moment(from: start, until: world.spanMs * 17 / 20) }
            return ts
        }
    }

    /// A day and hour at which a gang begins, early enough to be worth it.
    mutating func gangStart(latest share: Double = 0.5) -> Int64 {
        moment(from: 0, until: max(Clock.day, Int64(Double(world.spanMs) * share)))
    }
}
