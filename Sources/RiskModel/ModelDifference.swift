/// What moved between two models, head by head, in calibrated log-odds.
public struct ModelDifference: Sendable {
    /// One feature's part in it, or that of a pair's grid.
    public struct Change: Sendable, Equatable {
        public enum Kind: String, Sendable { case added, removed, moved }

        public let kind: Kind
        /// One, or the two of a grid.
        public let features: [String]
        /// The raw value of each feature at which the two models lie farthest apart; nil where that is the unknown value.
        public let values: [Double?]
        /// What the feature or the pair adds there, before and after; 0 for what is not in the model.
        public let old: Double
        public let new: Double

        /// The feature's name, or both, with " × " between them.
        public var name: String { features.joined(separator: " × ") }
        public var isCross: Bool { features.count == 2 }
        /// new − old.
        public var amount: Double { new - old }
    }

    /// One head of both.
    public struct Head: Sendable {
        public let name: String
        /// Nil where only one of the models has the head.
        public let old: LogisticModel.Head?
        public let new: LogisticModel.Head?
        /// Farthest first; ties by name. Features that stayed as they were are left out.
        public let changes: [Change]
    }

    public let heads: [Head]

    /// A change below this is rounding.
    private static let smallest = 0.005

    public init(from old: LogisticModel, to new: LogisticModel) {
        let before = old.namedHeads
        let after = new.namedHeads
        let names =
            before.map(\.name) + after.map(\.name).filter { name in !before.contains { $0.name == name } }
        heads = names.map { name in
            let pair = (
                before.first { $0.name == name }?.head, after.first { $0.name == name }?.head
            )
            guard let old = pair.0, let new = pair.1 else {
                return Head(name: name, old: pair.0, new: pair.1, changes: [])
            }
            return Head(name: name, old: old, new: new, changes: Self.changes(old, new))
        }
    }

    private static func changes(_ old: LogisticModel.Head, _ new: LogisticModel.Head) -> [Change] {
        let slopes = (old: old.calibration.slope, new: new.calibration.slope)
        let changes =
            changes(of: old.terms, to: new.terms, slopes) + changes(of: old.crosses, to: new.crosses, slopes)
        return changes.sorted { (abs($1.amount), $0.name) < (abs($0.amount), $1.name) }
    }

    private static func changes<Element: Part>(
        of old: [Element], to new: [Element], _ slopes: (old: Double, new: Double)
    ) -> [Change] {
        let before = Dictionary(old.map { ($0.features, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.features, $0) }) { first, _ in first }
        return Set(before.keys).union(after.keys).compactMap { features in
            let (first, second) = (before[features], after[features])
            let kind: Change.Kind = first == nil ? .added : second == nil ? .removed : .moved
            let places = Element.places([first, second].compactMap(\.self))
            let gaps = places.map { values in
                let old = first.map { $0.logOdds(at: values) * slopes.old } ?? 0
                let new = second.map { $0.logOdds(at: values) * slopes.new } ?? 0
                return Change(kind: kind, features: features, values: values, old: old, new: new)
            }
            let widest = gaps.max { abs($0.amount) < abs($1.amount) }!
            return abs(widest.amount) >= smallest ? widest : nil
        }
    }

    /// A part of a head that another head may have, too.
    fileprivate protocol Part {
        /// What it is known by.
        var features: [String] { get }
        /// Raw values of the features, at one of which two such parts lie farthest apart.
        static func places(_ parts: [Self]) -> [[Double?]]
        /// What it adds at raw values of its features.
        func logOdds(at values: [Double?]) -> Double
    }
}

extension LogisticModel.Term: ModelDifference.Part {
    fileprivate var features: [String] { [feature] }

    /// Between neighbouring knots of either all curves are straight, so the widest gap is at a knot.
    fileprivate static func places(_ terms: [Self]) -> [[Double?]] {
        Set(terms.flatMap(\.knots)).sorted().map { [$0] } + [[nil]]
    }

    fileprivate func logOdds(at values: [Double?]) -> Double { logOdds(values[0].map { Float($0) } ?? .nan) }
}

extension LogisticModel.Cross: ModelDifference.Part {
    /// By name, so that a pair is the same whichever comes first.
    fileprivate var features: [String] { [first.feature, second.feature].sorted() }

    /// Between the lines of all grids each is bilinear, so the widest gap is where lines cross.
    fileprivate static func places(_ crosses: [Self]) -> [[Double?]] {
        let lines = crosses[0].features.map { feature in
            Set(crosses.flatMap { $0.first.feature == feature ? $0.first.knots : $0.second.knots }).sorted()
        }
        return lines[0].flatMap { x in lines[1].map { [x, $0] } }
    }

    fileprivate func logOdds(at values: [Double?]) -> Double {
        let (x, y) = (Float(values[0]!), Float(values[1]!))
        return features[0] == first.feature ? logOdds(x, y) : logOdds(y, x)
    }
}
