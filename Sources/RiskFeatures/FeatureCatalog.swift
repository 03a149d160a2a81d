/// Every feature, in the order of the vector.
public enum FeatureCatalog {
    public static let all: [FeatureDefinition] = []
    public static var count: Int { all.count }
    public static var names: [String] { all.map(\.name) }
}
