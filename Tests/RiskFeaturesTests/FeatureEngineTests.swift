import Testing

@testable import ActivityLog
@testable import RiskFeatures

@Suite struct FeatureCatalogTests {
    @Test func namesAreUniqueAndWellFormed() {
        #expect(FeatureCatalog.count >= 70)
        #expect(Set(FeatureCatalog.names).count == FeatureCatalog.count)
        for definition in FeatureCatalog.all {
            #expect(definition.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
            #expect(definition.meaning.hasSuffix("."), "\(definition.name)")
            #expect(!definition.source.isEmpty && !definition.usual.zh.isEmpty)
            let holes = definition.reason.en.components("{}")
            #expect(holes == definition.reason.zh.components("{}"), "\(definition.name)")
            #expect(holes == (definition.unit == .flag ? 0 : 1), "\(definition.name)")
        }
        for family in FeatureDefinition.Family.allCases {
            #expect(FeatureCatalog.all.contains { $0.family == family })
        }
    }

    @Test func everyTagCanBeReached() {
        for tag in AbuseTag.allCases {
            #expect(
                FeatureCatalog.all.contains { $0.tags.couponAbuse == tag || $0.tags.fakeOrder == tag },
                "\(tag)")
        }
    }

    @Test func tagsFollowTheStrongestReasons() {
        let device = FeatureCatalog.index(of: "device_accounts_1d")!
        let transfers = FeatureCatalog.index(of: "transfers_out")!
        let reasons = [
            (feature: device, value: 37.0, contribution: 4.0),
            (feature: transfers, value: 5.0, contribution: 0.1),
        ]
        #expect(AbuseTags.tags(for: reasons, isFakeOrder: false) == [.deviceFarm])
        #expect(
            AbuseTags.tags(for: [(feature: device, value: 37, contribution: -1)], isFakeOrder: false).isEmpty)
    }

    /// With whom is no answer to what.
    @Test func theGangDoesNotHideTheAbuse() {
        let step = FeatureCatalog.index(of: "sync_network_5s")!
        let rush = FeatureCatalog.index(of: "rush_delay_s")!
        let device = FeatureCatalog.index(of: "device_accounts_1d")!
        let reasons = [
            (feature: step, value: 30.0, contribution: 9.0), (feature: rush, value: 0.1, contribution: 1.2),
            (feature: device, value: 3.0, contribution: 0.15),
        ]
        #expect(AbuseTags.tags(for: reasons, isFakeOrder: false) == [.gang, .flashSaleScript])
    }

    @Test func tagsComeFromValuesThatTell() {
        let device = FeatureCatalog.index(of: "device_accounts_1d")!
        let transfers = FeatureCatalog.index(of: "transfers_out")!
        let reasons = [
            (feature: device, value: Double.nan, contribution: 4.0),
            (feature: transfers, value: 5.0, contribution: 1),
        ]
        #expect(AbuseTags.tags(for: reasons, isFakeOrder: false) == [.couponResale])
        #expect(AbuseTags.tags(for: Array(reasons.prefix(1)), isFakeOrder: false) == [.deviceFarm])
    }
}

extension String {
    fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}

@Suite struct FeatureEngineTests {
    @Test func countsAccountsOnAHandsetButNotOnAnSDKID() {
        var story = Story()
        for index in 0..<5 {
            story.add("farm \(index)", .couponClaim, at: Int64(index) * 60_000) {
                $0.deviceKey = key("handset")
                $0.deviceSource = .vendor
            }
            story.add("user \(index)", .couponClaim, at: Int64(index) * 60_000) {
                $0.deviceKey = key("sdk id")
                $0.deviceSource = .sdk
            }
        }
        let heard = run(story.batch, finish: false)
        #expect(heard.value("device_accounts_1h", of: "farm 4") == 5)
        #expect(heard.value("device_claims_1d", of: "farm 4") == 5)
        #expect(heard.value("prior_claimers_on_device", of: "farm 4") == 4)
        #expect(heard.value("device_accounts_1h", of: "farm 0") == 1)
        #expect(heard.value("device_accounts_1h", of: "user 4")?.isNaN == true)
    }

    @Test func unknownIsNotZero() {
        var story = Story()
        story.add("bare", .couponClaim, at: 0)
        let heard = run(story.batch, finish: false)
        for feature in [
            "device_accounts_1d", "ip_accounts_1h", "wifi_accounts_7d", "payer_accounts_30d", "wx_risk_rank",
            "gap_variation", "inviter_invitees_1h", "refund_share", "hour_entropy", "confirm_delay_h",
        ] {
            #expect(heard.value(feature, of: "bare")?.isFinite == false, "\(feature)")
        }
        #expect(heard.value("grants_total", of: "bare") == 1)
    }

    /// Unknown of everybody is no news of anybody, once there are enough to tell, until one in fifty is known.
    @Test func whatTheseLogsNeverShowIsMarked() {
        var story = Story()
        func claim(_ count: Int, paying: Int = 0) {
            for _ in 0..<count {
                let number = story.batch.events.count
                story.add("user \(number)", .orderPay, at: Int64(number) * 1000) {
                    if number % 100 < paying { $0.payerKey = key("payer \(number)") }
                    $0.orderKey = key("order \(number)")
                    $0.amountFen = 100
                }
            }
        }
        func last() -> Float? {
            run(story.batch, finish: false).value(
                "payer_accounts_30d", of: "user \(story.batch.events.count - 1)")
        }
        claim(100)
        #expect(last()?.isNaN == true)
        claim(500)
        #expect(last() == .infinity)
        claim(400, paying: 1)
        #expect(last() == .infinity)
        #expect(run(story.batch, finish: false).value("payer_accounts_30d", of: "user 700") == 1)
        claim(600, paying: 10)
        #expect(last()?.isNaN == true)
        // At the end as at the last event.
        #expect(
            run(story.batch, finish: true).value("payer_accounts_30d", of: "user 1599")?.isNaN == true)
    }

    /// What logs once had and then lost is soon as if they never had it.
    @Test func aFieldThatLogsLoseIsForgotten() {
        var coverage = FeatureCoverage()
        let vector = FeatureEngine.emptyVector()
        defer { vector.deallocate() }
        vector[3] = 1
        for _ in 0..<1_000_000 { coverage.count(vector) }
        vector[3] = .nan
        func isMarked() -> Bool {
            vector[3] = .nan
            coverage.mark(vector)
            return vector[3] == .infinity
        }
        for _ in 0..<50_000 { coverage.count(vector) }
        #expect(!isMarked())
        for _ in 0..<250_000 { coverage.count(vector) }
        #expect(isMarked())
    }

    /// The server refused it: nothing was paid, earned or sent, and no benefit taken.
    @Test func whatTheServerRefusedDidNotHappen() {
        func story(refused: Bool) -> Story {
            var story = Story()
            story.add("a", .couponClaim, at: 0) { $0.amountFen = 100 }
            for (index, type) in [EventType.orderPay, .pointsEarn, .commission, .couponTransfer, .orderPay]
                .enumerated()
            {
                story.add("a", type, at: Int64(index + 1) * 60_000) {
                    $0.ok = !refused
                    $0.amountFen = 5000
                    $0.discountFen = 2000
                    $0.points = 700
                    $0.payerKey = key("payer")
                    $0.peerKey = key("peer")
                }
            }
            story.add("a", .couponClaim, at: 600_000) { $0.amountFen = 100 }
            return story
        }
        func last(_ batch: EventBatch) -> ScoringMoment? {
            var engine = FeatureEngine()
            var last: ScoringMoment?
            engine.observe(batch) { moment, _, _ in last = moment }
            return last
        }
        let (paid, refused) = (last(story(refused: false).batch), last(story(refused: true).batch))
        #expect(paid?.amountAtRiskFen.couponAbuse == 4700 && paid?.amountAtRiskFen.fakeOrder == 15_000)
        #expect(refused?.amountAtRiskFen.couponAbuse == 200 && refused?.amountAtRiskFen.fakeOrder == 0)
        #expect(refused?.costlyEvents == 2)
        let heard = run(story(refused: true).batch, finish: false)
        #expect(heard.value("refused_share", of: "a")! > 0.5)
    }

    /// What speaks against an account at the end may be what others did after its last event; it was not known before.
    @Test func whatOthersShowLaterIsDatedByThem() {
        var story = Story()
        story.add("early", .orderPay, at: 0) { $0.payerKey = key("purse") }
        story.add("alone", .orderPay, at: 1000) { $0.payerKey = key("own purse") }
        for index in 1...5 {
            story.add("late \(index)", .orderPay, at: Int64(index) * Clock.hour) {
                $0.payerKey = key("purse")
            }
        }
        let moments = run(story.batch).moments
        func finished(_ account: String) -> Int64? {
            moments.last { $0.account == account }.map { $0.ts - start }
        }
        #expect(finished("early") == 5 * Clock.hour)
        #expect(finished("alone") == 1000)
    }

    /// Invitees whose phones and networks the log does not tell have none in common; a device tells of a phone.
    @Test func inviteesOfUnknownPhonesShareNone() {
        func value(_ feature: String, _ tell: @escaping (inout Event) -> Void) -> Float? {
            var story = Story()
            for index in 0..<6 {
                story.add("guest \(index)", .inviteAccept, at: Int64(index) * 60_000) {
                    $0.inviterKey = key("host")
                    tell(&$0)
                }
            }
            return run(story.batch).value(feature, of: "guest 5")
        }
        let (models, networks) = ("inviter_models_per_invitee", "inviter_networks_per_invitee")
        for feature in [models, networks] { #expect(value(feature) { _ in }?.isFinite == false) }
        #expect(abs(value(models) { $0.modelKey = key("phone") }! - 1 / 6) < 0.01)
        #expect(abs(value(models) { $0.deviceKey = key("phone") }! - 1 / 6) < 0.01)
        #expect(abs(value(networks) { $0.networkKey = key("network") }! - 1 / 6) < 0.01)
    }

    @Test func ordersAreFollowedFromSubmissionToReview() {
        var story = Story()
        let hour = Clock.hour
        func order(_ event: inout Event) {
            event.orderKey = key("order")
            event.merchantKey = key("merchant")
            event.amountFen = 5100
            event.present |= 1 << UInt64(EventField.amountFen.rawValue)
        }
        story.add("buyer", .orderSubmit, at: 0, order)
        story.add("buyer", .orderPay, at: 20_000) {
            order(&$0)
            $0.payerKey = key("payer")
        }
        story.add("buyer", .orderReceive, at: 3 * hour) {
            order(&$0)
            $0.trackingKey = key("parcel")
        }
        story.add("buyer", .reviewPost, at: 3 * hour + 60_000) {
            order(&$0)
            $0.rating = 5
        }
        story.add("other", .orderPay, at: 4 * hour) { $0.payerKey = key("payer") }
        let heard = run(story.batch)
        #expect(heard.value("pay_delay_s", of: "buyer") == 20)
        #expect(abs(heard.value("confirm_delay_h", of: "buyer")! - 3) < 0.01)
        #expect(heard.value("instant_praise_share", of: "buyer") == 1)
        #expect(heard.value("untracked_share", of: "buyer") == 1)
        #expect(heard.value("unseen_order_share", of: "buyer") == 1)
        #expect(heard.value("near_threshold_share", of: "buyer") == 1)
        // The payer's second account became known only later: the end of the logs tells.
        #expect(heard.value("payer_accounts_30d", of: "buyer") == 2)
    }

    @Test func customersOfAShopTabletBringTheirPursesAndMoveOn() {
        var story = Story()
        for index in 0..<4 {
            for (kind, payer) in [("tablet", "purse \(index)"), ("farm", "one purse")] {
                let account = "\(kind) \(index)"
                story.add(account, .couponClaim, at: Int64(index) * 60_000) { $0.deviceKey = key(kind) }
                story.add(account, .orderPay, at: Int64(index) * 60_000 + 1000) {
                    $0.deviceKey = key(kind)
                    $0.payerKey = key(payer)
                }
            }
            story.add("tablet \(index)", .pageView, at: Int64(index) * 60_000 + 2000) {
                $0.deviceKey = key("phone \(index)")
            }
        }
        for kind in ["tablet", "farm"] {
            story.add("\(kind) guest", .couponClaim, at: 3_600_000) { $0.deviceKey = key(kind) }
        }
        let heard = run(story.batch, finish: false)
        #expect(heard.value("device_own_purse_share", of: "tablet guest") == 1)
        #expect(heard.value("device_own_purse_share", of: "farm guest") == 0.25)
        #expect(abs(heard.value("device_moved_on_share", of: "tablet guest")! - 0.8) < 0.01)
        #expect(heard.value("device_moved_on_share", of: "farm guest") == 0)
        #expect(heard.value("prior_claimers_on_device", of: "tablet guest") == 0)
        #expect(heard.value("prior_claimers_on_device", of: "farm guest") == 4)
    }

    @Test func brushingShowsAtItsMerchantBeforeTheNextOrderIsReceived() {
        var story = Story()
        for index in 0..<6 {
            for (kind, door) in [("brushed", "door \(index)"), ("office", "one door")] {
                func order(_ event: inout Event) {
                    event.orderKey = key("\(kind) order \(index)")
                    event.merchantKey = key(kind)
                    event.addressKey = key(door)
                }
                let account = "\(kind) \(index)"
                let at = Int64(index) * 1000
                story.add(account, .orderSubmit, at: at, order)
                story.add(account, .orderPay, at: at + 1, order)
                story.add(account, .orderReceive, at: at + 3_600_000) {
                    order(&$0)
                    $0.trackingKey = key(kind)
                }
            }
        }
        for kind in ["brushed", "office"] {
            story.add("\(kind) next", .orderSubmit, at: 8_000_000) { $0.merchantKey = key(kind) }
        }
        let heard = run(story.batch, finish: false)
        #expect(heard.value("parcel_addresses", of: "brushed 5") == 6)
        #expect(heard.value("parcel_addresses", of: "office 5") == 1)
        #expect(heard.value("parcel_accounts", of: "office 5") == 6)
        #expect(heard.value("merchant_shared_parcel_share", of: "brushed next")! > 0.8)
        #expect(heard.value("merchant_shared_parcel_share", of: "office next") == 0)
        #expect(heard.value("merchant_hasty_receipt_share", of: "brushed next") == 1)
    }

    @Test func commissionsOfALoopComeFromSharedPurses() {
        var story = Story()
        for index in 0..<4 {
            for (kind, payer) in [("fan", "purse \(index)"), ("hand", "one purse")] {
                let account = "\(kind) \(index)"
                story.add(account, .orderPay, at: Int64(index) * 1000) { $0.payerKey = key(payer) }
                story.add("\(kind)'s leader", .commission, at: Int64(index) * 1000 + 500) {
                    $0.peerKey = key(account)
                }
            }
        }
        let heard = run(story.batch)
        #expect(heard.value("commission_shared_purse_share", of: "fan's leader") == 0)
        // The first purchase by the purse was its only one; two clean ones are added.
        #expect(heard.value("commission_shared_purse_share", of: "hand's leader") == 0.5)
    }

    @Test func transfersConvergeAndDealingsAreMutual() {
        var story = Story()
        for index in 0..<6 {
            story.add("seller \(index)", .couponTransfer, at: Int64(index) * 1000) { $0.peerKey = key("hub") }
        }
        story.add("hub", .assist, at: 20_000) { $0.peerKey = key("seller 1") }
        let heard = run(story.batch)
        #expect(heard.value("transfer_receiver_senders", of: "seller 5") == 6)
        #expect(heard.value("received_from_accounts", of: "hub") == 6)
        #expect(heard.value("reciprocal_share", of: "hub") == 1)
        #expect(heard.value("reciprocal_share", of: "seller 5") == 0)
    }

    @Test func invitationsShowSpeedDepthAndSharedDevice() {
        var story = Story()
        story.add("root", .share, at: 0) { $0.deviceKey = key("root's phone") }
        for index in 0..<5 {
            story.add("child \(index)", .inviteAccept, at: 60_000 + Int64(index) * 30_000) {
                $0.inviterKey = key("root")
                $0.deviceKey = index == 0 ? key("root's phone") : key("phone \(index)")
                $0.modelKey = key("one model")
            }
        }
        story.add("grandchild", .inviteAccept, at: 400_000) { $0.inviterKey = key("child 4") }
        let heard = run(story.batch)
        #expect(heard.value("inviter_invitees_1h", of: "child 4") == 5)
        #expect(abs(heard.value("inviter_models_per_invitee", of: "child 4")! - 0.2) < 0.001)
        #expect(heard.value("inviter_gap_variation", of: "child 4") == 0)
        #expect(heard.value("inviter_on_device", of: "child 0") == 1)
        #expect(heard.value("inviter_on_device", of: "child 1") == 0)
        #expect(heard.value("referral_depth", of: "child 0") == 1)
        #expect(heard.value("referral_depth", of: "grandchild") == 2)
    }

    @Test func lockstepOfANetworkStandsOutOfTheCrowd() {
        var story = Story()
        for index in 0..<40 {
            story.add("crowd \(index)", .couponClaim, at: Int64(index) * 100) {
                $0.campaignKey = key("sale")
                $0.ipKey = key("ip \(index)")
                $0.networkKey = key("network \(index)")
            }
            guard index % 8 == 0 else { continue }
            story.add("gang \(index)", .couponClaim, at: Int64(index) * 100 + 50) {
                $0.campaignKey = key("sale")
                $0.ipKey = key("farm ip \(index)")
                $0.networkKey = key("farm")
            }
        }
        let heard = run(story.batch, finish: false)
        #expect(heard.value("sync_network_5s", of: "gang 32") == 4)
        #expect(heard.value("sync_network_5s", of: "crowd 39") == 0)
        #expect(heard.value("launch_rush_share", of: "gang 32") == 1)
        #expect(abs(heard.value("rush_delay_s", of: "crowd 39")! - 3.9) < 0.02)
        #expect(heard.value("rush_delay_s", of: "crowd 1")?.isFinite == false)
    }

    @Test func aLargeCrowdIsNotALockstep() {
        var story = Story()
        for index in 0..<2000 {
            story.add("crowd \(index)", .flashSaleAttempt, at: Int64(index) * 2) {
                $0.skuKey = key("article")
                $0.fingerprintKey = key("phone \(index % 40)")
                $0.ipKey = key("ip \(index)")
                $0.networkKey = key("network \(index % 125)")
            }
        }
        let heard = run(story.batch, finish: false)
        // Fifty of two thousand have this phone, and sixteen its network: no more than of any crowd.
        #expect(heard.value("sync_fingerprint_5s", of: "crowd 1999")! < 1)
        #expect(heard.value("sync_network_5s", of: "crowd 1999")! < 1)
        #expect(heard.value("sync_repeats", of: "crowd 1999") == 0)
    }

    @Test func anOrderWaitsForItsPayment() {
        var story = Story()
        func submit(_ number: Int, at ms: Int64) {
            story.add("a", .orderSubmit, at: ms) { $0.orderKey = key("order \(number)") }
        }
        submit(1, at: 0)
        #expect(!run(story.batch, finish: false).value("paid_share", of: "a")!.isFinite)
        story.add("a", .couponClaim, at: 16 * 60_000)
        #expect(run(story.batch, finish: false).value("paid_share", of: "a") == 0)
        submit(2, at: 17 * 60_000)
        #expect(run(story.batch, finish: false).value("paid_share", of: "a") == 0)
        story.add("a", .orderPay, at: 18 * 60_000) { $0.orderKey = key("order 2") }
        #expect(run(story.batch, finish: false).value("paid_share", of: "a") == 0.5)
    }

    @Test func aBotsClockShowsInSeconds() {
        var story = Story()
        for day in 0..<5 {
            story.add("bot", .checkIn, at: Int64(day) * 86_400_000 + Int64(day % 2) * 20_000)
            story.add("habit", .checkIn, at: Int64(day) * 86_400_000 + 3_600_000 + Int64(day % 2) * 2_400_000)
        }
        let heard = run(story.batch, finish: false)
        // The last bits of a sum of cosines are some seconds.
        #expect(abs(heard.value("check_in_jitter_s", of: "bot")! - 9.8) < 4)
        #expect(abs(heard.value("check_in_jitter_s", of: "habit")! - 1176) < 10)
    }

    @Test func timeNeverGoesBack() {
        var story = Story()
        story.add("a", .couponClaim, at: 3_600_000)
        story.add("a", .couponClaim, at: 0)
        let heard = run(story.batch, finish: false)
        #expect(heard.moments.map(\.ts) == [start + 3_600_000, start + 3_600_000])
    }

    /// A long random story: whichever way it is cut into batches, whatever was evicted on the way, every vector is the
    /// same to the bit.
    @Test(arguments: [1, 7, 33, 500])
    func batchesMayBeCutAnywhere(_ size: Int) {
        let story = FeatureEngineTests.randomStory(events: 3000, days: 50)
        let whole = run(story.batch)
        #expect(whole.moments.count > 1000)
        #expect(run(story.batch, batchSize: size) == whole)
    }

    @Test func memoryEndsWithSilence() {
        var story = Story()
        story.add("sleeper", .couponClaim, at: 0) { $0.deviceKey = key("phone") }
        story.add("other", .couponClaim, at: 36 * Clock.day) { $0.deviceKey = key("other phone") }
        story.add("sleeper", .couponClaim, at: 37 * Clock.day) { $0.deviceKey = key("phone") }
        let heard = run(story.batch, batchSize: 1)
        #expect(heard.value("grants_total", of: "sleeper") == 1)
        // The same in one batch, where nothing could be evicted in between.
        #expect(run(story.batch) == heard)
    }

    static func randomStory(events: Int, days: Int64) -> Story {
        var generator = SeededGenerator(state: 99)
        var story = Story()
        func pick(_ kind: String, _ count: Int) -> UInt64 {
            Int.random(in: 0..<10, using: &generator) < 3
                ? 0 : key("\(kind) \(Int.random(in: 0..<count, using: &generator))")
        }
        var ms: Int64 = 0
        for _ in 0..<events {
            ms += Int64.random(in: 0...(2 * days * Clock.day / Int64(events)), using: &generator)
            let type = EventType.allCases.randomElement(using: &generator)!
            let account = "account \(Int.random(in: 0..<60, using: &generator))"
            story.add(account, type, at: ms) {
                $0.deviceKey = pick("device", 40)
                $0.ipKey = pick("ip", 30)
                $0.networkKey = $0.ipKey == 0 ? 0 : pick("network", 5) | 1
                $0.wifiKey = pick("wifi", 10)
                $0.modelKey = pick("model", 6)
                $0.fingerprintKey = $0.modelKey
                $0.campaignKey = pick("campaign", 3)
                $0.couponKey = pick("coupon", 5)
                $0.orderKey = pick("order", 200)
                $0.merchantKey = pick("merchant", 4)
                $0.phoneKey = pick("phone", 30)
                $0.addressKey = pick("address", 30)
                $0.payerKey = pick("payer", 30)
                $0.trackingKey = pick("parcel", 100)
                $0.inviterKey = pick("account", 60)
                $0.peerKey = pick("account", 60)
                $0.amountFen = Int64.random(in: 0...20_000, using: &generator)
                $0.rating = 5
            }
        }
        return story
    }
}
