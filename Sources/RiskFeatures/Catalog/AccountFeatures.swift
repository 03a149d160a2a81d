extension FeatureCatalog {
    /// On what an account does, and how soon.
    static func account(_ sink: inout some FeatureSink) {
        sink.feature(
            "age_at_first_claim_s", .account, .seconds, .lessIsWorse,
            "Time from the account's first event to its first claim.",
            source: "E-commerce sign-up set: gap below 60 s had precision 1.0",
            en: "first claim {} after its first event", zh: "首次出现后 {} 即领取",
            usual: ("usually minutes to days", "通常数分钟到数天"), telling: .below(3_600), coupon: .couponFarming
        ) { $0.benefits.ageAtFirstClaimSeconds }
        sink.feature(
            "account_age_s", .account, .seconds, .lessIsWorse,
            "Time since the account's first event in these logs.",
            source: "Shumei i_tokenid_active_days",
            en: "account known for {}", zh: "账号出现至今 {}",
            usual: ("usually days", "通常数天"), telling: .below(86_400), coupon: .couponFarming
        ) { Float($0.ms - $0.account.pointee.firstMs) / 1000 }
        sink.feature(
            "registered_in_log", .account, .flag, .either, "The account registered within these logs.",
            source: "New-account rules of all vendors",
            en: "registered during the promotion", zh: "活动期间新注册",
            usual: ("one in four", "约四分之一"), telling: .above(0), coupon: .couponFarming
        ) { $0.life.registered ? 1 : 0 }
        sink.feature(
            "events_total", .account, .events, .either, "Events of the account so far.",
            source: "Support for the shares below",
            en: "{} events so far", zh: "至今 {} 个事件", usual: ("usually 5–40", "通常 5–40 个")
        ) { Float($0.life.events) }
        sink.feature(
            "grants_total", .account, .events, .moreIsWorse, "Grants of the account so far.",
            source: "TH-Nebula 2; support for claim_share",
            en: "{} grants so far", zh: "至今领取 {} 次权益", usual: ("usually 1–6", "通常 1–6 次"), telling: .above(6),
            coupon: .couponFarming
        ) { Float($0.benefits.grants) }
        sink.feature(
            "claim_share", .account, .share, .moreIsWorse, "Share of the account's events that are grants.",
            source: "TH-Nebula 2: single behaviour",
            en: "{} of its events are claims", zh: "{} 的事件为领取",
            usual: ("usually below 20 %", "通常低于 20%"), telling: .above(0.2), coupon: .couponFarming
        ) { Float($0.benefits.grants) / Float(max(1, $0.life.events)) }
        sink.feature(
            "browses_before_first_claim", .account, .events, .lessIsWorse,
            "Browsing events before the account's first claim.",
            source: "TH-Nebula 2: more than 50 requests on a single page",
            en: "{} pages looked at before the first claim", zh: "首次领取前浏览 {} 次",
            usual: ("usually 3–10", "通常 3–10 次"), telling: .below(3), coupon: .couponFarming
        ) { $0.benefits.browsesBeforeFirstClaim }
        sink.feature(
            "browses_per_grant", .account, .ratio, .lessIsWorse, "Browsing events per grant.",
            source: "Field rule: fewer than two browses a claim",
            en: "{} pages looked at per claim", zh: "每次领取对应 {} 次浏览",
            usual: ("usually 2–10", "通常 2–10 次"), telling: .below(2), coupon: .couponFarming
        ) { $0.benefits.grants == 0 ? .nan : Float($0.life.browses) / Float($0.benefits.grants) }
        sink.feature(
            "browse_share", .account, .share, .lessIsWorse,
            "Share of the account's events that are browsing.",
            source: "TH-Nebula 2: single behaviour",
            en: "{} of its events are browsing", zh: "{} 的事件为浏览",
            usual: ("usually above 40 %", "通常高于 40%"), telling: .below(0.4), coupon: .couponFarming,
            order: .brushing
        ) { Float($0.life.browses) / Float(max(1, $0.life.events)) }
        sink.feature(
            "prior_claimers_on_device", .account, .accounts, .moreIsWorse,
            "Other accounts that were granted something on the same device within 30 days, less those that have left it for a "
                + "phone of their own.",
            source: "New-user benefit rules; Shumei discountType NEW_USER",
            en: "{} other accounts already claimed on this device", zh: "该设备上已有 {} 个其他账号领取",
            usual: ("usually 0", "通常 0 个"), telling: .above(0), coupon: .deviceFarm, needs: [.deviceID]
        ) { $0.device.otherClaimers }
        sink.feature(
            "new_user_benefit_repeats", .account, .accounts, .moreIsWorse,
            "For an account that registered in these logs: the most other accounts on its device's claims, phone, "
                + "payer or address, that is, persons who may have had the new-user benefit before.",
            source: "Shumei discountType NEW_USER; first-order rules",
            en: "new-user benefit already taken by {} accounts with the same device, phone, payer or address",
            zh: "同一设备、手机号、支付人或地址下已有 {} 个账号享受过新人权益",
            usual: ("usually 0", "通常 0 个"), telling: .above(0), coupon: .couponFarming
        ) {
            guard $0.life.registered else { return .nan }
            let identity = $0.identity
            var most = Float.nan
            most = highest(most, $0.device.otherClaimers)
            most = highest(most, identity.phoneAccounts - 1)
            most = highest(most, identity.payerAccounts - 1)
            most = highest(most, identity.addressAccounts - 1)
            return most
        }
        sink.feature(
            "wx_risk_rank", .account, .rank, .moreIsWorse, "Highest user risk rank by WeChat, 0…4.",
            source: "WeChat getuserriskrank; header x-wx-risk-rank",
            en: "WeChat ranks the user's risk {} of 4", zh: "微信用户风险等级 {}（最高 4）",
            usual: ("usually 0", "通常 0"), telling: .above(1), coupon: .couponFarming, order: .brushing,
            needs: [.wxRiskRank]
        ) { $0.life.wxRiskRank }
        sink.feature(
            "refused_share", .account, .share, .moreIsWorse, "Share of events that the server refused.",
            source: "Shumei VERIFY; captcha and claim failures",
            en: "{} of its actions were refused", zh: "{} 的操作被拒绝",
            usual: ("usually below 5 %", "通常低于 5%"), telling: .above(0.05), coupon: .flashSaleScript,
            needs: [.ok]
        ) { Float($0.life.refused) / Float(max(1, $0.life.events)) }
    }
}
