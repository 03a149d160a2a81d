import ActivityLog

/// The times of labels, as a replay passes them.
///
/// A label with a time is about what was known then. So when the first later event is about to be taken, its account is
/// asked for as the end of the logs would show it.
struct LabelTimes {
    /// Events of a batch, and whom to ask for before they are taken.
    struct Part {
        /// Positions of subjects.
        var due: [Int]
        var events: Range<Int>
    }

    private let times: [(ms: Int64, subject: Int)]
    private var passed = 0

    init(_ subjects: [Subject]) {
        times = subjects.enumerated().compactMap { position, subject in
            subject.asOfMs.map { (ms: $0, subject: position) }
        }.sorted { ($0.ms, $0.subject) < ($1.ms, $1.subject) }
    }

    /// Divides a batch where its events pass the time of a label; each batch is to be asked for once, in order.
    mutating func parts(of batch: borrowing EventBatch) -> [Part] {
        let end = batch.events.count
        var parts: [Part] = []
        var part = Part(due: [], events: 0..<end)
        while passed < times.count,
            let later = batch.events[part.events].firstIndex(where: { $0.ts > times[passed].ms })
        {
            if later > part.events.lowerBound {
                parts.append(Part(due: part.due, events: part.events.lowerBound..<later))
                part = Part(due: [], events: later..<end)
            }
            part.due.append(times[passed].subject)
            passed += 1
        }
        return parts + [part]
    }
}
