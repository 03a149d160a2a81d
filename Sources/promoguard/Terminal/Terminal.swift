import Foundation

/// What standard output is, and how to write to it.
struct Terminal: Sendable {
    /// Cells in a line; nil in a pipe or a file, where nothing is cut.
    let width: Int?
    /// Whether colours and bold may be used.
    let hasColor: Bool
    /// Whether a person looks at it.
    let isInteractive: Bool

    /// Standard output as it is now; `COLUMNS`, `NO_COLOR` and `TERM` are honoured.
    static func standardOutput(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Terminal {
        Terminal(
            isInteractive: isatty(STDOUT_FILENO) != 0, reportedWidth: windowWidth(), environment: environment)
    }

    init(isInteractive: Bool, reportedWidth: Int?, environment: [String: String]) {
        self.isInteractive = isInteractive
        hasColor =
            isInteractive && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        let wished = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        width = isInteractive ? wished ?? reportedWidth ?? 80 : nil
    }

    private static func windowWidth() -> Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// A look of text on a terminal, as the number of its escape sequence.
    enum Style: Int, Sendable {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    /// The text in this style, or as it is where styles are off.
    func styled(_ text: String, _ style: Style?) -> String {
        guard hasColor, let style else { return text }
        return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
    }

    /// Why standard output took no more, as one line.
    struct WriteFailure: Error, CustomStringConvertible {
        let description: String
    }

    /// Writes data for people or programs to standard output, all of it.
    static func write(_ text: String) throws(WriteFailure) { try write(Array(text.utf8)) }

    /// Writes UTF-8 to standard output, all of it.
    static func write(_ bytes: [UInt8]) throws(WriteFailure) {
        // What `print` still holds comes first.
        fflush(nil)
        if let code = write(bytes, to: STDOUT_FILENO) {
            throw WriteFailure(
                description: "cannot write to standard output: \(String(cString: strerror(code)))")
        }
    }

    /// Tells a person something beside the data: one line on standard error.
    static func note(_ text: String) {
        fflush(nil)
        _ = write(Array((text + "\n").utf8), to: STDERR_FILENO)
    }

    /// - Returns: the error number where it failed.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if written >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
    }
}
