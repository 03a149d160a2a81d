import Foundation

/// A fitted model: one logistic head a risk, over named features.
///
/// log-odds = intercept + Σ curve(x), with `missingPoints` in place of the curve where x is unknown. A curve's
/// mean over the training rows is 0, so a contribution is a distance from the usual account and the sum of
/// contributions explains the score.
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
        public var calibration: Calibration
        public var thresholds: Thresholds
        /// What cross-validation showed, by metric name.
        public var evaluation: [String: Double]

        public init(
            intercept: Double, terms: [Term], calibration: Calibration, thresholds: Thresholds,
            evaluation: [String: Double] = [:]
        ) {
            self.intercept = intercept
            self.terms = terms
            self.calibration = calibration
            self.thresholds = thresholds
            self.evaluation = evaluation
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
            guard x.isFinite else { return missingPoints }
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
            var logit = Float((log(probability / (1 - probability)) - intercept) / slope)
            while logit.isFinite, self.probability(Double(logit)) < probability { logit = logit.nextUp }
            while logit.isFinite, self.probability(Double(logit.nextDown)) >= probability {
                logit = logit.nextDown
            }
            return logit
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
        return Risk.allCases.flatMap { heads[$0]?.terms ?? [] }.map(\.feature).filter {
            seen.insert($0).inserted
        }
    }

    /// Raw log-odds by the definition, in doubles; nil for a head that the model lacks.
    /// - Parameter value: the raw value of a named feature; not finite where unknown.
    public func logit(_ risk: Risk, value: (String) -> Float) -> Double? {
        heads[risk].map { head in
            head.terms.reduce(head.intercept) { $0 + $1.logOdds(value($1.feature)) }
        }
    }
}

/// 1 / (1 + e^−x).
func logistic(_ x: Double) -> Double {
    x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
}
