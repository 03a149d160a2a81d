import ActivityLog

/// The honest ways of life, plain and odd.
extension Diary {
    /// Writes an honest community's campaign.
    /// - Returns: each member's way of life, in the order of accounts.
    mutating func liveHonestly(_ community: Community) -> [Archetype] {
        let accounts = (0..<community.size).map { community.firstAccount + UInt32($0) }
        switch community.archetype {
        case .shopTablet: return serveAtTablet(accounts, isBusy: community.isExtreme)
        case .dormitory: return shareDormitory(accounts, isAlert: community.isExtreme)
        case .family: return keepFamily(accounts)
        case .officeGroupBuy: return buyInOffice(accounts)
        case .opinionLeader: return followLeader(accounts, isLive: community.isExtreme)
        case .carrierNAT: return standBehindCarrier(accounts)
        case .giftGiver: return giveCoupons(accounts)
        default:
            for account in accounts { liveAlone(account, community.archetype) }
            return accounts.map { _ in community.archetype }
        }
    }

    private mutating func liveAlone(_ account: UInt32, _ archetype: Archetype) {
        var person = makePerson(account)
        var habits = ordinaryHabits()
        switch archetype {
        case .loyalMember:
            person.isOld = random.chance(0.85)
            habits.visits = 1.6
            habits.order *= 1.2
            checkInDaily(&person, habits)
        case .newcomer:
            person.isOld = false
            habits.visits = 0.7
            let ts = moment(from: 0, until: world.spanMs * 9 / 10)
            arriveByAd(&person, habits, at: ts)
            live(&person, habits, from: ts + 2 * Clock.hour, atLeast: 0)
            return
        case .dealHunter:
            person.isOld = random.chance(0.8)
            habits.visits = 1.9
            habits.browse *= 0.8
            habits.claim = random.between(0.5...0.85)
            habits.couponUse = 0.92
            habits.thresholdTries = 8
            habits.order = random.between(0.15...0.4)
            habits.lottery = 0.25
            habits.assist = 0.25
            habits.trial = 0.1
            habits.checkIn = 0.45
            habits.thinkSeconds *= 0.6
            habits.direct = 0.4
            if random.chance(0.35) { checkInDaily(&person, habits) }
        case .flashCrowd:
            waitForLaunches(&person, habits)
        case .traveller:
            person.roams = true
            person.otherHandset = makeHandset()
            habits.visits = 1.9
        case .nightWorker:
            person.dayShift = random.between(8.0...12.0)
        case .bareLog:
            person.handset.device = 0
            person.handset.source = .unknown
            person.handset.sendsWifi = false
            person.handset.sendsSession = false
            person.otherHandset = nil
        case .refunder:
            habits.refund = random.between(0.3...0.65)
            habits.cancel = 0.15
            habits.order = 0.5
            habits.visits = 0.9
        case .quickBuyer:
            habits.direct = 0.95
            habits.order = random.between(0.4...0.7)
            habits.visits = 0.9
            habits.claim = 0.35
            habits.thinkSeconds *= 0.7
            habits.pickup = 0.3
            if random.chance(0.3) {
                // Comes back to one small shop by its poster's code.
                buyByCode(&person, habits)
                return
            }
        default: break
        }
        live(&person, habits)
    }

    /// Scans one shop's code again and again: no browsing, one merchant, soon picked up, soon praised.
    private mutating func buyByCode(_ person: inout Person, _ habits: Habits) {
        let merchant = world.brand.drawSmallMerchant(&random)
        var ts = moment(from: 0, until: world.spanMs / 2)
        for _ in 0..<1 + random.count(1.2) {
            var visit = open(person, at: ts, habits: habits)
            if !person.isOld {
                arrive(&visit, &person)
                person.isOld = true
            }
            var plan = OrderPlan(article: (merchant, world.brand.drawSKU(of: merchant, &random)))
            if random.chance(0.55) {
                plan.tracking = 0
                plan.receiptHours = 3
            }
            plan.instantReview = random.chance(0.25) ? 0.7 : nil
            buy(&visit, &person, habits, plan)
            ts = awake(ts + Int64(random.logNormal(median: 60, sigma: 0.7) * 3_600_000), person)
        }
    }

    /// Checks in most days at about the same hour, as habits go.
    private mutating func checkInDaily(_ person: inout Person, _ habits: Habits) {
        let hour = random.between(7.0...22.5)
        let jitter = random.logNormal(median: 0.9, sigma: 0.8)
        let first = random.chance(0.7) ? 0 : random.below(max(1, world.days / 2))
        let zeal = random.between(0.25...0.95)
        if !person.isOld {
            var visit = open(person, at: moment(day: first), habits: habits)
            arrive(&visit, &person)
            person.isOld = true
        }
        for day in first..<min(world.days, first + 3 + random.below(8)) where random.chance(zeal) {
            let ts = Int64(day) * Clock.day + Int64((hour + random.normal(0, jitter)) * Double(Clock.hour))
            guard ts > 0 else { continue }
            var visit = open(person, at: ts, habits: habits)
            checkIn(&visit, &person)
            if random.chance(0.2) { browse(&visit, 1 + random.count(0.8)) }
            if person.points > 50, random.chance(0.12) { redeemPoints(&visit, &person) }
        }
    }

    private mutating func arriveByAd(_ person: inout Person, _ habits: Habits, at ts: Int64) {
        var visit = open(person, at: ts, habits: habits)
        if random.chance(0.5) { followAd(&visit) }
        arrive(&visit, &person, takesGift: 0.85)
        person.isOld = true
        spend(&visit, &person, habits)
        if !person.wallet.isEmpty, random.chance(0.2) { buy(&visit, &person, habits) }
    }

    /// Waits for a launch and presses the button in its first seconds.
    mutating func waitForLaunches(_ person: inout Person, _ habits: Habits) {
        // Many wait for the one launch of which everybody speaks, with a finger on the button.
        let isEager = difficulty.isExtreme(&random)
        let awaited = isEager ? [world.brand.launches[0]] : world.brand.launches
        for launch in awaited where isEager || random.chance(1.2 / Double(world.brand.launches.count)) {
            let early = Int64(random.exponential(50) * 1000)
            var visit = open(person, at: launch.ts - early, habits: habits)
            if !person.isOld {
                arrive(&visit, &person)
                person.isOld = true
            }
            if random.chance(0.6) { look(&visit, at: (launch.merchant, launch.sku)) }
            let median = isEager ? 2.5 : difficulty.crowdReactionSeconds
            let reaction = random.logNormal(median: median, sigma: isEager ? 0.7 : 1)
            rush(&visit, &person, habits, launch, reactionSeconds: reaction, tries: 1 + random.count(0.9))
        }
    }

    /// Tries for a flash sale's article until it is had or gone.
    mutating func rush(
        _ visit: inout Visit, _ person: inout Person, _ habits: Habits, _ launch: Brand.Launch,
        reactionSeconds: Double, tries: Int, luck: Double = 0.35
    ) {
        visit.now = max(visit.now + 200, launch.ts + Int64(reactionSeconds * 1000))
        for attempt in 0..<tries {
            if attempt > 0 {
                visit.now +=
                    Int64(random.logNormal(median: min(1.6, visit.thinkSeconds * 0.3), sigma: 0.7) * 1000)
                    + 60
            }
            let wins = random.chance(luck)
            emit(&visit, .flashSaleAttempt) {
                $0.campaign = 6
                $0.merchant = launch.merchant + 1
                $0.sku = launch.sku + 1
                $0.ok = wins ? 1 : 2
            }
            if wins {
                var plan = OrderPlan(article: (launch.merchant, launch.sku))
                plan.reductionFen = launch.reductionFen
                buy(&visit, &person, habits, plan)
                return
            }
        }
    }

    // MARK: Together

    /// A guide registers the shop's customers on the counter's tablet; they go home to phones of their own.
    /// - Parameter isBusy: at a fair or an opening: days of customers who may never be seen again.
    private mutating func serveAtTablet(_ accounts: [UInt32], isBusy: Bool) -> [Archetype] {
        var guide = makePerson(accounts[0])
        guide.isOld = true
        let shop = Person.Place(
            ip: world.network.home(city: guide.city, net: guide.homeNet, host: 9), wifi: newID())
        let merchant = world.brand.drawMerchant(&random)
        var tablet = makeHandset()
        if tablet.source != .vendor, random.chance(0.7) {
            tablet.source = .vendor
            tablet.device = newID()
        }
        guide.otherHandset = tablet
        guide.otherPlace = shop
        guide.otherPlaceShare = 0.7
        var work = ordinaryHabits()
        work.visits = 4
        live(&guide, work)
        let firstDay = random.below(max(1, world.days * 2 / 3))
        let guests = max(1, accounts.count - 1)
        let days = isBusy ? 1 + random.below(2) : 1 + random.below(5)
        let orders = isBusy ? random.between(0...0.7) : 0.5
        let returns = isBusy ? random.between(0...0.65) : 0.65
        for (index, account) in accounts.dropFirst().enumerated() {
            var person = makePerson(account, city: guide.city)
            person.isOld = false
            person.inviter = random.chance(0.6) ? guide.account + 1 : 0
            var habits = ordinaryHabits()
            habits.visits = 0.9
            let own = person.handset
            person.handset = share(tablet, users: max(1, guests / days))
            let place = (person.otherPlace, person.otherPlaceShare, person.otherHandset)
            person.otherPlace = shop
            person.otherPlaceShare = 0.97
            person.otherHandset = nil
            let day = firstDay + index * days / guests
            let ts = Int64(day) * Clock.day + Int64(random.between(9.5...21.0) * Double(Clock.hour))
            var visit = open(person, at: ts, habits: habits)
            visit.thinkSeconds = random.between(3.0...8.0)
            arrive(&visit, &person, takesGift: 0.93)
            person.isOld = true
            if random.chance(orders) {
                var plan = OrderPlan(article: (merchant, world.brand.drawSKU(of: merchant, &random)))
                plan.tracking = 0
                plan.receiptHours = 0.3
                plan.distributor = person.inviter != 0 && random.chance(0.6) ? guide.account : nil
                buy(&visit, &person, habits, plan)
            }
            person.handset = own
            (person.otherPlace, person.otherPlaceShare, person.otherHandset) = place
            live(&person, habits, from: ts + 6 * Clock.hour, atLeast: random.chance(returns) ? 1 : 0)
        }
        return [.shopGuide] + accounts.dropFirst().map { _ in .shopTablet }
    }

    /// Pupils behind one router; good news travels through the corridor in minutes.
    /// - Parameter isAlert: nearly all of them act on the news, within the half-hour.
    private mutating func shareDormitory(_ accounts: [UInt32], isAlert: Bool) -> [Archetype] {
        let city = random.below(NetworkMap.cities)
        let house = Person.Place(
            ip: world.network.home(city: city, net: random.below(world.network.homeNets), host: 77),
            wifi: newID())
        let addresses = (0..<1 + accounts.count / 8).map { _ in newID() }
        let news = moment(from: 0, until: world.spanMs * 3 / 4)
        for account in accounts {
            var person = makePerson(account, city: city)
            person.otherPlace = house
            person.otherPlaceShare = random.between(0.5...0.9)
            if random.chance(0.5) { person.address = random.pick(addresses) }
            if random.chance(0.4) { person.handset.profile = random.pick(world.phones.budget) }
            var habits = ordinaryHabits()
            habits.claim = min(0.7, habits.claim * 1.5)
            if random.chance(isAlert ? 0.85 : 0.45) {
                var visit = open(
                    person, at: news + Int64(random.exponential(isAlert ? 12 : 35) * 60_000), habits: habits)
                if !person.isOld {
                    arrive(&visit, &person)
                    person.isOld = true
                }
                claim(&visit, &person)
                if random.chance(0.3) { buy(&visit, &person, habits) }
            }
            live(&person, habits)
        }
        return accounts.map { _ in .dormitory }
    }

    /// One purse, one door, sometimes one tablet; mother collects the coupons.
    private mutating func keepFamily(_ accounts: [UInt32]) -> [Archetype] {
        let first = makePerson(accounts[0])
        let sharesPayer = random.chance(0.5)
        let sharesPhone = random.chance(0.35)
        let tablet = random.chance(0.4) ? makeHandset() : nil
        let collects = random.chance(0.2)
        // In some, one signs up all the others.
        let isSignedUp = difficulty.isExtreme(&random)
        var collector = first
        for account in accounts {
            var person = makePerson(account, city: first.city)
            person.homeNet = first.homeNet
            person.homeHost = first.homeHost
            person.homeWifi = first.homeWifi
            person.address = first.address
            if sharesPayer { person.payer = first.payer }
            if sharesPhone { person.phone = first.phone }
            if let tablet { person.otherHandset = share(tablet, users: accounts.count) }
            if isSignedUp, account != accounts[0] { person.isOld = false }
            if account != accounts[0], random.chance(0.15) || isSignedUp, !person.isOld {
                person.inviter = accounts[0] + 1
            }
            var habits = ordinaryHabits()
            if account != accounts[0], collects {
                habits.claim = max(habits.claim, 0.5)
                live(&person, habits)
                if let last = events.last, last.account == account, !person.wallet.isEmpty {
                    var visit = open(
                        person, at: last.ts + Int64(random.exponential(40) * 60_000), habits: habits)
                    if let held = transfer(&visit, &person, to: accounts[0]) {
                        let delay = Int64(random.exponential(3) * 3_600_000)
                        var other = open(collector, at: visit.now + delay, habits: habits)
                        accept(&other, &collector, held, from: account)
                        if random.chance(0.5) { buy(&other, &collector, habits) }
                    }
                }
            } else {
                live(&person, habits)
                if account == accounts[0] {
                    collector = person
                }
            }
        }
        return accounts.map { _ in .family }
    }

    /// Colleagues order together at lunch to one address.
    private mutating func buyInOffice(_ accounts: [UInt32]) -> [Archetype] {
        let city = random.below(NetworkMap.cities)
        let office = Person.Place(
            ip: world.network.place(city: city, number: random.below(world.network.places)), wifi: newID())
        let address = newID()
        let rounds = 1 + random.count(0.4)
        var people = accounts.map { makePerson($0, city: city) }
        for index in people.indices {
            people[index].otherPlace = office
            people[index].otherPlaceShare = 0.5
        }
        for _ in 0..<rounds {
            let day = random.below(world.days)
            let ts = Int64(day) * Clock.day + Int64(random.between(11.5...14.0) * Double(Clock.hour))
            let merchant = world.brand.drawMerchant(&random)
            let sku = world.brand.drawSKU(of: merchant, &random)
            let group = newID()
            let parcel = random.chance(0.35) ? newID() : nil
            for index in people.indices where random.chance(0.7) {
                var person = people[index]
                let home = person.address
                person.address = address
                let habits = ordinaryHabits()
                var visit = open(person, at: ts + Int64(random.exponential(9) * 60_000), habits: habits)
                if !person.isOld {
                    arrive(&visit, &person)
                    person.isOld = true
                }
                think(&visit)
                emit(&visit, .groupJoin) {
                    $0.group = group
                    $0.merchant = merchant + 1
                    $0.sku = sku + 1
                }
                var plan = OrderPlan(article: (merchant, sku))
                plan.group = group
                plan.tracking = parcel
                buy(&visit, &person, habits, plan)
                person.address = random.chance(0.5) ? address : home
                people[index] = person
            }
        }
        for index in people.indices {
            var person = people[index]
            live(&person, ordinaryHabits())
        }
        return accounts.map { _ in .officeGroupBuy }
    }

    /// An opinion leader posts; fans come within minutes or days, and stay for reasons of their own.
    /// - Parameter isLive: a livestream: all come within the hour or two.
    private mutating func followLeader(_ accounts: [UInt32], isLive: Bool) -> [Archetype] {
        var leader = makePerson(accounts[0])
        leader.isOld = true
        var work = ordinaryHabits()
        work.visits = 7
        work.share = 0.6
        live(&leader, work)
        let posts = (0..<1 + random.below(3)).map { _ in moment(from: 0, until: world.spanMs * 4 / 5) }
        let merchant = world.brand.drawMerchant(&random)
        for account in accounts.dropFirst() {
            var person = makePerson(account)
            person.isOld = random.chance(0.3)
            person.inviter = person.isOld ? 0 : accounts[0] + 1
            let habits = ordinaryHabits()
            let ts =
                random.pick(posts)
                + Int64(random.logNormal(median: isLive ? 12 : 70, sigma: isLive ? 1 : 1.9) * 60_000)
            var visit = open(person, at: ts, habits: habits)
            if !person.isOld {
                arrive(&visit, &person, takesGift: 0.85)
                person.isOld = true
            } else {
                browse(&visit, 1)
            }
            if random.chance(0.35) { assist(&visit, accounts[0]) }
            if random.chance(0.3) {
                var plan = OrderPlan(article: (merchant, world.brand.drawSKU(of: merchant, &random)))
                plan.distributor = random.chance(0.7) ? accounts[0] : nil
                buy(&visit, &person, habits, plan)
            }
            live(&person, habits, from: ts + 8 * Clock.hour, atLeast: 0)
        }
        return [.opinionLeader] + accounts.dropFirst().map { _ in .fan }
    }

    /// A village behind one address of its carrier.
    private mutating func standBehindCarrier(_ accounts: [UInt32]) -> [Archetype] {
        let city = random.below(NetworkMap.cities)
        let exit = Person.Place(
            ip: world.network.home(city: city, net: 0, host: random.between(2...250)), wifi: 0)
        for account in accounts {
            var person = makePerson(account, city: city)
            person.otherPlace = exit
            person.otherPlaceShare = random.between(0.6...0.95)
            live(&person, ordinaryHabits())
        }
        return accounts.map { _ in .carrierNAT }
    }

    /// Takes coupons to give them to friends, who use them.
    private mutating func giveCoupons(_ accounts: [UInt32]) -> [Archetype] {
        var giver = makePerson(accounts[0])
        var habits = ordinaryHabits()
        habits.claim = 0.7
        habits.couponUse = 0.2
        habits.visits = 1.9
        live(&giver, habits)
        for account in accounts.dropFirst() {
            var friend = makePerson(account)
            let plain = ordinaryHabits()
            live(&friend, plain)
            let ts = moment(from: world.spanMs / 5, until: world.spanMs)
            var visit = open(giver, at: ts, habits: habits)
            if giver.wallet.isEmpty || random.chance(0.5) { claim(&visit, &giver, kind: .shared) }
            guard let held = transfer(&visit, &giver, to: account) else { continue }
            let delay = Int64(random.logNormal(median: 40, sigma: 1.4) * 60_000)
            var other = open(friend, at: visit.now + delay, habits: plain)
            accept(&other, &friend, held, from: accounts[0])
            if random.chance(0.6) {
                browse(&other, random.count(1.5))
                buy(&other, &friend, plain, OrderPlan(usesCoupon: true))
            }
        }
        return [.giftGiver] + accounts.dropFirst().map { _ in .ordinaryShopper }
    }
}
