/// What is odd about the columns of a training set, before anything is learned from it.
struct TableAudit {
    /// Columns that say nothing, or what an earlier one says already.
    private(set) var leftOut: Set<Int> = []
    /// A line each, for people.
    private(set) var notes: [String] = []

    /// From this area under the curve on, a column alone gives the label away.
    private static let suspicious = 0.999

    /// - Parameter sample: some of the rows, by which it is told whether a column gives the label away.
    init(_ set: TrainingSet, judging sample: TrainingSet) {
        let width = set.columns.count
        let described = mapConcurrently(width) { column in
            var (hash, least, greatest) = (UInt64(0), Float.infinity, -Float.infinity)
            for row in 0..<set.count {
                let value = set.values[row * width + column]
                guard value.isFinite else { continue }
                (least, greatest) = (min(least, value), max(greatest, value))
                hash &+= mix(mix(UInt64(row)) ^ UInt64(value.bitPattern))
            }
            return (hash: hash, varies: least < greatest, area: Self.area(sample, column))
        }
        var seen: [UInt64: Int] = [:]
        var constants: [String] = []
        for (column, found) in described.enumerated() {
            let name = set.columns[column].name
            if !found.varies {
                constants.append(name)
            } else if let earlier = seen[found.hash] {
                leftOut.insert(column)
                notes.append(
                    "\(name) is left out: it is the same as \(set.columns[earlier].name) in every row")
            } else {
                seen[found.hash] = column
                if found.area > Self.suspicious {
                    notes.append(
                        "warning: \(name) alone tells the labels apart (AUC \(rounded(found.area, digits: 5)));"
                            + " if it is known only after the judgement, remove the column and train again")
                }
            }
        }
        if !constants.isEmpty {
            let shown = constants.prefix(8).joined(separator: ", ")
            let rest = constants.count > 8 ? " and \(constants.count - 8) more" : ""
            notes.append("the same in every row, so of no use: \(shown)\(rest)")
        }
    }

    /// The area under the curve of a column by itself, the better of both directions, over its known values.
    private static func area(_ set: TrainingSet, _ column: Int) -> Double {
        let width = set.columns.count
        let rows = (0..<set.count).filter { set.values[$0 * width + column].isFinite }
        let ordered = rows.map { (set.values[$0 * width + column], set.labels[$0]) }.sorted { $0.0 < $1.0 }
        var (positives, negatives, area) = (0.0, 0.0, 0.0)
        var first = 0
        while first < ordered.count {
            var (positive, negative, end) = (0.0, 0.0, first)
            while end < ordered.count, ordered[end].0 == ordered[first].0 {
                if ordered[end].1 { positive += 1 } else { negative += 1 }
                end += 1
            }
            area += positive * (negatives + negative / 2)
            positives += positive
            negatives += negative
            first = end
        }
        // Of few rows nothing can be said.
        guard positives >= 20, negatives >= 20 else { return 0.5 }
        return max(area, positives * negatives - area) / (positives * negatives)
    }
}
