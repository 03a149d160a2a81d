extension FeatureCatalog {
    /// On who brought whom.
    static func referral(_ sink: inout some FeatureSink) {
        sink.feature(
            "inviter_invitees_1h", .referral, .accounts, .moreIsWorse,
            "Invitees of the account's inviter within an hour.",
            source: "TH-Nebula 2 (one invitation code, more than 3 registrations an hour)",
            en: "its inviter brought {} accounts in an hour", zh: "其邀请人一小时内邀请 {} 个账号",
            usual: ("usually 1–2", "通常 1–2 个"), telling: .above(2), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.inviter.invitees1h }
        sink.feature(
            "inviter_invitees_30d", .referral, .accounts, .either,
            "Invitees of the account's inviter within 30 days.",
            source: "Referral rules; opinion leaders have many real ones",
            en: "its inviter brought {} accounts", zh: "其邀请人共邀请 {} 个账号",
            usual: ("usually 1–5", "通常 1–5 个"), telling: .above(5), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.inviter.invitees30d }
        sink.feature(
            "inviter_gap_variation", .referral, .ratio, .lessIsWorse, log: false,
            "Coefficient of variation of the gaps between the inviter's invitees. Needs three gaps.",
            source: "Referral velocity rules; RSC",
            en: "its inviter's invitations come evenly (variation {})", zh: "其邀请人的邀请间隔均匀（变异系数 {}）",
            usual: ("usually above 1", "通常大于 1"), telling: .below(1), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.inviter.inviteGapVariation }
        sink.feature(
            "inviter_ordering_share", .referral, .share, .lessIsWorse,
            "Share of the inviter's invitees who later paid an order. Needs three invitees.",
            source: "Shumei fission_cheat: invitees with nothing but the help",
            en: "{} of its inviter's invitees ever bought", zh: "其邀请人的被邀请人中 {} 有过购买",
            usual: ("usually above 30 %", "通常高于 30%"), telling: .below(0.3), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.inviter.orderingShare }
        sink.feature(
            "inviter_own_purse_share", .referral, .share, .lessIsWorse,
            "Share of payments by the inviter's invitees whose payer pays for no other account. Needs two.",
            source: "Baidu referral study; same person behind withdrawals",
            en: "{} of payments by its inviter's invitees are from a payer of their own",
            zh: "其邀请人的被邀请人付款中 {} 使用专用支付人",
            usual: ("usually above 85 %", "通常高于 85%"), telling: .below(0.85), coupon: .referralFraud,
            order: .commissionLoop,
            needs: [.inviterID, .payerID]
        ) { $0.inviter.ownPurseShare }
        sink.feature(
            "inviter_models_per_invitee", .referral, .ratio, .lessIsWorse, log: false,
            "Distinct phone models over invitees of the account's inviter; a device, where the log does not tell its model. Needs three invitees.",
            source: "Ianus; cohort concentration of models",
            en: "its inviter's invitees share phone models ({} per invitee)", zh: "其邀请人的被邀请人机型雷同（每人 {} 种）",
            usual: ("usually above 0.6", "通常大于 0.6"), telling: .below(0.6), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.inviter.modelsPerInvitee }
        sink.feature(
            "inviter_networks_per_invitee", .referral, .ratio, .lessIsWorse, log: false,
            "Distinct /24 over invitees of the account's inviter, at invitation. Needs three invitees.",
            source: "Baidu referral study: city, device and address edges",
            en: "its inviter's invitees share networks ({} per invitee)", zh: "其邀请人的被邀请人网络雷同（每人 {} 个网段）",
            usual: ("usually above 0.7", "通常大于 0.7"), telling: .below(0.7), coupon: .referralFraud,
            needs: [.inviterID, .ip]
        ) { $0.inviter.networksPerInvitee }
        sink.feature(
            "own_invitees_1d", .referral, .accounts, .moreIsWorse,
            "Accounts that named this account as inviter within a day.",
            source: "Referral velocity rules",
            en: "invited {} accounts in a day", zh: "一天内邀请 {} 个账号",
            usual: ("usually 0–2", "通常 0–2 个"), telling: .above(2), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.own.invitees1d }
        sink.feature(
            "own_invitees_30d", .referral, .accounts, .either,
            "Accounts that named this account as inviter within 30 days.",
            source: "Referral rules",
            en: "invited {} accounts", zh: "共邀请 {} 个账号",
            usual: ("usually 0–3", "通常 0–3 个"), telling: .above(3), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.own.invitees30d }
        sink.feature(
            "own_ordering_share", .referral, .share, .lessIsWorse,
            "Share of its own invitees who later paid an order. Needs three invitees.",
            source: "Shumei fission_cheat",
            en: "{} of its invitees ever bought", zh: "其被邀请人中 {} 有过购买",
            usual: ("usually above 30 %", "通常高于 30%"), telling: .below(0.3), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.own.orderingShare }
        sink.feature(
            "own_invitee_purse_share", .referral, .share, .lessIsWorse,
            "Share of payments by its own invitees whose payer pays for no other account. Needs two.",
            source: "Baidu referral study; same person behind withdrawals",
            en: "{} of payments by its invitees are from a payer of their own",
            zh: "其被邀请人付款中 {} 使用专用支付人",
            usual: ("usually above 85 %", "通常高于 85%"), telling: .below(0.85), coupon: .referralFraud,
            order: .commissionLoop,
            needs: [.inviterID, .payerID]
        ) { $0.own.ownPurseShare }
        sink.feature(
            "own_networks_per_invitee", .referral, .ratio, .lessIsWorse, log: false,
            "Distinct /24 over its own invitees, at invitation. Needs three invitees.",
            source: "Baidu referral study",
            en: "its invitees share networks ({} per invitee)", zh: "其被邀请人网络雷同（每人 {} 个网段）",
            usual: ("usually above 0.7", "通常大于 0.7"), telling: .below(0.7), coupon: .referralFraud,
            needs: [.inviterID, .ip]
        ) { $0.own.networksPerInvitee }
        sink.feature(
            "inviter_on_device", .referral, .flag, .moreIsWorse, "The inviter was seen on the same device.",
            source: "Self-referral rules of device-intelligence vendors",
            en: "its inviter used this very device", zh: "邀请人使用过同一设备",
            usual: ("seldom", "少见"), telling: .above(0), coupon: .referralFraud,
            needs: [.inviterID, .deviceID]
        ) { $0.referral.inviterOnDevice }
        sink.feature(
            "inviter_on_address", .referral, .flag, .moreIsWorse,
            "The inviter was seen on the same network address.",
            source: "Baidu referral study",
            en: "its inviter used this very address", zh: "邀请人使用过同一 IP",
            usual: ("families, dormitories", "家庭、宿舍"), telling: .above(0), coupon: .referralFraud,
            needs: [.inviterID, .ip]
        ) { $0.referral.inviterOnAddress }
        sink.feature(
            "referral_depth", .referral, .count, .either,
            "Invitations between the account and one whom nobody invited.",
            source: "Lockstep studies: chains and stars",
            en: "{} invitations down a chain", zh: "处于邀请链第 {} 层",
            usual: ("usually 1–2", "通常 1–2 层"), telling: .above(2), coupon: .referralFraud,
            needs: [.inviterID]
        ) { $0.referral.depth }
        sink.feature(
            "assists_total", .referral, .events, .moreIsWorse, "Assists (助力, 砍价) given to others.",
            source: "Collusive sub-graphs of bargaining games",
            en: "assisted others {} times", zh: "为他人助力 {} 次",
            usual: ("usually 0–3", "通常 0–3 次"), telling: .above(3), coupon: .referralFraud, needs: [.peerID]
        ) { Float($0.referral.assists) }
        sink.feature(
            "reciprocal_share", .referral, .share, .moreIsWorse,
            "Share of dealings with a peer who has dealt with this account the other way round.",
            source: "Help rings: A helps B, B helps A",
            en: "{} of its dealings are mutual", zh: "{} 的互动是互相的",
            usual: ("usually below 20 %", "通常低于 20%"), telling: .above(0.2), coupon: .referralFraud,
            order: .commissionLoop, needs: [.peerID]
        ) { RiskFeatures.share($0.referral.reciprocal, of: $0.referral.peerEvents) }
        sink.feature(
            "helpers_total", .referral, .accounts, .moreIsWorse,
            "Accounts that assisted this one within 30 days.",
            source: "Bargaining rings",
            en: "{} accounts assisted it", zh: "{} 个账号为其助力", usual: ("usually 0–5", "通常 0–5 个"),
            telling: .above(5),
            coupon: .referralFraud, needs: [.peerID]
        ) { $0.own.helpers }
    }
}
