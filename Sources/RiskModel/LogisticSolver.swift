import Foundation

/// Weights and intercept of a logistic regression.
struct LogisticPoint: Sendable {
    var weights: [Double]
    var intercept: Double
}

/// The columns of a logistic regression, as far as its solver needs them. Sums over rows are taken in an order that
/// the number of rows alone decides.
protocol Design: Sendable {
    var rowCount: Int { get }
    var columnCount: Int { get }
    /// The sign that a column's weight is held to: +1, −1, or 0 for either.
    var signs: [Int8] { get }
    /// Σ columns · weights + intercept, a row each.
    func logits(_ point: LogisticPoint) -> [Double]
    /// Σ over rows of factor · column, by columns, then of the factors alone.
    func sums(_ factors: [Double]) -> [Double]
    /// Σ over rows of factor · column · columnᵀ, by columns, the last of them all ones. 32-bit accuracy will do.
    func squares(_ factors: [Double]) -> SymmetricMatrix
}

/// Penalised logistic regression with bounds on signs, by Newton steps.
///
/// Minimises Σ sᵢ · loss(yᵢ, b + xᵢ·w) + penalty(w), the intercept b free of penalty, subject to wⱼ ≥ 0 or wⱼ ≤ 0
/// where a column has a sign. With a ridge λ that is scikit-learn's objective with C = 1 / λ. Each step goes to the
/// bounded minimum of the quadratic model (block principal pivoting, Júdice and Pires 1994) and is halved until it
/// pays. The gradient is exact at every step; the curvature, much dearer, is kept while steps with it pay. The
/// optimum is unique, so the path to it does not show in the result.
struct LogisticSolver<Columns: Design> {
    let design: Columns
    let labels: [Bool]
    /// One a row; 0 leaves the row out.
    let sampleWeights: [Double]
    /// Log-odds of each row that are added to what the columns give; empty for none.
    var offsets: [Double] = []

    /// Where a fit ended, and what a fit of a problem like this one may start from.
    struct Fit: Sendable {
        var point: LogisticPoint
        /// Without the penalty's, a unit of weight; nil where it is not known.
        var curvature: SymmetricMatrix?
        /// Weights that are not held at a bound, and the intercept.
        var free: [Int]
    }

    private let maximumSteps = 300

    /// The minimum under a penalty.
    /// - Parameters:
    ///   - start: where to begin; near the end is faster, and changes nothing else.
    ///   - tolerance: the decrease a unit of weight at which it stops.
    func fit(_ penalty: Penalty, start: Fit? = nil, tolerance: Double = 1e-15) -> Fit {
        let columns = design.columnCount
        let total = sampleWeights.reduce(0, +)
        var point =
            start?.point
            ?? LogisticPoint(weights: [Double](repeating: 0, count: columns), intercept: baseLogOdds)
        var curvature = start?.curvature
        var logits = design.logits(point)
        for row in offsets.indices { logits[row] += offsets[row] }
        var objective = loss(logits) + penalty.value(point.weights)
        var model: BoundedQuadratic?
        var free = start?.free
        var lastDecrease = Double.infinity
        for _ in 0..<maximumSteps {
            var gradient = design.sums(errors(logits))
            for (column, pull) in penalty.gradient(point.weights).enumerated() { gradient[column] += pull }
            let isFresh = curvature == nil
            if isFresh {
                curvature = design.squares(weightsOfCurvature(logits, total))
                model = nil
            }
            if model == nil {
                model = BoundedQuadratic(curvature!, scale: total, penalty, signs: design.signs, free: free)
            }
            let step = model!.step(from: point.weights, gradient)
            free = model!.free
            let slope = zip(gradient, step).reduce(0) { $0 + $1.0 * $1.1 }
            if -slope / 2 <= tolerance * total { break }

            // Halve the step until it pays (Armijo).
            let along = design.logits(.init(weights: Array(step.dropLast()), intercept: step.last!))
            var length = 1.0
            var moved = false
            for _ in 0..<40 {
                let candidate = LogisticPoint(
                    weights: zip(point.weights, step).enumerated().map { column, pair in
                        let weight = pair.0 + length * pair.1
                        return Double(design.signs[column]) * weight < 0 ? 0 : weight
                    }, intercept: point.intercept + length * step.last!)
                let reached = zip(logits, along).map { $0 + length * $1 }
                let value = loss(reached) + penalty.value(candidate.weights)
                if value <= objective + 1e-4 * length * slope {
                    (point, objective, logits, moved) = (candidate, value, reached, true)
                    break
                }
                length /= 2
            }
            if !moved, isFresh { break }
            // Steps that no longer pay well ask for the curvature here.
            if !moved || length < 1 || -slope > lastDecrease / 3 { curvature = nil }
            lastDecrease = -slope
        }
        return Fit(point: point, curvature: curvature, free: free ?? Array(0...columns))
    }

    /// Log-odds of the share of positives, kept finite.
    private var baseLogOdds: Double {
        guard offsets.isEmpty else { return 0 }
        var (positive, negative) = (0.0, 0.0)
        for row in labels.indices {
            if labels[row] { positive += sampleWeights[row] } else { negative += sampleWeights[row] }
        }
        return positive > 0 && negative > 0 ? log(positive / negative) : 0
    }

    /// Σ sᵢ · loss by log-odds.
    func loss(_ logits: [Double]) -> Double {
        let size = 16384
        var sums = [Double](repeating: 0, count: (logits.count + size - 1) / size)
        sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            forEachChunk(logits.count, size: size) { chunk, rows in
                for row in rows where sampleWeights[row] > 0 {
                    sums[chunk] += sampleWeights[row] * logisticLoss(logits[row], label: labels[row])
                }
            }
        }
        return sums.reduce(0, +)
    }

    /// The loss's derivative by each row's log-odds.
    private func errors(_ logits: [Double]) -> [Double] {
        mapRows { sampleWeights[$0] * (logistic(logits[$0]) - (labels[$0] ? 1 : 0)) }
    }

    /// The loss's second derivative by each row's log-odds, a unit of weight.
    private func weightsOfCurvature(_ logits: [Double], _ total: Double) -> [Double] {
        mapRows { row in
            let probability = logistic(logits[row])
            return sampleWeights[row] * probability * (1 - probability) / total
        }
    }

    private func mapRows(_ body: @Sendable (Int) -> Double) -> [Double] {
        [Double](unsafeUninitializedCapacity: labels.count) { values, count in
            count = labels.count
            nonisolated(unsafe) let values = values
            forEachChunk(count, size: 16384) { _, rows in
                for row in rows { values[row] = body(row) }
            }
        }
    }
}

/// The quadratic model of a penalised loss, with weights held at bounds.
private struct BoundedQuadratic {
    private let matrix: SymmetricMatrix
    private let signs: [Int8]
    /// Weights that are not at a bound, and the intercept; ascending.
    private(set) var free: [Int]
    private var factor: Cholesky?

    init(
        _ curvature: SymmetricMatrix, scale: Double, _ penalty: Penalty, signs: [Int8], free: [Int]?
    ) {
        var matrix = curvature
        for index in matrix.values.indices { matrix.values[index] *= scale }
        for column in penalty.diagonal.indices {
            matrix[column, column] += penalty.diagonal[column]
            if column + 1 < penalty.diagonal.count { matrix[column + 1, column] += penalty.beside[column] }
        }
        self.matrix = matrix
        self.signs = signs
        self.free = free ?? Array(0..<matrix.size)
    }

    /// The step to the model's bounded minimum.
    mutating func step(from weights: [Double], _ gradient: [Double]) -> [Double] {
        var fewest = Int.max
        var patience = 4
        while true {
            if factor == nil { factor = Cholesky(matrix, free) }
            var step = zip(weights, signs).map { $1 == 0 ? 0 : -$0 } + [0]
            for place in free { step[place] = 0 }
            let held = matrix.times(step)
            for (place, move) in zip(free, factor!.solve(free.map { -gradient[$0] - held[$0] })) {
                step[place] = move
            }
            let isFree = free.reduce(into: [Bool](repeating: false, count: matrix.size)) { $0[$1] = true }
            let slope = zip(matrix.times(step), gradient).map { $0 + $1 }
            let wrong = signs.indices.filter { place in
                guard signs[place] != 0 else { return false }
                let sign = Double(signs[place])
                return isFree[place]
                    ? sign * (weights[place] + step[place]) < -1e-12 : sign * slope[place] < -1e-9
            }
            guard !wrong.isEmpty else { return step }
            // Exchange all that are on the wrong side; where that does not help for long, one at a time, which ends.
            let isFewer = wrong.count < fewest
            fewest = min(fewest, wrong.count)
            patience = isFewer ? 4 : patience - 1
            if patience < -200 { return clipped(step, weights) }
            let exchanged = Set(patience > 0 ? wrong : [wrong.last!])
            free = (0..<matrix.size).filter { isFree[$0] != exchanged.contains($0) }
            factor = nil
        }
    }

    /// The step, cut where it would cross a bound.
    private func clipped(_ step: [Double], _ weights: [Double]) -> [Double] {
        var step = step
        for place in signs.indices where Double(signs[place]) * (weights[place] + step[place]) < 0 {
            step[place] = -weights[place]
        }
        return step
    }
}

/// −ln of the probability that log-odds give to a label.
func logisticLoss(_ logit: Double, label: Bool) -> Double {
    let margin = label ? logit : -logit
    return margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin
}
