import CaseFile
import Testing

@testable import ReviewConsole

/// Who gets in, what they may do there, and what every answer carries.
struct SecurityTests {
    private static let reviewers: [ConsoleConfiguration.Reviewer] = [
        .init(name: "lin", token: "lin-secret-0123456789"), .init(name: "wu", token: "wu-secret-0123456789"),
    ]

    @Test(arguments: [
        "/", "/nowhere", "/accounts/~0000000000000000", "/?risk=none", "/api/v1/flags", "/gangs/x", "/model",
    ])
    func everyAnswerCarriesTheHeaders(path: String) async throws {
        let answer = try await ConsoleStage().get(path)
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        #expect(answer.headers[.cacheControl] == "no-store")
    }

    @Test func pagesHaveNothingInline() async throws {
        let stage = try ConsoleStage()
        for path in ["/", "/overview", "/model", "/gangs", "/bulk?status=all"] {
            let text = try await stage.get(path).text
            #expect(!text.contains("style=") && !text.contains("onclick=") && !text.contains("<style"))
            #expect(
                text.components(separatedBy: "<script").count == 2
                    && text.contains("<script src=\"/assets/app.js"))
            #expect(!text.contains("http://") && !text.contains("https://"))
        }
    }

    @Test func anotherHostsNameGetsNothing() async throws {
        let stage = try ConsoleStage()
        #expect(try await stage.send(.get, "/", host: "evil.example:8080").status == 421)
        #expect(try await stage.send(.get, "/", host: "localhost:8080").status == 200)
        #expect(try await stage.send(.get, "/", host: "[::1]:8080").status == 200)
    }

    @Test func aWriteNeedsTheTokenOfOurPages() async throws {
        let stage = try ConsoleStage()
        let body = #"{"decision":"confirm","accounts":["o6_account_0001"]}"#
        #expect(try await stage.send(.post, "/api/v1/decisions", body: body).status == 403)
        let token = try await stage.token
        let wrong = try await stage.send(
            .post, "/api/v1/decisions", body: body, headers: ["X-PromoGuard-Token": String(token.reversed())])
        #expect(wrong.status == 403)
        let elsewhere = try await stage.send(
            .post, "/api/v1/decisions", body: body,
            headers: ["X-PromoGuard-Token": token, "Sec-Fetch-Site": "cross-site"])
        #expect(elsewhere.status == 403)
        #expect(try stage.file.decisions().isEmpty)
        #expect(try await stage.postJSON("/api/v1/decisions", body).status == 200)
        #expect(try stage.file.decisions().map(\.reviewer) == ["tester"])
    }

    @Test func withReviewersNobodyElseGetsIn() async throws {
        let stage = try ConsoleStage(reviewers: Self.reviewers)
        #expect(try await stage.get("/").headers[.location] == "/sign-in")
        #expect(try await stage.get("/api/v1/flags").status == 401)
        #expect(try await stage.get("/metrics").status == 401)
        #expect(try await stage.get("/healthz").status == 200)
        let wrong = try await stage.get(
            "/api/v1/flags", headers: ["Authorization": "Bearer lin-secret-012345678"])
        #expect(wrong.status == 401)
        let bearer = ["Authorization": "Bearer wu-secret-0123456789"]
        #expect(try await stage.get("/api/v1/flags", headers: bearer).status == 200)
        let decided = try await stage.send(
            .post, "/api/v1/decisions", body: #"{"decision":"clear","accounts":["o6_account_0001"]}"#,
            headers: bearer)
        #expect(decided.status == 200)
        #expect(try stage.file.decisions().map(\.reviewer) == ["wu"])
    }

    @Test func signingInGivesASessionWithItsOwnToken() async throws {
        let stage = try ConsoleStage(reviewers: Self.reviewers)
        #expect(try await stage.send(.post, "/sign-in", body: "secret=guess").status == 403)
        let signedIn = try await stage.send(.post, "/sign-in", body: "secret=lin-secret-0123456789")
        let cookie = try #require(signedIn.headers[.setCookie])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
        let mine = ["Cookie": String(cookie.prefix { $0 != ";" })]
        let session = try await stage.get("/api/v1/session", headers: mine).json
        #expect(session["reviewer"] as? String == "lin")
        // The cookie alone, which another site's form would send as well, is not enough.
        let body = #"{"decision":"clear","accounts":["o6_account_0001"]}"#
        #expect(try await stage.send(.post, "/api/v1/decisions", body: body, headers: mine).status == 403)
    }

    @Test func idsAreMaskedUntilAskedForAndThatIsAudited() async throws {
        let stage = try ConsoleStage()
        let reference = stage.console.references.reference("o6_account_0001")
        for path in [
            "/", "/accounts/\(reference)", "/api/v1/flags", "/api/v1/accounts/o6_account_0001",
            "/bulk?status=all",
        ] {
            #expect(try await !stage.get(path).text.contains("account_0001"))
        }
        #expect(try stage.file.auditTrail().isEmpty)
        let shown = try await stage.postForm("/accounts/\(reference)/unmask", [])
        #expect(shown.text.contains("o6_account_0001"))
        let entry = try #require(try stage.file.auditTrail().first)
        #expect(entry.action == "unmask" && entry.who == "tester" && entry.accountID == "o6_account_0001")
        let labels = try await stage.postForm("/labels", [])
        #expect(labels.status == 200)
        #expect(try stage.file.auditTrail().first?.action == "export")
    }

    @Test func whoAsksTooOftenIsHeldToARate() {
        let limiter = RateLimiter()
        for _ in 0..<Int(RateLimiter.Kind.signIn.burst) {
            #expect(limiter.refusal("a", .signIn, at: .zero) == nil)
        }
        #expect(limiter.refusal("a", .signIn, at: .zero) == 5)
        #expect(limiter.refusal("b", .signIn, at: .zero) == nil)
        #expect(limiter.refusal("a", .signIn, at: .seconds(5)) == nil)
        #expect(limiter.refusal("a", .signIn, at: .seconds(5)) != nil)
    }

    @Test func aLargeRequestIsRefused() async throws {
        let stage = try ConsoleStage()
        let answer = try await stage.postJSON(
            "/api/v1/decisions", #"{"note":""# + String(repeating: "x", count: 70_000) + #""}"#)
        #expect(answer.status == 413)
    }

    @Test(arguments: ["//evil.example/", "/\\evil.example", "https://evil.example/", "/ok\r\nX: y"])
    func settingsLeadNowhereElse(back: String) async throws {
        let answer = try await ConsoleStage().get("/settings?theme=dark&back=" + FormFields.encode(back))
        #expect(answer.headers[.location] == "/")
    }

    @Test func hostileTextStaysText() async throws {
        let id = #"</td><script>alert(1)</script>"onload="x"#
        let nasty = "<img src=x onerror=alert(2)>"
        var evidence = AccountEvidence(
            accountID: id, firstSeenMs: 1,
            events: [
                .init(ms: 5, event: nasty, amountFen: 5, campaign: nasty, thing: nasty, couponAbuse: 0.5)
            ])
        evidence.money.claimedFen = 100
        let gangs = GangTables(
            gangs: [
                Gang(
                    id: "g-\"><b>", members: 1, flagged: 1, density: 1, score: 1, firstSeenMs: 0,
                    lastSeenMs: 1,
                    takenFen: 0, pendingFen: 0, claimSpanMs: nil,
                    ties: [.init(kind: nasty, things: 1, accounts: 1)])
            ],
            members: [GangMember(gangID: "g-\"><b>", accountID: id, tie: 1, isFlagged: true, joinedMs: 0)],
            links: [AccountLink(accountID: id, kind: nasty, thingKey: 7, accounts: 2, lastMs: 0)],
            ownTags: \.tags)
        let stage = try ConsoleStage(
            [.sample(id, reasons: [.init(feature: nasty, value: 1, contribution: 2)], tags: [nasty])],
            evidence: [evidence], gangs: gangs)
        let reference = stage.console.references.reference(id)
        let paths = [
            "/", "/accounts/" + reference, "/gangs", "/gangs/" + FormFields.encode("g-\"><b>"), "/overview",
            "/?campaign=" + FormFields.encode(nasty), "/bulk?q=" + FormFields.encode(nasty),
            "/nowhere" + FormFields.encode(nasty), "/?sort=" + FormFields.encode(nasty),
        ]
        for path in paths {
            let text = try await stage.get(path).text
            #expect(!text.contains("<img") && !text.contains("alert(1)</script>") && !text.contains("<b>\""))
            #expect(text.components(separatedBy: "<script").count == 2)
        }
        let shown = try await stage.postForm("/accounts/\(reference)/unmask", [])
        #expect(shown.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    }
}
