/// A quadratic penalty ½ (w − c)ᵀ P (w − c) on weights, with P tridiagonal: a ridge, or a ridge on the steps of a
/// curve and on how they change from one step to the next. The intercept is free of it.
struct Penalty: Sendable {
    /// P's diagonal, one a weight.
    var diagonal: [Double]
    /// P's entries between a weight and the next.
    var beside: [Double]
    /// c: where the penalty is 0. Zeros, or the weights of a model to stay near.
    var centre: [Double]

    /// A ridge of strength λ.
    init(ridge: Double, columns: Int) {
        diagonal = [Double](repeating: ridge, count: columns)
        beside = [Double](repeating: 0, count: columns)
        centre = beside
    }

    /// P (w − c).
    func gradient(_ weights: [Double]) -> [Double] {
        weights.indices.map { column in
            var sum = diagonal[column] * (weights[column] - centre[column])
            if column > 0 { sum += beside[column - 1] * (weights[column - 1] - centre[column - 1]) }
            if column + 1 < weights.count {
                sum += beside[column] * (weights[column + 1] - centre[column + 1])
            }
            return sum
        }
    }

    /// ½ (w − c)ᵀ P (w − c).
    func value(_ weights: [Double]) -> Double {
        zip(gradient(weights), zip(weights, centre)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) } / 2
    }
}
