import ActivityLog
import CaseFile

extension CaseBatch {
    /// What a run commits: its flags and what reading saw.
    /// - Parameter isTold: whether the rejected lines of the logs at a path are told; all of them are, or none.
    init(
        _ flags: [FlaggedAccount], _ report: ReadReport, model: String,
        isTold: (String) -> Bool = { _ in true }
    ) {
        self.init()
        self.flags = flags
        sources = report.sources.map(\.path).filter(isTold)
        rejectedLines = report.rejectedSamples.filter { isTold(report.sources[$0.source].path) }.map {
            RejectedSample(
                source: report.sources[$0.source].path, lineOffset: $0.offset, reason: $0.reason.name,
                bytes: $0.sample)
        }
        rejectedCounts = report.sources.filter { isTold($0.path) }.flatMap { source in
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
