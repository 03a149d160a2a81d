import ArgumentParser
import CaseFile
import Presentation

/// `promoguard review labels`: people's decisions as a labels.csv to train and evaluate on.
struct ReviewLabelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels",
        abstract: "Write the decisions as labelled CSV (account_id,risk,label,as_of_ms), ids whole.")

    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func run() throws {
        let file = try databaseOptions.open(isUnmasked: true, by: reviewer, "labels")
        defer { file.close() }
        let labels = try file.labels()
        try Terminal.write(ReviewLabelsCommand.csv(labels))
        if labels.isEmpty, !verbosity.quiet {
            Terminal.note(
                languageOptions.language.pick(
                    "No decision stands yet; see promoguard review decide.",
                    "尚无有效的处理结论；见 promoguard review decide。"))
        }
    }

    static func csv(_ labels: [CaseLabel]) -> String {
        CSVText.line(["account_id", "risk", "label", "as_of_ms"])
            + labels.map { CSVText.line([$0.accountID, $0.risk, String($0.label), String($0.asOfMs)]) }
            .joined()
    }
}
