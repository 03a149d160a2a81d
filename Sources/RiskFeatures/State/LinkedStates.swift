import ActivityLog

// What is remembered of the things that accounts share. Each state is a fold over its own events in canonical
// order and knows no other key.

/// A handset (a device id that names one).
struct DeviceState: KeyedState {
    var lastMs: Int64 = .min
    var firstMs: Int64 = 0
    var company = SuspectSet()
    var accounts = RecentSet()
    /// Accounts that were granted something here.
    var claimers = RecentSet()
    var purses = PurseCount()
    /// Accounts that left for a phone of their own.
    var movedOn: UInt16 = 0
    var claims = WindowedCount()
    var registrations = WindowedCount()

    @inline(__always)
    mutating func observe(
        _ event: Event, payerAccounts: Float, _ stamp: UInt16, _ sketches: inout SketchPool
    ) {
        if lastMs == .min { firstMs = event.ts }
        lastMs = event.ts
        accounts.insert(event.accountKey, at: stamp, &sketches)
        purses.observe(event, payerAccounts: payerAccounts)
        if event.type == .register { registrations.add(at: event.ts) }
        if event.ok, EventType.Set.grants.contains(event.type) {
            claims.add(at: event.ts)
            claimers.insert(event.accountKey, at: stamp, &sketches)
        }
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {
        body(&accounts)
        body(&claimers)
    }
}

/// Payments, and those by a payer who pays for no other account: customers bring purses of their own, a gang's
/// accounts share a few. The first payment by a purse that is shared later counts as its own.
struct PurseCount: BitwiseCopyable {
    private var payments: UInt16 = 0
    private var own: UInt16 = 0

    /// - Parameter payerAccounts: accounts on the event's payer, this one included.
    @inline(__always)
    mutating func observe(_ event: Event, payerAccounts: Float) {
        guard event.type == .orderPay, event.payerKey != 0, payments != .max else { return }
        payments &+= 1
        if payerAccounts < 1.5 { own &+= 1 }
    }

    func ownShare(support: UInt16) -> Float { share(own, of: payments, support: support) }
}

/// A public network address.
struct IPState: KeyedState {
    var lastMs: Int64 = .min
    var accounts = RecentSet()
    var models = RecentSet()
    var claims = SlidingCount()
    var company = SuspectSet()

    @inline(__always)
    mutating func observe(_ event: Event, _ stamp: UInt16, _ sketches: inout SketchPool) {
        lastMs = event.ts
        accounts.insert(event.accountKey, at: stamp, &sketches)
        if event.modelKey != 0 { models.insert(event.modelKey, at: stamp, &sketches) }
        if EventType.Set.grants.contains(event.type) { claims.add(at: event.ts, window: Clock.hour) }
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {
        body(&accounts)
        body(&models)
    }
}

/// A /24, or the /48 of an IPv6 address.
struct NetworkState: KeyedState {
    var lastMs: Int64 = .min
    var accounts = RecentSet()
    var models = RecentSet()
    var registrations = SlidingCount()
    var fingerprints = FrequentPrints()

    @inline(__always)
    mutating func observe(_ event: Event, _ stamp: UInt16, _ sketches: inout SketchPool) {
        lastMs = event.ts
        let isNew = accounts.insert(event.accountKey, at: stamp, &sketches)
        if event.modelKey != 0 { models.insert(event.modelKey, at: stamp, &sketches) }
        if isNew, event.fingerprintKey != 0 { fingerprints.add(event.fingerprintKey) }
        if event.type == .register { registrations.add(at: event.ts, window: Clock.day) }
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {
        body(&accounts)
        body(&models)
    }
}

/// A Wi-Fi network.
struct WifiState: KeyedState {
    var lastMs: Int64 = .min
    var accounts = RecentSet()
    var models = RecentSet()
    var company = SuspectSet()

    @inline(__always)
    mutating func observe(_ event: Event, _ stamp: UInt16, _ sketches: inout SketchPool) {
        lastMs = event.ts
        accounts.insert(event.accountKey, at: stamp, &sketches)
        if event.modelKey != 0 { models.insert(event.modelKey, at: stamp, &sketches) }
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {
        body(&accounts)
        body(&models)
    }
}

/// Something of a person's that accounts may share: a phone, a delivery address, a payer.
struct IdentityState: KeyedState {
    var lastMs: Int64 = .min
    var accounts = RecentSet()
    var orders = SlidingCount()
    var company = SuspectSet()

    @inline(__always)
    mutating func observe(_ event: Event, _ stamp: UInt16, _ sketches: inout SketchPool) {
        lastMs = event.ts
        accounts.insert(event.accountKey, at: stamp, &sketches)
        if event.type == .orderSubmit { orders.add(at: event.ts, window: Clock.week) }
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {
        body(&accounts)
    }
}

/// A tracking number: one parcel, as a rule one order of one account.
struct ParcelState: KeyedState {
    var lastMs: Int64 = .min
    /// Distinct accounts, and delivery addresses, that it was given to.
    private(set) var accounts = DistinctCount()
    private(set) var addresses = DistinctCount()
    var company = SuspectSet()

    /// - Parameter address: the account's delivery address; 0 when unknown.
    @inline(__always)
    mutating func observe(_ event: Event, to address: UInt64) {
        lastMs = event.ts
        accounts.insert(event.accountKey)
        if address != 0 { addresses.insert(address) }
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {}
}

/// An account as others name it: their inviter, or the peer of their transfers and assists.
struct HubState: KeyedState {
    var lastMs: Int64 = .min
    var invitees = RecentSet()
    var orderingInvitees = RecentSet()
    var inviteeModels = RecentSet()
    var inviteeNetworks = RecentSet()
    /// Accounts that transferred a coupon to this one.
    var senders = RecentSet()
    /// Accounts that assisted this one.
    var helpers = RecentSet()
    var inviteGaps = RunningMoments()
    var inviteePurses = PurseCount()
    private var lastInviteMs: Int64 = 0
    /// Invitations between this account and one nobody invited.
    var depth: UInt16 = 0
    /// Of those who name this account, and it itself.
    var company = SuspectSet()

    /// An event of an invited account.
    @inline(__always)
    mutating func observeInvitee(
        _ event: Event, payerAccounts: Float, _ stamp: UInt16, _ sketches: inout SketchPool
    ) {
        lastMs = event.ts
        inviteePurses.observe(event, payerAccounts: payerAccounts)
        if invitees.insert(event.accountKey, at: stamp, &sketches) {
            if lastInviteMs != 0 { inviteGaps.add(Float(event.ts - lastInviteMs) / 1000) }
            lastInviteMs = event.ts
        }
        let phone = event.modelKey != 0 ? event.modelKey : event.deviceKey
        if phone != 0 { inviteeModels.insert(phone, at: stamp, &sketches) }
        if event.networkKey != 0, event.type == .inviteAccept || event.type == .register {
            inviteeNetworks.insert(event.networkKey, at: stamp, &sketches)
        }
        if event.type == .orderPay { orderingInvitees.insert(event.accountKey, at: stamp, &sketches) }
    }

    /// An event whose other side is this account.
    @inline(__always)
    mutating func observePeer(_ event: Event, _ stamp: UInt16, _ sketches: inout SketchPool) {
        lastMs = event.ts
        if event.type == .couponTransfer { senders.insert(event.accountKey, at: stamp, &sketches) }
        if event.type == .assist { helpers.insert(event.accountKey, at: stamp, &sketches) }
    }

    /// How many accounts name this one, and it itself.
    @inline(__always)
    func circle(_ stamp: UInt16, _ sketches: borrowing SketchPool) -> Float {
        1 + invitees.count(within: RecentSet.month, at: stamp, sketches)
            + senders.count(within: RecentSet.month, at: stamp, sketches)
            + helpers.count(within: RecentSet.month, at: stamp, sketches)
    }

    /// An event of this account itself that names another.
    @inline(__always)
    mutating func observeSelf(
        _ event: Event, inviterDepth: UInt16?, _ stamp: UInt16, _ sketches: inout SketchPool
    ) {
        lastMs = event.ts
        if let inviterDepth { depth = min(inviterDepth &+ 1, 10_000) }
        if event.type == .couponAccept, event.peerKey != 0 {
            senders.insert(event.peerKey, at: stamp, &sketches)
        }
    }

    /// Whether `key` has been invited by, sent to, or helped this account.
    func knows(_ key: UInt64) -> Bool {
        invitees.contains(key) == true || senders.contains(key) == true || helpers.contains(key) == true
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {
        body(&invitees)
        body(&orderingInvitees)
        body(&inviteeModels)
        body(&inviteeNetworks)
        body(&senders)
        body(&helpers)
    }
}

/// A merchant.
struct MerchantState: KeyedState {
    var lastMs: Int64 = .min
    var firstMs: Int64 = 0
    var payers = RecentSet()
    var orders = WindowedCount()
    /// Orders, for who ordered with many others of late.
    var rushes = HalfDayCounts()
    var submitted: UInt32 = 0
    var unseen: UInt32 = 0
    var paid: UInt32 = 0
    var refunded: UInt32 = 0
    var received: UInt32 = 0
    var untracked: UInt32 = 0
    var sharedParcels: UInt32 = 0
    var hastyReceipts: UInt32 = 0
    var reviews: UInt32 = 0
    var fiveStars: UInt32 = 0
    var instantPraises: UInt32 = 0

    /// - Parameters:
    ///   - viewsSinceOrder: product pages that the buyer saw since the order before.
    ///   - buyerOrders: the buyer's orders, before they take the event.
    ///   - parcelAddresses: delivery addresses that the event's tracking number was given to; unknown without one.
    @inline(__always)
    mutating func observe(
        _ event: Event, viewsSinceOrder: UInt16, buyerOrders: borrowing AccountOrders, parcelAddresses: Float,
        _ stamp: UInt16, _ sketches: inout SketchPool
    ) {
        if lastMs == .min { firstMs = event.ts }
        lastMs = event.ts
        switch event.type {
        case .orderSubmit:
            orders.add(at: event.ts)
            rushes.add(at: event.ts)
            submitted &+= 1
            if viewsSinceOrder == 0 { unseen &+= 1 }
        case .orderPay:
            paid &+= 1
            if event.payerKey != 0 { payers.insert(event.payerKey, at: stamp, &sketches) }
        case .refundApply: refunded &+= 1
        case .orderReceive:
            received &+= 1
            if event.trackingKey == 0 {
                untracked &+= 1
            } else if buyerOrders.hoursSincePayment(event) < 24 {
                hastyReceipts &+= 1
            }
            if parcelAddresses > 1 { sharedParcels &+= 1 }
        case .reviewPost:
            reviews &+= 1
            if event.rating == 5 { fiveStars &+= 1 }
            if buyerOrders.isInstantPraise(event) { instantPraises &+= 1 }
        default: break
        }
    }

    /// Orders of the last day over those of a day of its last week; unknown in its first two days.
    func surge(at ms: Int64) -> Float {
        let days = min(7, Float(ms - firstMs) / Float(Clock.day))
        return days < 2 ? .nan : ratio(orders.lastDay(at: ms) * days, orders.lastWeek(at: ms))
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) { body(&payers) }
}

/// A campaign: when it began, as its first costly event shows.
struct CampaignState: KeyedState {
    var lastMs: Int64 = .min
    var launchMs: Int64 = 0

    @inline(__always)
    mutating func observe(_ event: Event) {
        if lastMs == .min { launchMs = event.ts }
        lastMs = event.ts
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {}
}

/// One kind of action on one target, by all, or by those of one network or one fingerprint: who else did the same
/// in the same seconds (SynchroTrap, Cao et al. 2014).
struct SynchronyState: KeyedState {
    var lastMs: Int64 = .min
    /// Those of the last event's stretch of five seconds, and of the stretch before it.
    private var current: UInt16 = 0
    private var previous: UInt16 = 0
    private var lastAccount: UInt32 = 0
    private var minute = SlidingCount()
    /// When the present rush began: the first event after a quiet minute.
    private var rushMs: Int64 = .min

    private static var bucketMs: Int64 { 5000 }

    /// Of people who act at once, those behind one carrier's or campus's /24, and those with the commonest phone, system
    /// and WeChat version, at most about.
    static var sameNetworkShare: Float { 0.01 }
    static var samePhoneShare: Float { 0.03 }

    @inline(__always)
    mutating func observe(_ event: Event) {
        if lastMs == .min || event.ts - lastMs > Clock.minute { rushMs = event.ts }
        let now = event.ts / SynchronyState.bucketMs
        let last = lastMs / SynchronyState.bucketMs
        lastMs = event.ts
        if now != last {
            previous = now == last + 1 ? current : 0
            current = 0
        }
        let account = UInt32(truncatingIfNeeded: event.accountKey)
        guard account != lastAccount || current == 0 else { return }
        lastAccount = account
        if current != .max { current &+= 1 }
        minute.add(at: event.ts, window: Clock.minute)
    }

    /// Others in this stretch of five seconds and the one before.
    var others5s: Float { max(0, Float(current) + Float(previous) - 1) }

    /// The same; in a large crowd, over the others whom it brings along and who have nothing to do with each other.
    /// - Parameter share: of any crowd, those with the thing in common.
    @inline(__always)
    func others5s(beyond crowd: SynchronyState, share: Float) -> Float {
        others5s / max(1, share * crowd.others5s)
    }

    /// Seconds since the present rush began; unknown until five have come within a minute.
    func rushDelaySeconds(at ms: Int64) -> Float {
        minute.value(at: ms, window: Clock.minute) < 5 ? .nan : Float(ms - rushMs) / 1000
    }

    mutating func forEachSet(_ body: (inout RecentSet) -> Void) {}
}
