import Foundation

/// Why a CSV file cannot be used; its description is one line for people.
public struct CSVError: Error, Sendable, Equatable, CustomStringConvertible {
    public let file: String
    /// From 1; nil where it is about the file.
    public let line: Int?
    /// What is wrong, and what to do about it.
    public let reason: String

    public init(file: String, line: Int? = nil, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    public var description: String {
        "cannot read \(file)" + (line.map { ", line \($0)" } ?? "") + ": \(reason)"
    }
}

/// Records of a CSV file (RFC 4180), one at a time, in memory for one record.
///
/// Takes CRLF, LF or CR line ends, a byte order mark, and quoted fields that hold commas, quotes and line ends.
/// Empty lines are skipped.
public struct CSVReader: ~Copyable {
    public let name: String
    private let file: FileHandle?
    private var chunk: [UInt8]
    private var position: Int
    /// The record's fields without their quotes, end to end, and where each ends.
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// The line on which the record begins, from 1.
    public private(set) var line = 0
    private var nextLine = 1

    private static let chunkSize = 256 << 10
    /// A field past this is a quote that was never closed.
    private static let largestRecord = 16 << 20

    /// Opens a file; `-` is standard input.
    public init(path: String) throws(CSVError) {
        let file = try CSVReader.open(path)
        let name = path == "-" ? "standard input" : path
        self.init(name: name, file: file, chunk: try CSVReader.chunk(file, name))
    }

    /// Reads bytes in memory.
    /// - Parameter name: what errors call them.
    public init(bytes: [UInt8], name: String) {
        self.init(name: name, file: nil, chunk: bytes)
    }

    private init(name: String, file: FileHandle?, chunk: [UInt8]) {
        self.name = name
        self.file = file
        self.chunk = chunk
        position = chunk.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    }

    private static func open(_ path: String) throws(CSVError) -> FileHandle {
        if path == "-" { return .standardInput }
        do {
            return try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        } catch {
            throw CSVError(file: path, reason: cause(error) + "; name a CSV file that can be read")
        }
    }

    /// The file's next bytes; none at its end.
    private static func chunk(_ file: FileHandle, _ name: String) throws(CSVError) -> [UInt8] {
        do {
            return Array(try file.read(upToCount: chunkSize) ?? Data())
        } catch {
            throw CSVError(file: name, reason: cause(error) + "; name a CSV file that can be read")
        }
    }

    /// Fields of the current record.
    public var fieldCount: Int { ends.count }

    /// A field's text; bytes that are no UTF-8 become U+FFFD.
    public func field(_ index: Int) -> String {
        String(decoding: bytes[range(index)], as: UTF8.self)
    }

    /// A field as a number: nil where it is none; not a number where it is empty or says so (nan, na, null).
    public func number(_ index: Int) -> Double? {
        let text = field(index)
        if let number = Double(text) { return number }
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        switch trimmed.lowercased() {
        case "", "nan", "na", "n/a", "null", "none": return .nan
        default: return Double(trimmed)
        }
    }

    /// Whether a field is text of the only encoding that is read.
    func isUTF8(_ index: Int) -> Bool { String(validating: bytes[range(index)], as: UTF8.self) != nil }

    /// What to do about a file of another encoding, such as what a Chinese Excel calls CSV.
    static let otherEncoding =
        "is not UTF-8; save the file as \"CSV UTF-8\", or convert it: iconv -f GB18030 -t UTF-8"

    /// A field's bytes, without a string made of them.
    @inline(__always)
    func withField<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(index)])) }
    }

    /// Every field's position and bytes.
    @inline(__always)
    func forEachField(_ body: (Int, UnsafeBufferPointer<UInt8>) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            var start = 0
            for (index, end) in ends.enumerated() {
                body(index, UnsafeBufferPointer(rebasing: bytes[start..<end]))
                start = end
            }
        }
    }

    private func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// Moves to the next record.
    /// - Returns: false at the end.
    /// - Throws: where a quote is never closed, or text follows a closing one.
    public mutating func next() throws(CSVError) -> Bool {
        enum Place { case fieldStart, plain, quoted, quoteInQuoted }
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        line = nextLine
        var place = Place.fieldStart
        while true {
            if place != .quoteInQuoted, takePlainRun() {
                if place == .fieldStart { place = .plain }
                if bytes.count > CSVReader.largestRecord { throw unclosed() }
            }
            guard let byte = try nextByte() else { break }
            switch (place, byte) {
            case (.quoted, UInt8(ascii: "\"")):
                place = .quoteInQuoted
            case (.quoted, _):
                if byte == UInt8(ascii: "\n") { nextLine += 1 }
                bytes.append(byte)
                if bytes.count > CSVReader.largestRecord { throw unclosed() }
            case (.quoteInQuoted, UInt8(ascii: "\"")):
                bytes.append(byte)
                place = .quoted
            case (.fieldStart, UInt8(ascii: "\"")):
                place = .quoted
            case (_, UInt8(ascii: ",")):
                ends.append(bytes.count)
                place = .fieldStart
            case (_, UInt8(ascii: "\n")), (_, UInt8(ascii: "\r")):
                if byte == UInt8(ascii: "\r"), try peek() == UInt8(ascii: "\n") { position += 1 }
                nextLine += 1
                if ends.isEmpty, bytes.isEmpty, place == .fieldStart {
                    line = nextLine
                    continue
                }
                ends.append(bytes.count)
                return true
            case (.quoteInQuoted, _):
                throw CSVError(
                    file: name, line: nextLine,
                    reason: "text follows a closing quote; write a quote inside quotes twice")
            default:
                bytes.append(byte)
                place = .plain
                if bytes.count > CSVReader.largestRecord { throw unclosed() }
            }
        }
        if place == .quoted { throw unclosed() }
        if ends.isEmpty, bytes.isEmpty, place == .fieldStart { return false }
        ends.append(bytes.count)
        return true
    }

    /// Moves to the next record of a table.
    /// - Throws: also where it has not as many fields as the header.
    mutating func nextRow(of width: Int) throws(CSVError) -> Bool {
        guard try next() else { return false }
        guard fieldCount == width else {
            throw CSVError(
                file: name, line: line,
                reason: "it has \(fieldCount) fields, the header has \(width); add or quote what differs")
        }
        return true
    }

    /// Takes the bytes up to the next that may mean something, or to the end of the chunk.
    /// - Returns: whether there were any.
    private mutating func takePlainRun() -> Bool {
        let end =
            chunk[position...].firstIndex {
                $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
                    || $0 == UInt8(ascii: "\r")
            } ?? chunk.count
        guard end > position else { return false }
        bytes.append(contentsOf: chunk[position..<end])
        position = end
        return true
    }

    private func unclosed() -> CSVError {
        CSVError(
            file: name, line: line,
            reason: "a quoted field does not end, or the record is over 16 MiB; close its quote")
    }

    /// Reads the header: the next record, its names free of surrounding space.
    /// - Throws: where there is none, it is not UTF-8, other marks than commas part it, or a name comes twice.
    public mutating func header() throws(CSVError) -> [String] {
        guard try next() else {
            throw CSVError(file: name, reason: "it is empty; its first line must name the columns")
        }
        // A zero byte is what UTF-16 has beside each letter.
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
            throw CSVError(file: name, line: line, reason: "its header \(Self.otherEncoding)")
        }
        let first = field(0)
        if fieldCount == 1, let mark = [";", "\t", "|"].first(where: { first.contains($0) }) {
            throw CSVError(
                file: name, line: line,
                reason: "its columns are parted by \(mark == "\t" ? "tabs" : mark), not by commas;"
                    + " save it with commas")
        }
        let names = (0..<fieldCount).map { field($0).trimmingCharacters(in: .whitespaces) }
        var seen: Set<String> = []
        for column in names where !seen.insert(column).inserted {
            throw CSVError(file: name, line: line, reason: "column \(column) comes twice; rename one")
        }
        return names
    }

    private mutating func nextByte() throws(CSVError) -> UInt8? {
        if position == chunk.count, try !refill() { return nil }
        defer { position += 1 }
        return chunk[position]
    }

    private mutating func peek() throws(CSVError) -> UInt8? {
        if position == chunk.count, try !refill() { return nil }
        return chunk[position]
    }

    private mutating func refill() throws(CSVError) -> Bool {
        guard let file else { return false }
        chunk = try CSVReader.chunk(file, name)
        position = 0
        return !chunk.isEmpty
    }

    private static func cause(_ error: any Error) -> String { systemCause(error) ?? "it cannot be read" }
}

/// What the system said about a file, such as "No such file or directory".
func systemCause(_ error: any Error) -> String? {
    let error = error as NSError
    let system =
        error.domain == NSPOSIXErrorDomain
        ? error
        : error.userInfo[NSUnderlyingErrorKey] as? NSError
    return system.map { String(cString: strerror(Int32($0.code))) }
}
