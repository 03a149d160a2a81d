/// All events of some logs, merged by event time: the one door through which events come in.
///
/// Each log is looked at once for the time of its first events, and opened again when the merge reaches that
/// time, so that a long series of rotated files costs one open file at a time. `EventMerge` says in which order
/// events are handed on.
public struct EventStream: ~Copyable {
    public var report: ReadReport { merge.fullReport }
    /// The text of the first thousand campaign ids, by `Event.campaignKey`.
    public var campaignNames: [UInt64: String] { merge.decoder.campaignNames }

    private var merge: EventMerge

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
        let twins = EventStream.leaveOutTwins(of: &sources)
        var decoder = EventDecoder(configuration: configuration)
        let formats = FormatSelector(configuration)
        for index in sources.indices {
            sources[index].peek(decoder: &decoder, formats: formats, configuration: configuration)
            guard sources[index].format != .ambiguous else {
                throw ReadError(
                    "cannot tell the format of \(sources[index].path): its lines fit "
                        + "\(formats.ambiguousNames.joined(separator: " and ")); name one with --input-format"
                )
            }
        }
        if let problem = sources[0].problem, sources.allSatisfy({ $0.problem != nil }) {
            throw ReadError("cannot read log \(sources[0].path): \(problem); check that you may read it")
        }
        sources.sort { $0.firstMs != $1.firstMs ? $0.firstMs < $1.firstMs : $0.path < $1.path }
        merge = EventMerge(configuration: configuration)
        // Each has decoders of its own, because what is only looked at does not count.
        for index in sources.indices {
            sources[index].format =
                merge.formats.found(named: formats.name(of: sources[index].format)) ?? .undecided
        }
        merge.report.sources = sources.map {
            var source = ReadReport.Source(path: $0.path, isRegular: $0.isRegular)
            source.problem = $0.problem
            source.note = twins[$0.path].map {
                "\($0) begins as it does and is taken for its copy, which is left out"
            }
            return source
        }
        merge.sources = sources
    }

    /// Replaces the batch with the next events in canonical order, a few thousand at a time.
    /// - Returns: false at the end of all logs.
    public mutating func next(into batch: inout EventBatch) -> Bool {
        batch.removeAll()
        while true {
            let bound = merge.releaseBound()
            merge.release(before: bound, into: &batch)
            if batch.events.count >= EventMerge.batchSize { break }
            guard let source = merge.sourceToRead() else { break }
            read(source)
        }
        merge.account(for: batch)
        return !batch.events.isEmpty
    }

    /// Leaves out what is being compressed, or was and kept the plain file: `a.log.gz` beside `a.log` that begins alike.
    /// - Returns: those that were left out, by the path of the one that is read.
    private static func leaveOutTwins(of sources: inout [MergeSource]) -> [String: String] {
        let paths = Set(sources.lazy.filter(\.isRegular).map(\.path))
        var twins: [String: String] = [:]
        for path in paths where path.hasSuffix(".gz") {
            let plain = String(path.dropLast(3))
            if paths.contains(plain), LogIdentity(path: path).matches(LogIdentity(path: plain)) {
                twins[plain] = path
            }
        }
        let leftOut = Set(twins.values)
        sources.removeAll { leftOut.contains($0.path) }
        return twins
    }

    private mutating func read(_ index: Int) {
        if merge.sources[index].log == nil && !merge.sources[index].open(merge.configuration) {
            merge.report.sources[index].problem = merge.sources[index].problem
            return
        }
        let isAtEnd = merge.read(index)
        merge.admit(index, isAtEnd: isAtEnd)
        if isAtEnd { merge.end(index) }
    }
}
