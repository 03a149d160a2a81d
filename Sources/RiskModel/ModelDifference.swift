/// What moved between two models, head by head, in calibrated log-odds.
public struct ModelDifference: Sendable {
    /// One feature's part in it.
    public struct Change: Sendable, Equatable {
        public enum Kind: String, Sendable { case added, removed, moved }

        public let kind: Kind
        public let feature: String
        /// The raw value at which the curves lie farthest apart; nil where that is the unknown value.
        public let value: Double?
        /// What the feature adds there, before and after; 0 for a feature that is not in the model.
        public let old: Double
        public let new: Double

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
        let before = Dictionary(old.terms.map { ($0.feature, $0) }) { first, _ in first }
        let after = Dictionary(new.terms.map { ($0.feature, $0) }) { first, _ in first }
        let features = Set(before.keys).union(after.keys).sorted()
        let changes = features.compactMap { feature -> Change? in
            let (first, second) = (before[feature], after[feature])
            let kind: Change.Kind = first == nil ? .added : second == nil ? .removed : .moved
            // Between neighbouring knots of either both curves are straight, so the widest gap is at a knot.
            let values = Set((first?.knots ?? []) + (second?.knots ?? [])).sorted().map(Optional.some) + [nil]
            let gaps = values.map { value in
                let x = value.map { Float($0) } ?? .nan
                return Change(
                    kind: kind, feature: feature, value: value,
                    old: (first?.logOdds(x) ?? 0) * old.calibration.slope,
                    new: (second?.logOdds(x) ?? 0) * new.calibration.slope)
            }
            let widest = gaps.max { abs($0.amount) < abs($1.amount) }!
            return abs(widest.amount) >= smallest ? widest : nil
        }
        return changes.sorted { (abs($1.amount), $0.feature) < (abs($0.amount), $1.feature) }
    }
}
