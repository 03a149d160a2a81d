/// A head to start from: its curves and grids as blocks whose weights are expected to stay where they are.
///
/// What is learned is how far each moves. Labels that people chose to give say little of how many abuse, so the head's
/// intercept stays; where they are few, so do calibration and thresholds.
struct PriorModel {
    let head: LogisticModel.Head
    let candidate: ModelSearch.Candidate
    /// The head's weights in the candidate's blocks.
    let centre: [Double]
    /// The head's intercept, with what its curves have for a mean over the new rows.
    let intercept: Double
    /// What takes from each row's log-odds what its silent values add by the blocks and the intercept. Empty where there are
    /// none.
    let offsets: [Double]

    /// - Throws: `unknownColumns` where the head names features that the set lacks.
    init(_ head: LogisticModel.Head, _ set: TrainingSet) throws(TrainingError) {
        let positions = set.columnPositions
        let named =
            head.terms.map(\.feature) + head.crosses.flatMap { [$0.first.feature, $0.second.feature] }
        let unknown = named.filter { positions[$0] == nil }
        guard unknown.isEmpty else { throw .unknownColumns(unknown) }

        var candidate = ModelSearch.Candidate(
            features: [], knots: [], design: CurveDesign(rowCount: set.count, blocks: []), penalty: 0,
            smoothness: 0)
        var blocks: [CurveDesign.Block] = []
        var centre: [Double] = []
        var intercept = head.intercept
        var offsets = [Double](repeating: 0, count: set.count)
        var hasSilent = false
        for term in head.terms {
            let feature = positions[term.feature]!
            let knots = CurveKnots(raw: term.knots, term.transform)
            let steps = zip(term.points, term.points.dropFirst()).map { $1 - $0 }
            // A curve that holds its sign goes on holding it; one that some other program let turn may.
            let sign = Double(set.columns[feature].sign.rawValue)
            let block = CurveDesign.Block(
                curve: feature, of: set, knots, smoothness: 0,
                holdsSign: steps.allSatisfy { sign * $0 >= 0 }, hasUnknown: true)!
            candidate.features.append(feature)
            candidate.knots.append(knots)
            blocks.append(block)
            let mean = term.points[0] - block.values((steps + [0])[...])[0]
            centre += steps + [term.missingPoints - mean]
            intercept += mean
            let silent = mean + block.values((steps + [term.missingPoints - mean])[...])[knots.raw.count + 1]
            for row in 0..<set.count where set.isSilent(row, feature) {
                offsets[row] -= silent
                hasSilent = true
            }
        }
        for cross in head.crosses {
            let sides = [cross.first, cross.second].map { side in
                GridSide(set, positions[side.feature]!, CurveKnots(raw: side.knots, side.transform))
            }
            let grid = CrossGrid(sides[0], sides[1])
            candidate.crosses.append(grid)
            // As it is, and not about its mean over the new rows: what is unknown adds 0, now as before.
            blocks.append(CurveDesign.Block(cross: grid, ridge: 1, set.weights, isCentred: false))
            centre += cross.points.flatMap { $0 }
        }
        candidate.design = CurveDesign(rowCount: set.count, blocks: blocks)
        self.head = head
        self.candidate = candidate
        self.centre = centre
        self.intercept = intercept
        self.offsets = hasSilent ? offsets : []
    }
}
