import ActivityLog

/// Where a tail's events come from.
struct TailInput {
    /// What a look at the logs brought.
    enum Step: Sendable {
        /// Events; there may be more at hand.
        case events
        /// Nothing new at hand; some events still wait for their order to be settled.
        case waiting
        /// Nothing new, and every event has been handed on.
        case idle
    }

    /// Replaces `batch` with the next events in canonical order, and `arrivals` with those that were read
    /// meanwhile, as they came; waits at most so many milliseconds.
    var next: (_ batch: inout EventBatch, _ arrivals: inout EventBatch, _ waitMs: Int64) throws -> Step
    /// The same without arrivals.
    var nextInOrder: (_ batch: inout EventBatch, _ waitMs: Int64) throws -> Step
    /// Replaces `batch` with the events that wait for their order to be settled, in canonical order.
    var pending: (_ batch: inout EventBatch) -> Void
    /// Everything that is needed to go on from here.
    var snapshot: () -> [UInt8]
    var report: () -> ReadReport
    /// The text of campaign ids, by `Event.campaignKey`.
    var campaignNames: () -> [UInt64: String]
    var wake: @Sendable () -> Void
}
