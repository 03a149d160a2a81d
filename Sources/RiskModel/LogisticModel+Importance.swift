extension LogisticModel.Term {
    /// How much the term can matter: the curve's range, or what unknown adds where that is more.
    public var importance: Double { max(range, abs(missingPoints)) }
}

extension LogisticModel.Head {
    /// The terms that can matter most first; ties by name.
    public var byImportance: [LogisticModel.Term] {
        terms.sorted {
            $0.importance != $1.importance ? $0.importance > $1.importance : $0.feature < $1.feature
        }
    }
}
