/// The state of an engine at one moment, as bytes: made while the stream stands, written to a disk by another
/// thread while it goes on.
public struct StateCopy: ~Copyable, @unchecked Sendable {
    private let room: StateRoom
    private let count: Int

    /// - Parameter room: where the copy goes if that is large enough.
    init(_ pieces: [UnsafeRawBufferPointer], in room: StateRoom?) {
        count = pieces.reduce(0) { $0 + $1.count }
        if let room, room.count >= count {
            self.room = room
        } else {
            self.room = StateRoom(count)
        }
        var copies = LargeCopies()
        var position = 0
        for piece in pieces {
            copies.add(piece, to: self.room.start + position)
            position += piece.count
        }
        copies.run()
    }

    /// The bytes, while the call lasts.
    public func withBytes<Result: ~Copyable>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
        -> Result
    {
        try body(UnsafeRawBufferPointer(start: room.start, count: count))
    }
}

/// Memory for a copy of state.
public final class StateRoom: @unchecked Sendable {
    // A copy writes it once, and readers come after.
    fileprivate let start: UnsafeMutableRawPointer
    /// Bytes.
    fileprivate let count: Int

    /// - Parameter bytes: so many and some more, since state grows meanwhile.
    /// - Returns: memory that is cleared already, which takes as long as the copy: to be had before the engine stands still.
    public static func cleared(_ bytes: Int) -> StateRoom {
        let room = StateRoom(bytes + bytes / 32)
        LargePages.populate(room.start, room.count)
        return room
    }

    fileprivate init(_ bytes: Int) {
        count = bytes
        start = LargePages.allocate(bytes)
    }

    deinit { LargePages.free(start, count) }
}
