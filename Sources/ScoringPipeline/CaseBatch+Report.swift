import ActivityLog
import CaseFile

extension CaseBatch {
    /// What a run commits: its flags and what reading saw.
    init(_ flags: [FlaggedAccount], _ report: ReadReport, model: String) {
        self.init()
        self.flags = flags
        sources = report.sources.map(\.path)
        rejectedLines = report.rejectedSamples.map {
            RejectedSample(
                source: report.sources[$0.source].path, lineOffset: $0.offset, reason: $0.reason.name,
                bytes: $0.sample)
        }
        rejectedCounts = report.sources.flatMap { source in
            zip(RejectReason.allCases, source.rejectedByReason).filter { $0.1 > 0 }.map {
                RejectedCount(source: source.path, reason: $0.0.name, lines: $0.1)
            }
        }
        metadata = [
            "model": model,
            "events": String(report.events),
            "duplicates": String(report.duplicates),
            "late": String(report.late),
        ]
        if let firstMs = report.firstMs { metadata["first_event_ms"] = String(firstMs) }
        if let lastMs = report.lastMs { metadata["last_event_ms"] = String(lastMs) }
    }
}
