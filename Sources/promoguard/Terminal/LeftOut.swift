import Presentation
import ScoringPipeline

/// Labelled accounts that took no part because the logs show nothing of them by their time, told line by line.
struct LeftOut {
    let subjects: [Subject]
    /// Event time of the logs' first event; nil without events.
    let firstMs: Int64?

    private static let mostNamed = 3

    /// A line a cause, each naming the first accounts by their lines in the labels file; empty where all were seen.
    var remarks: [String] {
        guard let firstMs else { return [] }
        let early = subjects.filter { $0.asOfMs ?? .max < firstMs }
        let strangers = subjects.filter { $0.asOfMs ?? .max >= firstMs }
        let time = EventTime.china
        return [
            remark(
                early,
                "as_of_ms before the first event, \(time.short(firstMs)) (\(time.zone)); correct it, or"
                    + " name the logs from before it"),
            remark(strangers, "nothing in the logs by that time; check account_id and as_of_ms"),
        ].compactMap { $0 }
    }

    private func remark(_ subjects: [Subject], _ why: String) -> String? {
        guard !subjects.isEmpty else { return nil }
        let named = subjects.sorted { ($0.line ?? 0, $0.accountID) < ($1.line ?? 0, $1.accountID) }
            .prefix(Self.mostNamed).map { subject in
                subject.accountID.visible + (subject.line.map { " in line \($0)" } ?? "")
            }
        let more = subjects.count - named.count
        return "\(subjects.count.counted("labelled account")) left out (\(named.joined(separator: ", "))"
            + (more > 0 ? " and \(more.grouped) more" : "") + "): \(why)"
    }
}
