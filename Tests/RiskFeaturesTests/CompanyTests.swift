import Testing

@testable import ActivityLog
@testable import RiskFeatures

@Suite struct CompanyTests {
    /// Some accounts that claim on one device, one after another, then a newcomer there.
    private func device(_ accounts: [String], then newcomer: String) -> Story {
        var story = Story()
        for (index, account) in (accounts + [newcomer]).enumerated() {
            story.add(account, .couponClaim, at: Int64(index) * 60_000) { $0.deviceKey = key("tablet") }
        }
        return story
    }

    @Test func theNewcomerIsKnownByItsCompanyAtItsFirstClaim() {
        let story = device(["a", "b", "c"], then: "newcomer")
        let heard = run(story.batch, finish: false, suspects: ["a", "b"])
        #expect(abs(heard.value("device_suspect_share", of: "newcomer")! - 2 / 4.5) < 0.01)
        #expect(heard.value("device_unsuspected_accounts", of: "newcomer")! < 1.1)
        #expect(heard.value("strongest_suspect_share", of: "newcomer")! > 0.4)
    }

    @Test func nobodyIsTheirOwnCompany() {
        var story = device(["a", "b"], then: "c")
        story.add("c", .couponClaim, at: 400_000) { $0.deviceKey = key("tablet") }
        let heard = run(story.batch, suspects: ["c"])
        #expect(heard.value("device_suspect_share", of: "c") == 0)
        #expect(heard.value("device_suspect_share", of: "a")! > 0.2)
        var alone = Story()
        alone.add("hermit", .couponClaim, at: 0) { $0.deviceKey = key("own phone") }
        #expect(!run(alone.batch, suspects: ["hermit"]).value("device_suspect_share", of: "hermit")!.isFinite)
    }

    /// A suspect counts once on a thing, however often it comes.
    @Test func comingAgainChangesNothing() {
        var story = Story()
        for minute in 0..<40 {
            for device in ["one", "two"] {
                story.add("suspect", .couponClaim, at: Int64(minute) * 60_000) { $0.deviceKey = key(device) }
            }
        }
        for account in ["a", "b", "c", "guest"] {
            story.add(account, .couponClaim, at: 3_600_000) { $0.deviceKey = key("one") }
        }
        let heard = run(story.batch, finish: false, suspects: ["suspect"])
        #expect(abs(heard.value("device_suspect_share", of: "guest")! - 1 / 5.5) < 0.01)
    }

    @Test func manyHonestUsersDrownAFewSuspects() {
        let crowd = (0..<50).map { "customer \($0)" }
        let suspects: Set = ["customer 3", "customer 20"]
        let heard = run(device(crowd, then: "guest").batch, finish: false, suspects: suspects)
        #expect(heard.value("device_suspect_share", of: "guest")! < 0.06)
        #expect(heard.value("device_unsuspected_accounts", of: "guest")! > 40)
    }

    /// Somebody who names a stranger as inviter ties himself to the stranger; how little that says of the stranger, while
    /// the stranger has honest invitees, bounds the harm.
    @Test func suspectsThatNameAStrangerAddLittleToTheStrangersFriends() {
        var story = Story()
        for index in 0..<30 {
            story.add("friend \(index)", .register, at: Int64(index) * 1000) { $0.inviterKey = key("leader") }
        }
        for index in 0..<3 {
            story.add("smearer \(index)", .couponClaim, at: 100_000 + Int64(index)) {
                $0.inviterKey = key("leader")
            }
        }
        story.add("friend 0", .couponClaim, at: 200_000) { $0.inviterKey = key("leader") }
        let heard = run(story.batch, suspects: ["smearer 0", "smearer 1", "smearer 2"])
        #expect(heard.value("hub_suspect_share", of: "friend 0")! > 0)
        #expect(heard.value("hub_suspect_share", of: "friend 0")! < 0.15)
    }

    @Test func suspicionSpreadsToAllThatWasLastNamed() {
        var story = Story()
        story.add("suspect", .addressChange, at: 0) { $0.addressKey = key("door") }
        story.add("suspect", .orderPay, at: 1000) { $0.payerKey = key("purse") }
        story.add("suspect", .couponClaim, at: 2000) {
            $0.wifiKey = key("wifi")
            $0.ipKey = key("ip")
            $0.networkKey = key("net")
        }
        story.add("neighbour", .orderSubmit, at: 3000) { $0.addressKey = key("door") }
        story.add("payee", .orderPay, at: 3000) { $0.payerKey = key("purse") }
        story.add("roommate", .couponClaim, at: 3000) {
            $0.wifiKey = key("wifi")
            $0.ipKey = key("ip")
            $0.networkKey = key("net")
        }
        let heard = run(story.batch, finish: false, suspects: ["suspect"])
        #expect(heard.value("address_suspect_share", of: "neighbour")! == 0.400390625)
        #expect(heard.value("payer_suspect_share", of: "payee")! > 0.39)
        #expect(heard.value("wifi_suspect_share", of: "roommate")! > 0.39)
        #expect(heard.value("ip_suspect_share", of: "roommate")! > 0.39)
        #expect(abs(heard.value("company_suspicion", of: "roommate")! - 0.8) < 0.01)
    }

    @Test func anotherModelSuspectsAnew() {
        var engine = FeatureEngine()
        engine.observe(device(["a", "b"], then: "c").batch) { _, _, memory in memory.isSuspect = true }
        engine.forgetScores()
        var shares: [Float] = []
        var later = Story()
        later.add("d", .couponClaim, at: 600_000) { $0.deviceKey = key("tablet") }
        engine.observe(later.batch) { _, vector, _ in
            shares.append(vector[FeatureCatalog.index(of: "device_suspect_share")!])
        }
        #expect(shares == [0])
    }
}
