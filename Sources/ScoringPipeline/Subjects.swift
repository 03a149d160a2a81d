import ActivityLog
import RiskModel

/// A labelled account as known at one time: what a replay looks for in the logs.
public struct Subject: Sendable {
    public var accountID: String
    /// Nothing later than this may be used, milliseconds; nil for all there is.
    public var asOfMs: Int64?
    /// What was judged, by risk.
    public var labels: [Risk: Bool]
    /// The line of its first label in the labels file; nil where it comes from none.
    public var line: Int?
}

/// The labelled accounts of a replay, found by account key.
struct Subjects {
    /// Ordered by account id and time, so that those of one account stand side by side.
    let all: [Subject]
    /// The account key of each.
    let keys: [UInt64]
    private let positions: [UInt64: Range<Int>]

    /// - Parameter hash: as the logs are read with.
    init(_ labels: [AccountLabel], hash: IdentifierHash) {
        let ordered = labels.sorted {
            if $0.accountID != $1.accountID { return $0.accountID.precedesInBytes($1.accountID) }
            return ($0.asOfMs ?? .max) < ($1.asOfMs ?? .max)
        }
        var all: [Subject] = []
        for label in ordered {
            if let last = all.last, last.accountID == label.accountID, last.asOfMs == label.asOfMs {
                all[all.count - 1].labels[label.risk] = label.isAbuse
            } else {
                all.append(
                    Subject(
                        accountID: label.accountID, asOfMs: label.asOfMs,
                        labels: [label.risk: label.isAbuse], line: label.line))
            }
        }
        var positions: [UInt64: Range<Int>] = [:]
        positions.reserveCapacity(all.count)
        let keys = all.map { hash(Array($0.accountID.utf8).span.bytes) }
        for (position, key) in keys.enumerated() {
            positions[key] = (positions[key]?.lowerBound ?? position)..<(position + 1)
        }
        self.all = all
        self.keys = keys
        self.positions = positions
    }

    /// Where in `all` the subjects of an account stand; empty for an account without labels.
    func positions(_ accountKey: UInt64) -> Range<Int> { positions[accountKey] ?? 0..<0 }
}
