import ArgumentParser
import CLinux
import Foundation
import Presentation

/// The program: one subcommand a file.
@main
struct PromoGuardCommand: ParsableCommand {
    static let version = "1.0.0"

    static let configuration = CommandConfiguration(
        commandName: "promoguard",
        abstract: "Finds coupon abuse and fake orders in a promotion's activity logs.",
        version: version,
        subcommands: [
            ScoreCommand.self, TailCommand.self, StatusCommand.self, ReviewCommand.self, ServeCommand.self,
            FeaturesCommand.self,
            InspectCommand.self,
            TrainCommand.self, EvaluateCommand.self, ModelCommand.self, SimulateCommand.self,
        ])

    static func main() {
        // 9 MB of the 680 that a large score takes.
        pg_map_blocks_from(256 << 10)
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if let suggestion = Subcommands.suggestion(arguments, root: PromoGuardCommand.self) {
                throw ValidationError(suggestion)
            }
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch let code as ExitCode {
            // All has been said.
            exit(withError: code)
        } catch {
            let code = exitCode(for: error)
            switch code {
            case .failure: Terminal.note("promoguard: \("\(error)".visible)")
            case .validationFailure:
                Terminal.note(UsageError.line(message(for: error), arguments, root: PromoGuardCommand.self))
            default: exit(withError: error)
            }
            Foundation.exit(code.rawValue)
        }
    }
}
