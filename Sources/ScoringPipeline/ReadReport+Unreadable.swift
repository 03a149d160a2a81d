import ActivityLog

extension ReadReport {
    /// A source of which something could not be read, and why, as a clause.
    public struct Unreadable: Sendable, Equatable {
        public var path: String
        public var why: String
    }

    /// The sources that were damaged, cut short, or in which no line was an event, in the order of reading.
    /// A rejected line among events does not make its source unreadable.
    public var unreadable: [Unreadable] {
        sources.compactMap { source in
            if let problem = source.problem { return Unreadable(path: source.path, why: problem) }
            guard source.events == 0 && source.rejected > 0 else { return nil }
            let lines =
                source.rejected == 1
                ? "its only line is no event" : "none of its \(source.rejected) lines is an event"
            return Unreadable(path: source.path, why: lines + "; see promoguard inspect")
        }
    }

    /// Lines refused, by reason, most frequent first; reasons that did not occur are left out.
    public var rejections: [(reason: RejectReason, lines: Int64)] {
        zip(RejectReason.allCases, rejectedByReason)
            .filter { $0.1 > 0 }
            .sorted { ($1.1, $0.0.rawValue) < ($0.1, $1.0.rawValue) }
            .map { (reason: $0.0, lines: $0.1) }
    }
}
