import ActivityLog
import Foundation
import LogStage
import RiskFeatures

@testable import ScoringPipeline

/// The events of some logs as they might arrive: out of order by less than the lateness bound, in lots of any size,
/// with pauses; seeded. It can be cut at any look, and goes on from a snapshot in lots of other sizes.
final class ScriptedStream {
    struct Killed: Error {}

    /// Events in canonical order, and the order in which they arrive.
    struct Script: Sendable {
        var events: [Event] = []
        var text: [UInt8] = []
        var arrivals: [Int] = []
        var campaignNames: [UInt64: String] = [:]

        init(paths: [String], seed: UInt64) throws {
            var stream = try EventStream(paths: paths)
            var batch = EventBatch()
            while stream.next(into: &batch) {
                for var event in batch.events {
                    event.accountTextOffset += UInt32(text.count)
                    events.append(event)
                }
                text += batch.text
            }
            campaignNames = stream.campaignNames
            var random = SeededGenerator(seed)
            let delays = events.indices.map { _ in
                Int.random(in: 0..<4, using: &random) == 0 ? Int64.random(in: 0..<50_000, using: &random) : 0
            }
            arrivals = events.indices.sorted {
                let (a, b) = (events[$0].ts + delays[$0], events[$1].ts + delays[$1])
                return a != b ? a < b : $0 < $1
            }
        }
    }

    private let script: Script
    private var random: SeededGenerator
    /// How many have arrived, and how many have been handed on.
    private var arrived = 0
    private var released = 0
    private var latestIndex = -1
    private var latestMs = Int64.min
    private var idles = 0
    /// Ends like a killed process at this look.
    var killAt: Int?
    private(set) var looks = 0
    var largestLot = 60
    /// Called at each look, with how many events have been handed on.
    var onLook: (Int) throws -> Void = { _ in }
    /// When all is read.
    var atEnd: () -> Void = {}

    init(_ script: Script, seed: UInt64, from snapshot: [UInt8]? = nil) {
        self.script = script
        random = SeededGenerator(seed)
        guard let snapshot else { return }
        snapshot.withUnsafeBytes {
            arrived = $0.loadUnaligned(fromByteOffset: 0, as: Int.self)
            released = $0.loadUnaligned(fromByteOffset: 8, as: Int.self)
        }
        for index in script.arrivals[..<arrived] { note(index) }
    }

    private func note(_ index: Int) {
        latestIndex = max(latestIndex, index)
        latestMs = max(latestMs, script.events[index].ts)
    }

    private func append(_ index: Int, to batch: inout EventBatch) {
        var event = script.events[index]
        let start = Int(event.accountTextOffset)
        event.accountTextOffset = UInt32(batch.text.count)
        batch.text += script.text[start..<start + Int(event.accountTextLength)]
        batch.events.append(event)
    }

    var input: TailInput {
        TailInput(
            next: { [self] batch, arrivals, _ in try next(&batch, &arrivals) },
            nextInOrder: { [self] batch, _ in
                var arrivals = EventBatch()
                return try next(&batch, &arrivals)
            },
            pending: { [self] batch in
                batch.removeAll()
                for index in script.arrivals[..<arrived].sorted() where index >= released {
                    append(index, to: &batch)
                }
            },
            snapshot: { [self] in
                var bytes: [UInt8] = []
                for number in [arrived, released] { withUnsafeBytes(of: number) { bytes += $0 } }
                return { [bytes] in bytes }
            },
            report: { [self] in
                var report = ReadReport()
                report.events = Int64(released)
                report.sources = [ReadReport.Source(path: "script")]
                return report
            },
            campaignNames: { [self] in script.campaignNames },
            wake: {})
    }

    private func next(_ batch: inout EventBatch, _ arrivals: inout EventBatch) throws -> TailInput.Step {
        looks += 1
        if looks == killAt { throw Killed() }
        try onLook(released)
        batch.removeAll()
        arrivals.removeAll()
        let dice = Int.random(in: 0..<10, using: &random)
        if dice < 7, arrived < script.events.count {
            let lot = min(Int.random(in: 1...largestLot, using: &random), script.events.count - arrived)
            for index in script.arrivals[arrived..<arrived + lot] {
                note(index)
                append(index, to: &arrivals)
            }
            arrived += lot
            while released < script.events.count, script.events[released].ts < latestMs - 60_000 {
                append(released, to: &batch)
                released += 1
            }
            return .events
        }
        // All is settled when nothing is missing before the latest, as far as anyone can know.
        guard latestIndex == arrived - 1, dice == 9 || arrived == script.events.count else { return .waiting }
        if released < arrived {
            for index in released..<arrived { append(index, to: &batch) }
            released = arrived
            return .events
        }
        if arrived == script.events.count {
            idles += 1
            if idles == 3 { atEnd() }
        }
        return .idle
    }
}
