import ActivityLog

/// What accounts against whom something speaks are seen with.
extension FeatureEngine {
    /// Begins to keep an account's links, with what it last named.
    @inline(never)
    mutating func openLinks(_ account: UnsafeMutablePointer<AccountState>, _ event: Event, _ keys: EventKeys)
    {
        account.pointee.linksRow = links.allocate()
        links.pointer(account.pointee.linksRow).initialize(to: AccountLinks())
        let second = Clock.seconds(event.ts)
        forEachLastKey(account) { kind, key in touchLink(account, kind, key, second) }
        touchLinks(account, event, keys)
    }

    /// Notes what the account is seen with in an event.
    @inline(never)
    func touchLinks(_ account: UnsafeMutablePointer<AccountState>, _ event: Event, _ keys: EventKeys) {
        let second = Clock.seconds(event.ts)
        touchLink(account, .device, keys.device, second)
        touchLink(account, .phone, event.phoneKey, second)
        touchLink(account, .address, event.addressKey, second)
        touchLink(account, .payer, event.payerKey, second)
        touchLink(account, .parcel, event.trackingKey, second)
        touchLink(account, .wifi, event.wifiKey, second)
        touchLink(account, .ip, event.ipKey, second)
        touchLink(
            account, .print, LinkKind.printKey(event.fingerprintKey, network: event.networkKey), second)
        touchLink(account, keys.hub == event.inviterKey ? .inviter : .peer, keys.hub, second)
    }

    @inline(__always)
    private func touchLink(
        _ account: UnsafeMutablePointer<AccountState>, _ kind: LinkKind, _ key: UInt64, _ second: UInt32
    ) {
        guard key != 0 else { return }
        let links = links.pointer(account.pointee.linksRow)
        if !links.pointee.touch(kind, key, second) { replaceLink(links, kind, key, second) }
    }

    @inline(never)
    private func replaceLink(
        _ links: UnsafeMutablePointer<AccountLinks>, _ kind: LinkKind, _ key: UInt64, _ second: UInt32
    ) {
        // Who shares a fingerprint is not known here; it leaves with what nobody else has.
        let place = links.pointee.weakest { accountsOn($0.kind, $0.key) >= 1.5 }
        links.pointee.set(place, AccountLinks.Link(kind: kind, key: key, second: second))
    }

    /// What an account last named, and its handset.
    func forEachLastKey(
        _ account: UnsafeMutablePointer<AccountState>, _ body: (LinkKind, _ key: UInt64) -> Void
    ) {
        let last = account.pointee.lastKeys
        func name(_ kind: LinkKind, _ key: UInt64) { if key != 0 { body(kind, key) } }
        name(.device, account.pointee.devices.lastHandset)
        name(.phone, last.phone)
        name(.address, last.address)
        name(.payer, last.payer)
        name(.inviter, last.inviter)
    }

    /// How many accounts were seen with a thing within a month; 0 when it is forgotten, and of what a `CrowdIndex` alone knows.
    func accountsOn(_ kind: LinkKind, _ key: UInt64) -> Float {
        let stamp = Clock.stamp(clockMs)
        func count(_ set: RecentSet?) -> Float {
            set.map { $0.count(within: RecentSet.month, at: stamp, sketches) } ?? 0
        }
        let since = memoryLimitMs
        let placeSince = placeMemoryLimitMs
        switch kind {
        case .device: return count(devices.pointer(of: key, since: since)?.pointee.accounts)
        case .phone: return count(phones.pointer(of: key, since: since)?.pointee.accounts)
        case .address: return count(deliveryAddresses.pointer(of: key, since: since)?.pointee.accounts)
        case .payer: return count(payers.pointer(of: key, since: since)?.pointee.accounts)
        case .parcel: return parcels.pointer(of: key, since: since)?.pointee.accounts.count ?? 0
        case .wifi: return count(wifis.pointer(of: key, since: placeSince)?.pointee.accounts)
        case .ip: return count(addresses.pointer(of: key, since: placeSince)?.pointee.accounts)
        case .inviter, .peer:
            guard let hub = hubs.pointer(of: key, since: since) else { return 0 }
            return hub.pointee.circle(stamp, sketches)
        case .print, .rush: return 0
        }
    }

    /// The same of things of all kinds.
    func accountsOn(_ kind: LinkKind, _ key: UInt64, _ crowds: CrowdIndex) -> Float {
        switch kind {
        case .print: accountsOn(print: key, crowds)
        case .rush: ordersIn(rush: key, crowds)
        default: accountsOn(kind, key)
        }
    }
}
