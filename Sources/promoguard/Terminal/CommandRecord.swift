import Foundation

/// The command line as a model file records it: what to type again, and nothing about this machine.
enum CommandRecord {
    static var current: String { text(CommandLine.arguments) }

    /// Arguments as typed, quoted for a shell where needed; of absolute paths only the last part.
    static func text(_ arguments: [String]) -> String {
        let words = arguments.dropFirst().map { argument in
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, argument.hasPrefix("--") {
                return "\(parts[0])=\(quoted(relative(String(parts[1]))))"
            }
            return quoted(relative(argument))
        }
        return (["promoguard"] + words).joined(separator: " ")
    }

    private static func relative(_ argument: String) -> String {
        argument.hasPrefix("/") ? URL(fileURLWithPath: argument).lastPathComponent : argument
    }

    private static func quoted(_ argument: String) -> String {
        let plain = argument.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_./=,:@%+".unicodeScalars.contains($0)
        }
        return plain && !argument.isEmpty ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
    }
}
