import ArgumentParser
import CaseFile
import Foundation
import Presentation
import RiskModel

/// `promoguard review decide ACCOUNT…`: records what a person found.
struct ReviewDecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Record a decision on flagged accounts, or take the last one back.")

    /// What to record.
    enum Action: String, EnumerableFlag {
        case confirm, clear, unsure, undo

        static func help(for value: Action) -> ArgumentHelp? {
            switch value {
            case .confirm: "It is abuse."
            case .clear: "It is an honest customer."
            case .unsure: "It cannot be told yet."
            case .undo: "Take back the last decision that stands."
            }
        }
    }

    @Argument(help: "Account ids, whole or as a list shows them (ab…wxyz).")
    var accounts: [String]

    @Flag(help: "What to record.")
    var action: Action

    @Option(help: "Only for this risk: coupon_abuse or fake_order (default: all it is flagged for).")
    var risk: Risk?

    @Option(help: "A line for who looks next.")
    var note: String?

    @Option(help: "Who decides (default: the user's name on this machine).")
    var reviewer: String?

    @OptionGroup var display: DisplayOptions
    @OptionGroup var languageOptions: LanguageOptions
    @OptionGroup var databaseOptions: DatabaseOptions
    @OptionGroup var verbosity: Verbosity

    func run() throws {
        // A decision needs flags, so that a mistyped file name must not create a file.
        try databaseOptions.open(.readOnly).close()
        let file = try databaseOptions.open(.readWrite)
        defer { file.close() }
        let ids = try accounts.map { try AccountLookup(file: file).account($0) }
        let environment = ProcessInfo.processInfo.environment
        let name = reviewer ?? environment["USER"] ?? environment["LOGNAME"] ?? "unknown"
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let decisions: [Decision]
        if let verdict = Verdict(rawValue: action.rawValue) {
            decisions = try file.decide(
                verdict, .accounts(ids, risk: risk?.rawValue), reviewer: name, note: note, decidedMs: now)
        } else {
            decisions = try file.undo(
                .accounts(ids, risk: risk?.rawValue), reviewer: name, note: note, decidedMs: now)
        }
        if verbosity.quiet { return }
        let language = languageOptions.language
        for decision in decisions {
            Terminal.note(
                [
                    display.shown(decision.accountID).visible, FlagWords.risk(decision.risk, language),
                    FlagWords.verdict(decision.verdict, language),
                ].joined(separator: "  "))
        }
    }
}
