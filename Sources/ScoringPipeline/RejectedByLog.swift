import ActivityLog
import CaseFile
import Foundation

/// The lines that were rejected, log by log: rows under a log's path go with the log when it is renamed and compressed,
/// while a tail runs and while it does not.
///
/// Lines that a tail rejected after its last checkpoint are in the database when it goes on from there. What is said of
/// a log stays until as many have been read again, wherever the log is by then, and for good where it is gone.
struct RejectedByLog {
    private struct Log: Codable, Equatable {
        struct Sample: Codable, Equatable {
            var offset: Int64
            var reason: String
            var text: String
        }

        var path: String
        /// How many first bytes of its text tell it from others wherever it goes, and a hash of them; 0 where it is not
        /// followed. What stands in a log is not for the database to keep.
        var headLength: Int
        var headHash: UInt64
        /// How many lines, by reason.
        var lines: [String: Int64]
        var samples: [Sample]

        var total: Int64 { lines.values.reduce(0, +) }

        /// - Parameter head: its text's first bytes, as far as it has been read.
        func isSame(as earlier: Log, head: [UInt8]) -> Bool {
            guard headLength > 0, earlier.headLength > 0 else { return path == earlier.path }
            return head.count >= earlier.headLength
                && Log.hash(head.prefix(earlier.headLength)) == earlier.headHash
        }

        static func hash(_ head: ArraySlice<UInt8>) -> UInt64 { IdentifierHash()(head.span.bytes) }
    }

    /// How far a log was when it was last looked at.
    private struct Mark: Equatable {
        var path: String
        var rejected: Int64
    }

    /// So many logs that are gone are remembered; the rows of the others stay as they are.
    private static let mostGone = 100

    /// Those with rejected lines; those that are gone come first.
    private var logs: [Log] = []
    private var gone = 0
    /// Nil before the first look.
    private var marks: [Mark]?
    /// The logs are read from their start, perhaps with other options: what was said of them before is replaced.
    private var beginsAnew = true

    init() {}

    /// What an earlier run said.
    /// - Parameters:
    ///   - text: its `text`; nil where there was none.
    ///   - goesOn: whether this run begins where that one was at some moment.
    init(_ text: String?, goesOn: Bool) {
        logs = text.flatMap { try? JSONDecoder().decode([Log].self, from: Data($0.utf8)) } ?? []
        beginsAnew = !goesOn
    }

    /// To begin the next run with.
    var text: String { String(decoding: try! JSONEncoder().encode(logs), as: UTF8.self) }

    /// What is to be said when the logs have been read so far.
    func advanced(to report: ReadReport) -> RejectedByLog {
        var next = self
        let now = report.sources.map { Mark(path: $0.path, rejected: $0.rejected) }
        guard now != marks else { return next }
        next.marks = now
        var present = RejectedByLog.logs(report)
        var absent: [Log] = []
        var found: Set<Int> = []
        for before in logs {
            // Of several that begin alike, one that has been read as far, or else is where the log was.
            let same = present.indices.filter {
                !found.contains($0)
                    && present[$0].isSame(as: before, head: report.sources[$0].identity.head)
            }
            guard
                let log = same.first(where: { present[$0].total >= before.total })
                    ?? same.first(where: { present[$0].path == before.path }) ?? same.first
            else {
                absent.append(before)
                continue
            }
            found.insert(log)
            let isReplaced = beginsAnew && report.sources[log].lines > 0
            if present[log].total < before.total && !isReplaced {
                present[log].lines = before.lines
                present[log].samples = before.samples
            }
        }
        next.logs = absent + present.filter { $0.total > 0 }
        next.gone = absent.count
        return next
    }

    /// Without the oldest of those that are gone.
    func forgettingOld() -> RejectedByLog {
        var rest = self
        rest.logs.removeFirst(max(0, gone - RejectedByLog.mostGone))
        rest.gone = min(gone, RejectedByLog.mostGone)
        return rest
    }

    /// Has a commit write what the database does not say yet.
    /// - Parameter told: what it says.
    func write(to batch: inout CaseBatch, told: RejectedByLog) {
        guard marks != told.marks else { return }
        let before = Dictionary(grouping: told.logs, by: \.path)
        let now = Dictionary(grouping: logs, by: \.path)
        var paths = Set(before.keys).union(now.keys)
        if told.marks == nil {
            paths.formUnion(marks!.map(\.path))
        } else {
            paths = paths.filter { before[$0] != now[$0] }
        }
        batch.sources = paths.sorted()
        for path in batch.sources {
            for log in now[path] ?? [] {
                batch.rejectedLines += log.samples.map {
                    RejectedSample(
                        source: path, lineOffset: $0.offset, reason: $0.reason, sample: $0.text)
                }
                batch.rejectedCounts += log.lines.sorted { $0.key < $1.key }.map {
                    RejectedCount(source: path, reason: $0.key, lines: $0.value)
                }
            }
        }
    }

    private static func logs(_ report: ReadReport) -> [Log] {
        var logs = report.sources.map { source in
            let head = source.identity.isTelling ? source.identity.head[...] : []
            return Log(
                path: source.path, headLength: head.count, headHash: Log.hash(head),
                lines: zip(RejectReason.allCases, source.rejectedByReason).reduce(into: [:]) {
                    if $1.1 > 0 { $0[$1.0.name] = $1.1 }
                }, samples: [])
        }
        for line in report.rejectedSamples {
            logs[line.source].samples.append(
                Log.Sample(
                    offset: line.offset, reason: line.reason.name,
                    text: String(decoding: line.sample, as: UTF8.self)))
        }
        return logs
    }
}
