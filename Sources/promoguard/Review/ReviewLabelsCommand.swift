import ArgumentParser
import CaseFile
import Presentation

/// `promoguard review labels`: people's decisions as a labels.csv to train and evaluate on.
struct ReviewLabelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels",
        abstract: "Write the decisions as labelled CSV (account_id,risk,label,as_of_ms), ids whole.")

    @Option(help: "table, json or csv (what train and evaluate read).")
    var format = OutputFormat.csv

    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func run() throws {
        let file = try databaseOptions.open(isUnmasked: true, by: reviewer, "labels")
        defer { file.close() }
        let labels = try file.labels()
        try Terminal.write(ReviewLabelsCommand.text(labels, as: format, .standardOutput()))
        if labels.isEmpty, !verbosity.quiet {
            Terminal.note(
                languageOptions.language.pick(
                    "No decision stands yet; see promoguard review decide.",
                    "尚无有效的处理结论；见 promoguard review decide。"))
        }
    }

    static func text(_ labels: [CaseLabel], as format: OutputFormat, _ terminal: Terminal) -> String {
        switch format {
        case .table:
            var table = TerminalTable([
                .init(title: "account_id"), .init(title: "risk"), .init(title: "label", alignment: .right),
                .init(title: "as_of_ms", alignment: .right),
            ])
            table.rows = labels.map {
                [.init($0.accountID), .init($0.risk), .init(String($0.label)), .init(String($0.asOfMs))]
            }
            return table.rendered(terminal)
        case .json:
            return JSONValue.lines(
                labels.map {
                    .object([
                        ("account_id", .string($0.accountID)), ("risk", .string($0.risk)),
                        ("label", .integer(Int64($0.label))), ("as_of_ms", .integer($0.asOfMs)),
                    ])
                })
        case .csv: return csv(labels)
        }
    }

    static func csv(_ labels: [CaseLabel]) -> String {
        CSVText.line(["account_id", "risk", "label", "as_of_ms"])
            + labels.map { CSVText.line([$0.accountID, $0.risk, String($0.label), String($0.asOfMs)]) }
            .joined()
    }
}
