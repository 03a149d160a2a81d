/// What happened: the event types of the schema, in the order of a customer's life (awareness, interest,
/// purchase, loyalty). The raw value is also the tie-break between events of one millisecond.
public enum EventType: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case appOpen, appClose, pageView, pageLeave, click, adView, adClick, search
    case register, login, phoneBind, addressChange, verify, subscribe
    case productView, favorite, cartAdd, trialClaim
    case couponClaim, couponRedeem, couponTransfer, couponAccept
    case checkIn, pointsEarn, pointsRedeem
    case share, inviteAccept, assist, groupJoin, commission
    case flashSaleAttempt, lotteryDraw, prizeClaim, memberPackBuy
    case orderSubmit, orderPay, orderCancel, refundApply, refundDone, orderReceive, reviewPost
    case apiCall, idLink, other

    /// The name in a log line.
    public var name: StaticString {
        switch self {
        case .appOpen: "app_open"
        case .appClose: "app_close"
        case .pageView: "page_view"
        case .pageLeave: "page_leave"
        case .click: "click"
        case .adView: "ad_view"
        case .adClick: "ad_click"
        case .search: "search"
        case .register: "register"
        case .login: "login"
        case .phoneBind: "phone_bind"
        case .addressChange: "address_change"
        case .verify: "verify"
        case .subscribe: "subscribe"
        case .productView: "product_view"
        case .favorite: "favorite"
        case .cartAdd: "cart_add"
        case .trialClaim: "trial_claim"
        case .couponClaim: "coupon_claim"
        case .couponRedeem: "coupon_redeem"
        case .couponTransfer: "coupon_transfer"
        case .couponAccept: "coupon_accept"
        case .checkIn: "check_in"
        case .pointsEarn: "points_earn"
        case .pointsRedeem: "points_redeem"
        case .share: "share"
        case .inviteAccept: "invite_accept"
        case .assist: "assist"
        case .groupJoin: "group_join"
        case .commission: "commission"
        case .flashSaleAttempt: "flash_sale_attempt"
        case .lotteryDraw: "lottery_draw"
        case .prizeClaim: "prize_claim"
        case .memberPackBuy: "member_pack_buy"
        case .orderSubmit: "order_submit"
        case .orderPay: "order_pay"
        case .orderCancel: "order_cancel"
        case .refundApply: "refund_apply"
        case .refundDone: "refund_done"
        case .orderReceive: "order_receive"
        case .reviewPost: "review_post"
        case .apiCall: "api_call"
        case .idLink: "id_link"
        case .other: "other"
        }
    }

    /// A set of event types as one word, for a membership test without a branch.
    public struct Set: OptionSet, Sendable {
        public let rawValue: UInt64
        @inlinable @inline(__always)
        public init(rawValue: UInt64) { self.rawValue = rawValue }
        /// An inline array folds to a constant, where variadic arguments would be an array on the heap.
        @inlinable @inline(__always)
        public init<let count: Int>(_ types: InlineArray<count, EventType>) {
            var bits: UInt64 = 0
            for index in 0..<count { bits |= 1 &<< UInt64(types[index].rawValue) }
            rawValue = bits
        }
        @inlinable @inline(__always)
        public func contains(_ type: EventType) -> Bool { rawValue & 1 &<< UInt64(type.rawValue) != 0 }
    }
}

// Computed, so that they are constants where they are used: a global would be asked each time whether it is there yet.
extension EventType.Set {
    /// The brand gives something away: a coupon, a gift, points, a prize.
    @inlinable @inline(__always)
    public static var grants: EventType.Set {
        EventType.Set([
            .trialClaim, .couponClaim, .couponAccept, .checkIn, .pointsEarn, .inviteAccept, .assist,
            .flashSaleAttempt, .lotteryDraw, .prizeClaim, .memberPackBuy,
        ])
    }

    /// Every event that can cost money, at which both heads are scored.
    @inlinable @inline(__always)
    public static var costly: EventType.Set {
        EventType.Set([
            .trialClaim, .couponClaim, .couponRedeem, .couponTransfer, .couponAccept,
            .checkIn, .pointsEarn, .pointsRedeem, .inviteAccept, .assist, .groupJoin, .commission,
            .flashSaleAttempt, .lotteryDraw, .prizeClaim, .memberPackBuy,
            .orderSubmit, .orderPay, .orderCancel, .refundApply, .refundDone, .orderReceive, .reviewPost,
        ])
    }

    /// Of those, which are told of here for what they do, not for the attempt: refused by the server, nothing was paid,
    /// earned, given or sent. A refused grab at a grant is a doing of its own.
    @inlinable @inline(__always)
    public static var settling: EventType.Set {
        EventType.Set([
            .couponRedeem, .couponTransfer, .couponAccept, .checkIn, .pointsEarn, .pointsRedeem,
            .inviteAccept,
            .assist, .groupJoin, .commission, .memberPackBuy,
            .orderSubmit, .orderPay, .orderCancel, .refundApply, .refundDone, .orderReceive, .reviewPost,
        ])
    }

    /// A customer looks around.
    @inlinable @inline(__always)
    public static var browsing: EventType.Set {
        EventType.Set([
            .pageView, .pageLeave, .click, .adView, .adClick, .search, .productView, .favorite, .cartAdd,
        ])
    }
}

/// Where the mini-program ran, as the log says.
public enum Platform: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case unknown, ios, android, ohos, windows, mac, devtools, h5, server
}

/// Where a device id comes from, which decides what it names.
public enum DeviceSource: UInt8, BitwiseCopyable, Sendable {
    case unknown
    /// A fingerprint service's id: names a handset.
    case vendor
    /// Random and kept per WeChat user: does not name a handset.
    case sdk
}

/// The kind of network the log names.
public enum NetworkKind: UInt8, BitwiseCopyable, Sendable { case unknown, wifi, cellular, none }
