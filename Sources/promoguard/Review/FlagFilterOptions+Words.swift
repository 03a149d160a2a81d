extension FlagFilterOptions {
    /// The filter as it was typed, for the record: `status=open gang=g-1`; nil where nothing is asked for.
    var words: String? {
        let terms: [(String, String?)] = [
            ("risk", risk?.rawValue), ("level", level?.rawValue), ("status", status?.rawValue),
            ("tag", tag?.rawValue), ("campaign", campaign), ("gang", gang),
            ("min-score", minScore.map { "\($0)" }), ("max-score", maxScore.map { "\($0)" }),
            ("min-yuan", minYuan.map { "\($0)" }), ("max-yuan", maxYuan.map { "\($0)" }), ("since", since),
            ("search", search),
        ]
        let given = terms.compactMap { name, value in value.map { "\(name)=\($0)" } }
        return given.isEmpty ? nil : given.joined(separator: " ")
    }
}
