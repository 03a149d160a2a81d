/// What an account did, in words; an event type without words stands for itself, its underscores as spaces.
public enum EventWords {
    public static func event(_ name: String, _ language: Language) -> String {
        language == .zh ? chinese[name] ?? name : name.replacing("_", with: " ")
    }

    private static let chinese = [
        "app_open": "打开小程序", "app_close": "关闭小程序", "page_view": "浏览页面", "page_leave": "离开页面", "click": "点击",
        "ad_view": "看广告", "ad_click": "点广告", "search": "搜索", "register": "注册", "login": "登录",
        "phone_bind": "绑定手机", "address_change": "更改地址", "verify": "验证", "subscribe": "订阅",
        "product_view": "浏览商品", "favorite": "收藏", "cart_add": "加购物车", "trial_claim": "领试用",
        "coupon_claim": "领券", "coupon_redeem": "用券", "coupon_transfer": "转赠券", "coupon_accept": "收券",
        "check_in": "签到", "points_earn": "得积分", "points_redeem": "兑积分", "share": "分享",
        "invite_accept": "接受邀请", "assist": "助力", "group_join": "参团", "commission": "得佣金",
        "flash_sale_attempt": "抢购", "lottery_draw": "抽奖", "prize_claim": "领奖", "member_pack_buy": "买会员礼包",
        "order_submit": "下单", "order_pay": "付款", "order_cancel": "取消订单", "refund_apply": "申请退款",
        "refund_done": "退款完成", "order_receive": "确认收货", "review_post": "评价", "api_call": "接口调用",
        "id_link": "关联身份", "other": "其他",
    ]
}

/// What accounts share, in words; a kind without words stands for itself.
public enum LinkWords {
    public static func kind(_ name: String, _ language: Language) -> String {
        guard let (en, zh) = words[name] else { return name }
        return language.pick(en, zh)
    }

    private static let words = [
        "device": ("device", "设备"), "phone": ("phone", "手机号"), "address": ("address", "收货地址"),
        "payer": ("payer", "付款账户"), "parcel": ("parcel", "运单"), "wifi": ("Wi-Fi", "Wi-Fi"),
        "ip": ("IP address", "IP 地址"), "inviter": ("inviter", "邀请人"), "peer": ("counterpart", "往来账号"),
        "merchant": ("merchant", "商户"), "moment": ("moment", "时刻"),
    ]
}
