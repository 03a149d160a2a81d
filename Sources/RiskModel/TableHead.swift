/// What a model learned from a table: a head under the name of the label column, and the text columns' values.
public struct TableHead: Sendable, Codable, Equatable {
    /// The label column.
    public var label: String
    /// For each text column the values with an indicator of their own, `column=value`.
    public var categories: [String: [String]]
    /// Nil where the label column is named for a risk, whose head then stands among `heads`.
    public var head: LogisticModel.Head?

    public init(label: String, categories: [String: [String]], head: LogisticModel.Head?) {
        self.label = label
        self.categories = categories
        self.head = head
    }

    var json: JSONText {
        let texts = categories.map { ($0.key, JSONText.array($0.value.map(JSONText.string))) }
        var members: [(String, JSONText)] = [
            ("label", .string(label)), ("categories", .object(texts)),
        ]
        if let head { members.append(("head", head.json)) }
        return .object(members)
    }
}

extension LogisticModel {
    /// A model learned from a table.
    /// - Parameters:
    ///   - label: the label column; named for a risk, the model can score logs.
    ///   - data: what it was trained on, in words.
    ///   - commands: what to type to make it again.
    public init(
        name: String, data: String, commands: [String], label: String, categories: [String: [String]],
        trained: TrainedHead
    ) {
        let risk = Risk(rawValue: label)
        self.init(name: name, data: data, commands: commands, trained: risk.map { [$0: trained] } ?? [:])
        table = TableHead(label: label, categories: categories, head: risk == nil ? trained.head : nil)
    }

    /// Every head with its name: the risks in their order, then a table's.
    public var namedHeads: [(name: String, head: Head)] {
        Risk.allCases.compactMap { risk in heads[risk].map { (risk.rawValue, $0) } }
            + (table?.head.map { [(table!.label, $0)] } ?? [])
    }

    /// The head that judges a label column: the one of its name, else the only one.
    /// - Throws: naming the heads that there are.
    public func head(forLabel label: String?) throws(ModelError) -> (name: String, head: Head) {
        if let named = namedHeads.first(where: { $0.name == label }) { return named }
        if namedHeads.count == 1 { return namedHeads[0] }
        throw ModelError(model: name, problem: .noHeadForLabel(label, heads: namedHeads.map(\.name)))
    }
}

/// One head of a model over the rows of a table.
public struct TableScorer: Sendable {
    public let name: String
    public let head: LogisticModel.Head
    /// What the vector holds, in order.
    public let features: [String]
    public let categories: [String: [String]]
    /// The head stands in the first place, whatever its name.
    private let scorer: Scorer

    /// - Throws: where it is not clear which head is meant.
    public init(_ model: LogisticModel, label: String?) throws(ModelError) {
        (name, head) = try model.head(forLabel: label)
        let alone = LogisticModel(name: model.name, training: model.training, heads: [.couponAbuse: head])
        features = alone.featureNames
        categories = model.table?.categories ?? [:]
        scorer = try Scorer(alone, featureNames: features)
    }

    /// The calibrated probability of a row.
    /// - Parameter row: a raw value a feature; not finite where unknown.
    public func probability(_ row: [Float]) -> Double {
        row.withUnsafeBufferPointer { scorer.probability(scorer.logits($0).couponAbuse, .couponAbuse) }
    }

    /// What each feature adds to a row's calibrated log-odds, strongest first.
    public func contributions(_ row: [Float]) -> [Contribution] {
        row.withUnsafeBufferPointer { scorer.contributions($0, .couponAbuse) }
    }
}
