import ActivityLog

/// Guesses what a brand's own name for an event may mean, for a person to check.
enum EventGuess {
    /// What the words of a name speak for: all of a row, the first row that fits. English is compared in small letters.
    private static let rows: [([[String]], EventType)] = [
        ([["coupon", "quan", "voucher", "券"], ["transfer", "give", "转赠", "赠送"]], .couponTransfer),
        ([["coupon", "quan", "voucher", "券"], ["accept", "接收", "接受"]], .couponAccept),
        (
            [["coupon", "quan", "voucher", "券"], ["use", "redeem", "consume", "apply", "核销", "使用"]],
            .couponRedeem
        ),
        ([["coupon", "quan", "voucher", "券"], ["view", "show", "list", "浏览", "查看"]], .pageView),
        ([["coupon", "quan", "voucher", "券"]], .couponClaim),
        ([["refund", "退款", "退货"], ["done", "success", "complete", "成功", "完成"]], .refundDone),
        ([["refund", "退款", "退货"]], .refundApply),
        ([["order", "订单", "下单"], ["cancel", "取消"]], .orderCancel),
        ([["order", "订单"], ["pay", "paid", "complete", "支付"]], .orderPay),
        ([["order", "订单", "包裹"], ["receive", "confirm", "收货"]], .orderReceive),
        ([["order", "订单"], ["review", "comment", "评价"]], .reviewPost),
        ([["order", "订单", "下单", "checkout"]], .orderSubmit),
        ([["收货"]], .orderReceive),
        ([["pay", "支付", "付款"]], .orderPay),
        ([["review", "comment", "rate", "评价", "评论"]], .reviewPost),
        ([["point", "积分"], ["redeem", "exchange", "use", "兑换"]], .pointsRedeem),
        ([["point", "积分"]], .pointsEarn),
        ([["checkin", "check_in", "check-in", "signin", "sign_in", "qiandao", "签到", "打卡"]], .checkIn),
        ([["invite", "邀请"], ["accept", "success", "接受", "成功"]], .inviteAccept),
        ([["assist", "help", "助力", "砍价"]], .assist),
        ([["group", "拼团", "参团", "团购"]], .groupJoin),
        ([["invite", "share", "邀请", "分享", "转发"]], .share),
        ([["seckill", "flash", "秒杀", "抢购"]], .flashSaleAttempt),
        ([["prize", "award", "奖品", "领奖"]], .prizeClaim),
        ([["lottery", "draw", "wheel", "抽奖", "转盘"]], .lotteryDraw),
        ([["trial", "sample", "试用"]], .trialClaim),
        ([["commission", "佣金"]], .commission),
        ([["register", "signup", "sign_up", "注册"]], .register),
        ([["login", "登录"]], .login),
        ([["phone", "mobile", "手机"]], .phoneBind),
        ([["address", "地址"]], .addressChange),
        ([["verify", "captcha", "验证"]], .verify),
        ([["subscribe", "订阅", "关注"]], .subscribe),
        ([["cart", "购物车"]], .cartAdd),
        ([["favorite", "favourite", "collect", "wish", "收藏"]], .favorite),
        ([["search", "搜索"]], .search),
        ([["goods", "product", "sku", "item", "商品"]], .productView),
        ([["launch", "open", "start", "启动", "打开", "进入"]], .appOpen),
        ([["hide", "close", "exit", "end", "退出", "关闭"]], .appClose),
        ([["leave", "离开"]], .pageLeave),
        ([["page", "view", "screen", "浏览", "页面"]], .pageView),
        ([["click", "tap", "btn", "button", "点击"]], .click),
        ([["/"]], .apiCall),
    ]

    /// - Returns: nil where nothing speaks for anything.
    static func type(of name: String) -> EventType? {
        let text = name.lowercased()
        return rows.first { row in row.0.allSatisfy { $0.contains { text.contains($0) } } }?.1
    }
}
