/// A symmetric matrix, of which the lower triangle counts.
struct SymmetricMatrix: Sendable {
    let size: Int
    /// Row-major, `size × size`.
    var values: [Double]

    init(size: Int) {
        self.size = size
        values = [Double](repeating: 0, count: size * size)
    }

    subscript(_ row: Int, _ column: Int) -> Double {
        get { row >= column ? values[row * size + column] : values[column * size + row] }
        set { values[row >= column ? row * size + column : column * size + row] = newValue }
    }

    /// The matrix times a vector.
    func times(_ x: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: size)
        values.withUnsafeBufferPointer { values in
            x.withUnsafeBufferPointer { x in
                for i in 0..<size {
                    let row = values.baseAddress! + i * size
                    result[i] += dot(row, x.baseAddress!, count: i + 1)
                    for j in 0..<i { result[j] += row[j] * x[i] }
                }
            }
        }
        return result
    }
}

/// Lower triangle L of a symmetric positive definite matrix L Lᵀ, for solving equations with it.
struct Cholesky: Sendable {
    private var l: [Double]
    let size: Int

    /// The factor of a matrix's rows and columns `chosen`, in ascending order, with as little added to its
    /// diagonal as keeps it positive definite.
    init(_ matrix: SymmetricMatrix, _ chosen: [Int]) {
        let size = chosen.count
        var square = [Double](repeating: 0, count: size * size)
        var largest = 0.0
        for i in 0..<size {
            for j in 0...i { square[i * size + j] = matrix.values[chosen[i] * matrix.size + chosen[j]] }
            largest = max(largest, square[i * size + i])
        }
        // The intercept's curvature vanishes where every row is certain; a ridge keeps the factor defined.
        var ridge = max(1e-12 * largest, 1e-300)
        while true {
            if let factor = Cholesky(square, size: size) {
                self = factor
                return
            }
            for unknown in 0..<size { square[unknown * size + unknown] += ridge }
            ridge *= 100
        }
    }

    /// - Parameter matrix: row-major `size × size`, of which the lower triangle is read.
    /// - Returns: nil where the matrix is not positive definite.
    init?(_ matrix: [Double], size: Int) {
        l = matrix
        self.size = size
        let isDefinite = l.withUnsafeMutableBufferPointer { l in
            nonisolated(unsafe) let l = l.baseAddress!
            // A panel's rows one after another, then its columns in all rows below, which do not ask for each other.
            for start in stride(from: 0, to: size, by: Self.panel) {
                let end = min(start + Self.panel, size)
                for i in start..<end {
                    let row = l + i * size
                    Self.substitute(row, start..<i, l, size)
                    let square = row[i] - dot(row, row, count: i)
                    guard square > 0 else { return false }
                    row[i] = square.squareRoot()
                }
                forEachChunk(size - end, size: Self.panel) { _, rows in
                    for i in rows { Self.substitute(l + (end + i) * size, start..<end, l, size) }
                }
            }
            return true
        }
        guard isDefinite else { return nil }
    }

    private static let panel = 64

    /// Finds the entries of a row of L in some columns, those before them known.
    private static func substitute(
        _ row: UnsafeMutablePointer<Double>, _ columns: Range<Int>, _ l: UnsafeMutablePointer<Double>,
        _ size: Int
    ) {
        for j in columns {
            let other = l + j * size
            row[j] = (row[j] - dot(row, other, count: j)) / other[j]
        }
    }

    /// The x with matrix · x = right.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        x.withUnsafeMutableBufferPointer { x in
            l.withUnsafeBufferPointer { l in
                for i in 0..<size {
                    let row = l.baseAddress! + i * size
                    x[i] = (x[i] - dot(row, x.baseAddress!, count: i)) / row[i]
                }
                for i in (0..<size).reversed() {
                    let row = l.baseAddress! + i * size
                    x[i] /= row[i]
                    let known = x[i]
                    for k in 0..<i { x[k] -= row[k] * known }
                }
            }
        }
        return x
    }

    /// The part of the inverse at rows and columns `places`, which ascend.
    func inverse(at places: Range<Int>) -> [[Double]] {
        // A⁻¹ = L⁻ᵀ L⁻¹: products of the columns of L⁻¹, each found by forward substitution.
        let columns = places.map { place in
            var x = [Double](repeating: 0, count: size)
            x[place] = 1
            x.withUnsafeMutableBufferPointer { x in
                l.withUnsafeBufferPointer { l in
                    for i in place..<size {
                        let row = l.baseAddress! + i * size
                        x[i] = (x[i] - dot(row + place, x.baseAddress! + place, count: i - place)) / row[i]
                    }
                }
            }
            return x
        }
        return columns.map { a in columns.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
    }
}

/// Σ aᵢ bᵢ, in one fixed order.
func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
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

@inline(__always)
func loaded(_ p: UnsafePointer<Double>) -> SIMD4<Double> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD4<Double>.self)
}
