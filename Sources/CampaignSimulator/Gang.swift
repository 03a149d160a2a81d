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
        return Gang(
            skill: skill, cheat: community.archetype.cheat ?? .couponAbuse, handsets: handsets,
            payers: (0..<parts(difficulty.accountsPerPayer)).map { _ in newID() },
            addresses: (0..<parts(difficulty.accountsPerAddress)).map { _ in newID() },
            phones: (0..<parts(difficulty.accountsPerAddress)).map { _ in newID() }, homes: homes,
            ownHandsets: difficulty.ownHandsets(skill), ownPurses: difficulty.ownPurses(skill),
            visitsFromDen: difficulty.visitsFromDen(skill),
            prefix: drawPrefix(),
            thinkSeconds: difficulty.thinkSeconds.geometric(skill) * random.logNormal(median: 1, sigma: 0.2),
            thinkSigma: difficulty.thinkSigma(skill), size: size)
    }

    /// One of a gang's accounts, `index` of its size.
    mutating func makeMember(_ gang: Gang, _ account: UInt32, _ index: Int) -> Person {
        let home = gang.homes[index * gang.homes.count / gang.size]
        var person = makePerson(account, city: home.city)
        person.homeNet = home.net
        person.homeHost = home.host
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
        person.isOld = random.chance(difficulty.agedShare(gang.skill))
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
        habits.direct = 0.75 - 0.5 * gang.skill
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
        for _ in 0..<random.count(difficulty.camouflageVisits(gang.skill)) {
            let ts = moment(from: from, until: world.spanMs)
            var visit = open(person, at: ts, habits: habits)
            spend(&visit, &person, habits)
        }
    }

    /// When each of a gang's accounts does the same thing: one after the other, by the gang's patience.
    mutating func workTimes(_ gang: Gang, from start: Int64, count: Int) -> [Int64] {
        var ts = start
        let gap = difficulty.minutesBetweenAccounts.geometric(gang.skill)
        return (0..<count).map { _ in
            ts += Int64(random.logNormal(median: gap, sigma: 0.4 + gang.skill * 0.8) * 60_000)
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
