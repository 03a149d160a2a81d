#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How logs are followed; all times are wall time in milliseconds.
public struct FollowConfiguration: Sendable {
    /// What a run without a snapshot begins with.
    public enum Start: Sendable {
        /// All that is there.
        case start
        /// What is written from now on.
        case now
    }

    public var start = Start.start
    /// A log silent for so long no longer holds the others back.
    public var idleMs: Int64 = 10_000
    /// Whether to ask the kernel for notice of changes; otherwise everything is looked at every `pollMs`.
    public var usesNotices = true
    /// How often to look where the kernel gives no notice.
    public var pollMs: Int64 = 250
    /// A log that was rotated away and is silent for so long is at its end.
    public var finishedAfterMs: Int64 = 5_000
    /// Any log silent for so long is taken to be at its end; it is taken up again when it grows.
    public var abandonedAfterMs: Int64 = 3_600_000
    public var clock = FollowClock()

    public init() {}
}

/// The two clocks of a follower, replaced in tests.
public struct FollowClock: Sendable {
    /// Never goes back; for silence and waits.
    public var monotonicMs: @Sendable () -> Int64 = { FollowClock.read(CLOCK_MONOTONIC) }
    /// Since 1970 UTC; only to tell how long ago a file was written to.
    public var wallMs: @Sendable () -> Int64 = { FollowClock.read(CLOCK_REALTIME) }

    public init() {}

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
