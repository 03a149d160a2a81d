import Foundation

/// L2-penalised logistic regression with bounds on signs, by projected Newton steps.
///
/// Minimises Σ sᵢ · loss(yᵢ, b + xᵢ·w) + ½ λ |w|², the intercept b free of penalty, subject to wⱼ ≥ 0 or wⱼ ≤ 0
/// where a column has a sign. That is scikit-learn's objective with C = 1 / λ. A weight at its bound that the
/// gradient holds there leaves the Newton step; the others take the full step, cut back where it would
/// cross a bound (Bertsekas 1982, "Projected Newton Methods"). The optimum is unique, so the path to it does
/// not show in the result.
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

    /// Rows handled at once: their columns fit in the second-level cache as doubles.
    private static let blockRows = 128
    private static let maximumSteps = 200

    /// The minimum for one penalty.
    /// - Parameters:
    ///   - penalty: λ, above 0.
    ///   - start: where to begin; near the end is faster, and changes nothing else.
    ///   - tolerance: the decrease a unit of weight at which it stops.
    func fit(penalty: Double, start: Point? = nil, tolerance: Double = 1e-13) -> Point {
        precondition(penalty > 0, "the penalty must be above 0")
        let columns = matrix.columnCount
        var point = start ?? Point(weights: [Double](repeating: 0, count: columns), intercept: baseLogOdds)
        var objective = self.objective(point, penalty)
        let total = rows.reduce(0) { $0 + sampleWeights[$1] }
        for _ in 0..<Self.maximumSteps {
            let gradient = self.gradient(point, penalty)
            // Free: every column but those at a bound that the descent direction would cross.
            let free = (0..<columns).filter { column in
                let sign = Double(matrix.signs[column])
                return !(sign != 0 && point.weights[column] == 0 && sign * gradient.weights[column] >= 0)
            }
            let step = newtonStep(point, gradient, penalty, free)
            var slope = gradient.intercept * step.intercept
            for column in free { slope += gradient.weights[column] * step.weights[column] }
            if -slope / 2 <= tolerance * total { break }

            // Halve the step, bent at the bounds, until it pays (Armijo).
            var length = 1.0
            var moved = false
            for _ in 0..<40 {
                var candidate = point
                candidate.intercept += length * step.intercept
                var promised = gradient.intercept * (candidate.intercept - point.intercept)
                for column in free {
                    var weight = point.weights[column] + length * step.weights[column]
                    if Double(matrix.signs[column]) * weight < 0 { weight = 0 }
                    candidate.weights[column] = weight
                    promised += gradient.weights[column] * (weight - point.weights[column])
                }
                let value = self.objective(candidate, penalty)
                if promised < 0, value <= objective + 1e-4 * promised {
                    (point, objective, moved) = (candidate, value, true)
                    break
                }
                length /= 2
            }
            if !moved { break }
        }
        return point
    }

    /// Log-odds of one row.
    func logit(_ point: Point, row: Int) -> Double {
        let columns = matrix.columnCount
        return matrix.values.withUnsafeBufferPointer { values in
            point.weights.withUnsafeBufferPointer { weights in
                var sum = point.intercept
                for column in 0..<columns { sum += weights[column] * Double(values[row * columns + column]) }
                return sum
            }
        }
    }

    /// Log-odds of the share of positives, kept finite.
    private var baseLogOdds: Double {
        var (positive, negative) = (0.0, 0.0)
        for row in rows {
            if labels[row] { positive += sampleWeights[row] } else { negative += sampleWeights[row] }
        }
        return positive > 0 && negative > 0 ? log(positive / negative) : 0
    }

    private func objective(_ point: Point, _ penalty: Double) -> Double {
        var sum = 0.0
        for row in rows {
            let logit = self.logit(point, row: row)
            sum += sampleWeights[row] * logisticLoss(logit, label: labels[row])
        }
        return sum + penalty / 2 * point.weights.reduce(0) { $0 + $1 * $1 }
    }

    private func gradient(_ point: Point, _ penalty: Double) -> Point {
        let columns = matrix.columnCount
        var weights = point.weights.map { penalty * $0 }
        var intercept = 0.0
        matrix.values.withUnsafeBufferPointer { values in
            weights.withUnsafeMutableBufferPointer { weights in
                for row in rows {
                    let error =
                        sampleWeights[row]
                        * (logistic(logit(point, row: row)) - (labels[row] ? 1 : 0))
                    intercept += error
                    for column in 0..<columns {
                        weights[column] += error * Double(values[row * columns + column])
                    }
                }
            }
        }
        return Point(weights: weights, intercept: intercept)
    }

    /// Solves Hessian · step = −gradient over the free columns and the intercept.
    private func newtonStep(_ point: Point, _ gradient: Point, _ penalty: Double, _ free: [Int]) -> Point {
        // The intercept is the last unknown; the width is padded to whole tiles.
        let size = free.count + 1
        let width = (size + Tile.side - 1) / Tile.side * Tile.side
        var hessian = curvature(point, free, width)
        for unknown in 0..<free.count { hessian[unknown * width + unknown] += penalty }
        var right = free.map { -gradient.weights[$0] } + [-gradient.intercept]

        // The intercept's curvature vanishes where every row is certain; a ridge keeps the factor defined.
        var ridge = 1e-12 * (0..<size).reduce(0) { max($0, hessian[$1 * width + $1]) }
        while !Cholesky.solve(hessian, size: size, stride: width, &right) {
            for unknown in 0..<size { hessian[unknown * width + unknown] += ridge }
            ridge *= 100
            right = free.map { -gradient.weights[$0] } + [-gradient.intercept]
        }
        var step = Point(
            weights: [Double](repeating: 0, count: matrix.columnCount), intercept: right[free.count])
        for (unknown, column) in free.enumerated() { step.weights[column] = right[unknown] }
        return step
    }

    /// Σ sᵢ pᵢ (1 − pᵢ) xᵢ xᵢᵀ over the free columns and a column of ones, lower triangle, `width × width`.
    private func curvature(_ point: Point, _ free: [Int], _ width: Int) -> [Double] {
        let columns = matrix.columnCount
        let tiles = width / Tile.side
        var result = [Double](repeating: 0, count: width * width)
        var block = [Double](repeating: 0, count: Self.blockRows * width)
        var weighted = block
        matrix.values.withUnsafeBufferPointer { values in
            var first = 0
            while first < rows.count {
                let count = min(Self.blockRows, rows.count - first)
                block.withUnsafeMutableBufferPointer { block in
                    weighted.withUnsafeMutableBufferPointer { weighted in
                        for index in 0..<count {
                            let row = rows[first + index]
                            let probability = logistic(logit(point, row: row))
                            let weight = sampleWeights[row] * probability * (1 - probability)
                            let start = index * width
                            for (unknown, column) in free.enumerated() {
                                let value = Double(values[row * columns + column])
                                block[start + unknown] = value
                                weighted[start + unknown] = weight * value
                            }
                            block[start + free.count] = 1
                            weighted[start + free.count] = weight
                        }
                        result.withUnsafeMutableBufferPointer { result in
                            for row in 0..<tiles {
                                for column in 0...row {
                                    Tile.accumulate(
                                        weighted.baseAddress! + row * Tile.side,
                                        block.baseAddress! + column * Tile.side, rows: count, width: width,
                                        result.baseAddress! + row * Tile.side * width + column * Tile.side)
                                }
                            }
                        }
                    }
                }
                first += count
            }
        }
        return result
    }
}

/// A 4 × 4 corner of a product of tall matrices, held in registers while it walks down the rows.
private enum Tile {
    static let side = 4

    /// result[i][j] += Σ_r left[r][i] · right[r][j]; all three with rows `width` apart, all in bounds of the
    /// caller's buffers, whose widths are whole tiles.
    static func accumulate(
        _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, rows: Int, width: Int,
        _ result: UnsafeMutablePointer<Double>
    ) {
        var (a, b, c, d) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
        var (left, right) = (left, right)
        for _ in 0..<rows {
            let r = SIMD4(right[0], right[1], right[2], right[3])
            a += SIMD4(repeating: left[0]) * r
            b += SIMD4(repeating: left[1]) * r
            c += SIMD4(repeating: left[2]) * r
            d += SIMD4(repeating: left[3]) * r
            left += width
            right += width
        }
        for j in 0..<side {
            result[j] += a[j]
            result[width + j] += b[j]
            result[2 * width + j] += c[j]
            result[3 * width + j] += d[j]
        }
    }
}

/// Solving symmetric positive definite equations.
private enum Cholesky {
    /// Replaces `right` by the solution of matrix · x = right.
    /// - Parameter matrix: row-major, rows `stride` apart, of which the lower triangle is read.
    /// - Returns: false where the matrix is not positive definite; `right` is then of no use.
    static func solve(_ matrix: [Double], size: Int, stride: Int, _ right: inout [Double]) -> Bool {
        var l = matrix
        return l.withUnsafeMutableBufferPointer { l in
            for i in 0..<size {
                for j in 0...i {
                    var sum = l[i * stride + j]
                    for k in 0..<j { sum -= l[i * stride + k] * l[j * stride + k] }
                    if i == j {
                        guard sum > 0 else { return false }
                        l[i * stride + i] = sum.squareRoot()
                    } else {
                        l[i * stride + j] = sum / l[j * stride + j]
                    }
                }
            }
            for i in 0..<size {
                for k in 0..<i { right[i] -= l[i * stride + k] * right[k] }
                right[i] /= l[i * stride + i]
            }
            for i in (0..<size).reversed() {
                for k in (i + 1)..<size { right[i] -= l[k * stride + i] * right[k] }
                right[i] /= l[i * stride + i]
            }
            return true
        }
    }
}

/// −ln of the probability that log-odds give to a label.
func logisticLoss(_ logit: Double, label: Bool) -> Double {
    let margin = label ? logit : -logit
    return margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin
}
