/// An account worth a person's look for one risk, and why: a row of `flagged_accounts`.
public struct FlaggedAccount: Sendable, Equatable {
    /// What one feature added to the score.
    public struct Reason: Sendable, Equatable, Codable {
        public var feature: String
        /// The feature's raw value; nil where the log did not tell.
        public var value: Double?
        /// Log-odds.
        public var contribution: Double

        public init(feature: String, value: Double?, contribution: Double) {
            self.feature = feature
            self.value = value
            self.contribution = contribution
        }
    }

    public var accountID: String
    /// `coupon_abuse` or `fake_order`.
    public var risk: String
    /// Calibrated probability 0…1, the highest reached.
    public var score: Double
    /// `review` or `high`.
    public var level: String
    /// Event time, milliseconds since 1970 UTC.
    public var firstFlaggedMs: Int64
    /// Event time, milliseconds since 1970 UTC.
    public var lastScoredMs: Int64
    public var amountAtRiskFen: Int64
    /// Strongest first.
    public var reasons: [Reason]
    public var tags: [String]
    public var gangID: String?
    /// Name of the model that gave the score.
    public var model: String
    public var status: ReviewStatus
    /// The campaigns of its evidence. They come with the evidence: a commit of the flag leaves them as they are.
    public var campaigns: [String] = []
    /// Whether `score` is the highest the account reached; false where it was only scored again, which tells the
    /// time of that and the amount. A row that was read always holds the highest.
    public var isHighest: Bool

    public init(
        accountID: String, risk: String, score: Double, level: String, firstFlaggedMs: Int64,
        lastScoredMs: Int64, amountAtRiskFen: Int64, reasons: [Reason], tags: [String],
        gangID: String? = nil, model: String, status: ReviewStatus = .open,
        isHighest: Bool = true
    ) {
        self.accountID = accountID
        self.risk = risk
        self.score = score
        self.level = level
        self.firstFlaggedMs = firstFlaggedMs
        self.lastScoredMs = lastScoredMs
        self.amountAtRiskFen = amountAtRiskFen
        self.reasons = reasons
        self.tags = tags
        self.gangID = gangID
        self.model = model
        self.status = status
        self.isHighest = isHighest
    }
}

/// What a flag is about.
public struct FlagKey: Sendable, Hashable {
    public var accountID: String
    /// `coupon_abuse` or `fake_order`.
    public var risk: String

    public init(accountID: String, risk: String) {
        self.accountID = accountID
        self.risk = risk
    }
}

extension FlaggedAccount {
    public var key: FlagKey { FlagKey(accountID: accountID, risk: risk) }
}

/// Where a flag stands after its decisions.
public enum ReviewStatus: String, Sendable, CaseIterable {
    case open, confirmed, cleared, unsure
}
