import ArgumentParser
import CaseFile
import RiskFeatures
import RiskModel

/// `promoguard review list`: the flags, what costs most first.
struct ReviewListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List flagged accounts, the largest expected loss first.")

    @Option(help: "Only this risk: coupon_abuse or fake_order.")
    var risk: Risk?

    @Option(help: "Only this level: review or high.")
    var level: RiskLevel?

    @Option(help: "Only this status: open, confirmed, cleared or unsure.")
    var status: ReviewStatus?

    @Option(help: "Only flags with this tag, such as device_farm or brushing.")
    var tag: AbuseTag?

    @Option(help: "Only scores of at least this, 0 to 1.")
    var minScore: Double?

    @Option(help: "Order: priority (score × amount at stake), score, amount or time.")
    var sort = FlagSort.priority

    @Option(help: "At most so many flags; 0 for all (default: 50 in a table, else all).")
    var limit: Int?

    @Option(help: "table, json or csv.")
    var format = OutputFormat.table

    @OptionGroup var display: DisplayOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        if let minScore, !(0...1).contains(minScore) {
            throw ValidationError("--min-score is a probability: give a number from 0 to 1")
        }
        if let limit, limit < 0 { throw ValidationError("--limit is a number of flags: give 0 or more") }
    }

    func run() throws {
        let file = try databaseOptions.open(.readOnly)
        defer { file.close() }
        let query = FlagQuery(
            risk: risk?.rawValue, level: level?.rawValue, status: status, tag: tag?.rawValue,
            minimumScore: minScore, sort: sort)
        let most = limit ?? (format == .table ? 50 : 0)
        let flags = try file.page(query, limit: most == 0 ? nil : most).flags
        let language = languageOptions.language
        if !flags.isEmpty || format != .table {
            let listing = FlagListing(language: language, display: display)
            try Terminal.write(listing.text(flags, as: format, .standardOutput()))
        }
        if verbosity.quiet { return }
        let total = flags.count == most ? try file.total(query).flags : flags.count
        if flags.isEmpty {
            Terminal.note(language.pick("No flags match.", "没有符合条件的标记。"))
        } else if total > flags.count {
            Terminal.note(
                language.pick(
                    "\(flags.count) of \(total) flags; --limit 0 shows all.",
                    "共 \(total) 条标记，显示前 \(flags.count) 条；--limit 0 显示全部。"))
        }
    }
}

extension Risk: ExpressibleByArgument {}
extension RiskLevel: ExpressibleByArgument {}
extension ReviewStatus: ExpressibleByArgument {}
extension FlagSort: ExpressibleByArgument {}
extension AbuseTag: ExpressibleByArgument {}
