import Glibc

/// State laid out as bytes, in the order in which it is read back: rows are borrowed where they stand, small
/// facts are copied. To be used up before the state changes.
struct StateWriter: ~Copyable {
    private var pieces: [UnsafeRawBufferPointer] = []
    /// Facts since the last borrowed piece.
    private var facts: [UInt8] = []
    private var owned: [UnsafeMutableRawBufferPointer] = []

    init() {}

    deinit { for piece in owned { piece.deallocate() } }

    mutating func append<Fact: BitwiseCopyable>(_ fact: Fact) {
        withUnsafeBytes(of: fact) { facts.append(contentsOf: $0) }
    }

    /// The number of elements, then their bytes.
    mutating func append<Element: BitwiseCopyable>(_ elements: [Element]) {
        append(elements.count)
        elements.withUnsafeBytes { facts.append(contentsOf: $0) }
    }

    mutating func borrow(_ start: UnsafeRawPointer, bytes: Int) {
        guard bytes > 0 else { return }
        endFacts()
        pieces.append(UnsafeRawBufferPointer(start: start, count: bytes))
    }

    private mutating func endFacts() {
        guard !facts.isEmpty else { return }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: facts.count, alignment: 16)
        piece.copyBytes(from: facts)
        owned.append(piece)
        pieces.append(UnsafeRawBufferPointer(piece))
        facts.removeAll(keepingCapacity: true)
    }

    /// Hands out all that was written; the pieces hold during the call.
    consuming func withPieces<Result: ~Copyable>(
        _ body: ([UnsafeRawBufferPointer]) throws(StateError) -> Result
    ) throws(StateError) -> Result {
        endFacts()
        return try body(pieces)
    }
}
