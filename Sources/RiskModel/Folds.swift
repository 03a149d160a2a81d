/// Which part of the rows each group is held out with, so that no gang is on both sides of a test.
struct Folds: Sendable {
    let count: Int
    /// A fold a row.
    let ofRow: [Int]
    /// The fold of each group.
    let ofGroup: [UInt64: Int]

    /// Deals groups out by size: those with positives to the fold with the fewest positives so far, the others
    /// to the fold with the fewest rows. Ties go by a hash of the group, never by the order of rows.
    init(_ set: TrainingSet, wanted: Int) throws(TrainingError) {
        guard set.count > 0 else { throw .noRows }
        var groups: [UInt64: Group] = [:]
        for row in 0..<set.count {
            groups[set.groups[row], default: Group(key: set.groups[row])].add(set.labels[row])
        }
        let positiveGroups = groups.values.count { $0.positives > 0 }
        let negativeGroups = groups.values.count { $0.rows > $0.positives }
        guard positiveGroups > 0 else { throw .oneClass(label: 0) }
        guard negativeGroups > 0 else { throw .oneClass(label: 1) }
        guard positiveGroups > 1 else { throw .oneGroup(label: 1) }
        guard negativeGroups > 1 else { throw .oneGroup(label: 0) }
        count = min(wanted, positiveGroups, negativeGroups)
        let ordered = groups.values.sorted { left, right in
            if left.positives != right.positives { return left.positives > right.positives }
            if left.rows != right.rows { return left.rows > right.rows }
            return (mix(left.key), left.key) < (mix(right.key), right.key)
        }
        var rows = [Int](repeating: 0, count: count)
        var positives = rows
        var foldOf: [UInt64: Int] = [:]
        for group in ordered {
            let fold = (0..<count).min { a, b in
                group.positives > 0
                    ? (positives[a], rows[a], a) < (positives[b], rows[b], b) : (rows[a], a) < (rows[b], b)
            }!
            rows[fold] += group.rows
            positives[fold] += group.positives
            foldOf[group.key] = fold
        }
        ofRow = set.groups.map { foldOf[$0]! }
        ofGroup = foldOf
    }

    /// The same folds of some of the rows.
    func of(_ some: TrainingSet) -> Folds {
        Folds(count: count, ofRow: some.groups.map { ofGroup[$0]! }, ofGroup: ofGroup)
    }

    private init(count: Int, ofRow: [Int], ofGroup: [UInt64: Int]) {
        self.count = count
        self.ofRow = ofRow
        self.ofGroup = ofGroup
    }

    /// Rows that are never parted.
    private struct Group {
        let key: UInt64
        var rows = 0
        var positives = 0

        mutating func add(_ label: Bool) {
            rows += 1
            positives += label ? 1 : 0
        }
    }
}
