import ActivityLog

/// Making people, their phones, and the times of their day.
extension Diary {
    /// A phone of the market, with an SDK as one finds them: most name the handset, some only themselves.
    mutating func makeHandset(profile: UInt16? = nil, wxVersion: UInt8? = nil) -> Handset {
        let kind = random.unit()
        let source: DeviceSource = kind < 0.64 ? .vendor : kind < 0.89 ? .sdk : .unknown
        let isBare = kind > 0.97
        return Handset(
            device: source == .unknown ? 0 : newID(), source: source,
            profile: profile ?? world.phones.draw(&random),
            wxVersion: wxVersion ?? world.phones.drawWxVersion(&random),
            sendsWifi: !isBare && random.chance(0.86), sendsSession: !isBare && random.chance(0.93), users: 1)
    }

    /// The same phone in another WeChat user's hands: an SDK's own id is another one.
    mutating func share(_ handset: Handset, users: Int) -> Handset {
        var copy = handset
        if copy.source == .sdk { copy.device = newID() }
        copy.users = UInt8(min(60, max(1, users)))
        return copy
    }

    /// Somebody with a life of their own; what they share with others is set afterwards.
    mutating func makePerson(_ account: UInt32, city: Int? = nil, newShare: Double = 0.42) -> Person {
        let handset = makeHandset()
        var person = Person(
            account: account, handset: handset, otherHandset: nil,
            city: city ?? random.below(NetworkMap.cities), homeNet: random.below(world.network.homeNets),
            homeHost: random.below(250), homeWifi: newID(), payer: newID(), address: newID(), phone: newID(),
            phonePrefix: drawPrefix(), isOld: !random.chance(newShare),
            frontEnd: random.chance(0.7) ? 0 : 1, cellularShare: random.between(0.1...0.75),
            otherPlaceShare: 0, otherPlace: nil)
        if random.chance(0.11) { person.otherHandset = makeHandset() }
        if random.chance(0.015) {
            // A company gateway or a cloud desktop.
            person.otherPlace = .init(ip: world.network.dataCentre(&random), wifi: 0)
            person.otherPlaceShare = 0.5
        }
        if random.chance(0.3) {
            // Most people's day has a second fixed place: an office, a school.
            let number = random.below(world.network.places)
            person.otherPlace = .init(
                ip: world.network.place(city: person.city, number: number),
                wifi: world.placeWifi(city: person.city, number: number))
            person.otherPlaceShare = random.between(0.2...0.5)
        }
        lend(&person)
        if !person.isOld, random.chance(difficulty.invitedShare) {
            // A few people bring most of the others.
            let sharers = max(1, world.accounts / difficulty.accountsPerSharer)
            person.inviter = UInt32(random.below(sharers) * difficulty.accountsPerSharer) + 1
        }
        return person
    }

    /// Some people use doors, purses and phone numbers that are not theirs alone.
    private mutating func lend(_ person: inout Person) {
        if random.chance(difficulty.stationShare) {
            person.address = world.commonThing(random.below(max(2, world.accounts / 120)))
        }
        if random.chance(difficulty.lentPurseShare) {
            person.payer = world.commonThing(random.below(max(2, world.accounts / 25)))
        }
        if random.chance(difficulty.lentPhoneShare) {
            person.phone = world.commonThing(random.below(max(2, world.accounts / 40)))
        }
    }

    /// The first seven digits of a mobile number, some ranges more common than others.
    mutating func drawPrefix() -> UInt16 {
        UInt16(min(random.below(1400), random.below(1400)))
    }

    /// A time of the person's day `day`.
    mutating func moment(day: Int, shift: Double = 0) -> Int64 {
        let hour = Double(random.index(cumulative: world.hours)) + random.unit() + shift
        return Int64(day) * Clock.day + Int64(hour * Double(Clock.hour))
    }

    /// A time between two times, at an hour when people are awake.
    mutating func moment(from: Int64, until: Int64, shift: Double = 0) -> Int64 {
        guard until > from else { return from }
        for _ in 0..<6 {
            let ts = moment(
                day: Int(from / Clock.day) + random.below(Int((until - from) / Clock.day) + 1), shift: shift)
            if ts >= from, ts < until { return ts }
        }
        return from + Int64(random.unit() * Double(until - from))
    }

    /// An ordinary customer's habits, each with their own leanings.
    mutating func ordinaryHabits() -> Habits {
        var habits = Habits()
        habits.refund = difficulty.ordinaryRefundShare
        habits.cancel = difficulty.ordinaryCancelShare
        habits.unpaid = difficulty.ordinaryUnpaidShare
        habits.pickup = difficulty.storePickupShare
        habits.direct = difficulty.directVisitShare
        let leaning = random.logNormal(median: 1, sigma: 0.45)
        habits.claim = min(0.8, habits.claim * leaning)
        habits.order = min(0.7, habits.order * random.logNormal(median: 1, sigma: 0.5))
        habits.browse *= random.logNormal(median: 0.9, sigma: 0.5)
        habits.thinkSeconds *= random.logNormal(median: 1, sigma: 0.35)
        habits.thresholdTries = 1 + random.count(1.6)
        if difficulty.isExtreme(&random) {
            habits.visits *= random.logUniform(1...7)
            habits.claim = random.between(0.1...0.9)
            habits.order = random.between(0.05...0.8)
            habits.checkIn = random.between(0...0.8)
        }
        return habits
    }

    /// Lives from day to day: visits at the hours of the person's day, each spent by habit.
    mutating func live(_ person: inout Person, _ habits: Habits, from: Int64 = 0, atLeast: Int = 1) {
        let span = world.spanMs
        guard from < span else { return }
        let share = Double(span - from) / Double(span)
        let activity = (Double(world.days) / 14).squareRoot()
        let mean = habits.visits * activity * (0.4 + 0.6 * share)
        let visits = min(300, max(atLeast, random.count(mean * (0.4 + 0.6 * random.exponential(1)))))
        var times: [Int64] = []
        for _ in 0..<visits {
            if random.chance(0.12) {
                // A reminder brings them when a campaign opens.
                let opening = random.pick(world.brand.couponOpening)
                let ts = opening + Int64(random.exponential(25) * 60_000)
                if opening > 0, ts > from {
                    times.append(ts)
                    continue
                }
            }
            times.append(moment(from: from, until: span, shift: person.dayShift))
        }
        times.sort()
        for ts in times where ts < span {
            var visit = open(person, at: ts, habits: habits)
            if !person.isOld {
                arrive(&visit, &person)
                person.isOld = true
            }
            spend(&visit, &person, habits)
        }
    }

    /// Joins strangers in a group purchase.
    /// - Returns: the group's number, for the order.
    mutating func joinGroup(_ visit: inout Visit) -> UInt32 {
        let group = newID()
        think(&visit)
        emit(&visit, .groupJoin) { $0.group = group }
        return group
    }

    mutating func followAd(_ visit: inout Visit) {
        emit(&visit, .adView)
        think(&visit, times: 0.4)
        if random.chance(0.9) { emit(&visit, .adClick) }
    }

    /// A new customer's first minutes: registers, and often takes the welcome coupon.
    mutating func arrive(_ visit: inout Visit, _ person: inout Person, takesGift: Double = 0.72) {
        if random.chance(0.3) { browse(&visit, 1 + random.count(0.8)) }
        if random.chance(0.14) { followAd(&visit) }
        register(&visit, person)
        if random.chance(takesGift) { claim(&visit, &person, kind: .newcomer) }
    }

    /// Spends a visit by habit.
    mutating func spend(_ visit: inout Visit, _ person: inout Person, _ habits: Habits) {
        if !random.chance(habits.direct) { browse(&visit, 1 + random.count(max(0, habits.browse - 1))) }
        if random.chance(habits.checkIn) { checkIn(&visit, &person) }
        if random.chance(habits.claim) {
            claim(&visit, &person)
            if random.chance(0.25) { claim(&visit, &person, think: 0.5) }
        }
        if random.chance(habits.lottery) { drawLottery(&visit, &person) }
        if random.chance(habits.share) { share(&visit) }
        if random.chance(habits.assist) { assist(&visit, UInt32(random.below(world.accounts))) }
        if random.chance(habits.trial) { tryTrial(&visit, person) }
        if random.chance(habits.pack) { buyMemberPack(&visit, &person) }
        if random.chance(habits.order) {
            if random.chance(0.35) { claim(&visit, &person) }
            var plan = OrderPlan()
            if random.chance(habits.group) { plan.group = joinGroup(&visit) }
            let placed = buy(&visit, &person, habits, plan)
            if placed.isPaid, random.chance(0.1) {
                // One thing more, in the same parcel.
                var second = OrderPlan()
                if random.chance(difficulty.combinedParcelShare * 4) { second.tracking = placed.tracking }
                buy(&visit, &person, habits, second)
            }
        }
        if person.points > 60, random.chance(0.12) { redeemPoints(&visit, &person) }
        if random.chance(0.12) {
            think(&visit)
            emit(&visit, .appClose)
        }
        if random.chance(0.02) { followAd(&visit) }
        if random.chance(0.015) {
            think(&visit)
            emit(&visit, .addressChange) { $0.address = person.address }
        }
    }
}
