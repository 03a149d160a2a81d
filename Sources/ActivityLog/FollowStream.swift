#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The events of logs that grow, appear and are rotated, in canonical order as far as they can be.
///
/// What is there is read as `EventStream` reads it; then each log is followed. Events are handed on under the same
/// rule, with one more: a log that has been silent for `idleMs` no longer holds the others back, and when all are,
/// everything that waits is handed on, except events more than a day ahead that nothing has confirmed yet. An
/// event that comes later than that is late: delivered at the time reached, and counted.
///
/// A log is known by its first bytes of text and by its file (`LogIdentity`), so that it may be renamed, copied and
/// compressed while it is read, or between two runs: `snapshot` holds all that the stream knows, and a stream
/// restored from it goes on with the next event.
public struct FollowStream: ~Copyable {
    /// What a call of `next` came to.
    public enum Step: Sendable {
        /// There are events.
        case events
        /// Nothing new, and everything that can be handed on has been.
        case idle
        /// Nothing new; some events wait until others can no longer come before them.
        case waiting
    }

    /// Looked through for new names at least so often, should a notice have been missed; milliseconds.
    static let lookAnywayMs: Int64 = 5_000

    var merge: EventMerge
    var patterns: [LogPattern]
    let configuration: FollowConfiguration
    var logs: [KnownLog]
    var watcher: LogWatcher
    /// Logs that are there at the first look were there before the start.
    var isFirstLook: Bool
    /// Some file does not tell yet which log it is.
    var hasUnknown = false
    /// When to look for changes of names next; monotonic.
    var nextLookMs = Int64.min
    var nowMs: Int64 = 0

    /// The text of the first thousand campaign ids, by `Event.campaignKey`.
    public var campaignNames: [UInt64: String] { merge.decoder.campaignNames }

    /// Ends the wait of `next` from another thread or a signal handler.
    public var waker: FollowWaker { watcher.waker }

    /// - Parameter patterns: files (with those they are rotated to), folders and globs. None of them need exist yet,
    ///   but for the folders that files and globs are in.
    /// - Throws: `ReadError` when none is named or a folder is missing.
    public init(
        _ patterns: [String], configuration: ReadConfiguration = ReadConfiguration(),
        following: FollowConfiguration = FollowConfiguration()
    ) throws(ReadError) {
        self.init(
            merge: EventMerge(configuration: configuration), logs: [], isFirstLook: true,
            patterns: try FollowStream.patterns(patterns),
            watcher: try LogWatcher(usesNotices: following.usesNotices), configuration: following)
    }

    init(
        merge: consuming EventMerge, logs: [KnownLog], isFirstLook: Bool, patterns: [LogPattern],
        watcher: consuming LogWatcher, configuration: FollowConfiguration
    ) {
        self.merge = merge
        self.logs = logs
        self.isFirstLook = isFirstLook
        self.patterns = patterns
        self.watcher = watcher
        self.configuration = configuration
    }

    /// Whether there is something that may be followed.
    /// - Throws: `ReadError` as `init` does.
    public static func check(_ patterns: [String]) throws(ReadError) { _ = try self.patterns(patterns) }

    static func patterns(_ paths: [String]) throws(ReadError) -> [LogPattern] {
        guard !paths.isEmpty else {
            throw ReadError("cannot follow logs: none was named; name a file, folder or glob")
        }
        guard !paths.contains("-") else {
            throw ReadError("cannot follow standard input: it is no file; name a file, folder or glob")
        }
        var patterns = paths.map { LogPattern($0) }
        for index in patterns.indices {
            patterns[index].lookUp()
            for folder in patterns[index].folders where !LogPattern.isFolder(folder) {
                throw ReadError("cannot follow \(paths[index]): there is no folder \(folder); check the path")
            }
        }
        return patterns
    }

    /// What has been read so far; a source's path is where it was last seen.
    public var report: ReadReport {
        var report = merge.fullReport
        for log in logs {
            guard let source = log.source else { continue }
            report.sources[source].path = log.path
            report.sources[source].state =
                switch log.stage {
                case .waiting, .ignored: .waiting
                case .reading: merge.sources[source].log == nil ? .waiting : .reading
                case .finished: .finished
                case .damaged: .damaged
                }
            report.sources[source].newestMs = merge.sources[source].newestMs
            report.sources[source].identity = log.identity
        }
        return report
    }

    /// Replaces the batch with the next events in canonical order, a few thousand at a time.
    /// - Parameter waitMs: how long to wait for events at most.
    public mutating func next(into batch: inout EventBatch, waitMs: Int64) -> Step {
        var arrivals = EventBatch()
        return next(into: &batch, arrivals: &arrivals, handsOutArrivals: false, waitMs: waitMs)
    }

    /// The same, and replaces `arrivals` with the events that were decoded meanwhile, in the order they came. Each
    /// comes once more in a later batch, or this one, unless it turns out to be a repeat.
    public mutating func next(into batch: inout EventBatch, arrivals: inout EventBatch, waitMs: Int64) -> Step
    {
        next(into: &batch, arrivals: &arrivals, handsOutArrivals: true, waitMs: waitMs)
    }

    /// Replaces the batch with all events that have been decoded and not handed on, in canonical order.
    public func copyPending(into batch: inout EventBatch) {
        batch.removeAll()
        merge.copyPending(into: &batch)
    }

    private mutating func next(
        into batch: inout EventBatch, arrivals: inout EventBatch, handsOutArrivals: Bool, waitMs: Int64
    ) -> Step {
        batch.removeAll()
        arrivals.removeAll()
        nowMs = configuration.clock.monotonicMs()
        let deadline = nowMs + max(0, waitMs)
        var change = watcher.wait(ms: 0)
        while true {
            if change.names || (change.contents && hasUnknown) || nowMs >= nextLookMs {
                look()
            } else if change.contents {
                for log in logs { wake(log) }
            }
            judgeSilence()
            readOn(into: &batch, arrivals: &arrivals, handsOutArrivals: handsOutArrivals)
            guard batch.events.isEmpty && arrivals.events.isEmpty else {
                merge.account(for: batch)
                return .events
            }
            if nextLookMs > nowMs {
                if change.isWoken || nowMs >= deadline { break }
                change = watcher.wait(ms: min(deadline, nextLookMs) - nowMs)
                let now = configuration.clock.monotonicMs()
                // Only a clock that a test has stopped.
                if now == nowMs && !change.names && !change.contents { break }
                nowMs = now
            }
        }
        return merge.releaseBound() == Int64.max ? .idle : .waiting
    }

    // MARK: Reading

    /// Reads and hands on until there is a batch, or nothing more to read.
    private mutating func readOn(
        into batch: inout EventBatch, arrivals: inout EventBatch, handsOutArrivals: Bool
    ) {
        while true {
            let bound = merge.releaseBound()
            if bound < Int64.max {
                merge.release(before: bound, into: &batch)
            } else if let newest = merge.newestMs {
                // An event of that very time is not late.
                merge.release(before: newest + 1, reaching: newest, into: &batch)
            }
            guard batch.events.count < EventMerge.batchSize, arrivals.events.count < EventMerge.batchSize
            else {
                return
            }
            // What is ahead is read as well, to be seen early, but not so far that much of it piles up.
            let (limit, isBeyond) = bound.addingReportingOverflow(
                merge.configuration.latenessMs + configuration.idleMs)
            guard let source = merge.sourceToRead(limit: isBeyond ? Int64.max : limit),
                let log = logs.firstIndex(where: { $0.source == source })
            else { return }
            read(log, source, arrivals: &arrivals, handsOutArrivals: handsOutArrivals)
        }
    }

    private mutating func read(
        _ log: Int, _ source: Int, arrivals: inout EventBatch, handsOutArrivals: Bool
    ) {
        guard merge.sources[source].log != nil || open(log, source) else {
            merge.sources[source].isDry = true
            return
        }
        let held = merge.sources[source].log!
        guard logs[log].isCut || held.withReader({ $0.isUnchanged() }) else {
            // Where the rest of it is, a look will show.
            merge.sources[source].isDry = true
            nextLookMs = nowMs
            return
        }
        let before = merge.report.sources[source].bytesRead
        let first = merge.sources[source].arrivals.count
        let isAtEnd = logs[log].isPassingHistory ? passOver(log, source, held) : merge.read(source)
        merge.sources[source].noteFirst()
        if handsOutArrivals { merge.copyArrivals(of: source, from: first, into: &arrivals) }
        merge.admit(source, isAtEnd: isAtEnd)
        if merge.report.sources[source].bytesRead != before {
            logs[log].quietSinceMs = nowMs
            merge.sources[source].isSilent = false
        }
        if held.withReader({ $0.isAnotherLog }) {
            part(log, source)
        } else if isAtEnd {
            finish(log, source)
        } else if merge.sources[source].isDry {
            if !logs[log].hasBeenDry {
                // What was there before may have been silent for long already.
                logs[log].hasBeenDry = true
                let age = configuration.clock.wallMs() - held.withReader { $0.modifiedMs }
                logs[log].quietSinceMs = nowMs - max(0, age)
            }
            judgeSilence(of: log, source)
        }
    }

    /// Reads some of what was there before the start, and leaves it.
    /// - Returns: whether the log is at its end.
    private mutating func passOver(_ log: Int, _ source: Int, _ held: OpenLog) -> Bool {
        let (isDry, isAtEnd, bytesRead, problem) = held.withReader { reader in
            reader.fill()
            while reader.nextLine() != nil {}
            return (reader.isDry, reader.isAtEnd, reader.bytesRead, reader.problem)
        }
        merge.sources[source].isDry = isDry
        merge.report.sources[source].bytesRead = bytesRead
        if isAtEnd { merge.report.sources[source].problem = problem }
        logs[log].isPassingHistory = !isDry
        return isAtEnd
    }

    private mutating func open(_ log: Int, _ source: Int) -> Bool {
        let descriptor = openForReading(logs[log].path)
        guard descriptor >= 0 else {
            if descriptor != -ENOENT {
                merge.report.sources[source].problem = "it cannot be opened: \(systemMessage(-descriptor))"
            }
            return isMissing(log)
        }
        var reader = LogReader(
            descriptor: descriptor, owned: true, configuration: merge.configuration, isGrowing: true)
        guard FileID(descriptor) == logs[log].file else { return isMissing(log) }
        merge.report.sources[source].problem = nil
        if let saved = logs[log].saved {
            reader.resume(saved, isSameFile: logs[log].savedFile == logs[log].file)
        }
        logs[log].saved = nil
        logs[log].stage = .reading
        logs[log].isCut = false
        logs[log].isEnding = false
        logs[log].hasBeenDry = false
        logs[log].absentSinceMs = nil
        merge.sources[source].log = OpenLog(reader)
        return true
    }

    private mutating func isMissing(_ log: Int) -> Bool {
        if logs[log].absentSinceMs == nil {
            logs[log].absentSinceMs = nowMs
            nextLookMs = nowMs
        }
        return false
    }

    /// The end has been reached.
    private mutating func finish(_ log: Int, _ source: Int) {
        // Damage is found while a log grows; at its end there is only what is missing.
        let isDamaged = merge.report.sources[source].problem != nil && !logs[log].isEnding
        closeFile(of: log, source)
        logs[log].stage = isDamaged ? .damaged : .finished
        merge.end(source)
    }

    /// Closes the file, and keeps where reading stands.
    mutating func closeFile(of log: Int, _ source: Int) {
        guard let held = merge.sources[source].log else { return }
        logs[log].saved = held.withReader { $0.state(withHistory: false) }
        logs[log].savedFile = logs[log].file
        logs[log].size = held.withReader { $0.bytesRead }
        merge.sources[source].log = nil
    }

    // MARK: Silence

    private mutating func judgeSilence() {
        for log in logs.indices {
            guard let source = logs[log].source else { continue }
            if merge.sources[source].log != nil {
                if merge.sources[source].isDry { judgeSilence(of: log, source) }
            } else if !merge.sources[source].isEnded, !logs[log].isListed,
                let since = logs[log].absentSinceMs, nowMs - since >= configuration.finishedAfterMs
            {
                giveUp(log, source)
            }
        }
    }

    private mutating func judgeSilence(of log: Int, _ source: Int) {
        let silence = nowMs - logs[log].quietSinceMs
        if silence >= configuration.idleMs && !merge.sources[source].isSilent {
            merge.sources[source].isSilent = true
            merge.admit(source, isAtEnd: true)
        }
        let limit = logs[log].isRotatedAway ? configuration.finishedAfterMs : configuration.abandonedAfterMs
        guard silence >= limit, !logs[log].isEnding else { return }
        logs[log].isEnding = true
        let readsRest = !logs[log].isCut
        merge.sources[source].log!.withReader { $0.stopGrowing(readsRest: readsRest) }
        merge.sources[source].isDry = false
    }

    /// The file is gone, and no copy of it has turned up.
    private mutating func giveUp(_ log: Int, _ source: Int) {
        let position = logs[log].saved?.position ?? 0
        takeUnfinishedLine(of: log, source)
        merge.report.sources[source].problem =
            position == 0
            ? "it was gone before it could be read"
            : "it was gone when reading was to go on: what it held after byte \(position) of its text is lost"
        logs[log].stage = .finished
        logs[log].isCut = true
        merge.admit(source, isAtEnd: true)
        merge.end(source)
    }

    /// The last line that came of a plain log may be whole but for its LF: it counts, as at the end of any log.
    private mutating func takeUnfinishedLine(of log: Int, _ source: Int) {
        guard let saved = logs[log].saved, saved.text?.isGzip == false else { return }
        let bytesRead = merge.report.sources[source].bytesRead
        // There is no file to read: its end has come before anything is asked of the descriptor.
        var reader = LogReader(descriptor: -1, owned: false, configuration: merge.configuration)
        reader.stopGrowing(readsRest: false)
        reader.resume(saved, isSameFile: false)
        merge.sources[source].log = OpenLog(reader)
        _ = merge.read(source)
        merge.report.sources[source].bytesRead = bytesRead
    }

    /// Has a log looked at for more, unless its file has been cut.
    mutating func wake(_ log: KnownLog) {
        guard let source = log.source, !log.isCut else { return }
        merge.sources[source].isDry = false
    }
}
