/// What a follower knew at one moment: positions, unfinished lines, states of inflation, events that wait, known event
/// ids, and the report. It is taken at once, and laid out as bytes by any thread while the follower goes on.
///
/// `@unchecked Sendable`: values and lent events, which nobody changes.
public struct StreamSnapshot: @unchecked Sendable {
    fileprivate static let magic: UInt32 = 0x5346_4750
    fileprivate static let version: UInt32 = 3
    fileprivate static let headerLength = 20

    /// A log, and where reading stands in which file.
    fileprivate struct Place {
        var log: KnownLog
        var state: LogReader.State?
        var file: FileID?
    }

    fileprivate let configuration: ReadConfiguration
    fileprivate let merge: MergeSnapshot
    fileprivate let places: [Place]

    /// Magic, version, length and CRC-32 of the body, and the body.
    public func bytes() -> [UInt8] {
        // It may be large, so that the header is filled in and nothing copied.
        var body = ByteWriter()
        body.leaveRoom(StreamSnapshot.headerLength)
        StreamSnapshot.writeMakeup(configuration, to: &body)
        merge.write(to: &body)
        body.write(Int64(places.count))
        for place in places { place.log.write(place.state, in: place.file, to: &body) }
        let (length, checksum) = body.bytes.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[StreamSnapshot.headerLength...])
            return (Int64(rest.count), carriedChecksum(0, rest))
        }
        var header = ByteWriter()
        header.write(StreamSnapshot.magic)
        header.write(StreamSnapshot.version)
        header.write(length)
        header.write(checksum)
        return body.finished(with: header)
    }

    /// What the bytes of an event and its keys depend on.
    fileprivate static func writeMakeup(_ configuration: ReadConfiguration, to writer: inout ByteWriter) {
        writer.write(Int64(MemoryLayout<Event>.size))
        for count in [EventType.allCases.count, EventField.allCases.count, RejectReason.allCases.count] {
            writer.write(Int64(count))
        }
        writer.write(configuration.hash.number(1, tag: 1))
        writer.write(configuration.formats.fingerprint)
        writer.write(configuration.keyedHash?.fingerprint ?? 0)
    }
}

extension FollowStream {
    /// All that is needed to go on from the next event.
    public mutating func snapshot() -> StreamSnapshot {
        let places = logs.map { log in
            if let source = log.source, let held = merge.sources[source].log {
                return StreamSnapshot.Place(
                    log: log, state: held.withReader { $0.state(withHistory: true) }, file: log.file)
            }
            return StreamSnapshot.Place(log: log, state: log.saved, file: log.savedFile)
        }
        return StreamSnapshot(
            configuration: merge.configuration, merge: merge.snapshot(), places: places)
    }

    /// Goes on from a snapshot. The logs are found again when `next` is first called, wherever they are then.
    /// - Throws: `ReadError` when the bytes are no whole snapshot, or one of another version of the program or of
    ///   another hash key; the logs then have to be read from their start.
    public init(
        restoring bytes: [UInt8], _ patterns: [String],
        configuration: ReadConfiguration = ReadConfiguration(),
        following: FollowConfiguration = FollowConfiguration()
    ) throws(ReadError) {
        var reader = ByteReader(try FollowStream.body(of: bytes))
        var makeup = ByteWriter()
        StreamSnapshot.writeMakeup(configuration, to: &makeup)
        guard try reader.readRaw(min(makeup.bytes.count, bytes.count)) == makeup.bytes else {
            throw FollowStream.refusal("it is of another build of the program or of another hash key")
        }
        var merge = EventMerge(configuration: configuration)
        try merge.restore(from: &reader)
        var logs: [KnownLog] = []
        var taken: Set<Int> = []
        for _ in 0..<(try reader.readCount(of: 64)) {
            let log = try KnownLog(from: &reader)
            if let source = log.source {
                guard merge.sources.indices.contains(source), taken.insert(source).inserted else {
                    throw reader.damage
                }
            }
            logs.append(log)
        }
        guard reader.isAtEnd else { throw reader.damage }
        self.init(
            merge: merge, logs: logs, isFirstLook: false, patterns: try FollowStream.patterns(patterns),
            watcher: try LogWatcher(usesNotices: following.usesNotices), configuration: following)
    }

    /// What is behind the header, which has been checked.
    private static func body(of bytes: [UInt8]) throws(ReadError) -> [UInt8] {
        var header = ByteReader(bytes)
        guard bytes.count >= StreamSnapshot.headerLength, try header.read() == StreamSnapshot.magic else {
            throw refusal("it is none")
        }
        guard try header.read() == StreamSnapshot.version else {
            throw refusal("it is of another version of the program")
        }
        let length: Int64 = try header.read()
        let checksum: UInt32 = try header.read()
        let body = Array(bytes[StreamSnapshot.headerLength...])
        guard length == Int64(body.count), checksum == body.withUnsafeBytes({ carriedChecksum(0, $0) }) else {
            throw refusal("it is cut short or damaged")
        }
        return body
    }

    private static func refusal(_ why: String) -> ReadError {
        ReadError("cannot go on from the saved reading state: \(why); start from the logs again")
    }
}
