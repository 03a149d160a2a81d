import ArgumentParser
import Presentation

/// What was wrong about the words that were typed, as one line.
enum UsageError {
    /// - Parameter message: what the parser or a command says of it, over as many lines as it likes.
    static func line(_ message: String, _ arguments: [String], root: any ParsableCommand.Type) -> String {
        var what = message.split(whereSeparator: \.isNewline)
            .map { $0.trimmingPrefix(while: \.isWhitespace) }.joined(separator: " ")
        if what.hasSuffix(".") { what.removeLast() }
        let words = ["promoguard", "help"] + Subcommands.path(arguments, root: root)
        return
            "promoguard: \(what.prefix(1).lowercased())\(what.dropFirst()); see '\(words.joined(separator: " "))'"
            .visible
    }
}
