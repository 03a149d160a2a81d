import ArgumentParser
import CaseFile

/// `promoguard review list`: the flags, what costs most first.
struct ReviewListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List flagged accounts, the largest expected loss first.")

    @OptionGroup(title: "Filters") var filter: FlagFilterOptions

    @Option(help: "Order: priority (score × amount at stake), score, amount or time.")
    var sort = FlagSort.priority

    @Option(help: "At most so many flags; 0 for all (default: 50 in a table, else all).")
    var limit: Int?

    @Option(help: ArgumentHelp("Go on where the page before ended.", valueName: "cursor"))
    var after: String?

    @Option(help: "table, json or csv.")
    var format = OutputFormat.table

    @OptionGroup var display: DisplayOptions
    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit is a number of flags: give 0 or more") }
        if let after, FlagCursor(after)?.sort != sort {
            throw ValidationError(
                "--after \(after) is no cursor of a list in this order: give what the page before named")
        }
    }

    func run() throws {
        let file = try databaseOptions.open(
            isUnmasked: display.unmask, by: reviewer, "list with whole ids", detail: filter.words)
        defer { file.close() }
        let query = filter.query(sort)
        let most = limit ?? (format == .table ? 50 : 0)
        let page = try file.page(
            query, limit: most == 0 ? nil : most, after: after.flatMap { FlagCursor($0) })
        let language = languageOptions.language
        if !page.flags.isEmpty || format != .table {
            let listing = FlagListing(language: language, display: display)
            try Terminal.write(listing.text(page.flags, as: format, .standardOutput()))
        }
        if verbosity.quiet { return }
        if page.flags.isEmpty {
            Terminal.note(language.pick("No flags match.", "没有符合条件的标记。"))
        } else if let next = page.next {
            let total = try file.total(query).flags
            Terminal.note(
                language.pick(
                    "\(page.flags.count) of \(total) flags; --after \(next.text) shows the next, --limit 0 all.",
                    "共 \(total) 条标记，本页 \(page.flags.count) 条；--after \(next.text) 显示下一页，--limit 0 显示全部。"))
        }
    }
}
