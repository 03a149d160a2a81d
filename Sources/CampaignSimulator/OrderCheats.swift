import ActivityLog

/// The ways to inflate sales.
extension Diary {
    mutating func fakeOrders(_ community: Community) {
        let accounts = (0..<community.size).map { community.firstAccount + UInt32($0) }
        switch community.archetype {
        case .merchantBrushing: brushForMerchant(equip(community), accounts)
        case .chatGroupBrushing: brushInChatGroup(community, accounts)
        default: loopCommission(equip(community), accounts)
        }
    }

    /// By what fake orders can be told from customers'.
    private struct FakeStyle {
        /// Share of orders that travel in another's parcel, on paper.
        var sharesParcel: Double
        /// Orders that one such parcel is used for, at most about.
        var usesOfParcel = 5
        /// Median from payment to receipt.
        var receiptHours: Double
        /// Share with five stars within minutes of the receipt.
        var instantReview: Double
    }

    private func fakeStyle(_ skill: Double) -> FakeStyle {
        FakeStyle(
            sharesParcel: difficulty.brushSharedTracking(skill),
            receiptHours: difficulty.brushReceiptHours.geometric(skill),
            instantReview: difficulty.brushInstantReview(skill))
    }

    /// Nobody takes care: one parcel for all, or receipts and praise within hours.
    private mutating func blatantStyle() -> FakeStyle {
        let sharesParcel = random.chance(0.6)
        return FakeStyle(
            sharesParcel: sharesParcel ? random.between(0.7...1) : 0, usesOfParcel: random.between(5...40),
            receiptHours: random.logUniform(1...24),
            instantReview: random.between(sharesParcel ? 0.2...0.95 : 0.7...1))
    }

    private mutating func brushPlan(
        _ style: FakeStyle, article: (merchant: UInt16, sku: UInt32), parcel: UInt32
    ) -> OrderPlan {
        var plan = OrderPlan(article: article, usesCoupon: false, isPaid: true)
        plan.receiptHours = style.receiptHours
        plan.instantReview = style.instantReview
        plan.isFake = true
        plan.refund = 0.04
        let kind = random.unit()
        if kind < style.sharesParcel {
            plan.tracking = parcel
        } else if kind < style.sharesParcel + 0.12 {
            plan.tracking = 0
        }
        return plan
    }

    /// Tasks go through a shop's whole shelf, so that no article stands out.
    private mutating func drawTaskArticle(of merchant: UInt16) -> UInt32 {
        UInt32(merchant) * Brand.skusPerMerchant + UInt32(random.below(Int(Brand.skusPerMerchant)))
    }

    /// A merchant who pays for sales: mostly a small one, at times one with plenty of customers to hide among.
    private mutating func drawClient() -> UInt16 {
        random.chance(0.4) ? world.brand.drawMerchant(&random) : world.brand.drawSmallMerchant(&random)
    }

    /// A merchant pays a studio: its accounts order, confirm and praise.
    private mutating func brushForMerchant(_ gang: Gang, _ accounts: [UInt32]) {
        let merchants = (0..<1 + random.below(2 + Int(gang.skill * 3))).map { _ in drawClient() }
        let start = gangStart(latest: 0.35)
        let days = max(2, world.days / 2)
        let style = gang.isBlatant ? blatantStyle() : fakeStyle(gang.skill)
        var parcel = newID()
        var lastUse = 0
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            // Goods go to real doors, or none: addresses are bought by the thousand.
            if random.chance(0.3 + 0.5 * gang.skill) { person.address = newID() }
            if random.chance(0.25 * gang.skill) { person.payer = newID() }
            let habits = workHabits(gang)
            for _ in 0..<1 + random.count(0.9) {
                let ts = moment(from: start, until: min(world.spanMs, start + Int64(days) * Clock.day))
                var visit = open(person, at: ts, habits: habits)
                if !person.isOld {
                    arrive(&visit, &person, takesGift: 0.4)
                    person.isOld = true
                }
                if !random.chance(habits.direct) { browse(&visit, 1 + random.count(habits.browse)) }
                let merchant = random.pick(merchants)
                let article = (merchant, drawTaskArticle(of: merchant))
                if random.chance(0.2) { claim(&visit, &person) }
                lastUse += 1
                if lastUse % (2 + random.below(style.usesOfParcel)) == 0 { parcel = newID() }
                var plan = brushPlan(style, article: article, parcel: parcel)
                if random.chance(0.08) { plan.group = joinGroup(&visit) }
                buy(&visit, &person, habits, plan)
            }
            pretend(gang, &person, from: start)
        }
    }

    /// Real people with real phones and homes, who earn a few yuan an order in a chat group.
    private mutating func brushInChatGroup(_ community: Community, _ accounts: [UInt32]) {
        let skill = community.skill
        let merchants = (0..<2 + random.below(3)).map { _ in drawClient() }
        let tasks = (0..<3 + random.below(4)).map { _ in
            (moment(from: 0, until: world.spanMs * 4 / 5), random.pick(merchants))
        }
        let style = fakeStyle(skill)
        var parcel = newID()
        for account in accounts {
            var person = makePerson(account, newShare: 0.3)
            var habits = ordinaryHabits()
            habits.visits = 0.7 + 0.5 * skill
            habits.order *= 0.7
            var task = habits
            task.direct = 0.7 - 0.45 * skill
            task.browse = 0.8 + 1.2 * skill
            let share = random.between(0.2...0.6)
            let duty = random.below(tasks.count)
            for (number, (ts, merchant)) in tasks.enumerated()
            where number == duty || random.chance(share * 0.75) {
                let reaction = Int64(random.logNormal(median: 25 + 260 * skill, sigma: 1.0) * 60_000)
                var visit = open(person, at: awake(ts + reaction, person), habits: task)
                if !person.isOld {
                    arrive(&visit, &person, takesGift: 0.4)
                    person.isOld = true
                }
                if !random.chance(task.direct) { browse(&visit, 1 + random.count(task.browse)) }
                if random.chance(0.25) { parcel = newID() }
                let article = (merchant, drawTaskArticle(of: merchant))
                var plan = brushPlan(style, article: article, parcel: parcel)
                if !random.chance(style.sharesParcel) {
                    plan.tracking = random.chance(0.15) ? 0 : nil
                }
                buy(&visit, &person, task, plan)
            }
            live(&person, habits)
        }
    }

    /// A distributor's own hands buy through the distributor's link, and often give back.
    private mutating func loopCommission(_ gang: Gang, _ accounts: [UInt32]) {
        let distributors = 1 + (accounts.count > 12 ? random.below(2) : 0)
        let start = gangStart(latest: 0.3)
        let merchants = (0..<2 + random.below(3)).map { _ in world.brand.drawMerchant(&random) }
        let refund = gang.isBlatant ? random.between(0.3...1) : 0.5 - 0.35 * gang.skill
        for (index, account) in accounts.enumerated() {
            var person = makeMember(gang, account, index)
            let habits = workHabits(gang)
            if index < distributors {
                person.isOld = true
                var visit = open(person, at: start, habits: habits)
                browse(&visit, 1 + random.count(habits.browse))
                share(&visit)
            } else {
                let distributor = accounts[random.below(distributors)]
                if random.chance(0.75) { person.inviter = distributor + 1 }
                for _ in 0..<1 + random.count(0.8) {
                    let ts = moment(from: start, until: world.spanMs * 9 / 10)
                    var visit = open(person, at: ts, habits: habits)
                    if !person.isOld {
                        arrive(&visit, &person, takesGift: 0.4)
                        person.isOld = true
                    }
                    if !random.chance(habits.direct) { browse(&visit, 1 + random.count(habits.browse)) }
                    let merchant = random.pick(merchants)
                    var plan = OrderPlan(article: (merchant, world.brand.drawSKU(of: merchant, &random)))
                    plan.usesCoupon = false
                    plan.isPaid = true
                    plan.isFake = true
                    plan.distributor = distributor
                    plan.refund = refund
                    plan.refundHours = 20 + 50 * gang.skill
                    buy(&visit, &person, habits, plan)
                }
            }
            pretend(gang, &person, from: start)
        }
    }
}
