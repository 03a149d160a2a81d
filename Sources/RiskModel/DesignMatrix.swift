import Foundation

/// A training set as the solver sees it: standardised ramps of every feature, missing indicators, and ones.
///
/// A feature's curve of straight pieces is a sum of ramps, clamp(t − e, 0, width) for a segment from e on,
/// times slopes. A known value's ramps are standardised by their weighted mean and deviation over the known
/// values; an unknown value's are 0, the mean, beside an indicator column that is 1. Features that are unknown
/// in exactly the same rows share one indicator. With one segment the ramp is the standardised value itself.
struct DesignMatrix: Sendable {
    /// A segment of a feature's curve, in transformed units.
    struct Ramp: Sendable {
        var low: Double
        var width: Double
        var mean = 0.0
        var scale = 1.0

        /// The standardised ramp.
        func callAsFunction(_ t: Double) -> Double { (min(max(t - low, 0), width) - mean) / scale }
    }

    /// What became of a column of the training set.
    struct Feature: Sendable {
        /// Raw values between which the curve is straight; one where the known values are all the same, which
        /// says nothing; none without a known value.
        var knots: [Double]
        /// One fewer than knots, in columns from `firstColumn` on.
        var ramps: [Ramp]
        var firstColumn = 0
        /// Its indicator column, and how many features share that; nil where too few or too many are unknown.
        var indicator: (column: Int, shares: Int)?
    }

    let rowCount: Int
    let columnCount: Int
    /// From one row to the next: the columns, one of ones, and zeros up to whole vectors.
    let stride: Int
    /// Row-major, `rowCount × stride`.
    let values: [Float]
    let features: [Feature]
    /// The sign that a column's weight is held to: +1, −1, or 0 for either.
    let signs: [Int8]

    /// Shares of unknown rows between which an indicator is worth a weight.
    private static let indicatorShares = 0.005...0.995
    static let lanes = 8

    private static func stride(_ columns: Int) -> Int { (columns + lanes) / lanes * lanes }

    /// One column, taken as it is.
    init(column: [Float], sign: Int8) {
        rowCount = column.count
        columnCount = 1
        stride = Self.stride(1)
        values = column.flatMap { [$0, 1, 0, 0, 0, 0, 0, 0] }
        features = []
        signs = [sign]
    }

    /// - Parameters:
    ///   - segments: the most that a curve has; fewer where a feature has few distinct values.
    ///   - holdsSigns: whether the columns' signs bound the weights.
    init(_ set: TrainingSet, segments: Int = 1, holdsSigns: Bool = true) {
        let rows = set.count
        let sample = QuantileSample(set)
        var features = [Feature](repeating: Feature(knots: [], ramps: []), count: set.columns.count)
        var transformed = [Float](repeating: .nan, count: rows * set.columns.count)
        let unknown = features.withUnsafeMutableBufferPointer { features in
            transformed.withUnsafeMutableBufferPointer { transformed in
                nonisolated(unsafe) let (features, transformed) = (features, transformed)
                let unknown = mapConcurrently(set.columns.count) { feature in
                    let column = transformed.extracting(feature * rows..<(feature + 1) * rows)
                    let unknown = Self.transform(set, feature, into: column)
                    let knots = sample.knots(set, feature, segments: segments)
                    features[feature] = Feature(
                        knots: knots,
                        ramps: Self.ramps(set.columns[feature].transform, knots, column, set.weights))
                    return unknown
                }
                return unknown
            }
        }

        var columns = 0
        var signs: [Int8] = []
        for (feature, column) in set.columns.enumerated() {
            features[feature].firstColumn = columns
            columns += features[feature].ramps.count
            let sign: Int8 =
                switch column.sign {
                case .positive where holdsSigns: 1
                case .negative where holdsSigns: -1
                default: 0
                }
            signs += features[feature].ramps.map { _ in sign }
        }
        let indicated = unknown.indices.filter {
            Self.indicatorShares.contains(Double(unknown[$0].count) / Double(max(rows, 1)))
        }
        let shares = Dictionary(indicated.map { (unknown[$0].pattern, 1) }, uniquingKeysWith: +)
        var columnOf: [UInt64: Int] = [:]
        for feature in indicated {
            let pattern = unknown[feature].pattern
            if columnOf[pattern] == nil {
                columnOf[pattern] = columns
                columns += 1
                signs.append(0)
            }
            features[feature].indicator = (columnOf[pattern]!, shares[pattern]!)
        }

        rowCount = rows
        columnCount = columns
        let ones = columns
        let stride = Self.stride(columns)
        self.stride = stride
        self.features = features
        self.signs = signs
        let described = features
        let source = transformed
        values = [Float](unsafeUninitializedCapacity: rows * stride) { values, count in
            values.initialize(repeating: 0)
            count = rows * stride
            nonisolated(unsafe) let values = values
            forEachChunk(rows, size: 2048) { _, range in
                for (feature, standing) in described.enumerated() {
                    for row in range {
                        let value = source[feature * rows + row]
                        let start = row * stride
                        if value.isNaN {
                            if let indicator = standing.indicator { values[start + indicator.column] = 1 }
                        } else {
                            for (place, ramp) in standing.ramps.enumerated() {
                                values[start + standing.firstColumn + place] = Float(ramp(Double(value)))
                            }
                        }
                    }
                }
                for row in range { values[row * stride + ones] = 1 }
            }
        }
    }

    /// Fills in a feature's transformed values, not a number where unknown.
    /// - Returns: in how many rows it is unknown, and a fingerprint of these: equal sets of rows have equal sums
    ///   of row hashes.
    private static func transform(
        _ set: TrainingSet, _ feature: Int, into column: UnsafeMutableBufferPointer<Float>
    ) -> (count: Int, pattern: UInt64) {
        var (count, pattern): (Int, UInt64) = (0, 0)
        let transform = set.columns[feature].transform
        for row in 0..<set.count {
            column[row] = transform(set.values[row * set.columns.count + feature])
            if column[row].isNaN {
                count += 1
                pattern &+= mix(UInt64(row))
            }
        }
        return (count, pattern)
    }

    private static func ramps(
        _ transform: Transform, _ knots: [Double], _ column: UnsafeMutableBufferPointer<Float>,
        _ weights: [Double]
    ) -> [Ramp] {
        let edges = knots.map { Double(transform(Float($0))) }
        return zip(edges, edges.dropFirst()).map { low, high in
            var ramp = Ramp(low: low, width: high - low)
            var (total, sum, squares) = (0.0, 0.0, 0.0)
            for (value, weight) in zip(column, weights) where !value.isNaN {
                total += weight
                sum += weight * ramp(Double(value))
            }
            let mean = sum / total
            for (value, weight) in zip(column, weights) where !value.isNaN {
                let distance = ramp(Double(value)) - mean
                squares += weight * distance * distance
            }
            ramp.mean = mean
            // A ramp that hardly any row is on still gets a scale.
            ramp.scale = max((squares / total).squareRoot(), 1e-3 * ramp.width)
            return ramp
        }
    }
}

/// The rows from which knots are taken: every so many, whatever their labels, so that heads trained on the same
/// rows share their knots and a scorer works each out once.
private struct QuantileSample {
    private let rows: [Int]
    private static let sampledRows = 16_384
    /// From the lowest level to the highest, in log-odds.
    private static let spread = 5.0

    init(_ set: TrainingSet) {
        let step = max(1, (set.count + Self.sampledRows - 1) / Self.sampledRows)
        rows = Array(stride(from: 0, to: set.count, by: step))
    }

    /// The least and the greatest known value, and between them quantiles of those above the least: many a
    /// count is mostly 0. Each is the shortest decimal that reads back as the same 32-bit value.
    func knots(_ set: TrainingSet, _ feature: Int, segments: Int) -> [Double] {
        let width = set.columns.count
        var (least, greatest) = (Float.infinity, -Float.infinity)
        for row in 0..<set.count {
            let value = set.values[row * width + feature]
            guard value.isFinite else { continue }
            (least, greatest) = (min(least, value), max(greatest, value))
        }
        guard least <= greatest else { return [] }
        var knots = [least]
        if segments > 1 {
            let above = rows.map { set.values[$0 * width + feature] }
                .filter { $0.isFinite && $0 > least }.sorted()
            // Evenly apart in log-odds, so that the tails in which abuse lives get theirs.
            for segment in 1..<segments where !above.isEmpty {
                let level = logistic(Self.spread * (Double(segment) / Double(segments) - 0.5))
                knots.append(above[Int(level * Double(above.count - 1))])
            }
        }
        knots.append(greatest)
        // Apart in what scoring sees, by more than the rounding of 32-bit values.
        let transform = set.columns[feature].transform
        var distinct = [least]
        for knot in knots.dropFirst() {
            let (low, high) = (transform(distinct.last!), transform(knot))
            if high - low > 3e-6 * max(abs(low), abs(high), 1e-6) { distinct.append(knot) }
        }
        return distinct.map { Double($0.description)! + 0 }
    }
}

/// A well-mixed hash of a number (the finaliser of SplitMix64, Steele et al. 2014).
func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
}
