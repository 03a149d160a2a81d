/// Tags from reasons: what kind of abuse the evidence shows.
public enum AbuseTags {
    /// - Parameters:
    ///   - reasons: feature index, value (NaN is unknown) and contribution in log-odds of one head, in any order.
    ///   - isFakeOrder: whether the head is that of fake orders.
    /// - Returns: of the reasons whose values are telling (all, when none is), the tags whose reasons together bring at least a sixth of all log-odds that speak against the
    ///   account, strongest first; the strongest alone when none does.
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
        let strong = order.filter { sums[$0] * 6 >= total }
        return (strong.isEmpty ? Array(order.prefix(1)) : strong).map { AbuseTag.allCases[$0] }
    }
}
