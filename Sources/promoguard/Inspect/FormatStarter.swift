import ActivityLog
import Presentation
import ScoringPipeline

/// A format file to start from: what a log's own format lacks, with guesses filled in.
enum FormatStarter {
    /// So many names are put into a file; the rest are rare.
    private static let most = 60

    /// - Returns: nil when nothing is missing; of a format that is not built in, the part to be added to its file.
    static func text(for format: ReadReport.Format) -> String? {
        let unmapped = format.unmapped.prefix(most)
        guard !unmapped.isEmpty, let base = format.name.split(separator: "+").last else { return nil }
        let width = unmapped.map { JSONValue.string($0.name).text.count }.max() ?? 0
        let names = unmapped.map { name in
            let key = JSONValue.string(name.name).text
            let type = EventGuess.type(of: name.name) ?? .other
            let padding = String(repeating: " ", count: width - key.count)
            return "      \(key): \(padding)\"\(type.name)\""
        }
        // A file of the person's own cannot be extended: what is missing goes into it.
        let isBuiltIn = FormatLibrary.names.contains(String(base))
        let head = isBuiltIn ? "  \"format\": \"my-\(base)\",\n  \"extends\": \"\(base)\",\n" : ""
        return """
            {
            \(head)  "event": {
                "names": {
            \(names.joined(separator: ",\n"))
                }
              }
            }

            """
    }
}
