import Presentation
import Testing

@testable import CaseFile
@testable import promoguard

@Suite struct GangTextTests {
    private let pipe = Terminal(isInteractive: false, reportedWidth: nil, environment: [:])
    private let gang = Gang(
        id: "g-0123abcd", members: 61, flagged: 58, density: 0.4, score: 0.93,
        firstSeenMs: 1_761_998_403_000, lastSeenMs: 1_761_998_943_000, takenFen: 123_456, pendingFen: 7_800,
        claimSpanMs: 540_000,
        ties: [
            .init(kind: "payer", things: 3, accounts: 60), .init(kind: "address", things: 4, accounts: 58),
            .init(kind: "inviter", things: 1, accounts: 61), .init(kind: "ip", things: 2, accounts: 5),
        ])

    @Test func aGangIsOneSentence() {
        #expect(
            GangText(.en).sentence(gang)
                == "61 accounts, 3 payers, 4 addresses, one inviter, all claimed within 9 minutes")
        #expect(GangText(.zh).sentence(gang) == "61 个账号，3 个支付人，4 个收货地址，同一邀请人，全部在 9 分钟内领取")
        var slow = gang
        slow.claimSpanMs = 3 * 86_400_000
        slow.ties = [
            .init(kind: "device", things: 1, accounts: 3), .init(kind: "new kind", things: 2, accounts: 3),
        ]
        slow.members = 3
        #expect(GangText(.en).sentence(slow) == "3 accounts, one device, 2 new kind")
    }

    @Test func theListAndThePageSayItAndMask() throws {
        let display = try DisplayOptions.parse([])
        let listing = GangListing(language: .en, display: display)
        let line = listing.text([gang], as: .table, pipe).split(separator: "\n")[1]
        #expect(line.contains("g-0123abcd") && line.contains("¥1,234.56") && line.contains("95%"))
        #expect(listing.text([gang], as: .csv, pipe).split(separator: "\n").count == 2)
        let members = [
            GangMember(gangID: gang.id, accountID: "user-8f3a2c91", tie: 2.5, isFlagged: true, joinedMs: 1),
            GangMember(gangID: gang.id, accountID: "user-00000000", tie: 1, isFlagged: false, joinedMs: 2),
        ]
        let flag = FlaggedAccount(
            accountID: "user-8f3a2c91", risk: "coupon_abuse", score: 0.97, level: "high", firstFlaggedMs: 1,
            lastScoredMs: 2, amountAtRiskFen: 1_234, reasons: [], tags: [], gangID: gang.id, model: "m")
        for format in OutputFormat.allCases {
            let page = GangPage(
                gang: gang, members: members, flags: ["user-8f3a2c91": [flag]], listing: listing)
            let text = page.text(as: format, pipe)
            #expect(text.contains("us…2c91") && !text.contains("8f3a2c91"))
            #expect(text.contains("g-0123abcd"))
        }
        let page = GangPage(gang: gang, members: members, flags: ["user-8f3a2c91": [flag]], listing: listing)
        let lines = page.text(as: .table, pipe).split(separator: "\n")
        #expect(lines.contains { $0.contains("payer: 3 shared by 60 accounts") })
        #expect(lines.contains { $0.contains("0.970") && $0.contains("¥12.34") })
        #expect(lines.contains { $0.contains("not flagged") })
    }

    @Test func whatAnInnocentHubSaysForAnAccountIsSaid() {
        let reasons: [FlaggedAccount.Reason] = [
            .init(feature: "device_accounts_1d", value: 12, contribution: 2),
            .init(feature: "device_own_purse_share", value: 0.9, contribution: -0.5),
            .init(feature: "device_moved_on_share", value: 0.4, contribution: -1.25),
        ]
        let words = ReasonText(.en)
        #expect(
            words.excusing(reasons).map(words.sentence) == [
                "looks like a shop's tablet: 40% of this device's accounts went on on phones of their own",
                "looks like a shop's tablet: 90% of payments on this device are from a payer of the account's own",
            ])
        #expect(words.telling(reasons).map(\.feature) == ["device_accounts_1d"])
        #expect(ReasonText(.zh).sentence(reasons[2]) == "像是门店平板：该设备 40% 的账号后来在自己的手机上继续使用")
    }
}
