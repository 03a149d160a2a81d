/// Puts numbers and texts one behind the other, little-endian, for a snapshot.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init() {}

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func write(_ number: Int64?) {
        write(number != nil)
        write(number ?? 0)
    }

    /// With the length before it.
    mutating func write(_ more: [UInt8]) {
        write(Int64(more.count))
        bytes.append(contentsOf: more)
    }

    mutating func write(_ text: String) { write(Array(text.utf8)) }

    mutating func write(_ text: String?) {
        write(text != nil)
        write(text ?? "")
    }

    mutating func write(_ numbers: [Int64]) {
        write(Int64(numbers.count))
        for number in numbers { write(number) }
    }

    /// Without a length.
    mutating func write(raw more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

    mutating func leaveRoom(_ count: Int) { bytes.append(contentsOf: repeatElement(0, count: count)) }

    /// The bytes, their first ones replaced by a header for which room was left.
    consuming func finished(with header: ByteWriter) -> [UInt8] {
        bytes.replaceSubrange(..<header.bytes.count, with: header.bytes)
        return bytes
    }
}

/// Takes back what a `ByteWriter` put, and trusts none of it: whatever the bytes, the worst is an error.
struct ByteReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }
    private var left: Int { bytes.count - offset }

    /// What is thrown when the bytes cannot be right.
    var damage: ReadError {
        ReadError(
            "cannot go on from the saved reading state: it is damaged at byte \(offset); start from the logs again"
        )
    }

    mutating func read<Number: FixedWidthInteger>() throws(ReadError) -> Number {
        let size = MemoryLayout<Number>.size
        guard left >= size else { throw damage }
        let number = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
        offset += size
        return Number(littleEndian: number)
    }

    mutating func readFlag() throws(ReadError) -> Bool {
        let byte: UInt8 = try read()
        guard byte <= 1 else { throw damage }
        return byte == 1
    }

    mutating func readOptional() throws(ReadError) -> Int64? {
        let isThere = try readFlag()
        let number: Int64 = try read()
        return isThere ? number : nil
    }

    /// A count of things of at least `size` bytes each, so that a wrong one cannot ask for much memory.
    mutating func readCount(of size: Int) throws(ReadError) -> Int {
        let count: Int64 = try read()
        guard count >= 0, count <= left / size else { throw damage }
        return Int(count)
    }

    mutating func readBytes() throws(ReadError) -> [UInt8] { try readRaw(readCount(of: 1)) }

    mutating func readRaw(_ count: Int) throws(ReadError) -> [UInt8] {
        guard count <= left else { throw damage }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    mutating func readText() throws(ReadError) -> String { String(decoding: try readBytes(), as: UTF8.self) }

    mutating func readOptionalText() throws(ReadError) -> String? {
        let isThere = try readFlag()
        let text = try readText()
        return isThere ? text : nil
    }

    /// - Parameter count: how many there must be.
    mutating func readNumbers(_ expected: Int) throws(ReadError) -> [Int64] {
        guard try readCount(of: 8) == expected else { throw damage }
        var numbers: [Int64] = []
        for _ in 0..<expected { numbers.append(try read()) }
        return numbers
    }
}
