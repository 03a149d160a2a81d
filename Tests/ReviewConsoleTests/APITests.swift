import CaseFile
import Foundation
import HTTPTypes
import Testing

@testable import ReviewConsole

/// The same verbs for programs.
struct APITests {
    @Test func aListGoesOnToItsEndWithoutRepeats() async throws {
        let stage = try ConsoleStage(
            (0..<25).map { .sample("o6_account_\(100 + $0)", fen: Int64(1000 + $0 % 5)) })
        var seen: [String] = []
        var path: String? = "/api/v1/flags?limit=10&status=open"
        while let next = path {
            let page = try await stage.get(next).json
            seen += (page["flags"] as? [[String: Any]] ?? []).compactMap { $0["account"] as? String }
            path = (page["next"] as? String).map { "/api/v1/flags?limit=10&status=open&after=" + $0 }
        }
        #expect(seen.count == 25 && Set(seen).count == 25)
    }

    @Test func anyAccountHasAnAnswer() async throws {
        let stage = try ConsoleStage()
        let known = try await stage.get("/api/v1/accounts/o6_account_0001").json
        #expect(known["flagged"] as? Bool == true && known["account_id"] as? String == "o6…0001")
        let unknown = try await stage.get("/api/v1/accounts/" + FormFields.encode("陌生/人")).json
        #expect(unknown["flagged"] as? Bool == false)
    }

    @Test func decidingAndUndoing() async throws {
        let stage = try ConsoleStage([.sample(), .sample(risk: "fake_order", score: 0.7)])
        let made = try await stage.postJSON(
            "/api/v1/decisions", #"{"decision":"confirm","accounts":["o6_account_0001"],"risk":"fake_order"}"#
        )
        let answer = try made.json
        #expect(answer["decided"] as? Int == 1)
        let undo = try #require(answer["undo"] as? String)
        #expect(
            try await stage.postJSON("/api/v1/undo", "{\"undo\":\"\(undo)\"}").json["undone"] as? Int == 1)
        #expect(try stage.file.labels().isEmpty)
        let filter = #"{"decision":"clear","filter":"status=open"}"#
        #expect(try await stage.postJSON("/api/v1/decisions", filter).status == 400)
        let shown = try await stage.postJSON("/api/v1/preview", #"{"filter":"status=open"}"#).json
        #expect((shown["total"] as? [String: Any])?["flags"] as? Int == 2)
        let all = #"{"decision":"clear","filter":"status=open","expecting":2}"#
        #expect(try await stage.postJSON("/api/v1/decisions", all).json["decided"] as? Int == 2)
    }

    @Test func sayingTheSameAgainAddsNothing() async throws {
        let stage = try ConsoleStage()
        let body = #"{"decision":"confirm","accounts":["o6_account_0001"]}"#
        #expect(try await stage.postJSON("/api/v1/decisions", body).json["repeated"] as? Int == 0)
        let again = try await stage.postJSON("/api/v1/decisions", body)
        #expect(again.status == 200)
        #expect(try again.json["decided"] as? Int == 0 && again.json["repeated"] as? Int == 1)
        #expect(try stage.file.decisions().count == 1)
        let undo = #"{"accounts":["o6_account_0001"]}"#
        #expect(try await stage.postJSON("/api/v1/undo", undo).json["undone"] as? Int == 1)
        #expect(try stage.file.flags(account: "o6_account_0001").map(\.status) == [.open])
        let reference = stage.console.references.reference("o6_account_0001")
        for isAgain in [false, true] {
            let answer = try await stage.postForm(
                "/decide", [("decision", "clear"), ("flag", reference + ":coupon_abuse")])
            let page = try await stage.get(try #require(answer.headers[.location])).text
            #expect(page.contains("1 flag left as decided") == isAgain)
        }
        #expect(try stage.file.decisions().count == 3)
    }

    @Test func twoReviewersAtOnceLoseNothing() async throws {
        let stage = try ConsoleStage((0..<40).map { .sample("o6_account_\(100 + $0)") })
        let token = try await stage.token
        let console = stage.console
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    _ = try await console.decisions.decide(
                        number % 2 == 0 ? .confirm : .clear, [.accounts(["o6_account_\(100 + number)"])],
                        reviewer: "r\(number % 2)", note: nil)
                }
            }
            try await group.waitForAll()
        }
        #expect(!token.isEmpty)
        #expect(try stage.file.decisions().count == 40)
        #expect(try stage.file.total(FlagQuery(status: .confirmed)).flags == 20)
    }

    @Test(arguments: [
        "", "[]", "{", "null", #"{"decision":1}"#, #"{"decision":"confirm"}"#,
        #"{"decision":"undo","accounts":["a"]}"#,
        #"{"decision":"confirm","accounts":[]}"#, #"{"decision":"confirm","accounts":["a"],"filter":"x"}"#,
        #"{"decision":"confirm","filter":"risk=no","expecting":1}"#,
    ])
    func aBodyThatIsNoneIsABadRequest(body: String) async throws {
        #expect(try await ConsoleStage().postJSON("/api/v1/decisions", body).status == 400)
    }

    /// A mistyped filter must not select everything.
    @Test(arguments: [
        ("flags?search=x", "search"), ("flags?risk=fake_order&Q=", "Q"), ("gangs?page=2", "page"),
        ("accounts/o6_account_0001?raw=1", "raw"), ("overview?x", "x"),
        ("flags?min_score=2", "min_score"), ("flags?max_score=-0.1", "max_score"),
        ("flags?min_yuan=-1", "min_yuan"), ("flags?max_yuan=nan", "max_yuan"),
        ("flags?min_yuan=1e13", "min_yuan"),
    ])
    func whatCannotBeAskedIsNamed(query: String, name: String) async throws {
        let answer = try await ConsoleStage().get("/api/v1/" + query)
        #expect(answer.status == 400)
        #expect(answer.text.contains("“\(name)”"))
    }

    @Test func anUnknownNameInAFilterDecidesNothing() async throws {
        let stage = try ConsoleStage()
        let body = #"{"decision":"clear","filter":"search=x","expecting":1}"#
        let answer = try await stage.postJSON("/api/v1/decisions", body)
        #expect(answer.status == 400 && answer.text.contains("“search”"))
        #expect(try stage.file.decisions().isEmpty)
        #expect(try await stage.get("/?search=x").status == 200)
    }

    @Test(arguments: [
        ("GET", "/api/v1/decisions", "POST"), ("DELETE", "/api/v1/flags", "GET, HEAD"),
        ("POST", "/api/v1/flags", "GET, HEAD"), ("PUT", "/api/v1/accounts/~0000000000000000", "GET, HEAD"),
        ("GET", "/api/v1/accounts/o6_account_0001/unmask", "POST"), ("PATCH", "/", "GET, HEAD"),
    ])
    func aWrongMethodIsToldTheRightOnes(method: String, path: String, allowed: String) async throws {
        let answer = try await ConsoleStage().send(HTTPRequest.Method(method)!, path)
        #expect(answer.status == 405)
        #expect(answer.headers[.allow] == allowed)
    }

    @Test func anAddressThatIsNoneStaysNone() async throws {
        let stage = try ConsoleStage()
        for path in ["/api/v1/nothing", "/api/v1", "/api/v1/flags/x"] {
            #expect(try await stage.get(path).status == 404, "\(path)")
            #expect(try await stage.postJSON(path, "{}").status == 404, "\(path)")
        }
        #expect(try await stage.send(.head, "/api/v1/flags").status == 200)
    }

    @Test func theOpenAPIFileNamesEveryParameterOfTheList() async throws {
        let file = try await ConsoleStage().get("/api/v1/openapi.json").json
        let flags = (file["paths"] as? [String: [String: Any]])?["/api/v1/flags"]?["get"] as? [String: Any]
        let names = (flags?["parameters"] as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
        #expect(Set(names) == Set(QueueFilter.names + ["limit", "after"]))
    }

    @Test func theOpenAPIFileNamesEveryRoute() async throws {
        let stage = try ConsoleStage()
        let file = try await stage.get("/api/v1/openapi.json").json
        let paths = try #require(file["paths"] as? [String: [String: Any]])
        for (path, methods) in paths {
            let address = path.replacing("{account}", with: "o6_account_0001").replacing(
                "{gang}", with: "g-1")
            for method in methods.keys {
                let answer =
                    method == "get" ? try await stage.get(address) : try await stage.postJSON(address, "{}")
                #expect(answer.status != 405 && answer.status < 500)
                if answer.status == 404 { #expect(!answer.text.contains("no such page"), "\(path)") }
                let known = (methods[method] as? [String: Any])?["responses"] as? [String: Any] ?? [:]
                #expect(known[String(answer.status)] != nil, "\(method) \(path) \(answer.status)")
            }
        }
    }

    @Test func metricsCountRoutesAndFlags() async throws {
        let stage = try ConsoleStage()
        _ = try await stage.get("/api/v1/accounts/o6_account_0001")
        let text = try await stage.get("/metrics").text
        #expect(
            text.contains(
                #"promoguard_http_requests_total{route="/api/v1/accounts/:account",status="200"} 1"#)
                || text.contains(
                    #"promoguard_http_requests_total{route="/api/v1/accounts/{account}",status="200"} 1"#)
        )
        #expect(text.contains(#"promoguard_flags{risk="coupon_abuse",level="high",status="open"} 1"#))
        #expect(!text.contains("o6_account"))
    }
}
