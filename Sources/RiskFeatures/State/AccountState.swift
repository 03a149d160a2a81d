import ActivityLog

/// Everything remembered of one account: its own doings, and what the things it touches last said of themselves.
///
/// Rows are read from memory a cache line of 64 bytes at a time, so the order of the parts is that of how often they are
/// needed, and a row is eleven lines and no more.
struct AccountState: KeyedState {
    var lastMs: Int64 = .min
    var firstMs: Int64 = 0

    // The account's own doings, a part each; those that every event changes stand first.
    var life = AccountLife()
    var devices = AccountDevices()
    var timing = AccountTiming()
    var memory = ScoreMemory()
    /// Its orders' row in the engine's pool; row 0 is that of no orders.
    var ordersRow: UInt32 = 0
    /// Its links' row; 0 while nothing speaks against it.
    var linksRow: UInt32 = 0
    /// Where what it did is kept since it first looked unusual; row 0 is that of all others.
    var evidenceRow: UInt32 = 0
    var lastKeys = LastKeys()
    var key: UInt64 = 0
    var text = TextRange()
    var benefits = AccountBenefits()

    // The last known words of the things it touched.
    var device = DeviceEvidence()
    var network = NetworkEvidence()
    var identity = IdentityEvidence()
    var inviter = HubEvidence()
    var own = HubEvidence()
    var merchant = MerchantEvidence()
    var synchrony = SynchronyEvidence()
    var referral = AccountReferral()
    var company = CompanyEvidence()
    var prelude = EvidencePrelude()
    /// Fills the row's last cache line, so that every row begins with one.
    private var spare: UInt64 = 0

    /// How much of the state an event touches that costs nothing and names nothing of a person's.
    static var bytesOfEveryEvent: Int { 320 }

    init() {}

    /// An account that was forgotten and is seen again.
    init(key: UInt64, text: TextRange) {
        self.key = key
        self.text = text
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {
        body(&devices.devices)
        body(&devices.addresses)
    }

    /// Gives back what it holds of the pools, before it goes.
    mutating func release(
        _ sketches: inout SketchPool, _ orders: inout RowPool<AccountOrders>,
        _ links: inout RowPool<AccountLinks>, _ evidence: inout RowPool<EvidenceRing>
    ) {
        release(&sketches)
        if ordersRow != 0 { orders.free(ordersRow) }
        if linksRow != 0 { links.free(linksRow) }
        if evidenceRow != 0 { evidence.free(evidenceRow) }
    }

    /// Takes one of the account's own events.
    @inline(__always)
    mutating func observe(
        _ event: Event, _ stamp: UInt16, _ tables: borrowing ScoreTables, _ sketches: inout SketchPool
    ) {
        if lastMs == .min { firstMs = event.ts }
        let previousMs = lastMs
        lastMs = event.ts
        timing.observe(event, previousMs: previousMs, tables)
        life.observe(event, previousMs: previousMs)
        devices.observe(event, stamp, &sketches)
        if EventType.Set.costly.contains(event.type) {
            benefits.observe(event, ageMs: event.ts - firstMs, life, timing)
        }
    }
}

/// Where an account id's bytes stand in the engine's text store.
struct TextRange: BitwiseCopyable {
    var offset: UInt32 = 0
    var length: UInt16 = 0

    var bytes: Range<Int> { Int(offset)..<Int(offset) + Int(length) }
}

/// What an account last named of a person's, by key, to be asked again at the end of the logs; 0 is none.
struct LastKeys: BitwiseCopyable {
    var phone: UInt64 = 0
    var address: UInt64 = 0
    var payer: UInt64 = 0
    var inviter: UInt64 = 0
}

/// The rhythm of an account's events.
struct AccountTiming: BitwiseCopyable {
    /// Gaps within a visit (below half an hour), seconds, and their logarithms.
    var gaps = RunningMoments()
    var logGaps = RunningMoments()
    var busiest = BusiestStretches()
    var seconds = CircularConcentration()
    var hours = HourHistogram()
    /// Last sight of a page, for the reaction to it.
    var lastLookMs: Int64 = 0
    /// From a page to a grant, milliseconds.
    var reactions = RunningMoments()
    var fastestReactionMs = Float.nan
    var checkIns = CircularConcentration()
    var checkInDay: Int32 = 0
    var checkInStreak: UInt16 = 0

    static var visitMs: Int64 { 30 * Clock.minute }

    @inline(__always)
    mutating func observe(_ event: Event, previousMs: Int64, _ tables: borrowing ScoreTables) {
        if previousMs != .min {
            let gapMs = event.ts - previousMs
            if gapMs < AccountTiming.visitMs {
                let gap = Float(gapMs) / 1000
                gaps.add(gap)
                logGaps.add(Self.fastLog2(1 + gap * 10))
            }
        }
        busiest.add(event.ts)
        let angle = tables.secondOfMinute(event.ts)
        seconds.add(cosine: angle.x, sine: angle.y)
        hours.add(Clock.localHour(event.ts))
        if EventType.Set.looks.contains(event.type) { lastLookMs = event.ts }
        if EventType.Set.grants.contains(event.type) { react(event) }
    }

    private mutating func react(_ event: Event) {
        if lastLookMs != 0, event.ts - lastLookMs < AccountTiming.visitMs {
            let reaction = Float(event.ts - lastLookMs)
            reactions.add(reaction)
            fastestReactionMs = fastestReactionMs.isNaN ? reaction : min(fastestReactionMs, reaction)
        }
        guard event.type == .checkIn else { return }
        let day = Clock.localDay(event.ts)
        if day != checkInDay {
            checkInStreak = day == checkInDay + 1 ? min(checkInStreak + 1, 1000) : 1
            checkInDay = day
        }
        let turn = Float((event.ts + Clock.zone) % Clock.day) / Float(Clock.day) * 2 * .pi
        checkIns.add(cosine: ScoreTables.cosine(turn), sine: ScoreTables.sine(turn))
    }

    /// log2 from the bits of a positive float: exact at powers of two, within 0.09 between.
    @inline(__always)
    static func fastLog2(_ x: Float) -> Float {
        Float(Int32(truncatingIfNeeded: x.bitPattern) &- 0x3F80_0000) * (1 / Float(1 << 23))
    }
}

/// How far an account came in a customer's life: awareness, interest, purchase, loyalty.
struct AccountLife: BitwiseCopyable {
    var events: UInt32 = 0
    var browses: UInt32 = 0
    var costly: UInt32 = 0
    var activeDays: UInt16 = 0
    var visits: UInt16 = 0
    private var lastDay: Int32 = .min
    /// Stages seen, one bit each.
    private(set) var stages: UInt8 = 0
    private(set) var paidOrders: UInt16 = 0
    var registered = false
    /// Product pages since the last order, for orders nobody looked at first.
    var viewsSinceOrder: UInt16 = 0
    /// Idle time that the present visit ended, days; unknown in the first visit.
    var idleDays = Float.nan
    var platformDevtools = false
    var platformDesktop = false
    var emulator = false
    @Rounded var wxRiskRank = Float.nan
    @Rounded var wxDeviceRiskRank = Float.nan
    var wxDeviceUsers = Float.nan
    var refused: UInt16 = 0

    @inline(__always)
    mutating func observe(_ event: Event, previousMs: Int64) {
        events &+= 1
        let day = Clock.localDay(event.ts)
        if day != lastDay {
            activeDays = min(activeDays &+ 1, 10_000)
            lastDay = day
        }
        if previousMs == .min {
            visits = 1
        } else if event.ts - previousMs >= AccountTiming.visitMs {
            visits = min(visits &+ 1, 10_000)
            idleDays = Float(event.ts - previousMs) / Float(Clock.day)
        }
        if EventType.Set.browsing.contains(event.type) { browses &+= 1 }
        if EventType.Set.interest.contains(event.type) { stages |= 2 } else { stages |= 1 }
        switch event.type {
        case .productView, .cartAdd: viewsSinceOrder = min(viewsSinceOrder &+ 1, 1000)
        case .register: registered = true
        case .orderPay:
            stages |= paidOrders == 0 ? 4 : 12
            paidOrders = min(paidOrders &+ 1, 10_000)
        case .reviewPost, .share: if paidOrders > 0 { stages |= 8 }
        default: break
        }
        switch event.platform {
        case .devtools: platformDevtools = true
        case .windows, .mac: platformDesktop = true
        default: break
        }
        if event.modelIsEmulator { emulator = true }
        if !event.ok { refused = min(refused &+ 1, 10_000) }
        if event.present & AccountLife.riskHeaders != 0 { takeRiskHeaders(event) }
    }

    private static let riskHeaders: UInt64 =
        1 << UInt64(EventField.wxRiskRank.rawValue) | 1 << UInt64(EventField.wxDeviceRiskRank.rawValue)
        | 1 << UInt64(EventField.wxDeviceUV1d.rawValue)

    private mutating func takeRiskHeaders(_ event: Event) {
        func highest(_ old: Float, _ new: Float) -> Float { old.isNaN ? new : max(old, new) }
        if event.has(.wxRiskRank) { wxRiskRank = highest(wxRiskRank, Float(event.wxRiskRank)) }
        if event.has(.wxDeviceRiskRank) {
            wxDeviceRiskRank = highest(wxDeviceRiskRank, Float(event.wxDeviceRiskRank))
        }
        if event.has(.wxDeviceUV1d) { wxDeviceUsers = highest(wxDeviceUsers, Float(event.wxDeviceUsers1d)) }
    }

    @inline(__always)
    mutating func afterCostly(_ event: Event) {
        costly &+= 1
        if event.type == .orderSubmit { viewsSinceOrder = 0 }
    }

    /// The furthest stage reached, 0…3.
    var stage: Float { Float(7 - stages.leadingZeroBitCount) }
    /// Stages before the furthest that were never seen.
    var skippedStages: Float {
        let furthest = 7 - stages.leadingZeroBitCount
        return Float(furthest + 1 - stages.nonzeroBitCount)
    }
}

/// What an account was given: coupons, gifts, points.
struct AccountBenefits: BitwiseCopyable {
    var grants: UInt16 = 0
    var claims: UInt16 = 0
    var claims1d = SlidingCount()
    var redeemed: UInt16 = 0
    var transfersOut: UInt16 = 0
    var acceptedTransfers: UInt16 = 0
    var ageAtFirstClaimSeconds = Float.nan
    var browsesBeforeFirstClaim = Float.nan
    var shortestRedeemSeconds = Float.nan
    private var recentClaims = InlineArray<4, Claim>(repeating: Claim())
    var pointsEarned: Float = 0
    var pointsRedemptions: UInt16 = 0
    var pointsRedemptionsSinceOrder: UInt16 = 0
    var refundsAfterPoints: UInt16 = 0
    /// Of grants: those within the first minute of a campaign.
    var launchRushes: UInt16 = 0
    var campaignGrants: UInt16 = 0
    private var nextClaim: UInt8 = 0
    var shortestLaunchDelaySeconds = Float.nan
    var claimedFen: Int64 = 0
    var discountedFen: Int64 = 0
    var pointsFen: Int64 = 0

    /// What the coupons that it gave away were worth, at the mean of those it had: whoever accepted them holds them now.
    var passedOnFen: Int64 {
        let given = min(transfersOut, claims)
        return claims == 0 ? 0 : Int64(Double(claimedFen) * Double(given) / Double(claims))
    }

    private struct Claim: BitwiseCopyable {
        var key: UInt32 = 0
        var second: UInt32 = 0
    }

    @inline(__always)
    mutating func observe(_ event: Event, ageMs: Int64, _ life: AccountLife, _ timing: AccountTiming) {
        if EventType.Set.grants.contains(event.type) {
            grants = min(grants &+ 1, 60_000)
            if event.ok, event.type != .pointsEarn, event.type != .checkIn {
                claimedFen = claimedFen.plus(event.has(.discountFen) ? event.discountFen : event.amountFen)
            }
        }
        switch event.type {
        case .couponClaim, .trialClaim, .prizeClaim, .couponAccept, .memberPackBuy: claim(event, ageMs, life)
        case .couponRedeem: redeem(event)
        case .couponTransfer: transfersOut = min(transfersOut &+ 1, 60_000)
        case .pointsEarn, .checkIn:
            pointsEarned += Float(max(0, event.points))
            pointsFen = pointsFen.plus(Int64(max(0, event.points)))
        case .pointsRedeem:
            pointsRedemptions = min(pointsRedemptions &+ 1, 60_000)
            pointsRedemptionsSinceOrder = min(pointsRedemptionsSinceOrder &+ 1, 60_000)
        case .orderPay:
            pointsRedemptionsSinceOrder = 0
            discountedFen = discountedFen.plus(event.discountFen)
        case .refundApply:
            if pointsRedemptionsSinceOrder > 0 { refundsAfterPoints = min(refundsAfterPoints &+ 1, 60_000) }
        default: break
        }
    }

    private mutating func claim(_ event: Event, _ ageMs: Int64, _ life: AccountLife) {
        if claims == 0 {
            ageAtFirstClaimSeconds = Float(ageMs) / 1000
            browsesBeforeFirstClaim = Float(life.browses)
        }
        claims = min(claims &+ 1, 60_000)
        claims1d.add(at: event.ts, window: Clock.day)
        if event.type == .couponAccept { acceptedTransfers = min(acceptedTransfers &+ 1, 60_000) }
        let key = event.couponInstanceKey != 0 ? event.couponInstanceKey : event.couponKey
        recentClaims[Int(nextClaim)] = Claim(
            key: UInt32(truncatingIfNeeded: key), second: Clock.seconds(event.ts))
        nextClaim = (nextClaim + 1) % 4
    }

    private mutating func redeem(_ event: Event) {
        redeemed = min(redeemed &+ 1, 60_000)
        let key = event.couponInstanceKey != 0 ? event.couponInstanceKey : event.couponKey
        guard key != 0 else { return }
        for place in 0..<4
        where recentClaims[place].second != 0 && recentClaims[place].key == UInt32(truncatingIfNeeded: key) {
            let seconds = Float(Clock.seconds(event.ts) &- recentClaims[place].second)
            shortestRedeemSeconds =
                shortestRedeemSeconds.isNaN ? seconds : min(shortestRedeemSeconds, seconds)
        }
    }

    /// A grant of a campaign that began `delayMs` ago.
    @inline(__always)
    mutating func observeLaunch(delayMs: Int64) {
        campaignGrants = min(campaignGrants &+ 1, 60_000)
        if delayMs < Clock.minute { launchRushes = min(launchRushes &+ 1, 60_000) }
        // Who comes later than a day after the start comes in the course of the campaign, however long that takes.
        let seconds = Float(min(delayMs, Clock.day)) / 1000
        shortestLaunchDelaySeconds =
            shortestLaunchDelaySeconds.isNaN ? seconds : min(shortestLaunchDelaySeconds, seconds)
    }
}

/// An account's orders, from submission to review.
struct AccountOrders: BitwiseCopyable {
    var submitted: UInt16 = 0
    var paid: UInt16 = 0
    var cancelled: UInt16 = 0
    var refunds: UInt16 = 0
    var received: UInt16 = 0
    var untracked: UInt16 = 0
    var reviews: UInt16 = 0
    var instantFiveStars: UInt16 = 0
    var withoutLooking: UInt16 = 0
    var overThreshold: UInt16 = 0
    var priced: UInt16 = 0
    var amounts = MajorityVote()
    var merchants = MajorityVote()
    var products = MajorityVote()
    var quantity: Float = 0
    var paidFen: Int64 = 0
    var discountFen: Int64 = 0
    var refundFen: Int64 = 0
    var commissionFen: Int64 = 0
    var commissions: UInt16 = 0
    /// The place of the next order in `recent`. It stands here, where room is left, so that a row is six half cache lines.
    private var next: UInt8 = 0
    var shortestRefundHours = Float.nan
    var shortestConfirmHours = Float.nan
    var payDelay = RunningMoments()
    private var recent = InlineArray<4, RecentOrder>(repeating: RecentOrder())
    private var recentMerchants = InlineArray<4, UInt16>(repeating: 0)

    private struct RecentOrder: BitwiseCopyable {
        var key: UInt32 = 0
        var submitted: UInt32 = 0
        var paid: UInt32 = 0
        var received: UInt32 = 0
    }

    private static var thresholdFen: Int64 { 5000 }

    @inline(__always)
    mutating func observe(_ event: Event, _ life: AccountLife) {
        switch event.type {
        case .orderSubmit: submit(event, life)
        case .orderPay: pay(event)
        case .orderCancel: cancelled = min(cancelled &+ 1, 60_000)
        case .refundApply: refund(event)
        case .refundDone: refundFen = refundFen.plus(event.refundFen)
        case .orderReceive: receive(event)
        case .reviewPost: review(event)
        case .commission:
            commissions = min(commissions &+ 1, 60_000)
            commissionFen = commissionFen.plus(event.amountFen)
        default: break
        }
    }

    private mutating func submit(_ event: Event, _ life: AccountLife) {
        submitted = min(submitted &+ 1, 60_000)
        if life.viewsSinceOrder == 0 { withoutLooking = min(withoutLooking &+ 1, 60_000) }
        if event.has(.amountFen) {
            priced = min(priced &+ 1, 60_000)
            let list = event.amountFen.plus(event.discountFen)
            let over = list % AccountOrders.thresholdFen
            if list >= AccountOrders.thresholdFen, over <= AccountOrders.thresholdFen / 20 {
                overThreshold = min(overThreshold &+ 1, 60_000)
            }
            amounts.add(UInt32(truncatingIfNeeded: event.amountFen))
        }
        if event.merchantKey != 0 { merchants.add(UInt32(truncatingIfNeeded: event.merchantKey)) }
        if event.skuKey != 0 { products.add(UInt32(truncatingIfNeeded: event.skuKey)) }
        quantity += Float(max(1, event.quantity))
        let key = UInt32(truncatingIfNeeded: event.orderKey)
        recent[Int(next)] = RecentOrder(key: key, submitted: Clock.seconds(event.ts))
        recentMerchants[Int(next)] = event.merchantKey == 0 ? 0 : RecentSet.fingerprint(event.merchantKey)
        next = (next + 1) % 4
    }

    @inline(__always)
    private func place(of order: UInt64) -> Int? {
        guard order != 0 else { return nil }
        for place in 0..<4
        where recent[place].submitted != 0 && recent[place].key == UInt32(truncatingIfNeeded: order) {
            return place
        }
        return nil
    }

    private mutating func pay(_ event: Event) {
        paid = min(paid &+ 1, 60_000)
        paidFen = paidFen.plus(event.amountFen)
        discountFen = discountFen.plus(event.discountFen)
        guard let place = place(of: event.orderKey) else { return }
        recent[place].paid = Clock.seconds(event.ts)
        payDelay.add(Float(recent[place].paid &- recent[place].submitted))
    }

    /// Hours since the event's order was paid; unknown when that was not seen.
    func hoursSincePayment(_ event: Event) -> Float {
        guard let place = place(of: event.orderKey), recent[place].paid != 0 else { return .nan }
        return Self.hours(from: recent[place].paid, to: event.ts)
    }

    /// The last four orders with a merchant, by 16 bits of the merchant's key.
    func forEachRecent(_ body: (_ merchant: UInt16, _ second: UInt32) -> Void) {
        for place in 0..<4 where recentMerchants[place] != 0 {
            body(recentMerchants[place], recent[place].submitted)
        }
    }

    /// Whether a review gives five stars within ten minutes after receipt.
    func isInstantPraise(_ event: Event) -> Bool {
        guard event.rating == 5, let place = place(of: event.orderKey), recent[place].received != 0 else {
            return false
        }
        return Clock.seconds(event.ts) &- recent[place].received < 600
    }

    private mutating func refund(_ event: Event) {
        refunds = min(refunds &+ 1, 60_000)
        shortestRefundHours = least(shortestRefundHours, hoursSincePayment(event))
    }

    private mutating func receive(_ event: Event) {
        received = min(received &+ 1, 60_000)
        if !event.has(.trackingID) { untracked = min(untracked &+ 1, 60_000) }
        if event.trackingKey != 0 {
            shortestConfirmHours = least(shortestConfirmHours, hoursSincePayment(event))
        }
        if let place = place(of: event.orderKey) { recent[place].received = Clock.seconds(event.ts) }
    }

    private mutating func review(_ event: Event) {
        reviews = min(reviews &+ 1, 60_000)
        if isInstantPraise(event) { instantFiveStars = min(instantFiveStars &+ 1, 60_000) }
    }

    private static func hours(from second: UInt32, to ms: Int64) -> Float {
        Float(Clock.seconds(ms) &- second) / 3600
    }

    /// Orders that could have been paid by `ms`: all but the newest while the cashier still waits for it, a quarter of
    /// an hour. Else every honest customer would pay for nothing in the moment between ordering and paying.
    func due(at ms: Int64) -> UInt16 {
        let newest = recent[Int((next &+ 3) % 4)]
        let isOpen = newest.submitted != 0 && newest.paid == 0 && Clock.seconds(ms) &- newest.submitted < 900
        return isOpen && submitted > paid ? submitted &- 1 : submitted
    }

    /// Orders submitted and neither paid nor cancelled.
    var unpaidHolds: Float { max(0, Float(submitted) - Float(paid) - Float(cancelled)) }
}

/// The devices and addresses of an account.
struct AccountDevices: BitwiseCopyable {
    var devices = RecentSet()
    var addresses = RecentSet()
    private(set) var lastDevice: UInt64 = 0
    /// The last device whose id names a handset; 0 is none.
    var lastHandset: UInt64 = 0
    private var lastNetwork: UInt64 = 0
    var deviceEvents: UInt32 = 0
    var deviceSwitches: UInt32 = 0
    var networkEvents: UInt32 = 0
    var networkHops: UInt32 = 0
    private var favourite = MajorityVote()
    /// Whether it has left a handset for a phone of its own.
    var hasMovedOn = false

    @inline(__always)
    mutating func observe(_ event: Event, _ stamp: UInt16, _ sketches: inout SketchPool) {
        if event.deviceKey != 0 {
            deviceEvents &+= 1
            if event.deviceKey != lastDevice {
                if lastDevice != 0 { deviceSwitches &+= 1 }
                lastDevice = event.deviceKey
            }
            devices.insert(event.deviceKey, at: stamp, &sketches)
            favourite.add(UInt32(truncatingIfNeeded: event.deviceKey))
        }
        if event.ipKey != 0 {
            networkEvents &+= 1
            if event.networkKey != lastNetwork {
                if lastNetwork != 0 { networkHops &+= 1 }
                lastNetwork = event.networkKey
            }
            addresses.insert(event.ipKey, at: stamp, &sketches)
        }
    }

    /// Share of events on other devices than the commonest.
    var awayShare: Float { 1 - favourite.share(support: 4) }
}

/// How an account came and whom it deals with.
struct AccountReferral: BitwiseCopyable {
    var depth = Float.nan
    @Rounded var inviterOnDevice = Float.nan
    @Rounded var inviterOnAddress = Float.nan
    /// Most senders that any receiver of this account's transfers had.
    var receiverSenders = Float.nan
    var assists: UInt16 = 0
    var reciprocal: UInt16 = 0
    var peerEvents: UInt16 = 0
    /// Commissions on purchases by a payer who pays for no other account, and by any payer.
    var ownPurseCommissions: UInt16 = 0
    var purseCommissions: UInt16 = 0
}

extension EventType.Set {
    /// A page before the eyes: what an action can be a reaction to.
    static var looks: EventType.Set {
        EventType.Set([.appOpen, .pageView, .productView, .adView, .adClick, .click, .search])
    }
    /// What an account's orders are made of.
    static var ordering: EventType.Set {
        EventType.Set([
            .orderSubmit, .orderPay, .orderCancel, .refundApply, .refundDone, .orderReceive, .reviewPost,
            .commission,
        ])
    }
    /// Interest in goods.
    static var interest: EventType.Set {
        EventType.Set([
            .productView, .favorite, .cartAdd, .search, .register, .phoneBind, .subscribe, .adClick,
        ])
    }
}
