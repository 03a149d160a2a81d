import CaseFile
import Foundation
import RiskFeatures
import RiskModel
import Testing

@testable import ScoringPipeline

/// The program as it is typed.
@Suite struct CommandTests {
    private let campaign = TestCampaign.shared
    private let folder = TemporaryFolder()

    @Test func wrongUsageEndsWith64() throws {
        for arguments in [
            ["score"], ["inspect"], ["features"], ["train", "x.log"], ["evaluate", "x.log"],
            ["score", "x.log", "--nonsense"], ["score", "x.log", "--input-format", "apache"],
            ["score", "x.log", "--lateness", "-3"],
            ["train", "--labels", "l", "--output", "m", "--l2", "0", "x.log"],
            ["train", "--labels", "l", "--output", "m", "--good-share", "0", "x.log"],
            ["train", "--labels", "l", "--output", "m", "--positive-weight", "2", "--from", "n", "x.log"],
            ["train", "--labels", "l", "--output", "m", "--weight", "w", "x.log"],
            ["inspect", "x.log", "--format", "xml"], ["features", "x.log", "--describe"], ["scroe", "x.log"],
            ["tail", "x.log", "--from", "noon"], ["review", "list", "--min-score", "3"], ["train"],
        ] {
            let outcome = try Program.run(Program.promoguard, arguments)
            #expect(outcome.exitCode == 64, "\(arguments)")
            #expect(outcome.output.isEmpty, "\(arguments)")
            #expect(outcome.complaints.count == 1, "\(arguments)")
            #expect(outcome.errors.contains("; see 'promoguard help"), "\(arguments)")
        }
    }

    @Test func scoringThenListing() throws {
        let database = folder.file("cases.sqlite")
        let scores = folder.file("scores.csv")
        let scored = try Program.promoguard(
            "score", campaign.logs.path, "--model", campaign.modelPath, "--database", database, "--scores",
            scores,
            "--verbose")
        #expect(scored.exitCode == 0)
        #expect(scored.output.isEmpty)
        #expect(scored.errors.contains("entities held at the end"))
        let flags = try CaseFile.open(database, access: .readOnly).total().flags
        #expect(flags > 10)
        let listed = try Program.promoguard(
            "review", "list", "--database", database, "--format", "csv", "--limit", "0")
        #expect(listed.exitCode == 0)
        #expect(listed.text.split(separator: "\n").count == flags + 1)
        let quiet = try Program.promoguard(
            "score", campaign.logs.path, "--model", campaign.modelPath, "--database", database, "--quiet")
        #expect(quiet.exitCode == 0)
        #expect(quiet.errors.isEmpty)
    }

    /// What a reviewer types, on one file.
    @Test func reviewing() throws {
        let database = folder.file("cases.sqlite")
        _ = try Program.promoguard(
            "score", campaign.logs.path, "--model", campaign.modelPath, "--database", database, "--quiet")
        func review(_ arguments: String..., expecting code: Int32 = 0) throws -> Program.Outcome {
            let outcome = try Program.run(
                Program.promoguard,
                ["review", arguments[0], "--database", database, "--lang", "en"] + arguments.dropFirst())
            #expect(outcome.exitCode == code, "\(arguments) \(outcome.errors)")
            return outcome
        }
        let file = try CaseFile.open(database)
        let all = try file.flags()
        let query = FlagQuery(risk: "coupon_abuse", minimumFen: 500)
        let many = try file.total(query).flags
        #expect(many > 3)

        // Pages of a list make up the whole.
        var ids: [String] = []
        var after: [String] = []
        repeat {
            let page = try Program.run(
                Program.promoguard,
                ["review", "list", "--database", database, "--format", "csv", "--limit", "4", "--unmask"]
                    + after)
            ids += page.text.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != "," }) }
            let words = page.errors.split(separator: " ").map(String.init)
            after = words.firstIndex(of: "--after").map { ["--after", words[$0 + 1]] } ?? []
        } while !after.isEmpty
        #expect(ids == all.map(\.accountID))
        #expect(try file.auditTrail().allSatisfy { $0.action == "list with whole ids" })

        let shown = try review("show", all[0].accountID)
        #expect(shown.text.contains("Timeline"))
        #expect(!shown.text.contains(all[0].accountID))
        #expect(try review("show", all[0].accountID, "--unmask").text.contains(all[0].accountID))
        #expect(try file.auditTrail(account: all[0].accountID).count == 1)

        // Nobody can be asked in a pipe, so a filter needs --yes, and shows what it selects before.
        let asked = try review(
            "decide", "--risk", "coupon_abuse", "--min-yuan", "5", "--confirm", expecting: 64)
        #expect(asked.text.contains("\(many) flags of") && asked.errors.contains("--yes"))
        #expect(try file.decisions().isEmpty)
        _ = try review(
            "decide", "--risk", "coupon_abuse", "--min-yuan", "5", "--confirm", "--yes", "--reviewer", "li")
        #expect(try file.decisions().map(\.reviewer) == Array(repeating: "li", count: many))
        let labels = try review("labels").text.split(separator: "\n")
        #expect(labels.count == many + 1 && labels[1].split(separator: ",").count == 4)
        let exported = try review("export", "--status", "confirmed", "--unmask")
        #expect(
            exported.text.split(separator: "\n").dropFirst().map(String.init)
                == (try file.accounts(FlagQuery(status: .confirmed))))
        #expect(try file.auditTrail()[0].detail == "status=confirmed")
        _ = try review("undo", "--status", "confirmed", "--yes", "--quiet")
        #expect(try file.total(FlagQuery(status: .open)).flags == all.count)
        for wrong in [["decide", "--confirm"], ["decide", "a", "--tag", "gang", "--clear"], ["undo"]] {
            #expect(try Program.run(Program.promoguard, ["review"] + wrong).exitCode == 64)
        }
    }

    /// The samples' gangs are made of cheats; what honest people share makes none.
    @Test func theGangsOfTheSamplesAreThoseThatWerePlanted() throws {
        let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("SampleLogs").path
        let cheats = Set(
            try LabelsCSV.read(samples + "/labels.csv").filter(\.isAbuse).map(\.accountID))
        let database = folder.file("cases.sqlite")
        _ = try Program.promoguard("score", samples, "--database", database, "--quiet")
        let listed = try Program.promoguard("review", "gangs", "--database", database, "--format", "csv")
        #expect(listed.exitCode == 0)
        let gangs = listed.text.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
        #expect(gangs.count >= 5)
        for gang in gangs {
            let page = try Program.promoguard(
                "review", "gangs", String(gang), "--database", database, "--format", "csv", "--unmask")
            let members = page.text.split(separator: "\n").dropFirst().map {
                String($0.split(separator: ",")[1])
            }
            #expect(members.count >= 3)
            let caught = members.filter { cheats.contains($0) }.count
            #expect(caught * 3 >= members.count * 2, "\(page.text)")
        }
        let unknown = try Program.promoguard("review", "gangs", "g-none", "--database", database)
        #expect(unknown.exitCode == 1)
        #expect(unknown.errors.contains("cannot find gang g-none"))
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func interruptedScoringWritesNothing(_ signal: Int32) throws {
        let database = folder.file("cases.sqlite")
        var pipe: [Int32] = [0, 0]
        try #require(Foundation.pipe(&pipe) == 0)
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let nowhere = (0..<2).map { _ in open("/dev/null", O_WRONLY | O_CLOEXEC) }
        let process = try Program.spawn(
            Program.promoguard, ["score", "-", "--model", campaign.modelPath, "--database", database],
            descriptors: [pipe[0]] + nowhere)
        let lines = TestCampaign.bytes(campaign.lines.prefix(50))
        #expect(write(pipe[1], lines, lines.count) == lines.count)
        // Its log never ends; once it listens for signals it is about to read, or reading.
        for _ in 0..<3000 where !listens(process, for: signal) { usleep(10_000) }
        usleep(300_000)
        kill(process, signal)
        #expect(Program.wait(for: process) == 1)
        close(pipe[1])
        if FileManager.default.fileExists(atPath: database) {
            let caseFile = try CaseFile.open(database)
            #expect(try caseFile.total().flags == 0)
            #expect(try caseFile.metadata().isEmpty)
        }
    }

    /// Whether a process catches a signal, as the kernel says.
    private func listens(_ process: Int32, for signal: Int32) -> Bool {
        // Such a file says that it is empty, so that it must be read to its end.
        let file = FileHandle(forReadingAtPath: "/proc/\(process)/status")
        let status = (try? file?.readToEnd()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let mask = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t")
            .last
        return mask.flatMap { UInt64($0, radix: 16) }.map { $0 >> UInt64(signal - 1) & 1 == 1 } ?? false
    }

    @Test func theFeatureTableIsCSV() throws {
        let outcome = try Program.promoguard("features", campaign.logs.path)
        #expect(outcome.exitCode == 0)
        let rows = outcome.text.split(separator: "\n")
        #expect(
            rows[0] == Substring((["account_id", "as_of_ms"] + FeatureCatalog.names).joined(separator: ",")))
        let ids = rows.dropFirst().map { String($0.prefix { $0 != "," }) }
        #expect(ids.count > 500)
        #expect(ids == ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })

        let file = folder.file("features.csv")
        let written = try Program.promoguard("features", campaign.logs.path, "--output", file, "--quiet")
        #expect(written.exitCode == 0)
        #expect(try folder.bytes("features.csv") == outcome.output)

        let labelled = try Program.promoguard(
            "features", campaign.logs.path, "--labels", campaign.logs.file("labels.csv"), "--quiet")
        // The same rows, each with its labels behind.
        let known = Set(rows)
        let strangers = labelled.text.split(separator: "\n").filter { line in
            let features = line.split(separator: ",", omittingEmptySubsequences: false).dropLast(2)
            return !known.contains(features.joined(separator: ",")[...])
        }
        #expect(strangers.isEmpty)
    }

    @Test func everyFeatureIsDescribed() throws {
        for (language, word) in [("en", "meaning"), ("zh", "含义")] {
            let outcome = try Program.promoguard("features", "--describe", "--lang", language)
            #expect(outcome.exitCode == 0)
            #expect(outcome.text.contains(word))
            for name in FeatureCatalog.names { #expect(outcome.text.contains(name)) }
        }
        let json = try Program.promoguard("features", "--describe", "--format", "json")
        let features = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
        #expect(features.compactMap { $0["feature"] as? String } == FeatureCatalog.names)
        #expect(features.allSatisfy { ($0["meaning"] as? String)?.isEmpty == false })
    }

    @Test func inspectionSaysWhatIsThere() throws {
        let lines = campaign.lines.prefix(500) + ["\u{1B}[31mnot an event"]
        let log = try folder.write("some.log.gz", try Program.gzip(TestCampaign.bytes(lines)))
        let table = try Program.promoguard("inspect", log)
        #expect(table.exitCode == 0)
        #expect(table.text.contains("not_json"))
        #expect(!table.text.contains("\u{1B}"))
        let json = try Program.promoguard("inspect", log, "--format", "json")
        let found = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
        #expect(found["format"] as? String == "canonical")
        let sources = try #require(found["sources"] as? [[String: Any]])
        #expect(sources.map { $0["kind"] as? String } == ["gzip"])
        #expect(sources.map { $0["lines"] as? Int } == [501])
        let coverage = try #require(found["coverage"] as? [String: Double])
        #expect(coverage["account_id"] == 1)
        #expect(found["events"] as? Int == (found["event_types"] as? [String: Int])?.values.reduce(0, +))
    }

    /// `--format`, `--quiet` and `--verbose` are there and do the same wherever something is printed.
    @Test func everyFormatOfEverything() throws {
        let log = try folder.write("some.log", TestCampaign.bytes(campaign.lines.prefix(3000) + ["bad"]))
        let database = folder.file("cases.sqlite")
        let score = ["score", log, "--model", campaign.modelPath, "--database", database]
        let table = try Program.run(Program.promoguard, score)
        #expect(table.output.isEmpty)
        let json = try Program.run(Program.promoguard, score + ["--format", "json", "--verbose"])
        #expect(json.exitCode == 0 && json.errors.isEmpty)
        let summary = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
        let (events, accounts) = (summary["events"] as! Int, summary["accounts"] as! Int)
        #expect(
            table.errors.replacing(",", with: "").hasPrefix("\(events) events of \(accounts) accounts"))
        #expect(summary["rejected"] as? [String: Int] == ["not_json": 1])
        let flagged = try CaseFile.open(database, access: .readOnly).counts().map(\.flags).reduce(0, +)
        let told = Risk.allCases.map { summary[$0.rawValue] as! [String: Int] }.flatMap(\.values)
        #expect(told.reduce(0, +) == flagged)
        let csv = try Program.run(Program.promoguard, score + ["--format", "csv", "--quiet"])
        #expect(csv.text.hasPrefix("name,value\nevents,\(events)\naccounts,\(accounts)\n"))
        #expect(csv.text.contains("\nrejected.not_json,1\n"))

        let labels = campaign.logs.file("labels.csv")
        let commands = [
            ["inspect", log], ["model", "show", "--model", campaign.modelPath],
            ["model", "compare", campaign.modelPath, campaign.modelPath],
            ["evaluate", campaign.logs.path, "--labels", labels, "--model", campaign.modelPath],
            ["review", "labels", "--database", database], ["review", "export", "--database", database],
            ["features", "--describe"], ["review", "list", "--database", database],
        ]
        for command in commands {
            for format in ["table", "json", "csv"] {
                for loudness in ["--quiet", "--verbose"] where format == "csv" || loudness == "--quiet" {
                    let outcome = try Program.run(
                        Program.promoguard, command + ["--format", format, loudness])
                    #expect(outcome.exitCode == 0, "\(command) \(format) \(outcome.errors)")
                    guard format == "json" else { continue }
                    #expect(
                        (try? JSONSerialization.jsonObject(with: Data(outcome.output))) != nil, "\(command)")
                }
            }
        }
        let points = try Program.promoguard("model", "show", "--model", campaign.modelPath, "--format", "csv")
        #expect(points.text.hasPrefix("head,feature,value,other_feature,other_value,log_odds\ncoupon_abuse,"))
        let world = folder.file("world")
        let simulated = try Program.promoguard(
            "simulate", world, "--accounts", "200", "--days", "2", "--verbose")
        #expect(simulated.exitCode == 0 && simulated.errors.contains("mp-a"))
        #expect(try Program.promoguard("--version").text == "1.0.0\n")
    }

    @Test func whatCannotBeMeasuredOrMadeSaysWhyInOneLine() throws {
        let labels = try folder.write(
            "l.csv", "account_id,risk,label\nnobody,coupon_abuse,1\nnoone,coupon_abuse,0\n")
        for format in ["table", "json"] {
            let outcome = try Program.promoguard(
                "evaluate", campaign.logs.path, "--labels", labels, "--model", campaign.modelPath, "--format",
                format)
            #expect(outcome.exitCode == 1 && outcome.output.isEmpty)
            #expect(outcome.complaints.count == 1)
            #expect(
                outcome.errors.hasPrefix(
                    "promoguard: cannot measure test on \(labels): 2 labelled accounts left out"))
            #expect(outcome.errors.contains("check account_id"))
        }
        let simulated = try Program.promoguard("simulate", "/proc/nowhere")
        #expect(simulated.exitCode == 1)
        #expect(
            simulated.complaints == [
                "promoguard: cannot create the folder /proc/nowhere: No such file or directory; name a folder that can be written to"
            ])
    }

    @Test func measuringAModelBesideAnother() throws {
        let arguments = [
            "evaluate", campaign.logs.path, "--labels", campaign.logs.file("labels.csv"),
            "--model", campaign.modelPath, "--against", campaign.modelPath,
        ]
        let json = try Program.run(Program.promoguard, arguments + ["--format", "json"])
        #expect(json.exitCode == 0)
        let found = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [String: Any])
        let models = try #require(found["models"] as? [[String: Any]])
        #expect(models.count == 2)
        for model in models {
            let heads = try #require(model["heads"] as? [String: [String: Double]])
            for risk in Risk.allCases {
                let figures = try #require(heads[risk.rawValue])
                for name in [
                    "auc", "pr_auc", "ks", "recall_at_fpr_0.1%", "recall_at_fpr_0.5%", "recall_at_fpr_1%",
                    "review_precision", "review_recall", "high_precision", "high_recall", "accounts",
                    "positives",
                ] {
                    #expect(figures[name] != nil, "\(name)")
                }
            }
        }
        let table = try Program.run(Program.promoguard, arguments)
        #expect(table.exitCode == 0)
        #expect(table.text.contains("recall_at_fpr_1%"))
    }

    @Test func trainingTwiceGivesTheSameModelAndItScores() throws {
        let logs = TestCampaign.simulate(accounts: 1000, days: 2, seed: 5)
        // Enough to learn from, and few enough for a build without optimisation.
        let all = try LabelsCSV.read(logs.file("labels.csv"))
        let few = Risk.allCases.flatMap { risk in
            [(true, 20), (false, 40)].flatMap { label, count in
                all.filter { $0.risk == risk && $0.isAbuse == label }.prefix(count)
            }
        }
        try Data(LabelsCSV.text(few)).write(to: URL(fileURLWithPath: folder.file("labels.csv")))
        func train(_ name: String) throws -> Program.Outcome {
            try Program.promoguard(
                "train", "--labels", folder.file("labels.csv"), logs.path, "--output", folder.file(name),
                "--l2", "1", "--segments", "1", "--crosses", "0", "--keep-all",
                "--name", "tiny", "--groups", logs.file("truth.csv"), "--made-by", "promoguard simulate tiny")
        }
        let first = try train("one.json")
        #expect(first.exitCode == 0)
        #expect(first.text.contains("auc"))
        let again = try folder.bytes("one.json")
        #expect(try train("one.json").exitCode == 0)
        #expect(try folder.bytes("one.json") == again)

        let model = try LogisticModel.load(folder.file("one.json"))
        #expect(model.training.commands.first == "promoguard simulate tiny")
        let command = try #require(model.training.commands.last)
        #expect(command.hasPrefix("promoguard train --labels labels.csv"))
        #expect(!command.contains(logs.path))
        #expect(model.featureNames.allSatisfy { FeatureCatalog.index(of: $0) != nil })

        let shown = try Program.promoguard("model", "show", "--model", folder.file("one.json"))
        #expect(shown.exitCode == 0)
        #expect(shown.text.contains("promoguard simulate tiny"))
        let scored = try Program.promoguard(
            "score", logs.path, "--model", folder.file("one.json"), "--database", folder.file("cases.sqlite"))
        #expect(scored.exitCode == 0)
    }

    /// Who has judged one risk only gets a model of that risk, and hears of it; a risk with too few is named.
    @Test func aRiskMayBeTrainedAlone() throws {
        let all = try LabelsCSV.read(campaign.logs.file("labels.csv"))
        func some(_ risk: Risk, _ isAbuse: Bool, _ count: Int) -> [AccountLabel] {
            Array(all.filter { $0.risk == risk && $0.isAbuse == isAbuse }.prefix(count))
        }
        func train(_ labels: [AccountLabel]) throws -> Program.Outcome {
            let path = folder.file("labels.csv")
            try Data(LabelsCSV.text(labels)).write(to: URL(fileURLWithPath: path))
            return try Program.promoguard(
                "train", "--labels", path, campaign.logs.path, "--output", folder.file("one.json"), "--l2",
                "1",
                "--segments", "1", "--crosses", "0", "--keep-all", "--format", "json")
        }
        let coupons = some(.couponAbuse, true, 30) + some(.couponAbuse, false, 60)
        let few = try train(coupons + some(.fakeOrder, true, 9) + some(.fakeOrder, false, 60))
        #expect(few.exitCode == 1 && !folder.names.contains("one.json"))
        #expect(few.complaints.last?.contains("cannot train fake_order: only 9 accounts") == true)
        #expect(few.complaints.last?.hasSuffix("without its rows the other risk is trained alone") == true)

        let alone = try train(coupons)
        #expect(alone.exitCode == 0, "\(alone.errors)")
        #expect(alone.complaints.contains { $0.hasPrefix("fake_order: no labels, so the model has no head") })
        let model = folder.file("one.json")
        #expect(try LogisticModel.load(model, requiring: [.couponAbuse]).heads.count == 1)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(alone.output)) as? [String: Any])
        // Both ways of holding out are told.
        let splits = try #require((json["splits"] as? [String: [String: Any]])?["coupon_abuse"])
        #expect((splits["by_group"] as? [String: Double])?["auc"] != nil && splits.keys.contains("by_time"))
        for command in [
            ["score", campaign.logs.path, "--database", folder.file("cases.sqlite")],
            ["evaluate", campaign.logs.path, "--labels", campaign.logs.file("labels.csv")],
        ] {
            let outcome = try Program.run(Program.promoguard, command + ["--model", model])
            #expect(outcome.exitCode == 0, "\(outcome.errors)")
        }
    }

    @Test func trainingFailsWithoutWritingAModel() throws {
        let logs = campaign.logs.path
        let good = "account_id,risk,label\n"
        let cases = [
            try folder.write("empty.csv", ""), try folder.write("header.csv", good),
            try folder.write("risk.csv", good + "a,theft,1\n"),
            try folder.write("strangers.csv", good + "a,coupon_abuse,1\nb,coupon_abuse,0\n"),
            folder.file("missing.csv"),
        ]
        for labels in cases {
            let outcome = try Program.promoguard(
                "train", "--labels", labels, logs, "--output", folder.file("model.json"))
            #expect(outcome.exitCode == 1, "\(labels)")
            #expect(outcome.complaints.last?.hasPrefix("promoguard: ") == true, "\(labels)")
        }
        #expect(!folder.names.contains("model.json"))
    }

    /// Accounts that the logs do not know, or not yet, are named by their lines; there is no model without others.
    @Test func leftOutLabelsAreNamedByTheirLines() throws {
        let labels = try folder.write(
            "labels.csv",
            "account_id,risk,label,as_of_ms\nnobody,coupon_abuse,1,\nearly,coupon_abuse,0,5\n"
                + "nobody2,fake_order,0,\nnobody3,fake_order,1,\nnobody4,fake_order,1,\n")
        let outcome = try Program.promoguard(
            "train", "--labels", labels, campaign.logs.path, "--output", folder.file("model.json"))
        #expect(outcome.exitCode == 1)
        #expect(
            outcome.complaints.contains {
                $0.hasPrefix(
                    "4 labelled accounts left out (nobody in line 2, nobody2 in line 4, nobody3 in line 5"
                        + " and 1 more)")
            })
        #expect(
            outcome.complaints.contains {
                $0.hasPrefix("1 labelled account left out (early in line 3): as_of_ms before the first")
            })
        #expect(!folder.names.contains("model.json"))
    }

    @Test func theProgramWorksWhenItIsCopiedAlone() throws {
        let copy = folder.file("promoguard")
        try FileManager.default.copyItem(atPath: Program.promoguard, toPath: copy)
        var outcome = try Program.run(copy, ["features", "--describe"], folder: "/")
        // A child that another test forked while the copy was written holds it as busy text until it runs its own program.
        for _ in 0..<50 where outcome.exitCode == 126 {
            usleep(100_000)
            outcome = try Program.run(copy, ["features", "--describe"], folder: "/")
        }
        #expect(outcome.exitCode == 0)
        let shown = try Program.run(copy, ["model", "show"], folder: "/")
        #expect(shown.exitCode == (try? LogisticModel.bundled()).map { _ in 0 } ?? 1)
    }
}
