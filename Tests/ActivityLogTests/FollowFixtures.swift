import LogStage
import Synchronization

@testable import ActivityLog

/// A clock that stands until it is moved; wall time is the real one plus what it was moved by.
final class ManualClock: Sendable {
    private let moved = Atomic<Int64>(0)

    func advance(_ ms: Int64) { moved.add(ms, ordering: .relaxed) }

    var clock: FollowClock {
        let real = FollowClock()
        var clock = FollowClock()
        clock.monotonicMs = { 1_000_000 + self.moved.load(ordering: .relaxed) }
        clock.wallMs = { real.wallMs() + self.moved.load(ordering: .relaxed) }
        return clock
    }
}

extension Event {
    /// What tells events of these tests apart, quicker than all fields.
    var digest: [UInt64] {
        [UInt64(bitPattern: ts), tieBreak, present, accountKey, eventIDKey, UInt64(points), UInt64(scene)]
    }
}

/// A followed folder and what came out of it, one event after the other.
struct Follower: ~Copyable {
    let clock = ManualClock()
    let patterns: [String]
    var configuration = ReadConfiguration()
    var following = FollowConfiguration()
    var stream: FollowStream
    private(set) var accounts: [String] = []
    private(set) var events: [Event] = []
    private var batch = EventBatch()

    init(
        _ patterns: [String], backend: InflateBackend = .standard, start: FollowConfiguration.Start = .start,
        usesNotices: Bool = true
    ) throws {
        self.patterns = patterns
        configuration.inflateBackend = backend
        following.clock = clock.clock
        following.start = start
        following.usesNotices = usesNotices
        following.pollMs = 1
        stream = try FollowStream(patterns, configuration: configuration, following: following)
    }

    /// Reads until nothing new comes.
    @discardableResult
    mutating func drain() -> FollowStream.Step {
        while true {
            clock.advance(1)
            let step = stream.next(into: &batch, waitMs: 0)
            guard case .events = step else { return step }
            for event in batch.events {
                let start = Int(event.accountTextOffset)
                let end = start + Int(event.accountTextLength)
                accounts.append(String(decoding: batch.text[start..<end], as: UTF8.self))
                events.append(event)
            }
        }
    }

    /// Reads everything that is there, also what is far ahead of a log that is not silent yet.
    mutating func readAll() {
        drain()
        clock.advance(11_000)
        drain()
    }

    /// Lets so much time pass that every log is silent, and those rotated away are finished.
    @discardableResult
    mutating func settle() -> FollowStream.Step {
        drain()
        clock.advance(20_000)
        drain()
        clock.advance(20_000)
        return drain()
    }

    /// What the stream knows, as bytes.
    mutating func snapshot() -> [UInt8] { stream.snapshot().bytes() }

    /// Goes on from a snapshot, as another process would; what was given out since is taken back.
    mutating func restore(_ bytes: [UInt8], given: Int) throws {
        accounts.removeSubrange(given...)
        events.removeSubrange(given...)
        stream = try FollowStream(
            restoring: bytes, patterns, configuration: configuration, following: following)
    }

    mutating func restart() throws { try restore(snapshot(), given: accounts.count) }
}
