import Foundation
import FoundationXML
import RiskFeatures
import RiskModel
import Testing

/// Learning and measuring on a table, reports and comparisons, as a person types them.
@Suite struct TableCommandTests {
    private let campaign = TestCampaign.shared
    private let folder = TemporaryFolder()

    /// Six hundred rows of which one column tells a lot, one a little, and a text column something.
    private func table(_ name: String, label: Bool = true) throws -> String {
        var text = "编号,score_a,noise,城市,group" + (label ? ",bad" : "") + "\r\n"
        for row in 0..<600 {
            let mixed = row &* 2_654_435_761 % 1000
            let bad = mixed % 10 < 3
            let signal = (bad ? 3.0 : 1.0) + Double(mixed % 37) / 12
            let city = mixed % 3 == 0 ? "苏州" : bad && mixed % 2 == 0 ? "\"上海,浦东\"" : "北京"
            text +=
                "u\(row),\(signal),\(mixed % 97),\(city),g\(row / 3)" + (label ? ",\(bad ? 1 : 0)" : "")
                + "\r\n"
        }
        return try folder.write(name, text)
    }

    @Test func aTableTrainsAModelThatMeasuresTables() throws {
        let (csv, model) = (try table("train.csv"), folder.file("m.json"))
        let trained = try Program.promoguard(
            "train", "--table", csv, "--label", "bad", "--id", "编号", "--group", "group", "--output", model,
            "--report", folder.file("train.html"))
        #expect(trained.exitCode == 0, "\(trained.errors)")
        #expect(trained.text.contains("auc"))
        // A table without times has no later rows.
        let split = trained.text.split(separator: "\n").first { $0.hasPrefix("bad: the latest accounts") }
        #expect(split?.contains("–") == true && trained.text.contains("bad: other gangs and accounts"))

        let scores = folder.file("scores.csv")
        let measured = try Program.promoguard(
            "evaluate", "--table", csv, "--label", "bad", "--id", "编号", "--model", model, "--scores", scores,
            "--format", "json")
        #expect(measured.exitCode == 0, "\(measured.errors)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(measured.output)) as? [String: Any])
        let found = try #require((json["models"] as? [[String: Any]])?.first)
        let figures = try #require((found["heads"] as? [String: [String: Double]])?["bad"])
        let auc = try #require(figures["auc"])
        #expect(auc > 0.85)
        let interval = try #require((found["intervals"] as? [String: [String: [Double]]])?["bad"]?["auc"])
        #expect(interval[0] <= auc && auc <= interval[1])

        let lines = try folder.text("scores.csv").split(separator: "\n")
        #expect(lines[0] == "编号,score")
        #expect(lines.count == 601 && lines[1].hasPrefix("u0,0.") && lines[600].hasPrefix("u599,0."))

        // What a row stands for moves figures, and no score.
        let weighty = try folder.write(
            "weights.csv",
            try folder.text("train.csv").split(separator: "\r\n").enumerated().map { row, line in
                line + (row == 0 ? ",stands_for" : line.hasSuffix(",1") ? ",1" : ",10")
            }.joined(separator: "\n"))
        let weighed = try Program.promoguard(
            "evaluate", "--table", weighty, "--label", "bad", "--id", "编号", "--weight", "stands_for",
            "--model",
            model, "--format", "json", "--scores", folder.file("weighed.csv"))
        #expect(weighed.exitCode == 0, "\(weighed.errors)")
        #expect(try folder.bytes("weighed.csv") == folder.bytes("scores.csv"))
        let other = try #require(
            try JSONSerialization.jsonObject(with: Data(weighed.output)) as? [String: Any])
        let heads = (other["models"] as? [[String: Any]])?.first?["heads"] as? [String: [String: Double]]
        #expect(try #require(heads?["bad"]?["log_loss"]) != #require(figures["log_loss"]))

        // Without a label column the same rows get the same scores.
        let again = folder.file("again.csv")
        let scored = try Program.promoguard(
            "evaluate", "--table", try table("new.csv", label: false), "--id", "编号", "--model", model,
            "--scores", again)
        #expect(scored.exitCode == 0, "\(scored.errors)")
        #expect(try folder.bytes("again.csv") == folder.bytes("scores.csv"))

        // It scores no logs, and says so.
        let logs = try Program.promoguard(
            "score", campaign.logs.path, "--model", model, "--database", folder.file("x.sqlite"))
        #expect(logs.exitCode == 1)
        #expect(logs.complaints.count == 1 && logs.complaints[0].contains("it learned bad from a table"))
        try expectSelfContained("train.html")
    }

    @Test func theFeatureTableTrainsWhatScoresLogs() throws {
        let logs = TestCampaign.simulate(accounts: 400, days: 3, seed: 7)
        let (csv, model) = (folder.file("features.csv"), folder.file("coupon.json"))
        #expect(
            try Program.promoguard(
                "features", logs.path, "--labels", logs.file("labels.csv"), "--output", csv
            ).exitCode == 0)
        let trained = try Program.promoguard(
            "train", "--table", csv, "--label", "coupon_abuse", "--output", model, "--l2", "30", "--crosses",
            "0")
        #expect(trained.exitCode == 0, "\(trained.errors)")
        #expect(try LogisticModel.load(model, requiring: [.couponAbuse]).heads.count == 1)
        let measured = try Program.promoguard(
            "evaluate", "--table", csv, "--label", "coupon_abuse", "--model", model)
        #expect(measured.exitCode == 0 && measured.text.contains("auc"))
        let scored = try Program.promoguard(
            "score", logs.path, "--model", model, "--database", folder.file("cases.sqlite"))
        #expect(scored.exitCode == 0, "\(scored.errors)")
    }

    @Test func tablesThatCannotBeUsedSayWhyAndWriteNoModel() throws {
        let ragged = try folder.write("ragged.csv", "a,bad\n1,1\n2\n")
        let odd = try folder.write("odd.csv", "a,bad\n1,1\n2,maybe\n")
        let single = try folder.write("one.csv", "a,bad\n1,1\n2,1\n")
        let few = try folder.write(
            "few.csv", "a,bad\n" + (0..<200).map { "\($0 % 7),\($0 < 19 ? 1 : 0)\n" }.joined())
        let both = try folder.write("both.csv", "account_id,a,bad\nx,1,1\ny,3,0\nx,2,0\n")
        let timed = try folder.write("timed.csv", "as_of_ms,a,bad\n2026-06-01T20:00,1,1\n1 June,2,0\n")
        let typo = try folder.write(
            "typo.csv", "a,bad\n" + (0..<60).map { "\($0),\($0 % 2)\n" }.joined() + "1O,0\n")
        for (path, cause, remedy) in [
            (ragged, "line 3", "add or quote what differs"), (odd, "line 3", "use 1 or 0"),
            (single, "all are 1", "label some of the other kind"),
            (folder.file("none.csv"), "No such", "name a CSV file"),
            (few, "only 19 accounts are labelled 1", "label more, or start from a model with --from"),
            (both, "line 4", "but line 2 labels it 1; keep one of them"),
            (timed, "line 3: as_of_ms is \"1 June\"", "a date such as 2026-06-01"),
            (typo, "line 62: column a holds numbers, but here \"1O\"", "correct it"),
        ] {
            let outcome = try Program.promoguard(
                "train", "--table", path, "--label", "bad", "--output", folder.file("m.json"))
            #expect(outcome.exitCode == 1)
            let complaint = outcome.complaints.last ?? ""
            #expect(complaint.contains(cause) && complaint.contains(remedy), "\(outcome.errors)")
        }
        let unlabelled = try Program.promoguard("train", "--table", odd, "--output", folder.file("m.json"))
        #expect(unlabelled.exitCode == 64 && unlabelled.errors.contains("--label COLUMN"))
        #expect(!folder.names.contains("m.json"))
    }

    /// Columns that say nothing or too much, and cells that are no numbers, are named; the model is written.
    @Test func oddColumnsAreNamed() throws {
        var text = "\u{FEFF}值,copy,same,verdict,wild,bad\r\n"
        for row in 0..<300 {
            let mixed = row &* 2_654_435_761 % 1000
            let bad = mixed % 10 < 3 ? 1 : 0
            text += "\(mixed),\(mixed),5,\(bad),\(row == 7 ? "inf" : "\(mixed % 13)"),\(bad)\r\n"
        }
        text.removeLast()
        let path = try folder.write("odd.csv", text)
        let outcome = try Program.promoguard(
            "train", "--table", path, "--label", "bad", "--output", folder.file("m.json"), "--crosses", "0")
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        for note in [
            "column copy is a copy of 值", "column same is the same in every row",
            "column wild: 1 cell infinite or too large, the first in line 9: taken as missing",
            "warning: verdict alone tells the labels apart",
        ] {
            #expect(outcome.errors.contains(note), "\(note): \(outcome.errors)")
        }
    }

    @Test func twoModelsSideBySideWithTheirReport() throws {
        var other = campaign.model
        other.name = "other"
        let strongest = try #require(campaign.model.heads[.couponAbuse]).byImportance[0].feature
        other.heads[.couponAbuse]!.terms.removeAll { $0.feature == strongest }
        other.heads[.couponAbuse]!.thresholds.review *= 0.6
        other.heads[.couponAbuse]!.crosses = [
            .init(
                first: .init(feature: "ip_accounts_1d", transform: .log1p, knots: [1, 9]),
                second: .init(feature: "claim_share", transform: .identity, knots: [0, 1]),
                points: [[0, 0], [0, 1.5]])
        ]
        let path = folder.file("other.json")
        try other.write(to: path)
        let arguments = [
            "evaluate", campaign.logs.path, "--labels", campaign.logs.file("labels.csv"),
            "--groups", campaign.logs.file("truth.csv"), "--model", campaign.modelPath, "--against", path,
            "--review-per-day", "5",
        ]
        let outcome = try Program.run(
            Program.promoguard, arguments + ["--format", "json", "--report", folder.file("r.html")])
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any])
        let differences = try #require(json["differences"] as? [String: [String: [String: Any]]])
        // The head of fake orders is the same; only the company differs that the other head's suspects are.
        let moved = try #require(differences["fake_order"]?["auc"]?["difference"] as? Double)
        #expect(abs(moved) < 0.01)
        #expect(differences["coupon_abuse"]?["review_recall"] != nil)
        let accounts = try #require((json["disagreements"] as? [String: [[String: Any]]])?["coupon_abuse"])
        #expect(!accounts.isEmpty)
        // Masked: an account is shown by its ends alone.
        #expect(accounts.allSatisfy { ($0["account"] as? String)?.contains("…") == true })
        let models = try #require(json["models"] as? [[String: Any]])
        let figures = try #require(models[0]["heads"] as? [String: [String: Double]])["coupon_abuse"]
        #expect(figures?["saved_share"] != nil && figures?["precision_at_capacity"] != nil)
        let parts = try #require(models[0]["parts"] as? [String: [[String: Any]]])["coupon_abuse"]
        #expect(parts?.contains { $0["week"] != nil } == true)
        let campaigns = Set((parts ?? []).compactMap { $0["campaign"] as? String })
        let written = Set(
            campaign.lines.compactMap { $0.firstMatch(of: /"campaign_id":"([^"]*)"/)?.1 }.map(String.init))
        #expect(!campaigns.isEmpty && campaigns.isSubset(of: written))

        try expectSelfContained("r.html")
        let page = try folder.text("r.html")
        // What moved is in the report, and in the comparison.
        #expect(page.contains(strongest))
        let compared = try Program.promoguard("model", "compare", path, campaign.modelPath, "--lang", "en")
        #expect(compared.exitCode == 0, "\(compared.errors)")
        #expect(
            compared.text.split(separator: "\n").contains {
                $0.hasPrefix(strongest) && $0.contains(" new ")
            })
        // Figures of the same accounts.
        #expect(!compared.text.contains("which model is better"))
        let pair = "claim_share × ip_accounts_1d"
        #expect(compared.text.contains("crosses of two: 0 new, 1 gone, 0 moved"))
        #expect(compared.text.split(separator: "\n").contains { $0.hasPrefix(pair) && $0.contains(" gone ") })
        #expect(page.contains(pair))
        let shown = try Program.promoguard("model", "show", "--model", path, "--lang", "en")
        #expect(shown.text.contains("Together, beyond each alone"))
        let again = try Program.run(
            Program.promoguard,
            ["evaluate", campaign.logs.path, "--labels", campaign.logs.file("labels.csv"), "--model", path]
                + ["--report", folder.file("grid.html"), "--quiet"])
        #expect(again.exitCode == 0, "\(again.errors)")
        try expectSelfContained("grid.html")
        let grid = try folder.text("grid.html")
        #expect(grid.contains("Pairs of features") && grid.contains("特征对"))
        #expect(grid.contains("ip_accounts_1d ↓ × claim_share →") && grid.contains("color-mix"))
        let same = try Program.promoguard("model", "compare", path, path, "--format", "json")
        #expect(same.text.contains("\"changes\":[]"))
    }

    @Test func aModelIsShownInBothLanguages() throws {
        let english = try Program.promoguard("model", "show", "--model", campaign.modelPath, "--lang", "en")
        let chinese = try Program.promoguard("model", "show", "--model", campaign.modelPath, "--lang", "zh")
        #expect(english.text.contains("flagged for review from a probability of"))
        #expect(chinese.text.contains("标为待查") && chinese.text.contains("薅羊毛"))
        #expect(english.text.contains("device_accounts_1d"))
    }

    /// Well-formed, and with nothing that a browser would fetch.
    private func expectSelfContained(_ name: String) throws {
        let parser = XMLParser(data: Data(try folder.bytes(name)))
        let page = Page()
        parser.delegate = page
        #expect(parser.parse(), "\(String(describing: parser.parserError)), line \(parser.lineNumber)")
        #expect(page.charts >= 5)
        #expect(page.fetched.isEmpty)
        let text = try folder.text(name)
        for word in ["http:", "https:", "url(", "@import", "<script", "javascript:"] {
            #expect(!text.contains(word), "\(word)")
        }
    }

    /// What an XML parser finds in a page.
    private final class Page: NSObject, XMLParserDelegate {
        var charts = 0
        var fetched: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) {
            if name == "svg" { charts += 1 }
            if ["script", "link", "img", "iframe", "object"].contains(name) { fetched.append(name) }
            for key in ["src", "href", "xlink:href"] where attributes[key] != nil { fetched.append(key) }
        }
    }
}
