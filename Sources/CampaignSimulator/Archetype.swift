/// A way of life, honest or not: what `truth.csv` calls an account.
public enum Archetype: String, CaseIterable, Sendable {
    case ordinaryShopper = "ordinary_shopper"
    case loyalMember = "loyal_member"
    case newcomer
    case dealHunter = "deal_hunter"
    case shopTablet = "shop_tablet"
    case shopGuide = "shop_guide"
    case dormitory
    case family
    case officeGroupBuy = "office_group_buy"
    case opinionLeader = "opinion_leader"
    case fan
    case carrierNAT = "carrier_nat"
    case flashCrowd = "flash_crowd"
    case traveller
    case nightWorker = "night_worker"
    case bareLog = "bare_log"
    case giftGiver = "gift_giver"
    case refunder
    case quickBuyer = "quick_buyer"

    case phoneFarm = "phone_farm"
    case emulatorFarm = "emulator_farm"
    case referralRing = "referral_ring"
    case selfInvitation = "self_invitation"
    case checkInBot = "check_in_bot"
    case pointsRefund = "points_refund"
    case couponReseller = "coupon_reseller"
    case proxyPool = "proxy_pool"
    case lowAndSlow = "low_and_slow"
    case flashScalper = "flash_scalper"
    case stockHoarder = "stock_hoarder"

    case merchantBrushing = "merchant_brushing"
    case chatGroupBrushing = "chat_group_brushing"
    case commissionLoop = "commission_loop"

    /// Honest, and in some respect so like a cheat that a model needs to see many of them.
    var looksOdd: Bool {
        switch self {
        case .shopTablet, .family, .officeGroupBuy, .opinionLeader, .flashCrowd, .quickBuyer: true
        default: false
        }
    }

    /// Whether a world may hold this way of life at its far end: cheats who hide nothing, hubs far busier than most.
    var hasExtremes: Bool {
        switch self {
        case .lowAndSlow, .chatGroupBrushing, .selfInvitation: false
        case .shopTablet, .dormitory, .officeGroupBuy, .opinionLeader, .carrierNAT: true
        default: cheat != nil
        }
    }

    /// What kind of cheat it is, if one.
    public enum Cheat: Sendable { case couponAbuse, fakeOrder }

    public var cheat: Cheat? {
        switch self {
        case .phoneFarm, .emulatorFarm, .referralRing, .selfInvitation, .checkInBot, .pointsRefund,
            .couponReseller, .proxyPool, .lowAndSlow, .flashScalper, .stockHoarder:
            .couponAbuse
        case .merchantBrushing, .chatGroupBrushing, .commissionLoop: .fakeOrder
        default: nil
        }
    }
}
