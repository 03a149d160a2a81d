import Glibc
import LogStage
import Testing

@testable import ActivityLog

/// A follower on a `LogStage`.
private final class StagedFollower: StagedReader {
    var follower: Follower
    /// Laid out as bytes only when it is needed, after whatever the follower has done since.
    private var saved: (snapshot: StreamSnapshot, given: Int)

    init(_ stage: inout LogStage) throws {
        let backend = InflateBackend.allCases.randomElement(using: &stage.generator)!
        follower = try Follower(
            stage.patterns, backend: backend, usesNotices: Bool.random(using: &stage.generator))
        // What a named log was rotated to before the start is not asked for.
        follower.drain()
        saved = (follower.stream.snapshot(), 0)
    }

    func look() { follower.drain() }
    func readAll() { follower.readAll() }
    func save() { saved = (follower.stream.snapshot(), follower.accounts.count) }
    func stop(isCrash: Bool) { if !isCrash { save() } }
    func start() throws { try follower.restore(saved.snapshot.bytes(), given: saved.given) }
    func pass(ms: Int64) { follower.clock.advance(ms) }

    /// What differs from a read of these texts, to the end and undisturbed, in words; nil when nothing does.
    func difference(from texts: [String]) throws -> String? {
        let shadow = TemporaryFolder()
        for (index, text) in texts.enumerated() { shadow.write("log\(index)", text) }
        let expected = try Reading([shadow.path])
        var seen: [String: Int] = [:]
        for account in follower.accounts { seen[account, default: 0] += 1 }
        let missing = expected.accounts.filter { seen[$0] == nil }
        let twice = seen.filter { $0.value > 1 }.keys.sorted()
        let known = Set(expected.accounts)
        let extra = seen.keys.filter { !known.contains($0) }.sorted()
        var differences: [String] = []
        if !missing.isEmpty { differences.append("\(missing.count) missing: \(missing.prefix(4))") }
        if !twice.isEmpty { differences.append("\(twice.count) twice: \(twice.prefix(4))") }
        if !extra.isEmpty { differences.append("\(extra.count) extra: \(extra.prefix(4))") }
        if differences.isEmpty && follower.stream.report.late == 0
            && follower.events.map(\.digest) != expected.events.map(\.digest)
        {
            differences.append("another order")
        }
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }
}

/// Plays whatever may happen to logs, and compares what the follower gave with a read of everything that was written.
@Suite struct FollowModelTests {
    /// `FOLLOW_SEEDS` and `FOLLOW_FIRST_SEED` say how many plays there are, and which (`make torture`).
    @Test func whateverHappensEachEventComesOnce() throws {
        let seeds = getenv("FOLLOW_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 200
        let first = getenv("FOLLOW_FIRST_SEED").flatMap { UInt64(String(cString: $0)) } ?? 0
        var played: Set<LogStage.Action> = []
        for seed in first..<first + seeds {
            var now: Int64 = 0
            var written = 0
            var stage = LogStage(seed: seed) { generator in
                now += Int64.random(in: 0..<300, using: &generator)
                let isBehind = Int.random(in: 0..<3, using: &generator) == 0
                let behind = isBehind ? Int64.random(in: 0..<5000, using: &generator) : 0
                written += 1
                return line(100_000 + now - behind, account: "event-\(written)", ",\"points\":\(written)")
            }
            let follower = try StagedFollower(&stage)
            try stage.play(60, follower)
            follower.follower.settle()
            let difference = try follower.difference(from: stage.texts)
            #expect(difference == nil, "seed \(seed): \(stage.trace.joined(separator: ", "))")
            played.formUnion(stage.played)
        }
        if seeds >= 100 { #expect(played == Set(LogStage.Action.allCases)) }
    }
}
