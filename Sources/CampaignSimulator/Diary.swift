import ActivityLog

/// Writes down what people do: each verb of this type is one thing a customer does, as events.
///
/// Honest people and cheats write with the same verbs; they differ in habits, in pace, and in what they share.
struct Diary {
    let world: World
    var random: RandomSource
    var events: [CampaignEvent] = []
    var losses: [CampaignLoss] = []
    /// Next unused identifier number; blocks of communities do not overlap.
    private var nextID: UInt32

    init(world: World, stream: UInt64, firstID: UInt32) {
        self.world = world
        random = RandomSource(seed: world.seed, stream: stream)
        nextID = firstID
    }

    var difficulty: WorldDifficulty { world.difficulty }

    /// A number that no other thing of this campaign has.
    mutating func newID() -> UInt32 {
        nextID &+= 1
        return nextID
    }

    // MARK: Visits

    /// A stay in the mini-program: where somebody is, on what, and what time it is for them.
    struct Visit {
        var now: Int64
        var context: CampaignEvent
        var thinkSeconds: Double
        var thinkSigma: Double
    }

    /// Opens the mini-program at `ts`.
    mutating func open(_ person: Person, at ts: Int64, habits: Habits) -> Visit {
        var context = CampaignEvent()
        context.account = person.account
        context.frontEnd = random.chance(0.88) ? person.frontEnd : 1 - person.frontEnd
        if world.frontEnds == 1 { context.frontEnd = 0 }
        if world.frontEnds > 2, random.chance(0.3) {
            context.frontEnd = UInt8(random.below(world.frontEnds))
        }
        var handset = person.handset
        if let other = person.otherHandset, random.chance(0.3) { handset = other }
        context.device = handset.device
        context.deviceSource = handset.device == 0 ? .unknown : handset.source
        context.profile = handset.profile + 1
        context.wxVersion = handset.wxVersion
        if handset.sendsSession { context.session = newID() }
        locate(person, at: ts, wifi: handset.sendsWifi, &context)
        context.deviceUsers = handset.users
        context.scene = [1001, 1089, 1089, 1007, 1008, 1011, 1035, 1043, 1053, 1154][random.below(10)]
        var visit = Visit(
            now: ts, context: context, thinkSeconds: habits.thinkSeconds, thinkSigma: habits.thinkSigma)
        if random.chance(0.8) { emit(&visit, .appOpen) { $0.page = 0 } }
        if random.chance(0.14) { emit(&visit, .login) }
        return visit
    }

    /// Decides on which network the visit runs.
    private mutating func locate(
        _ person: Person, at ts: Int64, wifi: Bool, _ context: inout CampaignEvent
    ) {
        let map = world.network
        let city = person.roams ? random.below(NetworkMap.cities) : person.city
        var place: Person.Place?
        if let other = person.otherPlace, random.chance(person.otherPlaceShare) {
            place = other
        } else if person.roams || random.chance(person.cellularShare) {
            context.network = .cellular
            let kind = random.unit()
            if kind < 0.14 {
                context.ip = map.reserved(&random)
            } else if kind < 0.32 {
                context.ip = person.homeWifi
                context.ipIsV6 = true
            } else {
                context.ip = map.carrier(city: city, &random)
            }
            if person.roams, random.chance(0.4) {
                place = Person.Place(
                    ip: map.place(city: city, number: random.below(map.places)),
                    wifi: world.placeWifi(city: city, number: random.below(map.places)))
            }
        } else if random.chance(0.14) {
            let number = random.below(map.places)
            place = Person.Place(
                ip: map.place(city: city, number: number), wifi: world.placeWifi(city: city, number: number))
        } else {
            // A home's lease changes every few days, mostly within the street's range.
            let lease = Int(ts / (4 * Clock.day))
            let host = (person.homeHost * 7 + lease * 31) % 250 + 2
            place = Person.Place(
                ip: map.home(city: city, net: person.homeNet, host: host), wifi: person.homeWifi)
        }
        if let place {
            context.ip = place.ip
            context.ipIsV6 = false
            context.wifi = wifi ? place.wifi : 0
            context.network = .wifi
        }
        if random.chance(0.05) { context.network = .unknown }
    }

    /// Time goes by between two actions; never a fixed amount.
    mutating func think(_ visit: inout Visit, times: Double = 1) {
        let seconds = random.logNormal(median: visit.thinkSeconds * times, sigma: visit.thinkSigma)
        visit.now += Int64(min(seconds, 1500) * 1000) + Int64(random.between(40...400))
    }

    /// Writes one event of the visit, at its present time.
    mutating func emit(
        _ visit: inout Visit, _ type: EventType, _ fill: (inout CampaignEvent) -> Void = { _ in }
    ) {
        var event = visit.context
        event.ts = visit.now
        event.type = type
        fill(&event)
        finish(&event)
        events.append(event)
    }

    /// Writes an event that a server sends on the account's behalf.
    mutating func emitServer(
        account: UInt32, at ts: Int64, frontEnd: UInt8, _ type: EventType,
        _ fill: (inout CampaignEvent) -> Void
    ) {
        var event = CampaignEvent()
        event.account = account
        event.frontEnd = frontEnd
        event.isServer = true
        event.ts = ts
        event.type = type
        fill(&event)
        events.append(event)
    }

    /// The gateway adds its headers to some calls of the first front end.
    private mutating func finish(_ event: inout CampaignEvent) {
        let users = event.deviceUsers
        event.deviceUsers = 0
        guard event.frontEnd == 0, EventType.Set.costly.contains(event.type), random.chance(0.16) else {
            return
        }
        event.riskRank = UInt8(min(4, random.count(0.35 + Double(min(users, 8)) * 0.06))) + 1
        event.deviceRiskRank = UInt8(min(4, random.count(0.3 + Double(min(users, 8)) * 0.09))) + 1
        let seen =
            1 + random.count(Double(min(10, max(1, users)) - 1) * 0.35)
            + (random.chance(0.16) ? 1 + random.count(0.8) : 0)
        event.deviceUsers = UInt8(min(60, seen)) + 1
    }

    // MARK: Looking around

    /// Looks around `count` times.
    mutating func browse(_ visit: inout Visit, _ count: Int) {
        for _ in 0..<count {
            think(&visit)
            let kind = random.unit()
            if kind < 0.3 {
                let page = UInt8(random.below(LogLine.pages.count))
                emit(&visit, .pageView) { $0.page = page }
            } else if kind < 0.66 {
                look(&visit, at: nil)
            } else if kind < 0.78 {
                let dwell = UInt32(random.logNormal(median: visit.thinkSeconds * 1500, sigma: 0.8))
                let page = UInt8(random.below(LogLine.pages.count))
                emit(&visit, .pageLeave) {
                    $0.page = page
                    $0.dwell = min(dwell, 900_000)
                }
            } else if kind < 0.86 {
                emit(&visit, .search)
            } else if kind < 0.93 {
                let page = UInt8(random.below(LogLine.pages.count))
                emit(&visit, .click) { $0.page = page }
            } else {
                let merchant = world.brand.drawMerchant(&random)
                let sku = world.brand.drawSKU(of: merchant, &random)
                let isFavourite = random.chance(0.5)
                emit(&visit, isFavourite ? .favorite : .cartAdd) {
                    $0.merchant = merchant + 1
                    $0.sku = sku + 1
                }
            }
        }
    }

    /// Looks at an article, any or a given one.
    mutating func look(_ visit: inout Visit, at article: (merchant: UInt16, sku: UInt32)?) {
        let merchant = article?.merchant ?? world.brand.drawMerchant(&random)
        let sku = article?.sku ?? world.brand.drawSKU(of: merchant, &random)
        emit(&visit, .productView) {
            $0.merchant = merchant + 1
            $0.sku = sku + 1
            $0.page = 2
        }
    }

    // MARK: Joining

    /// Registers, and often binds a phone; an invited account says by whom.
    mutating func register(_ visit: inout Visit, _ person: Person) {
        think(&visit, times: 0.8)
        if person.inviter != 0, random.chance(0.85) {
            emit(&visit, .inviteAccept) {
                $0.inviter = person.inviter
                $0.campaign = 5
            }
            think(&visit)
        }
        emit(&visit, .register) {
            $0.inviter = person.inviter
            $0.phonePrefix = person.phonePrefix
        }
        if random.chance(0.6) {
            think(&visit)
            emit(&visit, .phoneBind) {
                $0.phone = person.phone
                $0.phonePrefix = person.phonePrefix
            }
        }
        if random.chance(0.12) {
            think(&visit)
            emit(&visit, .subscribe)
        }
        if person.inviter != 0, random.chance(0.8) {
            let delay = Int64(random.logNormal(median: 2500, sigma: 0.8))
            let account = person.account
            reward(
                inviter: person.inviter - 1, at: visit.now + delay, for: account,
                isCheat: person.costsAsCheat == .couponAbuse)
        }
    }

    /// The inviter gets points for a new account.
    private mutating func reward(inviter: UInt32, at ts: Int64, for invitee: UInt32, isCheat: Bool) {
        emitServer(account: inviter, at: ts, frontEnd: 0, .pointsEarn) {
            $0.points = 300
            $0.peer = invitee + 1
            $0.campaign = 5
        }
        if isCheat { lose(inviter, ts, 300, .couponAbuse) }
    }

    // MARK: Taking

    /// Takes a coupon of a kind, or of any open one.
    @discardableResult
    mutating func claim(
        _ visit: inout Visit, _ person: inout Person, kind: Brand.Coupon.Kind? = nil, think times: Double = 1
    ) -> UInt8 {
        let coupon = drawCoupon(kind, at: visit.now)
        think(&visit, times: times)
        let isAccepted = random.chance(0.965)
        let instance = newID()
        let terms = world.brand.coupons[Int(coupon)]
        emit(&visit, .couponClaim) {
            $0.campaign = terms.campaign + 1
            $0.coupon = coupon + 1
            $0.discount = terms.faceFen
            if isAccepted { $0.couponInstance = instance }
            $0.ok = isAccepted ? 1 : 2
            $0.page = 3
        }
        if isAccepted {
            person.wallet.append(.init(coupon: coupon, instance: instance, since: visit.now))
        }
        return coupon
    }

    private mutating func drawCoupon(_ kind: Brand.Coupon.Kind?, at ts: Int64) -> UInt8 {
        let coupons = world.brand.coupons
        var open: [UInt8] = []
        for (number, coupon) in coupons.enumerated() {
            let fits = kind.map { $0 == coupon.kind } ?? (coupon.kind != .newcomer && coupon.kind != .flash)
            if fits, world.brand.couponOpening[Int(coupon.campaign)] <= ts { open.append(UInt8(number)) }
        }
        return open.isEmpty ? 2 : random.pick(open)
    }

    /// Checks in for the day and gets points for it.
    mutating func checkIn(_ visit: inout Visit, _ person: inout Person) {
        think(&visit, times: 0.6)
        let points = Int32([5, 5, 10, 10, 15, 20][random.below(6)])
        emit(&visit, .checkIn) {
            $0.points = points
            $0.campaign = 4
        }
        person.points += points
    }

    /// Spends points on a voucher.
    mutating func redeemPoints(_ visit: inout Visit, _ person: inout Person) {
        guard person.points >= 30 else { return }
        let share = random.between(0.5...1.0)
        let points = Int32(Double(person.points) * share)
        think(&visit)
        emit(&visit, .pointsRedeem) { $0.points = points }
        person.points -= points
        if person.costsAsCheat == .couponAbuse {
            lose(person.account, visit.now, UInt32(points) * 2, .couponAbuse)
        }
    }

    mutating func drawLottery(_ visit: inout Visit, _ person: inout Person) {
        for _ in 0..<1 + random.count(0.7) {
            think(&visit, times: 0.7)
            let wins = random.chance(0.3)
            emit(&visit, .lotteryDraw) {
                $0.campaign = 3
                $0.ok = wins ? 1 : 2
            }
            if wins {
                think(&visit, times: 0.6)
                emit(&visit, .prizeClaim) { $0.campaign = 3 }
                person.points += 40
                if person.costsAsCheat == .couponAbuse { lose(person.account, visit.now, 200, .couponAbuse) }
            }
        }
    }

    mutating func tryTrial(_ visit: inout Visit, _ person: Person) {
        let merchant = world.brand.drawMerchant(&random)
        let sku = world.brand.drawSKU(of: merchant, &random)
        think(&visit)
        emit(&visit, .trialClaim) {
            $0.merchant = merchant + 1
            $0.sku = sku + 1
            $0.campaign = 2
            $0.address = person.address
        }
        if person.costsAsCheat == .couponAbuse { lose(person.account, visit.now, 1200, .couponAbuse) }
    }

    mutating func buyMemberPack(_ visit: inout Visit, _ person: inout Person) {
        think(&visit)
        let order = newID()
        emit(&visit, .memberPackBuy) {
            $0.order = order
            $0.amount = 1990
            $0.payer = person.payer
            $0.campaign = 4
        }
        for _ in 0..<2 { claim(&visit, &person, kind: .member, think: 0.4) }
    }

    // MARK: Each other

    mutating func share(_ visit: inout Visit) {
        think(&visit)
        let page = UInt8(random.below(LogLine.pages.count))
        emit(&visit, .share) { $0.page = page }
    }

    /// Helps another account with a bargain.
    mutating func assist(_ visit: inout Visit, _ account: UInt32) {
        think(&visit, times: 0.6)
        emit(&visit, .assist) {
            $0.peer = account + 1
            $0.campaign = 5
        }
    }

    /// Gives the oldest coupon to another account.
    /// - Returns: the coupon given, to be accepted there; nil if there was none.
    mutating func transfer(_ visit: inout Visit, _ person: inout Person, to account: UInt32) -> Person
        .HeldCoupon?
    {
        guard !person.wallet.isEmpty else { return nil }
        let held = person.wallet.removeFirst()
        think(&visit)
        emit(&visit, .couponTransfer) {
            $0.coupon = held.coupon + 1
            $0.couponInstance = held.instance
            $0.peer = account + 1
        }
        return held
    }

    mutating func accept(
        _ visit: inout Visit, _ person: inout Person, _ held: Person.HeldCoupon, from account: UInt32
    ) {
        think(&visit, times: 0.7)
        emit(&visit, .couponAccept) {
            $0.coupon = held.coupon + 1
            $0.couponInstance = held.instance
            $0.peer = account + 1
        }
        person.wallet.append(.init(coupon: held.coupon, instance: held.instance, since: visit.now))
    }

    /// What the brand lost by this event.
    mutating func lose(_ account: UInt32, _ ts: Int64, _ fen: UInt32, _ cheat: Archetype.Cheat) {
        losses.append(CampaignLoss(account: account, ts: ts, lossFen: fen, isFakeOrder: cheat == .fakeOrder))
    }
}
