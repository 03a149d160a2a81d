/// Tags from reasons: what kind of abuse the evidence shows.
public enum AbuseTags {
    /// - Parameters:
    ///   - reasons: feature index, value (NaN is unknown) and contribution in log-odds of one head, in any order.
    ///   - isFakeOrder: whether the head is that of fake orders.
    /// - Returns: of the reasons whose values are telling (all, when none is), the tags whose reasons together bring at
    ///   least a sixth of all log-odds that speak against the account, strongest first, and one that says what is abused
    ///   where any does: `gang` says with whom, and takes nothing from the sixths of the others.
    public static func tags(
        for reasons: [(feature: Int, value: Double, contribution: Double)], isFakeOrder: Bool
    ) -> [AbuseTag] {
        let telling = reasons.filter { FeatureCatalog.all[$0.feature].isTelling($0.value) }
        var sums = [Double](repeating: 0, count: AbuseTag.allCases.count)
        var total = 0.0
        for reason in telling.isEmpty ? reasons : telling where reason.contribution > 0 {
            total += reason.contribution
            let tags = FeatureCatalog.all[reason.feature].tags
            guard let tag = isFakeOrder ? tags.fakeOrder : tags.couponAbuse else { continue }
            sums[AbuseTag.allCases.firstIndex(of: tag)!] += reason.contribution
        }
        let order = sums.indices.filter { sums[$0] > 0 }.sorted {
            sums[$0] != sums[$1] ? sums[$0] > sums[$1] : $0 < $1
        }
        let gang = AbuseTag.allCases.firstIndex(of: .gang)!
        let own = total - sums[gang]
        let mainAbuse = order.first { $0 != gang }
        let strong = order.filter { $0 == mainAbuse || sums[$0] * 6 >= ($0 == gang ? total : own) }
        return strong.map { AbuseTag.allCases[$0] }
    }
}
