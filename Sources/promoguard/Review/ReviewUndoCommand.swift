import ArgumentParser
import CaseFile
import Presentation

/// `promoguard review undo ACCOUNT…`: takes decisions back.
struct ReviewUndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take back the last decision that stands on flagged accounts; it stays on record.")

    @OptionGroup var selected: SelectionOptions

    @Option(help: "A line for who looks next.")
    var note: String?

    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var display: DisplayOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func run() throws {
        try databaseOptions.open(.readOnly).close()
        let file = try databaseOptions.open(.readWrite)
        defer { file.close() }
        let listing = FlagListing(language: languageOptions.language, display: display)
        let action = FlagWords.verdict(nil, listing.language)
        guard let (selection, expected) = try selected.selection(file, listing, action) else { return }
        let decisions = try file.undo(
            selection, reviewer: reviewer.name, note: note, decidedMs: ReviewerOptions.nowMs,
            expecting: expected)
        if !verbosity.quiet { DecisionNotes.tell(decisions, listing) }
    }
}
