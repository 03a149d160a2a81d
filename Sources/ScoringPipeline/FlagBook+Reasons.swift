import CaseFile
import RiskFeatures
import RiskModel

extension FlagBook {
    /// At most so many reasons are kept.
    private static let reasonLimit = 12
    /// A reason adds at least this much, in log-odds: less is noise to a reader.
    private static let smallestContribution = 0.1
    /// Beside them, so many that speak for the account because it shares with honest people what it shares.
    private static let excuseLimit = 3

    /// The flags as rows of the database, ordered by account id and risk.
    func flaggedAccounts(_ scorer: Scorer, _ policy: FlagPolicy) -> [FlaggedAccount] {
        var order = Risk.allCases.flatMap { risk in
            flags[risk.index].indices.map { (risk: risk, position: $0) }
        }
        order.sort { a, b in
            let (left, right) = (accountID(a), accountID(b))
            return left != right ? left.precedesInBytes(right) : a.risk.rawValue < b.risk.rawValue
        }
        return mapConcurrently(order.count) { [order] index in
            let (risk, position) = order[index]
            return FlagBook.row(flags[risk.index][position], risk, scorer, policy)
        }
    }

    private func accountID(_ place: (risk: Risk, position: Int)) -> String {
        flags[place.risk.index][place.position].accountID
    }

    private static func row(
        _ flag: Flag, _ risk: Risk, _ scorer: Scorer, _ policy: FlagPolicy
    ) -> FlaggedAccount {
        let contributions = flag.vector.values.withUnsafeBufferPointer {
            scorer.contributions($0, risk, atLeast: smallestContribution)
        }
        let reasons = contributions.filter { $0.contribution > 0 }.prefix(reasonLimit)
        let excuses = contributions.filter {
            $0.contribution < 0
                && InnocentHub.sign(scorer.featureNames[$0.feature], Double($0.value)) != nil
        }.prefix(excuseLimit).reversed()
        return FlaggedAccount(
            accountID: flag.accountID, risk: risk.rawValue,
            score: scorer.probability(flag.logOdds, risk),
            level: policy.level(flag.logOdds, risk).rawValue,
            firstFlaggedMs: flag.firstFlaggedMs, lastScoredMs: flag.lastScoredMs,
            amountAtRiskFen: flag.amountAtRiskFen,
            reasons: (reasons + excuses).map {
                FlaggedAccount.Reason(
                    feature: scorer.featureNames[$0.feature],
                    value: $0.value.isFinite ? Double($0.value) : nil, contribution: $0.contribution)
            },
            tags: AbuseTags.tags(
                for: reasons.map { ($0.feature, Double($0.value), $0.contribution) },
                isFakeOrder: risk == .fakeOrder
            ).map(\.rawValue),
            model: scorer.model.name, isHighest: flag.isHighest)
    }
}
