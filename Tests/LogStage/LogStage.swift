/// What plays its part opposite a `LogStage`: something that follows the logs in its folder.
public protocol StagedReader: AnyObject {
    /// Reads what can be read at present.
    func look() throws
    /// Reads everything that is there, also what is far ahead of a log that is not silent yet.
    func readAll() throws
    /// Remembers all that was read, whatever happens to the process.
    func save() throws
    /// The process ends: by itself, with what it remembers up to date, or at once.
    func stop(isCrash: Bool) throws
    /// The process is there again.
    func start() throws
    /// Time passes.
    func pass(ms: Int64)
}

/// Servers, logrotate, object stores, crashes and clocks at random, and what was written in all.
public struct LogStage: ~Copyable {
    /// What the seeded dice may bring; each is played in most runs of a few hundred.
    public enum Action: Hashable, CaseIterable, Sendable {
        case partialLine, flush, endMember, killServer, rename, hourly, dateext, compress, copyTruncate,
            truncate
        case delete, corrupt, drop, crash, restart, save, clock
    }

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

    public let folder = TemporaryFolder()
    /// What is to be followed.
    public let patterns: [String]
    /// The dice, for what else a run may choose.
    public var generator: SeededGenerator
    /// What each log that is done with holds.
    public private(set) var texts: [String] = []
    /// Every action that was played, in order.
    public private(set) var trace: [String] = []
    public private(set) var played: Set<Action> = []
    private var servers: [Server] = []
    private var written = 0
    private let followsFiles: Bool
    private let largestLot: Int
    private let newLine: (inout SeededGenerator) -> String

    /// - Parameters:
    ///   - largestLot: lines written at once, but for a rare lot of hundreds.
    ///   - newLine: the next line, with its LF.
    public init(
        seed: UInt64, largestLot: Int = 12, newLine: @escaping (inout SeededGenerator) -> String
    ) {
        self.newLine = newLine
        self.largestLot = largestLot
        var generator = SeededGenerator(seed)
        let count = Int.random(in: 1...3, using: &generator)
        followsFiles = UInt8.random(in: 0..<3, using: &generator) == 0
        for index in 0..<count {
            let name = "w\(index).log"
            let isGzip = Bool.random(using: &generator)
            servers.append(
                Server(
                    name: name, current: name, isGzip: isGzip,
                    writer: LogWriter(folder.path + "/" + name, gzip: isGzip)))
        }
        let path = folder.path
        patterns =
            followsFiles
            ? servers.map { path + "/" + $0.name } : [Bool.random(using: &generator) ? path : path + "/w*"]
        self.generator = generator
    }

    private mutating func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

    private mutating func note(_ action: Action, _ name: String = "") {
        played.insert(action)
        trace.append(name.isEmpty ? "\(action)" : "\(action) \(name)")
    }

    // MARK: Writing

    private mutating func line() -> String {
        written += 1
        return newLine(&generator)
    }

    private mutating func write(_ index: Int, _ text: String) {
        servers[index].writer.write(text)
        servers[index].text += text
    }

    private mutating func writeLines(_ index: Int) {
        write(index, servers[index].unfinished)
        servers[index].unfinished = ""
        let lot = random(0..<10) == 0 ? 400 : largestLot
        for _ in 0..<random(1..<lot) { write(index, line()) }
        if random(0..<3) == 0 {
            played.insert(.partialLine)
            let line = line()
            let half = line.index(line.startIndex, offsetBy: random(1..<line.count))
            write(index, String(line[..<half]))
            servers[index].unfinished = String(line[half...])
        }
        if random(0..<2) == 0 {
            played.insert(.flush)
            servers[index].writer.flush()
        }
        if random(0..<4) == 0 {
            played.insert(.endMember)
            servers[index].writer.endMember()
        }
    }

    // MARK: Rotating

    /// The current log is given up: whole, or as a server leaves it that was killed.
    private mutating func leave(_ index: Int) {
        if servers[index].isGzip && random(0..<4) == 0 {
            // A member that is not ended: its complete lines count, and the unfinished one is no line.
            note(.killServer, servers[index].current)
            servers[index].writer.flush()
            let text = servers[index].text
            let end = text.lastIndex(of: "\n").map { text.index(after: $0) } ?? text.startIndex
            servers[index].text = String(text[..<end])
            servers[index].unfinished = ""
        } else {
            write(index, servers[index].unfinished)
            servers[index].unfinished = ""
            servers[index].writer.endMember()
        }
        texts.append(servers[index].text)
        servers[index].text = ""
    }

    /// `a.log.1` becomes `a.log.2`, and so on.
    private mutating func shift(_ index: Int) {
        for (position, old) in servers[index].rotated.enumerated().reversed() {
            let new = "\(servers[index].name).\(position + 2)" + (old.hasSuffix(".gz") ? ".gz" : "")
            folder.move(old, to: new)
            servers[index].rotated[position] = new
        }
    }

    private mutating func rotate(_ index: Int) {
        leave(index)
        servers[index].serial += 1
        switch random(0..<(followsFiles ? 2 : 3)) {
        case 0 where !servers[index].rotated.contains { $0.contains(".log-") }:
            shift(index)
            folder.move(servers[index].current, to: servers[index].name + ".1")
            servers[index].rotated.insert(servers[index].name + ".1", at: 0)
            note(.rename, servers[index].name)
        case 2:
            // The next hour's log; this one keeps its name.
            note(.hourly, servers[index].name)
            servers[index].current = "\(servers[index].name)-h\(servers[index].serial).log"
        default:
            let name = "\(servers[index].name)-2026\(servers[index].serial)"
            folder.move(servers[index].current, to: name)
            note(.dateext, name)
        }
        servers[index].writer.reopen(folder.path + "/" + servers[index].current)
    }

    private mutating func compress(_ index: Int) {
        guard
            let position = servers[index].rotated.indices.filter({
                !servers[index].rotated[$0].hasSuffix(".gz")
            })
            .randomElement(using: &generator), !servers[index].isGzip
        else { return }
        let name = servers[index].rotated[position]
        note(.compress, name)
        folder.compress(name)
        servers[index].rotated[position] = name + ".gz"
    }

    /// - Parameter reader: nil while its process is down.
    private mutating func copyAndTruncate(_ index: Int, _ reader: (any StagedReader)?) throws {
        guard !servers[index].isGzip, !servers[index].rotated.contains(where: { $0.contains(".log-") }) else {
            return
        }
        note(.copyTruncate, servers[index].name)
        shift(index)
        folder.write(servers[index].name + ".1", folder.read(servers[index].current))
        servers[index].rotated.insert(servers[index].name + ".1", at: 0)
        var isLostOnDisk = false
        if let reader, random(0..<2) == 0 {
            if random(0..<2) == 0 {
                writeLines(index)
                isLostOnDisk = true
                try reader.readAll()
            }
            try reader.look()
        }
        folder.cut(servers[index].current)
        texts.append(servers[index].text)
        servers[index].text = ""
        if isLostOnDisk { try reader?.save() }
    }

    /// What has been read disappears from the disk.
    private mutating func destroy(_ index: Int, _ reader: any StagedReader) throws {
        servers[index].writer.flush()
        try reader.readAll()
        if let oldest = servers[index].rotated.last, random(0..<2) == 0 {
            note(.delete, oldest)
            folder.remove(oldest)
            servers[index].rotated.removeLast()
        } else if !servers[index].isGzip && servers[index].unfinished.isEmpty {
            note(.truncate, servers[index].current)
            folder.cut(servers[index].current)
            texts.append(servers[index].text)
            servers[index].text = ""
        }
        try reader.save()
    }

    private mutating func corrupt(_ index: Int) {
        guard servers[index].isGzip else { return }
        note(.corrupt, servers[index].current)
        leave(index)
        servers[index].writer.writeRaw([0x1F, 0x8B, 8, 0xFF, 1, 2, 3])
        let name = "\(servers[index].name)-bad\(trace.count)"
        folder.move(servers[index].current, to: name)
        servers[index].writer.reopen(folder.path + "/" + servers[index].current)
    }

    /// An object store puts a whole file there.
    private mutating func drop(_ reader: any StagedReader) throws {
        guard !followsFiles else { return }
        let text = (0..<random(1..<50)).map { _ in line() }.joined()
        let bytes = random(0..<2) == 0 ? Array(text.utf8) : Gzip.member(Array(text.utf8))
        note(.drop, "w-drop\(written)")
        folder.write("w-drop\(written).tmp", bytes)
        try reader.look()
        folder.move("w-drop\(written).tmp", to: "w-drop\(written)")
        texts.append(text)
    }

    // MARK: Playing

    private mutating func restart(_ reader: any StagedReader, isCrash: Bool) throws {
        note(isCrash ? .crash : .restart)
        try reader.stop(isCrash: isCrash)
        for _ in 0..<random(0..<4) { try act(reader, isDown: true) }
        try reader.start()
    }

    private mutating func act(_ reader: any StagedReader, isDown: Bool) throws {
        let index = random(0..<servers.count)
        switch random(0..<20) {
        case 0..<8: writeLines(index)
        case 8: rotate(index)
        case 9: compress(index)
        case 10: try copyAndTruncate(index, isDown ? nil : reader)
        case 11 where !isDown: try destroy(index, reader)
        case 12 where !isDown: try restart(reader, isCrash: random(0..<2) == 0)
        case 13 where !isDown:
            note(.save)
            try reader.save()
        case 14:
            played.insert(.clock)
            reader.pass(ms: Int64(random(0..<3000)))
        case 15 where random(0..<8) == 0: corrupt(index)
        case 16 where !isDown: try drop(reader)
        default: if !isDown { try reader.look() }
        }
    }

    /// Plays so many actions, and ends with every log given up.
    public mutating func play(_ actions: Int, _ reader: any StagedReader) throws {
        for _ in 0..<actions { try act(reader, isDown: false) }
        for index in servers.indices { leave(index) }
    }
}
