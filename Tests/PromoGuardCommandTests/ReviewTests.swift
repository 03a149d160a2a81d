import Foundation
import Presentation
import Testing

@testable import CaseFile
@testable import promoguard

@Suite struct ReviewTests {
    private let pipe = Terminal(isInteractive: false, reportedWidth: nil, environment: [:])
    private let flag = FlaggedAccount(
        accountID: "evil\u{1B}[2J\"<id>,x", risk: "coupon_abuse", score: 0.97, level: "high",
        firstFlaggedMs: 1_761_998_403_000, lastScoredMs: 1_761_998_404_000, amountAtRiskFen: 1_234,
        reasons: [
            .init(feature: "unknown_feature", value: 37, contribution: 2.5),
            .init(feature: "other_feature", value: nil, contribution: -1),
        ], tags: ["device_farm", "gang"], gangID: "g-1", model: "default")

    private func listing(_ language: Language = .en, _ arguments: [String] = []) throws -> FlagListing {
        FlagListing(language: language, display: try DisplayOptions.parse(arguments))
    }

    private func withFile(_ flags: [FlaggedAccount], _ body: (CaseFile) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.path + "/review-" + UUID().uuidString + ".sqlite"
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        }
        let file = try CaseFile.open(path)
        var batch = CaseBatch()
        batch.flags = flags
        try file.commit(batch)
        try body(file)
        file.close()
    }

    private func flag(_ id: String) -> FlaggedAccount {
        var flag = flag
        flag.accountID = id
        return flag
    }

    @Test func theTableSaysItInWords() throws {
        let text = try listing().text([flag], as: .table, pipe)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains("FIRST FLAGGED (UTC+8)"))
        #expect(
            lines[1]
                == "ev…d>,x  coupon abuse  0.970  high     ¥12.34  2025-11-01 20:00:03    unknown_feature = 37"
                + "  device farm, gang  open")
        let chinese = try listing(.zh).text([flag], as: .table, pipe)
        #expect(chinese.contains("薅羊毛") && chinese.contains("设备农场、团伙") && chinese.contains("待处理"))
    }

    @Test func masksEverywhereUnlessAskedNotTo() throws {
        for format in OutputFormat.allCases {
            let masked = try listing().text([flag("user-8f3a2c91")], as: format, pipe)
            #expect(masked.contains("us…2c91") && !masked.contains("8f3a2c91"))
            let whole = try listing(.en, ["--unmask"]).text([flag("user-8f3a2c91")], as: format, pipe)
            #expect(whole.contains("user-8f3a2c91"))
        }
    }

    @Test func jsonHoldsTheFlagExactly() throws {
        let text = try listing(.en, ["--unmask", "--utc"]).text([flag], as: .json, pipe)
        let rows = try JSONSerialization.jsonObject(with: Data(text.utf8)) as! [[String: Any]]
        #expect(rows.count == 1)
        #expect(rows[0]["account_id"] as? String == flag.accountID)
        #expect(rows[0]["score"] as? Double == 0.97)
        #expect(rows[0]["first_flagged"] as? String == "2025-11-01T12:00:03Z")
        #expect(rows[0]["first_flagged_ms"] as? Int == 1_761_998_403_000)
        #expect(rows[0]["tags"] as? [String] == ["device_farm", "gang"])
        let reasons = rows[0]["reasons"] as! [[String: Any]]
        #expect(reasons[0]["value"] as? Int == 37)
        #expect(reasons[1]["value"] is NSNull)
        #expect(try listing().text([], as: .json, pipe) == "[]\n")
    }

    @Test func csvKeepsAHostileIdInAFileAndTamesItOnATerminal() throws {
        let listing = try listing(.en, ["--unmask"])
        let file = listing.text([flag], as: .csv, pipe)
        #expect(file.contains("\"evil\u{1B}[2J\"\"<id>,x\",coupon_abuse,0.97,high,1234,"))
        let screen = Terminal(isInteractive: true, reportedWidth: 80, environment: [:])
        #expect(!listing.text([flag], as: .csv, screen).contains("\u{1B}"))
    }

    @Test func thePageShowsReasonsMoneyAndDecisions() throws {
        let decisions = [
            Decision(
                id: 1, accountID: flag.accountID, risk: "coupon_abuse", verdict: .confirm, reviewer: "li",
                note: "same\u{1B}device", decidedMs: 1_761_998_403_000),
            Decision(
                id: 2, accountID: flag.accountID, risk: "coupon_abuse", verdict: nil, reviewer: "wu",
                note: nil,
                decidedMs: 1_761_998_403_000),
        ]
        let page = AccountPage(
            account: flag.accountID, flags: [flag], decisions: decisions, listing: try listing())
        let text = page.text(as: .table, pipe)
        #expect(!text.contains("\u{1B}"))
        #expect(text.contains("   +2.50 ████████████████ unknown_feature = 37\n"))
        #expect(!text.contains("other_feature"))
        #expect(text.contains("  −1.00 from 1 more whose values are usual or unknown"))
        #expect(text.contains("At stake       ¥12.34"))
        #expect(text.contains("confirm (coupon abuse) li: same\\u{1b}device"))
        #expect(text.contains("undo (coupon abuse) wu"))
        let json = page.text(as: .json, pipe)
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as! [String: Any]
        #expect(
            (object["decisions"] as! [[String: Any]]).map { $0["decision"] as? String } == [
                "confirm", "undo",
            ])
    }

    @Test func anAccountIsFoundByItsIdOrByWhatAListShows() throws {
        try withFile([flag("user-8f3a2c91"), flag("user-000000001111"), flag("us-9992c9"), flag("u…x")]) {
            file in
            let lookup = AccountLookup(file: file)
            let found = try ["user-8f3a2c91", "us…2c91", "us...1111", "u…x"].map { try lookup.account($0) }
            #expect(found == ["user-8f3a2c91", "user-8f3a2c91", "user-000000001111", "u…x"])
            #expect(throws: AccountLookup.Failure.self) { try lookup.account("nobody") }
            #expect(throws: AccountLookup.Failure.self) { try lookup.account("zz…zzzz") }
        }
    }

    @Test func aMaskedIdOfTwoAccountsIsRefused() throws {
        try withFile([flag("user-aaaa2c91"), flag("user-bbbb2c91")]) { file in
            let error = #expect(throws: AccountLookup.Failure.self) {
                try AccountLookup(file: file).account("us…2c91")
            }
            #expect(error?.description.contains("2 flagged accounts") == true)
        }
    }

    @Test func labelsAreTheContractsCSV() {
        let labels = [
            CaseLabel(accountID: "a,b", risk: "coupon_abuse", label: 1, asOfMs: 5),
            CaseLabel(accountID: "c", risk: "fake_order", label: 0, asOfMs: 6),
        ]
        #expect(
            ReviewLabelsCommand.csv(labels)
                == "account_id,risk,label,as_of_ms\n\"a,b\",coupon_abuse,1,5\nc,fake_order,0,6\n")
    }

    @Test func optionsOutOfRangeAreWrongUsage() {
        #expect(throws: (any Error).self) { try ReviewListCommand.parse(["--min-score", "2"]) }
        #expect(throws: (any Error).self) { try ReviewListCommand.parse(["--limit", "-1"]) }
        #expect(throws: (any Error).self) { try ReviewListCommand.parse(["--tag", "nonsense"]) }
        #expect(throws: (any Error).self) { try ReviewDecideCommand.parse(["a", "--confirm", "--clear"]) }
        #expect(throws: (any Error).self) { try ReviewDecideCommand.parse(["a"]) }
        #expect(throws: (any Error).self) { try ReviewListCommand.parse(["--since", "yesterday"]) }
        #expect(throws: (any Error).self) { try ReviewListCommand.parse(["--after", "score-r-1-1"]) }
        #expect(throws: (any Error).self) { try ReviewUndoCommand.parse([]) }
        #expect(throws: Never.self) { try ReviewDecideCommand.parse(["a", "b", "--clear", "--note", "x"]) }
    }

    private var evidence: AccountEvidence {
        var money = AccountEvidence.Money()
        money.claimedFen = 3_000
        money.discountedFen = 1_000
        let times: [Int64] = [0, 2_000, 6_000, 7_206_000]
        return AccountEvidence(
            accountID: flag.accountID, firstSeenMs: 1_761_998_403_000, money: money,
            events: times.enumerated().map { index, ms in
                .init(
                    ms: 1_761_998_403_120 + ms, event: index == 0 ? "register" : "coupon_claim",
                    amountFen: index == 0 ? nil : 1_000, campaign: "双十一\u{1B}[2J", thing: "9f3a",
                    couponAbuse: index == 0 ? nil : [0.1, 0.5, 0.97][index - 1])
            })
    }

    @Test func thePageTellsWhatTheAccountDid() throws {
        var page = AccountPage(
            account: flag.accountID, flags: [flag], decisions: [], listing: try listing(), evidence: evidence)
        let text = page.text(as: .table, pipe)
        #expect(!text.contains("\u{1B}"))
        #expect(text.contains("¥10.00 taken, ¥20.00 still pending"))
        #expect(text.contains("▁▅█  0.100 → 0.970"))
        let lines = text.split(separator: "\n").map(String.init)
        // A gap twice as long has a bar twice as long; a pause is told, and has none.
        #expect(lines.contains { $0.contains("2 s  ██████        coupon claim") })
        #expect(lines.contains { $0.contains("4 s  ████████████  coupon claim") })
        #expect(lines.contains { $0.hasSuffix("… 2 h") })
        #expect(lines.contains { $0.contains("2025-11-01 20:00:03.120") && $0.contains("register") })
        page = AccountPage(
            account: flag.accountID, flags: [flag], decisions: [], listing: try listing(.zh),
            evidence: evidence)
        #expect(page.text(as: .table, pipe).contains("领券"))
        let json =
            try JSONSerialization.jsonObject(with: Data(page.text(as: .json, pipe).utf8)) as! [String: Any]
        let events = (json["evidence"] as! [String: Any])["events"] as! [[String: Any]]
        #expect(events.map { $0["amount_fen"] as? Int } == [nil, 1_000, 1_000, 1_000])
    }

    @Test func aRepeatIsToldInOneLine() throws {
        let added = Decision(
            id: 1, accountID: "a", risk: "coupon_abuse", verdict: .clear, reviewer: "li", decidedMs: 1)
        var decided = Decided()
        decided.repeated = 1
        #expect(
            DecisionNotes.lines(decided, try listing()) == [
                "1 flag left as decided: you said the same before."
            ])
        decided.added = [added]
        #expect(DecisionNotes.lines(decided, try listing()).count == 2)
        decided.repeated = 0
        #expect(DecisionNotes.lines(decided, try listing(.zh)).count == 1)
    }

    @Test func whatWasRefusedIsToldAsRefused() throws {
        var evidence = evidence
        evidence.events[2].ok = false
        func page(_ language: Language) throws -> AccountPage {
            AccountPage(
                account: flag.accountID, flags: [flag], decisions: [], listing: try listing(language),
                evidence: evidence)
        }
        let lines = try page(.en).text(as: .table, pipe).split(separator: "\n")
        #expect(lines.filter { $0.contains("coupon claim") }.count == 3)
        #expect(lines.filter { $0.contains("coupon claim (refused)") }.count == 1)
        #expect(try page(.zh).text(as: .table, pipe).contains("领券（被拒绝）"))
        let json =
            try JSONSerialization.jsonObject(with: Data(page(.en).text(as: .json, pipe).utf8))
            as! [String: Any]
        let events = (json["evidence"] as! [String: Any])["events"] as! [[String: Any]]
        #expect(events.map { $0["ok"] as? Bool } == [true, true, false, true])
    }

    @Test func thePageTellsWhoIsLinkedAndWhatIsNew() throws {
        let known = FlaggedAccount.Reason(feature: "known", value: 1, contribution: 2)
        try withFile([]) { file in
            var first = flag("user-8f3a2c91")
            first.score = 0.6
            first.reasons = [known]
            var batch = CaseBatch()
            batch.flags = [first, flag("user-000000001111")]
            batch.gangs = GangTables(
                links: [
                    ("user-000000001111", "device", 0xAA, 2), ("user-000000001111", "ip", 0xBB, 9_000),
                    ("user-000000002222", "payer", 0xCC, 3), ("user-8f3a2c91", "device", 0xAA, 2),
                    ("user-8f3a2c91", "ip", 0xBB, 9_000), ("user-8f3a2c91", "payer", 0xCC, 3),
                    ("user-nobody", "ip", 0xBB, 9_000),
                ].map {
                    AccountLink(
                        accountID: $0.0, kind: $0.1, thingKey: UInt64($0.2), accounts: $0.3, lastMs: 1)
                }
            ) { $0.tags }
            try file.commit(batch)
            try file.decide(.clear, .accounts([first.accountID]), reviewer: "li", decidedMs: 1)
            first.score = 0.9
            first.amountAtRiskFen = 9_000
            batch = CaseBatch()
            batch.flags = [first]
            try file.commit(batch)
            let flags = try file.flags(account: first.accountID)
            let page = AccountPage(
                account: first.accountID, flags: flags,
                decisions: try file.decisions(account: first.accountID),
                listing: try listing(), linked: try file.linkedAccounts(of: first.accountID),
                news: try file.newEvidence(flags.map(\.key)))
            let text = page.text(as: .table, pipe)
            #expect(
                text.contains(
                    "since it was cleared: log-odds risen by 1.8; at stake ¥12.34 then, ¥90.00 now"))
            // A crowd's address ties nobody.
            #expect(text.contains("  us…1111  device  0.970  open\n  us…2222  payer       —  not flagged\n"))
            #expect(!text.contains("us…body"))
        }
    }

    @Test func aSelectionIsShownBeforeItIsDecidedOn() throws {
        try withFile((0..<12).map { flag("user-\(1000 + $0)") }) { file in
            let text = SelectionOptions.text(
                try file.preview(.matching(FlagQuery())), try listing(), pipe)
            #expect(text.hasPrefix("12 flags of 12 accounts, ¥148.08 at stake; 6 of them:\nACCOUNT"))
            #expect(text.split(separator: "\n").count == 2 + 6)
        }
        #expect(ReviewExportCommand.csv(["a,b", "c"]) == "account_id\n\"a,b\"\nc\n")
    }
}

@Suite struct SubcommandsTests {
    @Test(arguments: [
        (["reveiw"], "did you mean review?"), (["review", "lst"], "did you mean list?"),
        (["review", "shwo", "a"], "did you mean show?"), (["hlep"], "did you mean help?"),
        (["review", "frobnicate"], "there are list, show, gangs, decide, undo, labels, export"),
    ])
    func typos(arguments: [String], hint: String) throws {
        let message = try #require(Subcommands.suggestion(arguments, root: PromoGuardCommand.self))
        #expect(message.contains(hint))
    }

    @Test(arguments: [
        [], ["--help"], ["review"], ["review", "--risk", "x"], ["review", "show", "lst"], ["help", "x"],
    ])
    func whatIsNoTypo(arguments: [String]) {
        #expect(Subcommands.suggestion(arguments, root: PromoGuardCommand.self) == nil)
    }

    /// Whatever the parser says, and over however many lines.
    @Test func aUsageErrorIsOneLine() {
        let line = UsageError.line(
            "Unknown option '--x'\n  Did you mean '--y'?\u{1B}.", ["review", "list", "--x"],
            root: PromoGuardCommand.self)
        #expect(
            line
                == "promoguard: unknown option '--x' Did you mean '--y'?\\u{1b}; see 'promoguard help review list'"
        )
    }

    @Test func distances() {
        #expect(Subcommands.distance("score", "score") == 0)
        #expect(Subcommands.distance("socre", "score") == 1)
        #expect(Subcommands.distance("", "abc") == 3)
        #expect(Subcommands.distance("kitten", "sitting") == 3)
    }
}
