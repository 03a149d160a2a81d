import ArgumentParser

/// `promoguard review`: what was flagged, and what people decide about it.
struct ReviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "List flagged accounts, look at one, decide.",
        subcommands: [
            ReviewListCommand.self, ReviewShowCommand.self, ReviewGangsCommand.self,
            ReviewDecideCommand.self, ReviewUndoCommand.self, ReviewLabelsCommand.self,
            ReviewExportCommand.self,
        ],
        defaultSubcommand: ReviewListCommand.self)
}
