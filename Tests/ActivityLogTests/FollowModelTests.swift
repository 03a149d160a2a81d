import Glibc
import Testing

@testable import ActivityLog

/// Plays servers, logrotate, crashes and clocks at random, and compares what the follower gave with a read of
/// everything that was written, to the end and undisturbed.
struct FollowModel: ~Copyable {
    private var generator: SeededGenerator
    private let folder = TemporaryFolder()
    private let seed: UInt64
    private var follower: Follower
    private var writers: [Server] = []
    private var finishedTexts: [String] = []
    private var written = 0
    private var now: Int64 = 0
    private var saved: (bytes: [UInt8], given: Int)
    private let followsFiles: Bool
    private(set) var trace: [String] = []

    /// One server: its open log, and the ones rotated away, newest first.
    private struct Server {
        var name: String
        var current: String
        var isGzip: Bool
        var writer: LogWriter
        /// All that the current log has been given.
        var text = ""
        var unfinished = ""
        var rotated: [String] = []
        var serial = 0
    }

    init(seed: UInt64) throws {
        self.seed = seed
        var generator = SeededGenerator(seed)
        let count = Int.random(in: 1...3, using: &generator)
        followsFiles = UInt8.random(in: 0..<3, using: &generator) == 0
        for index in 0..<count {
            let name = "w\(index).log"
            let isGzip = Bool.random(using: &generator)
            writers.append(
                Server(
                    name: name, current: name, isGzip: isGzip,
                    writer: LogWriter(folder.path + "/" + name, gzip: isGzip)))
        }
        let path = folder.path
        let patterns =
            followsFiles
            ? writers.map { path + "/" + $0.name } : [Bool.random(using: &generator) ? path : path + "/w*"]
        let backend = InflateBackend.allCases.randomElement(using: &generator)!
        follower = try Follower(
            patterns, backend: backend, usesNotices: Bool.random(using: &generator))
        self.generator = generator
        // What a named log was rotated to before the start is not asked for.
        follower.drain()
        saved = (follower.snapshot, 0)
    }

    private mutating func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

    // MARK: Writing

    private mutating func newLine() -> String {
        now += Int64(random(0..<300))
        let behind = random(0..<3) == 0 ? Int64(random(0..<5000)) : 0
        written += 1
        return line(100_000 + now - behind, account: "event-\(written)", ",\"points\":\(written)")
    }

    private mutating func write(_ index: Int, _ text: String) {
        writers[index].writer.write(text)
        writers[index].text += text
    }

    private mutating func writeLines(_ index: Int) {
        write(index, writers[index].unfinished)
        writers[index].unfinished = ""
        for _ in 0..<random(1..<(random(0..<10) == 0 ? 400 : 12)) { write(index, newLine()) }
        if random(0..<3) == 0 {
            let line = newLine()
            let half = line.index(line.startIndex, offsetBy: random(1..<line.count))
            write(index, String(line[..<half]))
            writers[index].unfinished = String(line[half...])
        }
        if random(0..<2) == 0 { writers[index].writer.flush() }
        if random(0..<4) == 0 { writers[index].writer.endMember() }
    }

    // MARK: Rotating

    /// The current log is given up: whole, or as a server leaves it that was killed.
    private mutating func leave(_ index: Int) {
        if writers[index].isGzip && random(0..<4) == 0 {
            // A member that is not ended: its complete lines count, and the unfinished one is no line.
            writers[index].writer.flush()
            let text = writers[index].text
            let end = text.lastIndex(of: "\n").map { text.index(after: $0) } ?? text.startIndex
            writers[index].text = String(text[..<end])
            writers[index].unfinished = ""
        } else {
            write(index, writers[index].unfinished)
            writers[index].unfinished = ""
            writers[index].writer.endMember()
        }
        finishedTexts.append(writers[index].text)
        writers[index].text = ""
    }

    /// `a.log.1` becomes `a.log.2`, and so on.
    private mutating func shift(_ index: Int) {
        for (position, old) in writers[index].rotated.enumerated().reversed() {
            let new = "\(writers[index].name).\(position + 2)" + (old.hasSuffix(".gz") ? ".gz" : "")
            folder.move(old, to: new)
            writers[index].rotated[position] = new
        }
    }

    private mutating func rotate(_ index: Int) {
        leave(index)
        writers[index].serial += 1
        switch random(0..<(followsFiles ? 2 : 3)) {
        case 0 where !writers[index].rotated.contains { $0.contains(".log-") }:
            shift(index)
            folder.move(writers[index].current, to: writers[index].name + ".1")
            writers[index].rotated.insert(writers[index].name + ".1", at: 0)
            trace.append("rename \(writers[index].name)")
        case 2:
            // The next hour's log; this one keeps its name.
            trace.append("hourly \(writers[index].name)")
            writers[index].current = "\(writers[index].name)-h\(writers[index].serial).log"
        default:
            let name = "\(writers[index].name)-2026\(writers[index].serial)"
            folder.move(writers[index].current, to: name)
            trace.append("dateext \(name)")
        }
        writers[index].writer.reopen(folder.path + "/" + writers[index].current)
    }

    private mutating func compress(_ index: Int) {
        guard
            let position = writers[index].rotated.indices.filter({
                !writers[index].rotated[$0].hasSuffix(".gz")
            })
            .randomElement(using: &generator), !writers[index].isGzip
        else { return }
        let name = writers[index].rotated[position]
        trace.append("compress \(name)")
        folder.compress(name)
        writers[index].rotated[position] = name + ".gz"
    }

    private mutating func copyAndTruncate(_ index: Int, isDown: Bool) {
        guard !writers[index].isGzip, !writers[index].rotated.contains(where: { $0.contains(".log-") }) else {
            return
        }
        trace.append("copytruncate \(writers[index].name)")
        shift(index)
        folder.write(writers[index].name + ".1", folder.read(writers[index].current))
        writers[index].rotated.insert(writers[index].name + ".1", at: 0)
        var isLostOnDisk = false
        if !isDown && random(0..<2) == 0 {
            if random(0..<2) == 0 {
                writeLines(index)
                isLostOnDisk = true
                follower.readAll()
            }
            follower.drain()
        }
        folder.cut(writers[index].current)
        finishedTexts.append(writers[index].text)
        writers[index].text = ""
        if isLostOnDisk { save() }
    }

    /// What has been read disappears from the disk.
    private mutating func destroy(_ index: Int) {
        writers[index].writer.flush()
        follower.readAll()
        if let oldest = writers[index].rotated.last, random(0..<2) == 0 {
            trace.append("delete \(oldest)")
            folder.remove(oldest)
            writers[index].rotated.removeLast()
        } else if !writers[index].isGzip && writers[index].unfinished.isEmpty {
            trace.append("truncate \(writers[index].current)")
            folder.cut(writers[index].current)
            finishedTexts.append(writers[index].text)
            writers[index].text = ""
        }
        save()
    }

    private mutating func corrupt(_ index: Int) {
        guard writers[index].isGzip else { return }
        trace.append("corrupt \(writers[index].current)")
        leave(index)
        writers[index].writer.writeRaw([0x1F, 0x8B, 8, 0xFF, 1, 2, 3])
        let name = "\(writers[index].name)-bad\(written)"
        folder.move(writers[index].current, to: name)
        writers[index].writer.reopen(folder.path + "/" + writers[index].current)
    }

    /// An object store puts a whole file there.
    private mutating func drop() {
        guard !followsFiles else { return }
        let text = (0..<random(1..<50)).map { _ in newLine() }.joined()
        let bytes = random(0..<2) == 0 ? Array(text.utf8) : Gzip.member(Array(text.utf8))
        trace.append("drop w-drop\(written)")
        folder.write("w-drop\(written).tmp", bytes)
        follower.drain()
        folder.move("w-drop\(written).tmp", to: "w-drop\(written)")
        finishedTexts.append(text)
    }

    // MARK: Stopping

    private mutating func save() { saved = (follower.snapshot, follower.accounts.count) }

    private mutating func restart(isCrash: Bool) throws {
        trace.append(isCrash ? "crash" : "restart")
        if !isCrash { save() }
        for _ in 0..<random(0..<4) { try act(isDown: true) }
        try follower.restore(saved.bytes, given: saved.given)
    }

    // MARK: Playing

    private mutating func act(isDown: Bool) throws {
        let index = random(0..<writers.count)
        switch random(0..<20) {
        case 0..<8: writeLines(index)
        case 8: rotate(index)
        case 9: compress(index)
        case 10: copyAndTruncate(index, isDown: isDown)
        case 11 where !isDown: destroy(index)
        case 12 where !isDown: try restart(isCrash: random(0..<2) == 0)
        case 13 where !isDown: save()
        case 14: follower.clock.advance(Int64(random(0..<3000)))
        case 15 where random(0..<8) == 0: corrupt(index)
        case 16 where !isDown: drop()
        default: if !isDown { follower.drain() }
        }
    }

    /// - Returns: what differs, in words; nil when nothing does.
    mutating func play(_ actions: Int) throws -> String? {
        for _ in 0..<actions { try act(isDown: false) }
        for index in writers.indices { leave(index) }
        follower.settle()
        let shadow = TemporaryFolder()
        for (index, text) in finishedTexts.enumerated() { shadow.write("log\(index)", text) }
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
        if !differences.isEmpty && getenv("FOLLOW_STATES") != nil {
            for source in follower.stream.report.sources {
                print(
                    source.path, source.state, source.lines, source.events, source.bytesRead,
                    source.problem ?? "")
            }
        }
        return differences.isEmpty ? nil : "seed \(seed): " + differences.joined(separator: "; ")
    }
}

@Suite struct FollowModelTests {
    @Test func whateverHappensEachEventComesOnce() throws {
        let seeds = getenv("FOLLOW_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 200
        let first = getenv("FOLLOW_FIRST_SEED").flatMap { UInt64(String(cString: $0)) } ?? 0
        for seed in first..<first + seeds {
            var model = try FollowModel(seed: seed)
            let difference = try model.play(60)
            #expect(difference == nil, "\(model.trace.joined(separator: ", "))")
        }
    }
}
