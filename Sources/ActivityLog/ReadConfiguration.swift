/// How logs are read; parsed once and passed down.
public struct ReadConfiguration: Sendable {
    /// Disorder up to this much event time is repaired; milliseconds.
    public var latenessMs: Int64 = 60_000
    /// An `event_id` is known until at least three quarters of this many others came; then it counts again.
    public var rememberedEventIDs = 1_400_000
    /// Longest line, bytes.
    public var maximumLineLength = 1 << 20
    /// Longest string in an event, bytes.
    public var maximumStringLength = 512
    public var hash = IdentifierHash()
    /// What raw phones, addresses and payers are hashed with; without it they are left out.
    public var keyedHash: KeyedHash?
    /// Which formats a log may be of.
    public var formats = FormatChoice()
    public var inflateBackend = InflateBackend.standard

    public init() {}
}

/// Which library inflates.
public enum InflateBackend: String, Sendable, CaseIterable {
    #if ISAL
        case isal
    #endif
    case zlib

    public static var standard: InflateBackend {
        #if ISAL
            .isal
        #else
            .zlib
        #endif
    }
}

/// Why logs could not be opened at all.
public struct ReadError: Error, Sendable, CustomStringConvertible {
    /// One line: what was being done, on which file, why it failed, what to do about it.
    public var description: String
    public init(_ description: String) { self.description = description }
}
