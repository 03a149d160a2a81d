/// A training set as the solver sees it: transformed, standardised columns, then missing indicators.
///
/// A known value becomes (transform(x) − mean) / scale with the weighted mean and standard deviation of the known
/// values; an unknown one becomes 0, the mean, beside an indicator column that is 1. Features that are unknown in
/// exactly the same rows share one indicator.
struct DesignMatrix: Sendable {
    /// Standing of a column of the training set.
    struct Feature: Sendable {
        var mean: Double
        var scale: Double
        /// Whether the known values differ; a constant says nothing and gets weight 0.
        var varies: Bool
        /// Its indicator column, and how many features share that; nil where too few or too many are unknown.
        var indicator: (column: Int, shares: Int)?
    }

    let rowCount: Int
    let columnCount: Int
    /// Row-major, `rowCount × columnCount`.
    let values: [Float]
    let features: [Feature]
    /// The sign that a column's weight is held to: +1, −1, or 0 for either.
    let signs: [Int8]

    /// Shares of unknown rows between which an indicator is worth a weight.
    private static let indicatorShares = 0.005...0.995

    /// One column, taken as it is.
    init(column: [Float], sign: Int8) {
        rowCount = column.count
        columnCount = 1
        values = column
        features = []
        signs = [sign]
    }

    init(_ set: TrainingSet) {
        let rows = set.count
        let features = set.columns.count
        var means = [Double](repeating: 0, count: features)
        var totals = [Double](repeating: 0, count: features)
        var unknown = [Int](repeating: 0, count: features)
        // A fingerprint of the rows in which a feature is unknown: equal sets have equal sums of row hashes.
        var patterns = [UInt64](repeating: 0, count: features)
        var transformed = [Float](repeating: 0, count: rows * features)
        for row in 0..<rows {
            let weight = set.weights[row]
            let hash = mix(UInt64(row))
            for feature in 0..<features {
                let value = set.columns[feature].transform(set.values[row * features + feature])
                transformed[row * features + feature] = value
                if value.isNaN {
                    unknown[feature] += 1
                    patterns[feature] &+= hash
                } else {
                    means[feature] += weight * Double(value)
                    totals[feature] += weight
                }
            }
        }
        for feature in 0..<features where totals[feature] > 0 { means[feature] /= totals[feature] }
        var squares = [Double](repeating: 0, count: features)
        for row in 0..<rows {
            let weight = set.weights[row]
            for feature in 0..<features {
                let value = transformed[row * features + feature]
                if !value.isNaN {
                    let distance = Double(value) - means[feature]
                    squares[feature] += weight * distance * distance
                }
            }
        }

        var standing: [Feature] = []
        var shared: [UInt64: Int] = [:]
        var indicatorOf: [Int?] = []
        var indicators = 0
        for feature in 0..<features {
            let deviation = totals[feature] > 0 ? (squares[feature] / totals[feature]).squareRoot() : 0
            // Below this the spread is the rounding of 32-bit values.
            let varies = deviation > 1e-6 * max(abs(means[feature]), 1e-6)
            standing.append(Feature(mean: means[feature], scale: varies ? deviation : 1, varies: varies))
            guard Self.indicatorShares.contains(Double(unknown[feature]) / Double(max(rows, 1))) else {
                indicatorOf.append(nil)
                continue
            }
            if shared[patterns[feature]] == nil {
                shared[patterns[feature]] = indicators
                indicators += 1
            }
            indicatorOf.append(shared[patterns[feature]])
        }
        for feature in 0..<features {
            guard let indicator = indicatorOf[feature] else { continue }
            let shares = indicatorOf.count { $0 == indicator }
            standing[feature].indicator = (features + indicator, shares)
        }

        let width = features + indicators
        var values = [Float](repeating: 0, count: rows * width)
        for row in 0..<rows {
            for feature in 0..<features {
                let value = transformed[row * features + feature]
                let standing = standing[feature]
                if !value.isNaN {
                    if standing.varies {
                        values[row * width + feature] = Float(
                            (Double(value) - standing.mean) / standing.scale)
                    }
                } else if let indicator = standing.indicator {
                    values[row * width + indicator.column] = 1
                }
            }
        }
        rowCount = rows
        columnCount = width
        self.values = values
        self.features = standing
        signs =
            set.columns.map { column in
                switch column.sign {
                case .positive: 1
                case .negative: -1
                case .either: 0
                }
            } + [Int8](repeating: 0, count: indicators)
    }
}

/// A well-mixed hash of a number (the finaliser of SplitMix64, Steele et al. 2014).
func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
}
