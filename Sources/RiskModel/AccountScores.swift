/// Accounts with the highest raw log-odds that each reached, in the order of first appearance.
public struct AccountScores: Sendable {
    /// As in the training set.
    public private(set) var accounts: [Int] = []
    public private(set) var logits: [Double] = []
    public private(set) var labels: [Bool] = []
    /// The sum over the account's rows: how many accounts it stands for.
    public private(set) var weights: [Double] = []

    public init() {}

    /// Adds an account that is not there yet.
    public mutating func append(account: Int, logit: Double, label: Bool, weight: Double = 1) {
        accounts.append(account)
        logits.append(logit)
        labels.append(label)
        weights.append(weight)
    }

    /// The same accounts, those that never abused standing for so many times as many.
    func weighingGood(by factor: Double) -> AccountScores {
        var result = self
        for place in labels.indices where !labels[place] { result.weights[place] *= factor }
        return result
    }

    init(_ set: TrainingSet, rowLogits: [Double]) {
        var places: [Int: Int] = [:]
        for row in 0..<set.count {
            if let place = places[set.accounts[row]] {
                logits[place] = max(logits[place], rowLogits[row])
                labels[place] = labels[place] || set.labels[row]
                weights[place] += set.weights[row]
            } else {
                places[set.accounts[row]] = accounts.count
                append(
                    account: set.accounts[row], logit: rowLogits[row], label: set.labels[row],
                    weight: set.weights[row])
            }
        }
    }
}
