/// Which part of the rows each group is held out with, so that no gang is on both sides of a test.
struct Folds: Sendable {
    let count: Int
    /// A fold a row.
    let ofRow: [Int]

    /// Deals groups out by size: those with positives to the fold with the fewest positives so far, the others
    /// to the fold with the fewest rows. Ties go by a hash of the group, never by the order of rows.
    init(_ set: TrainingSet, wanted: Int) throws(TrainingError) {
        guard set.count > 0 else { throw .noRows }
        var sizes: [UInt64: (rows: Int, positives: Int)] = [:]
        for row in 0..<set.count {
            sizes[set.groups[row], default: (0, 0)].rows += 1
            if set.labels[row] { sizes[set.groups[row]]!.positives += 1 }
        }
        let positiveGroups = sizes.values.count { $0.positives > 0 }
        let negativeGroups = sizes.values.count { $0.rows > $0.positives }
        guard positiveGroups > 0 else { throw .oneClass(label: 0) }
        guard negativeGroups > 0 else { throw .oneClass(label: 1) }
        guard positiveGroups > 1 else { throw .oneGroup(label: 1) }
        guard negativeGroups > 1 else { throw .oneGroup(label: 0) }
        count = min(wanted, positiveGroups, negativeGroups)

        let groups = sizes.keys.sorted { a, b in
            let (left, right) = (sizes[a]!, sizes[b]!)
            if left.positives != right.positives { return left.positives > right.positives }
            if left.rows != right.rows { return left.rows > right.rows }
            return (mix(a), a) < (mix(b), b)
        }
        var rows = [Int](repeating: 0, count: count)
        var positives = rows
        var foldOf: [UInt64: Int] = [:]
        for group in groups {
            let size = sizes[group]!
            let fold = (0..<count).min { a, b in
                size.positives > 0
                    ? (positives[a], rows[a], a) < (positives[b], rows[b], b) : (rows[a], a) < (rows[b], b)
            }!
            rows[fold] += size.rows
            positives[fold] += size.positives
            foldOf[group] = fold
        }
        ofRow = set.groups.map { foldOf[$0]! }
    }

    /// The rows held out in a fold.
    func rows(_ fold: Int) -> [Int] { ofRow.indices.filter { ofRow[$0] == fold } }
}
