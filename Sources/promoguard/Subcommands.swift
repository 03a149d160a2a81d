import ArgumentParser
import Presentation

/// Which subcommand was typed, or was probably meant.
enum Subcommands {
    /// The names of the subcommands that the arguments begin with.
    static func path(_ arguments: [String], root: any ParsableCommand.Type) -> [String] {
        var command = root
        var path: [String] = []
        for argument in arguments {
            guard let next = command.configuration.subcommands.first(where: { names($0).contains(argument) })
            else { break }
            path.append(argument)
            command = next
        }
        return path
    }

    /// One line when the arguments name no subcommand where one is due; nil when they do.
    static func suggestion(_ arguments: [String], root: any ParsableCommand.Type) -> String? {
        var command = root
        for argument in arguments {
            let subcommands = command.configuration.subcommands
            guard !subcommands.isEmpty, !argument.hasPrefix("-") else { return nil }
            if let next = subcommands.first(where: { names($0).contains(argument) }) {
                command = next
                continue
            }
            let known = subcommands.flatMap(names) + (command == root ? ["help"] : [])
            if known.contains(argument) { return nil }
            let nearest = known.map { ($0, distance(argument, $0)) }.min { $0.1 < $1.1 }
            let unknown = "there is no subcommand \(argument.visible)"
            guard let (name, edits) = nearest, edits <= max(1, name.count / 3) else {
                return "\(unknown); there are \(known.joined(separator: ", "))"
            }
            return "\(unknown), did you mean \(name)?"
        }
        return nil
    }

    private static func names(_ command: any ParsableCommand.Type) -> [String] {
        [command._commandName] + command.configuration.aliases
    }

    /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a)
        let b = Array(b)
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
