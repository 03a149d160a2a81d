import CHotPath

/// How a raw feature value enters a head.
public enum Transform: String, Sendable, Codable, CaseIterable {
    case identity
    /// ln(1 + x), for counts, times and money; x below 0 counts as 0.
    case log1p

    /// The transformed value; not a number where `x` is unknown (not finite).
    public func callAsFunction(_ x: Float) -> Float {
        guard x.isFinite else { return .nan }
        switch self {
        case .identity: return x
        case .log1p: return pg_log1p(x)
        }
    }
}
