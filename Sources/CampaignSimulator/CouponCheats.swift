import ActivityLog

/// The ways to farm coupons, gifts, points and referral rewards.
extension Diary {
    mutating func farmCoupons(_ community: Community) {
        let accounts = (0..<community.size).map { community.firstAccount + UInt32($0) }
        switch community.archetype {
        case .phoneFarm: farmWithPhones(equip(community), accounts)
        case .emulatorFarm: farmWithEmulators(equip(community), accounts)
        case .proxyPool: farmThroughProxies(equip(community), accounts)
        case .lowAndSlow: farmSlowly(equip(community, spread: 1.1), accounts)
        case .referralRing: inviteOwn(equip(community), accounts)
        case .selfInvitation: inviteSelf(equip(community), accounts)
        case .checkInBot: checkInByClock(equip(community), accounts)
        case .pointsRefund: takePointsAndRefund(equip(community), accounts)
        case .couponReseller: gatherCoupons(equip(community), accounts)
        case .flashScalper: scalp(equip(community), accounts)
        default: holdStock(equip(community), accounts)
        }
    }

    /// An account enters: registers, or opens after a long sleep; takes what is there.
    private mutating func takeGifts(_ gang: Gang, _ person: inout Person, _ habits: Habits, at ts: Int64) {
        var visit = open(person, at: ts, habits: habits)
        if !person.isOld {
            // Some accounts are let ripen before they take anything.
            let ripens = random.chance(gang.skill * 0.5)
            arrive(&visit, &person, takesGift: ripens ? 0.3 : 0.9)
            person.isOld = true
            if ripens {
                let later = ts + Int64(random.logNormal(median: 30, sigma: 0.8) * 3_600_000)
                visit = open(person, at: awake(later, person), habits: habits)
            }
        }
        if !random.chance(habits.direct) { browse(&visit, 1 + random.count(habits.browse)) }
        if person.wallet.isEmpty || random.chance(0.7) { claim(&visit, &person) }
        if random.chance(0.25) { claim(&visit, &person, think: 0.6) }
        for _ in 0..<random.count(gang.greed) { claim(&visit, &person) }
        if random.chance(0.12) { drawLottery(&visit, &person) }
        if random.chance(0.06) { tryTrial(&visit, person) }
        if random.chance(0.05) { buyMemberPack(&visit, &person) }
        if random.chance(0.08) { checkIn(&visit, &person) }
    }

    /// Spends what an account holds, in one or more visits hours or days later.
    private mutating func cashIn(_ gang: Gang, _ person: inout Person, _ habits: Habits, after ts: Int64) {
        var ts = ts
        var rounds = min(person.wallet.count, random.chance(gang.spends) ? 1 + random.count(0.25) : 0)
        while rounds > 0, !person.wallet.isEmpty {
            ts = awake(
                ts + Int64(random.logNormal(median: 7 + 22 * gang.skill, sigma: 0.8) * 3_600_000), person)
            var visit = open(person, at: ts, habits: habits)
            if !random.chance(habits.direct) { browse(&visit, random.count(habits.browse)) }
            if random.chance(0.3) { claim(&visit, &person, think: 0.8) }
            var plan = OrderPlan(usesCoupon: true)
            if random.chance(0.06) { plan.group = joinGroup(&visit) }
            buy(&visit, &person, habits, plan)
            if random.chance(0.2) { redeemPoints(&visit, &person) }
            rounds -= 1
        }
        if random.chance(gang.isBlatant ? 0.1 : 0.3) {
            // The next campaign is farmed as well.
            let opening = random.chance(0.5) ? world.brand.couponOpening[6] : world.brand.couponOpening[2]
            let again =
                opening > ts
                ? opening + Int64(random.exponential(20 + 300 * gang.skill) * 60_000)
                : moment(from: ts, until: world.spanMs)
            var visit = open(person, at: again, habits: habits)
            if !random.chance(habits.direct) { browse(&visit, random.count(habits.browse)) }
            claim(&visit, &person)
            if random.chance(0.7) {
                if random.chance(0.4) {
                    let later = again + Int64(random.logNormal(median: 6, sigma: 0.9) * 3_600_000)
                    visit = open(person, at: awake(later, person), habits: habits)
                }
                buy(&visit, &person, habits, OrderPlan(usesCoupon: true))
            }
        }
    }

    private mutating func farm(
        _ gang: Gang, _ accounts: [UInt32], change: (inout Diary, inout Person) -> Void = { _, _ in }
    ) {
        let times = workTimes(gang, from: gangStart(), count: accounts.count)
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            change(&self, &person)
            let habits = workHabits(gang)
            takeGifts(gang, &person, habits, at: times[index])
            cashIn(gang, &person, habits, after: times[index])
            pretend(gang, &person, from: times[index])
        }
    }

    private mutating func farmWithPhones(_ gang: Gang, _ accounts: [UInt32]) { farm(gang, accounts) }

    /// Emulators: each a device of its own, alike in make, behind the same few addresses.
    private mutating func farmWithEmulators(_ gang: Gang, _ accounts: [UInt32]) {
        let admits = difficulty.admittedEmulators(gang.skill)
        let make = random.pick(world.phones.emulators)
        let disguise = gang.handsets[0].profile
        let version = gang.handsets[0].wxVersion
        farm(gang, accounts) { diary, person in
            let profile = diary.random.chance(admits) ? make : disguise
            let isDisguised = diary.random.chance(0.8 - 0.5 * gang.skill)
            person.handset = diary.makeHandset(
                profile: isDisguised ? profile : nil, wxVersion: isDisguised ? version : nil)
            person.otherHandset = nil
        }
    }

    /// A fresh device and a fresh home address for each account, and a script's rhythm.
    private mutating func farmThroughProxies(_ gang: Gang, _ accounts: [UInt32]) {
        farm(gang, accounts) { diary, person in
            person.city = diary.random.below(NetworkMap.cities)
            person.homeNet = diary.random.below(diary.world.network.homeNets)
            person.homeHost = diary.random.below(250)
            person.otherPlace = nil
            person.otherPlaceShare = 0
            person.handset = diary.makeHandset()
            if diary.random.chance(0.3) { person.roams = true }
        }
    }

    /// A few people with a drawer of SIM cards and all the time in the world.
    private mutating func farmSlowly(_ gang: Gang, _ accounts: [UInt32]) {
        let start = gangStart(latest: 0.3)
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            if random.chance(0.8) { person.handset = makeHandset() }
            person.otherPlaceShare *= 0.7
            var habits = workHabits(gang)
            habits.thinkSeconds = 7 * random.logNormal(median: 0.9, sigma: 0.3)
            habits.thinkSigma = 0.9
            habits.browse = 2
            let ts = moment(from: start, until: world.spanMs * 3 / 5)
            takeGifts(gang, &person, habits, at: ts)
            cashIn(gang, &person, habits, after: ts)
            pretend(gang, &person, from: ts)
        }
    }

    /// Accounts invite accounts of the same hands for the reward.
    private mutating func inviteOwn(_ gang: Gang, _ accounts: [UInt32]) {
        let inviters = gang.isBlatant ? 1 : max(1, Int(Double(accounts.count) / (14 - 8 * gang.skill)))
        let isChain = random.chance(0.3) && !gang.isBlatant
        let times = workTimes(gang, from: gangStart(), count: accounts.count)
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            let habits = workHabits(gang)
            if index < inviters {
                person.isOld = true
                var visit = open(
                    person, at: times[0] - Int64(random.exponential(9) * 3_600_000), habits: habits)
                if visit.now < 0 { visit.now = Int64(random.exponential(20) * 60_000) }
                browse(&visit, 1 + random.count(habits.browse))
                share(&visit)
                claim(&visit, &person)
                person.points = Int32(300 * accounts.count / inviters)
                let later = times[index] + Int64(random.logNormal(median: 22, sigma: 0.6) * 3_600_000)
                visit = open(person, at: awake(later, person), habits: habits)
                redeemPoints(&visit, &person)
                cashIn(gang, &person, habits, after: later)
            } else {
                person.isOld = false
                let inviter = isChain ? index - 1 - random.below(min(2, index)) : random.below(inviters)
                person.inviter = accounts[inviter] + 1
                var visit = open(person, at: times[index], habits: habits)
                arrive(&visit, &person)
                person.isOld = true
                if random.chance(0.4) { claim(&visit, &person) }
                if random.chance(0.3) { assist(&visit, accounts[inviter]) }
                if random.chance(gang.isBlatant ? gang.spends : 0.35 + 0.35 * gang.skill) {
                    cashIn(gang, &person, habits, after: times[index])
                }
            }
            pretend(gang, &person, from: times[index])
        }
    }

    /// One person, a handful of accounts.
    private mutating func inviteSelf(_ gang: Gang, _ accounts: [UInt32]) {
        var owner = makePerson(accounts[0])
        owner.costsAsCheat = .couponAbuse
        owner.isOld = random.chance(0.7)
        let secondHandset = makeHandset()
        var ts = gangStart(latest: 0.6)
        for (index, account) in accounts.enumerated() {
            var person = index == 0 ? owner : makePerson(account, city: owner.city)
            person.costsAsCheat = .couponAbuse
            if index > 0 {
                person.isOld = false
                person.inviter = accounts[0] + 1
                person.homeNet = owner.homeNet
                person.homeHost = owner.homeHost
                person.homeWifi = owner.homeWifi
                person.otherPlace = owner.otherPlace
                person.otherPlaceShare = owner.otherPlaceShare
                person.handset = share(
                    random.chance(0.65) ? owner.handset : secondHandset, users: accounts.count)
                person.otherHandset = nil
                if !random.chance(0.45 * gang.skill) { person.payer = owner.payer }
                if !random.chance(0.3 * gang.skill) { person.address = owner.address }
                if random.chance(0.5) { person.phone = owner.phone }
                ts = awake(
                    ts + Int64(random.logNormal(median: 12 + 500 * gang.skill, sigma: 1) * 60_000), owner)
            }
            var habits = ordinaryHabits()
            habits.thresholdTries = 5
            takeGifts(gang, &person, habits, at: ts)
            cashIn(gang, &person, habits, after: ts)
            if index == 0 { live(&person, habits, from: ts) } else { pretend(gang, &person, from: ts) }
        }
    }

    /// A script checks in every account every day, then spends the points.
    private mutating func checkInByClock(_ gang: Gang, _ accounts: [UInt32]) {
        let jitter =
            gang.isBlatant
            ? random.logUniform(0.005...0.5) : difficulty.checkInJitterMinutes.geometric(gang.skill)
        let first = random.below(max(1, world.days / 3))
        let hour = random.between(0.5...23.0)
        let spreadHours =
            random.between(0.05...0.4) + (gang.isBlatant && random.chance(0.5) ? 20 : 3 * gang.skill)
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            let habits = workHabits(gang)
            let ownHour = hour + random.between(0...spreadHours)
            let start = Int64(first) * Clock.day + Int64(random.between(0.0...20.0) * Double(Clock.hour))
            if !person.isOld {
                var visit = open(person, at: start, habits: habits)
                arrive(&visit, &person, takesGift: 0.5)
                person.isOld = true
            }
            let last = min(world.days, first + 4 + random.below(7))
            for day in (first + 1)..<max(first + 2, last) where random.chance(0.85 - 0.3 * gang.skill) {
                let minutes = ownHour * 60 + random.normal(0, jitter)
                let ts = Int64(day) * Clock.day + Int64(minutes * 60_000)
                guard ts > 0 else { continue }
                var visit = open(person, at: ts, habits: habits)
                checkIn(&visit, &person)
                if random.chance(0.12) { drawLottery(&visit, &person) }
                if random.chance(0.3 * gang.skill) { browse(&visit, 1 + random.count(1)) }
                if person.points > 30, random.chance(0.35) { redeemPoints(&visit, &person) }
            }
            if random.chance(0.2) {
                takeGifts(
                    gang, &person, habits,
                    at: awake(start + Int64(random.logNormal(median: 40, sigma: 0.5) * 3_600_000), person))
                cashIn(gang, &person, habits, after: start + 2 * Clock.day)
            }
            pretend(gang, &person, from: start)
        }
    }

    /// Buys for the points, spends the points, wants the money back.
    private mutating func takePointsAndRefund(_ gang: Gang, _ accounts: [UInt32]) {
        let times = workTimes(gang, from: gangStart(latest: 0.4), count: accounts.count)
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            let habits = workHabits(gang)
            var ts = times[index]
            if !person.isOld {
                var visit = open(person, at: ts, habits: habits)
                arrive(&visit, &person)
                person.isOld = true
            }
            for _ in 0..<1 + random.count(0.8) {
                ts = awake(ts + Int64(random.logNormal(median: 22, sigma: 0.7) * 3_600_000), person)
                var visit = open(person, at: ts, habits: habits)
                if !random.chance(habits.direct) { browse(&visit, 1 + random.count(habits.browse)) }
                var plan = OrderPlan()
                plan.refund = 0.9 - 0.2 * gang.skill
                plan.refundHours = 6 + 50 * gang.skill
                if random.chance(0.6) {
                    plan.article = world.brand.drawSKU(of: nil, reaching: 19900, tries: 3, &random)
                }
                buy(&visit, &person, habits, plan)
                if random.chance(0.75) {
                    if random.chance(0.5) {
                        visit = open(
                            person, at: visit.now + Int64(random.exponential(3) * 3_600_000), habits: habits)
                    }
                    redeemPoints(&visit, &person)
                }
            }
            pretend(gang, &person, from: times[index])
        }
    }

    /// Many claim, a few hubs gather, buyers of the black market use.
    private mutating func gatherCoupons(_ gang: Gang, _ accounts: [UInt32]) {
        let hubs = min(accounts.count - 1, 1 + Int(Double(accounts.count) * 0.16 * gang.skill))
        let times = workTimes(gang, from: gangStart(), count: accounts.count)
        var people = accounts.enumerated().map { makeMember(gang, $0.element, $0.offset) }
        let habits = workHabits(gang)
        for index in 0..<hubs { people[index].isOld = true }
        for index in hubs..<max(hubs, accounts.count) {
            var person = people[index]
            takeGifts(gang, &person, habits, at: times[index])
            let rounds = 1 + random.count(0.4)
            var ts = times[index]
            for _ in 0..<rounds {
                ts = awake(
                    ts + Int64(random.logNormal(median: 2 + 14 * gang.skill, sigma: 1.1) * 3_600_000), person)
                var visit = open(person, at: ts, habits: habits)
                if person.wallet.isEmpty || random.chance(0.4) { claim(&visit, &person, kind: .shared) }
                let hub = random.below(max(1, hubs))
                guard let held = transfer(&visit, &person, to: accounts[hub]) else { continue }
                let delay = Int64(random.logNormal(median: 30 + 300 * gang.skill, sigma: 1.2) * 60_000)
                var other = open(people[hub], at: awake(visit.now + delay, person), habits: habits)
                accept(&other, &people[hub], held, from: person.account)
                if random.chance(0.6) {
                    buy(&other, &people[hub], habits, OrderPlan(usesCoupon: true))
                }
            }
            if random.chance(0.25) { cashIn(gang, &person, habits, after: ts) }
            pretend(gang, &person, from: times[index])
        }
        for index in 0..<hubs { pretend(gang, &people[index], from: times[index]) }
    }

    /// Scripts for the launch, orders for resale.
    private mutating func scalp(_ gang: Gang, _ accounts: [UInt32]) {
        let median =
            gang.isBlatant
            ? random.logUniform(0.03...0.5) : difficulty.scriptReactionSeconds.geometric(gang.skill)
        let tries = gang.isBlatant ? random.between(0...12) : 2.6 - 1.6 * gang.skill
        let launches = world.brand.launches.filter { $0.ts < world.spanMs - Clock.day }
        let chosen = (0..<1 + min(3, launches.count / 5)).map { _ in random.pick(launches) }
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            var habits = workHabits(gang)
            habits.thinkSeconds = min(habits.thinkSeconds, 1 + 4 * gang.skill)
            var first = Int64.max
            for launch in chosen where random.chance(0.6) {
                first = min(first, launch.ts)
                var visit = open(
                    person, at: max(0, launch.ts - Int64(random.exponential(20 + 40 * gang.skill) * 1000)),
                    habits: habits)
                if !person.isOld {
                    arrive(&visit, &person, takesGift: 0.3)
                    person.isOld = true
                }
                if random.chance(0.2 + 0.4 * gang.skill) { look(&visit, at: (launch.merchant, launch.sku)) }
                rush(
                    &visit, &person, habits, launch,
                    reactionSeconds: random.logNormal(median: median, sigma: 0.35 + 0.4 * gang.skill),
                    tries: 1 + random.count(tries), luck: 0.5)
            }
            if first == .max {
                takeGifts(gang, &person, habits, at: gangStart())
                cashIn(gang, &person, habits, after: world.spanMs / 2)
                first = 0
            }
            pretend(gang, &person, from: first)
        }
    }

    /// Orders without paying, so that nobody else can buy.
    private mutating func holdStock(_ gang: Gang, _ accounts: [UInt32]) {
        let merchant = world.brand.drawMerchant(&random)
        let times = workTimes(gang, from: gangStart(), count: accounts.count)
        let orders = gang.isBlatant ? random.between(1...9) : 0.8
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            let habits = workHabits(gang)
            var ts = times[index]
            for round in 0..<1 + random.count(gang.isBlatant ? 0.2 : 0.9) {
                var visit = open(person, at: ts, habits: habits)
                if !person.isOld {
                    arrive(&visit, &person, takesGift: 0.5)
                    person.isOld = true
                }
                if !random.chance(habits.direct) { browse(&visit, 1 + random.count(habits.browse)) }
                for _ in 0..<1 + random.count(orders) {
                    var plan = OrderPlan(article: (merchant, world.brand.drawSKU(of: merchant, &random)))
                    plan.isPaid = random.chance(0.12 + 0.15 * gang.skill)
                    plan.quantity = UInt8(1 + random.count(2.2 - 1.4 * gang.skill))
                    plan.isHeld = gang.isBlatant
                    let placed = buy(&visit, &person, habits, plan)
                    if !placed.isPaid { lose(account, visit.now, 100 + placed.amountFen / 50, .couponAbuse) }
                }
                let pause = round == 0 ? 3 + 20 * gang.skill : 8 + 20 * gang.skill
                ts = awake(ts + Int64(random.logNormal(median: pause, sigma: 0.8) * 3_600_000), person)
            }
            pretend(gang, &person, from: times[index])
        }
    }
}
