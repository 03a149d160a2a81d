import Foundation
import ReviewConsole

/// The file that says who may sign in: a line each with a name and a token; empty lines and those after # are skipped.
enum TokenFile {
    /// What is wrong with the file, as one line.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let shortest = 16

    static func read(_ path: String) throws -> [ConsoleConfiguration.Reviewer] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Failure(description: "cannot read the tokens in \(path): no such file, or no permission")
        }
        var reviewers: [ConsoleConfiguration.Reviewer] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 2, words[1].utf8.count >= shortest else {
                throw Failure(
                    description:
                        "cannot read the tokens in \(path): line \(index + 1) is not a name and a token of "
                        + "at least \(shortest) characters")
            }
            reviewers.append(.init(name: words[0], token: words[1]))
        }
        guard !reviewers.isEmpty else {
            throw Failure(description: "cannot read the tokens in \(path): it names nobody")
        }
        return reviewers
    }
}
