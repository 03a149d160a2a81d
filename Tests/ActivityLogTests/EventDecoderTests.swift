import Testing

@testable import ActivityLog

@Suite struct EventDecoderTests {
    let hash = IdentifierHash()

    /// Decodes a line that stands alone and, with a decoder that has seen it, the same line with something misleading
    /// behind it: they have to be alike.
    func read(
        _ line: [UInt8], behind: [UInt8] = Array(#","ts":1,"ok":false,"page":"x"}"#.utf8),
        with decoder: inout EventDecoder, into batch: inout EventBatch
    ) throws(RejectReason) {
        var reason: RejectReason?
        do throws(RejectReason) {
            try decoder.decode(line.span.bytes, into: &batch)
        } catch {
            reason = error
        }
        let room = line + behind + [UInt8](repeating: 0x31, count: EventDecoder.margin)
        for margin in [EventDecoder.margin, 1] {
            var again = EventBatch()
            var secondReason: RejectReason?
            room.withUnsafeBytes {
                do throws(RejectReason) {
                    let line = UnsafeRawBufferPointer(rebasing: $0[..<line.count])
                    try decoder.decode(line.bytes, margin: margin, into: &again)
                } catch {
                    secondReason = error
                }
            }
            #expect(secondReason == reason)
            guard reason == nil, let first = batch.events.last, var second = again.events.first else {
                continue
            }
            second.accountTextOffset = first.accountTextOffset
            #expect(String(reflecting: second) == String(reflecting: first))
            #expect(batch.text.suffix(again.text.count).elementsEqual(again.text))
        }
        if let reason { throw reason }
    }

    func decode(_ bytes: [UInt8]) throws -> (event: Event, account: String) {
        var decoder = EventDecoder()
        var batch = EventBatch()
        batch.text = Array("before".utf8)
        try read(bytes, with: &decoder, into: &batch)
        let event = batch.events[0]
        let start = Int(event.accountTextOffset)
        let text = batch.text[start..<start + Int(event.accountTextLength)]
        #expect(start == 6 && batch.text.count == 6 + text.count)
        return (event, String(decoding: text, as: UTF8.self))
    }

    func decode(_ text: String) throws -> (event: Event, account: String) { try decode(Array(text.utf8)) }

    /// An event with the required fields and some more, as `,"key":value`.
    func decode(with more: String) throws -> Event {
        try decode("{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"a\"\(more)}").event
    }

    func reason(_ bytes: [UInt8]) -> RejectReason? {
        var decoder = EventDecoder()
        var batch = EventBatch()
        do throws(RejectReason) {
            try read(bytes, with: &decoder, into: &batch)
            return nil
        } catch {
            #expect(batch.events.isEmpty && batch.text.isEmpty)
            return error
        }
    }

    func reason(with more: String) -> RejectReason? {
        reason(Array("{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"a\"\(more)}".utf8))
    }

    func key(_ text: String) -> UInt64 { hash(Array(text.utf8).span.bytes) }

    // MARK: Fields

    @Test func fillsEveryField() throws {
        let event = try decode(
            """
            {"ts":1767225600123,"event":"order_pay","account_id":"acc-1","event_id":"e1","device_id":"d1",\
            "device_source":"vendor","ip":"203.0.113.9","wifi_id":"w1","session_id":"s1","network":"wifi",\
            "platform":"android","brand":"Xiaomi","model":"M1","os_version":"14","wx_version":"8.0.50",\
            "scene":1047,"wx_risk_rank":3,"wx_device_risk_rank":4,"wx_device_uv_1d":12,"page":"p","dwell_ms":1500,\
            "campaign_id":"c1","coupon_id":"k1","coupon_instance":"i1","points":-20,"order_id":"o1",\
            "merchant_id":"m1","sku_id":"u1","group_id":"g1","quantity":2,"amount_fen":19900,"discount_fen":500,\
            "refund_fen":100,"phone_id":"ph","phone_prefix":"1380013","address_id":"ad","payer_id":"pa",\
            "tracking_id":"tr","inviter_id":"in","peer_id":"pe","rating":5,"ok":false}
            """)
        let e = event.event
        #expect(event.account == "acc-1")
        #expect(e.present == (1 << UInt64(EventField.allCases.count)) - 1)
        #expect(e.ts == 1_767_225_600_123 && e.type == .orderPay && e.accountKey == key("acc-1"))
        #expect(e.eventIDKey == key("e1") && e.deviceKey == key("d1") && e.deviceSource == .vendor)
        #expect(e.ipKey != 0 && e.networkKey != 0 && e.wifiKey == key("w1") && e.sessionKey == key("s1"))
        #expect(e.network == .wifi && e.platform == .android && !e.modelIsEmulator)
        #expect(e.modelKey == IdentifierHash.combine(key("Xiaomi"), key("M1")))
        #expect(
            e.fingerprintKey
                == IdentifierHash.combine(e.modelKey, IdentifierHash.combine(key("14"), key("8.0.50"))))
        #expect(e.scene == 1047 && e.wxRiskRank == 3 && e.wxDeviceRiskRank == 4 && e.wxDeviceUsers1d == 12)
        #expect(e.pageKey == key("p") && e.dwellMs == 1500 && e.campaignKey == key("c1"))
        #expect(e.couponKey == key("k1") && e.couponInstanceKey == key("i1") && e.points == -20)
        #expect(e.orderKey == key("o1") && e.merchantKey == key("m1") && e.skuKey == key("u1"))
        #expect(e.groupKey == key("g1") && e.quantity == 2)
        #expect(e.amountFen == 19900 && e.discountFen == 500 && e.refundFen == 100)
        #expect(e.phoneKey == key("ph") && e.phonePrefixKey == key("1380013") && e.addressKey == key("ad"))
        #expect(e.payerKey == key("pa") && e.trackingKey == key("tr"))
        #expect(e.inviterKey == key("in") && e.peerKey == key("pe") && e.rating == 5 && !e.ok)
        #expect(e.tieBreak >> 56 == UInt64(EventType.orderPay.rawValue))
    }

    @Test func keysMayComeInAnyOrderWithSpaceAndUnknownOnesBetween() throws {
        let plain = try decode(with: ",\"scene\":7,\"page\":\"x\"")
        let other = try decode(
            " { \"page\" : \"x\" ,\t\"extra\":{\"a\":[1,{\"ts\":\"no\"},null],\"b\":true},\"scene\": 7 , "
                + "\"account_id\":\"a\",\"wx_device_risk_rank_is_longer\":[],\"\":0,\"event\":\"click\","
                + "\"ts\":1767225600000 } \r"
        ).event
        #expect("\(plain)" == "\(other)")
    }

    @Test func theSameDecoderReadsLinesOfDifferentOrder() throws {
        var decoder = EventDecoder()
        var batch = EventBatch()
        let lines = [
            "{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"a\",\"page\":\"q\"}",
            "{\"account_id\":\"a\",\"ts\":1767225600000,\"page\":\"q\",\"event\":\"click\"}",
            "{\"page\":\"q\",\"page2\":\"r\",\"event\":\"click\",\"ts\":1767225600000,\"account_id\":\"a\"}",
        ]
        for index in [0, 1, 2, 1, 0, 2, 0, 0, 1, 1] {
            batch.removeAll()
            try decoder.decode(Array(lines[index].utf8).span.bytes, into: &batch)
            let event = try decode(lines[index]).event
            #expect(batch.events[0].tieBreak == event.tieBreak && batch.events[0].pageKey == key("q"))
        }
    }

    @Test func everyTypePlatformAndFieldNameIsKnown() throws {
        for type in EventType.allCases {
            let event = try decode("{\"ts\":1767225600000,\"event\":\"\(type.name)\",\"account_id\":\"a\"}")
                .event
            #expect(event.type == type)
        }
        for platform in Platform.allCases where platform != .unknown {
            #expect(try decode(with: ",\"platform\":\"\(platform)\"").platform == platform)
        }
        for field in EventField.allCases where ![.ts, .event, .accountID].contains(field) {
            let value =
                field == .ok ? "true" : EventDecoder.integers & EventDecoder.bit(field) != 0 ? "1" : "\"v\""
            let event = try decode(with: ",\"\(field.name)\":\(value)")
            #expect(event.has(field), "\(field)")
            #expect(event.present.nonzeroBitCount == 4)
        }
    }

    @Test func unknownWordsAreKeptAsUnknown() throws {
        let event = try decode(
            "{\"ts\":1767225600000,\"event\":\"teleport\",\"account_id\":\"a\",\"platform\":\"symbian\","
                + "\"device_source\":\"guess\",\"network\":\"pigeon\"}"
        ).event
        #expect(event.type == .other && event.platform == .unknown)
        #expect(event.deviceSource == .unknown && event.network == .unknown)
        #expect(event.has(.platform) && event.has(.deviceSource) && event.has(.network))
    }

    @Test func nullAndEmptyAreAbsent() throws {
        let event = try decode(
            with: ",\"device_id\":null,\"page\":\"\",\"ok\":null,\"scene\":null,\"model\":\"\"")
        #expect(event.present.nonzeroBitCount == 3)
        #expect(event.deviceKey == 0 && event.pageKey == 0 && event.ok && event.modelKey == 0)
    }

    @Test func theLastOfAKeyGivenTwiceCounts() throws {
        let event = try decode(
            with: ",\"page\":\"x\",\"page\":\"y\",\"scene\":1,\"scene\":null,\"ip\":\"1.2.3.4\",\"ip\":null,"
                + "\"points\":\"no\",\"points\":3,\"model\":\"emulator\",\"model\":null,\"platform\":\"ios\","
                + "\"platform\":\"mac\",\"ts\":1767225600009,\"account_id\":\"last\"")
        #expect(event.pageKey == key("y") && !event.has(.scene) && event.scene == 0)
        #expect(!event.has(.ip) && event.ipKey == 0 && event.networkKey == 0)
        #expect(event.points == 3 && !event.modelIsEmulator && event.platform == .mac)
        #expect(event.ts == 1_767_225_600_009 && event.accountKey == key("last"))
        #expect(reason(with: ",\"points\":3,\"points\":\"no\"") == .wrongType)
        #expect(reason(with: ",\"account_id\":null") == .missingAccount)
    }

    // MARK: Text

    @Test func escapesAreResolvedBeforeHashing() throws {
        let event = try decode(
            "{\"ts\":1767225600000,\"\\u0065vent\":\"cl\\u0069ck\",\"account_id\":\"\\u5c0f\\u7c73\\ud83d\\ude00\\n\\/\\\\\"}"
        )
        #expect(event.account == "小米😀\n/\\")
        #expect(event.event.accountKey == key("小米😀\n/\\") && event.event.type == .click)
        let raw = try decode("{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"小米😀\\n/\\\\\"}")
        #expect(raw.event.accountKey == event.event.accountKey && raw.account == event.account)
    }

    @Test func aKeyWithAZeroInItIsNotTheFieldWithoutIt() throws {
        #expect(!(try decode(with: ",\"page\\u0000\":\"x\"").has(.page)))
    }

    @Test func textsOfAnyLengthAreHashedWhole() throws {
        for length in 1...40 {
            let text = String(repeating: "q", count: length)
            #expect(try decode(with: ",\"page\":\"\(text)\"").pageKey == key(text))
            #expect(try decode(with: ",\"page\":\"\(text)\\u0071\"").pageKey == key(text + "q"))
        }
    }

    @Test func stringsHaveAtMost512Bytes() throws {
        let longest = String(repeating: "é", count: 256)
        #expect(try decode(with: ",\"page\":\"\(longest)\"").pageKey == key(longest))
        #expect(reason(with: ",\"page\":\"\(longest)x\"") == .stringTooLong)
        #expect(
            reason(with: ",\"account_id\":\"\(String(repeating: "x", count: 10_000))\"") == .stringTooLong)
        #expect(reason(with: ",\"unknown\":\"\(longest)x\"") == nil)
        #expect(reason(with: ",\"page\":\"\(String(repeating: "\\u0061", count: 512))\"") == nil)
    }

    // MARK: Numbers

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("12345678", 12_345_678), ("1234567890123", 1_234_567_890_123),
            ("123456789012345678", 123_456_789_012_345_678), ("9223372036854775807", Int64.max),
            ("12.0", 12), ("1e3", 1000), ("1E+3", 1000), ("1.5e1", 15), ("1200e-2", 12), ("0.12e2", 12),
            ("0e999999999999", 0), ("0.000", 0), ("10000000000000000000000e-20", 100), ("120.00e-1", 12),
        ] as [(String, Int64)])
    func wholeNumbersOfAnyForm(_ text: String, _ value: Int64) throws {
        #expect(try decode(with: ",\"amount_fen\":\(text)").amountFen == value)
        #expect(try decode(with: ",\"amount_fen\": \(text) ,\"page\":\"x\"").amountFen == value)
    }

    @Test(arguments: [
        "1.5", "1e-1", "9223372036854775808", "1e19", "1e400", "123456789012345678901",
        "1e-99999999999999999999", "true", "\"5\"", "[]", "{}",
    ])
    func otherAmountsAreOfTheWrongType(_ text: String) {
        #expect(reason(with: ",\"amount_fen\":\(text)") == .wrongType)
    }

    @Test(arguments: ["01", "-", "1.", ".5", "+1", "1e", "1e+", "0x1", "1_000", "NaN", "--1", "1.e1", "00"])
    func malformedNumbersAreNoJSON(_ text: String) {
        #expect(reason(with: ",\"amount_fen\":\(text)") == .notJSON)
        #expect(reason(with: ",\"unknown\":\(text)") == .notJSON)
    }

    @Test(arguments: ["amount_fen", "discount_fen", "refund_fen"])
    func moneyBelowZeroIsRefusedAsSuch(_ field: String) throws {
        for text in ["-1", "-1e3", "-9223372036854775808"] {
            #expect(reason(with: ",\"\(field)\":\(text)") == .negativeAmount)
        }
        // Of a key given twice the last counts.
        #expect(try decode(with: ",\"\(field)\":-1,\"\(field)\":12").has(.ts))
        #expect(reason(with: ",\"\(field)\":12,\"\(field)\":-1") == .negativeAmount)
    }

    @Test func aCountBelowZeroIsUnknown() throws {
        let event = try decode(
            with:
                ",\"quantity\":-1,\"rating\":-5,\"dwell_ms\":-1,\"wx_risk_rank\":-1,\"points\":-7,\"scene\":-2"
        )
        for field in [EventField.quantity, .rating, .dwellMs, .wxRiskRank] { #expect(!event.has(field)) }
        #expect(event.quantity == 0 && event.rating == 0 && event.dwellMs == 0)
        #expect(event.points == -7 && event.has(.points) && event.scene == -2)
        #expect(try !decode(with: ",\"rating\":5,\"rating\":-5").has(.rating))
    }

    @Test func smallFieldsSaturate() throws {
        let event = try decode(
            with: ",\"points\":-99999999999,\"dwell_ms\":99999999999,\"wx_risk_rank\":300,\"rating\":700,"
                + "\"wx_device_uv_1d\":70000")
        #expect(event.points == Int32.min && event.dwellMs == Int32.max && event.wxRiskRank == 255)
        #expect(event.rating == 255 && event.wxDeviceUsers1d == 65535)
    }

    // MARK: Bad input

    @Test(
        arguments: [
            ("", .notJSON), ("hello", .notJSON), ("[1,2]", .notObject), ("\"x\"", .notObject),
            ("12", .notObject),
            ("null", .notObject), ("[1,", .notJSON), ("{", .notJSON), ("{}", .missingTimestamp),
            ("{\"a\"}", .notJSON),
            ("{\"a\":1,}", .notJSON), ("{\"a\":[1,]}", .notJSON), ("[1,]", .notJSON), ("{,}", .notJSON),
            ("{\"a\":1 \"b\":2}", .notJSON), ("{a:1}", .notJSON),
            ("{\"a\":1}}", .trailingCharacters), ("{} {}", .trailingCharacters), ("{\"a\":tru}", .notJSON),
            ("{\"a\":\"x}", .notJSON), ("{\"a\":\"\\x\"}", .notJSON), ("{\"a\":\"\\u12g4\"}", .notJSON),
            ("{\"page\":\"\\ud800\"}", .invalidUTF8), ("{\"page\":\"\\udc00x\"}", .invalidUTF8),
            ("{\"page\":\"\\ud800\\u0041\"}", .invalidUTF8), ("{\"\\ud800\":1}", .invalidUTF8),
            ("{\"a\":\"\\ud80\"}", .notJSON), ("{\"a\":\"\\ud800\\x\"}", .notJSON),
            ("{\"a\":\"tab\there\"}", .controlCharacter),
            ("{\"a\":[1 2]}", .notJSON), ("{\"a\":[}", .notJSON), ("{\"a\":{\"b\":1]}", .notJSON),
            ("{\"ts\":1767225600000,\"event\":\"click\"}", .missingAccount),
            ("{\"ts\":1767225600000,\"account_id\":\"a\"}", .missingEvent),
            ("{\"event\":\"click\",\"account_id\":\"a\"}", .missingTimestamp),
            ("{\"ts\":\"1767225600000\",\"event\":\"click\",\"account_id\":\"a\"}", .wrongType),
            ("{\"ts\":1767225600000,\"event\":5,\"account_id\":\"a\"}", .wrongType),
            ("{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":17}", .wrongType),
            ("{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"\"}", .missingAccount),
            ("{\"ts\":1767225600,\"event\":\"click\",\"account_id\":\"a\"}", .timestampOutOfRange),
            ("{\"ts\":-5,\"event\":\"click\",\"account_id\":\"a\"}", .timestampOutOfRange),
            ("{\"ts\":253402300799000,\"event\":\"click\",\"account_id\":\"a\"}", .timestampOutOfRange),
            ("{\"ts\":1767225600000.5,\"event\":\"click\",\"account_id\":\"a\"}", .wrongType),
        ] as [(String, RejectReason)])
    func badLinesAreRefused(_ text: String, _ expected: RejectReason) {
        #expect(reason(Array(text.utf8)) == expected)
    }

    /// Text that was cut in the middle of an emoji, in a field that is none of ours.
    @Test(arguments: [
        "\"abc\\ud83d\"", "\"\\udc00x\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\ud83d\\ude00\"",
        "[\"\\ud83d\",{\"\\ud83d\":\"x\\ud83d\\\"\"}]",
    ])
    func aSkippedValueMayBeCutWithinACharacter(value: String) {
        for key in ["nickname", "extra"] {
            for line in [
                "{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"a\",\"\(key)\":\(value)}",
                "{\"\(key)\":\(value),\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"a\",\"page\":\"p\"}",
            ] { #expect(reason(Array(line.utf8)) == nil, "\(line)") }
        }
    }

    @Test func badBytesAreRefused() {
        #expect(reason(Array("{\"a\":\"x".utf8) + [0] + Array("\"}".utf8)) == .controlCharacter)
        #expect(reason([0, 0, 0]) == .notJSON)
        #expect(reason(Array("{\"a\":1".utf8) + [0] + Array("}".utf8)) == .notJSON)
        let sequences: [[UInt8]] = [
            [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF], [0xE4, 0xB8], [0xF0, 0x9F, 0x98],
        ]
        for bytes in sequences {
            for key in ["page", "unknown"] {
                let line = "{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"a\",\"\(key)\":\"x"
                #expect(reason(Array(line.utf8) + bytes + Array("y\"}".utf8)) == .invalidUTF8, "\(bytes)")
            }
            #expect(reason(Array("{\"k".utf8) + bytes + Array("\":1}".utf8)) == .invalidUTF8)
        }
    }

    @Test func nestingIsBounded() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(reason(with: ",\"x\":\(nested(63))") == nil)
        #expect(reason(with: ",\"x\":\(nested(64))") == .tooDeep)
        #expect(reason(with: ",\"x\":\(nested(100_000))") == .tooDeep)
    }

    @Test func everyCutOfALineIsRefused() {
        let line = Array(
            "{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"a\\u00e9é\",\"x\":[1.5e3,{\"y\":null}],\"ok\":true}"
                .utf8)
        #expect(reason(line) == nil)
        for count in 0..<line.count { #expect(reason(Array(line[..<count])) != nil, "\(count) bytes") }
    }

    // MARK: Addresses and models

    func address(_ text: String) throws -> Event { try decode(with: ",\"ip\":\"\(text)\"") }

    @Test func addressesOfOneNetworkShareItsKey() throws {
        let a = try address("203.0.113.9")
        let b = try address("203.0.113.200")
        let c = try address("203.0.112.9")
        #expect(a.ipKey != b.ipKey && a.networkKey == b.networkKey && a.networkKey != c.networkKey)
        #expect(try address("::ffff:203.0.113.9").ipKey == a.ipKey)
        #expect(try address("::FFFF:cb00:7109").ipKey == a.ipKey)
        let d = try address("2001:db8:1:2::5")
        let e = try address("2001:0db8:0001:0002:ffff::")
        let f = try address("2001:db8:1:3::5")
        #expect(d.ipKey == e.ipKey && d.ipKey != f.ipKey && d.networkKey == f.networkKey && d.ipKey != 0)
    }

    @Test(arguments: [
        "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.9.9", "127.0.0.1",
        "169.254.1.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fc00::1", "fdff::1",
        "fe80::1%eth0",
        "ff02::1", "::ffff:10.0.0.1",
        // No addresses at all.
        "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.", "a.b.c.d", "1..2.3", ":", ":::", "1:2",
        "1:2:3:4:5:6:7:8:9",
        "2001:db8::1::2", "12345::1", "-", "unknown", "1.2.3.4 ", "2001:db8:1:2:3:4:5:", "0001.2.3.4",
    ])
    func reservedAndUnreadableAddressesAreNoEvidence(_ text: String) throws {
        let event = try address(text)
        #expect(event.ipKey == 0 && event.networkKey == 0 && event.has(.ip))
    }

    @Test(arguments: [
        "172.32.0.1", "172.15.0.1", "100.63.0.1", "100.128.0.1", "192.0.2.1", "223.255.255.254", "9.9.9.9",
    ])
    func neighboursOfReservedRangesCount(_ text: String) throws {
        #expect(try address(text).ipKey != 0)
    }

    @Test func emulatorsAreKnownByTheirModel() throws {
        for model in [
            "sdk_gphone64_x86_64", "Android SDK built for x86", "MuMu", "Nox Player", "LDPlayer",
            "\\u004dumu",
        ] {
            #expect(try decode(with: ",\"model\":\"\(model)\"").modelIsEmulator, "\(model)")
        }
        for model in ["iPhone15,3", "SM-S9180", "mu", "小米14"] {
            #expect(!(try decode(with: ",\"model\":\"\(model)\"").modelIsEmulator), "\(model)")
        }
    }

    @Test func aHashKeyChangesTheKeysAndNothingElse() throws {
        var configuration = ReadConfiguration()
        configuration.hash = IdentifierHash(key: Array("secret".utf8))
        var decoder = EventDecoder(configuration: configuration)
        var batch = EventBatch()
        try decoder.decode(
            Array(line(0, ",\"platform\":\"ios\",\"page\":\"p\"").utf8).span.bytes, into: &batch)
        #expect(batch.events[0].pageKey != key("p") && batch.events[0].pageKey != 0)
        #expect(batch.events[0].type == .click && batch.events[0].platform == .ios)
    }

    @Test func aTextHasOneKeyWhateverItsLengthAndPlace() throws {
        var decoder = EventDecoder()
        for length in 1...70 {
            let text = String((0..<length).map { Character(UnicodeScalar(UInt8(0x61 + $0 % 26))) })
            let escaped = "\\u0061" + text.dropFirst()
            let lines = [
                "{\"account_id\":\"\(text)\",\"ts\":1767225600000,\"event\":\"click\"}",
                "{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"\(text)\"}",
                "{\"ts\":1767225600000,\"event\":\"click\",\"account_id\" : \"\(text)\" }",
                "{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"\(escaped)\"}",
            ]
            for line in lines {
                // A line read for the second time comes in the order that the decoder expects.
                for _ in 0..<2 {
                    var batch = EventBatch()
                    try read(Array(line.utf8), with: &decoder, into: &batch)
                    #expect(batch.events[0].accountKey == key(text), "\(line)")
                    #expect(batch.text == Array(text.utf8), "\(line)")
                }
            }
        }
    }

    @Test func whatStandsBehindALineIsNoPartOfIt() throws {
        let whole = Array(
            (#"{"ts":1767225600000,"event":"flash_sale_attempt","account_id":"a12345678901234567890123456789012","#
                + #""points":12345678,"ok":true,"page":"","sku_id":"小米","scene":7,"quantity":1234567890123456}"#)
                .utf8)
        var decoder = EventDecoder()
        for length in whole.indices {
            var batch = EventBatch()
            #expect(throws: RejectReason.self) {
                try read(
                    Array(whole[..<length]), behind: Array(whole[length...]), with: &decoder, into: &batch)
            }
        }
        var batch = EventBatch()
        try read(whole, with: &decoder, into: &batch)
        #expect(batch.events[0].quantity == Int32.max && batch.events[0].points == 12_345_678)
    }

    @Test func numbersOfAnyLengthAreReadAlike() throws {
        var decoder = EventDecoder()
        for digits in 1...19 {
            let number = String("1234567890123456789".prefix(digits))
            for text in [number, "-" + number, number + ".0", "0" + number] {
                for end in ["}", " }", ",\"ok\":true}"] {
                    let line = Array(
                        "{\"ts\":1767225600000,\"event\":\"refund_done\",\"account_id\":\"a\",\"points\":\(text)\(end)"
                            .utf8)
                    var batch = EventBatch()
                    do throws(RejectReason) {
                        try read(line, with: &decoder, into: &batch)
                        #expect(batch.events[0].points == Int32(clamping: Int64(text.prefix { $0 != "." })!))
                        #expect(text.first != "0")
                    } catch {
                        #expect(error == .notJSON && text.first == "0")
                    }
                }
            }
        }
    }

    @Test func whatLinesBeforeSaidLeavesNoTrace() throws {
        let poor = Array(#"{"ts":1767225600000,"event":"click","account_id":"a"}"#.utf8)
        let rich = Array(
            (#"{"ts":1767225600001,"event":"order_pay","account_id":"b","ip":"8.8.8.8","brand":"x","#
                + #""model":"sdk_gphone","platform":"ios","network":"wifi","device_source":"sdk","scene":7,"#
                + #""rating":3,"amount_fen":5,"peer_id":"p","ok":false}"#).utf8)
        var decoder = EventDecoder()
        var fresh = Event()
        _ = try decoder.decode(poor.span.bytes, margin: 0, into: &fresh)
        var used = Event()
        _ = try decoder.decode(rich.span.bytes, margin: 0, into: &used)
        #expect(used.modelIsEmulator && !used.ok && used.ipKey != 0)
        _ = try decoder.decode(poor.span.bytes, margin: 0, into: &used)
        #expect(String(reflecting: used) == String(reflecting: fresh))
    }

    @Test func expectedFieldsAreJudgedLikeUnexpectedOnes() throws {
        var decoder = EventDecoder()
        func decode(_ more: String) -> Result<Event, RejectReason> {
            var batch = EventBatch()
            let line = "{\"ts\":1767225600000,\"event\":\"click\",\"account_id\":\"a\"\(more)}"
            do throws(RejectReason) {
                try read(Array(line.utf8), with: &decoder, into: &batch)
                return .success(batch.events[0])
            } catch {
                return .failure(error)
            }
        }
        func isRefused(_ more: String, _ reason: RejectReason) -> Bool {
            // Twice, so that the second comes in the expected order.
            for _ in 0..<2 {
                guard case .failure(reason) = decode(more) else { return false }
            }
            return true
        }
        for _ in 0..<2 {
            #expect(try decode(#","page":"p","scene":12,"ok":true"#).get().scene == 12)
        }
        #expect(isRefused(#","page":"p","scene":"12","ok":true"#, .wrongType))
        #expect(isRefused(#","page":7,"scene":12,"ok":true"#, .wrongType))
        #expect(isRefused(#","page":"p","scene":12,"ok":1"#, .wrongType))
        #expect(isRefused(#","page":"p","scene":012,"ok":true"#, .notJSON))
        #expect(isRefused(#","page":"p","scene":12"ok":true"#, .notJSON))
        #expect(isRefused(",\"page\":\"p\u{1}\"", .controlCharacter))
        let long = String(repeating: "x", count: 513)
        #expect(isRefused(",\"page\":\"\(long)\",\"scene\":12", .stringTooLong))
        for _ in 0..<2 {
            let event = try decode(#","page":"p","scene":12,"page":"","scene":null"#).get()
            #expect(event.pageKey == 0 && event.scene == 0 && !event.has(.page) && !event.has(.scene))
            let again = try decode(#","page":7,"scene":"x","page":"q","scene":3"#).get()
            #expect(again.pageKey == key("q") && again.scene == 3 && again.has(.page))
        }
    }
}
