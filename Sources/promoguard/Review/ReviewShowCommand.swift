import ArgumentParser
import CaseFile

/// `promoguard review show ACCOUNT`: one account, with every reason and every decision.
struct ReviewShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one flagged account: reasons, money, what it did, who is linked to it, decisions.")

    @Argument(help: "The account's id, whole or as a list shows it (ab…wxyz).")
    var account: String

    @Option(help: "table, json or csv.")
    var format = OutputFormat.table

    @OptionGroup var display: DisplayOptions
    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func run() throws {
        let file = try databaseOptions.open(.readOnly)
        defer { file.close() }
        let id = try AccountLookup(file: file).account(account)
        if display.unmask {
            try databaseOptions.open(isUnmasked: true, by: reviewer, "show with whole ids", account: id)
                .close()
        }
        let listing = FlagListing(language: languageOptions.language, display: display)
        let flags = try file.flags(account: id)
        let page = AccountPage(
            account: id, flags: flags, decisions: try file.decisions(account: id),
            gang: try flags.first?.gangID.flatMap { try file.gang($0) }, listing: listing,
            evidence: try file.evidence(account: id), linked: try file.linkedAccounts(of: id, limit: 20),
            news: try file.newEvidence(flags.map(\.key)))
        try Terminal.write(page.text(as: format, .standardOutput()))
    }
}
