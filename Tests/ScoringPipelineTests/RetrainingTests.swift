import CaseFile
import Foundation
import RiskModel
import Testing

/// A model moved by what people decided, as the README tells it.
@Suite struct RetrainingTests {
    private let campaign = TestCampaign.shared
    private let folder = TemporaryFolder()
    private var database: String { folder.file("case.sqlite") }
    /// The samples of this project; one of their files is damaged on purpose.
    private let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../SampleLogs").standardized.path

    private func run(_ arguments: String..., expecting exitCode: Int32 = 0) throws -> Program.Outcome {
        let outcome = try Program.run(Program.promoguard, arguments)
        try #require(outcome.exitCode == exitCode, "\(arguments): \(outcome.errors)")
        return outcome
    }

    private func score(_ model: String) throws -> [FlaggedAccount] {
        _ = try run(
            "score", samples, "--model", model, "--database", database, "--quiet", expecting: 2)
        return try CaseFile.open(database, access: .readOnly).flags()
    }

    /// Decides on some flagged accounts as somebody would who knows the truth.
    private func decide(_ flags: [FlaggedAccount], _ risk: Risk, count: Int) throws {
        let abusers = Set(
            try LabelsCSV.read(samples + "/labels.csv").filter { $0.risk == risk && $0.isAbuse }
                .map(\.accountID))
        let judged = flags.filter { $0.risk == risk.rawValue }.map(\.accountID).sorted().prefix(count)
        for (isAbuse, action) in [(true, "--confirm"), (false, "--clear")] {
            let accounts = judged.filter { abusers.contains($0) == isAbuse }
            try #require(!accounts.isEmpty)
            let outcome = try Program.run(
                Program.promoguard,
                ["review", "decide"] + accounts
                    + [action, "--risk", risk.rawValue, "--database", database, "--quiet"])
            try #require(outcome.exitCode == 0, "\(outcome.errors)")
        }
    }

    /// Figures by head of the model that was moved, as it was and as it is.
    /// - Parameter exitCode: 2 for logs of which one is damaged.
    private func figures(
        _ logs: String, _ mine: String, expecting exitCode: Int32
    ) throws -> [[String: [String: Double]]] {
        let measured = try run(
            "evaluate", "--labels", logs + "/labels.csv", logs, "--model", campaign.modelPath, "--against",
            mine, "--format", "json", expecting: exitCode)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(measured.output)) as? [String: Any])
        #expect((json["differences"] as? [String: Any])?.count == Risk.allCases.count)
        let figures = try #require(json["models"] as? [[String: Any]]).compactMap {
            $0["heads"] as? [String: [String: Double]]
        }
        try #require(figures.count == 2 && figures.allSatisfy { $0.count == Risk.allCases.count })
        return figures
    }

    @Test func decisionsMoveAModelThatIsThenMeasuredAndSwapped() throws {
        let before = try score(campaign.modelPath)
        for (risk, count) in [(Risk.couponAbuse, 40), (.fakeOrder, 25)] {
            try decide(before, risk, count: count)
        }
        let labels = try folder.write(
            "mine.csv", try run("review", "labels", "--database", database).output)
        let decided = try LabelsCSV.read(labels)
        #expect(decided.count > 30)

        let mine = folder.file("mine.json")
        let trained = try run(
            "train", "--labels", labels, "--from", campaign.modelPath, samples, "--output", mine, "--report",
            folder.file("moved.html"), expecting: 2)
        #expect(trained.complaints.contains { $0.contains("curves and grids moved") })
        let (old, new) = (campaign.model, try LogisticModel.load(mine))
        for risk in Risk.allCases {
            #expect(old.heads[risk]!.terms.map(\.feature) == new.heads[risk]!.terms.map(\.feature))
            #expect(old.heads[risk]!.terms != new.heads[risk]!.terms)
            #expect(old.heads[risk]!.thresholds == new.heads[risk]!.thresholds)
        }
        // How far it moved is in the report.
        let page = try folder.text("moved.html")
        #expect(page.contains("What moved") && page.contains(old.heads[.couponAbuse]!.terms[0].feature))

        // Each model's own figures are of other accounts, which is said: they look like a loss.
        let compared = try run("model", "compare", campaign.modelPath, mine, "--lang", "en")
        #expect(compared.text.contains("a simulated campaign"))
        #expect(compared.text.contains("they do not say which model is better"))

        // Side by side: on the world that the decisions are of, and on another, of which nobody judged an account.
        // A few decisions, most of them on flags that were right, neither help nor harm much in either.
        for (logs, exitCode) in [(samples, Int32(2)), (campaign.logs.path, 0)] {
            let both = try figures(logs, mine, expecting: exitCode)
            for risk in Risk.allCases.map(\.rawValue) {
                let (first, second) = (both[0][risk]!, both[1][risk]!)
                #expect(first["log_loss"] != second["log_loss"])
                #expect(second["auc"]! >= first["auc"]! - 0.005, "\(risk)")
                #expect(second["log_loss"]! <= first["log_loss"]! + 0.002, "\(risk)")
                #expect(second["review_fpr"]! <= first["review_fpr"]! + 0.003, "\(risk)")
                // At the same false alarms as many are found.
                #expect(second["recall_at_fpr_1%"]! >= first["recall_at_fpr_1%"]! - 0.03, "\(risk)")
                // Where most of the judged flags were false, as 16 of the 25 for fake orders, the head flags less for the
                // same threshold: in the other campaign two of 37 abusers fewer, and five of 17 good accounts. So what is
                // flagged is right more often, or no fewer are found.
                #expect(
                    second["review_recall"]! >= first["review_recall"]! - 0.03
                        || second["review_precision"]! > first["review_precision"]! + 0.03, "\(risk)")
            }
        }

        let after = try score(mine)
        // The accounts are those that it has seen, so they have not moved.
        let drift = try CaseFile.open(database, access: .readOnly).drift()
        #expect(Set(drift.map(\.risk)).count == 2 && drift.allSatisfy { $0.model == "mine" })
        for row in drift {
            #expect(row.index < 0.01, "\(row.risk) \(row.feature ?? "score")")
        }
        // A row that the new model does not flag stays as the old one left it.
        #expect(after.contains { $0.model == "mine" && $0.status == .open })
        // What was decided stands.
        let verdicts = Dictionary(
            uniqueKeysWithValues: decided.map { ("\($0.accountID) \($0.risk.rawValue)", $0.isAbuse) })
        for flag in after {
            guard let isAbuse = verdicts["\(flag.accountID) \(flag.risk)"] else { continue }
            #expect(flag.status == (isAbuse ? .confirmed : .cleared))
        }
    }

    @Test func aRiskThatNobodyJudgedKeepsItsHead() throws {
        try decide(try score(campaign.modelPath), .couponAbuse, count: 40)
        let labels = try folder.write(
            "mine.csv", try run("review", "labels", "--database", database).output)
        let trained = try run(
            "train", "--labels", labels, "--from", campaign.modelPath, samples, "--output",
            folder.file("mine.json"), expecting: 2)
        #expect(trained.complaints.contains { $0.contains("fake_order: no labels, so its head stays") })
        let model = try LogisticModel.load(folder.file("mine.json"))
        #expect(model.heads[.fakeOrder] == campaign.model.heads[.fakeOrder])
        #expect(model.heads[.couponAbuse] != campaign.model.heads[.couponAbuse])
    }
}
