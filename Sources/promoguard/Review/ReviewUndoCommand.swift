import ArgumentParser

/// `promoguard review undo ACCOUNT…`: takes decisions back.
struct ReviewUndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take back the last decision that stands on flagged accounts; it stays on record.")

    @OptionGroup var options: DecisionOptions

    func run() throws { try options.record(nil) }
}
