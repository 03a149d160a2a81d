import Foundation
import Testing

@testable import RiskModel

@Suite final class TableTests {
    private let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("promoguard-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    private func file(_ text: String) throws -> String {
        let path = folder.appendingPathComponent("\(UUID().uuidString).csv").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func cell(_ text: String) -> TableCell {
        Array(text.utf8).withUnsafeBufferPointer { TableCell($0) }
    }

    @Test func cellsSayWhatTheyAre() {
        for text in ["", "  ", "NaN", "na", "N/A", "null", "None"] {
            #expect(cell(text) == .missing, "\(text)")
        }
        for text in ["inf", "-Infinity", "1e39", "-1e400"] { #expect(cell(text) == .notFinite, "\(text)") }
        for text in ["x", "1,5", "1e", "e5", "-", ".", "1 2", "0x10", "1_000", "12a"] {
            #expect(cell(text) == .text, "\(text)")
        }
    }

    /// Against the standard library, which rounds correctly.
    @Test func numbersAreReadAsTheStandardLibraryReadsThem() {
        var dice = Dice(11)
        var texts = ["0", "-0", "1.", ".5", "+7", "1E3", "1e-30", "123456789012345678901234567890", "0.1e1"]
        texts += [
            "9007199254740993", "0.000000000000000000000001234", "3.4028234e38", " 12 ", "1e22", "1e23",
        ]
        for _ in 0..<4000 {
            let number = (dice.uniform() - 0.5) * pow(10, Double(Int(dice.uniform() * 60) - 30))
            texts.append("\(number)")
            texts.append(String(format: "%.\(Int(dice.uniform() * 20))f", number))
            texts.append("\(Float(number))")
        }
        for text in texts {
            let wanted = Double(text.trimmingCharacters(in: .whitespaces))!
            #expect(cell(text) == .number(wanted), "\(text)")
        }
    }

    /// Random tables, written and read back: numbers, missing cells, texts with quotes, commas and line ends, in
    /// two scripts, with either line end, with and without a byte order mark and a last line end.
    @Test func whatIsWrittenReadsBackTheSame() throws {
        var dice = Dice(12)
        for round in 0..<40 {
            let rows = 60 + Int(dice.uniform() * 120)
            let kinds = ["苏州", "a,b", "say \"hi\"", "two\r\nlines", "other", "深 圳"]
            var numbers: [[Float]] = []
            var texts: [String] = []
            var csv = CSVWriter()
            csv.append(["数,值", "city", "label", "b"])
            for row in 0..<rows {
                let values = (0..<2).map { _ in
                    dice.uniform() < 0.2 ? Float.nan : Float((dice.normal() * 1000).rounded() / 64)
                }
                let text = dice.uniform() < 0.1 ? "" : kinds[Int(dice.uniform() * Double(kinds.count))]
                numbers.append(values)
                texts.append(text)
                let shown = values.map { $0.isNaN ? "" : "\($0)" }
                csv.append([shown[0], text, row % 2 == 0 ? "1" : "0", shown[1]])
            }
            var bytes = String(decoding: csv.bytes, as: UTF8.self)
            if round % 2 == 1 { bytes = "\u{feff}" + bytes }
            if round % 3 == 1 { bytes.removeLast() }
            let path = try file(bytes)
            let scan = try TableScan(path, roles: TableRoles(label: "label"))
            #expect(scan.rows == rows)
            var reader = try TableReader(
                path, features: scan.features, categories: scan.categories, roles: TableRoles(label: "label"))
            for row in 0..<rows {
                try #require(try reader.next())
                #expect(reader.label == (row % 2 == 0))
                for (name, column) in [("数,值", 0), ("b", 1)] {
                    let value = reader.values[try #require(scan.features.firstIndex(of: name))]
                    #expect(value == numbers[row][column] || value.isNaN && numbers[row][column].isNaN)
                }
                let known = scan.categories["city"] ?? []
                for (place, feature) in scan.features.enumerated() where feature.hasPrefix("city=") {
                    let value = String(feature.dropFirst(5))
                    let wanted: Float =
                        known.contains(value)
                        ? (texts[row] == value ? 1 : 0) : (known.contains(texts[row]) ? 0 : 1)
                    #expect(texts[row].isEmpty ? reader.values[place].isNaN : reader.values[place] == wanted)
                }
            }
            #expect(try !reader.next())
        }
    }

    @Test func columnsThatSayNothingAreNotedAndLeftOut() throws {
        var text = "a,copy,same,none,wild,name,label\n"
        for row in 0..<60 {
            text += "\(row),\(row).0,7,,\(row == 4 ? "inf" : "\(row % 7)"),n\(row),\(row % 2)\n"
        }
        let scan = try TableScan(try file(text), roles: TableRoles(label: "label"))
        #expect(scan.features == ["a", "wild"])
        #expect(
            scan.notes == [
                .duplicate(column: "copy", of: "a"), .constant(column: "same"), .empty(column: "none"),
                .notFinite(column: "wild", cells: 1, firstLine: 6),
                .noFrequentValue(column: "name", values: 60, example: "\"n0\""),
            ])
    }

    @Test func aColumnThatTurnsOutToHoldTextIsReadAsText() throws {
        var text = "zip,label\n"
        for row in 0..<80 { text += "\(row < 40 ? "215000" : "A1"),\(row % 2)\n" }
        let scan = try TableScan(try file(text), roles: TableRoles(label: "label"))
        #expect(scan.categories == ["zip": ["215000", "A1"]])
    }

    @Test(
        arguments: [
            ("a,label\n1,1\n2,2\n", 3, "label is \"2\"; use 1 or 0"),
            ("a,label\n1,1\n2,yes\n", 3, "label is \"yes\""),
            ("a,label\n1,1\n2\n", 3, "1 fields, the header has 2"),
            ("a,label\n1,1\n2,0,3\n", 3, "3 fields, the header has 2"),
            ("a,b\n1,1\n", 1, "no column label; give --label one of: a, b"),
            ("a,a,label\n1,1,1\n", 1, "a comes twice"), ("a,label\n", nil, "no rows"), ("", nil, "empty"),
            ("a,label\n1,\n2,\n", nil, "no row has a label"),
            ("a,label\n1,\"1\n", 2, "a quoted field does not end"),
            ("a;label\n1;1\n", 1, "columns are parted by ;, not by commas"),
            ("a\tlabel\n1\t1\n", 1, "parted by tabs"),
            (
                "who,same,label\n" + (0..<40).map { "n\($0),7,\($0 % 2)\n" }.joined(), nil,
                "no column is left to learn from"
            ),
            ("account_id,a,label\nx,1,1\ny,2,0\nx,3,0\n", 4, "it labels \"x\" 0, but line 2 labels it 1"),
            ("as_of_ms,a,label\n12,1,1\nsoon,2,0\n", 3, "as_of_ms is \"soon\""),
            ("as_of_ms,a,label\n2026-06-01,1,1\n2026-02-30,2,0\n", 3, "as_of_ms is \"2026-02-30\"; use"),
            (
                "a,label\n" + (0..<50).map { "\($0),1\n" }.joined() + "oops,0\n", 52,
                "column a holds numbers, but here \"oops\""
            ),
        ] as [(String, Int?, String)])
    func errorsNameTheRowAndTheCause(text: String, line: Int?, cause: String) throws {
        let path = try file(text)
        let error = #expect(throws: CSVError.self) {
            try TrainingTable(path, roles: TableRoles(label: "label"))
        }
        #expect(error?.line == line)
        #expect(error?.description.contains(cause) == true, "\(String(describing: error))")
        #expect(error?.description.contains("\n") == false)
    }

    /// What a Chinese Excel saves is GB18030, or UTF-16, and no reader may take it for columns of that name or value.
    @Test func otherEncodingsSaySo() throws {
        let gold: [UInt8] = [0xbd, 0xf0, 0xb6, 0xee]
        let rows = Array("1,1\n2,0\n".utf8)
        var wide: [UInt8] = [0xff, 0xfe]
        for byte in Array("a,label\n".utf8) + rows { wide += [byte, 0] }
        for (bytes, line, cause) in [
            (gold + Array(",label\n".utf8) + rows, 1, "its header is not UTF-8; save the file as"),
            (wide, 1, "its header is not UTF-8"),
            (Array("a,label\nx,1\n".utf8) + gold + Array(",0\n".utf8), 3, "column a is not UTF-8"),
        ] {
            let path = try file("")
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: CSVError.self) {
                try TrainingTable(path, roles: TableRoles(label: "label"))
            }
            #expect(
                error?.line == line && error?.reason.contains(cause) == true, "\(String(describing: error))")
        }
        let ids = Array("account_id,risk,label\n".utf8) + gold + Array(",fake_order,1\n".utf8)
        let error = #expect(throws: CSVError.self) { try LabelsCSV.read(bytes: ids, name: "labels.csv") }
        #expect(error?.line == 2 && error?.reason.contains("account_id is not UTF-8") == true)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01", -28_800_000), ("2026-06-01T20:00", 1_780_315_200_000),
        ("2026-06-01 20:00:03.25+08:00", 1_780_315_203_250), ("2026-06-01T12:00:03,2504Z", 1_780_315_203_250),
        ("2024-02-29T23:59:59-0530", 1_709_270_999_000), ("1969-12-31T23:59:59Z", -1000),
        ("2000-03-01T00:00:00+00", 951_868_800_000), (" 1780315200000 ", 1_780_315_200_000),
    ])
    func timesAreNumbersOrDates(text: String, milliseconds: Int64) throws {
        let path = try file("when,x,label\n\"\(text)\",1,1\n")
        var reader = try TableReader(
            path, features: ["x"], categories: [:], roles: TableRoles(label: "label", time: "when"))
        #expect(try reader.next())
        #expect(reader.time == milliseconds)
    }

    @Test(arguments: [
        "2026-13-01", "2025-02-29", "2026-06-31", "2026-6-1", "2026-06-01T24:00", "2026-06-01T20",
        "2026-06-01T20:61",
        "2026-06-01T20:00Q", "2026-06-01T20:00:00+8", "2026-06-01T20:00:00.Z", "20260601T200000", "", "昨天",
        "2026-06-01T20:00:00Z!",
    ])
    func otherTextIsNoDate(text: String) {
        #expect(Array(text.utf8).withUnsafeBufferPointer { CivilTime.milliseconds($0) } == nil)
    }

    @Test func rolesAreNoFeatures() throws {
        var text = "account_id,as_of_ms,x,gang,coupon_abuse,fake_order,note\n"
        for row in 0..<40 { text += "u\(row / 2),\(row),\(row % 9),g\(row % 5),\(row / 2 % 2),1,\(row)\n" }
        let path = try file(text)
        let table = try TrainingTable(
            path, roles: TableRoles(label: "coupon_abuse", group: "gang", ignored: ["note"]))
        #expect(table.set.columns.map(\.name) == ["x"])
        #expect(Set(table.set.groups).count == 5)
        #expect(Set(table.set.accounts).count == 20)
        #expect(table.set.times == (0..<40).map { Int64($0) })
        // An account counts once, however many rows it has.
        #expect(table.set.weights.allSatisfy { $0 == 0.5 })
    }

    /// A row may stand for several accounts, which its rows share.
    @Test func aColumnMaySayWhatARowStandsFor() throws {
        let path = try file("id,w,x,label\na,1,5,1\nb,10,6,0\nb,10,7,0\nc,2.5,8,0\n")
        let roles = TableRoles(label: "label", id: "id", weight: "w")
        let table = try TrainingTable(path, roles: roles)
        #expect(table.set.columns.map(\.name) == ["x"])
        #expect(table.set.weights == [1, 5, 5, 2.5])
        for (text, line) in [("w,x,label\n1,5,1\n0,6,0\n", 3), ("w,x,label\n,5,1\n1,6,0\n", 2)] {
            let bad = try file(text)
            let error = #expect(throws: CSVError.self) {
                try TrainingTable(bad, roles: TableRoles(label: "label", weight: "w"))
            }
            #expect(error?.line == line && error?.reason.contains("use a number above 0") == true)
        }
    }

    @Test func aModelKeepsWhatItsTableWasLike() throws {
        let head = LogisticModel.Head(
            intercept: -1,
            terms: [
                .init(feature: "x", transform: .identity, knots: [0, 10], points: [-1, 1]),
                .init(feature: "city=苏州", transform: .identity, knots: [0, 1], points: [0, 2]),
                .init(feature: "city=other", transform: .identity, knots: [0, 1], points: [0, -2]),
            ],
            calibration: .init(slope: 1, intercept: 0), thresholds: .init(review: 0.4, high: 0.8))
        var model = LogisticModel(name: "t", training: .init(data: "d", commands: []), heads: [:])
        model.table = TableHead(label: "bad", categories: ["city": ["苏州", "上海"]], head: head)
        let read = try LogisticModel.load(bytes: Data(model.fileText.utf8), name: "t", requiring: [])
        #expect(read == model)
        #expect(throws: ModelError.self) {
            try LogisticModel.load(bytes: Data(model.fileText.utf8), name: "t")
        }

        let scorer = try TableScorer(read, label: "bad")
        let path = try file("city,x\n苏州,5\n上海,5\n北京,5\n,\n")
        var rows = try TableReader(
            path, features: scorer.features, categories: scorer.categories, roles: TableRoles())
        var found: [Double] = []
        while try rows.next() { found.append(scorer.probability(rows.values)) }
        for (probability, logit) in zip(found, [1.0, -1, -3, -1]) {
            #expect(abs(probability - 1 / (1 + exp(-logit))) < 1e-6)
        }
        let error = #expect(throws: CSVError.self) {
            let reader = try TableReader(
                try file("city\n苏州\n"), features: scorer.features, categories: scorer.categories,
                roles: TableRoles())
            _ = reader.line
        }
        #expect(error?.reason.contains("x; add the columns or train again") == true)
    }
}

@Suite struct ModelDifferenceTests {
    private func model(_ terms: [LogisticModel.Term]) -> LogisticModel {
        let head = LogisticModel.Head(
            intercept: 0, terms: terms, calibration: .init(slope: 2, intercept: 0),
            thresholds: .init(review: 0.4, high: 0.8))
        return LogisticModel(name: "m", training: .init(data: "", commands: []), heads: [.fakeOrder: head])
    }

    @Test func theChangeIsWhereTheCurvesLieFarthestApart() throws {
        let old = model([
            .init(feature: "a", transform: .identity, knots: [0, 10], points: [0, 1]),
            .init(feature: "gone", transform: .identity, knots: [0, 1], points: [0, 0.3]),
            .init(feature: "same", transform: .identity, knots: [0, 1], points: [0, 1]),
        ])
        let new = model([
            .init(feature: "a", transform: .identity, knots: [0, 5, 10], points: [0, 2, 1]),
            .init(feature: "fresh", transform: .identity, knots: [3], points: [0], missingPoints: -0.2),
            .init(feature: "same", transform: .identity, knots: [0, 1], points: [0, 1]),
        ])
        let head = try #require(ModelDifference(from: old, to: new).heads.first)
        #expect(head.name == "fake_order")
        #expect(head.changes.map(\.name) == ["a", "gone", "fresh"])
        #expect(head.changes.map(\.kind) == [.moved, .removed, .added])
        #expect(head.changes.map(\.values) == [[5], [1], [nil]])
        // In calibrated log-odds: twice the points.
        #expect(abs(head.changes[0].amount - 3) < 1e-9)
        #expect(ModelDifference(from: old, to: old).heads[0].changes.isEmpty)
    }

    /// A pair is the same whichever feature comes first, and differs where lines of either cross.
    @Test func gridsOfPairsAreCompared() throws {
        func side(_ feature: String, _ knots: [Double]) -> LogisticModel.Cross.Side {
            .init(feature: feature, transform: .identity, knots: knots)
        }
        var (old, new) = (model([]), model([]))
        old.heads[.fakeOrder]!.crosses = [
            .init(first: side("a", [0, 1]), second: side("b", [0, 2]), points: [[0, 0], [0, 1]]),
            .init(first: side("a", [0, 1]), second: side("c", [0, 1]), points: [[0, 0], [0, 0.4]]),
        ]
        new.heads[.fakeOrder]!.crosses = [
            .init(
                first: side("b", [0, 1, 2]), second: side("a", [0, 1]), points: [[0, 0], [0, 2], [0, 1]])
        ]
        let changes = ModelDifference(from: old, to: new).heads[0].changes
        #expect(changes.map(\.name) == ["a × b", "a × c"])
        #expect(changes.map(\.kind) == [.moved, .removed])
        #expect(changes.map(\.values) == [[1, 1], [1, 1]])
        // In calibrated log-odds: twice the points. Between its lines the old grid was at a half.
        #expect(changes[0].old == 1 && changes[0].new == 4)
        #expect(changes[1].old == 0.8 && changes[1].new == 0)
    }
}
