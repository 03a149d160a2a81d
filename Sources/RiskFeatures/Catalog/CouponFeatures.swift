extension FeatureCatalog {
    /// On coupons and points.
    static func coupons(_ sink: inout some FeatureSink) {
        sink.feature(
            "claims_1d", .coupons, .events, .moreIsWorse, "Coupons, gifts and prizes claimed within a day.",
            source: "TH-Nebula 2 claim rules",
            en: "{} claims in a day", zh: "一天内领取 {} 次", usual: ("usually 0–3", "通常 0–3 次"),
            telling: .above(3), coupon: .couponFarming
        ) { $0.benefits.claims1d.value(at: $0.ms, window: Clock.day) }
        sink.feature(
            "claim_to_redeem_s", .coupons, .seconds, .lessIsWorse,
            "Shortest time from claiming a coupon to redeeming it.",
            source: "TH-Nebula 2; Shumei coupon",
            en: "redeemed {} after claiming", zh: "领取后 {} 即核销", usual: ("usually hours", "通常数小时"),
            telling: .below(10_800),
            coupon: .couponFarming, needs: [.couponID]
        ) { $0.benefits.shortestRedeemSeconds }
        sink.feature(
            "redeem_share", .coupons, .share, .either, "Redemptions over claims.",
            source: "One-shot customers; Tencent 11",
            en: "redeemed {} of its claims", zh: "核销了 {} 的领取", usual: ("usually 20–60 %", "通常 20–60%"),
            coupon: .couponFarming
        ) { RiskFeatures.share($0.benefits.redeemed, of: $0.benefits.claims) }
        sink.feature(
            "transfers_out", .coupons, .events, .moreIsWorse, "Coupons transferred to others.",
            source: "Shumei postCoupon; scalping (黄牛)",
            en: "transferred {} coupons", zh: "转赠 {} 张券", usual: ("usually 0–1", "通常 0–1 张"),
            telling: .above(1), coupon: .couponResale
        ) { Float($0.benefits.transfersOut) }
        sink.feature(
            "transfer_share", .coupons, .share, .moreIsWorse, "Transfers over claims.",
            source: "Shumei postCoupon",
            en: "passed on {} of its coupons", zh: "转赠了 {} 的券", usual: ("usually below 10 %", "通常低于 10%"),
            telling: .above(0.1),
            coupon: .couponResale
        ) { RiskFeatures.share($0.benefits.transfersOut, of: $0.benefits.claims) }
        sink.feature(
            "transfer_receiver_senders", .coupons, .accounts, .moreIsWorse,
            "Most distinct senders to one receiver of its transfers within 30 days: coupons converge on a reseller.",
            source: "Scalping labels of TrustDecision; resale studies",
            en: "its coupons go to one who receives from {} accounts", zh: "券流向同一接收人，其共有 {} 个来源",
            usual: ("usually 1–2", "通常 1–2 个"), telling: .above(2), coupon: .couponResale, needs: [.peerID]
        ) { $0.referral.receiverSenders }
        sink.feature(
            "received_from_accounts", .coupons, .accounts, .moreIsWorse,
            "Distinct accounts that sent it coupons within 30 days.",
            source: "Scalping labels of TrustDecision",
            en: "received coupons from {} accounts", zh: "从 {} 个账号收到券", usual: ("usually 0–2", "通常 0–2 个"),
            telling: .above(2),
            coupon: .couponResale, needs: [.peerID]
        ) { $0.own.senders }
        sink.feature(
            "accepted_transfers", .coupons, .events, .moreIsWorse, "Coupons accepted from others.",
            source: "Shumei postCoupon",
            en: "accepted {} coupons from others", zh: "接收 {} 张转赠券", usual: ("usually 0–2", "通常 0–2 张"),
            telling: .above(2),
            coupon: .couponResale
        ) { Float($0.benefits.acceptedTransfers) }
        sink.feature(
            "points_per_day", .coupons, .ratio, .either, "Points earned per active day.",
            source: "Shumei task_cheat",
            en: "earned {} points a day", zh: "每天获得 {} 积分", usual: ("usually 0–50", "通常 0–50"),
            telling: .above(50), coupon: .taskBot,
            needs: [.points]
        ) { $0.benefits.pointsEarned / Float(max(1, $0.life.activeDays)) }
        sink.feature(
            "points_redemptions", .coupons, .events, .moreIsWorse, "Redemptions of points.",
            source: "Points arbitrage", en: "redeemed points {} times", zh: "兑换积分 {} 次",
            usual: ("usually 0–1", "通常 0–1 次"), telling: .above(1), coupon: .refundAbuse
        ) { Float($0.benefits.pointsRedemptions) }
        sink.feature(
            "refunds_after_points", .coupons, .events, .moreIsWorse,
            "Refunds asked for after the points of the order had been spent.",
            source: "Points-then-refund recipes",
            en: "spent an order's points and then asked for a refund {} times", zh: "花掉积分后退款 {} 次",
            usual: ("usually 0", "通常 0 次"), telling: .above(0), coupon: .refundAbuse
        ) { Float($0.benefits.refundsAfterPoints) }
    }

    /// On how far an account lives a customer's life.
    static func lifecycle(_ sink: inout some FeatureSink) {
        sink.feature(
            "lifecycle_stage", .lifecycle, .rank, .either,
            "Furthest stage reached: 0 awareness, 1 interest, 2 purchase, 3 loyalty.",
            source: "AIPL model", en: "reached stage {} of 3 in a customer's life",
            zh: "客户生命周期到达第 {} 阶段（最高 3）",
            usual: ("usually 1–2", "通常 1–2")
        ) { $0.life.stage }
        sink.feature(
            "stages_skipped", .lifecycle, .count, .moreIsWorse,
            "Stages before the furthest that were never seen.",
            source: "AIPL model; purchases without interest",
            en: "skipped {} stages of a customer's life", zh: "跳过 {} 个客户阶段", usual: ("usually 0", "通常 0"),
            telling: .above(0),
            order: .brushing
        ) { $0.life.skippedStages }
        sink.feature(
            "active_days", .lifecycle, .days, .lessIsWorse, "Days (UTC+8) with events.",
            source: "Shumei i_tokenid_active_days; 甜橙杯 2018",
            en: "active on {}", zh: "活跃 {}", usual: ("usually 2–5 days", "通常 2–5 天"), telling: .below(2),
            coupon: .couponFarming
        ) { Float($0.life.activeDays) }
        sink.feature(
            "visits_total", .lifecycle, .count, .either, "Visits (half an hour of silence between them).",
            source: "Support for the features by visit",
            en: "{} visits", zh: "{} 次访问", usual: ("usually 2–8", "通常 2–8 次")
        ) { Float($0.life.visits) }
        sink.feature(
            "events_per_visit", .lifecycle, .ratio, .either, "Events per visit.",
            source: "Session depth",
            en: "{} events a visit", zh: "每次访问 {} 个事件", usual: ("usually 4–10", "通常 4–10 个")
        ) { Float($0.life.events) / Float(max(1, $0.life.visits)) }
        sink.feature(
            "survival_days", .lifecycle, .days, .lessIsWorse, "Time from the first to the last event.",
            source: "Cohort survival; Shumei 渠道假量",
            en: "lived {} from first to last event", zh: "首末事件相隔 {}", usual: ("usually days", "通常数天"),
            telling: .below(1),
            coupon: .couponFarming
        ) { Float($0.account.pointee.lastMs - $0.account.pointee.firstMs) / Float(Clock.day) }
        sink.feature(
            "dormancy_broken_days", .lifecycle, .days, .moreIsWorse,
            "Idle time that the present visit ended. Unknown in the first visit.",
            source: "Tencent 730006 (养号); woken sleepers",
            en: "came back after {}", zh: "沉寂 {} 后回归", usual: ("usually 0–3 days", "通常 0–3 天"),
            telling: .above(3), coupon: .gang,
            order: .gang
        ) { $0.life.idleDays }
    }
}
