extension FeatureCatalog {
    /// On a handset and those who use it. An id of `device_source` "sdk" does not name a handset: unknown.
    static func device(_ sink: inout some FeatureSink) {
        sink.feature(
            "device_accounts_1h", .device, .accounts, .moreIsWorse,
            "Distinct accounts on the account's device within an hour.",
            source: "TH-Nebula 2 rules; Tencent risk tag 100101",
            en: "{} accounts on this device in an hour", zh: "同一设备一小时内出现 {} 个账号",
            usual: ("usually 1", "通常 1 个"), telling: .above(1), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.accounts1h }
        sink.feature(
            "device_accounts_1d", .device, .accounts, .moreIsWorse,
            "Distinct accounts on the account's device within a day.",
            source: "TH-Nebula 2 rules; Tencent risk tag 100101; Sift",
            en: "{} accounts on this device in a day", zh: "同一设备一天内出现 {} 个账号",
            usual: ("usually 1–2", "通常 1–2 个"), telling: .above(1), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.accounts1d }
        sink.feature(
            "device_accounts_7d", .device, .accounts, .moreIsWorse,
            "Distinct accounts on the account's device within a week.",
            source: "Fingerprint distinctLinkedId; GEM (Liu et al. 2018) device aggregation",
            en: "{} accounts on this device in a week", zh: "同一设备一周内出现 {} 个账号",
            usual: ("usually 1–2", "通常 1–2 个"), telling: .above(1), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.accounts7d }
        sink.feature(
            "device_claims_1h", .device, .events, .moreIsWorse,
            "Grants accepted by the server on the device within an hour.",
            source: "Promotion recipes of device-intelligence vendors",
            en: "{} grants on this device in an hour", zh: "同一设备一小时内领取 {} 次权益",
            usual: ("usually 1–3", "通常 1–3 次"), telling: .above(3), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.claims1h }
        sink.feature(
            "device_claims_1d", .device, .events, .moreIsWorse,
            "Grants accepted by the server on the device within a day.",
            source: "Facebook human-or-robot set: actions per device",
            en: "{} grants on this device in a day", zh: "同一设备一天内领取 {} 次权益",
            usual: ("usually 1–5", "通常 1–5 次"), telling: .above(5), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.claims1d }
        sink.feature(
            "device_claims_7d", .device, .events, .moreIsWorse,
            "Grants accepted by the server on the device within a week.",
            source: "Facebook human-or-robot set: actions per device",
            en: "{} grants on this device in a week", zh: "同一设备一周内领取 {} 次权益",
            usual: ("usually below 15", "通常少于 15 次"), telling: .above(8), coupon: .deviceFarm,
            order: .deviceFarm, needs: [.deviceID]
        ) { $0.device.claims7d }
        sink.feature(
            "device_new_accounts_1h", .device, .accounts, .moreIsWorse,
            "Registrations on the device within an hour.",
            source: "Volcano Engine 11006 (batch registration); TH-Nebula 2 registration rules",
            en: "{} registrations on this device in an hour", zh: "同一设备一小时内注册 {} 个账号",
            usual: ("usually 0–1", "通常 0–1 个"), telling: .above(1), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.registrations1h }
        sink.feature(
            "device_new_accounts_1d", .device, .accounts, .moreIsWorse,
            "Registrations on the device within a day.",
            source: "Volcano Engine 11006 (batch registration)",
            en: "{} registrations on this device in a day", zh: "同一设备一天内注册 {} 个账号",
            usual: ("usually 0–1", "通常 0–1 个"), telling: .above(1), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.registrations1d }
        sink.feature(
            "device_new_accounts_7d", .device, .accounts, .moreIsWorse,
            "Registrations on the device within a week.",
            source: "Volcano Engine 11006 (batch registration)",
            en: "{} registrations on this device in a week", zh: "同一设备一周内注册 {} 个账号",
            usual: ("usually 0–1", "通常 0–1 个"), telling: .above(1), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.registrations7d }
        sink.feature(
            "device_own_purse_share", .device, .share, .lessIsWorse,
            "Share of payments on a device of several accounts by a payer who pays for no other account: a shop's "
                + "customers bring purses of their own, a farm's accounts share a few. Needs two payments.",
            source: "Merchant guidance on shop terminals; Shumei counterInfo",
            en: "{} of payments on this device are from a payer of the account's own",
            zh: "该设备上 {} 的付款来自账号专用的支付人",
            usual: ("usually above 90 %", "通常高于 90%"), telling: .below(0.9), coupon: .deviceFarm,
            order: .deviceFarm, needs: [.deviceID, .payerID]
        ) { $0.device.ownPurseShare }
        sink.feature(
            "device_moved_on_share", .device, .share, .lessIsWorse,
            "Share of the accounts of a device that have left it for a phone of their own, as customers do whom a shop "
                + "registered on its tablet. Needs three accounts.",
            source: "Guard against shop tablets; Shumei counterInfo",
            en: "{} of this device's accounts were seen on a phone of their own",
            zh: "该设备的账号中 {} 曾在自己的手机上出现",
            usual: ("usually above 30 %", "通常高于 30%"), telling: .below(0.3), coupon: .deviceFarm,
            order: .deviceFarm, needs: [.deviceID]
        ) { $0.device.movedOnShare }
        sink.feature(
            "device_age_s", .device, .seconds, .lessIsWorse,
            "Time since the device was first seen, at the last costly event.",
            source: "Shumei b_reset, b_low_active",
            en: "device first seen {} before", zh: "设备首次出现距此仅 {}",
            usual: ("usually days", "通常数天以上"), telling: .below(86_400), coupon: .deviceFarm,
            needs: [.deviceID]
        ) { $0.device.ageSeconds }
        sink.feature(
            "account_devices_7d", .device, .devices, .moreIsWorse,
            "Distinct device ids of the account within a week.",
            source: "Shumei relate_smid_cnt_7d",
            en: "{} devices used by this account in a week", zh: "该账号一周内使用 {} 台设备",
            usual: ("usually 1–2", "通常 1–2 台"), telling: .above(2), needs: [.deviceID]
        ) { $0.devices7d }
        sink.feature(
            "device_switch_rate", .device, .share, .moreIsWorse,
            "Changes of device between consecutive events, over events.",
            source: "Sift: changing ids on one account",
            en: "device changed at {} of events", zh: "{} 的事件更换了设备",
            usual: ("usually below 5 %", "通常低于 5%"), telling: .above(0.05), needs: [.deviceID]
        ) {
            let n = $0.devices.deviceEvents
            return n < 4 ? .nan : Float($0.devices.deviceSwitches) / Float(n)
        }
        sink.feature(
            "account_away_share", .device, .share, .lessIsWorse,
            "Share of the account's events on other devices than its commonest one: a customer registered on a shop's "
                + "tablet lives on elsewhere. Needs four events with a device.",
            source: "Guard against shop tablets",
            en: "{} of its events are on other devices", zh: "{} 的事件发生在其他设备",
            usual: ("0 % for most; high for customers of a shop tablet", "多数为 0%；门店平板顾客较高"),
            needs: [.deviceID]
        ) { $0.devices.awayShare }
        sink.feature(
            "wx_device_users_1d", .device, .accounts, .moreIsWorse,
            "Highest count of WeChat users on the handset in a day, by WeChat's gateway.",
            source: "Header x-wx-device-uv-1d of Tencent's gateway",
            en: "WeChat counts {} users on this handset in a day", zh: "微信统计该手机一天内有 {} 个用户",
            usual: ("usually 1", "通常 1 个"), telling: .above(1), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.wxDeviceUV1d]
        ) { $0.life.wxDeviceUsers }
        sink.feature(
            "wx_device_risk_rank", .device, .rank, .moreIsWorse,
            "Highest device risk rank by WeChat's gateway, 0…4.",
            source: "Header x-wx-device-risk-rank of Tencent's gateway",
            en: "WeChat ranks the device's risk {} of 4", zh: "微信设备风险等级 {}（最高 4）",
            usual: ("usually 0", "通常 0"), telling: .above(1), coupon: .deviceFarm, order: .deviceFarm,
            needs: [.wxDeviceRiskRank]
        ) { $0.life.wxDeviceRiskRank }
        sink.feature(
            "platform_devtools", .device, .flag, .moreIsWorse,
            "The mini-program ran in WeChat's developer tools.",
            source: "Tencent tag 40002 (debugged); Shumei b_devtools",
            en: "ran in WeChat developer tools", zh: "在微信开发者工具中运行",
            usual: ("never for customers", "顾客不会如此"), telling: .above(0), coupon: .taskBot, order: .brushing,
            needs: [.platform]
        ) { $0.life.platformDevtools ? 1 : 0 }
        sink.feature(
            "platform_desktop", .device, .flag, .moreIsWorse, "The mini-program ran on Windows or macOS.",
            source: "Tencent tags 40006, 40007",
            en: "ran on a desktop computer", zh: "在电脑端运行",
            usual: ("seldom", "少见"), telling: .above(0), coupon: .taskBot, order: .brushing,
            needs: [.platform]
        ) { $0.life.platformDesktop ? 1 : 0 }
        sink.feature(
            "emulator_model", .device, .flag, .moreIsWorse, "The model's name is an emulator's.",
            source: "Tencent tag 40003; Shumei b_phone_emulator",
            en: "runs on an emulator", zh: "在模拟器中运行",
            usual: ("never for customers", "顾客不会如此"), telling: .above(0), coupon: .deviceFarm,
            order: .deviceFarm, needs: [.model]
        ) { $0.life.emulator ? 1 : 0 }
    }
}
