import ArgumentParser
import CaseFile
import Presentation

/// `promoguard review export`: account ids for another tool, such as the one that hands out coupons.
struct ReviewExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract:
            "Write the account ids that a filter selects as CSV; whole with --unmask, which is recorded.")

    @Option(help: "table, json or csv.")
    var format = OutputFormat.csv

    @OptionGroup(title: "Filters") var filter: FlagFilterOptions
    @OptionGroup var display: DisplayOptions
    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func run() throws {
        let file = try databaseOptions.open(
            isUnmasked: display.unmask, by: reviewer, "export", detail: filter.words)
        defer { file.close() }
        let accounts = try file.accounts(filter.query())
        try Terminal.write(
            ReviewExportCommand.text(accounts.map(display.shown), as: format, .standardOutput()))
        if accounts.isEmpty, !verbosity.quiet {
            Terminal.note(languageOptions.language.pick("No flags match.", "没有符合条件的标记。"))
        }
    }

    static func text(_ ids: [String], as format: OutputFormat, _ terminal: Terminal) -> String {
        switch format {
        case .table:
            var table = TerminalTable([.init(title: "account_id")])
            table.rows = ids.map { [.init($0)] }
            return table.rendered(terminal)
        case .json: return JSONValue.lines(ids.map { .object([("account_id", .string($0))]) })
        case .csv: return csv(ids)
        }
    }

    static func csv(_ ids: [String]) -> String {
        CSVText.line(["account_id"]) + ids.map { CSVText.line([$0]) }.joined()
    }
}
