import Dispatch
import Foundation

/// Tells which keys a person presses, each at once and without showing it; the terminal is as it was afterwards.
final class KeyReader {
    private let source: any DispatchSourceRead
    private let before: termios

    /// - Returns: nil where standard input is no terminal, or is another program's at present.
    init?(_ onKey: @escaping @Sendable (Character) -> Void) {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
        // A program in the background would be stopped for changing its terminal.
        let owner = tcgetpgrp(STDIN_FILENO)
        guard owner < 0 || owner == getpgrp() else { return nil }
        before = settings
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: .global())
        source.setEventHandler { [source] in
            var byte: UInt8 = 0
            // A terminal that is gone sends no more keys.
            guard read(STDIN_FILENO, &byte, 1) == 1 else { return source.cancel() }
            onKey(Character(Unicode.Scalar(byte)))
        }
        source.resume()
    }

    deinit {
        source.cancel()
        var settings = before
        tcsetattr(STDIN_FILENO, TCSANOW, &settings)
    }
}
