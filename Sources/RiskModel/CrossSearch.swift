/// One side of a cross's grid: few knots of a feature, and where each row lies among them.
struct GridSide: Sendable {
    let feature: Int
    let knots: CurveKnots
    /// As many as knots where unknown.
    let cells: [UInt8]
    let fractions: [Float]

    /// Stretches of a side at most.
    private static let segments = 4

    /// - Parameter whole: the rows from which knots are taken.
    /// - Returns: nil where known values are all the same.
    init?(_ set: TrainingSet, _ whole: TrainingSet, _ feature: Int) {
        let knots = CurveKnots(whole, feature, segments: Self.segments, support: 0.005)
        guard knots.raw.count > 1 else { return nil }
        self.init(set, feature, knots)
    }

    init(_ set: TrainingSet, _ feature: Int, _ knots: CurveKnots) {
        let width = set.columns.count
        let transform = set.columns[feature].transform
        let unknown = UInt8(knots.raw.count)
        let places = (0..<set.count).map { row -> (UInt8, Float) in
            let value = transform(set.values[row * width + feature])
            guard !value.isNaN else { return (unknown, 0) }
            let (cell, fraction) = knots.place(value)
            return (UInt8(cell), fraction)
        }
        self.feature = feature
        self.knots = knots
        cells = places.map(\.0)
        fractions = places.map(\.1)
    }

    /// The knot that each row is nearest to.
    var levels: [UInt8] {
        zip(cells, fractions).map { cell, fraction in fraction > 0.5 ? cell + 1 : cell }
    }
}

/// Two features whose effects do not add up.
struct CrossGrid: Sendable {
    let first: GridSide
    let second: GridSide

    init(_ first: GridSide, _ second: GridSide) {
        self.first = first
        self.second = second
    }
}

/// Finds pairs of features that a sum of curves cannot do justice to, by what residuals gain from a table of their
/// levels (FAST, Lou et al. 2013).
struct CrossSearch: Sendable {
    /// By feature; nil where it takes no part.
    let grids: [GridSide?]
    private let levels: [[UInt8]]
    private static let width = 6

    /// Every feature of a set takes part.
    init(_ set: TrainingSet, _ whole: TrainingSet) {
        grids = mapConcurrently(set.columns.count) { GridSide(set, whole, $0) }
        levels = grids.map { $0?.levels ?? [] }
    }

    /// The pairs whose tables of levels promise the most, beyond what each alone does; none shares a feature with a
    /// better one, so that none says what another says as well.
    /// - Parameter weights: 0 leaves a row out.
    func best(
        _ count: Int, logits: [Double], labels: [Bool], weights: [Double], excluding taken: [(Int, Int)]
    ) -> [(Int, Int)] {
        let residuals = labels.indices.map { row in
            let probability = logistic(logits[row])
            return SIMD2(
                Float(weights[row] * ((labels[row] ? 1 : 0) - probability)),
                Float(weights[row] * probability * (1 - probability)))
        }
        let rows = weights.indices.filter { weights[$0] > 0 }
        let found = mapConcurrently(grids.count) { second -> [Pair] in
            guard grids[second] != nil else { return [] }
            var found: [Pair] = []
            for first in 0..<second where grids[first] != nil {
                let isTaken = taken.contains { $0 == (first, second) }
                let gain = isTaken ? 0 : self.gain(levels[second], levels[first], residuals, rows)
                if gain > 0 { found.append(Pair(first: first, second: second, gain: gain)) }
            }
            return found
        }
        let pairs = found.flatMap { $0 }.sorted {
            ($1.gain, $0.second, $0.first) < ($0.gain, $1.second, $1.first)
        }
        var used: Set<Int> = []
        var best: [(Int, Int)] = []
        for pair in pairs where !used.contains(pair.first) && !used.contains(pair.second) {
            used.formUnion([pair.first, pair.second])
            best.append((pair.first, pair.second))
            if best.count == count { break }
        }
        return best
    }

    /// Two features, and what their table of levels promises.
    private struct Pair {
        let first: Int
        let second: Int
        let gain: Double
    }

    /// Twice what one Newton step at each pair of levels gains, less what steps at the levels of each alone do.
    private func gain(
        _ first: [UInt8], _ second: [UInt8], _ residuals: [SIMD2<Float>], _ rows: [Int]
    ) -> Double {
        let width = Self.width
        var cells = [SIMD2<Float>](repeating: .zero, count: width * width)
        cells.withUnsafeMutableBufferPointer { cells in
            for row in rows {
                cells[Int(first[row]) &* width &+ Int(second[row])] += residuals[row]
            }
        }
        func gain(_ sum: SIMD2<Float>) -> Double {
            Double(sum[0]) * Double(sum[0]) / (Double(sum[1]) + Self.ridge)
        }
        // Unknown takes no part in a grid.
        var table = 0.0
        var (across, down) = (
            [SIMD2<Float>](repeating: .zero, count: width), [SIMD2<Float>](repeating: .zero, count: width)
        )
        for a in 0..<width {
            for b in 0..<width {
                let cell = cells[a * width + b]
                table += gain(cell)
                across[a] += cell
                down[b] += cell
            }
        }
        return table - across.reduce(0) { $0 + gain($1) } - down.reduce(0) { $0 + gain($1) }
    }

    private static let ridge = 3.0
}
