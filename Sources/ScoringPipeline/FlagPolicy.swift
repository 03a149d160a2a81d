import RiskFeatures
import RiskModel

/// From which log-odds an account is flagged, for each risk and level: the model's calibrated thresholds, turned
/// back to raw log-odds once, so that most scored events end after two comparisons.
struct FlagPolicy: Sendable {
    private let review: (couponAbuse: Float, fakeOrder: Float)
    private let high: (couponAbuse: Float, fakeOrder: Float)
    /// An account that comes this near to the review threshold, in log-odds, is unusual.
    private static let unusualMargin: Float = 2
    /// A score rises when its highest log-odds come past the next multiple of this.
    private static let riseStep: Float = 0.5

    init(_ scorer: Scorer) {
        review = (
            scorer.logitThreshold(.couponAbuse, .review), scorer.logitThreshold(.fakeOrder, .review)
        )
        high = (scorer.logitThreshold(.couponAbuse, .high), scorer.logitThreshold(.fakeOrder, .high))
    }

    /// Keeps the account's highest log-odds and whether it was ever a suspect or flagged, and says what a new score means for its flags.
    @inline(__always)
    func decide(
        _ logOdds: Scorer.LogOdds, _ memory: inout ScoreMemory
    ) -> (couponAbuse: Decision, fakeOrder: Decision) {
        memory.suspect(logOdds)
        let before = (memory.couponAbuse, memory.fakeOrder)
        let decision = (
            couponAbuse: FlagPolicy.decide(
                logOdds.couponAbuse, &memory.couponAbuse, from: review.couponAbuse),
            fakeOrder: FlagPolicy.decide(logOdds.fakeOrder, &memory.fakeOrder, from: review.fakeOrder)
        )
        if logOdds.couponAbuse >= review.couponAbuse - FlagPolicy.unusualMargin
            || logOdds.fakeOrder >= review.fakeOrder - FlagPolicy.unusualMargin || memory.isUnusual
        {
            memory.isUnusual = true
            memory.isFlagged =
                memory.isFlagged || decision.couponAbuse != .none || decision.fakeOrder != .none
            memory.hasRisen =
                FlagPolicy.hasRisen(decision.couponAbuse, before.0, memory.couponAbuse)
                || FlagPolicy.hasRisen(decision.fakeOrder, before.1, memory.fakeOrder)
            memory.latest = .init(couponAbuse: logOdds.couponAbuse, fakeOrder: logOdds.fakeOrder)
        }
        return decision
    }

    private static func hasRisen(_ decision: Decision, _ before: Float, _ now: Float) -> Bool {
        decision == .highest && (now / riseStep).rounded(.down) > (before / riseStep).rounded(.down)
    }

    @inline(__always)
    private static func decide(_ logOdds: Float, _ best: inout Float, from review: Float) -> Decision {
        let isHighest = logOdds > best
        if isHighest { best = logOdds }
        guard best >= review else { return .none }
        return isHighest ? .highest : .flagged
    }

    /// What a score means for an account's flag.
    enum Decision {
        /// The account never crossed the review threshold.
        case none
        /// It did, and has scored as high or higher before.
        case flagged
        /// It is above the threshold and higher than ever.
        case highest
    }

    /// The level of a flag whose highest log-odds are `logOdds`.
    func level(_ logOdds: Float, _ risk: Risk) -> RiskLevel {
        logOdds >= (risk == .couponAbuse ? high.couponAbuse : high.fakeOrder) ? .high : .review
    }
}
