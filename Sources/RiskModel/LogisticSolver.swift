import Foundation

/// L2-penalised logistic regression with bounds on signs, by projected Newton steps.
///
/// Minimises Σ sᵢ · loss(yᵢ, b + xᵢ·w) + ½ λ |w|², the intercept b free of penalty, subject to wⱼ ≥ 0 or
/// wⱼ ≤ 0 where a column has a sign. That is scikit-learn's objective with C = 1 / λ. A weight at its bound that
/// the gradient holds there leaves the Newton step; the others take the full step, cut back where it would
/// cross a bound (Bertsekas 1982, "Projected Newton Methods"). The gradient is exact at every step; the
/// curvature, much dearer and in 32-bit floats, is kept while steps with it pay. The optimum is unique, so the
/// path to it does not show in the result.
struct LogisticSolver {
    /// Weights and intercept at some point of the descent.
    struct Point: Sendable {
        var weights: [Double]
        var intercept: Double
    }

    let matrix: DesignMatrix
    let labels: [Bool]
    let sampleWeights: [Double]
    /// Rows to learn from, in order.
    let rows: [Int]

    private static let maximumSteps = 300

    /// The minimum for one penalty.
    /// - Parameters:
    ///   - penalty: λ, above 0.
    ///   - start: where to begin; near the end is faster, and changes nothing else.
    ///   - tolerance: the decrease a unit of weight at which it stops.
    func fit(penalty: Double, start: Point? = nil, tolerance: Double = 1e-15) -> Point {
        var curvature: Curvature?
        return fit(penalty: penalty, start: start, curvature: &curvature, tolerance: tolerance)
    }

    /// As above.
    /// - Parameter curvature: of a problem like this one, to begin with; at the end the last that was used.
    func fit(
        penalty: Double, start: Point?, curvature: inout Curvature?, tolerance: Double
    ) -> Point {
        precondition(penalty > 0, "the penalty must be above 0")
        let columns = matrix.columnCount
        let total = rows.reduce(0) { $0 + sampleWeights[$1] }
        var point = start ?? Point(weights: [Double](repeating: 0, count: columns), intercept: baseLogOdds)
        var logits = self.logits(point)
        var objective = self.objective(logits, point, penalty)
        var factor: Cholesky?
        var factored: [Int] = []
        var lastDecrease = Double.infinity
        for _ in 0..<Self.maximumSteps {
            let gradient = self.gradient(logits, point, penalty)
            // Free: every column but those at a bound that the descent direction would cross, and the intercept.
            let free =
                (0..<columns).filter { column in
                    let sign = Double(matrix.signs[column])
                    return !(sign != 0 && point.weights[column] == 0 && sign * gradient[column] >= 0)
                } + [columns]
            let isFresh = curvature == nil
            if isFresh {
                curvature = self.curvature(logits, total)
                factor = nil
            }
            if factor == nil || free != factored {
                factor = curvature!.factor(free, scale: total / curvature!.total, penalty: penalty)
                factored = free
            }
            let step = factor!.solve(free.map { -gradient[$0] })
            var slope = 0.0
            for (unknown, column) in free.enumerated() { slope += gradient[column] * step[unknown] }
            if -slope / 2 <= tolerance * total { break }

            // Halve the step, bent at the bounds, until it pays (Armijo).
            var length = 1.0
            var moved = false
            for _ in 0..<40 {
                var candidate = point
                candidate.intercept += length * step.last!
                var promised = gradient[columns] * (candidate.intercept - point.intercept)
                for (unknown, column) in free.dropLast().enumerated() {
                    var weight = point.weights[column] + length * step[unknown]
                    if Double(matrix.signs[column]) * weight < 0 { weight = 0 }
                    candidate.weights[column] = weight
                    promised += gradient[column] * (weight - point.weights[column])
                }
                let reached = self.logits(candidate)
                let value = self.objective(reached, candidate, penalty)
                if promised < 0, value <= objective + 1e-4 * promised {
                    (point, objective, logits, moved) = (candidate, value, reached, true)
                    break
                }
                length /= 2
            }
            if !moved, isFresh { break }
            // Steps that no longer pay well ask for the curvature here.
            if length < 1 || -slope > lastDecrease / 3 { curvature = nil }
            lastDecrease = -slope
        }
        return point
    }

    /// Log-odds of `rows`, in their order.
    func logits(_ point: Point) -> [Double] {
        let stride = matrix.stride
        var weights = point.weights + [point.intercept]
        weights += [Double](repeating: 0, count: stride - weights.count)
        return [Double](unsafeUninitializedCapacity: rows.count) { logits, count in
            count = rows.count
            matrix.values.withUnsafeBufferPointer { values in
                weights.withUnsafeBufferPointer { weights in
                    nonisolated(unsafe) let (logits, values, weights) = (logits, values, weights)
                    forEachChunk(rows.count, size: Self.chunk) { _, range in
                        for index in range {
                            logits[index] = dot(
                                values.baseAddress! + rows[index] * stride, weights.baseAddress!,
                                count: stride)
                        }
                    }
                }
            }
        }
    }

    /// Rows handled at once; what is summed over them is summed over chunks in order.
    private static let chunk = 4096

    /// Log-odds of the share of positives, kept finite.
    private var baseLogOdds: Double {
        var (positive, negative) = (0.0, 0.0)
        for row in rows {
            if labels[row] { positive += sampleWeights[row] } else { negative += sampleWeights[row] }
        }
        return positive > 0 && negative > 0 ? log(positive / negative) : 0
    }

    /// Σ sᵢ · loss of `rows` by their log-odds.
    func loss(_ logits: [Double]) -> Double {
        zip(rows, logits).reduce(0) { $0 + sampleWeights[$1.0] * logisticLoss($1.1, label: labels[$1.0]) }
    }

    private func objective(_ logits: [Double], _ point: Point, _ penalty: Double) -> Double {
        loss(logits) + penalty / 2 * point.weights.reduce(0) { $0 + $1 * $1 }
    }

    /// By columns, then by the intercept.
    private func gradient(_ logits: [Double], _ point: Point, _ penalty: Double) -> [Double] {
        let stride = matrix.stride
        let chunks = (rows.count + Self.chunk - 1) / Self.chunk
        var sums = [Double](repeating: 0, count: chunks * stride)
        sums.withUnsafeMutableBufferPointer { sums in
            matrix.values.withUnsafeBufferPointer { values in
                nonisolated(unsafe) let (sums, values) = (sums, values)
                forEachChunk(rows.count, size: Self.chunk) { chunk, range in
                    for index in range {
                        let row = rows[index]
                        let error = sampleWeights[row] * (logistic(logits[index]) - (labels[row] ? 1 : 0))
                        add(
                            error, times: values.baseAddress! + row * stride,
                            to: sums.baseAddress! + chunk * stride, count: stride)
                    }
                }
            }
        }
        return (0...matrix.columnCount).map { column in
            let ridge = column < matrix.columnCount ? penalty * point.weights[column] : 0
            return (0..<chunks).reduce(ridge) { $0 + sums[$1 * stride + column] }
        }
    }

    /// Σ sᵢ pᵢ (1 − pᵢ) xᵢ xᵢᵀ over all columns and the intercept.
    private func curvature(_ logits: [Double], _ total: Double) -> Curvature {
        let weighted = zip(rows, logits).map { row, logit in
            let probability = logistic(logit)
            return (row: row, weight: sampleWeights[row] * probability * (1 - probability))
        }
        return Curvature(matrix, weighted, total: total)
    }
}

/// The curvature of the loss at some point of the descent, without the penalty's.
struct Curvature: Sendable {
    /// Rows handled at once: their columns stay in the second-level cache.
    private static let blockRows = 64
    private static let parts = 8

    /// Symmetric, rows `stride` apart; columns, then the intercept. The lower triangle counts.
    private let values: [Float]
    private let stride: Int
    /// The weight of the rows that it stands for.
    let total: Double

    fileprivate init(_ matrix: DesignMatrix, _ rows: [(row: Int, weight: Double)], total: Double) {
        let stride = matrix.stride
        let size = stride * stride
        let partRows = max(Self.blockRows, (rows.count + Self.parts - 1) / Self.parts)
        let parts = max(1, (rows.count + partRows - 1) / partRows)
        var sums = [Float](repeating: 0, count: parts * size)
        sums.withUnsafeMutableBufferPointer { sums in
            matrix.values.withUnsafeBufferPointer { values in
                nonisolated(unsafe) let (sums, values) = (sums, values)
                forEachChunk(rows.count, size: partRows) { part, range in
                    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.blockRows * stride) {
                        block in
                        var first = range.lowerBound
                        while first < range.upperBound {
                            let count = min(Self.blockRows, range.upperBound - first)
                            for index in 0..<count {
                                let (row, weight) = rows[first + index]
                                let root = Float(weight.squareRoot())
                                for column in 0..<stride {
                                    block[index * stride + column] = root * values[row * stride + column]
                                }
                            }
                            Self.addSquare(
                                block.baseAddress!, rows: count, stride: stride,
                                to: sums.baseAddress! + part * size)
                            first += count
                        }
                    }
                }
            }
        }
        var values = Array(sums[..<size])
        for part in 1..<max(parts, 1) {
            for index in 0..<size { values[index] += sums[part * size + index] }
        }
        self.values = values
        self.stride = stride
        self.total = total
    }

    /// result += blockᵀ · block, in tiles of 4 × 8 that stay in registers while they walk down the rows.
    private static func addSquare(
        _ block: UnsafePointer<Float>, rows: Int, stride: Int, to result: UnsafeMutablePointer<Float>
    ) {
        typealias Vector = SIMD8<Float>
        let bytes = MemoryLayout<Float>.stride
        for i in Swift.stride(from: 0, to: stride, by: 4) {
            for j in Swift.stride(from: 0, to: i + 4, by: 8) {
                var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
                var (left, right) = (block + i, UnsafeRawPointer(block + j))
                for _ in 0..<rows {
                    let r = right.loadUnaligned(as: Vector.self)
                    a += Vector(repeating: left[0]) * r
                    b += Vector(repeating: left[1]) * r
                    c += Vector(repeating: left[2]) * r
                    d += Vector(repeating: left[3]) * r
                    left += stride
                    right += stride * bytes
                }
                for (row, sum) in [a, b, c, d].enumerated() {
                    for lane in 0..<8 { result[(i + row) * stride + j + lane] += sum[lane] }
                }
            }
        }
    }

    /// The factor of scale · curvature + penalty over the free columns, the last of them the intercept, which has
    /// no penalty.
    fileprivate func factor(_ free: [Int], scale: Double, penalty: Double) -> Cholesky {
        let size = free.count
        var matrix = [Double](repeating: 0, count: size * size)
        var largest = 0.0
        for i in 0..<size {
            for j in 0...i { matrix[i * size + j] = scale * Double(values[free[i] * stride + free[j]]) }
            largest = max(largest, matrix[i * size + i])
            if i < size - 1 { matrix[i * size + i] += penalty }
        }
        // The intercept's curvature vanishes where every row is certain; a ridge keeps the factor defined.
        var ridge = max(1e-12 * largest, 1e-300)
        while true {
            if let factor = Cholesky(matrix, size: size) { return factor }
            for unknown in 0..<size { matrix[unknown * size + unknown] += ridge }
            ridge *= 100
        }
    }
}

/// Lower triangle L of a symmetric positive definite matrix L Lᵀ, for solving equations with it.
private struct Cholesky {
    private var l: [Double]
    private let size: Int

    /// - Parameter matrix: row-major `size × size`, of which the lower triangle is read.
    /// - Returns: nil where the matrix is not positive definite.
    init?(_ matrix: [Double], size: Int) {
        l = matrix
        self.size = size
        let isDefinite = l.withUnsafeMutableBufferPointer { l in
            for i in 0..<size {
                let row = l.baseAddress! + i * size
                for j in 0..<i {
                    let other = l.baseAddress! + j * size
                    row[j] = (row[j] - dot(row, other, count: j)) / other[j]
                }
                let square = row[i] - dot(row, row, count: i)
                guard square > 0 else { return false }
                row[i] = square.squareRoot()
            }
            return true
        }
        guard isDefinite else { return nil }
    }

    /// The x with matrix · x = right.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        for i in 0..<size {
            for k in 0..<i { x[i] -= l[i * size + k] * x[k] }
            x[i] /= l[i * size + i]
        }
        for i in (0..<size).reversed() {
            x[i] /= l[i * size + i]
            for k in 0..<i { x[k] -= l[i * size + k] * x[i] }
        }
        return x
    }
}

/// Σ aᵢ bᵢ, in one fixed order; `count` in whole vectors of eight.
private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    var (low, high) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    for i in stride(from: 0, to: count, by: 8) {
        low += widened(a + i) * loaded(b + i)
        high += widened(a + i + 4) * loaded(b + i + 4)
    }
    return (low + high).sum()
}

/// Σ aᵢ bᵢ, in one fixed order.
private func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    var (low, high) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    let whole = count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
        low += loaded(a + i) * loaded(b + i)
        high += loaded(a + i + 4) * loaded(b + i + 4)
    }
    var sum = (low + high).sum()
    for i in whole..<count { sum += a[i] * b[i] }
    return sum
}

/// sums += factor · values; `count` in whole vectors of eight.
private func add(
    _ factor: Double, times values: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Double>, count: Int
) {
    let factor = SIMD4(repeating: factor)
    for i in stride(from: 0, to: count, by: 4) {
        let sum = loaded(sums + i) + factor * widened(values + i)
        UnsafeMutableRawPointer(sums + i).storeBytes(of: sum, as: SIMD4<Double>.self)
    }
}

@inline(__always)
private func loaded(_ p: UnsafePointer<Double>) -> SIMD4<Double> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD4<Double>.self)
}

@inline(__always)
private func widened(_ p: UnsafePointer<Float>) -> SIMD4<Double> {
    SIMD4(Double(p[0]), Double(p[1]), Double(p[2]), Double(p[3]))
}

/// −ln of the probability that log-odds give to a label.
func logisticLoss(_ logit: Double, label: Bool) -> Double {
    let margin = label ? logit : -logit
    return margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin
}
