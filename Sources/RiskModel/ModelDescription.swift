import Foundation

/// A model in words and numbers, as plain rows for whoever prints it.
public struct ModelDescription: Sendable {
    /// One term of a head.
    public struct TermRow: Sendable, Equatable {
        public let feature: String
        public let transform: Transform
        /// Of the transformed training values.
        public let mean: Double
        public let scale: Double
        /// Log-odds a standard deviation.
        public let weight: Double
        /// What one standard deviation more multiplies the odds by.
        public let oddsRatio: Double
        /// Log-odds where the feature is unknown.
        public let missingWeight: Double
    }

    /// One head.
    public struct Head: Sendable {
        public let risk: Risk
        public let intercept: Double
        public let calibration: LogisticModel.Calibration
        public let thresholds: LogisticModel.Thresholds
        /// Strongest weight first, ties by name; those that weigh nothing last.
        public let terms: [TermRow]
        /// How many terms weigh nothing, known or unknown: constant in training, or held at 0 by their sign.
        public let idleTerms: Int
        /// By name, in alphabetical order.
        public let evaluation: [(name: String, value: Double)]
    }

    public let name: String
    /// What the model was trained on, as labels and texts: data, commands, time span, rows and positives a head.
    public let training: [(label: String, text: String)]
    public let heads: [Head]

    public init(_ model: LogisticModel) {
        name = model.name
        var training = [("data", model.training.data)]
        training += model.training.commands.map { ("command", $0) }
        if let first = model.training.firstMs, let last = model.training.lastMs {
            training.append(("from", Self.day(first)))
            training.append(("to", Self.day(last)))
        }
        for risk in Risk.allCases {
            guard let rows = model.training.rows[risk] else { continue }
            let positives = model.training.positives[risk] ?? 0
            training.append((risk.rawValue, "\(rows) rows, \(positives) of them abuse"))
        }
        self.training = training
        heads = Risk.allCases.compactMap { risk in
            guard let head = model.heads[risk] else { return nil }
            let terms = head.terms.map { term in
                TermRow(
                    feature: term.feature, transform: term.transform, mean: term.mean, scale: term.scale,
                    weight: term.weight, oddsRatio: exp(term.weight), missingWeight: term.missingWeight)
            }
            return Head(
                risk: risk, intercept: head.intercept, calibration: head.calibration,
                thresholds: head.thresholds,
                terms: terms.sorted {
                    let (a, b) = (abs($0.weight), abs($1.weight))
                    return a != b ? a > b : $0.feature < $1.feature
                },
                idleTerms: terms.count { $0.weight == 0 && $0.missingWeight == 0 },
                evaluation: head.evaluation.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        }
    }

    /// An instant as its UTC date.
    private static func day(_ ms: Int64) -> String {
        let style = Date.ISO8601FormatStyle(timeZone: TimeZone(secondsFromGMT: 0)!)
            .year().month().day().dateSeparator(.dash)
        return Date(timeIntervalSince1970: Double(ms) / 1000).formatted(style)
    }
}
