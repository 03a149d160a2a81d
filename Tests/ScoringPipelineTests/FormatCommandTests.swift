import CaseFile
import Foundation
import GRDB
import Testing

@testable import ActivityLog

/// Logs of other formats than the schema's, as the program is typed.
@Suite struct FormatCommandTests {
    private let folder = TemporaryFolder()

    // MARK: inspect

    /// Lines of Sensors' with two names of the brand's own, one told by its words and one that is not.
    private func sensorsLog() throws -> String {
        var text = ""
        for index in 0..<40 {
            let names = ["LingQuanLe", index % 2 == 0 ? "PayOrder" : "KanYiKan"]
            for (place, name) in names.enumerated() {
                text +=
                    #"{"type":"track","time":\#(1_793_448_000_000 + index * 1000 + place),"distinct_id":"U\#(index)","login_id":"U\#(index)","event":"\#(name)","properties":{"mobile":"+86 138-0013-\#(8000 + index)","pay_amount":"0.30","$ip":"203.0.113.7"}}"#
                    + "\n"
            }
        }
        return try folder.write("mp.log", text)
    }

    @Test func inspectingAMappedLog() throws {
        let log = try sensorsLog()
        let mine = folder.file("mine.json")
        let outcome = try Program.promoguard("inspect", log, "--format-file", mine)
        #expect(outcome.exitCode == 0)
        let rows = outcome.text.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        #expect(rows.contains(["format", "sensors"]))
        #expect(rows.contains { $0.dropFirst() == ["plain", "sensors", "80", "80", "80", "0", "0"] })
        #expect(rows.contains(["amount_fen", "100%"]) && rows.contains(["phone_id", "0%"]))
        let first = try #require(rows.firstIndex(of: ["LingQuanLe", "40", "coupon_claim"]))
        #expect(rows[first + 1] == ["KanYiKan", "20"], "the most frequent comes first")
        #expect(rows.contains(["phone_accounts_30d", "phone_id"]))
        #expect(!rows.contains { $0.first == "near_threshold_share" }, "amounts are there")

        // The file it writes can be read, and what it names has a type then.
        let again = try Program.promoguard(
            "inspect", log, "--input-format", mine, "--format", "json")
        #expect(again.exitCode == 0, "\(again.errors)")
        let found = try object(again)
        let types = try #require(found["event_types"] as? [String: Int])
        #expect(types == ["coupon_claim": 40, "order_pay": 20, "other": 20])
    }

    @Test func inspectingAMappedLogAsJSON() throws {
        let found = try object(Program.promoguard("inspect", try sensorsLog(), "--format", "json"))
        #expect(found["format"] as? String == "sensors")
        let format = try #require((found["formats"] as? [[String: Any]])?.first)
        let unmapped = try #require(format["unmapped_events"] as? [[String: Any]])
        #expect(unmapped.map { $0["name"] as? String } == ["LingQuanLe", "KanYiKan"])
        #expect(unmapped.map { $0["events"] as? Int } == [40, 20])
        #expect(unmapped[0]["guess"] as? String == "coupon_claim" && unmapped[1]["guess"] is NSNull)
        #expect(format["unkeyed_values"] as? Int == 80)
        let coverage = try #require(found["coverage"] as? [String: Double])
        #expect(coverage["ip"] == 1 && coverage["phone_id"] == 0 && coverage["phone_prefix"] == 1)
        let source = try #require((found["sources"] as? [[String: Any]])?.first)
        #expect(source["records"] as? Int == 80 && source["events"] as? Int == 80)
        let blind = try #require(found["blind_features"] as? [[String: Any]])
        #expect(blind.contains { $0["feature"] as? String == "phone_accounts_30d" })
    }

    /// What is printed for want of `--format-file` is a file that `--input-format` takes.
    @Test func theFileThatIsPrintedIsAccepted() throws {
        let log = try sensorsLog()
        let printed = try Program.promoguard("inspect", log).text
        let start = try #require(printed.range(of: "\n{\n"))
        let mine = try folder.write("mine.json", String(printed[start.lowerBound...]))
        let outcome = try Program.promoguard("inspect", log, "--input-format", mine)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(outcome.text.contains("my-sensors"))
        #expect(!outcome.text.contains("LingQuanLe"), "it has a type now")
    }

    private func object(_ outcome: Program.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
    }

    // MARK: --hash-key-file

    /// The campaign in a format with raw phones, and that format's file.
    private func rawCampaign() throws -> (log: String, format: String, phones: Set<String>) {
        let fields = EventField.allCases.filter { ![.event, .phoneID, .phonePrefix].contains($0) }
            .map { "\"\($0.name)\": \"/\($0.name)\"" }
        let format = try folder.write(
            "raw.json",
            """
            {"format": "raw", "detect": ["/tel"], "event": {"from": "/event"}, "fields": {\(fields.joined(separator: ", ")),
            "phone_id": {"at": "/tel", "as": ["phone", "keyed"]}}}
            """)
        var phones: Set<String> = []
        let lines = TestCampaign.shared.lines.map { line in
            guard let key = line.range(of: "\"phone_id\":\""),
                let end = line[key.upperBound...].firstIndex(of: "\"")
            else { return line }
            let number = line[key.upperBound..<end].utf8.reduce(0) { ($0 * 31 + Int($1)) % 100_000_000 }
            let phone = "139" + String(100_000_000 + number).dropFirst()
            phones.insert(phone)
            return line.replacingCharacters(in: key.lowerBound..<end, with: "\"tel\":\"+86 \(phone)")
        }
        return (try folder.write("raw.log", TestCampaign.bytes(lines)), format, phones)
    }

    /// A database's links by phone: account and what its phone has become.
    private func phoneLinks(_ database: String) throws -> [String] {
        try DatabaseQueue(path: database).read {
            try String.fetchAll(
                $0,
                sql:
                    "SELECT account_id || ' ' || thing FROM account_links WHERE kind = 'phone' ORDER BY account_id, thing"
            )
        }
    }

    @Test func rawPhonesAreKeptAsKeyedHashesOnly() throws {
        let (log, format, phones) = try rawCampaign()
        #expect(phones.count > 20)
        func score(_ name: String, key: String?) throws -> (outcome: Program.Outcome, links: [String]) {
            let database = folder.file(name)
            let outcome = try Program.run(
                Program.promoguard,
                ["score", log, "--input-format", format, "--model", TestCampaign.shared.modelPath]
                    + ["--database", database] + (key.map { ["--hash-key-file", $0] } ?? []))
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
            // Before anything else opens the database: what it and its write-ahead log hold.
            for file in folder.names where file.hasPrefix(name) {
                let bytes = Data(try folder.bytes(file))
                for phone in phones {
                    #expect(bytes.range(of: Data(phone.utf8)) == nil, "\(phone) in \(file)")
                }
            }
            return (outcome, try phoneLinks(database))
        }
        let key = try folder.write("key", [UInt8](repeating: 7, count: 32))
        let other = try folder.write("other", [UInt8](repeating: 8, count: 32))
        let first = try score("first.sqlite", key: key).links
        #expect(first.count > 5)
        #expect(try score("second.sqlite", key: key).links == first, "the same key gives the same hashes")
        let others = Set(
            try score("third.sqlite", key: other).links.compactMap { $0.split(separator: " ").last })
        #expect(others.isDisjoint(with: first.compactMap { $0.split(separator: " ").last }))

        let without = try score("without.sqlite", key: nil)
        #expect(without.links.isEmpty)
        #expect(
            without.outcome.errors.contains("raw phones, addresses or payers left out: give --hash-key-file"))
    }

    @Test func aHashKeyThatCannotBeUsedIsOneClearLine() throws {
        let log = try sensorsLog()
        let database = folder.file("cases.sqlite")
        for (key, said) in [
            (folder.file("none"), "cannot read the hash key"), (folder.path, "cannot read the hash key"),
            (try folder.write("empty", ""), "it has 0 bytes; give it 16 to 65536"),
            (try folder.write("short", "fifteen bytes.."), "it has 15 bytes; give it 16 to 65536"),
        ] {
            let outcome = try Program.promoguard(
                "score", log, "--hash-key-file", key, "--database", database)
            #expect(outcome.exitCode == 1 && outcome.output.isEmpty)
            #expect(outcome.complaints.count == 1 && outcome.errors.contains(said), "\(outcome.errors)")
            #expect(outcome.errors.contains(key))
            #expect(!folder.names.contains("cases.sqlite"), "nothing is written")
        }
    }
}
