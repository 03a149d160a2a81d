/// Every feature, in the order of the vector.
public enum FeatureCatalog {
    public static let all: [FeatureDefinition] =
        device + account + network + timing + synchrony + referral + orders + coupons + lifecycle
    public static let count = all.count
    public static let names = all.map(\.name)
    private static let indexByName = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })

    /// The position of a feature in the vector; nil when this build does not know it.
    public static func index(of name: String) -> Int? { indexByName[name] }

    public static func definition(named name: String) -> FeatureDefinition? { indexByName[name].map { all[$0] } }
}
