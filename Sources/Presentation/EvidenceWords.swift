import CaseFile

extension FlagWords {
    /// The name of an event's type.
    public static func event(_ name: String, _ language: Language) -> String {
        let english = name.replacing("_", with: " ")
        return language.pick(english, chineseEvents[name] ?? english)
    }

    /// Of flags on which the same person decided the same before: "2 flags left as decided: you said the same before."
    public static func leftAsDecided(_ flags: Int, _ language: Language) -> String {
        language.pick(
            "\(flags.counted("flag")) left as decided: you said the same before.",
            "\(flags.grouped) 条标记保持不变：与您已有的处理结论相同。")
    }

    /// What an account did, or tried to: "coupon claim (refused)".
    public static func event(_ name: String, ok: Bool, _ language: Language) -> String {
        event(name, language) + (ok ? "" : language.pick(" (refused)", "（被拒绝）"))
    }

    private static let chineseEvents: [String: String] = [
        "register": "注册", "login": "登录", "phone_bind": "绑定手机", "address_change": "修改地址",
        "verify": "验证", "share": "分享", "trial_claim": "申领试用", "coupon_claim": "领券",
        "coupon_redeem": "用券", "coupon_transfer": "转赠券", "coupon_accept": "收下券", "check_in": "签到",
        "points_earn": "得积分", "points_redeem": "兑积分", "invite_accept": "接受邀请", "assist": "助力",
        "group_join": "参团", "commission": "佣金", "flash_sale_attempt": "抢购", "lottery_draw": "抽奖",
        "prize_claim": "领奖", "member_pack_buy": "买会员包", "order_submit": "下单", "order_pay": "付款",
        "order_cancel": "取消订单", "refund_apply": "申请退款", "refund_done": "退款完成",
        "order_receive": "确认收货", "review_post": "评价",
    ]

    /// What kind of thing two accounts share.
    public static func linkKind(_ name: String, _ language: Language) -> String {
        switch name {
        case "device": language.pick("device", "设备")
        case "phone": language.pick("phone", "手机号")
        case "address": language.pick("address", "收货地址")
        case "payer": language.pick("payer", "付款账户")
        case "parcel": language.pick("parcel", "包裹")
        case "wifi": language.pick("Wi-Fi", "Wi-Fi")
        case "ip": language.pick("IP address", "IP 地址")
        case "inviter": language.pick("inviter", "邀请人")
        case "peer": language.pick("counterpart", "往来账号")
        case "print": language.pick("phone model in a network", "网段机型")
        case "rush": language.pick("rush on a shop", "店铺集中下单")
        case "merchant": language.pick("merchant", "商家")
        case "moment": language.pick("moment", "同一时刻")
        default: name
        }
    }
}
