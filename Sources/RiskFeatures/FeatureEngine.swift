import ActivityLog
import CHotPath

/// A moment at which an account is scored.
public struct ScoringMoment: Sendable {
    /// Names the account until it is evicted; `FeatureEngine.accountID(_:)` gives its text.
    public var account: UInt32
    public var accountKey: UInt64
    /// Event time, milliseconds.
    public var ts: Int64
    /// What happened; nil at the end of the logs.
    public var type: EventType?
    /// How many costly events the account has had, this one included.
    public var costlyEvents: UInt32
    /// What the account took or could take so far, as a coupon abuser (the greater of what it claimed and what it
    /// redeemed, and its points at one fen each) and as a fake buyer (what it paid and earned); fen.
    public var amountAtRiskFen: (couponAbuse: Int64, fakeOrder: Int64)
}

/// What the scoring side remembers of an account beside its features; evicted with it.
public struct ScoreMemory: BitwiseCopyable, Sendable {
    /// Highest raw log-odds so far, a head each.
    public var couponAbuse: Float = -.infinity
    public var fakeOrder: Float = -.infinity
    /// Whether its own conduct, without the company it keeps, has ever spoken against it. Once set it stays, and shows
    /// in the company of all who share a thing with the account.
    public var isSuspect = false
    /// Whether it has ever come near a flag; from then on the engine keeps what it does for a reviewer.
    public var isUnusual = false
    /// Whether it has ever been flagged.
    public var isFlagged = false
    /// Whether the last scoring raised one of the highest log-odds by a step.
    public var hasRisen = false
    /// What the last scoring found; kept of an unusual account only.
    public var latest = Latest()
    public init() {}

    /// Log-odds of both heads, in hundredths.
    public struct Latest: BitwiseCopyable, Sendable, Equatable {
        private var couponAbuse = Latest.unknown
        private var fakeOrder = Latest.unknown
        private static var unknown: Int16 { .min }

        init() {}

        public init(couponAbuse: Float, fakeOrder: Float) {
            self.couponAbuse = Latest.hundredths(couponAbuse)
            self.fakeOrder = Latest.hundredths(fakeOrder)
        }

        private static func hundredths(_ logOdds: Float) -> Int16 {
            Int16(min(max((logOdds * 100).rounded(), -32_000), 32_000))
        }

        var logOdds: (couponAbuse: Float, fakeOrder: Float)? {
            couponAbuse == Latest.unknown ? nil : (Float(couponAbuse) / 100, Float(fakeOrder) / 100)
        }
    }
}

/// Folds events into state by key and says, at every costly event, what that state shows of the account.
///
/// The vector has `FeatureCatalog.count` raw values in the catalogue's order; unknown is NaN, or infinite where these
/// logs hardly ever show it of anybody. The same code serves scoring, training and the feature table.
///
/// Events are taken in groups: first the slots of all their keys are asked for, then their rows, then each event is
/// folded in, so that the cache misses of a group overlap.
public struct FeatureEngine: ~Copyable {
    // Not private, because a snapshot writes them down: `FeatureEngine+Snapshot`.
    var sketches = SketchPool()
    var devices = KeyedTable<DeviceState>()
    var addresses = KeyedTable<IPState>()
    var networks = KeyedTable<NetworkState>()
    var wifis = KeyedTable<WifiState>()
    var phones = KeyedTable<IdentityState>()
    var deliveryAddresses = KeyedTable<IdentityState>()
    var payers = KeyedTable<IdentityState>()
    var parcels = KeyedTable<ParcelState>()
    var hubs = KeyedTable<HubState>()
    var merchants = KeyedTable<MerchantState>()
    var campaigns = KeyedTable<CampaignState>()
    var synchrony = KeyedTable<SynchronyState>()
    var accounts = KeyedTable<AccountState>()
    /// Apart from the accounts, most of which never order. Row 0 is empty, for all that have none.
    var orders = RowPool<AccountOrders>()
    /// What unusual accounts did, for a reviewer; row 0 is that of all others.
    var evidence = RowPool<EvidenceRing>()
    /// Of accounts against whom something speaks. Row 0 is of no account.
    var links = RowPool<AccountLinks>()
    var accountText: [UInt8] = []
    var coverage = FeatureCoverage()

    private let tables = ScoreTables()
    let vector: UnsafeMutableBufferPointer<Float>
    private let group: UnsafeMutablePointer<EventKeys>
    /// Accounts forgotten after long silence, with their highest scores; kept only when set to an empty list at first.
    /// One that came back is in it once for each life.
    public var forgotten: [(accountID: String, memory: ScoreMemory)]?
    /// What is known of flagged accounts that were forgotten since this was emptied, with their ids; not in a snapshot.
    public var departed: [(accountID: String, record: AccountRecord)] = []
    /// The latest event time taken; time never goes back.
    var clockMs: Int64 = .min
    var eviction = Schedule()
    var placeEviction = Schedule()
    var synchronyEviction = Schedule()

    private static var groupSize: Int { 32 }
    /// Accounts and what is a person's are forgotten after this much silence; networks and moments sooner.
    private static var memoryMs: Int64 { 35 * Clock.day }
    private static var networkMemoryMs: Int64 { 8 * Clock.day }
    private static var synchronyMemoryMs: Int64 { 10 * Clock.minute }

    public init() {
        vector = FeatureEngine.emptyVector()
        group = .allocate(capacity: FeatureEngine.groupSize)
        group.initialize(repeating: EventKeys(), count: FeatureEngine.groupSize)
        orders.pointer(orders.allocate()).initialize(to: AccountOrders())
        evidence.pointer(evidence.allocate()).initialize(to: EvidenceRing())
        links.pointer(links.allocate()).initialize(to: AccountLinks())
    }

    deinit {
        vector.deallocate()
        group.deallocate()
    }

    static func emptyVector() -> UnsafeMutableBufferPointer<Float> {
        let vector = UnsafeMutableBufferPointer<Float>.allocate(capacity: FeatureCatalog.count)
        vector.initialize(repeating: .nan)
        return vector
    }

    /// How many accounts are held now.
    public var accountCount: Int { accounts.count }

    /// How many keys of each kind are held now, for the report and the memory figure.
    public var entityCounts: [(kind: String, count: Int)] {
        [
            ("account", accounts.count), ("device", devices.count), ("ip", addresses.count),
            ("network", networks.count), ("wifi", wifis.count), ("phone", phones.count),
            ("address", deliveryAddresses.count), ("payer", payers.count), ("parcel", parcels.count),
            ("hub", hubs.count), ("merchant", merchants.count), ("campaign", campaigns.count),
            ("synchrony", synchrony.count),
        ]
    }

    /// Takes events in canonical order; one that is older than its predecessors counts at their time, and what the server
    /// refused as a doing of no kind.
    /// - Parameters:
    ///   - part: which events of the batch, where something is asked between them; the last of them come last.
    ///   - score: called at every costly event with the vector; may change the score memory.
    public mutating func observe(
        _ batch: borrowing EventBatch, _ part: Range<Int>? = nil,
        score: (_ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory) ->
            Void
    ) {
        batch.events.withUnsafeBufferPointer { events in
            batch.text.withUnsafeBufferPointer { text in
                let part = part ?? events.indices
                var start = part.lowerBound
                while start < part.upperBound {
                    let count = min(FeatureEngine.groupSize, part.upperBound - start)
                    gather(events.baseAddress! + start, count, text)
                    for index in 0..<count {
                        if events[start + index].ts >= clockMs, !events[start + index].isMereAttempt {
                            fold(events[start + index], group[index], score)
                        } else {
                            var event = events[start + index]
                            event.ts = max(event.ts, clockMs)
                            if event.isMereAttempt { event.type = .other }
                            fold(event, group[index], score)
                        }
                    }
                    start += count
                }
            }
        }
        // At the end of a batch only, so that accounts stand in the same order, divided or not.
        if part?.upperBound ?? batch.events.count == batch.events.count { evictIfDue() }
    }

    /// Finds the row of every key of a group of events.
    @inline(__always)
    private mutating func gather(
        _ events: UnsafePointer<Event>, _ count: Int, _ text: UnsafeBufferPointer<UInt8>
    ) {
        // Key 0 is no key; asking for its slot costs less than not to.
        for index in 0..<count {
            let event = events + index
            // Another core wrote the events; those of the next group come meanwhile.
            for line in 0..<4 { pg_prefetch(UnsafeRawPointer(event + FeatureEngine.groupSize) + 64 * line) }
            let isCostly =
                EventType.Set.costly.contains(event.pointee.type) && !event.pointee.isMereAttempt
            group[index] = EventKeys(event.pointee, isCostly: isCostly)
            let keys = group + index
            accounts.prefetchSlot(event.pointee.accountKey)
            devices.prefetchSlot(keys.pointee.device)
            addresses.prefetchSlot(event.pointee.ipKey)
            networks.prefetchSlot(event.pointee.networkKey)
            wifis.prefetchSlot(event.pointee.wifiKey)
            phones.prefetchSlot(event.pointee.phoneKey)
            deliveryAddresses.prefetchSlot(event.pointee.addressKey)
            payers.prefetchSlot(event.pointee.payerKey)
            parcels.prefetchSlot(event.pointee.trackingKey)
            hubs.prefetchSlot(keys.pointee.hub)
            if isCostly {
                hubs.prefetchSlot(event.pointee.accountKey)
                merchants.prefetchSlot(event.pointee.merchantKey)
                synchrony.prefetchSlot(keys.pointee.target)
                synchrony.prefetchSlot(keys.pointee.targetInNetwork)
                synchrony.prefetchSlot(keys.pointee.targetByFingerprint)
            }
        }
        for index in 0..<count {
            let event = events + index
            let keys = group + index
            var isNew = false
            let account = accounts.locate(event.pointee.accountKey, isNew: &isNew)
            keys.pointee.accountRow = account
            if isNew { name(account, event, text) }
            let isCostly = EventType.Set.costly.contains(event.pointee.type)
            let person = event.pointee.phoneKey | event.pointee.addressKey | keys.pointee.hub
            accounts.prefetchRow(account, to: AccountState.bytesOfEveryEvent)
            if isCostly || person != 0 {
                accounts.prefetchRow(account, from: AccountState.bytesOfEveryEvent)
            }
            keys.pointee.deviceRow = devices.fetch(keys.pointee.device)
            if event.pointee.ipKey != 0 {
                keys.pointee.ipRow = addresses.fetch(event.pointee.ipKey)
                keys.pointee.networkRow = networks.fetch(event.pointee.networkKey)
            }
            keys.pointee.wifiRow = wifis.fetch(event.pointee.wifiKey)
            keys.pointee.phoneRow = phones.fetch(event.pointee.phoneKey)
            keys.pointee.addressRow = deliveryAddresses.fetch(event.pointee.addressKey)
            keys.pointee.payerRow = payers.fetch(event.pointee.payerKey)
            keys.pointee.parcelRow = parcels.fetch(event.pointee.trackingKey)
            keys.pointee.hubRow = hubs.fetch(keys.pointee.hub)
            if isCostly {
                // Whether others name the account is asked again when the events before this one have been taken.
                hubs.prefetchRow(of: event.pointee.accountKey)
                keys.pointee.merchantRow = merchants.fetch(event.pointee.merchantKey)
                keys.pointee.targetRow = synchrony.fetch(keys.pointee.target)
                keys.pointee.targetInNetworkRow = synchrony.fetch(keys.pointee.targetInNetwork)
                keys.pointee.targetByFingerprintRow = synchrony.fetch(keys.pointee.targetByFingerprint)
            }
        }
        // By now the first rows have come, and say what else is needed.
        for index in 0..<count {
            let event = events + index
            let keys = group + index
            let isCostly = EventType.Set.costly.contains(event.pointee.type)
            func prefetch(_ set: RecentSet, _ key: UInt64) {
                set.prefetchSketch(key, isCounted: isCostly, sketches)
            }
            if keys.pointee.device != 0 {
                let device = devices.pointer(keys.pointee.deviceRow)
                prefetch(device.pointee.accounts, event.pointee.accountKey)
            }
            if event.pointee.ipKey != 0 {
                let address = addresses.pointer(keys.pointee.ipRow)
                prefetch(address.pointee.accounts, event.pointee.accountKey)
                prefetch(address.pointee.models, event.pointee.modelKey)
                let network = networks.pointer(keys.pointee.networkRow)
                prefetch(network.pointee.accounts, event.pointee.accountKey)
                prefetch(network.pointee.models, event.pointee.modelKey)
            }
            let account = accounts.pointer(keys.pointee.accountRow)
            if account.pointee.linksRow != 0 { links.prefetch(account.pointee.linksRow) }
            if isCostly { orders.prefetch(account.pointee.ordersRow) }
            if account.pointee.evidenceRow != 0 { evidence.prefetch(account.pointee.evidenceRow, to: 64) }
        }
    }

    /// A new account's id is copied once.
    @inline(never)
    private mutating func name(
        _ account: UInt32, _ event: UnsafePointer<Event>, _ text: UnsafeBufferPointer<UInt8>
    ) {
        let row = accounts.pointer(account)
        let length = event.pointee.accountTextLength
        row.pointee.key = event.pointee.accountKey
        row.pointee.text = TextRange(offset: UInt32(accountText.count), length: length)
        let start = Int(event.pointee.accountTextOffset)
        accountText.append(contentsOf: text[start..<start + Int(length)])
    }

    /// One event: linked things first, then its account, then, when it can cost money, the score.
    @inline(__always)
    private mutating func fold(
        _ event: Event, _ keys: EventKeys,
        _ score: (ScoringMoment, UnsafeBufferPointer<Float>, inout ScoreMemory) -> Void
    ) {
        clockMs = event.ts
        let stamp = Clock.stamp(event.ts)
        let isCostly = EventType.Set.costly.contains(event.type)
        let account = accounts.pointer(keys.accountRow)
        reviveAccount(account, event.ts)
        foldIdentity(event, keys, account, stamp)
        foldContext(event, keys, account, stamp, isCostly)
        if keys.hub != 0 || isCostly { foldReferral(event, keys, account, stamp, isCostly) }
        if isCostly { foldTargets(event, keys, account, stamp) }
        account.pointee.observe(event, stamp, tables, &sketches)
        if account.pointee.linksRow != 0 { touchLinks(account, event, keys) }
        guard isCostly else {
            guard EventType.Set.telling.contains(event.type) else { return }
            if account.pointee.evidenceRow != 0 {
                record(event, account, isScored: false)
            } else {
                account.pointee.prelude.take(event)
            }
            return
        }
        if EventType.Set.ordering.contains(event.type) {
            if account.pointee.ordersRow == 0 { open(account) }
            orders.pointer(account.pointee.ordersRow).pointee.observe(event, account.pointee.life)
        }
        account.pointee.life.afterCostly(event)
        fillVector(vector, account, event.ts)
        coverage.count(vector)
        coverage.mark(vector)
        let moment = moment(keys.accountRow, account, event.ts, event.type)
        let wasSuspect = account.pointee.memory.isSuspect
        score(moment, UnsafeBufferPointer(vector), &account.pointee.memory)
        if account.pointee.memory.isSuspect, !wasSuspect { spreadSuspicion(of: account, event, keys) }
        if account.pointee.linksRow == 0, account.pointee.memory.isSuspect || account.pointee.memory.isFlagged
        {
            openLinks(account, event, keys)
        }
        if account.pointee.memory.isUnusual || account.pointee.evidenceRow != 0 {
            record(event, account, isScored: true)
        } else {
            account.pointee.prelude.take(event)
        }
    }

    /// Keeps an event of an unusual account for a reviewer.
    @inline(never)
    private mutating func record(
        _ event: Event, _ account: UnsafeMutablePointer<AccountState>, isScored: Bool
    ) {
        if account.pointee.evidenceRow == 0 {
            account.pointee.evidenceRow = evidence.allocate()
            var ring = EvidenceRing()
            account.pointee.prelude.begin(&ring)
            evidence.pointer(account.pointee.evidenceRow).initialize(to: ring)
        }
        var memory = account.pointee.memory
        if !isScored { memory.hasRisen = false }
        evidence.pointer(account.pointee.evidenceRow).pointee.record(
            EvidenceEvent(event, scores: isScored ? memory.latest : ScoreMemory.Latest()), memory)
    }

    /// What is known of an account for a reviewer; nil when it is not held.
    public func record(accountKey: UInt64) -> AccountRecord? {
        guard let account = accounts.pointer(of: accountKey, since: memoryLimitMs) else { return nil }
        return record(account)
    }

    private func record(_ account: UnsafeMutablePointer<AccountState>) -> AccountRecord {
        let row = account.pointee.evidenceRow
        return AccountRecord(
            account.pointee, orders.pointer(account.pointee.ordersRow).pointee,
            row == 0 ? nil : evidence.pointer(row).pointee)
    }

    /// Counts a new suspect on all it last named. On what it named before, it counts when it comes again.
    @inline(never)
    private func spreadSuspicion(
        of account: UnsafeMutablePointer<AccountState>, _ event: Event, _ keys: EventKeys
    ) {
        let last = account.pointee.lastKeys
        let key = event.accountKey
        devices.pointer(of: account.pointee.devices.lastHandset, since: memoryLimitMs)?.pointee.company
            .insert(key)
        phones.pointer(of: last.phone, since: memoryLimitMs)?.pointee.company.insert(key)
        deliveryAddresses.pointer(of: last.address, since: memoryLimitMs)?.pointee.company.insert(key)
        payers.pointer(of: last.payer, since: memoryLimitMs)?.pointee.company.insert(key)
        if event.wifiKey != 0 { wifis.pointer(keys.wifiRow).pointee.company.insert(key) }
        if event.ipKey != 0 { addresses.pointer(keys.ipRow).pointee.company.insert(key) }
        if event.trackingKey != 0 { parcels.pointer(keys.parcelRow).pointee.company.insert(key) }
        hubs.pointer(of: last.inviter, since: memoryLimitMs)?.pointee.company.insert(key)
        if keys.hub != 0, keys.hub != last.inviter { hubs.pointer(keys.hubRow).pointee.company.insert(key) }
        hubs.pointer(of: account.pointee.key, since: memoryLimitMs)?.pointee.company.insert(key)
    }

    /// A row ready to take an event: forgotten if it was silent for longer than its kind is remembered, swept if this
    /// is another week.
    @inline(__always)
    private mutating func live<Row: KeyedState>(
        _ row: UnsafeMutablePointer<Row>, _ ms: Int64, _ memoryMs: Int64
    ) -> UnsafeMutablePointer<Row> {
        let lastMs = row.pointee.lastMs
        if lastMs != .min, ms / Clock.week != lastMs / Clock.week {
            if ms - lastMs > memoryMs {
                row.pointee.release(&sketches)
                row.pointee = Row()
            } else {
                row.pointee.sweep(at: ms, &sketches)
            }
        }
        return row
    }

    /// The same for a moment, which is remembered for minutes only.
    @inline(__always)
    private func liveMoment(_ row: UInt32, _ ms: Int64) -> UnsafeMutablePointer<SynchronyState> {
        let moment = synchrony.pointer(row)
        if moment.pointee.lastMs != .min, ms - moment.pointee.lastMs > FeatureEngine.synchronyMemoryMs {
            moment.pointee = SynchronyState()
        }
        return moment
    }

    /// The same for an account, which keeps its name.
    @inline(__always)
    private mutating func reviveAccount(_ account: UnsafeMutablePointer<AccountState>, _ ms: Int64) {
        let lastMs = account.pointee.lastMs
        guard lastMs != .min, ms / Clock.week != lastMs / Clock.week else { return }
        if ms - lastMs > FeatureEngine.memoryMs {
            forget(account.pointee.text, account.pointee.memory)
            depart(account)
            account.pointee.release(&sketches, &orders, &links, &evidence)
            account.pointee = AccountState(key: account.pointee.key, text: account.pointee.text)
        } else {
            account.pointee.sweep(at: ms, &sketches)
        }
    }

    /// Gives an account its orders.
    @inline(never)
    private mutating func open(_ account: UnsafeMutablePointer<AccountState>) {
        account.pointee.ordersRow = orders.allocate()
        orders.pointer(account.pointee.ordersRow).initialize(to: AccountOrders())
    }

    /// Keeps what is known of a flagged account that is forgotten.
    private mutating func depart(_ account: UnsafeMutablePointer<AccountState>) {
        guard account.pointee.memory.isFlagged else { return }
        departed.append((text(account.pointee.text), record(account)))
    }

    private mutating func forget(_ name: TextRange, _ memory: ScoreMemory) {
        guard forgotten != nil else { return }
        let accountID = text(name)
        forgotten?.append((accountID, memory))
    }

    /// An account that leaves a handset for a phone of its own, as customers do whom a shop registered on its tablet:
    /// one that few use, or whose id is kept per WeChat user.
    @inline(__always)
    private func moveOn(_ event: Event, _ keys: EventKeys, _ account: UnsafeMutablePointer<AccountState>) {
        let last = account.pointee.devices.lastHandset
        guard last != 0, event.deviceKey != last, event.deviceKey != 0, !account.pointee.devices.hasMovedOn,
            account.pointee.devices.lastDevice == last
        else { return }
        if keys.device != 0 {
            let users = devices.pointer(keys.deviceRow).pointee.accounts
            if users.count(within: RecentSet.month, at: Clock.stamp(event.ts), sketches) > 2 { return }
        }
        guard let left = devices.pointer(of: last, since: memoryLimitMs) else { return }
        account.pointee.devices.hasMovedOn = true
        left.pointee.movedOn = min(left.pointee.movedOn &+ 1, 60_000)
    }

    /// Device, address, network and Wi-Fi: where the event came from.
    @inline(__always)
    private mutating func foldContext(
        _ event: Event, _ keys: EventKeys, _ account: UnsafeMutablePointer<AccountState>, _ stamp: UInt16,
        _ isCostly: Bool
    ) {
        moveOn(event, keys, account)
        if keys.device != 0 {
            account.pointee.devices.lastHandset = keys.device
            let device = live(devices.pointer(keys.deviceRow), event.ts, FeatureEngine.memoryMs)
            device.pointee.observe(event, payerAccounts: payerAccounts(event, account), stamp, &sketches)
            if account.pointee.memory.isSuspect { device.pointee.company.insert(event.accountKey) }
            if isCostly {
                account.pointee.device = DeviceEvidence(device.pointee, event, stamp, sketches)
                account.pointee.takeCompany(of: device.pointee, stamp, sketches)
                if keys.hub != 0 { meet(keys.hub, event, account, on: device.pointee.accounts) }
            }
        }
        if event.ipKey != 0 {
            let address = live(addresses.pointer(keys.ipRow), event.ts, FeatureEngine.networkMemoryMs)
            address.pointee.observe(event, stamp, &sketches)
            if account.pointee.memory.isSuspect { address.pointee.company.insert(event.accountKey) }
            let network = live(networks.pointer(keys.networkRow), event.ts, FeatureEngine.networkMemoryMs)
            network.pointee.observe(event, stamp, &sketches)
            if isCostly {
                account.pointee.network.take(address.pointee, event, stamp, sketches)
                account.pointee.network.take(network.pointee, event, stamp, sketches)
                account.pointee.takeCompany(of: address.pointee, stamp, sketches)
                if keys.hub != 0, keys.hub == event.inviterKey,
                    let met = address.pointee.accounts.contains(keys.hub)
                {
                    account.pointee.referral.inviterOnAddress = met ? 1 : 0
                }
            }
        }
        if event.wifiKey != 0 {
            let wifi = live(wifis.pointer(keys.wifiRow), event.ts, FeatureEngine.networkMemoryMs)
            wifi.pointee.observe(event, stamp, &sketches)
            if account.pointee.memory.isSuspect { wifi.pointee.company.insert(event.accountKey) }
            if isCostly {
                account.pointee.network.take(wifi.pointee, event, stamp, sketches)
                account.pointee.takeCompany(of: wifi.pointee, stamp, sketches)
            }
        }
    }

    /// Accounts on the payer of an event that pays: other events leave that part of the account untouched.
    @inline(__always)
    private func payerAccounts(_ event: Event, _ account: UnsafeMutablePointer<AccountState>) -> Float {
        event.type == .orderPay ? account.pointee.identity.payerAccounts : .nan
    }

    /// Whether the other side of the event was seen on this very device.
    @inline(__always)
    private func meet(
        _ other: UInt64, _ event: Event, _ account: UnsafeMutablePointer<AccountState>, on accounts: RecentSet
    ) {
        guard let met = accounts.contains(other) else { return }
        if other == event.inviterKey { account.pointee.referral.inviterOnDevice = met ? 1 : 0 }
    }

    /// Phone, address, payer and parcel: who the event says the account is.
    @inline(__always)
    private mutating func foldIdentity(
        _ event: Event, _ keys: EventKeys, _ account: UnsafeMutablePointer<AccountState>, _ stamp: UInt16
    ) {
        if event.phoneKey != 0 {
            let phone = live(phones.pointer(keys.phoneRow), event.ts, FeatureEngine.memoryMs)
            phone.pointee.observe(event, stamp, &sketches)
            if account.pointee.memory.isSuspect { phone.pointee.company.insert(event.accountKey) }
            account.pointee.lastKeys.phone = event.phoneKey
            account.pointee.takePhone(phone.pointee, stamp, sketches)
        }
        if event.addressKey != 0 {
            let address = live(deliveryAddresses.pointer(keys.addressRow), event.ts, FeatureEngine.memoryMs)
            address.pointee.observe(event, stamp, &sketches)
            if account.pointee.memory.isSuspect { address.pointee.company.insert(event.accountKey) }
            account.pointee.lastKeys.address = event.addressKey
            account.pointee.takeAddress(address.pointee, stamp, sketches)
            account.pointee.identity.addressOrders7d = address.pointee.orders.value(
                at: event.ts, window: Clock.week)
        }
        if event.payerKey != 0 {
            let payer = live(payers.pointer(keys.payerRow), event.ts, FeatureEngine.memoryMs)
            payer.pointee.observe(event, stamp, &sketches)
            if account.pointee.memory.isSuspect { payer.pointee.company.insert(event.accountKey) }
            account.pointee.lastKeys.payer = event.payerKey
            account.pointee.takePayer(payer.pointee, stamp, sketches)
        }
        if event.trackingKey != 0 {
            let parcel = live(parcels.pointer(keys.parcelRow), event.ts, FeatureEngine.memoryMs)
            parcel.pointee.observe(event, to: account.pointee.lastKeys.address)
            if account.pointee.memory.isSuspect { parcel.pointee.company.insert(event.accountKey) }
            account.pointee.company.parcel = highest(
                account.pointee.company.parcel,
                parcel.pointee.company.share(for: event.accountKey, among: parcel.pointee.accounts.count))
            account.pointee.identity.parcelAccounts =
                highest(account.pointee.identity.parcelAccounts, parcel.pointee.accounts.count)
            if !parcel.pointee.addresses.isEmpty {
                account.pointee.identity.parcelAddresses =
                    highest(account.pointee.identity.parcelAddresses, parcel.pointee.addresses.count)
            }
        }
    }

    /// The inviter or peer of the event, and the account as others name it.
    @inline(__always)
    private mutating func foldReferral(
        _ event: Event, _ keys: EventKeys, _ account: UnsafeMutablePointer<AccountState>, _ stamp: UInt16,
        _ isCostly: Bool
    ) {
        var inviterDepth: UInt16?
        if keys.hub != 0 {
            let hub = live(hubs.pointer(keys.hubRow), event.ts, FeatureEngine.memoryMs)
            if account.pointee.memory.isSuspect { hub.pointee.company.insert(event.accountKey) }
            if keys.hub == event.inviterKey {
                hub.pointee.observeInvitee(
                    event, payerAccounts: payerAccounts(event, account), stamp, &sketches)
                account.pointee.lastKeys.inviter = keys.hub
                if isCostly { account.pointee.takeInviter(hub.pointee, stamp, sketches) }
                if event.type == .inviteAccept || event.type == .register {
                    inviterDepth = hub.pointee.depth
                    account.pointee.referral.depth = Float(hub.pointee.depth) + 1
                }
            } else {
                hub.pointee.observePeer(event, stamp, &sketches)
                account.pointee.takeCompany(around: hub.pointee, stamp, sketches)
                deal(event, hub.pointee, account, stamp)
            }
        }
        let namesOther = inviterDepth != nil || (event.type == .couponAccept && event.peerKey != 0)
        guard let ownRow = namesOther ? hubs.locate(event.accountKey) : hubs.find(event.accountKey) else {
            return
        }
        // A row without events was made for a later event of the group: nobody has named the account yet.
        guard namesOther || hubs.pointer(ownRow).pointee.lastMs != .min else { return }
        let own = live(hubs.pointer(ownRow), event.ts, FeatureEngine.memoryMs)
        own.pointee.observeSelf(event, inviterDepth: inviterDepth, stamp, &sketches)
        if isCostly { account.pointee.takeOwn(own.pointee, stamp, sketches) }
        if event.peerKey != 0, own.pointee.knows(event.peerKey) {
            account.pointee.referral.reciprocal = min(account.pointee.referral.reciprocal &+ 1, 60_000)
        }
    }

    /// A transfer, assist or commission with a peer.
    @inline(__always)
    private func deal(
        _ event: Event, _ peer: HubState, _ account: UnsafeMutablePointer<AccountState>, _ stamp: UInt16
    ) {
        account.pointee.referral.peerEvents = min(account.pointee.referral.peerEvents &+ 1, 60_000)
        if event.type == .commission, let buyer = accounts.pointer(of: event.peerKey, since: memoryLimitMs) {
            let payerAccounts = buyer.pointee.identity.payerAccounts
            if !payerAccounts.isNaN {
                account.pointee.referral.purseCommissions = min(
                    account.pointee.referral.purseCommissions &+ 1, 60_000)
            }
            if payerAccounts < 1.5 {
                account.pointee.referral.ownPurseCommissions =
                    min(account.pointee.referral.ownPurseCommissions &+ 1, 60_000)
            }
        }
        if event.type == .assist {
            account.pointee.referral.assists = min(account.pointee.referral.assists &+ 1, 60_000)
        }
        if event.type == .couponTransfer {
            let senders = peer.senders.count(within: RecentSet.month, at: stamp, sketches)
            account.pointee.referral.receiverSenders = highest(
                account.pointee.referral.receiverSenders, senders)
        }
    }

    /// Merchant, campaign and those who do the same at the same moment.
    @inline(__always)
    private mutating func foldTargets(
        _ event: Event, _ keys: EventKeys, _ account: UnsafeMutablePointer<AccountState>, _ stamp: UInt16
    ) {
        if event.merchantKey != 0 {
            let merchant = live(merchants.pointer(keys.merchantRow), event.ts, FeatureEngine.memoryMs)
            // A receipt names the parcel, which foldIdentity has just asked.
            let parcelAddresses = event.trackingKey == 0 ? .nan : account.pointee.identity.parcelAddresses
            merchant.pointee.observe(
                event, viewsSinceOrder: account.pointee.life.viewsSinceOrder,
                buyerOrders: orders.pointer(account.pointee.ordersRow).pointee,
                parcelAddresses: parcelAddresses,
                stamp, &sketches)
            account.pointee.merchant = MerchantEvidence(merchant.pointee, event, stamp, sketches)
        }
        if event.campaignKey != 0 {
            let row = campaigns.locate(event.campaignKey)
            let campaign = live(campaigns.pointer(row), event.ts, FeatureEngine.memoryMs)
            campaign.pointee.observe(event)
            if EventType.Set.grants.contains(event.type) {
                account.pointee.benefits.observeLaunch(delayMs: event.ts - campaign.pointee.launchMs)
            }
        }
        guard keys.target != 0 else { return }
        let crowd = liveMoment(keys.targetRow, event.ts)
        crowd.pointee.observe(event)
        account.pointee.synchrony.rushDelaySeconds =
            least(account.pointee.synchrony.rushDelaySeconds, crowd.pointee.rushDelaySeconds(at: event.ts))
        var together = false
        if keys.targetInNetwork != 0 {
            let same = liveMoment(keys.targetInNetworkRow, event.ts)
            same.pointee.observe(event)
            let others = same.pointee.others5s(beyond: crowd.pointee, share: SynchronyState.sameNetworkShare)
            account.pointee.synchrony.network5sMost = highest(account.pointee.synchrony.network5sMost, others)
            together = others >= 2
        }
        if keys.targetByFingerprint != 0 {
            let same = liveMoment(keys.targetByFingerprintRow, event.ts)
            same.pointee.observe(event)
            let others = same.pointee.others5s(beyond: crowd.pointee, share: SynchronyState.samePhoneShare)
            account.pointee.synchrony.fingerprint5sMost = highest(
                account.pointee.synchrony.fingerprint5sMost, others)
            together = together || others >= 2
        }
        if together {
            account.pointee.synchrony.together = min(account.pointee.synchrony.together &+ 1, 60_000)
        }
    }

    @inline(__always)
    func fillVector(
        _ vector: UnsafeMutableBufferPointer<Float>, _ account: UnsafeMutablePointer<AccountState>,
        _ ms: Int64
    ) {
        let stamp = Clock.stamp(ms)
        let devices = account.pointee.devices.devices
        let addresses = account.pointee.devices.addresses
        let inputs = FeatureInputs(
            account: UnsafePointer(account),
            accountOrders: UnsafePointer(orders.pointer(account.pointee.ordersRow)),
            ms: ms, hourEntropy: account.pointee.timing.hours.entropy(tables),
            devices7d: devices.count(within: RecentSet.week, at: stamp, sketches),
            addresses1h: addresses.count(within: RecentSet.hour, at: stamp, sketches),
            companyStrength: account.pointee.company.strength)
        var sink = VectorSink(inputs, vector: vector.baseAddress!)
        FeatureCatalog.declare(&sink)
    }

    @inline(__always)
    func moment(
        _ row: UInt32, _ account: UnsafeMutablePointer<AccountState>, _ ms: Int64, _ type: EventType?
    ) -> ScoringMoment {
        let benefits = account.pointee.benefits
        let orders = orders.pointer(account.pointee.ordersRow)
        return ScoringMoment(
            account: row, accountKey: account.pointee.key, ts: ms, type: type,
            costlyEvents: account.pointee.life.costly,
            amountAtRiskFen: (
                max(benefits.claimedFen, benefits.discountedFen).plus(benefits.pointsFen),
                orders.pointee.paidFen.plus(orders.pointee.commissionFen)
            ))
    }

    /// Rows last touched before this no longer count, evicted or not.
    @inline(__always)
    var memoryLimitMs: Int64 { clockMs - FeatureEngine.memoryMs }
    /// The same for network addresses and Wi-Fi.
    @inline(__always)
    var placeMemoryLimitMs: Int64 { clockMs - FeatureEngine.networkMemoryMs }

    /// Every account held, in no particular order, with its row.
    public func forEachAccount(_ body: (_ account: UInt32, _ memory: ScoreMemory) -> Void) {
        accounts.forEachRow { body($0, $1.pointee.memory) }
    }

    /// Forgets every account's highest scores, which another model gave, and whom it suspected.
    public mutating func forgetScores() {
        accounts.forEachRow {
            $1.pointee.memory = ScoreMemory()
            $1.pointee.company = CompanyEvidence()
            if $1.pointee.linksRow != 0 { links.free($1.pointee.linksRow) }
            $1.pointee.linksRow = 0
            if $1.pointee.evidenceRow != 0 { evidence.pointer($1.pointee.evidenceRow).pointee.forgetScores() }
        }
        devices.forEachRow { $1.pointee.company.clear() }
        phones.forEachRow { $1.pointee.company.clear() }
        deliveryAddresses.forEachRow { $1.pointee.company.clear() }
        payers.forEachRow { $1.pointee.company.clear() }
        parcels.forEachRow { $1.pointee.company.clear() }
        wifis.forEachRow { $1.pointee.company.clear() }
        addresses.forEachRow { $1.pointee.company.clear() }
        hubs.forEachRow { $1.pointee.company.clear() }
    }

    /// The text of an account that a moment named.
    public func accountID(_ account: UInt32) -> String { text(accounts.pointer(account).pointee.text) }

    private func text(_ range: TextRange) -> String {
        String(decoding: accountText[range.bytes], as: UTF8.self)
    }

    /// Frees what is too old to matter: moments every three hours of event time, places every day, the rest every five.
    private mutating func evictIfDue() {
        guard clockMs != .min else { return }
        if synchronyEviction.isDue(at: clockMs, every: 3 * Clock.hour) {
            synchrony.evict(before: clockMs - FeatureEngine.synchronyMemoryMs) { _ in }
        }
        if placeEviction.isDue(at: clockMs, every: Clock.day) {
            let limit = clockMs - FeatureEngine.networkMemoryMs
            addresses.evict(before: limit) { $0.pointee.release(&sketches) }
            networks.evict(before: limit) { $0.pointee.release(&sketches) }
            wifis.evict(before: limit) { $0.pointee.release(&sketches) }
        }
        guard eviction.isDue(at: clockMs, every: 5 * Clock.day) else { return }
        let limit = clockMs - FeatureEngine.memoryMs
        devices.evict(before: limit) { $0.pointee.release(&sketches) }
        phones.evict(before: limit) { $0.pointee.release(&sketches) }
        deliveryAddresses.evict(before: limit) { $0.pointee.release(&sketches) }
        payers.evict(before: limit) { $0.pointee.release(&sketches) }
        parcels.evict(before: limit) { $0.pointee.release(&sketches) }
        hubs.evict(before: limit) { $0.pointee.release(&sketches) }
        merchants.evict(before: limit) { $0.pointee.release(&sketches) }
        campaigns.evict(before: limit) { $0.pointee.release(&sketches) }
        var dropped: [(TextRange, ScoreMemory)] = []
        var leaving: [(TextRange, AccountRecord)] = []
        accounts.evict(before: limit) {
            dropped.append(($0.pointee.text, $0.pointee.memory))
            if $0.pointee.memory.isFlagged {
                let ring =
                    $0.pointee.evidenceRow == 0 ? nil : evidence.pointer($0.pointee.evidenceRow).pointee
                leaving.append(
                    (
                        $0.pointee.text,
                        AccountRecord($0.pointee, orders.pointer($0.pointee.ordersRow).pointee, ring)
                    ))
            }
            $0.pointee.release(&sketches, &orders, &links, &evidence)
        }
        guard !dropped.isEmpty else { return }
        for (name, memory) in dropped { forget(name, memory) }
        for (name, record) in leaving { departed.append((text(name), record)) }
        compactText()
    }

    private mutating func compactText() {
        let old = accountText
        var kept: [UInt8] = []
        accounts.forEachRow { _, account in
            let range = account.pointee.text
            account.pointee.text.offset = UInt32(kept.count)
            kept.append(contentsOf: old[range.bytes])
        }
        accountText = kept
    }
}

@inline(__always)
func highest(_ old: Float, _ new: Float) -> Float { old.isNaN ? new : max(old, new) }

@inline(__always)
func least(_ old: Float, _ new: Float) -> Float { old.isNaN || new < old ? new : old }

/// The keys of one event that name linked things, and the rows they were found in.
struct EventKeys: BitwiseCopyable {
    /// 0 when the id does not name a handset.
    var device: UInt64 = 0
    /// The inviter, or the peer of a transfer, assist or commission; 0 when there is none or it is the account.
    var hub: UInt64 = 0
    /// The action with its target; with the network it came from; with the fingerprint of the device.
    var target: UInt64 = 0
    var targetInNetwork: UInt64 = 0
    var targetByFingerprint: UInt64 = 0

    var accountRow: UInt32 = 0
    var deviceRow: UInt32 = 0
    var ipRow: UInt32 = 0
    var networkRow: UInt32 = 0
    var wifiRow: UInt32 = 0
    var phoneRow: UInt32 = 0
    var addressRow: UInt32 = 0
    var payerRow: UInt32 = 0
    var parcelRow: UInt32 = 0
    var hubRow: UInt32 = 0
    var merchantRow: UInt32 = 0
    var targetRow: UInt32 = 0
    var targetInNetworkRow: UInt32 = 0
    var targetByFingerprintRow: UInt32 = 0

    init() {}

    @inline(__always)
    init(_ event: Event, isCostly: Bool) {
        if event.deviceSource != .sdk { device = event.deviceKey }
        let other =
            event.peerKey != 0 && EventKeys.peerEvents.contains(event.type) ? event.peerKey : event.inviterKey
        if other != event.accountKey { hub = other }
        guard isCostly else { return }
        var aim = event.couponKey
        if aim == 0 { aim = event.campaignKey }
        if aim == 0 { aim = event.skuKey != 0 ? event.skuKey : event.merchantKey }
        if aim == 0 { aim = event.inviterKey }
        guard aim != 0 else { return }
        target = IdentifierHash.combine(aim, UInt64(event.type.rawValue))
        if event.networkKey != 0 { targetInNetwork = IdentifierHash.combine(target, event.networkKey) }
        if event.fingerprintKey != 0 {
            targetByFingerprint = IdentifierHash.combine(target, event.fingerprintKey)
        }
    }

    private static var peerEvents: EventType.Set {
        EventType.Set([.couponTransfer, .couponAccept, .assist, .commission])
    }
}
