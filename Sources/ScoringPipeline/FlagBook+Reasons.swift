import CaseFile
import RiskFeatures
import RiskModel

extension FlagBook {
    /// At most so many reasons are kept.
    private static let reasonLimit = 12
    /// A reason adds at least this much, in log-odds: less is noise to a reader.
    private static let smallestContribution = 0.1

    /// The flags as rows of the database, ordered by account id and risk.
    func flaggedAccounts(_ scorer: Scorer, _ policy: FlagPolicy) -> [FlaggedAccount] {
        var rows: [FlaggedAccount] = []
        rows.reserveCapacity(flags.reduce(0) { $0 + $1.count })
        for risk in Risk.allCases {
            for flag in flags[risk.index] {
                let contributions = flag.vector.withUnsafeBufferPointer { scorer.contributions($0, risk) }
                let reasons = contributions.filter { $0.contribution >= FlagBook.smallestContribution }
                    .prefix(FlagBook.reasonLimit)
                rows.append(
                    FlaggedAccount(
                        accountID: flag.accountID, risk: risk.rawValue,
                        score: scorer.probability(flag.logOdds, risk),
                        level: policy.level(flag.logOdds, risk).rawValue,
                        firstFlaggedMs: flag.firstFlaggedMs, lastScoredMs: flag.lastScoredMs,
                        amountAtRiskFen: flag.amountAtRiskFen,
                        reasons: reasons.map {
                            FlaggedAccount.Reason(
                                feature: scorer.featureNames[$0.feature],
                                value: $0.value.isFinite ? Double($0.value) : nil,
                                contribution: $0.contribution)
                        },
                        tags: AbuseTags.tags(
                            for: reasons.map { ($0.feature, Double($0.value), $0.contribution) },
                            isFakeOrder: risk == .fakeOrder
                        ).map(\.rawValue),
                        model: scorer.model.name))
            }
        }
        rows.sort {
            if $0.accountID != $1.accountID { return $0.accountID.precedesInBytes($1.accountID) }
            return $0.risk < $1.risk
        }
        return rows
    }
}
