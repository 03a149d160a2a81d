import Testing

@testable import ActivityLog

/// What a format's file may say, and what is said of one that is wrong.
@Suite struct FormatFileTests {
    static let small = #"""
        {
          "format": "mine",
          "detect": ["/t", "/who"],
          "event": {"from": "/what", "names": {"got": "coupon_claim"}},
          "fields": {
            "ts": {"at": "/t", "as": "epoch"},
            "account_id": "/who"
          }
        }
        """#

    func read(_ text: String) throws -> FormatDefinition {
        try FormatDefinition(Array(text.utf8), file: "mine.json") { (name) throws(FormatError) in
            FormatLibrary.named(name)
        }
    }

    func problem(_ text: String) -> String {
        do {
            _ = try read(text)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func aSmallFileIsEnough() throws {
        let mapped = Mapped(
            [Array(#"{"t":1793448005,"who":7,"what":"got"}"#.utf8)], [try read(FormatFileTests.small)])
        #expect(mapped.accounts == ["7"])
        #expect(mapped.events.map(\.ts) == [1_793_448_005_000] && mapped.events.map(\.type) == [.couponClaim])
    }

    @Test(arguments: [
        (#""detect""#, #""detcet""#, #"line 3 at "detcet": this key is not known; did you mean "detect"?"#),
        (#""names""#, #""name""#, #"line 4 at "event.name": this key is not known; did you mean "names"?"#),
        (
            "coupon_claim", "cupon_claim",
            #"line 4 at "event.names.got": there is no event type "cupon_claim"; did you mean "coupon_claim"?"#
        ),
        (
            #""account_id""#, #""acount_id""#,
            #"line 7 at "fields.acount_id": this key is not known; did you mean "account_id"?"#
        ),
        ("epoch", "epohc", #"line 6 at "fields.ts.as": the step "epohc" is not known; there are str"#),
        (#""/t", "as""#, #""t", "as""#, #"line 6 at "fields.ts.at": "t" is no pointer"#),
        (
            #""at": "/t""#, #""att": "/t""#,
            #"line 6 at "fields.ts.att": this key is not known; did you mean "at"?"#
        ),
        (#""/who"]"#, #""/who]"#, "line 3: this string is not well written"),
        (#""/who"]"#, #""/who"],,"#, "line 3: a key in double quotes has to stand here"),
        (#""/what""#, "7", #"line 4 at "event.from": an object in { } has to stand here"#),
        (#""epoch""#, #""fen""#, #"line 6 at "fields.ts": the step fen does not give what this field takes"#),
        (#""epoch""#, #""like:(a|b)""#, "groups and choices are not known here"),
        (#""epoch""#, #""like:a{70}""#, "is no count"),
        (#""epoch""#, #""like:[a-z]{40}[0-9]{40}""#, "more than 63 places"),
        (#""epoch""#, #""local:Shanghai""#, "wants a zone, as in local:+08:00"),
        (#""/who""#, #""/user/session_key""#, "must not be read"),
        (
            #""account_id": "/who""#, #""ip": "/who""#,
            #"line 1 at "fields": the field "account_id" is missing"#
        ),
        (#""format": "mine""#, #""format": "auto""#, #"line 2 at "format": "auto" means something else"#),
        (
            #""format": "mine","#, #""format": "mine", "extends": "sensor","#,
            #"line 2 at "extends": there is no format "sensor" to extend"#
        ),
    ])
    func aTypoIsAnErrorThatNamesFileLineAndKey(_ good: String, _ bad: String, _ message: String) {
        let text = FormatFileTests.small.replacing(
            good, with: bad, maxReplacements: good == #""/who""# ? 2 : 1)
        let problem = problem(text)
        #expect(problem.hasPrefix("cannot use format file mine.json, line "))
        #expect(problem.contains(message), "\(problem)")
    }

    @Test func aFileExtendsAnother() throws {
        let mine = try read(
            #"{"format":"our-shop","extends":"sensors","event":{"names":{"LingQuan":"coupon_claim","PayOrder":"other"}},"fields":{"coupon_id":"/properties/quan","ip":[]},"drop":[{"at":"/event","is":"Ping"}]}"#
        )
        func event(_ name: String, _ more: String) -> Mapped {
            let line =
                #"{"distinct_id":"U","login_id":"U","type":"track","event":"\#(name)","time":1793448005200,"properties":{\#(more)}}"#
            return Mapped([Array(line.utf8)], [mine])
        }
        let own = event("LingQuan", #""quan":"Q1","coupon_id":"C1","$ip":"203.0.113.1""#)
        #expect(own.events.map(\.type) == [.couponClaim])
        #expect(own.events[0].couponKey == IdentifierHash()(Array("Q1".utf8).span.bytes))
        #expect(!own.events[0].has(.ip))
        #expect(event("CouponReceive", #""coupon_id":"C1""#).events[0].has(.couponID))
        #expect(event("PayOrder", "").events.map(\.type) == [.other])
        #expect(
            event("Ping", "").dropped == 1 && event("SubmitOrder", "").events.map(\.type) == [.orderSubmit])
    }

    @Test func aFileTakesThePlaceOfWhatItExtends() throws {
        var configuration = ReadConfiguration()
        #expect(throws: ReadError.self) { try FormatChoice(["sensorz"]) }
        #expect(throws: ReadError.self) { try FormatChoice(["/nowhere/x.json"]) }
        configuration.formats = try FormatChoice(["sensors"])
        let selector = FormatSelector(configuration)
        #expect(selector.name(of: selector.fallback) == "sensors")
        #expect(FormatChoice().fingerprint != configuration.formats.fingerprint)
    }
}
