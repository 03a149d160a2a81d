import CaseFile
import Foundation
import GRDB
import Testing

@testable import ScoringPipeline

/// What the program does with input that is not as it should be.
@Suite struct BadInputTests {
    private let folder = TemporaryFolder()
    private let model = TestCampaign.shared.modelPath
    private let event = #"{"ts":1780000000000,"event":"coupon_claim","account_id":"u1","coupon_id":"c"}"#

    private func score(_ paths: String..., options: [String] = []) throws -> Program.Outcome {
        try Program.run(
            Program.promoguard,
            ["score", "--model", model, "--database", folder.file("cases.sqlite")] + options + paths)
    }

    private func caseFile() throws -> CaseFile {
        try CaseFile.open(folder.file("cases.sqlite"), access: .readOnly)
    }

    // MARK: Lines

    @Test(
        arguments: [
            ("nonsense", "not_json"),
            ("[1,2,3]", "not_object"),
            (#"{"event":"coupon_claim","account_id":"u"}"#, "missing_ts"),
            (#"{"ts":1780000000000,"account_id":"u"}"#, "missing_event"),
            (#"{"ts":1780000000000,"event":"coupon_claim"}"#, "missing_account_id"),
            (#"{"ts":"noon","event":"coupon_claim","account_id":"u"}"#, "wrong_type"),
            (#"{"ts":1780000000000,"event":7,"account_id":"u"}"#, "wrong_type"),
            (#"{"ts":1780000000,"event":"coupon_claim","account_id":"u"}"#, "ts_out_of_range"),
            (#"{"ts":-5,"event":"coupon_claim","account_id":"u"}"#, "ts_out_of_range"),
            (#"{"ts":253370764800000,"event":"coupon_claim","account_id":"u"}"#, "ts_out_of_range"),
            (
                #"{"ts":1780000000000,"event":"coupon_claim","account_id":""#
                    + String(repeating: "x", count: 10_000)
                    + #""}"#, "string_too_long"
            ),
        ])
    func aLineThatIsNoEventIsRejectedAndTheRestCounts(_ line: String, _ reason: String) throws {
        let log = try folder.write(
            "a.log", event + "\n" + line + "\n" + event.replacing("u1", with: "u2") + "\n")
        let outcome = try score(log)
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("2 events of 2 accounts"))
        #expect(outcome.errors.contains("rejected 1 line: \(reason) 1"))
        #expect(outcome.output.isEmpty)
        let kept = try caseFile().rejectedLines()
        #expect(kept.map(\.reason) == [reason])
        #expect(kept.map(\.lineOffset) == [Int64(event.utf8.count) + 1])
        #expect(kept[0].sample.utf8.count <= 200)
    }

    @Test func brokenTextIsRejected() throws {
        var bytes = Array((event + "\n").utf8)
        bytes +=
            Array(#"{"ts":1780000000000,"event":"login","account_id":""#.utf8) + [0xFF, 0xFE]
            + Array("\"}\n".utf8)
        bytes +=
            Array(#"{"ts":1780000000000,"event":"login","account_id":"a"#.utf8) + [0] + Array("b\"}\n".utf8)
        let outcome = try score(try folder.write("a.log", bytes))
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("rejected 2 lines"))
        #expect(outcome.errors.contains("invalid_utf8 1"))
        #expect(outcome.errors.contains("control_character 1"))
    }

    @Test func lineEndsAndByteOrderMarksAreNoTrouble() throws {
        let text = "\u{FEFF}" + event + "\r\n\r\n" + event.replacing("u1", with: "u2") + "\r\n\n"
        let outcome = try score(try folder.write("a.log", text))
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("2 events of 2 accounts"))
        #expect(!outcome.errors.contains("rejected"))
    }

    @Test func aLineOfAHundredMegabytesIsPassedOver() throws {
        let log = folder.file("long.log")
        let made = try Program.run(
            "/bin/bash",
            ["-c", "{ cat; head -c 100000000 /dev/zero | tr '\\0' x; echo; cat in2; } > \(log)"],
            input: Array((event + "\n").utf8),
            folder: try {
                try folder.write("in2", event.replacing("u1", with: "u2") + "\n")
                return folder.path
            }())
        #expect(made.exitCode == 0)
        let outcome = try score(log)
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("2 events of 2 accounts"))
        #expect(outcome.errors.contains("line_too_long 1"))
    }

    @Test func aGzipBombIsReadInLittleMemory() throws {
        let log = folder.file("bomb.log.gz")
        // 400 MB of zeros in 400 kB, and an event behind them.
        let made = try Program.run(
            "/bin/bash", ["-c", "{ head -c 400000000 /dev/zero; echo; cat; } | gzip -1 > \(log)"],
            input: Array((event + "\n").utf8))
        #expect(made.exitCode == 0)
        let outcome = try Program.shell(
            "ulimit -v 1500000; $P score --model \(model) --database \(folder.file("cases.sqlite")) \(log)")
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("1 event of 1 account"))
        #expect(outcome.errors.contains("line_too_long 1"))
    }

    /// Amounts are what a log says they are: totals of the largest there is stay the largest there is.
    @Test func noTotalOfMoneyTrapsOrWraps() throws {
        let most = Int64.max
        let lines = (0..<200).flatMap { account in
            [
                (0, "coupon_claim", "\"coupon_id\":\"c\",\"discount_fen\":\(most)"),
                (1, "check_in", "\"points\":\(most)"),
                (
                    2, "order_submit",
                    "\"order_id\":\"o\(account)\",\"amount_fen\":\(most),\"discount_fen\":\(most)"
                ),
                (
                    3, "order_pay",
                    "\"order_id\":\"o\(account)\",\"amount_fen\":\(most),\"discount_fen\":\(most)"
                ),
                (
                    4, "order_pay",
                    "\"order_id\":\"p\(account)\",\"amount_fen\":\(most),\"discount_fen\":\(most)"
                ),
                (5, "commission", "\"amount_fen\":\(most)"), (6, "refund_done", "\"refund_fen\":\(most)"),
                (7, "refund_done", "\"refund_fen\":\(most)"),
            ].map { step, event, rest in
                "{\"ts\":\(1_780_000_000_000 + account * 60_000 + step * 1000),\"event\":\"\(event)\","
                    + "\"account_id\":\"account\(account)\",\"device_id\":\"d\",\"device_source\":\"vendor\","
                    + "\"payer_id\":\"p\",\"merchant_id\":\"m\",\"campaign_id\":\"k\",\(rest)}\n"
            }
        }
        let log = try folder.write("a.log", lines.joined())
        let keen = folder.file("keen.json")
        try TailRunTests.Small.write(review: 0.001, high: 0.002, to: keen)
        let scored = try score(log, options: ["--model", keen])
        #expect(scored.exitCode == 0)
        #expect(scored.errors.contains("¥92,233,720,368,547,758.07 at stake in flagged accounts"))
        let flags = try caseFile().flags()
        #expect(flags.count > 200 && flags.allSatisfy { $0.amountAtRiskFen == most })
        #expect(try caseFile().total().amountAtRiskFen == most)
        #expect(try caseFile().gangs().contains { $0.takenFen == most })
        let account = try #require(flags.first).accountID
        for words in [["list"], ["list", "--sort", "amount"], ["gangs"], ["show", account]] {
            for format in ["table", "json", "csv"] {
                let told = try Program.run(
                    Program.promoguard,
                    ["review"] + words + ["--database", folder.file("cases.sqlite"), "--format", format])
                #expect(told.exitCode == 0, "\(words) \(format)")
                #expect(!told.text.contains("−¥") && !told.text.contains("-9223"), "\(words) \(format)")
            }
        }
        let tail = folder.file("tail.sqlite")
        let followed = try Program.shell(
            "$P tail \(log) --model \(keen) --database \(tail) & sleep 4; kill $!; wait $!")
        #expect(followed.exitCode == 0, "\(followed.errors)")
        #expect(try Program.promoguard("status", "--database", tail).exitCode == 0)
        #expect(try CaseFile.open(tail).total().amountAtRiskFen == most)
    }

    // MARK: Files

    @Test func anEmptyFileIsAnEmptyLog() throws {
        let outcome = try score(try folder.write("empty.log", ""))
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("0 events of 0 accounts"))
        #expect(try caseFile().total().flags == 0)
    }

    @Test func aDamagedFileGivesWhatStoodBeforeAndIsNamed() throws {
        let lines = TestCampaign.shared.lines.prefix(3000)
        let bytes = try Program.gzip(TestCampaign.bytes(lines))
        try #require(bytes.count > 10_000)
        let truncated = try folder.write("truncated.log.gz", bytes.prefix(bytes.count / 2))
        let outcome = try score(truncated)
        #expect(outcome.exitCode == 2)
        let complaint = try #require(outcome.complaints.first { $0.hasPrefix("promoguard: ") })
        #expect(complaint.contains(truncated))
        #expect(try caseFile().metadata()["events"].flatMap { Int($0) } ?? 0 > 1000)

        var damaged = bytes
        for index in bytes.count / 2..<bytes.count / 2 + 64 { damaged[index] ^= 0x5A }
        let broken = try score(try folder.write("damaged.log.gz", damaged))
        #expect(broken.exitCode == 2)
        #expect(broken.complaints.contains { $0.hasPrefix("promoguard: ") && $0.contains("damaged.log.gz") })

        let tail = try score(try folder.write("tail.log.gz", bytes + Array("garbage".utf8)))
        #expect(tail.exitCode == 2)
        #expect(tail.complaints.contains { $0.hasPrefix("promoguard: ") && $0.contains("tail.log.gz") })
    }

    @Test func aFileWithoutAnyEventIsNamed() throws {
        let good = try folder.write("good.log", event + "\n")
        let bad = try folder.write("bad.log", "date,level,message\n2026-06-01,info,started\n")
        let outcome = try score(good, bad)
        #expect(outcome.exitCode == 2)
        #expect(outcome.complaints.contains { $0.hasPrefix("promoguard: ") && $0.contains("bad.log") })
        #expect(!outcome.complaints.contains { $0.hasPrefix("promoguard: ") && $0.contains("good.log") })
        #expect(outcome.errors.contains("1 event of 1 account"))
    }

    @Test func whatIsNotThereFailsBeforeAnythingIsWritten() throws {
        try FileManager.default.createDirectory(
            atPath: folder.file("logs"), withIntermediateDirectories: true)
        try folder.write("logs/readme.md", "no logs here")
        for path in [folder.file("missing.log"), folder.file("logs")] {
            let outcome = try score(path)
            #expect(outcome.exitCode == 1)
            #expect(outcome.complaints.count == 1)
            #expect(outcome.errors.hasPrefix("promoguard: "))
            #expect(outcome.errors.contains(path))
        }
        #expect(folder.names == ["logs"])
    }

    @Test func standardInputIsALog() throws {
        let outcome = try Program.run(
            Program.promoguard,
            ["score", "-", "--model", model, "--database", folder.file("cases.sqlite")],
            input: try Program.gzip(Array((event + "\n").utf8)))
        #expect(outcome.exitCode == 0)
        #expect(outcome.errors.contains("1 event of 1 account"))
    }

    @Test func filesWithoutPermissionAreNamed() throws {
        // Root may read anything: then another user tries.
        let user = geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""
        guard try Program.shell(user + "$P --help").exitCode == 0 else { return }
        let log = try folder.write("secret.log", event + "\n")
        let open = try folder.write("open.log", event + "\n")
        let readableModel = try folder.write("model.json", try Data(contentsOf: URL(fileURLWithPath: model)))
        chmod(log, 0)
        chmod(folder.path, 0o777)
        let command = user + "$P score --model \(readableModel) --database \(folder.file("cases.sqlite")) "
        let alone = try Program.shell(command + log)
        #expect(alone.exitCode == 1)
        #expect(alone.complaints.count == 1)
        #expect(alone.errors.contains("secret.log"))
        #expect(!folder.names.contains("cases.sqlite"))

        let together = try Program.shell(command + "\(log) \(open)")
        #expect(together.exitCode == 2)
        #expect(together.complaints.contains { $0.hasPrefix("promoguard: ") && $0.contains("secret.log") })
        #expect(together.errors.contains("1 event of 1 account"))

        // A folder that may not be written to.
        chmod(folder.path, 0o755)
        if geteuid() == 0 {
            let outcome = try Program.shell(
                user + "$P score --model \(readableModel) --database \(folder.file("other.sqlite")) \(open)")
            #expect(outcome.exitCode == 1)
            #expect(outcome.complaints.count == 1)
            #expect(outcome.errors.contains("other.sqlite"))
        }
    }

    // MARK: The database

    /// A run that must fail with one line, and leave the database as it was.
    private func expectRefusal(_ database: String, saying words: String) throws {
        let log = try folder.write("a.log", event + "\n")
        let before = try? Data(contentsOf: URL(fileURLWithPath: database))
        let outcome = try Program.promoguard("score", "--model", model, "--database", database, log)
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.errors.hasPrefix("promoguard: "))
        #expect(outcome.errors.contains(words))
        #expect((try? Data(contentsOf: URL(fileURLWithPath: database))) == before)
    }

    @Test func aFileThatIsNoDatabaseIsLeftAlone() throws {
        let text = String(repeating: "these are my notes, not a database\n", count: 50)
        try expectRefusal(try folder.write("notes.txt", text), saying: "not an SQLite database")
    }

    @Test func aDatabaseInNoFolderIsRefused() throws {
        try expectRefusal(folder.file("nowhere/cases.sqlite"), saying: "does not exist")
    }

    @Test func aDatabaseOfANewerVersionIsRefused() throws {
        let path = folder.file("new.sqlite")
        try CaseFile.open(path).close()
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 999") }
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        try queue.close()
        try expectRefusal(path, saying: "newer version")
    }

    @Test func aLockedDatabaseIsRefused() throws {
        let path = folder.file("locked.sqlite")
        try CaseFile.open(path).close()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let log = try folder.write("a.log", event + "\n")
        let outcome = try Program.promoguard("score", "--model", model, "--database", path, log)
        try queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.last?.hasPrefix("promoguard: ") == true)
        #expect(outcome.complaints.last?.contains("locked") == true)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM metadata") } == 0)
    }

    @Test func aReadOnlyDatabaseIsRefusedBeforeReading() throws {
        // Root may write anything: then another user tries.
        let user = geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""
        guard try Program.shell(user + "$P --help").exitCode == 0 else { return }
        let path = folder.file("cases.sqlite")
        try CaseFile.open(path).close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        chmod(path, 0o444)
        chmod(folder.path, 0o777)
        let readableModel = try folder.write("model.json", try Data(contentsOf: URL(fileURLWithPath: model)))
        let log = try folder.write("a.log", event + "\n")
        let outcome = try Program.shell(
            user + "$P score --model \(readableModel) --database \(path) \(log)")
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.errors.hasPrefix("promoguard: cannot open the database"))
        #expect(outcome.errors.contains("read-only"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    // MARK: The model

    @Test func aModelThatCannotBeUsedFailsFirst() throws {
        let text = try String(contentsOf: URL(fileURLWithPath: model), encoding: .utf8)
        let log = try folder.write("a.log", event + "\n")
        let cases = [
            ("text.json", "no model", "not JSON"),
            ("other.json", "{}", "not a PromoGuard model"),
            ("unknown.json", text.replacing("claim_share", with: "moon_phase"), "moon_phase"),
            ("newer.json", text.replacing(/"version": ?1/, with: "\"version\": 99"), "newer"),
            (
                "odd.json",
                text.replacing(/"feature": ?"[a-z_0-9]+"/, with: "\"feature\": \"xyz\"", maxReplacements: 1),
                "odd.json"
            ),
            ("half.json", text.replacing(/"fake_order": ?\{/, with: "\"other\": {"), "other"),
        ]
        for (name, text, words) in cases {
            let path = try folder.write(name, text)
            let outcome = try Program.promoguard(
                "score", "--model", path, "--database", folder.file("cases.sqlite"), log)
            #expect(outcome.exitCode == 1, "\(name)")
            #expect(outcome.complaints.count == 1, "\(name)")
            #expect(outcome.errors.hasPrefix("promoguard: cannot load model"), "\(name)")
            #expect(outcome.errors.contains(words), "\(name)")
        }
        #expect(!folder.names.contains("cases.sqlite"))
        let missing = try Program.promoguard("score", "--model", folder.file("none.json"), log)
        #expect(missing.exitCode == 1)
        #expect(missing.complaints.count == 1)
    }

    // MARK: Output

    /// Foundation's paths trap on one letter.
    @Test func outputsMayBeNamedByOneLetter() throws {
        try folder.write("a.log", event + "\n")
        let scored = try Program.promoguard(
            "score", "a.log", "--database", "d", "--scores", "s", folder: folder.path)
        #expect(scored.exitCode == 0)
        #expect(try folder.text("s").hasPrefix("account_id,"))
        #expect(
            try Program.promoguard("features", "a.log", "--output", "名", folder: folder.path).exitCode == 0)
        #expect(try folder.text("名").hasPrefix("account_id,"))
        let rows = (0..<80).map { "\($0 % 7),\($0 % 2)\n" }.joined()
        try folder.write("t.csv", "x,y\n" + rows)
        let trained = try Program.promoguard(
            "train", "--table", "t.csv", "--label", "y", "--output", "m", "--quiet", folder: folder.path)
        #expect(trained.exitCode == 0, "\(trained.errors)")
        #expect(try folder.text("m").hasPrefix("{"))
    }

    @Test func accountsWithoutARowAreCounted() throws {
        let day = 86_400_000
        let lines = [0, 40, 80, 120].enumerated().map { place, days in
            event.replacing("1780000000000", with: "\(1_780_000_000_000 + days * day)")
                .replacing("u1", with: "u\(place)")
        }
        let log = try folder.write("long.log", lines.joined(separator: "\n") + "\n")
        let outcome = try Program.promoguard("features", log)
        let rows = outcome.text.split(separator: "\n").count - 1
        #expect(outcome.exitCode == 0 && (1...3).contains(rows))
        #expect(outcome.errors.contains("\(4 - rows) account"))
        #expect(outcome.errors.contains("last seen too long before the end"))
    }

    @Test func whatIsNoFileIsWrittenToAndNotReplaced() throws {
        let log = try folder.write("a.log", event + "\n")
        let piped = try Program.shell("$P features '\(log)' --output /dev/stdout --quiet | cat")
        #expect(piped.text.hasPrefix("account_id,") && piped.text.contains("\nu1,"))
        try folder.write("real.csv", "old")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.csv"), withDestinationPath: "real.csv")
        #expect(
            try Program.promoguard("features", log, "--output", folder.file("link.csv")).exitCode == 0)
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.csv")) == "real.csv")
        #expect(try folder.text("real.csv").hasPrefix("account_id,"))
        let fifo = folder.file("fifo")
        let through = try Program.shell(
            "mkfifo '\(fifo)'; cat '\(fifo)' & $P score '\(log)' --database '\(folder.file("d.sqlite"))' --scores '\(fifo)' --quiet; wait; [ -p '\(fifo)' ]"
        )
        #expect(through.exitCode == 0 && through.text.contains("u1,"))
    }

    @Test func noFileIsReadAndWrittenOverInOneRun() throws {
        let log = try folder.write("a.log", event + "\n")
        let database = folder.file("d.sqlite")
        try FileManager.default.linkItem(atPath: log, toPath: folder.file("other name.log"))
        for (arguments, kept) in [
            (["features", log, "--output", log], log),
            (["features", log, "--output", folder.file("other name.log")], log),
            (["score", log, "--database", database, "--scores", log], log),
            (["score", log, "--database", database, "--scores", database], log),
        ] {
            let outcome = try Program.run(Program.promoguard, arguments)
            #expect(outcome.exitCode == 1, "\(arguments)")
            #expect(outcome.errors.contains("the same file") && outcome.complaints.count == 1)
            #expect(try String(contentsOfFile: kept, encoding: .utf8) == event + "\n")
        }
        #expect(!FileManager.default.fileExists(atPath: database))
    }

    @Test func scoresThatCannotBeWrittenFailBeforeReading() throws {
        let log = try folder.write("a.log", event + "\n")
        for path in [folder.file("nowhere/scores.csv"), folder.path, folder.file("scores.csv/")] {
            let outcome = try score(log, options: ["--scores", path])
            #expect(outcome.exitCode == 1)
            #expect(outcome.complaints.count == 1)
            #expect(outcome.errors.contains("cannot write \(path): "))
            #expect(folder.names == ["a.log"])
        }
    }

    @Test func aFullDiskIsAnError() throws {
        let log = try folder.write("a.log", event + "\n")
        let table = try Program.shell("$P features \(log) > /dev/full")
        #expect(table.exitCode == 1)
        #expect(
            table.complaints == ["promoguard: cannot write to standard output: No space left on device"])
        // A limit on file sizes stands in for a full disk: the run fails and leaves no part of a file.
        let lines = TestCampaign.shared.lines
        let logs = try folder.write("all.log", TestCampaign.bytes(lines))
        let scores = folder.file("scores.csv")
        let outcome = try Program.shell(
            "trap '' XFSZ; ulimit -f 20; $P score --model \(model) --database \(folder.file("cases.sqlite")) "
                + "--scores \(scores) \(logs)")
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.last?.hasPrefix("promoguard: ") == true)
        #expect(!folder.names.contains { $0.hasPrefix("scores.csv") })
    }
}
