import ArgumentParser
import Foundation
import Presentation

/// The program: one subcommand a file.
@main
struct PromoGuardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promoguard",
        abstract: "Finds coupon abuse and fake orders in a promotion's activity logs.",
        subcommands: [
            ScoreCommand.self, TailCommand.self, StatusCommand.self, ReviewCommand.self, ServeCommand.self,
            FeaturesCommand.self,
            InspectCommand.self,
            TrainCommand.self, EvaluateCommand.self, ModelCommand.self, SimulateCommand.self,
        ])

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let message = SubcommandSuggestion.message(arguments, root: PromoGuardCommand.self) {
            exit(withError: ValidationError(message))
        }
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch {
            // What the parser says stays as it says it; what went wrong while working is one line.
            if exitCode(for: error) == .failure, !(error is ExitCode) {
                Terminal.note("promoguard: \("\(error)".visible)")
                Foundation.exit(EXIT_FAILURE)
            }
            exit(withError: error)
        }
    }
}
