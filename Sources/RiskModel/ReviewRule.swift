/// From which probability an account is flagged for review.
public enum ReviewRule: Sendable, Equatable {
    /// As low as flags at most this share of good accounts, 0…1.
    case falsePositiveRate(Double)
    /// As low as flags at most so many accounts a day, of one risk.
    case perDay(Double)
    /// As low as keeps this share of flagged accounts abuse, 0…1.
    case precision(Double)
    /// Where looking at a good account costs as much as missing abuse: both in one currency, above 0.
    case costs(falseAlarm: Double, missed: Double)

    /// Whether flagging from a step of the curve upward keeps to the rule.
    /// - Parameter days: the time over which the accounts were seen.
    func keeps(_ step: RankingMetrics.Step, _ ranking: RankingMetrics, days: Double) -> Bool {
        let flagged = step.truePositives + step.falsePositives
        switch self {
        case .falsePositiveRate(let rate): return step.falsePositives <= rate * ranking.negatives
        case .perDay(let count): return flagged <= count * days
        case .precision(let share): return step.truePositives >= share * flagged
        case .costs(let falseAlarm, let missed):
            return step.score * missed >= (1 - step.score) * falseAlarm
        }
    }
}
