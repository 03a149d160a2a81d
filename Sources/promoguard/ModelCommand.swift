import ArgumentParser

/// `promoguard model`
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Look into model files.",
        subcommands: [ModelShowCommand.self, ModelCompareCommand.self],
        defaultSubcommand: ModelShowCommand.self)
}
