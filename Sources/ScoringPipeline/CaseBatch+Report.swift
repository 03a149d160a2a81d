import ActivityLog
import CaseFile

extension CaseBatch {
    /// What a run commits: its flags and what reading saw, but for rejected lines (`RejectedByLog`).
    init(_ flags: [FlaggedAccount], _ report: ReadReport, model: String) {
        self.init()
        self.flags = flags
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
