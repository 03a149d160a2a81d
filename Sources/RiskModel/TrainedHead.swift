import Foundation

/// What training found, for the model file and for a report.
public struct TrainedHead: Sendable {
    /// A model of so many terms under a penalty, and the held-out log-loss a unit of weight.
    public struct Trial: Sendable {
        public let terms: Int
        public let crosses: Int
        public let penalty: Double
        /// Penalty on changes of slope, as a multiple of the penalty.
        public let smoothness: Double
        public let logLoss: Double
    }

    /// How far a feature's curve, or a cross's grid, moved from the model that training started from.
    public struct Move: Sendable {
        /// The feature, or both features of a cross, with " × " between them.
        public let feature: String
        /// From the lowest point to the highest before and after, in log-odds.
        public let before: Double
        public let after: Double
        /// The most that any of its points moved, in log-odds.
        public let most: Double
    }

    public internal(set) var head: LogisticModel.Head
    /// The same without the rows of each fold, not calibrated: what may judge accounts that `head` has learned from.
    public internal(set) var foldHeads: [LogisticModel.Head]
    let foldOfGroup: [UInt64: Int]
    /// Whether calibration and thresholds are those of the model that training started from.
    let keepsCalibration: Bool
    /// What was odd about the columns, a line each.
    public let notes: [String]
    /// The widest move first; empty where training started from no model.
    public let moves: [Move]
    /// What was tried, in order.
    public let trials: [Trial]
    public internal(set) var outOfFold: AccountScores
    /// Figures of `outOfFold`.
    public internal(set) var evaluation: HeadEvaluation
    public let rows: Int
    public let positives: Int
    public let firstMs: Int64?
    public let lastMs: Int64?

    /// Calibrated probabilities of `outOfFold`.
    public var probabilities: [Double] { outOfFold.logits.map(head.calibration.probability) }

    /// Which of `foldHeads` has not seen a group; any, where none has.
    public func foldHead(without group: UInt64) -> Int {
        foldOfGroup[group] ?? Int(mix(group) % UInt64(foldHeads.count))
    }
}

extension LogisticModel {
    /// A model of fitted heads.
    /// - Parameters:
    ///   - data: what it was trained on, in words.
    ///   - commands: what to type to make it again.
    public init(name: String, data: String, commands: [String], trained: [Risk: TrainedHead]) {
        self.init(
            name: name,
            training: TrainingRecord(
                data: data, commands: commands, rows: trained.mapValues(\.rows),
                positives: trained.mapValues(\.positives),
                firstMs: trained.values.compactMap(\.firstMs).min(),
                lastMs: trained.values.compactMap(\.lastMs).max()),
            heads: trained.mapValues(\.head))
    }
}

extension LogisticModel.Cross {
    /// The grid with these values at its corners, along the second feature first.
    init(_ columns: [TrainingColumn], _ grid: CrossGrid, _ values: [Double]) {
        func side(_ side: GridSide) -> Side {
            let column = columns[side.feature]
            return Side(feature: column.name, transform: column.transform, knots: side.knots.raw)
        }
        let across = grid.second.knots.raw.count
        self.init(
            first: side(grid.first), second: side(grid.second),
            points: grid.first.knots.raw.indices.map { row in
                values[row * across..<(row + 1) * across].map { rounded($0) }
            })
    }
}

extension LogisticModel.Term {
    /// The curve with these values at its knots, and after them what it adds where unknown; nil where it weighs nothing.
    init?(_ column: TrainingColumn, _ knots: CurveKnots, _ values: [Double]) {
        let points = values.prefix(knots.raw.count).map { rounded($0) }
        let missing = rounded(values[knots.raw.count])
        // The curve bends at these only; it is flat before the first knot and after the last.
        let slopes = zip(knots.transformed.indices, zip(points, points.dropFirst())).map { place, ends in
            (ends.1 - ends.0) / Double(knots.transformed[place + 1] - knots.transformed[place])
        }
        let bends = points.indices.filter {
            ($0 > 0 ? slopes[$0 - 1] : 0) != ($0 < slopes.count ? slopes[$0] : 0)
        }
        guard !points.isEmpty, !bends.isEmpty || missing != 0 else { return nil }
        let kept = bends.isEmpty ? [0] : bends
        self.init(
            feature: column.name, transform: column.transform, knots: kept.map { knots.raw[$0] },
            points: kept.map { points[$0] }, missingPoints: missing)
    }
}

/// To so many significant digits: enough for 32-bit scoring, and short in a model file. Zero has no sign.
func rounded(_ value: Double, digits: Int = 7) -> Double {
    (Double(String(format: "%.\(digits - 1)e", value)) ?? value) + 0
}
