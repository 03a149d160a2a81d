import Foundation
import Testing

@testable import RiskModel

@Suite struct CSVTests {
    private func records(_ text: String) throws -> [[String]] {
        var reader = CSVReader(bytes: Array(text.utf8), name: "t.csv")
        var result: [[String]] = []
        while try reader.next() { result.append((0..<reader.fieldCount).map { reader.field($0) }) }
        return result
    }

    @Test func readsQuotesLineEndsAndAByteOrderMark() throws {
        let wanted = [["a", "b,1"], ["say \"hi\"\r\nthere", ""], ["", "é优"]]
        for end in ["\n", "\r\n", "\r"] {
            for last in [end, ""] {
                let text = "\u{feff}a,\"b,1\"\(end)\"say \"\"hi\"\"\r\nthere\",\(end)\(end)\"\",é优\(last)"
                #expect(try records(text) == wanted)
            }
        }
        #expect(try records("") == [])
        #expect(try records("\n\n") == [])
        #expect(try records("\"\"\n") == [[""]])
        #expect(try records("a,") == [["a", ""]])
    }

    @Test func brokenQuotesNameTheLine() {
        for (text, line) in [("a\n\"b\nc\n", 2), ("a\n\"b\"c\n", 2)] {
            let error = #expect(throws: CSVError.self) { try records(text) }
            #expect(error?.line == line)
        }
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        let rows = [["\u{feff}a", "b"], ["", ""], ["x,\"y\"\r\nz", " 优 "], [""], ["\r", "\n"]]
        var writer = CSVWriter()
        for row in rows { writer.append(row) }
        #expect(try records(String(decoding: writer.bytes, as: UTF8.self)) == rows)
    }

    @Test func readsAFileInParts() throws {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("promoguard-\(UUID().uuidString).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var writer = CSVWriter()
        for row in 0..<30_000 { writer.append(["account \(row)", "\"q,\(row)"]) }
        try Data(writer.bytes).write(to: URL(fileURLWithPath: path))
        var reader = try CSVReader(path: path)
        var row = 0
        while try reader.next() {
            if reader.fieldCount != 2 || reader.field(0) != "account \(row)"
                || reader.field(1) != "\"q,\(row)"
                || reader.line != row + 1
            {
                Issue.record("row \(row)")
                break
            }
            row += 1
        }
        #expect(row == 30_000)
    }

    @Test func numbersAreRead() throws {
        var reader = CSVReader(bytes: Array("1.5, -2e3 ,,NA,x\n".utf8), name: "t")
        #expect(try reader.next())
        #expect(reader.number(0) == 1.5)
        #expect(reader.number(1) == -2000)
        #expect(reader.number(2)?.isNaN == true)
        #expect(reader.number(3)?.isNaN == true)
        #expect(reader.number(4) == nil)
    }

    @Test func filesThatCannotBeReadSayWhy() {
        for path in ["/none/labels.csv", "/"] {
            let error = #expect(throws: CSVError.self) { try LabelsCSV.read(path) }
            #expect(error?.description.hasPrefix("cannot read \(path): ") == true)
        }
    }
}

@Suite struct LabelsTests {
    private func labels(_ text: String) throws -> [AccountLabel] {
        try LabelsCSV.read(bytes: Array(text.utf8), name: "labels.csv")
    }

    @Test func readsColumnsInAnyOrder() throws {
        let text =
            "\u{feff}note,label,as_of_ms,account_id,risk\r\n"
            + "x,1,1700000000000,\"a,1\",coupon_abuse\r\n,0,,b,fake_order\r\n"
        #expect(
            try labels(text) == [
                AccountLabel(
                    accountID: "a,1", risk: .couponAbuse, isAbuse: true, asOfMs: 1_700_000_000_000, line: 2),
                AccountLabel(accountID: "b", risk: .fakeOrder, isAbuse: false, line: 3),
            ])
    }

    @Test func aRepeatedLabelCountsOnce() throws {
        let text = "account_id,risk,label\na,coupon_abuse,1\na,fake_order,0\na,coupon_abuse,1\n"
        #expect(try labels(text).count == 2)
    }

    @Test func theSameAccountMayBeJudgedAtSeveralTimes() throws {
        let text =
            "account_id,risk,label,as_of_ms\na,coupon_abuse,0,5\na,coupon_abuse,1,9\na,coupon_abuse,1,\n"
        #expect(try labels(text).count == 3)
    }

    @Test(
        arguments: [
            ("", nil, "is empty"),
            ("account_id,risk,label\n", nil, "holds no labels"),
            ("account,risk,label\na,fake_order,1\n", 1, "no column account_id"),
            ("account_id,risk,risk,label\n", 1, "risk comes twice"),
            ("account_id,risk,label\na,coupon,1\n", 2, "risk is \"coupon\"; use coupon_abuse or fake_order"),
            ("account_id,risk,label\n\na,fake_order,yes\n", 3, "label is \"yes\""),
            ("account_id,risk,label\n,fake_order,1\n", 2, "account_id is empty"),
            ("account_id,risk,label\na,fake_order\n", 2, "2 fields, the header has 3"),
            ("account_id,risk,label,as_of_ms\na,fake_order,1,1.5\n", 2, "as_of_ms is \"1.5\""),
            ("account_id,risk,label,as_of_ms\na,fake_order,1,-5\n", 2, "as_of_ms is \"-5\""),
            (
                "account_id,risk,label\na,fake_order,1\nb,fake_order,1\na,fake_order,0\n", 4,
                "line 2 labels it 1"
            ),
        ] as [(String, Int?, String)])
    func errorsNameTheLineAndTheCause(text: String, line: Int?, cause: String) {
        let error = #expect(throws: CSVError.self) { try labels(text) }
        #expect(error?.line == line)
        #expect(error?.description.contains(cause) == true, "\(String(describing: error))")
        #expect(error?.description.contains("labels.csv") == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        let written = [
            AccountLabel(accountID: "a\"b,", risk: .couponAbuse, isAbuse: true, asOfMs: 7, line: 2),
            AccountLabel(accountID: "c", risk: .fakeOrder, isAbuse: false, line: 3),
        ]
        #expect(try LabelsCSV.read(bytes: LabelsCSV.text(written), name: "l") == written)
        #expect(
            String(decoding: LabelsCSV.text([written[1]]), as: UTF8.self)
                == "account_id,risk,label\nc,fake_order,0\n")
    }
}
