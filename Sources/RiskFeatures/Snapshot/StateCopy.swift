/// The state of an engine at one moment, as bytes: made while the stream stands, written to a disk by another
/// thread while it goes on.
public struct StateCopy: ~Copyable, @unchecked Sendable {
    // Written by `init` only: may be read from any thread.
    private let start: UnsafeMutableRawPointer
    private let count: Int

    init(_ pieces: [UnsafeRawBufferPointer]) {
        count = pieces.reduce(0) { $0 + $1.count }
        start = LargePages.allocate(count)
        var copies = LargeCopies()
        var position = 0
        for piece in pieces {
            copies.add(piece, to: start + position)
            position += piece.count
        }
        copies.run()
    }

    deinit { LargePages.free(start, count) }

    /// The bytes, while the call lasts.
    public func withBytes<Result: ~Copyable>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
        -> Result
    {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }
}
