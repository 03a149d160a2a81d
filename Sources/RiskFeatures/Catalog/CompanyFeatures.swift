extension FeatureCatalog {
    /// On the company an account keeps: what is thought of those who share things with it.
    ///
    /// A suspect is an account against which the model speaks by its own conduct alone, so that suspicion takes one
    /// step and never comes back to its start.
    static func company(_ sink: inout some FeatureSink) {
        sink.feature(
            "device_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among the other accounts on its device, over the others and 1.5 more.",
            source: "GEM neighbour risk (Liu et al. 2018); FRAUDAR: what many honest users share ties little",
            en: "{} of those on its device are suspect by their own conduct", zh: "同一设备的其他账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang,
            needs: [.deviceID]
        ) { $0.company.device }
        sink.feature(
            "phone_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among the other accounts on its phone number, over the others and 1.5 more.",
            source: "GEM neighbour risk (Liu et al. 2018); FRAUDAR: what many honest users share ties little",
            en: "{} of those on its phone are suspect by their own conduct", zh: "同一手机号的其他账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang,
            needs: [.phoneID]
        ) { $0.company.phone }
        sink.feature(
            "address_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among the other accounts on its delivery address, over the others and 1.5 more.",
            source: "GEM neighbour risk (Liu et al. 2018); FRAUDAR: what many honest users share ties little",
            en: "{} of those on its address are suspect by their own conduct", zh: "同一收货地址的其他账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang,
            needs: [.addressID]
        ) { $0.company.address }
        sink.feature(
            "payer_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among the other accounts on its payer, over the others and 1.5 more.",
            source: "GEM neighbour risk (Liu et al. 2018); FRAUDAR: what many honest users share ties little",
            en: "{} of those on its payer are suspect by their own conduct", zh: "同一支付人的其他账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang,
            needs: [.payerID]
        ) { $0.company.payer }
        sink.feature(
            "parcel_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among the other accounts on a tracking number of its orders, over the others and 1.5 more.",
            source: "GEM neighbour risk (Liu et al. 2018); shared tracking numbers",
            en: "{} of those on its tracking number are suspect by their own conduct",
            zh: "同一运单号的其他账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang,
            needs: [.trackingID]
        ) { $0.company.parcel }
        sink.feature(
            "wifi_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among the other accounts on its Wi-Fi, over the others and 1.5 more.",
            source: "GEM neighbour risk (Liu et al. 2018); FRAUDAR: what many honest users share ties little",
            en: "{} of those on its Wi-Fi are suspect by their own conduct", zh: "同一Wi-Fi的其他账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang, needs: [.wifiID]
        ) { $0.company.wifi }
        sink.feature(
            "ip_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among the other accounts on its network address, over the others and 1.5 more.",
            source: "GEM neighbour risk (Liu et al. 2018); FRAUDAR: what many honest users share ties little",
            en: "{} of those on its network address are suspect by their own conduct",
            zh: "同一IP的其他账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang, needs: [.ip]
        ) { $0.company.ip }
        sink.feature(
            "hub_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among those who name the same account as inviter or receiver, and it itself, over them and 1.5 more.",
            source: "GEM neighbour risk; Baidu referral study",
            en: "{} of those around its inviter or receiver are suspect by their own conduct",
            zh: "同一邀请人或接收人周围的账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang
        ) { $0.company.hub }
        sink.feature(
            "own_suspect_share", .company, .share, .moreIsWorse,
            "Suspects among those who name this account as inviter or receiver, over them and 6 more.",
            source: "GEM neighbour risk; commission loops",
            en: "{} of those who name it are suspect by their own conduct", zh: "以其为邀请人或接收人的账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang
        ) { $0.company.own }
        sink.feature(
            "device_unsuspected_accounts", .company, .accounts, .lessIsWorse,
            "Other accounts on its device within 30 days against whom nothing speaks: a shop's tablet has many.",
            source: "FRAUDAR: what many honest users share ties little",
            en: "{} unsuspected accounts share its device", zh: "同一设备有 {} 个未被怀疑的账号",
            usual: ("usually none share it", "通常无人共用"), needs: [.deviceID]
        ) { $0.company.deviceUnsuspected }
        sink.feature(
            "own_unsuspected_accounts", .company, .accounts, .lessIsWorse,
            "Accounts that name this account as inviter or receiver within 30 days and against whom nothing speaks: an opinion "
                + "leader has many.",
            source: "FRAUDAR: what many honest users share ties little",
            en: "{} unsuspected accounts name it", zh: "有 {} 个未被怀疑的账号以其为邀请人或接收人",
            usual: ("usually 0–3", "通常 0–3 个")
        ) { $0.company.ownUnsuspected }
        sink.feature(
            "strongest_suspect_share", .company, .share, .moreIsWorse,
            "The highest of the shares of suspects on what it shares and around whom it names.",
            source: "GEM neighbour risk (Liu et al. 2018)",
            en: "{} of the accounts it is tied to most are suspect by their own conduct",
            zh: "与它关联最紧的账号中 {} 自身行为可疑",
            usual: ("usually 0", "通常为 0"), telling: .above(0.1), coupon: .gang, order: .gang
        ) { $0.companyStrength.highest }
        sink.feature(
            "company_suspicion", .company, .ratio, .moreIsWorse, log: false,
            "The sum of the shares of suspects on its device, phone, address, payer, Wi-Fi and network address and around its "
                + "inviter, its receiver and itself.",
            source: "Ties of several kinds: PromoGuardian, InfDetect",
            en: "its ties to suspects add up to {}", zh: "与可疑账号的关联强度合计 {}",
            usual: ("usually 0", "通常为 0"), telling: .above(0.2), coupon: .gang, order: .gang
        ) { $0.companyStrength.sum }
    }
}
