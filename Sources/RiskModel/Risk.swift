/// What an account is scored for; a head of the model each.
public enum Risk: String, CaseIterable, Sendable, Codable, CodingKeyRepresentable {
    /// 薅羊毛: farming coupons, gifts, points and referral rewards.
    case couponAbuse = "coupon_abuse"
    /// 刷单 / 虚假交易: orders placed to inflate sales.
    case fakeOrder = "fake_order"

    /// Position in arrays that hold one element a head.
    public var index: Int { self == .couponAbuse ? 0 : 1 }
}

/// How sure a flag is.
public enum RiskLevel: String, CaseIterable, Sendable, Codable {
    case review, high
}
