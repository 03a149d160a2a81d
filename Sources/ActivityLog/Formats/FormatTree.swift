/// A JSON value of a format's file that knows the line it stands on, so that an error can say where.
struct FormatTree {
    enum Value {
        case object([Member])
        case array([FormatTree])
        case string(String)
        case number(String)
        case boolean(Bool)
        case null
    }

    struct Member {
        var key: String
        /// The line of the key.
        var line: Int
        var value: FormatTree
    }

    var value: Value
    /// From 1.
    var line: Int

    /// Reads a whole file.
    /// - Throws: `FormatError` where it is no JSON.
    init(_ bytes: [UInt8], file: String) throws(FormatError) {
        var parser = Parser(bytes: bytes, file: file)
        self = try parser.whole()
    }

    private init(_ value: Value, _ line: Int) {
        self.value = value
        self.line = line
    }

    private struct Parser {
        let bytes: [UInt8]
        let file: String
        var position = 0
        var line = 1
        var depth = 0

        func failure(_ problem: String) -> FormatError { FormatError(file, line: line, [], problem) }

        mutating func whole() throws(FormatError) -> FormatTree {
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
            let tree = try value()
            skipSpace()
            guard position == bytes.count else { throw failure("something follows the closing bracket") }
            return tree
        }

        var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

        mutating func skipSpace() {
            while [0x20, 0x09, 0x0A, 0x0D].contains(next) {
                if next == 0x0A { line += 1 }
                position += 1
            }
        }

        mutating func value() throws(FormatError) -> FormatTree {
            skipSpace()
            let start = line
            switch next {
            case UInt8(ascii: "{"):
                var members: [Member] = []
                try elements(until: UInt8(ascii: "}")) { (parser: inout Parser) throws(FormatError) in
                    parser.skipSpace()
                    let line = parser.line
                    guard parser.next == UInt8(ascii: "\"") else {
                        throw parser.failure("a key in double quotes has to stand here")
                    }
                    let key = try parser.string()
                    parser.skipSpace()
                    guard parser.next == UInt8(ascii: ":") else {
                        throw parser.failure("a colon has to follow the key \"\(key)\"")
                    }
                    parser.position += 1
                    guard !members.contains(where: { $0.key == key }) else {
                        throw parser.failure("the key \"\(key)\" stands here twice")
                    }
                    members.append(Member(key: key, line: line, value: try parser.value()))
                }
                return FormatTree(.object(members), start)
            case UInt8(ascii: "["):
                var values: [FormatTree] = []
                try elements(until: UInt8(ascii: "]")) { (parser: inout Parser) throws(FormatError) in
                    values.append(try parser.value())
                }
                return FormatTree(.array(values), start)
            case UInt8(ascii: "\""): return FormatTree(.string(try string()), start)
            default: return FormatTree(try scalar(), start)
            }
        }

        mutating func elements(
            until end: UInt8, _ element: (inout Parser) throws(FormatError) -> Void
        ) throws(FormatError) {
            depth += 1
            guard depth <= 32 else { throw failure("brackets are nested more than 32 deep") }
            position += 1
            skipSpace()
            if next == end {
                position += 1
                depth -= 1
                return
            }
            while true {
                try element(&self)
                skipSpace()
                let separator = next
                position += 1
                if separator == end { break }
                guard separator == UInt8(ascii: ",") else {
                    position -= 1
                    throw failure("a comma or a closing bracket has to stand here")
                }
            }
            depth -= 1
        }

        mutating func string() throws(FormatError) -> String {
            let bytes = bytes
            let span = bytes.span.bytes
            do throws(RejectReason) {
                let text = try JSONScanner.scanText(span, from: position + 1)
                position = text.end + 1
                var resolved: [UInt8] = []
                JSONScanner.appendResolved(span, text, to: &resolved)
                return String(decoding: resolved, as: UTF8.self)
            } catch {
                throw failure("this string is not well written (\(error.name))")
            }
        }

        mutating func scalar() throws(FormatError) -> Value {
            let bytes = bytes
            let span = bytes.span.bytes
            let start = position
            var end = start
            if let flag = JSONScanner.scanBoolean(span, &end) {
                position = end
                return .boolean(flag)
            }
            if JSONScanner.isNull(span, start) {
                position += 4
                return .null
            }
            guard let end = try? JSONScanner.scanNumber(span, from: start).end else {
                throw failure("a JSON value has to stand here")
            }
            position = end
            return .number(String(decoding: bytes[start..<end], as: UTF8.self))
        }
    }
}
