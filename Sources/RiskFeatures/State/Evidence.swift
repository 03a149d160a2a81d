import ActivityLog

// What linked things know, as numbers carried to the account with an event. The account keeps the last known of
// each group, for a claim seldom names the payer; NaN is unknown.

/// What the handset knows of those who use it.
struct DeviceEvidence: BitwiseCopyable {
    @Rounded var accounts1h = Float.nan
    @Rounded var accounts1d = Float.nan
    @Rounded var accounts7d = Float.nan
    @Rounded var claims1h = Float.nan
    @Rounded var claims1d = Float.nan
    @Rounded var claims7d = Float.nan
    @Rounded var registrations1h = Float.nan
    @Rounded var registrations1d = Float.nan
    @Rounded var registrations7d = Float.nan
    @Rounded var otherClaimers = Float.nan
    @Rounded var ownPurseShare = Float.nan
    @Rounded var movedOnShare = Float.nan
    @Rounded var ageSeconds = Float.nan

    init() {}

    init(_ state: DeviceState, _ event: Event, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        (accounts1h, accounts1d) = state.accounts.counts(
            within: RecentSet.hour, and: RecentSet.day, at: stamp, sketches)
        claims1h = state.claims.lastHour(at: event.ts)
        claims1d = state.claims.lastDay(at: event.ts)
        claims7d = state.claims.lastWeek(at: event.ts)
        registrations1h = state.registrations.lastHour(at: event.ts)
        registrations1d = state.registrations.lastDay(at: event.ts)
        registrations7d = state.registrations.lastWeek(at: event.ts)
        refreshLongWindows(state, event.accountKey, stamp, sketches)
        ageSeconds = Float(event.ts - state.firstMs) / 1000
    }

    /// What may be asked again later, at the end of the logs: numbers over a week and more.
    mutating func refreshLongWindows(
        _ state: DeviceState, _ account: UInt64, _ stamp: UInt16, _ sketches: borrowing SketchPool
    ) {
        let accounts: Float
        (accounts7d, accounts) = state.accounts.counts(
            within: RecentSet.week, and: RecentSet.month, at: stamp, sketches)
        let others = state.claimers.others(than: account, within: RecentSet.month, at: stamp, sketches)
        otherClaimers = max(0, others - Float(state.movedOn))
        ownPurseShare = accounts < 2 ? .nan : state.purses.ownShare(support: 2)
        movedOnShare = accounts < 3 ? .nan : min(1, Float(state.movedOn) / accounts)
    }
}

/// What the address, its network and the Wi-Fi know of those behind them.
struct NetworkEvidence: BitwiseCopyable {
    @Rounded var ipAccounts1h = Float.nan
    @Rounded var ipAccounts1d = Float.nan
    @Rounded var ipAccountsPerModel = Float.nan
    @Rounded var ipClaims1h = Float.nan
    @Rounded var networkAccounts1h = Float.nan
    @Rounded var networkAccounts1d = Float.nan
    @Rounded var networkAccountsPerModel = Float.nan
    @Rounded var networkRegistrations1d = Float.nan
    @Rounded var networkFingerprintShare = Float.nan
    @Rounded var wifiAccounts7d = Float.nan
    @Rounded var wifiAccountsPerModel = Float.nan

    mutating func take(_ state: IPState, _ event: Event, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        (ipAccounts1h, ipAccounts1d) = state.accounts.counts(
            within: RecentSet.hour, and: RecentSet.day, at: stamp, sketches)
        ipAccountsPerModel = ratio(
            ipAccounts1d, state.models.count(within: RecentSet.day, at: stamp, sketches))
        ipClaims1h = state.claims.value(at: event.ts, window: Clock.hour)
    }

    mutating func take(
        _ state: NetworkState, _ event: Event, _ stamp: UInt16, _ sketches: borrowing SketchPool
    ) {
        (networkAccounts1h, networkAccounts1d) = state.accounts.counts(
            within: RecentSet.hour, and: RecentSet.day, at: stamp, sketches)
        networkAccountsPerModel = ratio(
            networkAccounts1d, state.models.count(within: RecentSet.day, at: stamp, sketches))
        networkRegistrations1d = state.registrations.value(at: event.ts, window: Clock.day)
        networkFingerprintShare =
            event.fingerprintKey == 0 ? .nan : state.fingerprints.share(of: event.fingerprintKey, support: 4)
    }

    mutating func take(_ state: WifiState, _ event: Event, _ stamp: UInt16, _ sketches: borrowing SketchPool)
    {
        wifiAccounts7d = state.accounts.count(within: RecentSet.week, at: stamp, sketches)
        wifiAccountsPerModel = ratio(
            wifiAccounts7d, state.models.count(within: RecentSet.week, at: stamp, sketches))
    }
}

/// What the account's phone, address, payer and parcel know of others who use them.
struct IdentityEvidence: BitwiseCopyable {
    @Rounded var phoneAccounts = Float.nan
    @Rounded var addressAccounts = Float.nan
    @Rounded var addressOrders7d = Float.nan
    @Rounded var payerAccounts = Float.nan
    @Rounded var parcelAccounts = Float.nan
    @Rounded var parcelAddresses = Float.nan

    static func accounts(_ state: IdentityState, _ stamp: UInt16, _ sketches: borrowing SketchPool) -> Float {
        state.accounts.count(within: RecentSet.month, at: stamp, sketches)
    }
}

/// What is known of an account as others name it.
struct HubEvidence: BitwiseCopyable {
    @Rounded var invitees1h = Float.nan
    @Rounded var invitees1d = Float.nan
    @Rounded var invitees30d = Float.nan
    @Rounded var inviteGapVariation = Float.nan
    @Rounded var orderingShare = Float.nan
    @Rounded var modelsPerInvitee = Float.nan
    @Rounded var networksPerInvitee = Float.nan
    @Rounded var ownPurseShare = Float.nan
    @Rounded var senders = Float.nan
    @Rounded var helpers = Float.nan

    init() {}

    init(_ state: HubState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        invitees1h = state.invitees.count(within: RecentSet.hour, at: stamp, sketches)
        (invitees1d, invitees30d) = state.invitees.counts(
            within: RecentSet.day, and: RecentSet.month, at: stamp, sketches)
        inviteGapVariation = state.inviteGaps.variation(support: 3)
        ownPurseShare = state.inviteePurses.ownShare(support: 2)
        if invitees30d >= 3 {
            orderingShare =
                state.orderingInvitees.count(within: RecentSet.month, at: stamp, sketches) / invitees30d
            // None at all is a log that does not say.
            let models = state.inviteeModels.count(within: RecentSet.month, at: stamp, sketches)
            if models > 0 { modelsPerInvitee = ratio(models, invitees30d) }
            let networks = state.inviteeNetworks.count(within: RecentSet.month, at: stamp, sketches)
            if networks > 0 { networksPerInvitee = ratio(networks, invitees30d) }
        }
        senders = state.senders.count(within: RecentSet.month, at: stamp, sketches)
        helpers = state.helpers.count(within: RecentSet.month, at: stamp, sketches)
    }
}

/// What the merchant of the account's last order knows.
struct MerchantEvidence: BitwiseCopyable {
    @Rounded var ordersPerPayer7d = Float.nan
    @Rounded var refundShare = Float.nan
    @Rounded var untrackedShare = Float.nan
    @Rounded var fiveStarShare = Float.nan
    @Rounded var instantPraiseShare = Float.nan
    @Rounded var sharedParcelShare = Float.nan
    @Rounded var hastyReceiptShare = Float.nan
    @Rounded var unseenShare = Float.nan
    @Rounded var surge = Float.nan

    init() {}

    init(_ state: MerchantState, _ event: Event, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        ordersPerPayer7d = ratio(
            state.orders.lastWeek(at: event.ts),
            state.payers.count(within: RecentSet.week, at: stamp, sketches))
        refundShare = share(state.refunded, of: state.paid, support: 10)
        untrackedShare = share(state.untracked, of: state.received, support: 10)
        fiveStarShare = share(state.fiveStars, of: state.reviews, support: 10)
        instantPraiseShare = share(state.instantPraises, of: state.reviews, support: 5)
        sharedParcelShare = share(state.sharedParcels, of: state.received &- state.untracked, support: 5)
        hastyReceiptShare = share(state.hastyReceipts, of: state.received &- state.untracked, support: 5)
        unseenShare = share(state.unseen, of: state.submitted, support: 10)
        surge = state.surge(at: event.ts)
    }
}

/// Who did the same thing to the same target in the same seconds.
struct SynchronyEvidence: BitwiseCopyable {
    /// The most at any costly event.
    @Rounded var network5sMost = Float.nan
    @Rounded var fingerprint5sMost = Float.nan
    /// Shortest time from the start of a rush on a target, seconds.
    @Rounded var rushDelaySeconds = Float.nan
    /// Costly events done together with at least two others of the same network or fingerprint.
    var together: UInt16 = 0
}

@inline(__always)
func ratio(_ count: Float, _ among: Float) -> Float { among > 0 ? count / among : .nan }

@inline(__always)
func share(_ part: UInt32, of whole: UInt32, support: UInt32) -> Float {
    whole < support ? .nan : Float(part) / Float(whole)
}

@inline(__always)
func share(_ part: UInt16, of whole: UInt16, support: UInt16 = 1) -> Float {
    whole < support ? .nan : min(1, Float(part) / Float(whole))
}
