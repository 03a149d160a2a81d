/// A place or person that many honest accounts share, and how features that lower a score show it.
///
/// The features are those of the catalogue, where they are declared with what speaks against an account; here stands what
/// they say for it.
public enum InnocentHub: Sendable, CaseIterable {
    /// Customers registered on a shop's tablet, who pay by purses of their own and live on elsewhere.
    case shopTablet
    /// A dormitory, an office, a carrier's address: many people on one network.
    case sharedNetwork
    /// People of one household or one porter.
    case household
    /// One who brings many people with lives of their own.
    case opinionLeader
    /// Everybody comes at once, and the account with them.
    case launch

    public var name: Phrase {
        switch self {
        case .shopTablet: Phrase(en: "a shop's tablet", zh: "门店平板")
        case .sharedNetwork: Phrase(en: "a network of many", zh: "多人共用网络")
        case .household: Phrase(en: "a household", zh: "家庭或代收点")
        case .opinionLeader: Phrase(en: "an opinion leader", zh: "意见领袖")
        case .launch: Phrase(en: "a launch", zh: "活动开抢")
        }
    }

    /// What one feature says of a hub.
    public struct Sign: Sendable {
        public let hub: InnocentHub
        public let feature: String
        /// Values that show it.
        public let isShown: @Sendable (Double) -> Bool
        /// What a reviewer reads, with `{}` for the value.
        public let phrase: Phrase
    }

    /// The sign that a value of a feature shows; nil where it shows none.
    public static func sign(_ feature: String, _ value: Double?) -> Sign? {
        guard let value else { return nil }
        return signs.first { $0.feature == feature && $0.isShown(value) }
    }

    private static let signs: [Sign] = [
        Sign(
            hub: .shopTablet, feature: "device_moved_on_share", isShown: { $0 >= 0.1 },
            phrase: Phrase(
                en: "{} of this device's accounts went on on phones of their own",
                zh: "该设备 {} 的账号后来在自己的手机上继续使用")),
        Sign(
            hub: .shopTablet, feature: "device_own_purse_share", isShown: { $0 >= 0.8 },
            phrase: Phrase(
                en: "{} of payments on this device are from a payer of the account's own",
                zh: "该设备 {} 的付款来自账号自己的支付人")),
        Sign(
            hub: .shopTablet, feature: "device_unsuspected_accounts", isShown: { $0 >= 4 },
            phrase: Phrase(
                en: "{} accounts against whom nothing speaks share its device", zh: "同一设备另有 {} 个未被怀疑的账号")),
        Sign(
            hub: .household, feature: "device_unsuspected_accounts", isShown: { $0 >= 0.5 },
            phrase: Phrase(
                en: "{} accounts against whom nothing speaks share its device", zh: "同一设备另有 {} 个未被怀疑的账号")),
        Sign(
            hub: .household, feature: "address_suspect_share", isShown: { $0 < 0.05 },
            phrase: Phrase(
                en: "{} of the others at its address are suspect", zh: "同一收货地址的其他账号中 {} 可疑")),
        Sign(
            hub: .household, feature: "phone_suspect_share", isShown: { $0 < 0.05 },
            phrase: Phrase(en: "{} of the others on its phone number are suspect", zh: "同一手机号的其他账号中 {} 可疑")),
        Sign(
            hub: .household, feature: "payer_suspect_share", isShown: { $0 < 0.05 },
            phrase: Phrase(en: "{} of the others on its payer are suspect", zh: "同一支付人的其他账号中 {} 可疑")),
        Sign(
            hub: .sharedNetwork, feature: "ip_suspect_share", isShown: { $0 < 0.05 },
            phrase: Phrase(
                en: "{} of the others on its network address are suspect", zh: "同一 IP 的其他账号中 {} 可疑")),
        Sign(
            hub: .sharedNetwork, feature: "wifi_suspect_share", isShown: { $0 < 0.05 },
            phrase: Phrase(en: "{} of the others on its Wi-Fi are suspect", zh: "同一 Wi-Fi 的其他账号中 {} 可疑")),
        Sign(
            hub: .opinionLeader, feature: "inviter_ordering_share", isShown: { $0 >= 0.5 },
            phrase: Phrase(
                en: "{} of its inviter's invitees bought for themselves", zh: "其邀请人的被邀请人中 {} 自己有过购买")),
        Sign(
            hub: .opinionLeader, feature: "inviter_own_purse_share", isShown: { $0 >= 0.9 },
            phrase: Phrase(
                en: "{} of payments by its inviter's invitees are from a payer of their own",
                zh: "其邀请人的被邀请人 {} 的付款来自自己的支付人")),
        Sign(
            hub: .opinionLeader, feature: "inviter_models_per_invitee", isShown: { $0 >= 0.5 },
            phrase: Phrase(
                en: "its inviter's invitees have phones of their own ({} models per invitee)",
                zh: "其邀请人的被邀请人机型各异（每人 {} 种）")),
        Sign(
            hub: .opinionLeader, feature: "inviter_invitees_30d", isShown: { $0 >= 30 },
            phrase: Phrase(
                en: "its inviter brought {} accounts, as an opinion leader does", zh: "其邀请人共邀请 {} 个账号，与意见领袖相符"
            )),
        Sign(
            hub: .opinionLeader, feature: "own_ordering_share", isShown: { $0 >= 0.5 },
            phrase: Phrase(en: "{} of its invitees bought for themselves", zh: "其被邀请人中 {} 自己有过购买")),
        Sign(
            hub: .opinionLeader, feature: "own_invitee_purse_share", isShown: { $0 >= 0.9 },
            phrase: Phrase(
                en: "{} of payments by its invitees are from a payer of their own", zh: "其被邀请人 {} 的付款来自自己的支付人"
            )),
        Sign(
            hub: .opinionLeader, feature: "own_unsuspected_accounts", isShown: { $0 >= 2 },
            phrase: Phrase(
                en: "{} accounts against whom nothing speaks name it", zh: "有 {} 个未被怀疑的账号以其为邀请人或接收人")),
        Sign(
            hub: .launch, feature: "rush_delay_s", isShown: { $0 >= 3 },
            phrase: Phrase(
                en: "came {} after the crowd of the campaign, as people do", zh: "在活动人群之后 {} 到达，与常人相符")),
        Sign(
            hub: .launch, feature: "launch_rush_share", isShown: { $0 > 0 },
            phrase: Phrase(
                en: "{} of its claims are in a campaign's first minute, as those of its crowd are",
                zh: "{} 的领取在活动首分钟内，与当时人群一致")),
    ]
}
