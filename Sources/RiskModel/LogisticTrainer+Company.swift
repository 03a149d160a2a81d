extension LogisticTrainer {
    /// The share of good accounts that the own conduct of a fitted head makes suspects.
    static let suspectShare = 0.03

    /// A fitted head that knows whom to suspect, and nothing yet of what company says.
    public func suspecting(_ trained: TrainedHead, features: [String]) -> TrainedHead {
        let good = trained.outOfFold.logits.indices.filter { !trained.outOfFold.labels[$0] }
            .sorted { trained.outOfFold.logits[$0] > trained.outOfFold.logits[$1] }
        let total = good.reduce(0) { $0 + trained.outOfFold.weights[$1] }
        var reached = 0.0
        let last = good.first { account in
            reached += trained.outOfFold.weights[account]
            return reached >= Self.suspectShare * total
        }
        guard let last else { return trained }
        let company = LogisticModel.Company(
            suspectFrom: rounded(trained.outOfFold.logits[last]), features: features)
        return trained.changingHeads { $0.company = company }
    }

    /// The head with what company adds to its own log-odds, which stay as they are.
    /// - Parameter set: company features alone, with `offsets` of log-odds by own conduct, given by heads that had not
    ///   seen the row's account.
    public func adding(company set: TrainingSet, to trained: TrainedHead) throws(TrainingError) -> TrainedHead
    {
        var trainer = self
        trainer.options.crosses = 0
        trainer.options.selects = false
        trainer.options.segments = [4]
        trainer.options.penalties = [10, 3, 1, 0.3]
        let learnt = try trainer.train(set).head
        return trained.changingHeads { head in
            head.terms += learnt.terms
            head.intercept = rounded(head.intercept + learnt.intercept)
            // The terms' mean moves the intercept, and with it the scale on which own conduct is measured.
            if let from = head.company?.suspectFrom {
                head.company!.suspectFrom = rounded(from + learnt.intercept)
            }
        }
    }
}

extension TrainedHead {
    /// The same change to the head and to those of its folds.
    func changingHeads(_ change: (inout LogisticModel.Head) -> Void) -> TrainedHead {
        var result = self
        change(&result.head)
        for fold in foldHeads.indices { change(&result.foldHeads[fold]) }
        return result
    }
}

extension LogisticModel.Head {
    /// Whom a head suspects that was moved from this one: as many of the bystanders as before. Own conduct is measured on
    /// another scale now, and were there fewer suspects, company would say less of everybody.
    /// - Parameters:
    ///   - bystanders: raw values, as many an account as the set has columns.
    ///   - set: what the head was moved by.
    func company(
        movedTo moved: LogisticModel.Head, _ bystanders: [Float], by set: TrainingSet
    ) -> LogisticModel.Company? {
        guard var result = company, !bystanders.isEmpty else { return company }
        let features = Set(result.features)
        let positions = set.columnPositions
        func ownLogits(_ head: LogisticModel.Head) -> [Double] {
            var own = head
            own.terms.removeAll { features.contains($0.feature) }
            return stride(from: 0, to: bystanders.count, by: set.columns.count).map { start in
                own.logit { positions[$0].map { bystanders[start + $0] } ?? .nan }
            }
        }
        let suspects = ownLogits(self).count { $0 >= result.suspectFrom }
        let after = ownLogits(moved).sorted(by: >)
        guard suspects > 0, suspects < after.count else { return company }
        result.suspectFrom = rounded((after[suspects - 1] + after[suspects]) / 2)
        return result
    }
}
