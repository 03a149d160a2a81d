extension FeatureCatalog {
    /// On the network an event came from. Reserved and carrier addresses are unknown.
    static func network(_ sink: inout some FeatureSink) {
        sink.feature(
            "ip_accounts_1h", .network, .accounts, .moreIsWorse,
            "Distinct accounts on the address within an hour.",
            source: "TH-Nebula 2 (more than 5 in 5 minutes); Tencent tag 100103",
            en: "{} accounts on this address in an hour", zh: "同一 IP 一小时内出现 {} 个账号",
            usual: ("usually 1–3", "通常 1–3 个"), telling: .above(3), coupon: .gang, order: .gang, needs: [.ip]
        ) { $0.network.ipAccounts1h }
        sink.feature(
            "ip_accounts_1d", .network, .accounts, .moreIsWorse,
            "Distinct accounts on the address within a day.",
            source: "Tencent tags 1011, 100103",
            en: "{} accounts on this address in a day", zh: "同一 IP 一天内出现 {} 个账号",
            usual: ("usually 1–5", "通常 1–5 个"), telling: .above(5), coupon: .gang, order: .gang, needs: [.ip]
        ) { $0.network.ipAccounts1d }
        sink.feature(
            "ip_accounts_per_model", .network, .ratio, .moreIsWorse,
            "Accounts per phone model on the address within a day: many accounts on few models are a farm, many on "
                + "many a carrier or a dormitory.",
            source: "Ianus (Yuan et al. 2019); correction for shared addresses",
            en: "{} accounts per phone model on this address", zh: "该 IP 上每种机型对应 {} 个账号",
            usual: ("about 1", "约 1 个"), telling: .above(1.3), coupon: .gang, order: .gang,
            needs: [.ip, .model]
        ) { $0.network.ipAccountsPerModel }
        sink.feature(
            "ip_claims_1h", .network, .events, .moreIsWorse, "Grants on the address within an hour.",
            source: "TH-Nebula 2; Tencent tag 100104",
            en: "{} claims from this address in an hour", zh: "同一 IP 一小时内领取 {} 次",
            usual: ("usually 1–3", "通常 1–3 次"), telling: .above(3), coupon: .gang, needs: [.ip]
        ) { $0.network.ipClaims1h }
        sink.feature(
            "network_accounts_1h", .network, .accounts, .moreIsWorse,
            "Distinct accounts in the address's /24 within an hour.",
            source: "Ianus; IP/24 features of 甜橙杯 2018",
            en: "{} accounts in this network in an hour", zh: "同一网段一小时内出现 {} 个账号",
            usual: ("usually 1–10", "通常 1–10 个"), telling: .above(10), coupon: .gang, order: .gang,
            needs: [.ip]
        ) { $0.network.networkAccounts1h }
        sink.feature(
            "network_accounts_1d", .network, .accounts, .moreIsWorse,
            "Distinct accounts in the address's /24 within a day.",
            source: "Ianus; IP/24 features of 甜橙杯 2018",
            en: "{} accounts in this network in a day", zh: "同一网段一天内出现 {} 个账号",
            usual: ("usually 1–30", "通常 1–30 个"), telling: .above(30), coupon: .gang, order: .gang,
            needs: [.ip]
        ) { $0.network.networkAccounts1d }
        sink.feature(
            "network_accounts_per_model", .network, .ratio, .moreIsWorse,
            "Accounts per phone model in the /24 within a day.",
            source: "Ianus",
            en: "{} accounts per phone model in this network", zh: "该网段每种机型对应 {} 个账号",
            usual: ("about 1", "约 1 个"), telling: .above(1.3), coupon: .gang, order: .gang,
            needs: [.ip, .model]
        ) { $0.network.networkAccountsPerModel }
        sink.feature(
            "network_new_accounts_1d", .network, .accounts, .moreIsWorse,
            "Registrations in the /24 within a day.",
            source: "Volcano Engine 11006",
            en: "{} registrations in this network in a day", zh: "同一网段一天内注册 {} 个账号",
            usual: ("usually 0–3", "通常 0–3 个"), telling: .above(3), coupon: .gang, order: .gang, needs: [.ip]
        ) { $0.network.networkRegistrations1d }
        sink.feature(
            "network_fingerprint_share", .network, .share, .moreIsWorse,
            "Share of the accounts that came to the /24 which have the account's brand, model, system and WeChat "
                + "version. Needs four accounts.",
            source: "Ianus: same system and WeChat version; SynchroTrap",
            en: "{} of this network's accounts have the very same phone and versions",
            zh: "该网段 {} 的账号机型与版本完全相同",
            usual: ("usually below 15 %", "通常低于 15%"), telling: .above(0.15), coupon: .gang, order: .gang,
            needs: [.ip, .model]
        ) { $0.network.networkFingerprintShare }
        sink.feature(
            "wifi_accounts_7d", .network, .accounts, .moreIsWorse,
            "Distinct accounts on the Wi-Fi within a week.",
            source: "甜橙杯 2018; Grab",
            en: "{} accounts on this Wi-Fi in a week", zh: "同一 Wi-Fi 一周内出现 {} 个账号",
            usual: ("usually 1–4", "通常 1–4 个"), telling: .above(4), coupon: .gang, order: .gang,
            needs: [.wifiID]
        ) { $0.network.wifiAccounts7d }
        sink.feature(
            "wifi_accounts_per_model", .network, .ratio, .moreIsWorse,
            "Accounts per phone model on the Wi-Fi within a week.",
            source: "Correction for dormitories and offices",
            en: "{} accounts per phone model on this Wi-Fi", zh: "该 Wi-Fi 上每种机型对应 {} 个账号",
            usual: ("about 1", "约 1 个"), telling: .above(1.3), coupon: .gang, order: .gang,
            needs: [.wifiID, .model]
        ) { $0.network.wifiAccountsPerModel }
        sink.feature(
            "account_ips_1h", .network, .addresses, .moreIsWorse,
            "Distinct addresses of the account within an hour.",
            source: "TH-Nebula 2 (more than 3 in 5 minutes)",
            en: "{} addresses used by this account in an hour", zh: "该账号一小时内使用 {} 个 IP",
            usual: ("usually 1", "通常 1 个"), telling: .above(1), needs: [.ip]
        ) { $0.addresses1h }
        sink.feature(
            "network_hop_rate", .network, .share, .moreIsWorse,
            "Changes of /24 between consecutive events, over events.",
            source: "Shumei b_secdial (dial-up proxies)",
            en: "network changed at {} of events", zh: "{} 的事件更换了网段",
            usual: ("usually below 20 %", "通常低于 20%"), telling: .above(0.2), needs: [.ip]
        ) {
            let n = $0.devices.networkEvents
            return n < 4 ? .nan : Float($0.devices.networkHops) / Float(n)
        }
    }
}
