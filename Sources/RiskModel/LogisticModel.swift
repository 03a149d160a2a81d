/// A fitted model: one logistic head a risk, over the same named features.
///
/// log-odds = intercept + Σ weight · (transform(x) − mean) / scale, with `missingWeight` in place of the term
/// where x is unknown. Means and scales are those of the training rows, so a contribution is a distance from
/// the usual account and the sum of contributions explains the score.
public struct LogisticModel: Sendable, Codable, Equatable {
    /// `promoguard-model`.
    public var format = "promoguard-model"
    /// Version of this file's layout.
    public var version = 1
    /// Short name, written into `flagged_accounts.model`.
    public var name: String
    public var training: TrainingRecord
    public var heads: [Risk: Head]

    public struct Head: Sendable, Codable, Equatable {
        public var intercept: Double
        public var terms: [Term]
        public var calibration: Calibration
        public var thresholds: Thresholds
        /// What cross-validation showed, by metric name.
        public var evaluation: [String: Double]
    }

    public struct Term: Sendable, Codable, Equatable {
        public var feature: String
        public var transform: Transform
        public var mean: Double
        public var scale: Double
        public var weight: Double
        /// The term's log-odds where the feature is unknown.
        public var missingWeight: Double
    }

    /// Platt's map from a head's log-odds to calibrated log-odds.
    public struct Calibration: Sendable, Codable, Equatable {
        public var slope: Double
        public var intercept: Double
    }

    /// Calibrated probabilities from which an account is flagged.
    public struct Thresholds: Sendable, Codable, Equatable {
        public var review: Double
        public var high: Double
    }

    /// What the model was trained on, and by which commands.
    public struct TrainingRecord: Sendable, Codable, Equatable {
        public var data: String
        public var commands: [String]
        public var rows: [Risk: Int]
        public var positives: [Risk: Int]
        public var firstMs: Int64?
        public var lastMs: Int64?
    }
}

/// How a raw feature value enters a head.
public enum Transform: String, Sendable, Codable, CaseIterable {
    case identity
    /// ln(1 + x), for counts, times and money; x below 0 counts as 0.
    case log1p
}
