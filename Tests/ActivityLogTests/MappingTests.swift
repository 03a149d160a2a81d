import LogStage
import Testing

@testable import ActivityLog

/// What a record may do to the machine that maps it.
@Suite struct MappingTests {
    /// A format with fields as given, on records with `t`, `who` and `what`.
    func format(_ fields: String, more: String = "") throws -> FormatDefinition {
        let text =
            #"{"format":"mine","detect":["/t"]\#(more),"event":{"from":"/what"},"fields":{"ts":"/t","account_id":"/who"\#(fields)}}"#
        return try FormatDefinition(Array(text.utf8), file: "mine.json") { (_) throws(FormatError) in nil }
    }

    func map(
        _ record: String, _ fields: String, more: String = "",
        configuration: ReadConfiguration = ReadConfiguration()
    ) throws -> Mapped {
        let line = #"{"t":1793448005200,"who":"a","what":"click"\#(record)}"#
        return Mapped([Array(line.utf8)], [try format(fields, more: more)], configuration: configuration)
    }

    func key(_ text: String) -> UInt64 { IdentifierHash()(Array(text.utf8).span.bytes) }

    /// The first records of an array are read along with it and the others when it is their turn.
    @Test func aLongArrayIsReadLikeItsRecords() throws {
        let fields = #","coupon_id":"/m*x/id","order_id":"/inner/o","points":{"at":"/p","as":"int"}"#
        let array = try format(fields, more: #","explode":"/[]""#)
        let records = (0..<200).map { index in
            let key = index % 2 == 0 ? "maax" : "mzx"
            return #"{"t":\#(1_793_448_005_200 + index),"who":"a\#(index)","what":"click""#
                + (index % 3 == 0 ? #","\#(key)":{"id":"c\#(index)"},"mmx":{"id":"m\#(index)"}"# : "")
                + (index % 5 == 0 ? #","inner":"{\"o\":\"o\#(index)\"}""# : "")
                + (index % 7 == 0 ? #","p":\#(index)"# : index % 7 == 1 ? #","p":"many""# : "") + "}"
        }
        var elements: [String] = []
        for (index, record) in records.enumerated() {
            elements.append(record)
            if index % 9 == 0 { elements.append(["7", "[1]", "null", #""x""#][index % 4]) }
        }
        let alone = Mapped(records.map { Array($0.utf8) }, [array])
        let together = Mapped([Array("[\(elements.joined(separator: ","))]".utf8)], [array])
        #expect(together.events.map { "\($0)" } == alone.events.map { "\($0)" })
        #expect(together.accounts == alone.accounts && together.accounts.count == 200)
        #expect(together.unfit == alone.unfit && together.unreadableStrings == alone.unreadableStrings)
        #expect(together.rejected == [RejectReason](repeating: .notObject, count: 23))
    }

    @Test func whatNothingPointsAtMayBeCutWithinACharacter() throws {
        let fields = #","coupon_id":"/c""#
        let skipped = #","nickname":"abc\ud83d","deep":{"x":["\ud83d","\udc00x"]},"c":"C""#
        #expect(try map(skipped, fields).events.map(\.couponKey) == [key("C")])
        #expect(try map(#","c":"abc\ud83d""#, fields).rejected == [.invalidUTF8])
    }

    // MARK: Pointers

    @Test func keysMayHoldTildesSlashesStarsAndChinese() throws {
        let fields = #","coupon_id":"/a~1b~0c~2d/优惠","order_id":"/list/2","sku_id":"/m*x/id","page":"/a*b"}"#
            .dropLast()
        let record =
            #","a/b~c*d":{"优惠":"C"},"list":[1,"x",12.0],"m2x":{"id":"two"},"m1x":{"id":"one"},"ab":"short","azzb":7,"aXc":"no"}"#
            .dropLast()
        let event = try map(String(record), String(fields)).events[0]
        #expect(event.couponKey == key("C") && event.orderKey == key("12"))
        #expect(event.skuKey == key("one"), "of several keys that fit the smallest counts")
        #expect(event.pageKey == key("short"))
    }

    @Test func escapedKeysAndValuesAreResolved() throws {
        let event = try map(
            #","\u0069p":"203.0.113.9","quan\/":"C\u4f18","model":"a\tb""#,
            #","ip":"/ip","coupon_id":"/quan~1","model":"/model""#
        ).events[0]
        #expect(event.couponKey == key("C优") && event.ipKey != 0)
        #expect(event.modelKey == IdentifierHash.combine(0, key("a\tb")))
    }

    /// Keys that were met before are read on another way than new ones.
    @Test(arguments: ["", " ", "  ", "\t", " \t\r "])
    func whiteSpaceIsOfNoMeaningAlsoWhereKeysAreKnown(_ space: String) throws {
        let members = [
            #""t"~:~1793448005200"#, #""who"~:~"a""#, #""what"~:~"click""#,
            #""no"~:~{~"x"~:~"优惠"~,~"y"~:~[~1~]~}"#,
            #""quan"~:~"C"~"#, #""long"~:~"\#(String(repeating: "x", count: 200))""#, #""none"~:~null"#,
            #""fen"~:~-0.5"#,
        ]
        let line = Array("{~\(members.joined(separator: "~,~"))~}".replacing("~", with: space).utf8)
        let mapped = Mapped([line, line, line], [try format(#","coupon_id":"/quan""#)])
        #expect(mapped.rejected.isEmpty && mapped.events.count == 3)
        #expect(mapped.events.allSatisfy { $0.couponKey == key("C") })
    }

    @Test func aPointerIntoTheWrongTypeIsPassedOverAndCounted() throws {
        let mapped = try map(
            #","x":{"y":1},"n":"abc","l":[{"q":1}],"f":"maybe","d":"-5""#,
            #","ip":["/x","/x/y/z","/t/t"],"points":"/n","quantity":"/l","ok":{"at":"/f","as":"bool"},"amount_fen":{"at":"/d","as":"fen"}"#
        )
        #expect(mapped.events.count == 1 && mapped.rejected.isEmpty)
        #expect(mapped.unfit == [.ip: 1, .points: 1, .quantity: 1, .ok: 1, .amountFen: 1])
        #expect(mapped.events[0].present == 0b111)
    }

    @Test func theFirstThatGivesSomethingCounts() throws {
        let fields = #","ip":["/none","/null","/empty","/ip"],"page":["/p1","/p2"]"#
        let event = try map(
            #","null":null,"empty":"","ip":"203.0.113.9","p2":"two","p1":"one","p1":"last","p2":null"#, fields
        ).events[0]
        #expect(event.ipKey != 0 && event.pageKey == key("last"))
        #expect(try !map(#","p1":"one","p1":null"#, #","page":"/p1""#).events[0].has(.page))
    }

    @Test func idsAsNumbersAreTheirDigits() throws {
        for (written, text) in [
            ("12", "12"), ("12.0", "12"), ("1.2e1", "12"), ("-3", "-3"), ("12.5", "12.5"),
            ("123456789012345678901234567890", "123456789012345678901234567890"), ("true", "true"),
        ] {
            #expect(
                try map(#","o":\#(written)"#, #","order_id":"/o""#).events[0].orderKey == key(text),
                "\(written)")
        }
    }

    // MARK: Strings of JSON

    @Test func stringsOfJSONAreReadToADepth() throws {
        var value = #"{"id":"deep"}"#
        for depth in 1...6 {
            let fields = #","coupon_id":"/j"# + String(repeating: "/j", count: depth - 1) + #"/id""#
            let mapped = try map(#","j":\#(quoted(value))"#, fields)
            #expect(mapped.events.count == 1)
            #expect(
                mapped.events[0].has(.couponID) == (depth <= RecordScan.maximumInnerDepth), "depth \(depth)")
            #expect(mapped.unreadableStrings == (depth <= RecordScan.maximumInnerDepth ? 0 : 1))
            value = #"{"j":\#(quoted(value))}"#
        }
    }

    @Test(arguments: [#"{"id":"x""#, "{", "[", #"{"id":"x"}}"#, #"{"id":1e}"#])
    func aStringOfBrokenJSONIsOnlyAString(_ text: String) throws {
        let mapped = try map(#","j":\#(quoted(text))"#, #","coupon_id":"/j/id","page":"/j""#)
        #expect(mapped.events.count == 1 && !mapped.events[0].has(.couponID))
        #expect(mapped.unreadableStrings == 1 && mapped.events[0].pageKey == key(text))
    }

    @Test func deepNestingIsRefusedAndNotFollowed() throws {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(try map(#","x":\#(deep)"#, "").rejected == [.tooDeep])
        #expect(try map(#","x":"\#(deep)""#, #","page":"/x/0""#).unreadableStrings == 1)
    }

    // MARK: Money, numbers, times

    @Test(
        arguments: [
            ("0.30000000000000004", 30), ("101.5", 10150), (#""109.9""#, 10990), ("20", 2000), ("0.005", 1),
            ("0.004999", 0),
            ("1e2", 10000), ("19.999999999999999999999999", 2000), (#"" 8.80 ""#, 880),
            ("92233720368547758.07", Int64.max),
            ("1.1e-1", 11), ("1e-400000", 0), (#""+3""#, 300),
        ] as [(String, Int64)])
    func yuanBecomeFenByDecimalArithmetic(_ written: String, _ fen: Int64) throws {
        let mapped = try map(#","m":\#(written)"#, #","amount_fen":{"at":"/m","as":"fen"}"#)
        #expect(mapped.events[0].amountFen == fen && mapped.unfit.isEmpty)
    }

    @Test(arguments: ["1e300", #""12,50""#, #""¥5""#, "-0.01", #""""#, #""1.2.3""#, "1e99999999999"])
    func whatIsNoAmountIsLeftOut(_ written: String) throws {
        #expect(
            try !map(#","m":\#(written)"#, #","amount_fen":{"at":"/m","as":"fen"}"#).events[0].has(.amountFen)
        )
    }

    @Test func sumsAndDifferencesAreOfFen() throws {
        let mapped = try map(
            #","l":[{"m":0.1},{"m":"0.2"},{"m":null},{"m":"x"}],"o":129.9,"d":20.5"#,
            #","amount_fen":{"at":"/l/*/m","as":["fen","sum"]},"refund_fen":{"at":"/o","as":"fen","minus":"/d"},"discount_fen":{"at":"/d","as":"fen","minus":"/o"}"#
        )
        #expect(mapped.events[0].amountFen == 30 && mapped.events[0].refundFen == 10940)
        #expect(mapped.events[0].discountFen == 0)
    }

    @Test(
        arguments: [
            ("1793448006", 1_793_448_006_000), ("1793448006.600", 1_793_448_006_600),
            ("1793448006600", 1_793_448_006_600),
            ("1793448006600123", 1_793_448_006_600), ("1793448006600123456", 1_793_448_006_600),
            (#""1793448006.0999""#, 1_793_448_006_100),
        ] as [(String, Int64)])
    func anEpochIsOfAnyUnit(_ written: String, _ ms: Int64) throws {
        #expect(
            Mapped([Array(#"{"t":\#(written),"who":"a","what":"click"}"#.utf8)], [try format("")]).events.map(
                \.ts) == [ms])
    }

    @Test(
        arguments: [
            ("2026-10-31T12:00:30.159Z", 1_793_448_030_159), ("2026-10-31T20:00:30+08:00", 1_793_448_030_000),
            ("2026-10-31 20:00:30.1599+0800", 1_793_448_030_159),
            ("2026/10/31 6:30:30 -0530", 1_793_448_030_000),
            ("2026-10-31T12:00:30", nil), ("2026-02-29T12:00:30Z", nil),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("2026-13-01T12:00:30Z", nil), ("2026-10-31", nil), ("2026-10-31T24:00:00Z", nil),
            ("2026-10-31T12:00:30.Z", nil),
            ("2026-10-31T12:00:30Zx", nil), ("2026-10-31T12:00:30+", nil), ("", nil),
        ] as [(String, Int64?)])
    func aTimeWithoutAZoneIsNoTimeUnlessTheFormatHasOne(_ text: String, _ ms: Int64?) {
        let bytes = Array(text.utf8)
        #expect(bytes.withUnsafeBytes { TimeText.milliseconds($0, zoneMinutes: nil) } == ms)
        if text == "2026-10-31T12:00:30" {
            let zoned = bytes.withUnsafeBytes { TimeText.milliseconds($0, zoneMinutes: 480) }
            #expect(zoned == 1_793_419_230_000)
        }
    }

    @Test func aTimeThatCannotBeReadRejectsTheRecord() throws {
        let format = try format("", more: "")
        func reasons(_ record: String) -> [RejectReason] { Mapped([Array(record.utf8)], [format]).rejected }
        #expect(reasons(#"{"t":"2026-10-31 20:00:30","who":"a","what":"b"}"#) == [.unreadableTimestamp])
        #expect(reasons(#"{"who":"a","what":"b"}"#) == [.missingTimestamp])
        #expect(reasons(#"{"t":17,"who":"a","what":"b"}"#) == [.timestampOutOfRange])
        #expect(reasons(#"{"t":1793448006,"what":"b"}"#) == [.missingAccount])
        #expect(reasons(#"{"t":1793448006,"who":"a"}"#) == [.missingEvent])
        #expect(
            reasons(#"{"t":1793448006,"who":"\#(String(repeating: "a", count: 513))","what":"b"}"#) == [
                .stringTooLong
            ])
        #expect(
            reasons(#"[1]"#) == [.notObject] && reasons("nonsense") == [.notJSON]
                && reasons(#"{} {}"#) == [.trailingCharacters])
    }

    // MARK: Steps

    @Test(
        arguments: [
            ("wx-1007", #""strip:wx-""#, "1007"), ("1007", #""strip:wx-""#, "1007"),
            ("iPhone 14<15,2>", #""cut:<:0""#, "iPhone 14"),
            ("a::b", #""cut::::1""#, "b"), ("a,b", #""cut:,:2""#, nil),
            ("x=1&y=%E6%98%A5+z", #""query:y""#, "春 z"), ("x=1", #""query:y""#, nil),
            ("UA NetType/WIFI L", #"["after:NetType/","cut: :0","lower"]"#, "wifi"),
            ("UA", #""after:NetType/""#, nil),
            ("4", #""map:4=wifi,0=cellular""#, "wifi"), ("5", #""map:4=wifi""#, nil),
            ("abcdef", #""first:3""#, "abc"),
            ("o1234", #""like:o\\d+""#, "o1234"), ("p1234", #""like:o\\d+""#, nil),
            ("+86 138-0013-8000", #""phone""#, "13800138000"),
            ("0086 13800138000", #""phone""#, "13800138000"), ("12", #""phone""#, nil),
        ] as [(String, String, String?)])
    func stepsTurnTextIntoText(_ text: String, _ steps: String, _ result: String?) throws {
        let event = try map(#","x":\#(quoted(text))"#, #","page":{"at":"/x","as":\#(steps)}"#).events[0]
        #expect(event.pageKey == (result.map { key($0) } ?? 0))
    }

    // MARK: Secrets

    @Test func rawPhonesAreHashedWithTheKeyOrLeftOut() throws {
        let fields =
            #","phone_id":{"at":"/mobile","as":["phone","keyed"]},"payer_id":{"at":"/payer","as":"keyed"},"phone_prefix":{"at":"/mobile","as":["phone","first:7"]}"#
        let record = #","mobile":"+8613800138000","payer":"oPayer""#
        let without = try map(record, fields)
        #expect(without.unkeyed == 2 && without.events[0].phoneKey == 0 && without.events[0].payerKey == 0)
        #expect(without.events[0].phonePrefixKey == key("1380013"))
        var configuration = ReadConfiguration()
        configuration.keyedHash = KeyedHash(secret: Array("0123456789abcdef".utf8))
        let with = try map(record, fields, configuration: configuration)
        configuration.keyedHash = KeyedHash(secret: Array("0123456789abcdeg".utf8))
        let other = try map(record, fields, configuration: configuration)
        #expect(
            with.unkeyed == 0 && with.events[0].phoneKey != 0 && with.events[0].phoneKey != key("13800138000")
        )
        #expect(other.events[0].phoneKey != with.events[0].phoneKey)
        let spelled = try map(#","mobile":13800138000"#, fields, configuration: configuration)
        #expect(spelled.events[0].phoneKey == other.events[0].phoneKey)
    }

    /// The vectors of the paper's reference code: keys 00 01 … 0f, messages 00 01 ….
    @Test func theKeyedHashIsSipHash() {
        let hash = KeyedHash(k0: 0x0706_0504_0302_0100, k1: 0x0F0E_0D0C_0B0A_0908)
        let vectors: [(Int, UInt64)] = [
            (0, 0x726F_DB47_DD0E_0E31), (1, 0x74F8_39C5_93DC_67FD), (15, 0xA129_CA61_49BE_45E5),
        ]
        for (count, expected) in vectors {
            #expect((0..<count).map { UInt8($0) }.withUnsafeBytes { hash($0) } == expected)
        }
    }

    @Test func aSessionKeyIsSeenAnywhereAndNeverKept() throws {
        #expect(try map(#","x":{"y":[{"session_key":"s"}]},"session_key":"t""#, "").sessionKeys == 2)
        var sample = Array(
            #"{"mobile":"13800138000","a":{"session_key" : "abc,d"},"m":"{\"mobile\":138}","session_key":"cut"#
                .utf8)
        Redaction.redact(&sample, keys: [Array("mobile".utf8)])
        #expect(
            String(decoding: sample, as: UTF8.self)
                == #"{"mobile":"***********","a":{"session_key" : "*****"},"m":"{\"mobile\":***}","session_key":"***"#
        )
        var decoder = EventDecoder()
        var batch = EventBatch()
        try decoder.decode(
            Array(
                #"{"session_key":"x","ts":1793448005200,"event":"login","account_id":"a","session_keys":1}"#
                    .utf8
            ).span.bytes, into: &batch)
        #expect(decoder.sessionKeys == 1)
    }

    // MARK: Wrapping and exploding

    @Test(
        arguments: [
            ("data_list=!!!", RejectReason.unreadableWrapping), ("data_list=", .unreadableWrapping),
            ("data_list=QQ", .notJSON),
            ("data_list=Q", .unreadableWrapping), ("other=QQ==", .unreadableWrapping),
            ("data_list=%4", .unreadableWrapping),
            ("data_list=H4sIAAAA", .unreadableWrapping), ("data_list=" + base64(Array("[]".utf8)), nil),
            (#"{"a":1}"#, .unreadableWrapping),
        ] as [(String, RejectReason?)])
    func whatCannotBeUnwrappedIsRejected(_ line: String, _ reason: RejectReason?) {
        #expect(Mapped(line, "sensors-wire").rejected == (reason.map { [$0] } ?? []))
    }

    @Test func gzipWithinBase64IsChecked() {
        let text = Array("[\(FormatFixtures.sensors.line)]".utf8)
        func mapped(_ gzip: [UInt8]) -> Mapped {
            Mapped("data_list=" + percentEncoded(base64(gzip)), "sensors-wire")
        }
        #expect(mapped(Gzip.memberWithFullHeader(text)).events.count == 1)
        var damaged = Gzip.member(text)
        damaged[damaged.count - 6] ^= 1
        #expect(mapped(damaged).rejected == [.unreadableWrapping])
        #expect(mapped(Array(Gzip.member(text).dropLast(9))).rejected == [.unreadableWrapping])
    }

    @Test func aBombWithinBase64IsRefused() {
        let bomb = Gzip.member([UInt8](repeating: 0x20, count: 64 << 20))
        #expect(Mapped("data=" + percentEncoded(base64(bomb)), "sensors-wire").rejected == [.tooLargeInside])
    }

    @Test func anExplosionIsBounded() {
        let items = Array(repeating: "{}", count: RecordScan.maximumItems + 1).joined(separator: ",")
        #expect(Mapped("[\(items)]", "sensors").rejected == [.tooManyItems])
        let most = Array(repeating: "{}", count: RecordScan.maximumItems).joined(separator: ",")
        #expect(Mapped("[\(most)]", "sensors").rejected.count == RecordScan.maximumItems)
        // What would be a gigabyte: eight megabytes of base64 in an event each of whose strings holds the next.
        let large = Gzip.member(Array(("[" + String(repeating: "[],", count: 2_700_000) + "[]]").utf8))
        #expect(Mapped("data=" + percentEncoded(base64(large)), "sensors-wire").rejected == [.tooManyItems])
    }

    @Test func aLineThatBreaksInItsMiddleGivesNothing() {
        let good = FormatFixtures.sensors.line
        #expect(Mapped("[\(good),{\"a\":]", "sensors").rejected == [.notJSON])
        #expect(Mapped("[\(good),{\"a\":]", "sensors").events.isEmpty)
    }

    // MARK: Patterns

    /// A matcher that tries everything.
    func matches(_ pattern: [(Character, Int, Int)], _ text: Substring) -> Bool {
        guard let (sign, least, most) = pattern.first else { return text.isEmpty }
        var rest = text
        for count in 0...most {
            if count >= least, matches(Array(pattern.dropFirst()), rest) { return true }
            guard let first = rest.first, sign == "." || first == sign else { return false }
            rest = rest.dropFirst()
        }
        return false
    }

    @Test func patternsMatchAsOneThatTriesEverything() throws {
        var generator = SeededGenerator(7)
        for _ in 0..<3000 {
            let parts = (0..<Int.random(in: 1...6, using: &generator)).map {
                _ -> (Character, Int, Int, String) in
                let sign = "ab.".randomElement(using: &generator)!
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: return (sign, 0, 1, "\(sign)?")
                case 1: return (sign, 0, 20, "\(sign)*")
                case 2: return (sign, 1, 20, "\(sign)+")
                case 3: return (sign, 2, 2, "\(sign){2}")
                case 4: return (sign, 1, 3, "\(sign){1,3}")
                default: return (sign, 1, 1, "\(sign)")
                }
            }
            let pattern = try TextPattern(parts.map(\.3).joined())
            for _ in 0..<20 {
                let text = String(
                    (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                        "ab".randomElement(using: &generator)!
                    })
                let expected = matches(parts.map { ($0.0, $0.1, $0.2) }, text[...])
                let found = Array(text.utf8).withUnsafeBytes { pattern.matches($0) }
                #expect(found == expected, "\(parts.map(\.3).joined()) on \(text)")
            }
        }
    }

    @Test func noTextMakesAPatternSlow() throws {
        // What takes a backtracking matcher longer than the age of the world.
        let pattern = try TextPattern(String(repeating: "a*", count: 30) + "b")
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
        #expect(!text.withUnsafeBytes { pattern.matches($0) })
    }
}
