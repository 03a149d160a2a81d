import Foundation
import RiskModel

/// How long it takes to score a vector, both heads: with all of a model, and without its crosses.
///
///     promoguard features SampleLogs --output features.csv
///     score-bench Models/default.json features.csv
@main enum ScoreBench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 else { fatalError("usage: score-bench MODEL FEATURES.csv") }
        var reader = try CSVReader(path: arguments[2])
        // The first two are the account and the time.
        let names = Array(try reader.header().dropFirst(2))
        var values: [Float] = []
        while try reader.next() {
            for field in names.indices { values.append(Float(reader.field(field + 2)) ?? .nan) }
        }
        let model = try LogisticModel.load(arguments[1], requiring: [])
        var additive = model
        for risk in Risk.allCases { additive.heads[risk]?.crosses = [] }
        let crosses = model.heads.values.reduce(0) { $0 + $1.crosses.count }
        print("\(values.count / names.count) vectors of \(names.count) features")
        for (model, what) in [(model, "with \(crosses) crosses"), (additive, "without crosses")] {
            let nanoseconds = measure(try Scorer(model, featureNames: names), values)
            print(String(format: "%6.0f ns a vector, both heads, %@", nanoseconds, what))
        }
    }

    /// The best of several runs over all vectors, nanoseconds a vector.
    private static func measure(_ scorer: Scorer, _ values: [Float]) -> Double {
        let width = scorer.featureNames.count
        let count = values.count / width
        var best = Duration.seconds(3600)
        var sum: Float = 0
        values.withUnsafeBufferPointer { values in
            for _ in 0..<15 {
                let time = ContinuousClock().measure {
                    for row in 0..<count {
                        let vector = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
                        let logits = scorer.logits(vector)
                        sum += logits.couponAbuse + logits.fakeOrder
                    }
                }
                best = min(best, time)
            }
        }
        precondition(sum.isFinite)
        return best / .nanoseconds(1) / Double(count)
    }
}
