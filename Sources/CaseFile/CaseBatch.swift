/// What one commit writes, all or none.
public struct CaseBatch: Sendable {
    /// At most one for each account and risk. Their `status` is not written: it belongs to the decisions.
    public var flags: [FlaggedAccount] = []
    /// Flags seen ahead of the canonical order: each is laid over its row until it is withdrawn. One whose row
    /// `flags` change must be among them again, or it is gone.
    public var provisional: [FlaggedAccount] = []
    /// What is laid over these rows is taken away. A row with nothing below it goes, unless someone decided on it.
    public var withdrawn: [FlagKey] = []
    /// What accounts did that are flagged here or were before; each replaces what was written of its account.
    public var evidence: [PackedEvidence] = []
    /// The logs that were read; what earlier commits said of their rejected lines is replaced.
    public var sources: [String] = []
    public var rejectedLines: [RejectedSample] = []
    public var rejectedCounts: [RejectedCount] = []
    /// Facts about the run by name ("model", "events", …); each replaces an earlier one of its name.
    public var metadata: [String: String] = [:]
    /// All gangs, in place of those found before; nil leaves those.
    public var gangs: GangTables?
    /// How far accounts have moved from those that the model learned from, in place of what was found before; nil leaves
    /// that.
    public var drift: [DriftRow]?
    /// What the tail that commits is doing; nil leaves what was said last.
    public var tailStatus: TailStatus?

    public init() {}
}

/// A line that was no event, kept for a person to look at: a row of `rejected_lines`.
public struct RejectedSample: Sendable, Equatable {
    public var source: String
    /// Offset of the line's first byte in the uncompressed log.
    public var lineOffset: Int64
    public var reason: String
    /// The line's beginning, with broken UTF-8 repaired.
    public var sample: String

    public init(source: String, lineOffset: Int64, reason: String, sample: String) {
        self.source = source
        self.lineOffset = lineOffset
        self.reason = reason
        self.sample = sample
    }

    public init(source: String, lineOffset: Int64, reason: String, bytes: [UInt8]) {
        self.init(
            source: source, lineOffset: lineOffset, reason: reason,
            sample: String(decoding: bytes, as: UTF8.self))
    }
}

/// How many lines of a log were rejected for one reason: a row of `rejected_counts`.
public struct RejectedCount: Sendable, Equatable {
    public var source: String
    public var reason: String
    public var lines: Int64

    public init(source: String, reason: String, lines: Int64) {
        self.source = source
        self.reason = reason
        self.lines = lines
    }
}
