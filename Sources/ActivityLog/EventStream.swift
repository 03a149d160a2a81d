/// How logs are read; parsed once and passed down.
public struct ReadConfiguration: Sendable {
    /// Disorder up to this much event time is repaired; milliseconds.
    public var latenessMs: Int64 = 60_000
    /// The same `event_id` within this much event time counts once; milliseconds.
    public var duplicateWindowMs: Int64 = 600_000
    /// Longest line, bytes.
    public var maximumLineLength = 1 << 20
    /// Longest string in an event, bytes.
    public var maximumStringLength = 512
    public var hash = IdentifierHash()
    public var inflateBackend = InflateBackend.standard

    public init() {}
}

/// Which library inflates.
public enum InflateBackend: String, Sendable, CaseIterable {
    #if ISAL
        case isal
    #endif
    case zlib

    public static var standard: InflateBackend {
        #if ISAL
            .isal
        #else
            .zlib
        #endif
    }
}

/// Why logs could not be opened at all.
public struct ReadError: Error, Sendable, CustomStringConvertible {
    /// One line: what was being done, on which file, why it failed, what to do about it.
    public var description: String
    public init(_ description: String) { self.description = description }
}

/// All events of some logs, merged by event time: the one door through which events come in.
///
/// Each log is looked at once for the time of its first events, and opened again when the merge reaches that
/// time, so that a long series of rotated files costs one open file at a time. From each open log events are
/// handed on once they are older than what may still come from any log: its newest event less the lateness
/// bound. An event behind its own log's bound is late: it is delivered at that bound, and counted.
///
/// One line with a time far ahead must not make all others late. So an event more than a day ahead of its log
/// moves the bound only when it is the last of sixteen such events in a row, and then to the earliest of them;
/// it waits for its turn either way. For the same reason a log begins at the earliest of its first sixteen
/// events.
public struct EventStream: ~Copyable {
    public private(set) var report = ReadReport()
    /// The text of the first thousand campaign ids, by `Event.campaignKey`.
    public var campaignNames: [UInt64: String] { decoder.campaignNames }

    /// Events in a batch, about.
    static let batchSize = 2048

    private let configuration: ReadConfiguration
    private var decoder: EventDecoder
    private var pool = EventPool()
    private var sources: [MergeSource]
    private var duplicates: DuplicateFilter
    /// All events before this time have been handed on.
    private var releasedMs = Int64.min
    /// The logs that are open or have events waiting: a small part of a long series.
    private var active: [Int] = []
    /// The first waiting key of each active log, side by side to be looked through quickly.
    private var heads: [OrderKey] = []

    /// - Parameter paths: files, folders (every log in it) or `-` for standard input. The logs of a folder are
    ///   its regular files, except hidden ones, names that begin with `_`, and the endings csv, md, html, tmp,
    ///   swp and sqlite. A file named twice is read once.
    /// - Throws: `ReadError` when a path does not exist, none may be read, or a folder has no logs.
    public init(paths: [String], configuration: ReadConfiguration = ReadConfiguration()) throws(ReadError) {
        var sources = try LogFinder.logs(at: paths).map {
            MergeSource(path: $0.path, isRegular: $0.isRegular)
        }
        guard !sources.isEmpty else {
            throw ReadError("cannot read logs: none was named; name a file or folder")
        }
        var decoder = EventDecoder(configuration: configuration)
        for index in sources.indices { sources[index].peek(decoder: &decoder, configuration: configuration) }
        if let problem = sources[0].problem, sources.allSatisfy({ $0.problem != nil }) {
            throw ReadError("cannot read log \(sources[0].path): \(problem); check that you may read it")
        }
        sources.sort { $0.firstMs != $1.firstMs ? $0.firstMs < $1.firstMs : $0.path < $1.path }
        report.sources = sources.map {
            var source = ReadReport.Source(path: $0.path, isRegular: $0.isRegular)
            source.problem = $0.problem
            return source
        }
        duplicates = DuplicateFilter(windowMs: configuration.duplicateWindowMs)
        self.configuration = configuration
        self.sources = sources
        self.decoder = decoder
    }

    /// Replaces the batch with the next events in canonical order, a few thousand at a time.
    /// - Returns: false at the end of all logs.
    public mutating func next(into batch: inout EventBatch) -> Bool {
        batch.removeAll()
        while true {
            let bound = releaseBound()
            release(before: bound, into: &batch)
            if batch.events.count >= EventStream.batchSize { break }
            guard let source = sourceToRead() else { break }
            read(source)
        }
        account(for: batch)
        return !batch.events.isEmpty
    }

    // MARK: Which log to read

    /// No event before this time can come any more.
    private func releaseBound() -> Int64 {
        var bound = Int64.max
        for source in sources where !source.isEnded {
            bound = min(bound, source.watermark(configuration.latenessMs))
        }
        return bound
    }

    /// The log that holds the others back: the one with the lowest bound, an open one first.
    private func sourceToRead() -> Int? {
        var best: Int?
        var lowest = Int64.max
        for (index, source) in sources.enumerated() where !source.isEnded {
            let watermark = source.watermark(configuration.latenessMs)
            if best == nil || watermark < lowest
                || (watermark == lowest && source.log != nil && sources[best!].log == nil)
            {
                best = index
                lowest = watermark
            }
        }
        return best
    }

    // MARK: Reading

    /// Reads some more of a log: its lines are decoded and take their places in its queue.
    private mutating func read(_ index: Int) {
        if sources[index].log == nil && !sources[index].open(configuration) {
            report.sources[index].problem = sources[index].problem
            return
        }
        if !active.contains(index) { active.append(index) }
        var reader = sources[index].log!.reader.take()!
        reader.fill()
        var arrivals = sources[index].arrivals
        sources[index].arrivals = []
        var lines: Int64 = 0
        var events: Int64 = 0
        while let line = reader.nextLine() {
            lines += 1
            guard !line.isTooLong else {
                reject(line, .lineTooLong, source: index)
                continue
            }
            do throws(RejectReason) {
                let slot = pool.emptySlot()
                let account = try decoder.decode(line.bytes.bytes, into: &pool[slot])
                pool.keep(slot, account: account, in: line.bytes)
                arrivals.append(
                    OrderKey(ts: pool[slot].ts, tieBreak: pool[slot].tieBreak, slot: UInt32(slot)))
                events += 1
            } catch {
                reject(line, error, source: index)
            }
        }
        sources[index].arrivals = arrivals
        report.sources[index].lines += lines
        report.sources[index].events += events
        report.sources[index].bytesRead = reader.bytesRead
        report.sources[index].bytesInflated = reader.bytesInflated
        report.sources[index].isGzip = reader.isGzip
        let isAtEnd = reader.isAtEnd
        if isAtEnd { report.sources[index].problem = reader.problemWithLoss }
        sources[index].log!.reader = consume reader
        report.late += sources[index].admit(
            latenessMs: configuration.latenessMs, releasedMs: releasedMs, isAtEnd: isAtEnd)
        if isAtEnd {
            sources[index].isEnded = true
            sources[index].log = nil
        }
    }

    private mutating func reject(_ line: LineFramer.Line, _ reason: RejectReason, source: Int) {
        report.rejectedByReason[Int(reason.rawValue)] += 1
        report.sources[source].rejected += 1
        report.sources[source].rejectedByReason[Int(reason.rawValue)] += 1
        guard sources[source].wantsSample(of: reason) else { return }
        let sample = line.bytes.prefix(LineFramer.sampleLength)
        report.rejectedSamples.append(
            RejectedLine(source: source, offset: line.offset, reason: reason, sample: Array(sample)))
    }

    // MARK: Handing on

    /// Moves events before `bound` to the batch, in canonical order, until it is full.
    private mutating func release(before bound: Int64, into batch: inout EventBatch) {
        guard bound > Int64.min else { return }
        active.removeAll { sources[$0].isEnded && sources[$0].queue.first == nil }
        heads.removeAll(keepingCapacity: true)
        for index in active { heads.append(sources[index].queue.first ?? OrderKey.none) }
        let last = OrderKey(ts: bound - 1, tieBreak: UInt64.max)
        while batch.events.count < EventStream.batchSize {
            // The log whose turn it is, and how far it may go before another's turn comes.
            var turn = -1
            var first = last
            var limit = last
            for (index, key) in heads.enumerated() {
                if !first.precedes(key) {
                    limit = turn < 0 ? limit : first
                    first = key
                    turn = index
                } else if key.precedes(limit) {
                    limit = key
                }
            }
            guard turn >= 0 else {
                releasedMs = max(releasedMs, bound)
                return
            }
            // Taken out while it is drained, so that no step goes through the array of logs.
            var queue = ReorderQueue()
            swap(&queue, &sources[active[turn]].queue)
            while let key = queue.first, !limit.precedes(key), batch.events.count < EventStream.batchSize {
                queue.removeFirst()
                let id = pool.eventIDKey(key.slot)
                if id != 0 && duplicates.isRepeat(id, at: key.ts) {
                    report.duplicates += 1
                    pool.discard(key.slot)
                } else {
                    pool.remove(key.slot, at: key.ts, into: &batch)
                }
            }
            heads[turn] = queue.first ?? OrderKey.none
            swap(&queue, &sources[active[turn]].queue)
        }
    }

    /// Counts what is handed on.
    private mutating func account(for batch: borrowing EventBatch) {
        guard let first = batch.events.first, let last = batch.events.last else { return }
        report.events += Int64(batch.events.count)
        report.firstMs = report.firstMs ?? first.ts
        report.lastMs = last.ts
        // Fields are counted eight at a time: lane n of word k counts bit 8n + k, up to 255.
        var sums = SIMD8<UInt64>(repeating: 0)
        let shifts = SIMD8<UInt64>(0, 1, 2, 3, 4, 5, 6, 7)
        var pending = 0
        for index in batch.events.indices {
            report.eventsByType[Int(batch.events[index].type.rawValue)] += 1
            sums &+=
                (SIMD8(repeating: batch.events[index].present) &>> shifts)
                & SIMD8(repeating: 0x0101_0101_0101_0101)
            pending += 1
            if pending == 255 {
                add(sums)
                sums = SIMD8(repeating: 0)
                pending = 0
            }
        }
        add(sums)
    }

    /// Adds counts of fields, a byte each, to the report.
    private mutating func add(_ sums: SIMD8<UInt64>) {
        for field in report.fieldCounts.indices {
            report.fieldCounts[field] += Int64(sums[field % 8] >> UInt64(field / 8 * 8) & 0xFF)
        }
    }
}
