import CaseFile
import RiskModel
import Testing

@testable import ReviewConsole

/// What a reviewer sees and does without a script.
struct PageTests {
    private func queue(_ count: Int) -> [FlaggedAccount] {
        (0..<count).map { .sample("o6_account_\(1000 + $0)", score: 0.5 + Double($0) / 1000, fen: 10_000) }
    }

    @Test func theQueueShowsExpectedLossFirstAndGoesOnByPages() async throws {
        let stage = try ConsoleStage(queue(120))
        let first = try await stage.get("/").text
        #expect(first.contains("120 flags") && first.contains("¥12,000.00 at stake"))
        #expect(first.components(separatedBy: "<tr id=").count == 41)
        let top = try #require(first.range(of: "o6…1119"))
        let second = try #require(first.range(of: "o6…1118"))
        #expect(top.lowerBound < second.lowerBound)
        let link = try #require(first.firstMatch(of: /rel="next" href="([^"]+)"/))
        let next = try await stage.get(String(link.1).replacing("&amp;", with: "&")).text
        #expect(next.contains("o6…1079") && !next.contains("o6…1080"))
    }

    @Test func anEmptyQueueSaysSoKindly() async throws {
        let stage = try ConsoleStage([])
        #expect(try await stage.get("/").text.contains("Nothing waits."))
        let chinese = try await stage.get("/", headers: ["Accept-Language": "zh-CN,zh;q=0.9"]).text
        #expect(chinese.contains("没有待处理的标记。") && chinese.contains("lang=\"zh-CN\""))
    }

    @Test func decidingLeadsToTheNextAndCanBeTakenBack() async throws {
        let stage = try ConsoleStage(queue(3))
        let references = ["o6_account_1002", "o6_account_1001"].map(stage.console.references.reference)
        let decided = try await stage.postForm(
            "/decide",
            [
                ("flag", references[0] + ":coupon_abuse"), ("decision", "confirm"), ("go", "next"),
                ("note", "a farm"),
            ])
        #expect(decided.status == 303)
        let location = try #require(decided.headers[.location])
        #expect(location.hasPrefix("/accounts/\(references[1])?"))
        #expect(try stage.file.decisions().map(\.note) == ["a farm"])
        let page = try await stage.get(location).text
        let undo = try #require(page.firstMatch(of: /name="undo" value="([0-9a-f]+)"/))
        #expect(page.contains("1 flag confirmed."))
        #expect(try await stage.postForm("/undo", [("undo", String(undo.1))]).status == 303)
        #expect(try stage.file.flags(account: "o6_account_1002").map(\.status) == [.open])
        // Once.
        #expect(try await stage.postForm("/undo", [("undo", String(undo.1))]).status == 409)
    }

    @Test func aFilterIsDecidedOnAsItWasShown() async throws {
        let stage = try ConsoleStage(queue(20))
        let page = try await stage.get("/bulk?status=open&min_score=0.51").text
        #expect(page.contains("name=\"expecting\" value=\"10\""))
        let fields = [("query", "status=open&min_score=0.51"), ("decision", "clear")]
        #expect(try await stage.postForm("/bulk", fields + [("expecting", "9")]).status == 409)
        #expect(try stage.file.decisions().isEmpty)
        #expect(try await stage.postForm("/bulk", fields + [("expecting", "10")]).status == 303)
        #expect(try stage.file.total(FlagQuery(status: .cleared)).flags == 10)
    }

    @Test func filtersAreKeptByName() async throws {
        let stage = try ConsoleStage()
        let fields = [("name", "big <fish>"), ("query", "min_yuan=100&evil=1&risk=coupon_abuse")]
        #expect(try await stage.postForm("/filters", fields).status == 303)
        let page = try await stage.get("/").text
        #expect(page.contains("big &lt;fish&gt;") && page.contains("/?risk=coupon_abuse&amp;min_yuan=100"))
        _ = try await stage.postForm("/filters/delete", [("name", "big <fish>")])
        #expect(try stage.file.savedFilters().isEmpty)
    }

    @Test(arguments: [
        "risk=x", "status=x", "min_score=abc", "min_yuan=1e30", "since=yesterday", "after=x", "sort=name",
    ])
    func aValueThatCannotBeIsNamed(query: String) async throws {
        let answer = try await ConsoleStage().get("/?" + query)
        #expect(answer.status == 400)
        #expect(answer.text.contains(String(query.prefix { $0 != "=" })))
    }

    @Test func whatWasRefusedIsShownAsRefused() async throws {
        let evidence = AccountEvidence(
            accountID: "o6_account_0001", firstSeenMs: 1_779_999_000_000,
            events: [
                .init(ms: 1_779_999_000_000, event: "register"),
                .init(ms: 1_779_999_004_000, event: "coupon_claim", amountFen: 1_000, ok: false),
            ])
        let stage = try ConsoleStage([.sample()], evidence: [evidence])
        let path = "/accounts/" + stage.console.references.reference("o6_account_0001")
        let page = try await stage.get(path).text
        #expect(page.contains("coupon claim (refused)") && !page.contains("register (refused)"))
        #expect(page.contains("event refused") && !page.contains("costly"))
        let chinese = try await stage.get(path, headers: ["Cookie": "promoguard_language=zh"]).text
        #expect(chinese.contains("领券（被拒绝）"))
        let told = try await stage.get("/api/v1" + path + "/evidence").json["events"] as? [[String: Any]]
        #expect(told?.map { $0["ok"] as? Bool } == [true, false])
    }

    @Test func theAccountPageTellsWhatThereIs() async throws {
        var evidence = AccountEvidence(
            accountID: "o6_account_0001", firstSeenMs: 1_779_999_000_000,
            events: [
                .init(ms: 1_779_999_000_000, event: "register"),
                .init(
                    ms: 1_779_999_004_000, event: "coupon_claim", amountFen: 1_000, campaign: "spring",
                    couponAbuse: 0.4),
                .init(
                    ms: 1_780_000_000_000, event: "coupon_redeem", amountFen: 1_000, campaign: "spring",
                    couponAbuse: 0.9),
            ])
        evidence.money.claimedFen = 5_000
        evidence.money.discountedFen = 1_000
        let links = ["o6_account_0001", "o6_account_0002"].map {
            AccountLink(
                accountID: $0, kind: "device", thingKey: 0xAA, accounts: 2,
                lastMs: 1_780_000_000_000)
        }
        let members = links.map {
            GangMember(
                gangID: "g-12", accountID: $0.accountID, tie: 2, isFlagged: true, joinedMs: 1_779_999_000_000)
        }
        let gang = Gang(
            id: "g-12", members: 2, flagged: 2, density: 1, score: 0.9, firstSeenMs: 0, lastSeenMs: 1,
            takenFen: 100,
            pendingFen: 200, claimSpanMs: 4_000, ties: [.init(kind: "device", things: 1, accounts: 2)])
        let stage = try ConsoleStage(
            [.sample(), .sample("o6_account_0002", score: 0.8)], evidence: [evidence],
            gangs: GangTables(gangs: [gang], members: members, links: links, ownTags: \.tags))
        let reference = stage.console.references.reference("o6_account_0001")
        let page = try await stage.get("/accounts/" + reference).text
        for text in [
            "37 accounts", "+2.25", "coupon claim", "4 s", "¥10.00 taken", "¥40.00 can still be stopped",
            "g-12", "device",
            "o6…0002", "Score over time",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        let gangPage = try await stage.get("/gangs/g-12").text
        #expect(
            gangPage.contains("one device, all claimed within 4 seconds")
                && gangPage.contains("2 open flags of 2 accounts"))
        let decided = try await stage.postForm(
            "/bulk", [("query", "gang=g-12&status=open"), ("expecting", "2"), ("decision", "confirm")])
        #expect(decided.status == 303)
        #expect(try stage.file.total(FlagQuery(status: .confirmed)).flags == 2)
        #expect(try await stage.get("/overview").text.contains("100%"))
        #expect(try await stage.get("/model").text.contains("Were abuse"))
    }

    @Test func driftIsShownWhereTheModelAndTheRunKnowIt() async throws {
        func row(_ feature: String?, _ index: Double, model: String = "default") -> DriftRow {
            DriftRow(
                risk: "coupon_abuse", feature: feature, index: index, chance: 0.01, low: 3, high: nil,
                then: 0.02,
                now: 0.31, model: model, accounts: 4321, asOfMs: 1_780_000_000_000)
        }
        var model = try LogisticModel.bundled()
        for risk in Risk.allCases { model.heads[risk]!.population = nil }
        model.heads[.couponAbuse]!.evaluation["accounts"] = 1234
        let old = try ConsoleStage(drift: [row(nil, 0.5)], model: model)
        #expect(try await old.get("/model").text.contains("does not say how the accounts lay"))
        #expect(try await old.get("/model").text.contains("of the 1,234 accounts that it learned from"))

        model.heads[.couponAbuse]!.population = Population(
            accounts: 9000, scoreEdges: [0], scores: [0.9, 0.1], features: [:])
        let rows = [row(nil, 0.012), row("device_accounts_1d", 0.42), row("claim_share", 0.15)]
        let stage = try ConsoleStage(drift: rows, model: model)
        let page = try await stage.get("/model").text
        for text in ["4,321 accounts", "device_accounts_1d", "0.420", "moved far", "steady", "31%", "2%"] {
            #expect(page.contains(text), "\(text)")
        }
        let chinese = try await stage.get("/model", headers: ["Accept-Language": "zh-CN"]).text
        #expect(chinese.contains("明显漂移") && chinese.contains("群体稳定性指数"))
        // Another model's drift says nothing of this one.
        let other = try ConsoleStage(drift: [row(nil, 0.5, model: "mine")], model: model)
        #expect(try await other.get("/model").text.contains("no run with this model"))
    }

    @Test func theReportBesideTheModelIsServedAndCanDoNothing() async throws {
        let without = try ConsoleStage()
        #expect(try await without.get("/model/report").status == 404)
        #expect(try await !without.get("/model").text.contains("/model/report"))
        let stage = try ConsoleStage(report: "<!DOCTYPE html><style>b{}</style><script>alert(1)</script>报告")
        #expect(try await stage.get("/model").text.contains("href=\"/model/report\""))
        let answer = try await stage.get("/model/report")
        #expect(answer.status == 200 && answer.text.contains("报告"))
        #expect(
            answer.headers[.contentSecurityPolicy]
                == "default-src 'none'; style-src 'unsafe-inline'; sandbox")
    }

    @Test func aReferenceOutlivesTheProcess() async throws {
        let stage = try ConsoleStage()
        let reference = stage.console.references.reference("o6_account_0001")
        let later = try ReviewConsole(stage.console.configuration)
        #expect(try later.references.account(reference, later.desk.lookups) == "o6_account_0001")
        #expect(try later.references.account("~0123456789abcdef", later.desk.lookups) == nil)
    }
}
