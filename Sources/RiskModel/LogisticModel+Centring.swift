extension LogisticModel.Head {
    /// The same head with each curve shifted so that it adds nothing on the mean of those of a set's good rows to which it
    /// adds: then what a
    /// feature adds says how an account differs from an ordinary customer, which is what a reviewer asks.
    ///
    /// Crosses stay: what is unknown adds nothing to them by definition.
    /// - Parameter old: the head that this one was moved from: then each curve adds on the mean what the old one adds there,
    ///   so that both say what they say of the same ordinary customer.
    func centred(on set: TrainingSet, as old: Self? = nil) -> Self {
        let positions = set.columnPositions
        let good = (0..<set.count).filter { !set.labels[$0] }
        let shifts = mapConcurrently(terms.count) { place in
            let term = terms[place]
            guard let column = positions[term.feature] else { return 0.0 }
            func mean(_ term: LogisticModel.Term) -> Double? {
                let knots = term.transformedKnots
                var (sum, total) = (0.0, 0.0)
                for row in good where !set.isSilent(row, column) {
                    let x = set.values[row * set.columns.count + column]
                    let amount =
                        x.isFinite ? term.logOdds(Double(term.transform(x)), knots) : term.missingPoints
                    sum += set.weights[row] * amount
                    total += set.weights[row]
                }
                return total > 0 ? sum / total : nil
            }
            guard let before = old?.terms.first(where: { $0.feature == term.feature }) else {
                return mean(term) ?? 0
            }
            // Where the set says nothing of it, the curve has not moved.
            guard let now = mean(term), let then = mean(before) else {
                return term.points[0] - before.points[0]
            }
            return now - then
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
