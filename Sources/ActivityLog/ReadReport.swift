/// What reading has seen so far, to be told to a person and kept beside the flags.
public struct ReadReport: Sendable {
    public struct Source: Sendable {
        public var path: String
        /// Whether it can be read again; a pipe or standard input cannot.
        public var isRegular: Bool
        public var lines: Int64 = 0
        public var events: Int64 = 0
        public var rejected: Int64 = 0
        /// Records left out by a rule of the log's format, lines without any among them.
        public var dropped: Int64 = 0
        /// Records that the lines held, of which each became an event, was left out or was rejected. A line of the
        /// schema is one record; so is a line that could not be taken apart.
        public var records: Int64 = 0
        /// The format that the lines are of: `canonical`, a name, or a chain of names, outermost first; empty while nothing
        /// has told.
        public var format = ""
        /// Lines refused, by `RejectReason.rawValue`.
        public var rejectedByReason = [Int64](repeating: 0, count: RejectReason.allCases.count)
        public var bytesRead: Int64 = 0
        public var bytesInflated: Int64 = 0
        public var isGzip = false
        /// What stopped this source before its end, as a clause ("damaged gzip data at byte 5120: CRC of
        /// member 3 does not match"); nil when it was read whole.
        public var problem: String?
        /// What a person should know of it besides; nil as a rule.
        public var note: String?
        public var state = State.waiting
        /// The newest event time that is believed of this source; nil before its first events.
        public var newestMs: Int64?
        /// What a log that is followed is known by, while it is.
        public var identity = LogIdentity()

        /// What is being done with a source.
        public enum State: UInt8, Sendable, CaseIterable {
            /// Its turn has not come, or it is missing at present.
            case waiting
            /// Open; it may have been read as far as it has come.
            case reading
            /// Read to its end; it is taken up again when it grows.
            case finished
            /// Something stopped it before its end; it is not tried again.
            case damaged
        }

        public init(path: String, isRegular: Bool = true) {
            self.path = path
            self.isRegular = isRegular
        }
    }

    /// What was read in a format other than the schema's.
    public struct Format: Sendable {
        public var name: String
        /// Names of events that have no type of ours and became `other`, most frequent first.
        public var unmapped: [(name: String, count: Int64)]
        /// Events of names beyond the first thousand.
        public var otherUnmapped: Int64
        /// Values that were none for their field and were passed over, by `EventField.rawValue`.
        public var unfit: [Int64]
        /// Raw phones, addresses and payers left out for want of a key.
        public var unkeyed: Int64
        /// Strings that a pointer leads into and that are no JSON: what they hold is absent.
        public var unreadableStrings: Int64
        /// Members named `session_key`, which is a secret of WeChat's.
        public var sessionKeys: Int64
    }

    public var sources: [Source] = []
    /// Lines refused, by `RejectReason.rawValue`.
    public var rejectedByReason = [Int64](repeating: 0, count: RejectReason.allCases.count)
    /// A bounded sample: the first few of each reason and source.
    public var rejectedSamples: [RejectedLine] = []
    public var events: Int64 = 0
    /// Events whose `event_id` was known; it counts once, these are the repeats.
    public var duplicates: Int64 = 0
    /// Events that came later than the lateness bound; they count, at the time the stream had reached.
    public var late: Int64 = 0
    public var eventsByType = [Int64](repeating: 0, count: EventType.allCases.count)
    /// How many events carried each field, by `EventField.rawValue`.
    public var fieldCounts = [Int64](repeating: 0, count: EventField.allCases.count)
    /// The text of the first thousand campaign ids, by `Event.campaignKey`; filled in at the end.
    public var campaignNames: [UInt64: String] = [:]
    /// The formats other than the schema's that were read; filled in when the report is asked for.
    public var formats: [Format] = []
    /// Members named `session_key` that were met, of the schema's lines those with unknown keys.
    public var sessionKeys: Int64 = 0
    /// The least and the greatest event time, late events' own among them.
    public var firstMs: Int64?
    public var lastMs: Int64?

    public init() {}

    /// Takes note of event times.
    mutating func reach(_ times: ClosedRange<Int64>) {
        firstMs = min(firstMs ?? times.lowerBound, times.lowerBound)
        lastMs = max(lastMs ?? times.upperBound, times.upperBound)
    }

    /// Whether something could not be read: the program then ends with exit code 2.
    public var hasUnreadable: Bool { sources.contains { $0.problem != nil } }
}

extension ReadReport {
    func write(to writer: inout ByteWriter) {
        writer.write(Int64(sources.count))
        for source in sources {
            writer.write(source.path)
            for number in [
                source.lines, source.events, source.rejected, source.dropped, source.records,
                source.bytesRead,
                source.bytesInflated,
            ] {
                writer.write(number)
            }
            writer.write(source.rejectedByReason)
            writer.write(source.isGzip)
            writer.write(source.problem)
            writer.write(source.note)
            writer.write(source.state.rawValue)
            writer.write(source.newestMs)
        }
        writer.write(rejectedByReason)
        writer.write(Int64(rejectedSamples.count))
        for line in rejectedSamples {
            writer.write(Int64(line.source))
            writer.write(line.offset)
            writer.write(line.reason.rawValue)
            writer.write(line.sample)
        }
        for number in [events, duplicates, late] { writer.write(number) }
        writer.write(eventsByType)
        writer.write(fieldCounts)
        writer.write(firstMs)
        writer.write(lastMs)
    }

    init(from reader: inout ByteReader) throws(ReadError) {
        for _ in 0..<(try reader.readCount(of: 64)) {
            var source = Source(path: try reader.readText())
            source.lines = try reader.read()
            source.events = try reader.read()
            source.rejected = try reader.read()
            source.dropped = try reader.read()
            source.records = try reader.read()
            source.bytesRead = try reader.read()
            source.bytesInflated = try reader.read()
            source.rejectedByReason = try reader.readNumbers(RejectReason.allCases.count)
            source.isGzip = try reader.readFlag()
            source.problem = try reader.readOptionalText()
            source.note = try reader.readOptionalText()
            guard let state = Source.State(rawValue: try reader.read()) else { throw reader.damage }
            source.state = state
            source.newestMs = try reader.readOptional()
            sources.append(source)
        }
        rejectedByReason = try reader.readNumbers(RejectReason.allCases.count)
        for _ in 0..<(try reader.readCount(of: 25)) {
            let source: Int64 = try reader.read()
            let offset: Int64 = try reader.read()
            guard let reason = RejectReason(rawValue: try reader.read()),
                sources.indices.contains(Int(source))
            else { throw reader.damage }
            rejectedSamples.append(
                RejectedLine(
                    source: Int(source), offset: offset, reason: reason, sample: try reader.readBytes()))
        }
        events = try reader.read()
        duplicates = try reader.read()
        late = try reader.read()
        eventsByType = try reader.readNumbers(EventType.allCases.count)
        fieldCounts = try reader.readNumbers(EventField.allCases.count)
        firstMs = try reader.readOptional()
        lastMs = try reader.readOptional()
    }
}
