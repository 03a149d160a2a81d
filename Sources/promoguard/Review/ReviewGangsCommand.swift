import ArgumentParser
import CaseFile
import Presentation

/// `promoguard review gangs [GANG]`: accounts that act together, or one gang with its members.
struct ReviewGangsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gangs",
        abstract: "List the gangs, the largest expected loss first, or show one with its members.")

    @Argument(help: "A gang's id, as the list shows it (default: list them all).")
    var gang: String?

    @Option(help: "At most so many gangs; 0 for all (default: 50 in a table, else all).")
    var limit: Int?

    @Option(help: "table, json or csv.")
    var format = OutputFormat.table

    @OptionGroup var display: DisplayOptions
    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit is a number of gangs: give 0 or more") }
    }

    func run() throws {
        let file = try databaseOptions.open(
            isUnmasked: display.unmask, by: reviewer, "gangs with whole ids", detail: gang)
        defer { file.close() }
        let listing = GangListing(language: languageOptions.language, display: display)
        if let gang {
            try Terminal.write(try page(gang, file, listing).text(as: format, .standardOutput()))
        } else {
            try list(file, listing)
        }
    }

    private func page(_ id: String, _ file: CaseFile, _ listing: GangListing) throws -> GangPage {
        guard let gang = try file.gang(id) else {
            throw AccountLookup.Failure(
                description: "cannot find gang \(id.visible) in \(file.path): see promoguard review gangs")
        }
        let flags = try file.flags(FlagQuery(gangID: id))
        return GangPage(
            gang: gang, members: try file.members(gang: id),
            flags: Dictionary(grouping: flags, by: \.accountID), listing: listing)
    }

    private func list(_ file: CaseFile, _ listing: GangListing) throws {
        let most = limit ?? (format == .table ? 50 : 0)
        let gangs = try file.gangs(limit: most == 0 ? nil : most)
        if !gangs.isEmpty || format != .table {
            try Terminal.write(listing.text(gangs, as: format, .standardOutput()))
        }
        if verbosity.quiet { return }
        let language = listing.language
        if gangs.isEmpty {
            Terminal.note(language.pick("No gangs were found.", "未发现团伙。"))
        } else if gangs.count == most {
            Terminal.note(
                language.pick(
                    "The first \(most) gangs; --limit 0 shows all.", "显示前 \(most) 个团伙；--limit 0 显示全部。"))
        }
    }
}
