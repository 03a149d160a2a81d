/// What reading to the end and following share: the logs, their events that wait, and handing them on in
/// canonical order.
///
/// From each log events are handed on once they are older than what may still come from any log: its newest
/// event less the lateness bound. An event behind its own log's bound is late: it is delivered at that bound,
/// and counted.
///
/// One line with a time far ahead must not make all others late. So an event more than a day ahead of its log
/// moves the bound only when it is the last of sixteen such events in a row, and then to the earliest of them;
/// it waits for its turn either way. For the same reason a log begins at the earliest of its first sixteen
/// events.
struct EventMerge: ~Copyable {
    /// Events in a batch, about.
    static let batchSize = 2048

    let configuration: ReadConfiguration
    var report = ReadReport()
    var sources: [MergeSource] = []
    var decoder: EventDecoder
    let formats: FormatSelector
    private var pool = EventPool()
    private var duplicates: DuplicateFilter
    /// All events before this time have been handed on.
    var releasedMs = Int64.min
    /// The logs that are open or have events waiting: a small part of a long series.
    private var active: [Int] = []
    /// The first waiting key of each active log, side by side to be looked through quickly.
    private var heads: [OrderKey] = []

    init(configuration: ReadConfiguration) {
        self.configuration = configuration
        decoder = EventDecoder(configuration: configuration)
        formats = FormatSelector(configuration)
        duplicates = DuplicateFilter(capacity: configuration.rememberedEventIDs)
    }

    // MARK: Which log to read

    /// No event before this time can come any more; `Int64.max` when no log holds the others back.
    func releaseBound() -> Int64 {
        var bound = Int64.max
        for source in sources where source.holdsOthers {
            bound = min(bound, source.watermark(configuration.latenessMs))
        }
        return bound
    }

    /// The log that holds the others back: the one with the lowest bound, an open one first. None whose bound is
    /// above `limit`.
    func sourceToRead(limit: Int64 = Int64.max) -> Int? {
        var best: Int?
        var lowest = Int64.max
        for (index, source) in sources.enumerated() where source.mayHaveMore {
            let watermark = source.watermark(configuration.latenessMs)
            guard watermark <= limit else { continue }
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

    /// Reads some more of an open log: its lines are decoded and become its arrivals.
    /// - Returns: whether the log is at its end.
    mutating func read(_ index: Int) -> Bool {
        if !active.contains(index) { active.append(index) }
        var reader = sources[index].log!.reader.take()!
        reader.fill()
        var arrivals = sources[index].arrivals
        sources[index].arrivals = []
        // Most logs are of the schema, and most have long told so.
        while sources[index].format != .canonical, let line = reader.nextLine() {
            read(line, of: index, into: &arrivals)
        }
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
                let account = try decoder.decode(
                    line.bytes.bytes, margin: LineFramer.margin, into: &pool[slot])
                pool.keep(slot, account: account, in: line.bytes)
                arrivals.append(
                    OrderKey(ts: pool[slot].ts, tieBreak: pool[slot].tieBreak, slot: UInt32(slot)))
                events += 1
            } catch {
                reject(line, error, source: index)
            }
        }
        report.sources[index].records += lines
        sources[index].arrivals = arrivals
        report.sources[index].lines += lines
        report.sources[index].events += events
        report.sources[index].bytesRead = reader.bytesRead
        report.sources[index].bytesInflated = reader.bytesInflated
        report.sources[index].isGzip = reader.isGzip
        sources[index].isDry = reader.isDry
        let isAtEnd = reader.isAtEnd
        if isAtEnd { report.sources[index].problem = reader.problemWithLoss }
        sources[index].log!.reader = consume reader
        return isAtEnd
    }

    // MARK: Formats

    /// Reads a line of a log that is of another format than the schema's, or has not told yet.
    private mutating func read(_ line: LineFramer.Line, of index: Int, into arrivals: inout [OrderKey]) {
        report.sources[index].lines += 1
        var reason = RejectReason.lineTooLong
        if !line.isTooLong {
            if sources[index].format == .undecided {
                let slot = pool.emptySlot()
                var isCanonical = false
                do throws(RejectReason) {
                    let account = try decoder.decode(
                        line.bytes.bytes, margin: LineFramer.margin, into: &pool[slot])
                    isCanonical = true
                    sources[index].format = formats.find(line.bytes, isCanonical: true)
                    if sources[index].format == .canonical {
                        keep(slot, account, in: line.bytes, of: index, into: &arrivals)
                        report.sources[index].records += 1
                        return
                    }
                } catch {
                    reason = error
                    sources[index].format = formats.find(line.bytes, isCanonical: false)
                }
                if isCanonical { reason = .nothingInside }
                noteFormat(of: index)
            }
            switch sources[index].format {
            case .mapped(let number): return map(line, of: index, formats.decoders[number], into: &arrivals)
            case .ambiguous: reason = .ambiguousFormat
            case .undecided:
                if case .mapped(let number) = formats.fallback {
                    return map(line, of: index, formats.decoders[number], into: &arrivals)
                }
            case .canonical: break
            }
        }
        report.sources[index].records += 1
        reject(line, reason, source: index)
    }

    /// Settles on what a log is read as once its first lines have told nothing, and says what is to be said.
    private mutating func noteFormat(of index: Int) {
        if sources[index].format == .undecided, report.sources[index].lines >= FormatSelector.patience {
            sources[index].format = formats.fallback
        }
        if sources[index].format == .ambiguous {
            report.sources[index].note =
                "its lines fit the formats \(formats.ambiguousNames.joined(separator: " and ")); name one with --input-format"
        }
    }

    /// Reads the records of a line.
    private mutating func map(
        _ line: LineFramer.Line, of index: Int, _ held: FormatSelector.Held, into arrivals: inout [OrderKey]
    ) {
        held.isUsed = true
        held.withDecoder { decoder in
            do throws(RejectReason) {
                try decoder.begin(line.bytes, margin: LineFramer.margin)
            } catch {
                report.sources[index].records += 1
                return reject(line, error, source: index, secrets: decoder.secretKeys)
            }
            let count = Int64(decoder.recordCount)
            // A line that holds no record is left out as one.
            report.sources[index].records += max(count, 1)
            if count == 0 { report.sources[index].dropped += 1 }
            while true {
                let slot = pool.emptySlot()
                switch decoder.next(into: &pool[slot], with: &self.decoder) {
                case .event(let account): keep(slot, account, in: decoder.text, of: index, into: &arrivals)
                case .dropped: report.sources[index].dropped += 1
                case .rejected(let reason):
                    var item = line
                    if let sample = decoder.sample { item.bytes = sample }
                    reject(item, reason, source: index, secrets: decoder.secretKeys)
                case .end: return
                }
            }
        }
    }

    private mutating func keep(
        _ slot: Int, _ account: JSONScanner.Text, in text: UnsafeRawBufferPointer, of index: Int,
        into arrivals: inout [OrderKey]
    ) {
        pool.keep(slot, account: account, in: text)
        arrivals.append(OrderKey(ts: pool[slot].ts, tieBreak: pool[slot].tieBreak, slot: UInt32(slot)))
        report.sources[index].events += 1
    }

    /// The report, with what the decoders have seen.
    var fullReport: ReadReport {
        var full = report
        full.formats = formatReports
        full.sessionKeys = decoder.sessionKeys + full.formats.reduce(0) { $0 + $1.sessionKeys }
        for index in full.sources.indices {
            full.sources[index].format = formats.name(of: sources[index].format)
        }
        return full
    }

    /// What was read in other formats than the schema's.
    private var formatReports: [ReadReport.Format] {
        formats.decoders.filter(\.isUsed).map { held in
            held.withDecoder { decoder in
                ReadReport.Format(
                    name: held.name,
                    unmapped: decoder.unmapped.names.sorted { ($1.count, $0.name) < ($0.count, $1.name) },
                    otherUnmapped: decoder.unmapped.others, unfit: decoder.unfit, unkeyed: decoder.unkeyed,
                    unreadableStrings: decoder.unreadableStrings, sessionKeys: decoder.sessionKeys)
            }
        }
    }

    /// Puts the arrivals of a log in their places in its queue.
    /// - Parameter isAtEnd: nothing more will come soon, so that the first few have to do to tell where the log begins.
    mutating func admit(_ index: Int, isAtEnd: Bool) {
        let late = sources[index].admit(
            latenessMs: configuration.latenessMs, releasedMs: releasedMs, isAtEnd: isAtEnd)
        report.late += late.count
        // They are handed on at another time than their own.
        if let span = late.span { report.reach(span) }
    }

    /// The log gives no more events.
    mutating func end(_ index: Int) {
        sources[index].isEnded = true
        sources[index].log = nil
    }

    /// Whether a log has ended and all its events have been handed on.
    func isDone(_ index: Int) -> Bool {
        sources[index].isEnded && sources[index].arrivals.isEmpty && sources[index].queue.first == nil
    }

    /// Drops logs that are done with, and what the report says of them but for its sums.
    /// - Returns: where each of the others is now.
    mutating func remove(_ gone: Set<Int>) -> [Int: Int] {
        let kept = sources.indices.filter { !gone.contains($0) }
        let places = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
        sources = kept.map { sources[$0] }
        report.sources = kept.map { report.sources[$0] }
        report.rejectedSamples = report.rejectedSamples.compactMap { line in
            places[line.source].map {
                RejectedLine(source: $0, offset: line.offset, reason: line.reason, sample: line.sample)
            }
        }
        active = active.compactMap { places[$0] }
        return places
    }

    /// - Parameter secrets: the keys whose values must not be seen in the sample.
    private mutating func reject(
        _ line: LineFramer.Line, _ reason: RejectReason, source: Int, secrets: [[UInt8]] = []
    ) {
        report.rejectedByReason[Int(reason.rawValue)] += 1
        report.sources[source].rejected += 1
        report.sources[source].rejectedByReason[Int(reason.rawValue)] += 1
        guard sources[source].wantsSample(of: reason) else { return }
        var sample = Array(line.bytes.prefix(LineFramer.sampleLength))
        Redaction.redact(&sample, keys: secrets)
        report.rejectedSamples.append(
            RejectedLine(source: source, offset: line.offset, reason: reason, sample: sample))
    }

    // MARK: Handing on

    /// Moves events before `bound` to the batch, in canonical order, until it is full.
    /// - Parameter reached: the time the stream has come to then, `bound` unless an event of an earlier time
    ///   would not be late.
    mutating func release(before bound: Int64, reaching reached: Int64? = nil, into batch: inout EventBatch) {
        guard bound > Int64.min else { return }
        active.removeAll { sources[$0].isEnded && sources[$0].queue.first == nil }
        heads.removeAll(keepingCapacity: true)
        for index in active { heads.append(sources[index].queue.first ?? OrderKey.none) }
        let last = OrderKey(ts: bound - 1, tieBreak: UInt64.max)
        while batch.events.count < EventMerge.batchSize {
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
                releasedMs = max(releasedMs, reached ?? bound)
                return
            }
            // Taken out while it is drained, so that no step goes through the array of logs.
            var queue = ReorderQueue()
            swap(&queue, &sources[active[turn]].queue)
            while let key = queue.first, !limit.precedes(key), batch.events.count < EventMerge.batchSize {
                queue.removeFirst()
                if let coming = queue.key(after: 8) { duplicates.prefetch(pool.eventIDKey(coming.slot)) }
                let id = pool.eventIDKey(key.slot)
                if id != 0 && duplicates.isRepeat(id) {
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
    mutating func account(for batch: borrowing EventBatch) {
        guard let first = batch.events.first, let last = batch.events.last else { return }
        report.events += Int64(batch.events.count)
        report.reach(first.ts...last.ts)
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

    // MARK: What is still waiting

    /// Copies the latest `count` arrivals of a log to a batch, before they are admitted.
    func copyArrivals(of index: Int, from first: Int, into batch: inout EventBatch) {
        for key in sources[index].arrivals[first...] { pool.copy(key.slot, at: key.ts, into: &batch) }
    }

    /// Copies all events that wait to a batch, in canonical order.
    func copyPending(into batch: inout EventBatch) {
        var keys: [OrderKey] = []
        for source in sources {
            keys.append(contentsOf: source.queue.pending)
            keys.append(contentsOf: source.arrivals)
        }
        keys.sort { $0.precedes($1) }
        for key in keys { pool.copy(key.slot, at: key.ts, into: &batch) }
    }

    /// The newest event time that any log is believed to have reached.
    var newestMs: Int64? { sources.lazy.compactMap(\.newestMs).max() }

    /// What the merge knows, to be written while it goes on.
    mutating func snapshot() -> MergeSnapshot {
        var sources = sources
        for index in sources.indices { sources[index].log = nil }
        return MergeSnapshot(
            releasedMs: releasedMs, report: report, duplicates: duplicates, campaigns: decoder.campaigns,
            sources: sources, formats: sources.map { formats.name(of: $0.format) }, events: pool.lend())
    }

    mutating func restore(from reader: inout ByteReader) throws(ReadError) {
        releasedMs = try reader.read()
        report = try ReadReport(from: &reader)
        duplicates = try DuplicateFilter(capacity: configuration.rememberedEventIDs, from: &reader)
        try decoder.campaigns.restore(from: &reader)
        sources = []
        for index in report.sources.indices {
            guard let format = formats.found(named: try reader.readText()) else { throw reader.damage }
            var source = try MergeSource(path: report.sources[index].path, &pool, from: &reader)
            source.format = format
            if source.queue.first != nil || !source.arrivals.isEmpty { active.append(index) }
            sources.append(source)
        }
    }
}

/// What a merge knew at one moment.
struct MergeSnapshot {
    fileprivate let releasedMs: Int64
    fileprivate let report: ReadReport
    fileprivate let duplicates: DuplicateFilter
    fileprivate let campaigns: CampaignNames
    fileprivate let sources: [MergeSource]
    /// What each source's lines are read as.
    fileprivate let formats: [String]
    fileprivate let events: LentEvents

    func write(to writer: inout ByteWriter) {
        writer.write(releasedMs)
        report.write(to: &writer)
        duplicates.write(to: &writer)
        campaigns.write(to: &writer)
        for (source, format) in zip(sources, formats) {
            writer.write(format)
            source.write(events, to: &writer)
        }
    }
}
