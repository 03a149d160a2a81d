import ActivityLog

/// Knows the `event_id`s of the events that came lately: those that come again are not seen ahead twice. What it
/// misses, the canonical order sets right.
struct RepeatFilter {
    private static let capacity = 1 << 17
    private var recent: Set<UInt64> = []
    private var before: Set<UInt64> = []

    /// Takes out events whose id was seen before.
    mutating func removeRepeats(from batch: inout EventBatch) {
        batch.events.removeAll { event in
            guard event.eventIDKey != 0 else { return false }
            if before.contains(event.eventIDKey) { return true }
            return !recent.insert(event.eventIDKey).inserted
        }
        guard recent.count > RepeatFilter.capacity else { return }
        swap(&recent, &before)
        recent.removeAll(keepingCapacity: true)
    }
}
