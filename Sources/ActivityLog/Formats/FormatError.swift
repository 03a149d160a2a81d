/// What is wrong with a format's file: where, and what to do about it.
public struct FormatError: Error, Sendable, CustomStringConvertible {
    /// One line: file, line, key, what is wrong with it.
    public var description: String

    /// - Parameters:
    ///   - file: its path, or the name of a built-in format.
    ///   - line: from 1.
    ///   - path: the keys that lead there, outermost first.
    init(_ file: String, line: Int, _ path: [String], _ problem: String) {
        let place = path.isEmpty ? "" : " at \"\(path.joined(separator: "."))\""
        description = "cannot use format file \(file), line \(line)\(place): \(problem)"
    }
}
