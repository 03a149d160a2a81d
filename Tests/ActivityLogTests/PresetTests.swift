import LogStage
import Testing

@testable import ActivityLog

/// Each built-in format, on lines like those of its vendor's own code.
@Suite struct PresetTests {
    @Test(arguments: FormatFixtures.all)
    func aLineBecomesTheEventThatItsCanonicalSpellingIs(_ fixture: FormatFixtures.Fixture) throws {
        let mapped = Mapped(fixture.line, fixture.format)
        #expect(try mapped.described == Mapped.canonical(fixture.canonical))
        #expect(mapped.rejected.isEmpty && mapped.dropped == fixture.dropped)
        #expect(mapped.unmapped.isEmpty && mapped.unfit.isEmpty && mapped.unreadableStrings == 0)
    }

    @Test(arguments: FormatFixtures.all)
    func aLineIsRecognisedAsItsFormatAlone(_ fixture: FormatFixtures.Fixture) throws {
        let selector = FormatSelector(ReadConfiguration())
        let found = Array(fixture.line.utf8).withUnsafeBytes { selector.find($0, isCanonical: false) }
        #expect(selector.name(of: found) == fixture.format)
    }

    @Test func everyFormatHasAFixtureOrIsAWrapper() {
        let tested = Set(FormatFixtures.all.map(\.format))
        for format in FormatLibrary.all {
            #expect(tested.contains(format.name) != format.isWrapper, "\(format.name)")
        }
    }

    /// Lines of any format within what log services and collectors put around them.
    @Test(arguments: FormatFixtures.all)
    func aWrappedLineIsWhatItIsInside(_ fixture: FormatFixtures.Fixture) throws {
        let content = quoted(fixture.line)
        let wrapped = [
            "sls": #"{"__time__":1793448006,"__topic__":"","__source__":"10.0.0.8","content":\#(content)}"#,
            "cls": #"{"__TIMESTAMP__":"1793448006000","__SOURCE__":"10.0.0.8","__CONTENT__":\#(content)}"#,
        ]
        for (wrapper, line) in wrapped.sorted(by: { $0.key < $1.key }) {
            let selector = FormatSelector(ReadConfiguration())
            let found = Array(line.utf8).withUnsafeBytes { selector.find($0, isCanonical: false) }
            #expect(selector.name(of: found) == "\(wrapper)+\(fixture.format)")
            let mapped = Mapped(line, "\(wrapper)+\(fixture.format)")
            #expect(try mapped.described == Mapped.canonical(fixture.canonical))
            #expect(mapped.dropped == fixture.dropped && mapped.rejected.isEmpty)
        }
    }

    @Test func whatACollectorAddsIsSeenFromWithin() throws {
        let body = FormatFixtures.all.first { $0.format == "sensors-wire" }!
        let event = FormatFixtures.sensors.line.replacing(#","$ip":"198.51.100.20""#, with: "")
        let wire = "data=" + percentEncoded(base64(Array(event.utf8)))
        let line =
            #"{"msec":1793448007,"remote_addr":"203.0.113.9","uri":"/sa","status":200,"request_body":\#(quoted(wire))}"#
        let shipped = #"{"__time__":"1793448009","__source__":"10.0.0.8","content":\#(quoted(line))}"#
        let expected = try Mapped.canonical(
            body.canonical.map { $0.replacing("198.51.100.20", with: "203.0.113.9") })
        #expect(Mapped(line, "nginx-body+sensors-wire").described == expected)
        #expect(Mapped(shipped, "sls+nginx-body+sensors-wire").described == expected)
        let selector = FormatSelector(ReadConfiguration())
        let found = Array(shipped.utf8).withUnsafeBytes { selector.find($0, isCanonical: false) }
        #expect(selector.name(of: found) == "sls+nginx-body+sensors-wire")
    }

    /// SLS splits a line's keys; what was an object is then a string of JSON.
    @Test func aLineWhoseObjectsBecameStringsIsReadAlike() throws {
        let line = #"""
            {"__time__":1793448006,"distinct_id":"U77","type":"track","event":"PayOrder","time":"1793448005200","properties":"{\"$is_login_id\":true,\"pay_amount\":\"101.5\",\"$ip\":\"203.0.113.1\"}"}
            """#
        let expected = try Mapped.canonical([
            #"{"ts":1793448005200,"event":"order_pay","account_id":"U77","amount_fen":10150,"ip":"203.0.113.1"}"#
        ])
        #expect(Mapped(line, "sensors").described == expected)
    }

    @Test func anArrayOnALineIsAsManyEvents() throws {
        let fixture = FormatFixtures.sensors
        let profile = #"{"distinct_id":"U77","type":"profile_set","time":1793448005200,"properties":{}}"#
        let mapped = Mapped("[\(fixture.line), \(profile), 7, \(fixture.line)]", "sensors")
        #expect(try mapped.described == Mapped.canonical(fixture.canonical + fixture.canonical))
        #expect(mapped.dropped == 1 && mapped.rejected == [.notObject])
        let batch = FormatFixtures.all.first { $0.format == "segment" }!
        let sent = Mapped(
            #"{"batch":[\#(batch.line),\#(batch.line)],"sentAt":"2026-10-31T12:00:31Z"}"#, "segment")
        #expect(try sent.described == Mapped.canonical(batch.canonical + batch.canonical))
    }

    // MARK: Identity

    @Test(arguments: [
        (#""login_id":"U1","anonymous_id":"oAAAAAAAAAAAAAAAAAAAAAAAAAA1""#, "U1"),
        (#""identities":{"$identity_mp_unionid":"uni"}"#, "uni"),
        (#""identities":{"$identity_mp_wxb_openid":"o2","$identity_mp_wxa_openid":"o1"}"#, "o1"),
        (#""properties":{"$is_login_id":false,"openid":"o3"}"#, "o3"),
        (#""anonymous_id":"oAAAAAAAAAAAAAAAAAAAAAAAAAA1""#, "oAAAAAAAAAAAAAAAAAAAAAAAAAA1"),
        (#""anonymous_id":"1793448000000-7298353-06""#, "D"),
    ])
    func aSensorsAccountIsTheUserElseUnionidElseOpenid(_ more: String, _ account: String) {
        let line = #"{"distinct_id":"D","type":"track","event":"Login","time":1793448005200,\#(more)}"#
        #expect(Mapped(line, "sensors").accounts == [account])
    }

    /// An SDK's random id names nobody: what is done before the login is no account's.
    @Test(arguments: [
        (
            "sensors",
            #"{"distinct_id":"1793448000000-72-06","type":"track","event":"$MPLaunch","time":1793448005200}"#
        ),
        (
            "growingio",
            #"{"eventType":"VISIT","deviceId":"4bf3ef1c-3e48-4144-a3f8-91b9c27339a5","timestamp":1793448005200}"#
        ),
        (
            "segment",
            #"{"type":"page","messageId":"m","anonymousId":"a-1","timestamp":"2026-10-31T12:00:30Z"}"#
        ),
        (
            "thinkingdata",
            ##"{"#type":"track","#time":"2026-10-31 20:00:23","#event_name":"Login","#distinct_id":"r-1"}"##
        ),
        ("youshu", #"{"type":"app_show","props":{"time":1793448035300,"wx_user":{"local_id":"L"}}}"#),
    ])
    func anAnonymousRecordIsRejectedForWantOfAnAccount(_ format: String, _ line: String) {
        #expect(Mapped(line, format).rejected == [.missingAccount])
    }

    @Test func anOpenidInPlaceOfADeviceIsNoDevice() {
        let line =
            #"{"eventType":"VISIT","deviceId":"oAAAAAAAAAAAAAAAAAAAAAAAAAA1","timestamp":1793448005200}"#
        let mapped = Mapped(line, "growingio")
        #expect(mapped.accounts == ["oAAAAAAAAAAAAAAAAAAAAAAAAAA1"])
        #expect(mapped.events[0].deviceKey == 0 && mapped.events[0].deviceSource == .unknown)
    }

    @Test(arguments: [
        // `pay` opens the payment sheet and `cancel_pay` closes it; `refund` asks for one.
        ("give_order", EventType.orderSubmit), ("pay", .click), ("payed", .orderPay),
        ("cancel_give_order", .orderCancel), ("cancel_pay", .click), ("refund", .refundApply),
    ])
    func anOrdersStateIsInASubfieldOfYoushu(_ state: String, _ type: EventType) {
        let line =
            #"{"type":"custom_order","props":{"time":1793448035300,"order":{"order_status":"\#(state)"},"wx_user":{"open_id":"o"}}}"#
        #expect(Mapped(line, "youshu").events.map(\.type) == [type])
    }

    @Test func couponsTakenInOneMillisecondOfYoushuAreSeveral() {
        let lines = ["C1", "C2", "C1"].map {
            #"{"type":"get_coupon","tracking_id":"x-1","props":{"time":1793448035300,"coupon":{"coupon_id":"\#($0)"},"wx_user":{"open_id":"o"}}}"#
        }
        let ids = lines.map { Mapped($0, "youshu").events[0].eventIDKey }
        #expect(ids[0] != 0 && ids[0] != ids[1] && ids[0] == ids[2])
    }

    /// nginx writes `-` for what it does not have.
    @Test func aDashOfNginxIsNoValue() {
        let line =
            #"{"msec":"1793448006.6","remote_addr":"203.0.113.77","xff":"-","uri":"/api/x","status":200,"uid":"-","req_id":"-","device_id":"-","openid":"oX"}"#
        let mapped = Mapped(line, "nginx")
        #expect(mapped.accounts == ["oX"])
        let event = mapped.events[0]
        #expect(event.eventIDKey == 0 && event.deviceKey == 0 && event.ipKey != 0)
    }

    @Test func aRefererOfTheDevelopersToolsIsSeen() {
        let line =
            #"{"msec":"1793448006.6","remote_addr":"203.0.113.77","uri":"/api/x","status":"404","referer":"https://servicewechat.com/wx00/devtools/page-frame.html","ua":"iPhone","openid":"oX"}"#
        let event = Mapped(line, "nginx").events[0]
        #expect(
            event.platform == .devtools && event.type == .apiCall && !event.ok
                && event.ts == 1_793_448_006_600)
    }
}
