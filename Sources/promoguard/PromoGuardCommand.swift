import ArgumentParser

/// The program: one subcommand a file.
@main
struct PromoGuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promoguard",
        abstract: "Finds coupon abuse and fake orders in a promotion's activity logs.",
        subcommands: [
            ReviewCommand.self,
            SimulateCommand.self,
        ])

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let message = SubcommandSuggestion.message(arguments, root: PromoGuardCommand.self) {
            exit(withError: ValidationError(message))
        }
        main(arguments)
    }
}
