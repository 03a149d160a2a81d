import ActivityLog
import CaseFile
import Foundation
import GRDB
import LogStage
import RiskFeatures
import RiskModel
import Synchronization
import Testing

@testable import ScoringPipeline

extension TailNews {
    /// What a person is told.
    var line: String? {
        switch self {
        case .note(let line), .warning(let line): line
        case .flagged, .status: nil
        }
    }
}

@Suite struct TailRunTests {
    private let folder = TemporaryFolder()

    /// A small campaign, its script of arrivals, and what `score` flags in it.
    struct Small: Sendable {
        static let shared = Small()
        let logs = TestCampaign.simulate(accounts: 200, days: 2, seed: 77)
        private let folder = TemporaryFolder()
        /// Flags at the least suspicion, so that there are many.
        let modelPath: String
        let scorer: Scorer
        let script: ScriptedStream.Script
        let flags: [FlaggedAccount]
        /// By account id.
        let evidence: [String: AccountEvidence]
        let gangs: [String]
        let drift: [DriftRow]

        init() {
            script = try! ScriptedStream.Script(paths: [logs.path], seed: 5)
            modelPath = folder.file("keen.json")
            scorer = try! Small.write(review: 0.02, high: 0.3, to: modelPath)
            let caseFile = try! CaseFile.open(folder.file("score.sqlite"))
            let run = try! ScoringRun(
                reader: EventReader(paths: [logs.path]), scorer: scorer, caseFile: caseFile)
            _ = try! run.run()
            flags = try! caseFile.flags(FlagQuery(sort: .score))
            evidence = try! Small.evidence(caseFile)
            gangs = try! TailRunTests.gangs(caseFile)
            drift = try! caseFile.drift()
        }

        static func evidence(_ caseFile: CaseFile) throws -> [String: AccountEvidence] {
            try caseFile.flags().reduce(into: [:]) {
                $0[$1.accountID] = try caseFile.evidence(account: $1.accountID)
            }
        }

        /// The lines of some logs, by event time.
        static func lines(of logs: TemporaryFolder) throws -> [String] {
            try Program.run("/bin/bash", ["-c", "gzip -dc \(logs.path)/*.gz"]).text
                .split(separator: "\n").map(String.init)
                .sorted { TestCampaign.time($0) < TestCampaign.time($1) }
        }

        /// Writes a model that flags from these probabilities on.
        @discardableResult
        static func write(review: Double, high: Double, name: String = "keen", to path: String) throws
            -> Scorer
        {
            var model = TestCampaign.shared.model
            for risk in Risk.allCases {
                model.heads[risk]!.thresholds.review = review
                model.heads[risk]!.thresholds.high = high
                // Made up, so that there is something to have moved from.
                let terms = model.heads[risk]!.terms
                model.heads[risk]!.population = Population(
                    accounts: 5000, scoreEdges: [-5, -2], scores: [0.6, 0.3, 0.1],
                    features: Dictionary(
                        uniqueKeysWithValues: terms.map { term in
                            let bins = term.knots.count + 2
                            return (term.feature, [Double](repeating: 1 / Double(bins), count: bins))
                        }))
            }
            model.name = name
            try model.write(to: path)
            return try Scorer(model, featureNames: FeatureCatalog.names)
        }
    }

    /// A clock that each look moves on.
    private final class Clock: Sendable {
        private let ms = Mutex<Int64>(1_000_000)
        var now: Int64 { ms.withLock { $0 } }
        func advance(_ by: Int64) { ms.withLock { $0 += by } }
    }

    /// A tail over the script, run until all is read or it is killed.
    /// - Returns: whether it came to its end.
    @discardableResult
    private func tail(
        _ name: String, seed: UInt64, killAt: Int? = nil,
        configuration: TailConfiguration = TailConfiguration(),
        model: String? = nil, prepare: (ScriptedStream, TailControl) -> Void = { _, _ in },
        tell: (TailNews) -> Void = { _ in }
    ) throws -> Bool {
        let control = TailControl()
        let clock = Clock()
        let now: @Sendable () -> Int64 = { clock.now }
        var configuration = configuration
        configuration.checkpointMs = min(configuration.checkpointMs, 400)
        let caseFile = try CaseFile.open(folder.file(name), busyTimeout: 0.02)
        defer { caseFile.close() }
        let run = try TailRun.begin(
            caseFile: caseFile, models: ModelSource(path: model ?? Small.shared.modelPath),
            reading: ReadConfiguration(),
            configuration: configuration, control: control, clock: now, tell: tell
        ) { snapshot in
            let stream = ScriptedStream(Small.shared.script, seed: seed, from: snapshot)
            stream.killAt = killAt
            stream.atEnd = { control.stop() }
            prepare(stream, control)
            let onLook = stream.onLook
            stream.onLook = {
                clock.advance(Int64(stream.looks % 7) * 5)
                try onLook($0)
            }
            return stream.input
        }
        do {
            try run.run(tell)
            return true
        } catch is ScriptedStream.Killed {
            return false
        }
    }

    private func flags(_ name: String) throws -> [FlaggedAccount] {
        try CaseFile.open(folder.file(name), access: .readOnly).flags(FlagQuery(sort: .score))
    }

    private func evidence(_ name: String) throws -> [String: AccountEvidence] {
        try Small.evidence(CaseFile.open(folder.file(name), access: .readOnly))
    }

    /// All that is said of gangs.
    static func gangs(_ file: CaseFile) throws -> [String] {
        try file.gangs().map { "\($0) \(try file.members(gang: $0.id))" }
            + file.flagKeys().map { "\(try file.links(account: $0.accountID))" }
    }

    private func gangs(_ name: String) throws -> [String] {
        try TailRunTests.gangs(try CaseFile.open(folder.file(name), access: .readOnly))
    }

    @Test func anIdleTailShowsWhatScoreFlags() throws {
        #expect(Small.shared.flags.count > 5)
        #expect(Small.shared.evidence.values.reduce(0) { $0 + $1.events.count } > 50)
        #expect(Small.shared.flags.contains { !$0.campaigns.isEmpty })
        #expect(Small.shared.flags.contains { $0.gangID != nil })
        #expect(Small.shared.drift.count > 10 && Small.shared.drift.contains { $0.index > 0.25 })
        for seed in 1...5 as ClosedRange<UInt64> {
            #expect(try tail("uncut\(seed)", seed: seed))
            #expect(try flags("uncut\(seed)") == Small.shared.flags)
            #expect(try evidence("uncut\(seed)") == Small.shared.evidence)
            #expect(try gangs("uncut\(seed)") == Small.shared.gangs)
            #expect(
                try CaseFile.open(folder.file("uncut\(seed)"), access: .readOnly).drift()
                    == Small.shared.drift)
        }
    }

    /// Cut at any look, any number of times, and started again.
    @Test(arguments: 0..<200) func cutAnywhereItEndsTheSame(seed: Int) throws {
        var random = SeededGenerator(UInt64(seed) &* 7919)
        let name = "cut\(seed)"
        var runs = 0
        while true {
            runs += 1
            let isLast = runs > 4
            let end = try tail(
                name, seed: random.next(), killAt: isLast ? nil : Int.random(in: 1...50, using: &random),
                prepare: { stream, _ in stream.largestLot = 250 })
            if end { break }
        }
        #expect(try flags(name) == Small.shared.flags)
        #expect(try evidence(name) == Small.shared.evidence)
        #expect(try gangs(name) == Small.shared.gangs)
    }

    @Test func aSecondTailOnOneDatabaseIsRefused() throws {
        var line = ""
        try tail("one", seed: 1, killAt: 3) { stream, _ in
            stream.onLook = { [self] _ in
                guard stream.looks == 2 else { return }
                do { try tail("one", seed: 2) } catch { line = "\(error)" }
            }
        }
        #expect(line.contains("another promoguard (process \(getpid()))"))
        #expect(line.contains("name another database with --database"))
        // The lock goes with its holder.
        #expect(try tail("one", seed: 3))
    }

    /// A tail that was killed with a checkpoint behind it.
    private func leaveCheckpoint(_ name: String) throws -> String {
        #expect(try !tail(name, seed: 4, killAt: 90))
        return folder.file(name) + "-checkpoint"
    }

    private func notes(_ name: String, seed: UInt64 = 6, model: String? = nil) throws -> [String] {
        var notes: [String] = []
        try tail(
            name, seed: seed, model: model, tell: { if let line = $0.line { notes.append(line) } })
        return notes
    }

    @Test func aBadCheckpointIsToldAndHistoryReadAgain() throws {
        let path = try leaveCheckpoint("bad")
        let whole = try folder.bytes("bad-checkpoint")
        #expect(CheckpointFile(database: folder.file("bad")).path == path)
        var random = SeededGenerator(9)
        for round in 0..<200 {
            var bytes = whole
            if round % 2 == 0 {
                bytes[Int.random(in: 0..<(round < 100 ? 400 : bytes.count), using: &random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &random)
            } else {
                bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            }
            try folder.write("bad-checkpoint", bytes)
            #expect(throws: CheckpointError.self) { try CheckpointFile(database: folder.file("bad")).read() }
        }
        try folder.write("bad-checkpoint", whole.dropLast(7))
        #expect(
            try notes("bad") == [
                "cannot go on from the checkpoint \(path): it is cut short; reading the logs from their start"
            ])
        #expect(try flags("bad") == Small.shared.flags)
        try folder.write("bad-checkpoint", "some other file")
        #expect(try notes("bad").first?.contains("it is not a checkpoint of promoguard") == true)
        #expect(try flags("bad") == Small.shared.flags)
    }

    @Test func aCheckpointOfAnotherDatabaseIsRefused() throws {
        try FileManager.default.moveItem(
            atPath: leaveCheckpoint("first"), toPath: folder.file("second-checkpoint"))
        #expect(try notes("second").first?.contains("it belongs to another database") == true)
        #expect(try flags("second") == Small.shared.flags)
    }

    @Test func aCheckpointMadeWithAnotherModelGoesOnWithScoresBegunAnew() throws {
        _ = try leaveCheckpoint("model")
        try Small.write(review: 0.03, high: 0.4, name: "other", to: folder.file("other.json"))
        #expect(
            try notes("model", model: folder.file("other.json"))
                == ["the checkpoint was made with another model; scores begin anew"])
        // Every account held is scored again at the end, those that the first model flagged among them.
        let found = try flags("model")
        #expect(found.contains { $0.model == "other" })
        #expect(found.count >= Small.shared.flags.count { $0.score >= 0.03 })
    }

    @Test func aReplacedModelIsLoadedAndABrokenOneRefused() throws {
        let path = folder.file("live.json")
        try Small.write(review: 0.02, high: 0.3, name: "before", to: path)
        var notes: [String] = []
        try tail("live", seed: 8, model: path) { stream, control in
            stream.onLook = { _ in
                if stream.looks == 20 {
                    try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
                    control.reloadModel()
                }
                if stream.looks == 50 {
                    try Small.write(review: 0.02, high: 0.3, name: "after", to: path)
                    control.reloadModel()
                }
            }
        } tell: {
            if let line = $0.line { notes.append(line) }
        }
        #expect(notes.count == 2)
        #expect(notes.first?.hasSuffix("; the model before goes on") == true)
        #expect(notes.last == "model after in place of before")
        let found = try flags("live")
        // Scores begin anew, suspects with them: an account that is known by its company may have lost it by then.
        let missing = Set(Small.shared.flags.map(\.key)).subtracting(found.map(\.key))
        #expect(missing.count * 10 <= Small.shared.flags.count, "\(missing)")
        #expect(found.contains { $0.model == "after" })
    }

    @Test func flagsAreShownAheadOfTheirOrderAndConfirmed() throws {
        var shownAhead = 0
        try tail("ahead", seed: 11) { stream, _ in
            stream.onLook = { [self] _ in
                let reader = try CaseFile.open(folder.file("ahead"), access: .readOnly)
                shownAhead = max(shownAhead, try reader.provisionalFlags().count)
            }
        }
        #expect(shownAhead > 0)
        #expect(try flags("ahead") == Small.shared.flags)
    }

    @Test func withoutTheViewAheadNothingIsProvisional() throws {
        var configuration = TailConfiguration()
        configuration.viewAhead = false
        for (name, kill) in [("plain", Int?.none), ("plain cut", 70)] {
            try tail(name, seed: 12, killAt: kill, configuration: configuration)
            if kill != nil { try tail(name, seed: 13, configuration: configuration) }
        }
        let caseFile = try CaseFile.open(folder.file("plain"))
        #expect(try caseFile.provisionalFlags().isEmpty)
        #expect(try flags("plain") == flags("plain cut"))
        // The scoring at the end of the logs is what is missing.
        #expect(Set(try flags("plain").map(\.key)).isSubset(of: Small.shared.flags.map(\.key)))
        #expect(try !flags("plain").isEmpty)
    }

    @Test func aDecisionMeanwhileNeverFailsAndStays() throws {
        var decided: Set<FlagKey> = []
        try tail("decided", seed: 14) { stream, _ in
            stream.onLook = { [self] _ in
                let reviewer = try CaseFile.open(folder.file("decided"))
                guard
                    let open = try reviewer.flags(FlagQuery(sort: .score)).first(where: { $0.status == .open }
                    )
                else {
                    return
                }
                try reviewer.decide(
                    .confirm, .accounts([open.accountID], risk: open.risk), reviewer: "li", decidedMs: 1)
                decided.insert(open.key)
            }
        }
        let found = try flags("decided")
        #expect(decided.count > 5)
        #expect(Set(found.filter { $0.status == .confirmed }.map(\.key)) == decided)
        var expected = Small.shared.flags
        for index in expected.indices where decided.contains(expected[index].key) {
            expected[index].status = .confirmed
        }
        let keys = Set(expected.map(\.key))
        #expect(found.filter { keys.contains($0.key) } == expected)
    }

    @Test func aLockedDatabaseStopsNothing() throws {
        var holder: Locker?
        var notes: [String] = []
        try tail("locked", seed: 15) { stream, _ in
            stream.onLook = { [self] released in
                if stream.looks == 20 { holder = try Locker(folder.file("locked")) }
                if stream.looks == 60 { try holder?.release() }
            }
        } tell: {
            if let line = $0.line { notes.append(line) }
        }
        #expect(notes.first?.contains("flags wait in memory") == true)
        #expect(notes.last == "flags are saved again in \(folder.file("locked"))")
        #expect(try flags("locked") == Small.shared.flags)
    }

    /// A small file system of its own, for a while too small for the database beside the first checkpoint.
    @Test(.enabled(if: getuid() == 0)) func aFullDiskLeavesNothingHalfWritten() throws {
        let disk = folder.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard try Program.run("/bin/mount", ["-t", "tmpfs", "-o", "size=1536k", "tmpfs", disk]).exitCode == 0
        else {
            return
        }
        defer { _ = try? Program.run("/bin/umount", [disk]) }
        var notes: [String] = []
        try tail("disk/full", seed: 16) { stream, _ in
            stream.onLook = { _ in
                let filler = disk + "/filler"
                if stream.looks == 10 {
                    // As large as there is room for.
                    _ = try Program.run("/bin/dd", ["if=/dev/zero", "of=\(filler)", "bs=4k"])
                }
                if stream.looks == 80 { try FileManager.default.removeItem(atPath: filler) }
            }
        } tell: {
            if let line = $0.line { notes.append(line) }
        }
        #expect(notes.contains { $0.contains("the disk is full") })
        #expect(notes.contains { $0.hasPrefix("flags are saved again") })
        #expect(try flags("disk/full") == Small.shared.flags)
        let left = try FileManager.default.contentsOfDirectory(atPath: disk)
        #expect(!left.contains { $0.hasSuffix(".writing") })
    }

    /// Real files that grow and are rotated, a run that ends halfway, and another that goes on.
    @Test func followedLogsEndAsScoredOnes() throws {
        let log = folder.file("mp.log")
        try folder.write("mp.log", "")
        let lines = try Small.lines(of: Small.shared.logs)
        func append(_ part: ArraySlice<String>) throws {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
            try handle.seekToEnd()
            try handle.write(contentsOf: TestCampaign.bytes(part))
            try handle.close()
        }
        var following = FollowConfiguration()
        following.idleMs = 100
        func follow(until events: Int) throws {
            let control = TailControl()
            let caseFile = try CaseFile.open(folder.file("followed"), busyTimeout: 0.05)
            defer { caseFile.close() }
            let run = try TailRun.follow(
                [log], caseFile: caseFile, models: ModelSource(path: Small.shared.modelPath),
                following: following, control: control)
            try run.run {
                guard case .status(let status) = $0 else { return }
                if status.events >= events, status.state == "idle" { control.stop() }
            }
        }
        let half = lines.count / 2
        try append(lines[..<half])
        // Some lines are repeats or no events.
        try follow(until: half * 9 / 10)
        #expect(try CaseFile.open(folder.file("followed")).tailStatus()?.state == "stopped")
        try append(lines[half..<half + 100])
        try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
        try folder.write("mp.log", "")
        try append(lines[(half + 100)...])
        let scored = try CaseFile.open(folder.file("scored"))
        let report = try ScoringRun(
            reader: EventReader(paths: [log + ".1", log]), scorer: Small.shared.scorer, caseFile: scored
        ).run()
        try follow(until: Int(report.read.events))
        #expect(try flags("followed") == scored.flags(FlagQuery(sort: .score)))
        #expect(try flags("followed").map(\.key) == Small.shared.flags.map(\.key))
    }
}

/// What the database says of rejected lines, wherever the logs are by then.
@Suite struct RejectedByLogTests {
    private let folder = TemporaryFolder()
    private var logs: String { folder.file("logs") }
    private var database: String { folder.file("cases.sqlite") }
    private var checkpoint: String { database + "-checkpoint" }

    init() throws {
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    }

    private static func events(_ name: String, _ count: Int, from start: Int = 0) -> String {
        (start..<start + count).map {
            "{\"ts\":\(1_780_000_000_000 + $0 * 1000),\"event\":\"login\",\"account_id\":\"\(name)\($0)\"}\n"
        }.joined()
    }

    private func append(_ name: String, _ text: String) throws {
        let path = logs + "/" + name
        let before = FileManager.default.contents(atPath: path) ?? Data()
        try (before + Data(text.utf8)).write(to: URL(fileURLWithPath: path))
    }

    private func move(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: logs + "/" + name, toPath: logs + "/" + other)
    }

    /// Follows until all that is there has been read and so many lines were rejected.
    private func follow(rejected: Int64) throws {
        var following = FollowConfiguration()
        following.idleMs = 100
        following.finishedAfterMs = 100
        let control = TailControl()
        let caseFile = try CaseFile.open(database, busyTimeout: 0.05)
        defer { caseFile.close() }
        let run = try TailRun.follow(
            [logs], caseFile: caseFile, models: ModelSource(path: nil), following: following,
            control: control)
        try run.run {
            guard case .status(let status) = $0 else { return }
            if status.rejectedLines >= rejected, status.state == "idle" { control.stop() }
        }
    }

    /// Rejected lines by the log's name, where counts and samples agree.
    private func told() throws -> [String: Int64] {
        let file = try CaseFile.open(database, access: .readOnly)
        let counts = try file.rejectedCounts().reduce(into: [String: Int64]()) {
            $0[$1.source, default: 0] += $1.lines
        }
        let samples = try file.rejectedLines().reduce(into: [String: Int64]()) {
            $0[$1.source, default: 0] += 1
        }
        #expect(samples == counts.mapValues { min($0, samples.values.max() ?? 0) })
        return Dictionary(
            uniqueKeysWithValues: counts.map { (($0.key as NSString).lastPathComponent, $0.value) })
    }

    @Test func theyGoWithALogThatIsRenamedAndCompressedWhileNobodyLooks() throws {
        try append("mp.log", Self.events("a", 20) + "bad 1\n")
        try append("gone.log", Self.events("c", 20) + "bad 1\n")
        try follow(rejected: 2)
        try FileManager.default.copyItem(atPath: checkpoint, toPath: checkpoint + "-kept")
        try append("mp.log", "bad 2\n" + Self.events("a", 5, from: 20))
        try append("gone.log", "bad 2\n")
        try append("new.log", Self.events("b", 20) + "bad 1\nbad 2\n")
        try append("brief.log", Self.events("d", 20) + "bad 1\n")
        try follow(rejected: 7)
        #expect(try told() == ["mp.log": 2, "gone.log": 2, "new.log": 2, "brief.log": 1])
        // Another run's logs, in the same database.
        let other = try folder.write("other.log", "bad\n" + Self.events("o", 3))
        #expect(
            try Program.promoguard("score", other, "--database", database, "--quiet").exitCode == 0)

        // As if it had been killed after the first run's checkpoint, and the logs rotated then.
        try FileManager.default.removeItem(atPath: checkpoint)
        try move("mp.log", to: "mp.log-20260601")
        _ = try Program.run("/bin/bash", ["-c", "gzip \(logs)/mp.log-20260601"])
        try append("mp.log", Self.events("e", 20) + "bad 1\n")
        try move("new.log", to: "new.log.1")
        for name in ["gone.log", "brief.log"] {
            try FileManager.default.removeItem(atPath: logs + "/" + name)
        }
        try FileManager.default.moveItem(atPath: checkpoint + "-kept", toPath: checkpoint)
        try follow(rejected: 6)
        let expected: [String: Int64] = [
            "mp.log-20260601.gz": 2, "mp.log": 1, "new.log.1": 2, "gone.log": 2, "brief.log": 1,
            "other.log": 1,
        ]
        #expect(try told() == expected)

        // The same once more, from a checkpoint that knows all of it.
        try move("new.log.1", to: "new.log.2")
        try follow(rejected: 6)
        #expect(
            try told() == expected.filter { $0.key != "new.log.1" }.merging(["new.log.2": 2]) { $1 })

        // Reading from the start says the same of what is there, and keeps what was said of the rest.
        try FileManager.default.removeItem(atPath: checkpoint)
        try follow(rejected: 5)
        #expect(
            try told() == expected.filter { $0.key != "new.log.1" }.merging(["new.log.2": 2]) { $1 })
    }

    /// A log that has no successor leaves no rows under its old name, while the tail runs.
    @Test func theyGoWithALogThatIsRenamedWhileItIsFollowed() throws {
        try append("mp.log", Self.events("a", 20) + "bad 1\n")
        var following = FollowConfiguration()
        following.idleMs = 100
        let control = TailControl()
        let caseFile = try CaseFile.open(database, busyTimeout: 0.05)
        defer { caseFile.close() }
        let run = try TailRun.follow(
            [logs], caseFile: caseFile, models: ModelSource(path: nil), following: following,
            control: control)
        var isRenamed = false
        try run.run {
            guard case .status(let status) = $0, status.rejectedLines == 1 else { return }
            if !isRenamed {
                isRenamed = true
                try? move("mp.log", to: "mp.log.1")
            } else if status.sources.map(\.path) == [logs + "/mp.log.1"] {
                control.stop()
            }
        }
        #expect(try told() == ["mp.log.1": 1])
    }
}

/// Another program that holds the write lock of a database.
final class Locker {
    private let queue: DatabaseQueue

    init(_ path: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .timeout(2)
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    func release() throws { try queue.writeWithoutTransaction { try $0.execute(sql: "COMMIT") } }
}
