extension LogisticModel.Head {
    /// The same head with each curve shifted so that it adds nothing on the mean of a set's good rows: then what a
    /// feature adds says how an account differs from an ordinary customer, which is what a reviewer asks.
    ///
    /// Crosses stay: what is unknown adds nothing to them by definition.
    /// - Parameter old: the head that this one was moved from: then each curve adds on the mean what the old one adds there,
    ///   so that both say what they say of the same ordinary customer.
    func centred(on set: TrainingSet, as old: Self? = nil) -> Self {
        let positions = set.columnPositions
        let good = (0..<set.count).filter { !set.labels[$0] }
        let total = good.reduce(0) { $0 + set.weights[$1] }
        guard total > 0 else { return self }
        let shifts = mapConcurrently(terms.count) { place in
            let term = terms[place]
            guard let column = positions[term.feature] else { return 0.0 }
            func mean(_ term: LogisticModel.Term) -> Double {
                let knots = term.transformedKnots
                let sum = good.reduce(0) { sum, row in
                    let x = set.values[row * set.columns.count + column]
                    let amount =
                        x.isFinite ? term.logOdds(Double(term.transform(x)), knots) : term.missingPoints
                    return sum + set.weights[row] * amount
                }
                return sum / total
            }
            let before = old?.terms.first { $0.feature == term.feature }
            return mean(term) - (before.map(mean) ?? 0)
        }
        var head = self
        for (place, shift) in shifts.enumerated() {
            head.terms[place].points = terms[place].points.map { rounded($0 - shift) }
            head.terms[place].missingPoints = rounded(terms[place].missingPoints - shift)
            head.intercept += shift
        }
        head.intercept = rounded(head.intercept)
        // Own conduct is measured with the intercept, which has taken over what company has for a mean, too.
        if let company {
            let taken = zip(terms, shifts).filter { company.features.contains($0.0.feature) }
            head.company!.suspectFrom = rounded(company.suspectFrom + taken.reduce(0) { $0 + $1.1 })
        }
        return head
    }
}
