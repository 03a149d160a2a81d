/// One log of a merge: where it stands in event time, and its events that wait for their turn.
struct MergeSource {
    /// An event this far ahead of its log needs others to confirm it; milliseconds.
    static let plausibleStepMs: Int64 = 86_400_000
    /// So many events in a row confirm a step in time.
    static let confirmations = 16
    /// So many unconfirmed events may wait; further ones are taken for late, so that memory stays bounded.
    static let maximumWaiting = 65_536
    private static let samplesPerReason = 5
    /// Bytes of a log to look at for its first events.
    private static let peekLimit = 1 << 20

    var path: String
    let isRegular: Bool
    /// The earliest of the log's first events; `Int64.min` when not known.
    var firstMs = Int64.min
    /// What its lines are read as.
    var format = FormatSelector.Found.undecided
    /// Why the log could not be opened.
    var problem: String?
    /// The open log; nil before the merge reaches it and after its end.
    var log: OpenLog?
    var isEnded = false
    /// Nothing more can be had at present from a log that is followed.
    var isDry = false
    /// Dry for so long that the others need not wait for it.
    var isSilent = false
    /// Decoded and not yet admitted, in the order of the log.
    var arrivals: [OrderKey] = []
    var queue = ReorderQueue()

    /// The newest event time that is believed; nil until the first events have been seen.
    private(set) var newestMs: Int64?
    private var stepsInARow = 0
    private var earliestStepMs = Int64.max
    private var waiting = 0
    private var samples = [UInt8](repeating: 0, count: RejectReason.allCases.count)

    init(path: String, isRegular: Bool) {
        self.path = path
        self.isRegular = isRegular
    }

    /// Opens the log.
    /// - Returns: false when it cannot be opened; the problem is then noted, and the log has ended.
    mutating func open(_ configuration: ReadConfiguration) -> Bool {
        let descriptor = path == "-" ? 0 : openForReading(path)
        guard descriptor >= 0 else {
            problem = "it cannot be opened: \(systemMessage(-descriptor))"
            isEnded = true
            return false
        }
        log = OpenLog(LogReader(descriptor: descriptor, owned: path != "-", configuration: configuration))
        return true
    }

    /// Learns the time at which the log begins and the format that it is of, and closes it again. What cannot be opened
    /// twice is not touched.
    mutating func peek(
        decoder: inout EventDecoder, formats: FormatSelector, configuration: ReadConfiguration
    ) {
        guard isRegular, open(configuration) else { return }
        var reader = log!.reader.take()!
        log = nil
        var seen: [Int64] = []
        while seen.count < MergeSource.confirmations && !reader.isAtEnd && format != .ambiguous
            && reader.bytesRead < MergeSource.peekLimit && reader.bytesInflated < MergeSource.peekLimit
        {
            reader.fill()
            while seen.count < MergeSource.confirmations, let line = reader.nextLine() {
                if !line.isTooLong { peek(line.bytes, &decoder, formats, &seen) }
            }
        }
        // Without an event so far nothing is known, and the log has to be read at once.
        firstMs = seen.min() ?? Int64.min
    }

    /// Adds the times of a line's events.
    private mutating func peek(
        _ line: UnsafeRawBufferPointer, _ decoder: inout EventDecoder, _ formats: FormatSelector,
        _ seen: inout [Int64]
    ) {
        var event = Event()
        if format == .undecided || format == .canonical {
            let isEvent = (try? decoder.decode(line.bytes, margin: 0, into: &event)) != nil
            if format == .undecided { format = formats.find(line, isCanonical: isEvent) }
            if format == .canonical && isEvent { seen.append(event.ts) }
        }
        var format = format
        if format == .undecided { format = formats.fallback }
        guard case .mapped(let number) = format else { return }
        formats.decoders[number].withDecoder { mapped in
            guard (try? mapped.begin(line)) != nil else { return }
            while true {
                switch mapped.next(into: &event, with: &decoder) {
                case .event: seen.append(event.ts)
                case .dropped, .rejected: break
                case .end: return
                }
            }
        }
    }

    /// No event before this time comes from this log, unless late.
    func watermark(_ latenessMs: Int64) -> Int64 {
        let newest = newestMs ?? firstMs
        return newest == Int64.min ? newest : newest - latenessMs
    }

    /// Whether events of other logs have to wait for this one's. A followed log that has nothing yet does not
    /// hold them: what comes into it is newer than what came into others.
    var holdsOthers: Bool {
        !isEnded && !isSilent && !(isDry && newestMs == nil && firstMs == Int64.min)
    }

    var mayHaveMore: Bool { !isEnded && !isDry }

    /// A followed log begins with its first events, before there are enough of them to tell for certain.
    mutating func noteFirst() {
        guard newestMs == nil, let first = arrivals.lazy.map(\.ts).min() else { return }
        firstMs = firstMs == Int64.min ? first : min(firstMs, first)
    }

    /// Moves the arrivals to the queue, each judged by those that came before it.
    /// - Returns: how many were late, and between which times.
    mutating func admit(
        latenessMs: Int64, releasedMs: Int64, isAtEnd: Bool
    ) -> (count: Int64, span: ClosedRange<Int64>?) {
        if newestMs == nil {
            guard arrivals.count >= MergeSource.confirmations || isAtEnd else { return (0, nil) }
            newestMs = arrivals.prefix(MergeSource.confirmations).lazy.map(\.ts).min()
        }
        guard var newest = newestMs else { return (0, nil) }
        var late: Int64 = 0
        var (firstLate, lastLate) = (Int64.max, Int64.min)
        func note(_ ts: Int64) {
            late += 1
            firstLate = min(firstLate, ts)
            lastLate = max(lastLate, ts)
        }
        for index in arrivals.indices {
            let ts = arrivals[index].ts
            let bound = max(newest - latenessMs, releasedMs)
            if ts <= newest + MergeSource.plausibleStepMs {
                if ts < bound {
                    arrivals[index].ts = bound
                    note(ts)
                }
                newest = max(newest, ts)
                stepsInARow = 0
                earliestStepMs = Int64.max
            } else {
                stepsInARow += 1
                earliestStepMs = min(earliestStepMs, ts)
                waiting += 1
                if stepsInARow == MergeSource.confirmations {
                    newest = earliestStepMs
                    stepsInARow = 0
                    earliestStepMs = Int64.max
                    waiting = 0
                } else if waiting > MergeSource.maximumWaiting {
                    arrivals[index].ts = newest
                    note(ts)
                }
            }
        }
        newestMs = newest
        queue.add(&arrivals)
        return (late, late == 0 ? nil : firstLate...lastLate)
    }

    /// Whether another sample of lines refused for this reason is wanted from this log; counts it.
    mutating func wantsSample(of reason: RejectReason) -> Bool {
        let index = Int(reason.rawValue)
        guard samples[index] < MergeSource.samplesPerReason else { return false }
        samples[index] += 1
        return true
    }
}

extension MergeSource {
    func write(_ events: LentEvents, to writer: inout ByteWriter) {
        writer.write(firstMs)
        writer.write(problem)
        writer.write(isEnded)
        writer.write(newestMs)
        writer.write(Int64(stepsInARow))
        writer.write(earliestStepMs)
        writer.write(Int64(waiting))
        writer.write(samples)
        events.write(arrivals, to: &writer)
        events.write(queue.pending, to: &writer)
    }

    init(path: String, _ pool: inout EventPool, from reader: inout ByteReader) throws(ReadError) {
        self.init(path: path, isRegular: true)
        firstMs = try reader.read()
        problem = try reader.readOptionalText()
        isEnded = try reader.readFlag()
        newestMs = try reader.readOptional()
        stepsInARow = Int(try reader.read() as Int64)
        earliestStepMs = try reader.read()
        waiting = Int(try reader.read() as Int64)
        samples = try reader.readBytes()
        guard samples.count == RejectReason.allCases.count else { throw reader.damage }
        arrivals = try pool.readKeys(from: &reader)
        var waitingInOrder = try pool.readKeys(from: &reader)
        queue.add(&waitingInOrder)
    }
}

/// Holds the reader of an open log, taken out while it is used.
final class OpenLog {
    var reader: LogReader?

    init(_ reader: consuming LogReader) {
        self.reader = consume reader
    }

    func withReader<Result>(_ body: (inout LogReader) -> Result) -> Result {
        var taken = reader.take()!
        let result = body(&taken)
        reader = consume taken
        return result
    }
}
