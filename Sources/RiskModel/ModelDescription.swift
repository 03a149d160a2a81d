import Foundation

/// A model in words and numbers, as plain rows for whoever prints it.
public struct ModelDescription: Sendable {
    /// One term of a head.
    public struct TermRow: Sendable, Equatable {
        public let feature: String
        public let transform: Transform
        /// From the curve's lowest point to its highest, in log-odds.
        public let range: Double
        /// Knots and log-odds, such as "1 → −0.12 · 5 → +1.20 · unknown +0.10".
        public let curve: String
    }

    /// One head.
    public struct Head: Sendable {
        public let risk: Risk
        public let intercept: Double
        public let calibration: LogisticModel.Calibration
        public let thresholds: LogisticModel.Thresholds
        /// Widest curve first, or farthest off where unknown; ties by name.
        public let terms: [TermRow]
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
            let terms = head.terms.sorted {
                let (a, b) = ($0.importance, $1.importance)
                return a != b ? a > b : $0.feature < $1.feature
            }
            return Head(
                risk: risk, intercept: head.intercept, calibration: head.calibration,
                thresholds: head.thresholds,
                terms: terms.map {
                    TermRow(
                        feature: $0.feature, transform: $0.transform, range: $0.range,
                        curve: $0.inWords(times: 1))
                },
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

extension LogisticModel.Term {
    /// How much the term can matter: the curve's range, or what unknown adds where that is more.
    public var importance: Double { max(range, abs(missingPoints)) }

    /// Knots and log-odds, such as "1 → −0.12 · 5 → +1.20 · unknown +0.10".
    /// - Parameter slope: multiplies the log-odds; a calibration's slope shows calibrated ones.
    public func inWords(times slope: Double) -> String {
        func signed(_ logOdds: Double) -> String {
            let text = String(format: "%+.2f", logOdds * slope)
            return text.hasPrefix("-") ? "−" + text.dropFirst() : text
        }
        var parts = zip(knots, points).map { String(format: "%.3g", $0) + " → " + signed($1) }
        if missingPoints != 0 { parts.append("unknown " + signed(missingPoints)) }
        return parts.joined(separator: " · ")
    }
}

extension LogisticModel.Cross {
    /// Its least and its greatest point in words, such as "+1.20 at a 5 and b 0 · −0.30 at a 0 and b 9".
    /// - Parameter slope: multiplies the log-odds; a calibration's slope shows calibrated ones.
    public func inWords(times slope: Double) -> String {
        let places = first.knots.indices.flatMap { row in
            second.knots.indices.map { (points[row][$0], first.knots[row], second.knots[$0]) }
        }.sorted { $0.0 > $1.0 }
        func words(_ place: (Double, Double, Double)) -> String {
            let text = String(format: "%+.2f", place.0 * slope)
            return (text.hasPrefix("-") ? "−" + text.dropFirst() : text)
                + String(format: " at %.3g and %.3g", place.1, place.2)
        }
        guard let most = places.first, let least = places.last else { return "" }
        return words(most) + " · " + words(least)
    }
}
