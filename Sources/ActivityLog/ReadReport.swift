/// What reading has seen so far, to be told to a person and kept beside the flags.
public struct ReadReport: Sendable {
    public struct Source: Sendable {
        public var path: String
        /// Whether it can be read again; a pipe or standard input cannot.
        public var isRegular: Bool
        public var lines: Int64 = 0
        public var events: Int64 = 0
        public var rejected: Int64 = 0
        /// Lines refused, by `RejectReason.rawValue`.
        public var rejectedByReason = [Int64](repeating: 0, count: RejectReason.allCases.count)
        public var bytesRead: Int64 = 0
        public var bytesInflated: Int64 = 0
        public var isGzip = false
        /// What stopped this source before its end, as a clause ("damaged gzip data at byte 5120: CRC of
        /// member 3 does not match"); nil when it was read whole.
        public var problem: String?

        public init(path: String, isRegular: Bool = true) {
            self.path = path
            self.isRegular = isRegular
        }
    }

    public var sources: [Source] = []
    /// Lines refused, by `RejectReason.rawValue`.
    public var rejectedByReason = [Int64](repeating: 0, count: RejectReason.allCases.count)
    /// A bounded sample: the first few of each reason and source.
    public var rejectedSamples: [RejectedLine] = []
    public var events: Int64 = 0
    /// Events whose `event_id` had been seen within the window; counted once, these are the repeats.
    public var duplicates: Int64 = 0
    /// Events that came later than the lateness bound; they count, at the time the stream had reached.
    public var late: Int64 = 0
    public var eventsByType = [Int64](repeating: 0, count: EventType.allCases.count)
    /// How many events carried each field, by `EventField.rawValue`.
    public var fieldCounts = [Int64](repeating: 0, count: EventField.allCases.count)
    /// The text of the first thousand campaign ids, by `Event.campaignKey`; filled in at the end.
    public var campaignNames: [UInt64: String] = [:]
    public var firstMs: Int64?
    public var lastMs: Int64?

    public init() {}

    /// Whether something could not be read: the program then ends with exit code 2.
    public var hasUnreadable: Bool { sources.contains { $0.problem != nil } }
}
