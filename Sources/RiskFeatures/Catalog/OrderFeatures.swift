extension FeatureCatalog {
    /// On orders, from submission to review.
    static func orders(_ sink: inout some FeatureSink) {
        sink.feature(
            "payer_accounts_30d", .orders, .accounts, .moreIsWorse,
            "Distinct accounts on the account's payer within 30 days.",
            source: "Baidu: same person behind withdrawals; 甜橙杯 2018",
            en: "{} accounts paid by one payer", zh: "同一支付人为 {} 个账号付款",
            usual: ("usually 1, in families 2–4", "通常 1 个，家庭 2–4 个"), telling: .above(1), coupon: .gang,
            order: .brushing, needs: [.payerID]
        ) { $0.identity.payerAccounts }
        sink.feature(
            "address_accounts_30d", .orders, .accounts, .moreIsWorse,
            "Distinct accounts on the account's delivery address within 30 days.",
            source: "First-order rules; TH-Nebula 2",
            en: "{} accounts at one delivery address", zh: "同一收货地址有 {} 个账号",
            usual: ("usually 1, in families and offices more", "通常 1 个，家庭和办公室较多"), telling: .above(1),
            coupon: .gang, order: .brushing,
            needs: [.addressID]
        ) { $0.identity.addressAccounts }
        sink.feature(
            "address_orders_7d", .orders, .orders, .moreIsWorse,
            "Orders to the account's delivery address within a week.",
            source: "TH-Nebula 2 (more than 5 orders an hour to one receiver)",
            en: "{} orders to one address in a week", zh: "同一地址一周内 {} 笔订单",
            usual: ("usually 1–3", "通常 1–3 笔"), telling: .above(3), coupon: .gang, order: .brushing,
            needs: [.addressID]
        ) { $0.identity.addressOrders7d }
        sink.feature(
            "phone_accounts_30d", .orders, .accounts, .moreIsWorse,
            "Distinct accounts on the account's phone within 30 days.",
            source: "TH-Nebula 2; Shumei phone labels",
            en: "{} accounts with one phone number", zh: "同一手机号有 {} 个账号",
            usual: ("usually 1", "通常 1 个"), telling: .above(1), coupon: .gang, order: .brushing,
            needs: [.phoneID]
        ) { $0.identity.phoneAccounts }
        sink.feature(
            "parcel_accounts", .orders, .accounts, .moreIsWorse,
            "Most accounts that one of its tracking numbers was given to.",
            source: "JD 天网 logistics dimension; 补单 guides: reused tracking numbers",
            en: "one tracking number for {} accounts", zh: "同一运单号用于 {} 个账号",
            usual: ("always 1", "始终 1 个"), telling: .above(1), order: .brushing, needs: [.trackingID]
        ) { $0.identity.parcelAccounts }
        sink.feature(
            "parcel_addresses", .orders, .addresses, .moreIsWorse,
            "Most delivery addresses that one of its tracking numbers was given to: colleagues who order together share "
                + "a parcel and its address, brushed orders share the number alone.",
            source: "JD 天网 logistics dimension: route and address differ",
            en: "one tracking number for {} delivery addresses", zh: "同一运单号对应 {} 个收货地址",
            usual: ("always 1", "始终 1 个"), telling: .above(1), order: .brushing,
            needs: [.trackingID, .addressID]
        ) { $0.identity.parcelAddresses }
        sink.feature(
            "orders_total", .orders, .orders, .either, "Orders submitted so far.",
            source: "Support for the shares below",
            en: "{} orders so far", zh: "至今 {} 笔订单", usual: ("usually 0–3", "通常 0–3 笔"), telling: .above(3),
            order: .brushing
        ) { Float($0.orders.submitted) }
        sink.feature(
            "unpaid_holds", .orders, .orders, .moreIsWorse,
            "Orders submitted and neither paid nor cancelled.",
            source: "TH-Nebula 2 (more than 4 in 30 minutes); Shumei consume_stock",
            en: "{} orders hold stock unpaid", zh: "{} 笔未付款订单占用库存",
            usual: ("usually 0–1", "通常 0–1 笔"), telling: .above(1), coupon: .stockHoarding
        ) { $0.orders.unpaidHolds }
        sink.feature(
            "paid_share", .orders, .share, .either,
            "Share of submitted orders that were paid, not counting the newest in its first quarter of an hour.",
            source: "Shumei consume_stock",
            en: "{} of its orders were paid", zh: "{} 的订单已付款", usual: ("usually above 80 %", "通常高于 80%"),
            coupon: .stockHoarding
        ) { RiskFeatures.share($0.orders.paid, of: $0.orders.due(at: $0.ms)) }
        sink.feature(
            "cancel_share", .orders, .share, .moreIsWorse, "Share of submitted orders that were cancelled.",
            source: "TH-Nebula 2 (more than 3 in 30 minutes); JD guidelines (above 30 %)",
            en: "{} of its orders were cancelled", zh: "{} 的订单被取消", usual: ("usually below 10 %", "通常低于 10%"),
            telling: .above(0.1),
            coupon: .stockHoarding
        ) { RiskFeatures.share($0.orders.cancelled, of: $0.orders.submitted) }
        sink.feature(
            "refund_share", .orders, .share, .moreIsWorse,
            "Share of paid orders for which a refund was asked.",
            source: "Tencent refund scene; Shumei refundApply",
            en: "refunds asked for {} of its orders", zh: "{} 的订单申请退款",
            usual: ("usually below 10 %", "通常低于 10%"), telling: .above(0.1),
            coupon: .refundAbuse, order: .brushing
        ) { RiskFeatures.share($0.orders.refunds, of: $0.orders.paid) }
        sink.feature(
            "refund_delay_h", .orders, .hours, .lessIsWorse,
            "Shortest time from payment to asking for a refund.",
            source: "Quick refunds after coupon use; Shumei refundApply",
            en: "asked for a refund {} after paying", zh: "付款后 {} 即申请退款", usual: ("usually days", "通常数天"),
            telling: .below(48),
            coupon: .refundAbuse
        ) { $0.orders.shortestRefundHours }
        sink.feature(
            "near_threshold_share", .orders, .share, .moreIsWorse,
            "Share of orders whose list price is at most 5 % above a multiple of 50 yuan, where coupons begin to work.",
            source: "TH-Nebula 2; amounts just above a coupon's threshold",
            en: "{} of its orders just exceed a round threshold", zh: "{} 的订单金额刚过整数门槛",
            usual: ("usually below 20 %", "通常低于 20%"), telling: .above(0.2), coupon: .couponFarming,
            needs: [.amountFen]
        ) { RiskFeatures.share($0.orders.overThreshold, of: $0.orders.priced) }
        sink.feature(
            "discount_share", .orders, .share, .moreIsWorse, "Discounts over list price of paid orders.",
            source: "PromoGuardian; Shumei discounts[]",
            en: "{} of the list price taken off", zh: "优惠占原价 {}", usual: ("usually below 20 %", "通常低于 20%"),
            telling: .above(0.2),
            coupon: .couponFarming, needs: [.discountFen]
        ) {
            let list = $0.orders.paidFen.plus($0.orders.discountFen)
            return list <= 0 ? .nan : Float($0.orders.discountFen) / Float(list)
        }
        sink.feature(
            "repeated_amount_share", .orders, .share, .moreIsWorse,
            "Share of orders with the commonest amount. Needs two.",
            source: "TH-Nebula 2; repeated amounts",
            en: "{} of its orders have the same amount", zh: "{} 的订单金额相同",
            usual: ("usually below 50 %", "通常低于 50%"), telling: .above(0.5),
            order: .brushing, needs: [.amountFen]
        ) { $0.orders.amounts.share(support: 2) }
        sink.feature(
            "merchant_share", .orders, .share, .moreIsWorse,
            "Share of orders at the commonest merchant. Needs two.",
            source: "甜橙杯 2018: merchant was the strongest feature",
            en: "{} of its orders at one merchant", zh: "{} 的订单在同一商家",
            usual: ("usually below 70 %", "通常低于 70%"), telling: .above(0.7),
            order: .brushing, needs: [.merchantID]
        ) { $0.orders.merchants.share(support: 2) }
        sink.feature(
            "product_share", .orders, .share, .moreIsWorse,
            "Share of orders for the commonest product. Needs two.",
            source: "TH-Nebula 2 (more than 5 orders an hour with one product)",
            en: "{} of its orders for one product", zh: "{} 的订单为同一商品",
            usual: ("usually below 60 %", "通常低于 60%"), telling: .above(0.6),
            coupon: .stockHoarding, order: .brushing, needs: [.skuID]
        ) { $0.orders.products.share(support: 2) }
        sink.feature(
            "quantity_per_order", .orders, .ratio, .moreIsWorse, "Mean quantity of an order.",
            source: "PromoGuardian: stocking up",
            en: "{} pieces an order", zh: "每单 {} 件", usual: ("usually 1–2", "通常 1–2 件"), telling: .above(2),
            coupon: .stockHoarding,
            needs: [.quantity]
        ) { $0.orders.submitted == 0 ? .nan : $0.orders.quantity / Float($0.orders.submitted) }
        sink.feature(
            "untracked_share", .orders, .share, .moreIsWorse,
            "Share of received orders without a tracking number.",
            source: "补单 guides; JD 天网 logistics dimension",
            en: "{} of its received orders have no tracking number", zh: "{} 的签收订单没有运单号",
            usual: ("usually below 10 %", "通常低于 10%"), telling: .above(0.1), order: .brushing,
            needs: [.orderID]
        ) { RiskFeatures.share($0.orders.untracked, of: $0.orders.received) }
        sink.feature(
            "confirm_delay_h", .orders, .hours, .lessIsWorse,
            "Shortest time from payment to confirmed receipt of a parcel with a tracking number; what is picked up in the shop may be quick.",
            source: "JD 天网; CATS: confirmation faster than possible",
            en: "receipt confirmed {} after payment", zh: "付款后 {} 即确认收货",
            usual: ("usually 2–4 days", "通常 2–4 天"), telling: .below(40),
            order: .brushing, needs: [.orderID]
        ) { $0.orders.shortestConfirmHours }
        sink.feature(
            "instant_praise_share", .orders, .share, .moreIsWorse,
            "Share of reviews with five stars within ten minutes after confirmed receipt.",
            source: "CATS and ATF (Taobao); JD 天网",
            en: "{} of its reviews are five stars at once after receipt", zh: "{} 的评价在收货后立即给出五星",
            usual: ("usually below 10 %", "通常低于 10%"), telling: .above(0.1), order: .brushing,
            needs: [.orderID, .rating]
        ) { RiskFeatures.share($0.orders.instantFiveStars, of: $0.orders.reviews) }
        sink.feature(
            "reviews_per_order", .orders, .ratio, .either, log: false, "Reviews over received orders.",
            source: "CATS", en: "reviews {} of its orders", zh: "每笔订单评价 {} 次",
            usual: ("usually below 0.5", "通常低于 0.5"), telling: .above(0.5),
            order: .brushing
        ) { $0.orders.received == 0 ? .nan : Float($0.orders.reviews) / Float($0.orders.received) }
        sink.feature(
            "unseen_order_share", .orders, .share, .moreIsWorse,
            "Share of orders with no product page or cart since the order before.",
            source: "TH-Nebula 2 (single behaviour): orders without browsing",
            en: "{} of its orders without looking at a product", zh: "{} 的订单没有浏览商品",
            usual: ("usually below 20 %", "通常低于 20%"), telling: .above(0.2), order: .brushing
        ) { RiskFeatures.share($0.orders.withoutLooking, of: $0.orders.submitted) }
        sink.feature(
            "pay_delay_s", .orders, .seconds, .lessIsWorse, "Mean time from submission to payment.",
            source: "Task-list scripts; TH-Nebula 2",
            en: "pays {} after submitting", zh: "提交后 {} 即付款", usual: ("usually 10–60 s", "通常 10–60 秒"),
            telling: .below(10),
            order: .brushing, needs: [.orderID]
        ) { $0.orders.payDelay.count < 1 ? .nan : $0.orders.payDelay.mean }
        sink.feature(
            "merchant_orders_per_payer_7d", .orders, .ratio, .moreIsWorse,
            "Orders over distinct payers at the merchant of its last order within a week.",
            source: "Baidu: same person behind withdrawals",
            en: "{} orders per payer at this merchant in a week", zh: "该商家一周内每个支付人 {} 笔订单",
            usual: ("about 1", "约 1 笔"), telling: .above(1.2), order: .brushing,
            needs: [.merchantID, .payerID]
        ) { $0.merchant.ordersPerPayer7d }
        sink.feature(
            "merchant_refund_share", .orders, .share, .either,
            "Refunds over payments at the merchant. Needs ten.",
            source: "Refunds outside the platform in 刷单",
            en: "{} of this merchant's orders refunded", zh: "该商家 {} 的订单退款",
            usual: ("usually 5–10 %", "通常 5–10%"),
            order: .brushing, needs: [.merchantID]
        ) { $0.merchant.refundShare }
        sink.feature(
            "merchant_untracked_share", .orders, .share, .moreIsWorse,
            "Receipts without a tracking number at the merchant. Needs ten.",
            source: "JD 天网 logistics dimension",
            en: "{} of this merchant's receipts have no tracking number", zh: "该商家 {} 的签收没有运单号",
            usual: ("usually below 10 %", "通常低于 10%"), telling: .above(0.1), order: .brushing,
            needs: [.merchantID, .trackingID]
        ) { $0.merchant.untrackedShare }
        sink.feature(
            "merchant_five_star_share", .orders, .share, .moreIsWorse,
            "Five-star reviews at the merchant. Needs ten.",
            source: "CATS and ATF (Taobao)",
            en: "{} of this merchant's reviews are five stars", zh: "该商家 {} 的评价为五星",
            usual: ("usually 60–80 %", "通常 60–80%"), telling: .above(0.8),
            order: .brushing, needs: [.merchantID, .rating]
        ) { $0.merchant.fiveStarShare }
        sink.feature(
            "merchant_instant_praise_share", .orders, .share, .moreIsWorse,
            "Share of the merchant's reviews with five stars within ten minutes after receipt. Needs five.",
            source: "CATS and ATF (Taobao)",
            en: "{} of this merchant's reviews are five stars at once after receipt",
            zh: "该商家 {} 的评价在收货后立即给出五星",
            usual: ("usually 10–20 %, more where shops thank for praise", "通常 10–20%，有好评返现的商家较高"),
            telling: .above(0.2),
            order: .brushing, needs: [.merchantID, .orderID, .rating]
        ) { $0.merchant.instantPraiseShare }
        sink.feature(
            "merchant_shared_parcel_share", .orders, .share, .moreIsWorse,
            "Share of the merchant's parcels whose tracking number was given to several addresses. Needs five.",
            source: "JD 天网 logistics dimension; 补单 guides: reused tracking numbers",
            en: "{} of this merchant's receipts share a tracking number between addresses",
            zh: "该商家 {} 的签收与其他地址共用运单号",
            usual: ("usually 0 %", "通常 0%"), telling: .above(0), order: .brushing,
            needs: [.merchantID, .trackingID, .addressID]
        ) { $0.merchant.sharedParcelShare }
        sink.feature(
            "merchant_hasty_receipt_share", .orders, .share, .moreIsWorse,
            "Share of the merchant's parcels confirmed within a day of payment. Needs five.",
            source: "JD 天网; CATS: confirmation faster than possible",
            en: "{} of this merchant's parcels are confirmed within a day of payment",
            zh: "该商家 {} 的包裹在付款一天内确认收货",
            usual: ("usually below 20 %, more where shops deliver themselves", "通常低于 20%，自配送商家较高"),
            telling: .above(0.2),
            order: .brushing, needs: [.merchantID, .orderID]
        ) { $0.merchant.hastyReceiptShare }
        sink.feature(
            "merchant_unseen_share", .orders, .share, .moreIsWorse,
            "Share of the merchant's orders with no product page or cart of the buyer before. Needs ten.",
            source: "TH-Nebula 2 (single behaviour): orders without browsing",
            en: "{} of this merchant's orders come without looking at a product", zh: "该商家 {} 的订单未浏览商品",
            usual: ("usually below 40 %", "通常低于 40%"), telling: .above(0.4), order: .brushing,
            needs: [.merchantID]
        ) { $0.merchant.unseenShare }
        sink.feature(
            "merchant_surge", .orders, .ratio, .moreIsWorse,
            "The merchant's orders of the last day over those of a day of its last week. Unknown in its first two days.",
            source: "Shopee order-brushing rule; CCF-BDCI 2016 counts against the usual level",
            en: "this merchant sells {} times its usual day", zh: "该商家日订单为平日的 {} 倍",
            usual: ("about 1", "约 1 倍"), telling: .above(1.3), order: .brushing, needs: [.merchantID]
        ) { $0.merchant.surge }
        sink.feature(
            "commission_shared_purse_share", .orders, .share, .moreIsWorse,
            "Share of its commissions on purchases by a payer who pays for several accounts, two clean ones added: a "
                + "leader's followers pay for themselves and now and then for a friend, the hands of a loop share purses.",
            source: "Baidu: same person behind withdrawals; distribution commission loops",
            en: "{} of its commissions come from buyers who share a payer with other accounts",
            zh: "其佣金中 {} 来自与其他账号共用支付人的买家",
            usual: ("usually below 10 %", "通常低于 10%"), telling: .above(0.1), order: .commissionLoop,
            needs: [.peerID, .payerID]
        ) {
            let all = Float($0.referral.purseCommissions)
            guard all > 0 else { return .nan }
            return (all - Float($0.referral.ownPurseCommissions)) / (all + 2)
        }
    }
}
