/// Reads back what a `StateWriter` laid out. Lengths are checked against the bytes there are; that the bytes are
/// those that were written is for the checksums of whoever kept them.
struct StateReader {
    private var pieces: ArraySlice<UnsafeRawBufferPointer>
    /// Of the first piece.
    private var offset = 0
    private var remaining: Int
    private var largeCopies = LargeCopies()

    init(_ pieces: [UnsafeRawBufferPointer]) {
        self.pieces = pieces[...]
        remaining = pieces.reduce(0) { $0 + $1.count }
    }

    mutating func fact<Fact: BitwiseCopyable>(_ type: Fact.Type) throws(StateError) -> Fact {
        let storage = UnsafeMutablePointer<Fact>.allocate(capacity: 1)
        defer { storage.deallocate() }
        try copy(MemoryLayout<Fact>.size, to: storage)
        return storage.pointee
    }

    /// A number of elements of so many bytes, for all of which there are bytes left.
    mutating func count(ofElementsOf bytes: Int) throws(StateError) -> Int {
        let count = try fact(Int.self)
        guard count >= 0, count <= remaining / bytes else { throw .truncated }
        return count
    }

    mutating func array<Element: BitwiseCopyable>(of type: Element.Type) throws(StateError) -> [Element] {
        let stride = MemoryLayout<Element>.stride
        let count = try count(ofElementsOf: stride)
        let storage = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
        defer { storage.deallocate() }
        guard let start = storage.baseAddress, count > 0 else { return [] }
        try copy(count * stride, to: start)
        return Array(storage)
    }

    /// Copies the next bytes at once.
    mutating func copy(_ bytes: Int, to target: UnsafeMutableRawPointer) throws(StateError) {
        try forEachPart(of: bytes) { part, position in
            (target + position).copyMemory(from: part.baseAddress!, byteCount: part.count)
        }
    }

    /// Copies the next bytes by the time `finish` returns; until then the target must stay where it is.
    mutating func copyLater(_ bytes: Int, to target: UnsafeMutableRawPointer) throws(StateError) {
        var copies = largeCopies
        largeCopies = LargeCopies()
        try forEachPart(of: bytes) { part, position in copies.add(part, to: target + position) }
        largeCopies = copies
    }

    private mutating func forEachPart(
        of bytes: Int, _ body: (_ part: UnsafeRawBufferPointer, _ position: Int) -> Void
    ) throws(StateError) {
        guard bytes <= remaining else { throw .truncated }
        var position = 0
        while position < bytes {
            let piece = pieces.first!
            let length = min(bytes - position, piece.count - offset)
            if length > 0 {
                body(UnsafeRawBufferPointer(rebasing: piece[offset..<offset + length]), position)
            }
            position += length
            offset += length
            if offset == piece.count {
                pieces.removeFirst()
                offset = 0
            }
        }
        remaining -= bytes
    }

    /// Ends reading.
    mutating func finish() throws(StateError) {
        guard remaining == 0 else { throw .malformed("\(remaining) bytes are left over") }
        largeCopies.run()
    }
}

/// Why bytes are no state of an engine of this program.
public enum StateError: Error, Sendable, Equatable, CustomStringConvertible {
    case truncated
    /// Written by a program that keeps something else, or keeps it otherwise.
    case otherBuild(String)
    case malformed(String)

    /// A clause.
    public var description: String {
        switch self {
        case .truncated: "the state of the accounts ends too early"
        case .otherBuild(let difference): "another version of promoguard wrote it (\(difference))"
        case .malformed(let detail): "the state of the accounts is malformed (\(detail))"
        }
    }
}
