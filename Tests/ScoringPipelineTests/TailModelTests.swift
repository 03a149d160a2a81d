import ActivityLog
import CaseFile
import Foundation
import LogStage
import RiskModel
import Synchronization
import Testing

@testable import ScoringPipeline

/// A tail on a `LogStage`: it has a thread of its own, and looks at its logs when it is told to only.
///
/// `@unchecked Sendable`: the tail and the stage take turns; what both use is touched by whose turn it is.
private final class StagedTail: StagedReader, @unchecked Sendable {
    private struct Killed: Error {}

    let database: String
    private let patterns: [String]
    private let models: ModelSource
    private let now = Atomic<Int64>(1_000_000)
    private var control = TailControl()
    private var isKilled = false
    /// Looks in a row that brought nothing; after two, all that they led to has been done.
    private var emptyLooks = 0
    private var failure: (any Error)?
    /// An event was late in one of its lives, or would have been had a life not ended in a crash: it is older than what
    /// that life had come past, and came after it.
    private(set) var wasLate = false
    private struct Handed: Hashable {
        var ts: Int64
        var tieBreak: UInt64
    }
    /// What any life was handed in canonical order, and the newest time that this one was.
    private var handed: Set<Handed> = []
    private var newestMs = Int64.min
    /// Of each life that crashed: what had been handed on, and how far it had come.
    private var crashes: [(handed: Set<Handed>, newestMs: Int64)] = []
    private let turn = DispatchSemaphore(value: 0)
    private let rest = DispatchSemaphore(value: 0)

    init(_ patterns: [String], database: String, model: String) throws {
        self.patterns = patterns
        self.database = database
        models = ModelSource(path: model)
        try start()
        // What a named log was rotated to before the start is not asked for.
        try look()
        try save()
    }

    /// Events of the campaign are far apart, so that the order is settled by silence only.
    static var reading: ReadConfiguration {
        var reading = ReadConfiguration()
        reading.latenessMs = 86_400_000
        return reading
    }

    func start() throws {
        control = TailControl()
        isKilled = false
        emptyLooks = 0
        let thread = Thread { [self] in
            do { try run() } catch is Killed {} catch { failure = error }
            rest.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
        rest.wait()
        if let failure { throw failure }
    }

    private func run() throws {
        let caseFile = try CaseFile.open(database, busyTimeout: 0.05)
        defer { caseFile.close() }
        var configuration = TailConfiguration()
        configuration.checkpointMs = 400
        let clock: @Sendable () -> Int64 = { [self] in now.load(ordering: .relaxed) }
        let tail = try TailRun.begin(
            caseFile: caseFile, models: models, reading: StagedTail.reading, configuration: configuration,
            control: control, clock: clock, tell: { _ in }, open: open)
        try tail.run()
    }

    /// The logs, looked at by turns.
    private func open(_ snapshot: [UInt8]?) throws -> TailInput {
        var following = FollowConfiguration()
        following.pollMs = 1
        let clock: @Sendable () -> Int64 = { [self] in now.load(ordering: .relaxed) }
        following.clock.monotonicMs = clock
        let real = FollowClock()
        following.clock.wallMs = { real.wallMs() + clock() - 1_000_000 }
        let reading = StagedTail.reading
        let stream =
            if let snapshot {
                try FollowStream(
                    restoring: snapshot, patterns, configuration: reading, following: following)
            } else { try FollowStream(patterns, configuration: reading, following: following) }
        var input = TailInput(stream)
        let (next, nextInOrder, report) = (input.next, input.nextInOrder, input.report)
        input.next = { [self] batch, arrivals, _ in
            defer { note(batch, lateEvents: report().late) }
            return try onTurn { try next(&batch, &arrivals, 0) }
        }
        input.nextInOrder = { [self] batch, _ in
            defer { note(batch, lateEvents: report().late) }
            return try onTurn { try nextInOrder(&batch, 0) }
        }
        return input
    }

    private func note(_ batch: EventBatch, lateEvents: Int64) {
        if lateEvents > 0 { wasLate = true }
        for event in batch.events {
            let event = Handed(ts: event.ts, tieBreak: event.tieBreak)
            newestMs = max(newestMs, event.ts)
            handed.insert(event)
            if crashes.contains(where: { event.ts < $0.newestMs && !$0.handed.contains(event) }) {
                wasLate = true
            }
        }
    }

    private func onTurn(_ look: () throws -> TailInput.Step) throws -> TailInput.Step {
        if emptyLooks == 2 {
            rest.signal()
            turn.wait()
            emptyLooks = 0
        }
        if isKilled { throw Killed() }
        now.add(7, ordering: .relaxed)
        let step = try look()
        emptyLooks = step == .events ? 0 : emptyLooks + 1
        return step
    }

    private func giveTurn() throws {
        turn.signal()
        rest.wait()
        if let failure { throw failure }
    }

    func look() throws { try giveTurn() }

    func readAll() throws {
        try look()
        pass(ms: 11_000)
        try look()
    }

    func save() throws {
        try stop(isCrash: false)
        try start()
    }

    func stop(isCrash: Bool) throws {
        isKilled = isCrash
        if isCrash { crashes.append((handed, newestMs)) } else { control.stop() }
        newestMs = .min
        try giveTurn()
    }

    func pass(ms: Int64) { now.add(ms, ordering: .relaxed) }

    /// Lets so much time pass that every log is silent and finished, under whatever name it was met; then stops.
    func finish() throws {
        for _ in 0..<2 {
            try look()
            pass(ms: FollowConfiguration().abandonedAfterMs + 10_000)
        }
        try look()
        try stop(isCrash: false)
    }
}

/// Plays whatever may happen to logs and to the program, and compares the database with that of `score` over everything
/// that was written.
@Suite struct TailModelTests {
    /// `TAIL_SEEDS` and `TAIL_FIRST_SEED` say how many plays there are, and which (`make torture`).
    @Test func whateverHappensTheFlagsAreThoseOfScore() throws {
        let environment = ProcessInfo.processInfo.environment
        let seeds = environment["TAIL_SEEDS"].flatMap { UInt64($0) } ?? 40
        let first = environment["TAIL_FIRST_SEED"].flatMap { UInt64($0) } ?? 0
        let small = TailRunTests.Small.shared
        let lines = try TailRunTests.Small.lines(of: small.logs)
        var flagged = 0
        var compared = 0
        for seed in first..<first + seeds {
            let folder = TemporaryFolder()
            var next = Int(seed * 97) % (lines.count / 2)
            var stage = LogStage(seed: seed, largestLot: 40) { generator in
                next += 1
                // Once all are written, the last comes again and again: repeats, which count once.
                return lines[min(next, lines.count - 1)] + "\n"
            }
            let tail = try StagedTail(
                stage.patterns, database: folder.file("tail.sqlite"), model: small.modelPath)
            try stage.play(40, tail)
            try tail.finish()

            for (index, text) in stage.texts.enumerated() { try folder.write("\(index).log", text) }
            let scored = try CaseFile.open(folder.file("score.sqlite"))
            let report = try ScoringRun(
                reader: EventReader(
                    paths: stage.texts.indices.map { folder.file("\($0).log") },
                    configuration: StagedTail.reading),
                scorer: small.scorer, caseFile: scored
            ).run()
            let tailed = try CaseFile.open(tail.database)
            let seen = try tailed.metadata()
            let trace = Comment(rawValue: "seed \(seed): \(stage.trace.joined(separator: ", "))")
            // A log of nothing but one line again and again is taken for the one before.
            if next < lines.count {
                let taken = ["events", "duplicates"].compactMap { seen[$0].flatMap { Int64($0) } }
                #expect(taken.reduce(0, +) == report.read.events + report.read.duplicates, trace)
            }
            // What is late has another time in each run; and a life that ended in a crash leaves the scores that it
            // committed, without what would have been late in it.
            guard !tail.wasLate, report.read.late == 0 else { continue }
            #expect(seen["events"] == String(report.read.events), trace)
            compared += 1
            flagged += report.flagged.count
            #expect(try tailed.flags(FlagQuery(sort: .score)) == scored.flags(FlagQuery(sort: .score)), trace)
        }
        #expect(compared >= Int(seeds) / 4)
        #expect(flagged >= Int(seeds) / 2)
    }
}
