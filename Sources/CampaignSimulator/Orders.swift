import ActivityLog

/// What is particular about an order; what is left nil goes by the buyer's habits.
struct OrderPlan {
    var article: (merchant: UInt16, sku: UInt32)?
    var usesCoupon: Bool?
    var isPaid: Bool?
    var group: UInt32 = 0
    var quantity: UInt8 = 1
    /// Taken off beside any coupon, fen: a flash sale's price.
    var reductionFen: UInt32 = 0
    /// Parcel; 0 is none: picked up in the shop, or nothing was sent.
    var tracking: UInt32?
    /// Median hours from payment to receipt.
    var receiptHours: Double?
    /// Chance that five stars follow the receipt within minutes.
    var instantReview: Double?
    var refund: Double?
    /// Median hours from payment to the wish for a refund.
    var refundHours = 60.0
    /// The order is a show; the platform pays for it.
    var isFake = false
    /// If it is not paid, the shop lets it lapse after half an hour, and the buyer goes on meanwhile.
    var isHeld = false
    /// Account that earns commission by it.
    var distributor: UInt32?
}

/// An order that was placed.
struct PlacedOrder {
    var order: UInt32
    var merchant: UInt16
    var amountFen: UInt32
    var isPaid: Bool
    var paidAt: Int64
    var tracking: UInt32
}

extension Diary {
    /// Orders an article in this visit, and lives through what follows: payment, parcel, receipt, review, refund.
    @discardableResult
    mutating func buy(
        _ visit: inout Visit, _ person: inout Person, _ habits: Habits, _ plan: OrderPlan = OrderPlan()
    ) -> PlacedOrder {
        let brand = world.brand
        let wantsCoupon = plan.usesCoupon ?? random.chance(habits.couponUse)
        var held: Person.HeldCoupon?
        if wantsCoupon, !person.wallet.isEmpty {
            held = person.wallet.remove(at: random.below(person.wallet.count))
        }
        let article =
            plan.article
            ?? held.map { held in
                brand.drawSKU(
                    of: nil, reaching: brand.coupons[Int(held.coupon)].thresholdFen,
                    tries: habits.thresholdTries, &random)
            }
            ?? {
                let merchant = brand.drawMerchant(&random)
                return (merchant, brand.drawSKU(of: merchant, &random))
            }()
        var quantity = plan.quantity
        if quantity == 1, random.chance(0.12) { quantity = UInt8(2 + random.count(0.5)) }
        let gross = brand.price(of: article.sku) * UInt32(quantity)
        var discount = min(gross / 2, plan.reductionFen * UInt32(quantity))
        if let coupon = held {
            let terms = brand.coupons[Int(coupon.coupon)]
            if gross >= terms.thresholdFen {
                discount += terms.faceFen
            } else {
                person.wallet.append(coupon)
                held = nil
            }
        }
        // Shops give small reductions of their own to anybody.
        if discount == 0, random.chance(0.3) { discount = gross / 100 * UInt32(random.between(3...15)) }
        let amount = gross - min(discount, gross)
        let order = newID()

        if !random.chance(habits.direct), random.chance(0.7) {
            think(&visit)
            look(&visit, at: article)
        }
        think(&visit, times: 1.4)
        emit(&visit, .orderSubmit) {
            $0.order = order
            $0.merchant = article.merchant + 1
            $0.sku = article.sku + 1
            $0.quantity = quantity
            $0.amount = amount
            $0.discount = discount
            $0.address = person.address
            $0.phone = person.phone
            $0.group = plan.group
            $0.inviter = person.inviter
            if let held {
                $0.coupon = held.coupon + 1
                $0.couponInstance = held.instance
            }
        }
        let isPaid = plan.isPaid ?? !random.chance(habits.unpaid)
        guard isPaid else {
            if let held { person.wallet.append(held) }
            if random.chance(0.7) {
                var later = visit
                later.now += Int64((plan.isHeld ? 30 : random.between(4.0...31.0)) * 60_000)
                emit(&later, .orderCancel) {
                    $0.order = order
                    $0.merchant = article.merchant + 1
                    $0.amount = amount
                }
                if !plan.isHeld { visit = later }
            }
            return PlacedOrder(
                order: order, merchant: article.merchant, amountFen: amount, isPaid: false, paidAt: visit.now,
                tracking: 0)
        }
        think(&visit, times: 1.2)
        if let held {
            emit(&visit, .couponRedeem) {
                $0.order = order
                $0.coupon = held.coupon + 1
                $0.couponInstance = held.instance
                $0.discount = brand.coupons[Int(held.coupon)].faceFen
                $0.campaign = brand.coupons[Int(held.coupon)].campaign + 1
            }
            visit.now += Int64(random.between(60...900))
        }
        emit(&visit, .orderPay) {
            $0.order = order
            $0.merchant = article.merchant + 1
            $0.sku = article.sku + 1
            $0.amount = amount
            $0.discount = discount
            $0.payer = person.payer
            $0.inviter = person.inviter
            $0.quantity = quantity
            $0.group = plan.group
        }
        let paidAt = visit.now
        if plan.isFake {
            lose(person.account, paidAt, 300 + amount / 40, .fakeOrder)
        } else if person.costsAsCheat == .couponAbuse, discount > 0 {
            lose(person.account, paidAt, discount, .couponAbuse)
        }
        let earned = Int32(amount / 200)
        if random.chance(0.55), earned > 0 {
            person.points += earned
            emitServer(
                account: person.account, at: paidAt + Int64(random.logNormal(median: 1800, sigma: 0.7)),
                frontEnd: visit.context.frontEnd, .pointsEarn
            ) {
                $0.points = earned
                $0.order = order
            }
        }
        if let distributor = plan.distributor ?? (plan.isFake ? nil : earner(of: person)) {
            let delay = Int64(random.logNormal(median: 4 * 3_600_000, sigma: 1.1))
            let fee = max(50, amount / 12)
            emitServer(account: distributor, at: paidAt + delay, frontEnd: 0, .commission) {
                $0.peer = person.account + 1
                $0.order = order
                $0.amount = fee
            }
            if plan.isFake { lose(distributor, paidAt + delay, fee, .fakeOrder) }
        }
        let placed = PlacedOrder(
            order: order, merchant: article.merchant, amountFen: amount, isPaid: true, paidAt: paidAt,
            tracking: 0)
        return follow(placed, person, habits, plan)
    }

    /// Who earns by an honest customer's order: now and then the friend who brought them.
    private mutating func earner(of person: Person) -> UInt32? {
        guard person.inviter != 0, person.costsAsCheat == nil, random.chance(difficulty.friendCommissionShare)
        else { return nil }
        return person.inviter - 1
    }

    /// What happens to a paid order in the days after.
    private mutating func follow(
        _ placed: PlacedOrder, _ person: Person, _ habits: Habits, _ plan: OrderPlan
    ) -> PlacedOrder {
        var placed = placed
        if plan.refund == nil, random.chance(habits.cancel) {
            // Cancelled before it left.
            let ts = placed.paidAt + Int64(random.logNormal(median: 50, sigma: 1.2) * 60_000)
            var visit = open(person, at: ts, habits: habits)
            think(&visit)
            emit(&visit, .orderCancel) {
                $0.order = placed.order
                $0.merchant = placed.merchant + 1
                $0.amount = placed.amountFen
            }
            refund(placed, person, frontEnd: visit.context.frontEnd, from: visit.now)
            return placed
        }
        let isPickup = plan.tracking.map { $0 == 0 } ?? random.chance(habits.pickup)
        placed.tracking = isPickup ? 0 : (plan.tracking ?? newID())
        var receivedAt = placed.paidAt
        if let median = plan.receiptHours {
            receivedAt += Int64(random.logNormal(median: median, sigma: 0.55) * 3_600_000)
        } else if world.brand.has(.deliversWithinHours, placed.merchant, share: difficulty.localShops) {
            receivedAt += Int64(random.logNormal(median: 5, sigma: 1.0) * 3_600_000)
        } else if isPickup {
            receivedAt += Int64(random.logNormal(median: 2.2, sigma: 1.3) * 3_600_000)
        } else {
            receivedAt += Int64(random.logNormal(median: 64, sigma: 0.45) * 3_600_000)
        }
        receivedAt = awake(receivedAt, person)
        let refundChance = plan.refund ?? habits.refund
        let isRefunded = random.chance(refundChance)
        let confirms = plan.receiptHours != nil ? random.chance(0.88) : random.chance(isPickup ? 0.8 : 0.66)
        if confirms, !(isRefunded && plan.refundHours < 24) {
            var visit = open(person, at: receivedAt, habits: habits)
            think(&visit)
            let tracking = placed.tracking
            emit(&visit, .orderReceive) {
                $0.order = placed.order
                $0.merchant = placed.merchant + 1
                $0.tracking = tracking
            }
            let isHasty = random.chance(plan.instantReview ?? customaryHaste(placed.merchant))
            if isHasty || random.chance(habits.review) {
                if isHasty {
                    visit.now += Int64(random.logNormal(median: 45, sigma: 0.9) * 1000)
                } else {
                    let later = awake(
                        visit.now + Int64(random.logNormal(median: 9, sigma: 1.4) * 3_600_000), person)
                    visit = open(person, at: later, habits: habits)
                    think(&visit)
                }
                let stars: UInt8 =
                    isHasty && random.chance(0.93)
                    ? 5 : [5, 5, 5, 5, 4, 5, 5, 4, 3, random.chance(0.4) ? 1 : 2][random.below(10)]
                emit(&visit, .reviewPost) {
                    $0.order = placed.order
                    $0.merchant = placed.merchant + 1
                    $0.rating = stars
                }
            }
        }
        if isRefunded {
            let hours = random.logNormal(median: plan.refundHours, sigma: 0.7)
            var visit = open(person, at: placed.paidAt + Int64(hours * 3_600_000), habits: habits)
            think(&visit)
            emit(&visit, .refundApply) {
                $0.order = placed.order
                $0.merchant = placed.merchant + 1
                $0.refund = placed.amountFen
            }
            refund(placed, person, frontEnd: visit.context.frontEnd, from: visit.now)
        }
        return placed
    }

    /// Share of a shop's receipts that customers praise at once.
    private func customaryHaste(_ merchant: UInt16) -> Double {
        world.brand.has(.thanksForPraise, merchant, share: difficulty.cashbackShops)
            ? difficulty.cashbackHastyReviewShare : difficulty.hastyReviewShare
    }

    private mutating func refund(_ placed: PlacedOrder, _ person: Person, frontEnd: UInt8, from ts: Int64) {
        let delay = Int64(random.logNormal(median: 7, sigma: 1.1) * 3_600_000)
        emitServer(account: person.account, at: ts + delay, frontEnd: frontEnd, .refundDone) {
            $0.order = placed.order
            $0.merchant = placed.merchant + 1
            $0.refund = placed.amountFen
        }
    }

    /// Moves a time out of the person's sleep.
    mutating func awake(_ ts: Int64, _ person: Person) -> Int64 {
        let shift = Int64(person.dayShift * Double(Clock.hour))
        let hour = ((ts - shift) % Clock.day + Clock.day) % Clock.day / Clock.hour
        guard (1...7).contains(hour), random.chance(0.85) else { return ts }
        return ts + (8 - hour) * Clock.hour + Int64(random.exponential(70) * 60_000)
    }
}
