/// How a tail works; parsed once and passed down.
public struct TailConfiguration: Sendable {
    /// Where following begins.
    public enum Start: String, Sendable, CaseIterable {
        /// With all that is in the logs.
        case start
        /// With what is written from now on.
        case now
        /// Where the last run left off; with all that is in the logs if there was none.
        case checkpoint
    }

    public var start = Start.checkpoint
    /// Wall time between checkpoints, milliseconds.
    public var checkpointMs: Int64 = 30_000
    /// Wall time from commit to commit while following, and at least while catching up; milliseconds.
    public var commitMs: Int64 = 20
    public var catchUpCommitMs: Int64 = 4_000
    /// Whether flags are raised as events come, and not when their order is settled (the lateness bound later). A
    /// second engine does so: memory doubles.
    public var viewAhead = true

    public init() {}
}
