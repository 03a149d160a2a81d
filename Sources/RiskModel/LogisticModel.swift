import Foundation

/// A fitted model: one logistic head a risk, over named features.
///
/// log-odds = intercept + Σ curve(x) + Σ grid(x, x′), with `missingPoints` in place of a curve where x is unknown (NaN), 0
/// where it is unknown of nearly everybody (infinite), and 0 in place of a grid where either is either. The mean over the training rows of each is 0, so a contribution is a distance
/// from the usual account and the sum of contributions explains the score.
public struct LogisticModel: Sendable, Codable, Equatable {
    /// What `format` says in every model file.
    public static let formatName = "promoguard-model"
    /// The newest layout that this build reads, and the one it writes.
    public static let currentVersion = 1

    /// `promoguard-model`.
    public var format = LogisticModel.formatName
    /// Version of this file's layout.
    public var version = LogisticModel.currentVersion
    /// Short name, written into `flagged_accounts.model`.
    public var name: String
    public var training: TrainingRecord
    public var heads: [Risk: Head]
    /// What a table taught; nil for a model that learned from logs.
    public var table: TableHead?

    public init(name: String, training: TrainingRecord, heads: [Risk: Head]) {
        self.name = name
        self.training = training
        self.heads = heads
    }

    /// What scores one risk.
    public struct Head: Sendable, Codable, Equatable {
        public var intercept: Double
        public var terms: [Term]
        /// Pairs of features that say more together than apart; none in files of older programs.
        public var crosses: [Cross]
        public var calibration: Calibration
        public var thresholds: Thresholds
        /// What cross-validation showed, by metric name.
        public var evaluation: [String: Double]
        /// Which terms weigh the company that an account keeps; nil in a head that knows none.
        public var company: Company?
        /// How the accounts lay that it learned from; nil where nobody counted them.
        public var population: Population?

        public init(
            intercept: Double, terms: [Term], crosses: [Cross] = [], calibration: Calibration,
            thresholds: Thresholds, evaluation: [String: Double] = [:], company: Company? = nil,
            population: Population? = nil
        ) {
            self.intercept = intercept
            self.terms = terms
            self.crosses = crosses
            self.calibration = calibration
            self.thresholds = thresholds
            self.evaluation = evaluation
            self.company = company
            self.population = population
        }

        public init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            intercept = try fields.decode(Double.self, forKey: .intercept)
            terms = try fields.decode([Term].self, forKey: .terms)
            crosses = try fields.decodeIfPresent([Cross].self, forKey: .crosses) ?? []
            calibration = try fields.decode(Calibration.self, forKey: .calibration)
            thresholds = try fields.decode(Thresholds.self, forKey: .thresholds)
            evaluation = try fields.decode([String: Double].self, forKey: .evaluation)
            company = try fields.decodeIfPresent(Company.self, forKey: .company)
            population = try fields.decodeIfPresent(Population.self, forKey: .population)
        }
    }

    /// The second stage of a head: an account is weighed by its own conduct first, and those against whom that speaks
    /// are suspects in the eyes of all who share a thing with them.
    public struct Company: Sendable, Codable, Equatable {
        /// Raw log-odds of own conduct, that is, without the terms of `features`, from which an account is a suspect.
        public var suspectFrom: Double
        /// Features that tell of other accounts' suspicion. They have terms of their own and no part in a cross.
        public var features: [String]

        public init(suspectFrom: Double, features: [String]) {
            self.suspectFrom = suspectFrom
            self.features = features
        }
    }

    /// What one feature adds to a head: a curve of straight pieces over the transformed value.
    public struct Term: Sendable, Codable, Equatable {
        public var feature: String
        public var transform: Transform
        /// Raw values between which the curve is straight, ascending, at least one; flat before the first and
        /// after the last.
        public var knots: [Double]
        /// Log-odds at each knot.
        public var points: [Double]
        /// Log-odds where the feature is unknown.
        public var missingPoints: Double

        public init(
            feature: String, transform: Transform, knots: [Double], points: [Double],
            missingPoints: Double = 0
        ) {
            self.feature = feature
            self.transform = transform
            self.knots = knots
            self.points = points
            self.missingPoints = missingPoints
        }

        /// The knots as 32-bit scoring sees them, transformed.
        var transformedKnots: [Double] { knots.map { Double(transform(Float($0))) } }

        /// From the curve's lowest point to its highest.
        public var range: Double { (points.max() ?? 0) - (points.min() ?? 0) }

        /// What the raw value adds to the head's log-odds.
        public func logOdds(_ x: Float) -> Double {
            guard x.isFinite else { return x.isNaN ? missingPoints : 0 }
            return logOdds(Double(transform(x)), transformedKnots)
        }

        /// The curve at a transformed value.
        func logOdds(_ t: Double, _ transformedKnots: [Double]) -> Double {
            Term.logOdds(t, transformedKnots.span, points.span)
        }

        /// Straight between knots, flat before the first and after the last.
        static func logOdds(_ t: Double, _ knots: Span<Double>, _ points: Span<Double>) -> Double {
            var next = 0
            while next < knots.count, t >= knots[next] { next += 1 }
            if next == 0 { return points[0] }
            if next == knots.count { return points[next - 1] }
            let (left, right) = (knots[next - 1], knots[next])
            return points[next - 1] + (points[next] - points[next - 1]) * ((t - left) / (right - left))
        }
    }

    /// What two features add to a head beyond what each adds alone: a grid of points, bilinear between them.
    public struct Cross: Sendable, Codable, Equatable {
        /// One of the two features.
        public struct Side: Sendable, Codable, Equatable {
            public var feature: String
            public var transform: Transform
            /// Raw values of the grid's lines, ascending, at least two; flat before the first and after the last.
            public var knots: [Double]

            public init(feature: String, transform: Transform, knots: [Double]) {
                self.feature = feature
                self.transform = transform
                self.knots = knots
            }

            /// The knots as 32-bit scoring sees them, transformed.
            var transformedKnots: [Double] { knots.map { Double(transform(Float($0))) } }

            /// The line before a raw value, and how far it is towards the next, 0…1.
            func place(_ x: Float) -> (line: Int, fraction: Double) {
                let t = Double(transform(x))
                let lines = transformedKnots
                let line = min(max(0, lines.partitioningIndex { $0 > t } - 1), lines.count - 2)
                return (line, min(max(0, (t - lines[line]) / (lines[line + 1] - lines[line])), 1))
            }
        }

        public var first: Side
        public var second: Side
        /// Log-odds at each crossing: a row a knot of the first feature, in it one a knot of the second.
        public var points: [[Double]]

        public init(first: Side, second: Side, points: [[Double]]) {
            self.first = first
            self.second = second
            self.points = points
        }

        /// From the grid's lowest point to its highest.
        public var range: Double {
            let all = points.flatMap { $0 }
            return (all.max() ?? 0) - (all.min() ?? 0)
        }

        /// What two raw values add to the head's log-odds; nothing where either is unknown.
        public func logOdds(_ x: Float, _ y: Float) -> Double {
            guard x.isFinite, y.isFinite else { return 0 }
            let (row, f) = first.place(x)
            let (column, g) = second.place(y)
            let near = points[row][column] + (points[row][column + 1] - points[row][column]) * g
            let next = points[row + 1]
            let far = next[column] + (next[column + 1] - next[column]) * g
            return near + (far - near) * f
        }
    }

    /// Platt's map from a head's log-odds to calibrated log-odds.
    public struct Calibration: Sendable, Codable, Equatable {
        /// Above 0, so that the order of accounts stays.
        public var slope: Double
        public var intercept: Double

        public init(slope: Double, intercept: Double) {
            self.slope = slope
            self.intercept = intercept
        }

        /// Calibrated log-odds.
        public func callAsFunction(_ logit: Double) -> Double { slope * logit + intercept }

        /// Calibrated probability, 0…1.
        public func probability(_ logit: Double) -> Double { logistic(self(logit)) }

        /// The smallest raw log-odds whose calibrated probability is at least `probability`.
        func smallestLogit(reaching probability: Double) -> Float {
            let guess = Float((log(probability / (1 - probability)) - intercept) / slope)
            guard guess.isFinite else { return guess }
            // By halving, not a float at a time: around 0 there are a billion that are as good as 0.
            let margin = 1e-3 * max(1, abs(guess))
            var (below, reaching) = (guess - margin, guess + margin)
            while below.nextUp < reaching {
                let middle = max(below.nextUp, min(reaching.nextDown, below + (reaching - below) / 2))
                if self.probability(Double(middle)) >= probability {
                    reaching = middle
                } else {
                    below = middle
                }
            }
            return reaching
        }
    }

    /// Calibrated probabilities from which an account is flagged; 0 < review < high < 1.
    public struct Thresholds: Sendable, Codable, Equatable {
        public var review: Double
        public var high: Double

        public init(review: Double, high: Double) {
            self.review = review
            self.high = high
        }
    }

    /// What the model was trained on, and by which commands.
    public struct TrainingRecord: Sendable, Codable, Equatable {
        public var data: String
        public var commands: [String]
        public var rows: [Risk: Int]
        public var positives: [Risk: Int]
        public var firstMs: Int64?
        public var lastMs: Int64?

        public init(
            data: String, commands: [String], rows: [Risk: Int] = [:], positives: [Risk: Int] = [:],
            firstMs: Int64? = nil, lastMs: Int64? = nil
        ) {
            self.data = data
            self.commands = commands
            self.rows = rows
            self.positives = positives
            self.firstMs = firstMs
            self.lastMs = lastMs
        }
    }

    /// Every feature that a head names, once, in the order of first mention, heads in the order of `Risk`.
    public var featureNames: [String] {
        var seen: Set<String> = []
        return Risk.allCases.flatMap { risk in
            (heads[risk]?.terms.map(\.feature) ?? [])
                + (heads[risk]?.crosses.flatMap { [$0.first.feature, $0.second.feature] } ?? [])
        }.filter { seen.insert($0).inserted }
    }

    /// Raw log-odds by the definition, in doubles; nil for a head that the model lacks.
    /// - Parameter value: the raw value of a named feature; not finite where unknown.
    public func logit(_ risk: Risk, value: (String) -> Float) -> Double? {
        heads[risk]?.logit(value: value)
    }
}

extension LogisticModel.Head {
    /// Raw log-odds by the definition, in doubles.
    /// - Parameter value: the raw value of a named feature; not finite where unknown.
    func logit(value: (String) -> Float) -> Double {
        let curves = terms.reduce(intercept) { $0 + $1.logOdds(value($1.feature)) }
        return crosses.reduce(curves) { $0 + $1.logOdds(value($1.first.feature), value($1.second.feature)) }
    }
}

/// 1 / (1 + e^−x).
func logistic(_ x: Double) -> Double {
    x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
}
