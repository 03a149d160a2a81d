/// Where a feature's curve may bend: raw values between which it is straight, with enough rows in each stretch that
/// rare values get no end of their own; beyond the first and the last the curve is flat.
struct CurveKnots: Sendable, Equatable {
    /// Ascending; one where the known values are all the same or too few differ, none without a known value.
    let raw: [Double]
    /// The same as training and scoring see them, in 32 bits.
    let transformed: [Float]

    /// Rows looked at: every so many, whatever their labels, so that heads trained on the same rows share knots.
    private static let sampledRows = 32_768
    /// From the lowest level to the highest, in log-odds: tails, in which abuse lives, get knots of their own.
    private static let spread = 6.0

    /// - Parameters:
    ///   - segments: the most stretches; fewer where few values differ.
    ///   - support: the least share of the rows in a stretch, and beyond the last knot.
    init(_ set: TrainingSet, _ feature: Int, segments: Int, support: Double = 0.0015) {
        let width = set.columns.count
        let step = max(1, (set.count + Self.sampledRows - 1) / Self.sampledRows)
        let known = stride(from: 0, to: set.count, by: step).map { set.values[$0 * width + feature] }
            .filter(\.isFinite).sorted()
        let transform = set.columns[feature].transform
        guard let greatest = known.last else {
            (raw, transformed) = ([], [])
            return
        }
        let least = known[Int(support * Double(known.count))]
        var chosen = [least]
        if greatest > least {
            let start = known.partitioningIndex { $0 > least }
            let above = known[start...]
            let fewest = max(2, min(above.count / 3, Int((support * Double(set.count / step)).rounded(.up))))
            var used = start
            for segment in 1...segments {
                // Evenly apart in log-odds; the last with enough rows beyond it.
                let level = logistic(Self.spread * (Double(segment) / Double(segments) - 0.5))
                let place =
                    segment == segments
                    ? above.endIndex - fewest : start + Int(level * Double(above.count - 1))
                guard place >= start, place < above.endIndex else { continue }
                let value = known[place]
                let end = known.partitioningIndex { $0 > value }
                // A stretch ends with the rows at its last knot.
                guard end - used >= fewest || segments == 1,
                    Self.differ(transform(chosen.last!), transform(value))
                else { continue }
                chosen.append(value)
                used = end
            }
            if chosen.count == 1, Self.differ(transform(least), transform(greatest)) {
                chosen.append(greatest)
            }
        }
        raw = chosen.map { Double($0.description)! + 0 }
        transformed = raw.map { transform(Float($0)) }
    }

    /// A curve's knots, as a model has them.
    init(raw: [Double], _ transform: Transform) {
        self.raw = raw
        transformed = raw.map { transform(Float($0)) }
    }

    /// Whether two values are apart in what scoring sees, by more than the rounding of 32-bit values.
    private static func differ(_ low: Float, _ high: Float) -> Bool {
        high - low > 3e-6 * max(abs(low), abs(high), 1e-6)
    }

    /// The stretch in which a transformed value lies, and how far along, 0…1.
    func place(_ value: Float) -> (cell: Int, fraction: Float) {
        guard transformed.count > 1, value > transformed[0] else { return (0, 0) }
        var cell = transformed.count - 2
        while cell > 0, value < transformed[cell] { cell -= 1 }
        let (low, high) = (transformed[cell], transformed[cell + 1])
        return (cell, min((value - low) / (high - low), 1))
    }
}

extension RandomAccessCollection {
    /// The first index from which on a condition holds, of elements ordered by it.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Index {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = index(low, offsetBy: distance(from: low, to: high) / 2)
            if belongs(self[middle]) { high = middle } else { low = index(after: middle) }
        }
        return low
    }
}
