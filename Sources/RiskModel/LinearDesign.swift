/// A training set's columns as they are, standardised or not: plain logistic regression without a copy of the table.
///
/// What is unknown is the column's mean, beside an indicator column that is 1 where the training set has any unknown
/// value of it. Columns that are unknown in exactly the same rows share one indicator.
struct LinearDesign: Design {
    let table: TrainingSet
    let columnCount: Int
    let signs: [Int8]
    /// Weighted mean and deviation of a column's known values; the deviation is 1 where columns stay as they are.
    let means: [Float]
    let deviations: [Float]
    /// The columns that vary, in order, each in a design column of its own; then the indicators.
    let varying: [Int]
    /// Columns of the set whose being unknown is an indicator.
    let indicated: [Int]
    /// From one expanded row to the next: columns, one of ones, and zeros up to whole vectors.
    private let stride: Int

    var rowCount: Int { table.count }

    private static let lanes = 8
    /// Rows handled at once: their columns stay in the first-level cache.
    private static let blockRows = 64
    /// Rows whose sums are taken by one core.
    private static let chunkRows = 16384

    /// - Parameters:
    ///   - standardises: whether columns have mean 0 and deviation 1.
    ///   - holdsSigns: whether the columns' signs bound the weights.
    init(_ set: TrainingSet, standardises: Bool = true, holdsSigns: Bool = true) {
        table = set
        let width = set.columns.count
        let described = mapConcurrently(width) { column in
            var (total, sum, squares, unknown, pattern) = (0.0, 0.0, 0.0, 0, UInt64(0))
            let transform = set.columns[column].transform
            for row in 0..<set.count {
                let value = Double(transform(set.values[row * width + column]))
                guard value.isFinite else {
                    unknown += 1
                    pattern &+= mix(UInt64(row))
                    continue
                }
                total += set.weights[row]
                sum += set.weights[row] * value
            }
            let mean = total > 0 ? sum / total : 0
            var (least, greatest) = (Float.infinity, -Float.infinity)
            for row in 0..<set.count {
                let value = transform(set.values[row * width + column])
                guard value.isFinite else { continue }
                (least, greatest) = (min(least, value), max(greatest, value))
                squares += set.weights[row] * (Double(value) - mean) * (Double(value) - mean)
            }
            return (
                mean: Float(mean), deviation: Float((squares / max(total, 1e-300)).squareRoot()),
                varies: least < greatest, unknown: unknown, pattern: pattern
            )
        }
        means = described.map { standardises ? $0.mean : 0 }
        deviations = described.map { standardises ? $0.deviation : 1 }
        varying = described.indices.filter { described[$0].varies }
        var patterns: Set<UInt64> = []
        indicated = described.indices.filter {
            described[$0].unknown > 0 && described[$0].unknown < set.count
                && patterns.insert(described[$0].pattern).inserted
        }
        columnCount = varying.count + indicated.count
        stride = (columnCount + Self.lanes) / Self.lanes * Self.lanes
        signs =
            varying.map { holdsSigns ? set.columns[$0].sign.rawValue : 0 } + indicated.map { _ in 0 }
    }

    func logits(_ point: LogisticPoint) -> [Double] {
        let weights =
            point.weights + [point.intercept]
            + [Double](repeating: 0, count: stride - columnCount - 1)
        return [Double](unsafeUninitializedCapacity: rowCount) { logits, count in
            count = rowCount
            nonisolated(unsafe) let logits = logits
            weights.withUnsafeBufferPointer { weights in
                nonisolated(unsafe) let weights = weights
                forEachBlock { block, rows in
                    for (place, row) in rows.enumerated() {
                        logits[row] = dot(block + place * stride, weights.baseAddress!, count: stride)
                    }
                }
            }
        }
    }

    func sums(_ factors: [Double]) -> [Double] {
        let chunks = (rowCount + Self.chunkRows - 1) / Self.chunkRows
        var sums = [Double](repeating: 0, count: chunks * stride)
        sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            forEachBlock { block, rows in
                let chunk = sums.baseAddress! + rows.lowerBound / Self.chunkRows * stride
                for (place, row) in rows.enumerated() {
                    add(factors[row], times: block + place * stride, to: chunk, count: stride)
                }
            }
        }
        return (0...columnCount).map { column in
            (0..<chunks).reduce(0) { $0 + sums[$1 * stride + column] }
        }
    }

    func squares(_ factors: [Double]) -> SymmetricMatrix {
        // Few parts, each with sums of its own: the memory that they take does not grow with the rows.
        let parts = min(8, max(1, rowCount / Self.chunkRows))
        let partRows = ((rowCount + parts - 1) / parts + Self.blockRows - 1) / Self.blockRows * Self.blockRows
        let size = stride * stride
        var sums = [Float](repeating: 0, count: parts * size)
        sums.withUnsafeMutableBufferPointer { sums in
            nonisolated(unsafe) let sums = sums
            forEachBlock(partRows) { block, rows in
                for (place, row) in rows.enumerated() {
                    let root = Float(factors[row].squareRoot())
                    for column in 0..<stride { block[place * stride + column] *= root }
                }
                addSquare(
                    block, rows: rows.count, stride: stride,
                    to: sums.baseAddress! + rows.lowerBound / partRows * size)
            }
        }
        var result = SymmetricMatrix(size: columnCount + 1)
        for i in 0...columnCount {
            for j in 0...i {
                result[i, j] = (0..<parts).reduce(0) { $0 + Double(sums[$1 * size + i * stride + j]) }
            }
        }
        return result
    }

    /// Calls a body with blocks of expanded rows, on all cores; the blocks of one chunk in order on one core.
    private func forEachBlock(
        _ chunkRows: Int = LinearDesign.chunkRows,
        _ body: @Sendable (UnsafeMutablePointer<Float>, Range<Int>) -> Void
    ) {
        let width = table.columns.count
        let identity = table.columns.map { $0.transform == .identity }
        table.values.withUnsafeBufferPointer { values in
            nonisolated(unsafe) let values = values
            forEachChunk(rowCount, size: chunkRows) { _, range in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.blockRows * stride) { block in
                    block.initialize(repeating: 0)
                    var first = range.lowerBound
                    while first < range.upperBound {
                        let rows = first..<min(first + Self.blockRows, range.upperBound)
                        for (place, row) in rows.enumerated() {
                            let target = block.baseAddress! + place * stride
                            let source = values.baseAddress! + row * width
                            for (design, column) in varying.enumerated() {
                                let raw = source[column]
                                let value = identity[column] ? raw : table.columns[column].transform(raw)
                                target[design] =
                                    value.isFinite
                                    ? (value - means[column]) / deviations[column] : 0
                            }
                            for (design, column) in indicated.enumerated() {
                                target[varying.count + design] = source[column].isFinite ? 0 : 1
                            }
                            target[columnCount] = 1
                        }
                        body(block.baseAddress!, rows)
                        first = rows.upperBound
                    }
                }
            }
        }
    }
}

/// result += blockᵀ · block, in tiles of 4 × 8 that stay in registers while they walk down the rows.
private func addSquare(
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

/// Σ aᵢ bᵢ, in one fixed order; `count` in whole vectors of eight.
private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Double>, count: Int) -> Double {
    var (low, high) = (SIMD4<Double>.zero, SIMD4<Double>.zero)
    for i in stride(from: 0, to: count, by: 8) {
        low += widened(a + i) * loaded(b + i)
        high += widened(a + i + 4) * loaded(b + i + 4)
    }
    return (low + high).sum()
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
private func widened(_ p: UnsafePointer<Float>) -> SIMD4<Double> {
    SIMD4(Double(p[0]), Double(p[1]), Double(p[2]), Double(p[3]))
}
