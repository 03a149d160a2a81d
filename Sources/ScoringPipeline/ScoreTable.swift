import RiskFeatures
import RiskModel

/// The highest scores of every account seen, for `scores.csv`.
enum ScoreTable {
    /// `account_id,coupon_abuse,fake_order`: calibrated probabilities, sorted by account id; 0 for an account that
    /// did nothing that can cost money.
    /// - Parameter engine: at the end of the logs, with the accounts that it has forgotten.
    static func csv(_ engine: borrowing FeatureEngine, _ scorer: Scorer) -> [UInt8] {
        var rows: [(accountID: String, memory: ScoreMemory)] = engine.forgotten ?? []
        engine.forEachAccount { account, memory in rows.append((engine.accountID(account), memory)) }
        rows.sort { $0.accountID.precedesInBytes($1.accountID) }
        var csv = CSVWriter()
        csv.append(["account_id", "coupon_abuse", "fake_order"])
        var first = 0
        while first < rows.count {
            // An account that came back after it was forgotten stands here once for each life.
            var end = first + 1
            while end < rows.count, rows[end].accountID == rows[first].accountID { end += 1 }
            let lives = rows[first..<end].map(\.memory)
            let couponAbuse = lives.map(\.couponAbuse).max() ?? -.infinity
            let fakeOrder = lives.map(\.fakeOrder).max() ?? -.infinity
            csv.append([
                rows[first].accountID, scorer.probability(couponAbuse, .couponAbuse).csvText,
                scorer.probability(fakeOrder, .fakeOrder).csvText,
            ])
            first = end
        }
        return csv.bytes
    }
}
