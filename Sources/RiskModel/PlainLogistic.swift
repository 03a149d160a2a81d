/// Plain logistic regression on a table as it is: linear, a ridge penalty, no choice made.
public struct PlainLogistic: Sendable {
    /// One a column that varies, then one an indicator of unknown values.
    public let weights: [Double]
    public let intercept: Double
    /// Σ weight · log-loss + ½ penalty · |w|², at the optimum the least: scikit-learn's objective with C = 1 / penalty.
    public let objective: Double

    /// - Parameters:
    ///   - penalty: λ, above 0.
    ///   - standardises: whether columns are brought to mean 0 and deviation 1 first.
    public init(_ set: TrainingSet, penalty: Double, standardises: Bool = true) {
        let design = LinearDesign(set, standardises: standardises, holdsSigns: false)
        let solver = LogisticSolver(design: design, labels: set.labels, sampleWeights: set.weights)
        let ridge = Penalty(ridge: penalty, columns: design.columnCount)
        let point = solver.fit(ridge, tolerance: 1e-12).point
        weights = point.weights
        intercept = point.intercept
        objective = solver.loss(design.logits(point)) + ridge.value(point.weights)
    }
}
