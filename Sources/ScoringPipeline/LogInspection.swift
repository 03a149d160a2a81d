import ActivityLog
import RiskFeatures

/// What is in some logs: the same reading as scoring, with nothing scored.
public struct LogInspection: Sendable {
    /// What reading saw.
    public let read: ReadReport

    /// Reads the logs to their end.
    /// - Throws: `ReadError`.
    public init(
        paths: [String], configuration: ReadConfiguration = ReadConfiguration(),
        progress: (ReplayProgress) -> Void = { _ in }
    ) throws(ReadError) {
        var reader = try EventReader(paths: paths, configuration: configuration)
        var batch = EventBatch()
        var reached = ReplayProgress()
        while reader.next(into: &batch) {
            reached.add(batch)
            progress(reached)
        }
        read = reader.report
    }

    /// Event types that occurred, most frequent first.
    public var eventTypes: [(type: EventType, events: Int64)] {
        zip(EventType.allCases, read.eventsByType)
            .filter { $0.1 > 0 }
            .sorted { ($1.1, $0.0.rawValue) < ($0.1, $1.0.rawValue) }
            .map { (type: $0.0, events: $0.1) }
    }

    /// Share of the events that carry a field, 0…1, in the order of the schema.
    public var coverage: [(field: EventField, events: Int64, share: Double)] {
        let total = read.eventsByType.reduce(0, +)
        return zip(EventField.allCases, read.fieldCounts).map {
            (field: $0.0, events: $0.1, share: total == 0 ? 0 : Double($0.1) / Double(total))
        }
    }

    /// Features that are unknown for every account, because no event carries a field that they need.
    public var blindFeatures: [(feature: FeatureDefinition, missing: [EventField])] {
        let absent = Set(coverage.filter { $0.events == 0 }.map(\.field))
        return FeatureCatalog.all.compactMap { feature in
            let missing = feature.needs.filter { absent.contains($0) }
            return missing.isEmpty ? nil : (feature: feature, missing: missing)
        }
    }
}
