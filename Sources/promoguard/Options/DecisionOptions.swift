import ArgumentParser
import CaseFile
import Presentation

/// What deciding on flags and taking a decision back are told.
struct DecisionOptions: ParsableArguments {
    @OptionGroup var selected: SelectionOptions

    @Option(help: "A line for who looks next.")
    var note: String?

    @OptionGroup var reviewer: ReviewerOptions
    @OptionGroup var display: DisplayOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    /// Records a verdict on what is selected, once a person has agreed, and says so.
    /// - Parameter verdict: nil takes the verdict that stands back.
    func record(_ verdict: Verdict?) throws {
        // A decision needs flags, so that a mistyped file name must not create a file.
        try databaseOptions.open(.readOnly).close()
        let file = try databaseOptions.open(.readWrite)
        defer { file.close() }
        let listing = FlagListing(language: languageOptions.language, display: display)
        let action = FlagWords.verdict(verdict, listing.language)
        guard let (selection, expected) = try selected.selection(file, listing, action) else { return }
        let now = ReviewerOptions.nowMs
        let decided =
            if let verdict {
                try file.decide(
                    verdict, selection, reviewer: reviewer.name, note: note, decidedMs: now,
                    expecting: expected)
            } else {
                Decided(
                    added: try file.undo(
                        selection, reviewer: reviewer.name, note: note, decidedMs: now, expecting: expected))
            }
        if !verbosity.quiet { DecisionNotes.tell(decided, listing) }
    }
}
