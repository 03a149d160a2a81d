/// Events in canonical order with the text of their account ids: what the reading side hands to the scoring
/// side, a few thousand at a time, reused.
public struct EventBatch: Sendable {
    public var events: [Event] = []
    /// The account ids, one after the other; ranges in `Event.accountTextOffset` and `accountTextLength`.
    public var text: [UInt8] = []

    public init() {}

    /// Empties the batch and keeps its memory.
    public mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
    }
}
