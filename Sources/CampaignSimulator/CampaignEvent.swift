import ActivityLog

/// One event before it is written: numbers instead of texts, so that millions fit in memory and sort fast.
///
/// Identifiers are small numbers unique within their kind (0 is absent); `LogLine` turns them into hexadecimal
/// texts of one shape, whoever they belong to.
struct CampaignEvent {
    /// Milliseconds since the campaign's start.
    var ts: Int64 = 0
    var account: UInt32 = 0
    var device: UInt32 = 0
    var ip: UInt32 = 0
    var wifi: UInt32 = 0
    var session: UInt32 = 0
    var couponInstance: UInt32 = 0
    var order: UInt32 = 0
    var group: UInt32 = 0
    var phone: UInt32 = 0
    var address: UInt32 = 0
    var payer: UInt32 = 0
    var tracking: UInt32 = 0
    /// Account number plus one, as is `peer`.
    var inviter: UInt32 = 0
    var peer: UInt32 = 0
    var sku: UInt32 = 0
    var amount: UInt32 = 0
    var discount: UInt32 = 0
    var refund: UInt32 = 0
    var dwell: UInt32 = 0
    var points: Int32 = 0
    var merchant: UInt16 = 0
    var scene: UInt16 = 0
    /// Position in `PhoneCatalog.profiles` plus one.
    var profile: UInt16 = 0
    var phonePrefix: UInt16 = 0
    var type: EventType = .other
    var page: UInt8 = 0
    var wxVersion: UInt8 = 0
    var campaign: UInt8 = 0
    var coupon: UInt8 = 0
    var quantity: UInt8 = 0
    var rating: UInt8 = 0
    /// 0 absent, 1 accepted, 2 refused.
    var ok: UInt8 = 0
    /// Gateway headers plus one; 0 absent.
    var riskRank: UInt8 = 0
    var deviceRiskRank: UInt8 = 0
    var deviceUsers: UInt8 = 0
    var network: NetworkKind = .unknown
    var deviceSource: DeviceSource = .unknown
    var frontEnd: UInt8 = 0
    /// `ip` numbers an IPv6 subscriber instead of holding an IPv4 address.
    var ipIsV6 = false
    /// Sent by a server on the account's behalf: no handset, no address.
    var isServer = false
}

/// Money that the brand lost to a cheat by one event.
struct CampaignLoss {
    var account: UInt32
    /// Milliseconds since the campaign's start.
    var ts: Int64
    var lossFen: UInt32
    var isFakeOrder: Bool
}
