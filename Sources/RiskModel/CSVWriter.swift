/// Text of CSV records (RFC 4180), lines ended by LF.
public struct CSVWriter: Sendable {
    /// What was written since the last `removeAll`.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Adds a record; fields with commas, quotes or line ends are quoted, and those that begin like a byte order
    /// mark, which a reader would take for one.
    public mutating func append(_ fields: some Sequence<String>) {
        let start = bytes.count
        var isFirst = true
        for field in fields {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(field)
        }
        // One empty field alone would be an empty line, which readers skip.
        if !isFirst, bytes.count == start { bytes += [UInt8(ascii: "\""), UInt8(ascii: "\"")] }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Forgets what was written, for the next part of a stream.
    public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    private mutating func append(_ field: String) {
        let special: (UInt8) -> Bool = {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
                || $0 == UInt8(ascii: "\r")
        }
        guard field.utf8.contains(where: special) || field.utf8.starts(with: [0xef, 0xbb, 0xbf]) else {
            bytes.append(contentsOf: field.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
