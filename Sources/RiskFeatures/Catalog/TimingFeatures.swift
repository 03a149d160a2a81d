extension FeatureCatalog {
    /// On the rhythm of an account's events.
    static func timing(_ sink: inout some FeatureSink) {
        sink.feature(
            "gap_mean_s", .timing, .seconds, .lessIsWorse,
            "Mean gap between events within a visit (gaps below half an hour). Needs three.",
            source: "RSC (Ferraz Costa et al. 2015)",
            en: "events {} apart on average", zh: "事件平均间隔 {}",
            usual: ("usually 10–60 s", "通常 10–60 秒"), telling: .below(10), coupon: .taskBot, order: .brushing
        ) { $0.timing.gaps.count < 3 ? .nan : $0.timing.gaps.mean }
        sink.feature(
            "gap_deviation_s", .timing, .seconds, .lessIsWorse,
            "Standard deviation of the gaps within a visit. Needs three.",
            source: "RSC (Ferraz Costa et al. 2015)",
            en: "gaps between events vary by only {}", zh: "事件间隔的波动仅 {}",
            usual: ("usually above 10 s", "通常大于 10 秒"), telling: .below(10), coupon: .taskBot,
            order: .brushing
        ) { $0.timing.gaps.count < 3 ? .nan : $0.timing.gaps.deviation }
        sink.feature(
            "gap_variation", .timing, .ratio, .lessIsWorse, log: false,
            "Coefficient of variation of the gaps within a visit; near 0 is a machine. Needs five.",
            source: "RSC: precision above 94 % from gaps alone",
            en: "gaps between events are regular (variation {})", zh: "事件间隔规律（变异系数 {}）",
            usual: ("usually 0.8–1.6", "通常 0.8–1.6"), telling: .below(0.8), coupon: .taskBot, order: .brushing
        ) { $0.timing.gaps.variation(support: 5) }
        sink.feature(
            "gap_log_deviation", .timing, .ratio, .lessIsWorse, log: false,
            "Standard deviation of the gaps' base-2 logarithms, robust to one long pause. Needs five.",
            source: "RSC (Ferraz Costa et al. 2015)",
            en: "gaps between events are alike (log deviation {})", zh: "事件间隔彼此接近（对数离散 {}）",
            usual: ("usually above 1.2", "通常大于 1.2"), telling: .below(1.2), coupon: .taskBot, order: .brushing
        ) { $0.timing.logGaps.count < 5 ? .nan : $0.timing.logGaps.deviation }
        sink.feature(
            "busiest_1s", .timing, .events, .moreIsWorse, "Most events in one second.",
            source: "CCF-BDCI 2016: counts by entity and second",
            en: "{} events in one second", zh: "一秒内 {} 个事件",
            usual: ("usually 1–2", "通常 1–2 个"), telling: .above(2), coupon: .taskBot
        ) { $0.timing.busiest.second }
        sink.feature(
            "busiest_10s", .timing, .events, .moreIsWorse, "Most events in ten seconds.",
            source: "CCF-BDCI 2016",
            en: "{} events in ten seconds", zh: "十秒内 {} 个事件",
            usual: ("usually 2–3", "通常 2–3 个"), telling: .above(3), coupon: .taskBot
        ) { $0.timing.busiest.tenSeconds }
        sink.feature(
            "busiest_60s", .timing, .events, .moreIsWorse, "Most events in one minute.",
            source: "E-commerce sign-up set: same-minute counts",
            en: "{} events in one minute", zh: "一分钟内 {} 个事件",
            usual: ("usually 3–8", "通常 3–8 个"), telling: .above(8), coupon: .taskBot
        ) { $0.timing.busiest.minute }
        sink.feature(
            "reaction_fastest_ms", .timing, .milliseconds, .lessIsWorse,
            "Shortest time from a page to a grant.",
            source: "TH-Nebula 2 (below 500 ms); Shumei interval",
            en: "claimed {} after opening the page", zh: "打开页面后 {} 即领取",
            usual: ("usually above 3 s", "通常大于 3 秒"), telling: .below(3_000), coupon: .flashSaleScript
        ) { $0.timing.fastestReactionMs }
        sink.feature(
            "reaction_mean_ms", .timing, .milliseconds, .lessIsWorse, "Mean time from a page to a grant.",
            source: "Shumei interval; browseLength",
            en: "claims {} after opening the page on average", zh: "打开页面后平均 {} 领取",
            usual: ("usually above 8 s", "通常大于 8 秒"), telling: .below(8_000), coupon: .flashSaleScript
        ) { $0.timing.reactions.count < 1 ? .nan : $0.timing.reactions.mean }
        sink.feature(
            "launch_delay_s", .timing, .seconds, .lessIsWorse,
            "Shortest time from a campaign's first costly event to a grant of the account in it, at most a day.",
            source: "Shumei SECKILL",
            en: "claimed {} after the campaign began", zh: "活动开始后 {} 即领取",
            usual: ("usually hours", "通常数小时"), telling: .below(3_600), coupon: .flashSaleScript,
            needs: [.campaignID]
        ) { $0.benefits.shortestLaunchDelaySeconds }
        sink.feature(
            "launch_rush_share", .timing, .share, .moreIsWorse,
            "Share of the account's grants that fell in the first minute of a campaign.",
            source: "Shumei SECKILL; cohort start rush",
            en: "{} of its claims in the first minute of a campaign", zh: "{} 的领取发生在活动首分钟",
            usual: ("usually 0 %", "通常 0%"), telling: .above(0), coupon: .flashSaleScript,
            needs: [.campaignID]
        ) { RiskFeatures.share($0.benefits.launchRushes, of: $0.benefits.campaignGrants) }
        sink.feature(
            "rush_delay_s", .timing, .seconds, .lessIsWorse,
            "Shortest time from the start of a rush (the first who did the same to the same target after a quiet minute) to "
                + "the account's own act in it. Unknown until five have come.",
            source: "Shumei SECKILL; comparison with the campaign's own crowd",
            en: "acted {} after the first of the crowd", zh: "抢购开始后 {} 即操作",
            usual: ("usually above 5 s", "通常大于 5 秒"), telling: .below(5), coupon: .flashSaleScript
        ) { $0.synchrony.rushDelaySeconds }
        sink.feature(
            "second_alignment", .timing, .share, .moreIsWorse,
            "How concentrated the seconds of the minute of its events are (length of the mean vector). Needs eight.",
            source: "CCF-BDCI 2016; scripts run by cron",
            en: "events fall on the same second of the minute (alignment {})", zh: "事件集中在每分钟的同一秒（集中度 {}）",
            usual: ("usually below 50 %", "通常低于 50%"), telling: .above(0.5), coupon: .taskBot,
            order: .brushing
        ) { $0.timing.seconds.length(support: 8) }
        sink.feature(
            "check_in_jitter_s", .timing, .seconds, .lessIsWorse,
            "How far its check-ins stray from one time of day (circular standard deviation). Needs three.",
            source: "Shumei signIn; RSC; Mardia and Jupp, Directional Statistics",
            en: "checks in at the same time each day, give or take {}", zh: "每天在同一时间签到，偏差仅 {}",
            usual: ("usually hours", "通常数小时"), telling: .below(1_800), coupon: .taskBot
        ) { $0.timing.checkIns.deviation(support: 3) * 86_400 }
        sink.feature(
            "check_in_streak_days", .timing, .days, .either, "Days in a row with a check-in, up to now.",
            source: "Support for check_in_jitter_s",
            en: "checked in {} in a row", zh: "连续签到 {}", usual: ("usually 1–3 days", "通常 1–3 天"),
            telling: .above(3), coupon: .taskBot
        ) { $0.timing.checkInDay == 0 ? .nan : Float($0.timing.checkInStreak) }
        sink.feature(
            "hour_entropy", .timing, .bits, .either,
            "Entropy of the hour of the day (UTC+8). Needs eight events.",
            source: "甜橙杯 2018: hour variance",
            en: "activity spread over the day by {} bits", zh: "活动时段分散度 {} 比特",
            usual: ("usually 1–3 bits", "通常 1–3 比特")
        ) { $0.hourEntropy }
        sink.feature(
            "longest_rest_h", .timing, .hours, .lessIsWorse,
            "Longest stretch of the day in which the account was never seen. Needs 20 events.",
            source: "Field rule: a day without five hours' rest",
            en: "never rests longer than {}", zh: "从不休息超过 {}",
            usual: ("usually above 7 h", "通常大于 7 小时"), telling: .below(7), coupon: .taskBot
        ) { $0.life.events < 20 ? .nan : $0.timing.hours.longestRest }
        sink.feature(
            "night_share", .timing, .share, .either,
            "Share of events from 01:00 to 06:00 (UTC+8). Weak by itself.",
            source: "TH-Nebula 2; measured AUC 0.485, so a low weight is right",
            en: "{} of its events at night", zh: "{} 的事件在凌晨", usual: ("usually below 10 %", "通常低于 10%"),
            telling: .above(0.1)
        ) { $0.timing.hours.nightShare }
    }

    /// On others who do the same thing to the same target at the same moment.
    static func synchrony(_ sink: inout some FeatureSink) {
        sink.feature(
            "sync_network_5s", .synchrony, .accounts, .moreIsWorse,
            "Most others of the same /24 who did the same to the same target within some five seconds of it; in a crowd of more "
                + "than a hundred, over one in a hundred of it.",
            source: "SynchroTrap (Cao et al. 2014)",
            en: "up to {} others in this network did the same within seconds, beyond what the crowd brings",
            zh: "扣除人群因素后，同网段最多有 {} 个账号同时做同样操作",
            usual: ("usually 0", "通常 0 个"), telling: .above(0), coupon: .gang, order: .gang, needs: [.ip]
        ) { $0.synchrony.network5sMost }
        sink.feature(
            "sync_fingerprint_5s", .synchrony, .accounts, .moreIsWorse,
            "Most others with the same brand, model, system and WeChat version who did the same within some five seconds "
                + "of it; in a crowd of more than thirty, over three in a hundred of it.",
            source: "Ianus; SynchroTrap",
            en:
                "up to {} others with the same phone and versions did the same within seconds, beyond what the crowd brings",
            zh: "扣除人群因素后，最多有 {} 个机型与版本相同的账号同时做同样操作",
            usual: ("usually 0", "通常 0 个"), telling: .above(0), coupon: .gang, order: .gang, needs: [.model]
        ) { $0.synchrony.fingerprint5sMost }
        sink.feature(
            "sync_repeats", .synchrony, .events, .moreIsWorse,
            "Costly events done together with at least two others of the same network or fingerprint, beyond what a crowd brings.",
            source: "SynchroTrap: similarity over many moments",
            en: "acted in step with others {} times", zh: "与他人同步操作 {} 次",
            usual: ("usually 0", "通常 0 次"), telling: .above(0), coupon: .gang, order: .gang
        ) { Float($0.synchrony.together) }
    }
}
