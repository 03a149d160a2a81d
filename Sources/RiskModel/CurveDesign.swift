/// A training set as curves of straight pieces and grids of pairs, for a solver.
///
/// A row lies between two knots of each curve and takes from each by its distance (hat functions); of a cross's grid
/// it takes from the four corners around it (bilinear). So a row has two or four numbers a block, kept as a cell and
/// fractions, however fine the curve. A curve's weights are the steps from knot to knot, so that a bound on signs
/// makes it rise or fall throughout, and what it adds where unknown. Curves and grids have mean 0 over the known rows;
/// not so grids of a model to start from, which say more or less than the 0 of what is unknown, and go on saying it.
/// Where a row's value is silent (see `TrainingSet.isSilent`) it takes the mean of the good rows: centred, that is nothing.
struct CurveDesign: Design {
    /// Where rows lie in a curve or grid.
    struct Places: Sendable {
        var cells: [UInt8]
        /// How far towards the next knot, and for grids towards the next knot of the second feature.
        var fractions: [Float]
        var secondFractions: [Float] = []

        /// Calls a body with the cells, the fractions and the second fractions of all rows.
        @inline(__always)
        func withRows<Result>(
            _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) ->
                Result
        ) -> Result {
            cells.withUnsafeBufferPointer { cells in
                fractions.withUnsafeBufferPointer { fractions in
                    secondFractions.withUnsafeBufferPointer { body(cells, fractions, $0) }
                }
            }
        }
    }

    /// One curve or one grid.
    struct Block: Sendable {
        let places: Places
        /// Knots of a curve, or corners of a grid; then what is unknown, of a curve what is silent, and cells that nothing
        /// lies in.
        let hats: Int
        /// From a corner to the next along the grid's first feature; 0 for a curve.
        let across: Int
        /// How weights make the values at the hats: `hats × weights`, row-major.
        let basis: [Double]
        let weights: Int
        var signs: [Int8]
        /// The penalty of a strength of 1.
        let penalty: (diagonal: [Double], beside: [Double])

        /// Values at the hats.
        func values(_ weights: ArraySlice<Double>) -> [Double] {
            (0..<hats).map { hat in
                zip(weights, basis[hat * self.weights..<(hat + 1) * self.weights]).reduce(0) {
                    $0 + $1.0 * $1.1
                }
            }
        }

        /// Sums by weights from sums by hats.
        func sums(_ hatSums: [Double]) -> [Double] {
            (0..<weights).map { weight in
                (0..<hats).reduce(0) { $0 + basis[$1 * weights + weight] * hatSums[$1] }
            }
        }
    }

    let rowCount: Int
    let blocks: [Block]
    /// Where each block's weights begin.
    let starts: [Int]
    let columnCount: Int
    let signs: [Int8]

    init(rowCount: Int, blocks: [Block]) {
        self.rowCount = rowCount
        self.blocks = blocks
        var starts: [Int] = []
        var columns = 0
        for block in blocks {
            starts.append(columns)
            columns += block.weights
        }
        self.starts = starts
        columnCount = columns
        signs = blocks.flatMap(\.signs)
    }

    /// The places of a block's weights.
    func range(_ block: Int) -> Range<Int> { starts[block]..<starts[block] + blocks[block].weights }

    /// The penalty of a strength.
    /// - Parameter centre: weights to stay near; zeros where nil.
    func penalty(_ strength: Double, around centre: [Double]? = nil) -> Penalty {
        var penalty = Penalty(ridge: 0, columns: columnCount)
        penalty.diagonal = blocks.flatMap { $0.penalty.diagonal.map { strength * $0 } }
        penalty.beside = blocks.flatMap { $0.penalty.beside.map { strength * $0 } }
        if let centre { penalty.centre = centre }
        return penalty
    }

    func logits(_ point: LogisticPoint) -> [Double] {
        let values = blocks.indices.map { blocks[$0].values(point.weights[range($0)]) }
        return [Double](unsafeUninitializedCapacity: rowCount) { logits, count in
            count = rowCount
            logits.initialize(repeating: point.intercept)
            nonisolated(unsafe) let logits = logits
            forEachChunk(rowCount, size: 4096) { _, rows in
                for (block, values) in zip(blocks, values) {
                    block.places.withRows { cells, fractions, secondFractions in
                        values.withUnsafeBufferPointer { values in
                            guard block.across > 0 else {
                                for row in rows {
                                    let cell = Int(cells[row])
                                    let low = values[cell]
                                    logits[row] += low + (values[cell + 1] - low) * Double(fractions[row])
                                }
                                return
                            }
                            for row in rows {
                                let corner = Int(cells[row])
                                let f = Double(fractions[row])
                                let g = Double(secondFractions[row])
                                let near = values[corner] + (values[corner + 1] - values[corner]) * g
                                let next = corner + block.across
                                let far = values[next] + (values[next + 1] - values[next]) * g
                                logits[row] += near + (far - near) * f
                            }
                        }
                    }
                }
            }
        }
    }

    func sums(_ factors: [Double]) -> [Double] {
        mapConcurrently(blocks.count) { blocks[$0].sums(hatSums(blocks[$0], factors)) }.flatMap { $0 }
            + [factors.reduce(0, +)]
    }

    private func hatSums(_ block: Block, _ factors: [Double]) -> [Double] {
        var whole = [Double](repeating: 0, count: block.hats)
        var (along, across, both) = (whole, whole, whole)
        block.places.withRows { cells, fractions, secondFractions in
            factors.withUnsafeBufferPointer { factors in
                if block.across == 0 {
                    whole.withUnsafeMutableBufferPointer { whole in
                        along.withUnsafeMutableBufferPointer { along in
                            for row in 0..<rowCount {
                                let cell = Int(cells[row])
                                whole[cell] += factors[row]
                                along[cell] += factors[row] * Double(fractions[row])
                            }
                        }
                    }
                } else {
                    for row in 0..<rowCount {
                        let cell = Int(cells[row])
                        let f = Double(fractions[row])
                        let g = Double(secondFractions[row])
                        whole[cell] += factors[row]
                        along[cell] += factors[row] * g
                        across[cell] += factors[row] * f
                        both[cell] += factors[row] * f * g
                    }
                }
            }
        }
        // (1 − f)(1 − g), (1 − f) g, f (1 − g), f g of each cell go to its corners.
        var sums = [Double](repeating: 0, count: block.hats)
        for cell in 0..<block.hats - 1 - block.across {
            sums[cell] += whole[cell] - along[cell] - across[cell] + both[cell]
            sums[cell + 1] += along[cell] - both[cell]
            guard block.across > 0 else { continue }
            sums[cell + block.across] += across[cell] - both[cell]
            sums[cell + block.across + 1] += both[cell]
        }
        return sums
    }

    func squares(_ factors: [Double]) -> SymmetricMatrix {
        let weights = factors.map(Float.init)
        // A block with all up to itself is one core's work, the longest first.
        let parts = mapConcurrently(blocks.count) { place in
            let first = blocks.count - 1 - place
            return (first, products(first, weights))
        }
        var result = SymmetricMatrix(size: columnCount + 1)
        for (first, products) in parts {
            for (second, product) in products.enumerated() {
                let width = blocks[second].weights
                for i in 0..<blocks[first].weights {
                    for j in 0..<width where starts[second] + j <= starts[first] + i {
                        result[starts[first] + i, starts[second] + j] = product[i * width + j]
                    }
                }
            }
        }
        for (column, sum) in sums(factors).enumerated() { result[columnCount, column] = sum }
        return result
    }

    /// Rows handled at once: what is read of them stays in the first-level cache.
    private static let chunkRows = 1024

    /// Σ weight · column · columnᵀ of a block and each up to itself: `weights × weights` each, row-major.
    private func products(_ first: Int, _ factors: [Float]) -> [[Double]] {
        let block = blocks[first]
        let left = block.hats
        // By the cells of both: what a row takes from the corners of the one (a curve's two, twice), for each corner of the
        // other (two curves' four products at once).
        var sums = (0...first).map { second in
            [SIMD4<Float>](repeating: .zero, count: left * blocks[second].hats * block.ways(blocks[second]))
        }
        var ends = [SIMD4<Float>](repeating: .zero, count: Self.chunkRows)
        for start in stride(from: 0, to: rowCount, by: Self.chunkRows) {
            let rows = start..<min(start + Self.chunkRows, rowCount)
            for row in rows { ends[row - start] = factors[row] * block.ends(row) }
            for second in 0...first {
                Self.add(ends, block, blocks[second], rows, to: &sums[second])
            }
        }
        return (0...first).map { second in
            let other = blocks[second]
            let right = other.hats
            let ways = block.ways(other)
            var hats = [Double](repeating: 0, count: left * right)
            for a in 0..<left - 1 - block.across {
                for b in 0..<right - 1 - other.across {
                    for way in 0..<ways {
                        let sum = sums[second][(a * right + b) * ways + way]
                        for lane in 0..<4 {
                            let (i, j) = ways == 1 ? (lane / 2, lane % 2) : (lane, way)
                            hats[(a + block.step(i)) * right + b + other.step(j)] += Double(sum[lane])
                        }
                    }
                }
            }
            // From hats to weights on both sides.
            let rows = (0..<left).map { other.sums(Array(hats[$0 * right..<($0 + 1) * right])) }
            let columns = (0..<other.weights).map { weight in block.sums(rows.map { $0[weight] }) }
            return (0..<block.weights).flatMap { i in columns.map { $0[i] } }
        }
    }

    /// Adds rows to the sums of a block's products with another that stands before it, so that a curve's other is a curve.
    private static func add(
        _ ends: [SIMD4<Float>], _ first: Block, _ second: Block, _ rows: Range<Int>,
        to sums: inout [SIMD4<Float>]
    ) {
        let one = SIMD4<Float>(1, 0, 1, 0)
        let turn = SIMD4<Float>(-1, 1, -1, 1)
        let width = second.hats
        let start = rows.lowerBound
        ends.withUnsafeBufferPointer { ends in
            sums.withUnsafeMutableBufferPointer { sums in
                let sums = sums.baseAddress!
                first.places.withRows { cells, _, _ in
                    second.places.withRows { others, fractions, secondFractions in
                        if first.across == 0 {
                            for row in rows {
                                let place = Int(cells[row]) &* width &+ Int(others[row])
                                sums[place] += ends[row &- start] * (one + turn * fractions[row])
                            }
                        } else if second.across == 0 {
                            for row in rows {
                                let place = (Int(cells[row]) &* width &+ Int(others[row])) &* 2
                                let far = ends[row &- start] * fractions[row]
                                sums[place] += ends[row &- start] - far
                                sums[place &+ 1] += far
                            }
                        } else {
                            for row in rows {
                                let place = (Int(cells[row]) &* width &+ Int(others[row])) &* 4
                                let far = ends[row &- start] * fractions[row]
                                let near = ends[row &- start] - far
                                let (low, high) = (near * secondFractions[row], far * secondFractions[row])
                                sums[place] += near - low
                                sums[place &+ 1] += low
                                sums[place &+ 2] += far - high
                                sums[place &+ 3] += high
                            }
                        }
                    }
                }
            }
        }
    }
}

extension CurveDesign.Block {
    var cornerCount: Int { across > 0 ? 4 : 2 }

    /// From a cell's first corner to another.
    func step(_ corner: Int) -> Int { corner % 2 + (corner > 1 ? across : 0) }

    /// How many sums of four a pair of cells has for the products with a block that stands before this one.
    func ways(_ earlier: Self) -> Int { across == 0 ? 1 : earlier.cornerCount }

    /// What a row takes from the corners of its cell; of a curve's two each stands twice, for two of another curve.
    @inline(__always)
    func ends(_ row: Int) -> SIMD4<Float> {
        let shares = corners(row).shares
        return across > 0 ? shares : SIMD4(shares[0], shares[0], shares[1], shares[1])
    }

    /// The hats that a row takes from, and how much.
    @inline(__always)
    func corners(_ row: Int) -> (hats: SIMD4<Int>, shares: SIMD4<Float>) {
        let cell = Int(places.cells[row])
        let f = places.fractions[row]
        guard across > 0 else {
            return (SIMD4(cell, cell + 1, 0, 0), SIMD4(1 - f, f, 0, 0))
        }
        let g = places.secondFractions[row]
        return (
            SIMD4(cell, cell + 1, cell + across, cell + across + 1),
            SIMD4((1 - f) * (1 - g), (1 - f) * g, f * (1 - g), f * g)
        )
    }

    /// Weighted mean share of each hat over the rows in which the block is known, of `unknown` hats and beyond none.
    static func means(
        _ places: CurveDesign.Places, hats: Int, across: Int, unknown: Int, _ weights: [Double]
    ) -> [Double] {
        let probe = CurveDesign.Block(
            places: places, hats: hats, across: across, basis: [], weights: 0, signs: [], penalty: ([], []))
        var sums = [Double](repeating: 0, count: hats)
        var total = 0.0
        for row in weights.indices where Int(places.cells[row]) < unknown {
            let corners = probe.corners(row)
            total += weights[row]
            for corner in 0..<probe.cornerCount {
                sums[corners.hats[corner]] += weights[row] * Double(corners.shares[corner])
            }
        }
        return sums.map { total > 0 ? $0 / total : 0 }
    }

    /// Weighted mean share of each of a curve's hats over the good rows that are not silent; zeros where no row is.
    private static func goodMeans(
        _ places: CurveDesign.Places, hats: Int, silent: Int, _ set: TrainingSet
    ) -> [Double] {
        guard places.cells.contains(UInt8(silent)) else { return [Double](repeating: 0, count: hats) }
        let weights = set.weights.indices.map { set.labels[$0] ? 0 : set.weights[$0] }
        return means(places, hats: hats, across: 0, unknown: silent, weights)
    }

    /// The penalty on what being unknown adds beyond what the known add on the average. What is unknown together is nearly
    /// one column, and would be weighed +4 and −4 where it is and +4 alone where one of them is known.
    private static let unknownPenalty = 100.0

    /// Shares of unknown rows between which being unknown is worth a weight.
    private static let indicatorShares = 0.002...0.998

    /// The curve of one feature; nil where it says nothing: known values all the same, and always or hardly ever known.
    /// - Parameters:
    ///   - smoothness: the penalty on a change of slope, beside that on a step.
    ///   - holdsSign: whether the curve only rises, or only falls, as its column says.
    ///   - hasUnknown: whether being unknown has a weight; nil where rows decide.
    init?(
        curve feature: Int, of set: TrainingSet, _ knots: CurveKnots, smoothness: Double,
        holdsSign: Bool = true, hasUnknown: Bool? = nil
    ) {
        let width = set.columns.count
        let transform = set.columns[feature].transform
        let count = knots.raw.count
        let hats = count + 3
        var places = CurveDesign.Places(cells: [], fractions: [])
        places.cells.reserveCapacity(set.count)
        places.fractions.reserveCapacity(set.count)
        var unknown = 0
        for row in 0..<set.count {
            let value = transform(set.values[row * width + feature])
            if set.isSilent(row, feature) {
                places.cells.append(UInt8(count + 1))
                places.fractions.append(0)
            } else if value.isNaN || count == 0 {
                unknown += 1
                places.cells.append(UInt8(count))
                places.fractions.append(0)
            } else {
                let (cell, fraction) = knots.place(value)
                places.cells.append(UInt8(cell))
                places.fractions.append(fraction)
            }
        }
        let steps = max(0, count - 1)
        let isIndicated =
            hasUnknown ?? Self.indicatorShares.contains(Double(unknown) / Double(max(1, set.count)))
        guard steps > 0 || (isIndicated && count > 0) else { return nil }
        let means = Self.means(places, hats: hats, across: 0, unknown: count, set.weights)
        let weights = steps + (isIndicated ? 1 : 0)
        var basis = [Double](repeating: 0, count: hats * weights)
        for step in 0..<steps {
            let mean = means[(step + 1)..<count].reduce(0, +)
            for hat in 0..<count { basis[hat * weights + step] = (hat > step ? 1 : 0) - mean }
        }
        if isIndicated { basis[count * weights + steps] = 1 }
        let good = Self.goodMeans(places, hats: hats, silent: count + 1, set)
        for weight in 0..<weights {
            basis[(count + 1) * weights + weight] = (0...count).reduce(0) {
                $0 + good[$1] * basis[$1 * weights + weight]
            }
        }

        // A random walk from knot to knot whose whole way has the strength's variance, however many steps it takes,
        // and a penalty where one step differs from the next.
        var diagonal = [Double](repeating: 1, count: weights)
        var beside = [Double](repeating: 0, count: weights)
        if isIndicated { diagonal[steps] = Self.unknownPenalty }
        for step in 0..<steps {
            diagonal[step] = Double(steps)
            guard smoothness > 0 else { continue }
            let neighbours = (step > 0 ? 1.0 : 0) + (step + 1 < steps ? 1 : 0)
            diagonal[step] += smoothness * Double(steps) * neighbours
            if step + 1 < steps { beside[step] = -smoothness * Double(steps) }
        }
        let sign = holdsSign ? set.columns[feature].sign.rawValue : 0
        self.init(
            places: places, hats: hats, across: 0, basis: basis, weights: weights,
            signs: [Int8](repeating: sign, count: steps) + (isIndicated ? [0] : []),
            penalty: (diagonal, beside))
    }

    /// The grid of two features, with `ridge` for its penalty beside that of curves.
    /// - Parameter isCentred: whether its mean over the known rows is 0; else each weight is the value at a corner.
    init(cross: CrossGrid, ridge: Double, _ weights: [Double], isCentred: Bool = true) {
        let (rows, columns) = (cross.first.knots.raw.count, cross.second.knots.raw.count)
        let unknown = rows * columns
        var places = CurveDesign.Places(cells: [], fractions: cross.first.fractions)
        places.secondFractions = cross.second.fractions
        places.cells = zip(cross.first.cells, cross.second.cells).map { a, b in
            Int(a) >= rows || Int(b) >= columns ? UInt8(unknown) : UInt8(Int(a) * columns + Int(b))
        }
        for row in places.cells.indices where Int(places.cells[row]) == unknown {
            places.fractions[row] = 0
            places.secondFractions[row] = 0
        }
        let hats = unknown + columns + 2
        let means =
            isCentred
            ? Self.means(places, hats: hats, across: columns, unknown: unknown, weights)
            : [Double](repeating: 0, count: hats)
        var basis = [Double](repeating: 0, count: hats * unknown)
        for hat in 0..<unknown {
            for weight in 0..<unknown {
                basis[hat * unknown + weight] = (hat == weight ? 1 : 0) - means[weight]
            }
        }
        self.init(
            places: places, hats: hats, across: columns, basis: basis, weights: unknown,
            signs: [Int8](repeating: 0, count: unknown),
            penalty: (
                [Double](repeating: ridge, count: unknown), [Double](repeating: 0, count: unknown)
            ))
    }
}
