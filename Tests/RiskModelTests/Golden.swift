import Foundation
import Testing

@testable import RiskModel

/// What scikit-learn and SciPy found on the data of Golden/make_golden.py.
struct Golden: Decodable {
    struct Fit: Decodable {
        let standardised: Bool
        /// What a row with the label 1 weighs beside its own weight.
        let positiveWeight: Double
        let penalty: Double
        let weights: [Double]
        let intercept: Double
        let objective: Double
    }
    struct Metrics: Decodable {
        let auc, prAUC, ks, logLoss, brier: Double
        let recall: [String: Double]
    }
    struct Reliability: Decodable {
        let share, mean: [Double]
    }
    let rows: [[Float?]]
    let labels: [Int]
    let weights: [Double]
    let fits: [Fit]
    let signs: [Int]
    let bounded: Fit
    let scores: [Double]
    let plain, weighted: Metrics
    let reliability: Reliability

    static func load() throws -> Golden {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/golden.json")
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    /// The rows as a training set, each an account and group of its own.
    func set(signs: [Int] = []) -> TrainingSet {
        var set = TrainingSet(
            columns: (0..<6).map { column in
                let sign = column < signs.count ? signs[column] : 0
                return TrainingColumn(
                    "c\(column)", sign: sign > 0 ? .positive : sign < 0 ? .negative : .either)
            })
        for (row, values) in rows.enumerated() {
            set.append(
                values.map { $0 ?? .nan }, label: labels[row] == 1, weight: weights[row],
                group: UInt64(row), account: row)
        }
        return set
    }
}

/// Numbers that look random and are the same on every run (SplitMix64).
struct Dice {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    /// Evenly from 0 ..< 1.
    mutating func uniform() -> Double {
        state &+= 1
        return Double(mix(state) >> 11) / 9_007_199_254_740_992
    }

    /// Standard normal (Box and Muller 1958).
    mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }
}
