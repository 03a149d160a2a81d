import ActivityLog

/// Which of the accounts that share a thing are suspects: their own conduct, whoever they share it with, speaks
/// against them. The scoring side says who is (`ScoreMemory.isSuspect`).
struct SuspectSet: BitwiseCopyable {
    private var suspects = DistinctCount()

    @inline(__always)
    mutating func insert(_ key: UInt64) { suspects.insert(key) }

    mutating func clear() { suspects = DistinctCount() }

    /// Suspects among the others, over the others and some more: one suspect of one other is little to go by, and a thing
    /// that many honest people share ties little (a smoothed neighbour risk, as in GEM, Liu et al. 2018, damped to one
    /// step). Unknown without others.
    /// - Parameters:
    ///   - key: the account that asks.
    ///   - accounts: that share the thing, this one included.
    ///   - doubt: how many more.
    @inline(__always)
    func share(for key: UInt64, among accounts: Float, doubt: Float = 1.5) -> Float {
        guard accounts >= 1.5 else { return .nan }
        guard !suspects.isEmpty else { return 0 }
        let others = accounts - 1
        return min(others, suspects.others(than: key)) / (others + doubt)
    }

    /// How many of the others are no suspects; unknown without others.
    @inline(__always)
    func unsuspected(for key: UInt64, among accounts: Float) -> Float {
        accounts < 1.5 ? .nan : max(0, accounts - 1 - suspects.others(than: key))
    }
}

/// The company an account keeps: the share of suspects among those who share each kind of thing with it.
struct CompanyEvidence: BitwiseCopyable {
    @Rounded var device = Float.nan
    @Rounded var phone = Float.nan
    @Rounded var address = Float.nan
    @Rounded var payer = Float.nan
    /// The highest on any parcel, Wi-Fi or network address.
    @Rounded var parcel = Float.nan
    @Rounded var wifi = Float.nan
    @Rounded var ip = Float.nan
    /// The highest among those who name the same account, as inviter or as peer.
    @Rounded var hub = Float.nan
    /// Of those who name this account.
    @Rounded var own = Float.nan
    /// Others on its device, and others who name it, against whom nothing speaks.
    @Rounded var deviceUnsuspected = Float.nan
    @Rounded var ownUnsuspected = Float.nan

    /// Of all kinds that are known: the highest, and the sum, for ties of different kinds add up.
    @inline(__always)
    var strength: (highest: Float, sum: Float) {
        let shares = [device, phone, address, payer, parcel, wifi, ip, hub, own] as InlineArray<9, Float>
        var (most, sum) = (Float.nan, Float.nan)
        for place in shares.indices where !shares[place].isNaN {
            most = RiskFeatures.highest(most, shares[place])
            sum = sum.isNaN ? shares[place] : sum + shares[place]
        }
        return (most, sum)
    }
}

// What an account takes from the things it shares, beside what it is counted in.
extension AccountState {
    @inline(__always)
    mutating func takeCompany(of device: DeviceState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        let accounts = device.accounts.count(within: RecentSet.month, at: stamp, sketches)
        company.device = device.company.share(for: key, among: accounts)
        company.deviceUnsuspected = device.company.unsuspected(for: key, among: accounts)
    }

    @inline(__always)
    mutating func takePhone(_ phone: IdentityState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        identity.phoneAccounts = IdentityEvidence.accounts(phone, stamp, sketches)
        company.phone = phone.company.share(for: key, among: identity.phoneAccounts)
    }

    @inline(__always)
    mutating func takeAddress(_ address: IdentityState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        identity.addressAccounts = IdentityEvidence.accounts(address, stamp, sketches)
        company.address = address.company.share(for: key, among: identity.addressAccounts)
    }

    @inline(__always)
    mutating func takePayer(_ payer: IdentityState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        identity.payerAccounts = IdentityEvidence.accounts(payer, stamp, sketches)
        company.payer = payer.company.share(for: key, among: identity.payerAccounts)
    }

    @inline(__always)
    mutating func takeCompany(around hub: HubState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        company.hub = highest(company.hub, hub.company.share(for: key, among: hub.circle(stamp, sketches)))
    }

    @inline(__always)
    mutating func takeCompany(of address: IPState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        let accounts = address.accounts.count(within: RecentSet.month, at: stamp, sketches)
        company.ip = highest(company.ip, address.company.share(for: key, among: accounts))
    }

    @inline(__always)
    mutating func takeCompany(of wifi: WifiState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        let accounts = wifi.accounts.count(within: RecentSet.month, at: stamp, sketches)
        company.wifi = highest(company.wifi, wifi.company.share(for: key, among: accounts))
    }

    @inline(__always)
    mutating func takeInviter(_ hub: HubState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        inviter = HubEvidence(hub, stamp, sketches)
        takeCompany(around: hub, stamp, sketches)
    }

    @inline(__always)
    mutating func takeOwn(_ hub: HubState, _ stamp: UInt16, _ sketches: borrowing SketchPool) {
        own = HubEvidence(hub, stamp, sketches)
        let accounts = hub.circle(stamp, sketches)
        // Anybody may name an account: a few who do say little of it.
        company.own = hub.company.share(for: key, among: accounts, doubt: 6)
        company.ownUnsuspected = hub.company.unsuspected(for: key, among: accounts)
    }
}
