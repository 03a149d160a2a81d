extension TrainingSet {
    /// The same rows, and after them accounts that nobody judged, each as abuse and as none by the share that a head
    /// gives it.
    /// - Parameters:
    ///   - bystanders: raw values, `columns.count` an account.
    ///   - weight: what one of them weighs, over what a labelled account weighs.
    func rehearsing(_ head: LogisticModel.Head, _ bystanders: [Float], weight: Double) -> TrainingSet {
        let width = columns.count
        precondition(bystanders.count % width == 0, "a bystander must have one value a column")
        let count = bystanders.count / width
        guard count > 0 else { return self }
        var set = self
        let share = weight * weights.reduce(0, +) / Double(max(1, Set(accounts).count))
        let firstAccount = (accounts.max() ?? 0) + 1
        let positions = columnPositions
        for bystander in 0..<count {
            let row = Array(bystanders[bystander * width..<(bystander + 1) * width])
            let probability = logistic(head.logit { positions[$0].map { row[$0] } ?? .nan })
            for (label, part) in [(true, probability), (false, 1 - probability)] where part > 0 {
                set.append(
                    row, label: label, weight: share * part, group: mix(UInt64(firstAccount + bystander)),
                    account: firstAccount + bystander)
            }
        }
        return set
    }
}
