import ActivityLog

/// A moment at which an account is scored.
public struct ScoringMoment: Sendable {
    /// Names the account until it is evicted; `FeatureEngine.accountID(_:)` gives its text.
    public var account: UInt32
    public var accountKey: UInt64
    /// Event time, milliseconds.
    public var ts: Int64
    /// What happened; nil at the end of the logs.
    public var type: EventType?
    /// How many costly events the account has had, this one included.
    public var costlyEvents: UInt32
    /// What the account took or could take so far; fen.
    public var amountAtRiskFen: Int64
}

/// What the scoring side remembers of an account beside its features; evicted with it.
public struct ScoreMemory: BitwiseCopyable, Sendable {
    /// Highest raw log-odds so far, a head each.
    public var couponAbuse: Float = -.infinity
    public var fakeOrder: Float = -.infinity
    public init() {}
}

/// Folds events into state by key and says, at every costly event, what that state shows of the account.
///
/// The vector has `FeatureCatalog.count` raw values; unknown is NaN. The same code serves scoring, training and
/// the feature table.
public struct FeatureEngine: ~Copyable {
    public init() {}

    /// How many keys of each kind are held now: "account", "device", … for the report and the memory figure.
    public var entityCounts: [(kind: String, count: Int)] { [] }

    /// Takes events in canonical order.
    /// - Parameter score: called at every costly event with the vector; may change the score memory.
    public mutating func observe(
        _ batch: borrowing EventBatch,
        score: (_ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory) -> Void
    ) {}

    /// Scores every account once more, in the order of account ids, with what is known at the end.
    public mutating func finish(
        score: (_ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory) -> Void
    ) {}

    /// The text of an account that a moment named.
    public func accountID(_ account: UInt32) -> String { "" }
}
