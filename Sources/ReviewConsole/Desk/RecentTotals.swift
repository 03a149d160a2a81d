import CaseFile
import Synchronization

/// Counts and sums of filters, remembered for as long as the file stays as it is, and no longer than half a second
/// beyond: a tail that writes must not have each page count anew.
final class RecentTotals: Sendable {
    private struct Entry {
        var total: FlagTotal
        var mark: Int
        var countedAt: ContinuousClock.Instant
    }

    private static let lasting = Duration.milliseconds(500)
    private static let most = 100
    private let totals = Mutex<[String: Entry]>([:])

    func total(_ filter: QueueFilter, _ file: CaseFile) throws(CaseFileError) -> FlagTotal {
        let key = (filter.query.status?.rawValue ?? "all") + "?" + filter.text
        let mark = try file.changeMark()
        if let known = totals.withLock({ $0[key] }),
            known.mark == mark || known.countedAt.duration(to: .now) < Self.lasting
        {
            return known.total
        }
        let total = try file.total(filter.query)
        totals.withLock { totals in
            if totals.count >= Self.most { totals = [:] }
            totals[key] = Entry(total: total, mark: mark, countedAt: .now)
        }
        return total
    }

    /// After a decision of ours, which shows at once.
    func forget() { totals.withLock { $0 = [:] } }
}
