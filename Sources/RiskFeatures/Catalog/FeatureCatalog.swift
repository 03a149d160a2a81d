/// Every feature, in the order of the vector.
public enum FeatureCatalog {
    public static let all: [FeatureDefinition] = {
        var sink = DefinitionSink()
        declare(&sink)
        return sink.definitions
    }()
    public static let count = all.count
    public static let names = all.map(\.name)
    private static let indexByName = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })

    /// The position of a feature in the vector; nil when this build does not know it.
    public static func index(of name: String) -> Int? { indexByName[name] }

    public static func definition(named name: String) -> FeatureDefinition? {
        indexByName[name].map { all[$0] }
    }

    /// Tells every feature to a sink, in the vector's order.
    @inline(__always)
    static func declare(_ sink: inout some FeatureSink) {
        device(&sink)
        account(&sink)
        network(&sink)
        timing(&sink)
        synchrony(&sink)
        referral(&sink)
        orders(&sink)
        coupons(&sink)
        lifecycle(&sink)
        company(&sink)
    }
}
