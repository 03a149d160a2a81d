import CZlib
import Glibc
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

    var snapshot: [UInt8] {
        var bytes: [UInt8] = []
        stream.snapshot(into: &bytes)
        return bytes
    }

    /// Goes on from a snapshot, as another process would; what was given out since is taken back.
    mutating func restore(_ bytes: [UInt8], given: Int) throws {
        accounts.removeSubrange(given...)
        events.removeSubrange(given...)
        stream = try FollowStream(
            restoring: bytes, patterns, configuration: configuration, following: following)
    }

    mutating func restart() throws { try restore(snapshot, given: accounts.count) }
}

/// Writes a log as a server does: plain, or gzip with flushes and members.
final class LogWriter {
    private var descriptor: Int32
    private var stream: UnsafeMutablePointer<z_stream>?

    init(_ path: String, gzip: Bool = false) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        precondition(descriptor >= 0)
        if gzip {
            stream = .allocate(capacity: 1)
            stream!.initialize(to: z_stream())
            precondition(pg_deflate_init(stream!, 6, 31) == Z_OK)
        }
    }

    deinit {
        if let stream {
            deflateEnd(stream)
            stream.deallocate()
        }
        close(descriptor)
    }

    /// Goes on in another file, which is made.
    func reopen(_ path: String) {
        close(descriptor)
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        if let stream { deflateReset(stream) }
    }

    func write(_ text: String) { put(Array(text.utf8), Z_NO_FLUSH) }

    /// All that was written can be read from now on.
    func flush() { if stream != nil { put([], Z_SYNC_FLUSH) } }

    func endMember() {
        guard let stream else { return }
        put([], Z_FINISH)
        deflateReset(stream)
    }

    /// Writes bytes that no format knows.
    func writeRaw(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { _ = Glibc.write(descriptor, $0.baseAddress!, $0.count) }
    }

    private func put(_ bytes: [UInt8], _ flush: Int32) {
        guard let stream else { return writeRaw(bytes) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: 1 << 16)
        input.withUnsafeMutableBufferPointer { source in
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(source.count)
            repeat {
                let count = output.withUnsafeMutableBufferPointer { target in
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    _ = deflate(stream, flush)
                    return target.count - Int(stream.pointee.avail_out)
                }
                if count > 0 { writeRaw(Array(output[..<count])) }
            } while stream.pointee.avail_out == 0
        }
    }
}

extension TemporaryFolder {
    func read(_ name: String) -> [UInt8] {
        let descriptor = open(path + "/" + name, O_RDONLY)
        precondition(descriptor >= 0, "no \(name)")
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }

    func move(_ name: String, to other: String) {
        precondition(rename(path + "/" + name, path + "/" + other) == 0)
    }

    func remove(_ name: String) { precondition(unlink(path + "/" + name) == 0) }

    func cut(_ name: String, to count: Int = 0) {
        precondition(truncate(path + "/" + name, off_t(count)) == 0)
    }

    /// As `gzip NAME` does: a new file appears, then the old one goes.
    func compress(_ name: String) {
        write(name + ".gz", Gzip.member(read(name)))
        remove(name)
    }
}
