import ActivityLog
import Foundation
import RiskFeatures
import RiskModel

extension TrainingReplay {
    /// The rows of one risk: a row a snapshot of an account labelled for it.
    ///
    /// An account's rows weigh 1 together, each twice what the one before it weighs: a snapshot stands for the
    /// costly events since the last, and their number doubles.
    /// - Parameters:
    ///   - gangs: gang by account id; accounts of one gang are never split between folds. Who has none is a group
    ///     of its own.
    ///   - seed: decides which groups share a fold.
    ///   - asJudged: an account is one row, as it was last known when it was judged. Where only flagged accounts were
    ///     judged, their earlier snapshots look like those of others and come with the labels of the few that were to be
    ///     flagged: a model that learns from them flags everybody. What an account was when it was flagged is no such choice.
    ///   - losesFields: some groups' rows lack fields of the log, as other logs do.
    public func trainingSet(
        _ risk: Risk, gangs: [String: String] = [:], seed: UInt64 = 1, asJudged: Bool = false,
        losesFields: Bool = false
    ) -> TrainingSet {
        var set = snapshots.trainingSet(
            risk, subjects, groups: subjects.groups(gangs: gangs, seed: seed), vectors,
            columns: FeatureCatalog.all.map { TrainingColumn($0, risk) }, lastOnly: asJudged,
            without: losesFields ? UnloggedFields() : nil)
        set.isOrderedInTime = subjects.contains { $0.asOfMs != nil }
        return set
    }
}

extension [TrainingReplay.Snapshot] {
    /// The rows of one risk, weighed as said above.
    /// - Parameters:
    ///   - groups: of each subject.
    ///   - vectors: of each snapshot the raw values of `columns`, and after them others, which are left out.
    ///   - offset: where in a vector the row's offset stands; nil for none.
    ///   - lastOnly: of an account's snapshots the last alone, with all its weight.
    ///   - fields: what some groups' rows lack; the columns are those of `FeatureCatalog` then.
    func trainingSet(
        _ risk: Risk, _ subjects: [Subject], groups: [UInt64], _ vectors: [Float], columns: [TrainingColumn],
        offset: Int? = nil, lastOnly: Bool = false, without fields: UnloggedFields? = nil
    ) -> TrainingSet {
        let width = isEmpty ? 0 : vectors.count / count
        let counts = reduce(into: [Int](repeating: 0, count: subjects.count)) { $0[$1.subject] += 1 }
        var taken = [Int](repeating: 0, count: subjects.count)
        var set = TrainingSet(columns: columns)
        vectors.withUnsafeBufferPointer { vectors in
            for (position, snapshot) in enumerated() {
                guard let label = subjects[snapshot.subject].labels[risk] else { continue }
                taken[snapshot.subject] += 1
                if lastOnly, taken[snapshot.subject] < counts[snapshot.subject] { continue }
                let weight =
                    lastOnly
                    ? 1 : scalbn(1, taken[snapshot.subject] - 1) / (scalbn(1, counts[snapshot.subject]) - 1)
                let (start, group) = (position * width, groups[snapshot.subject])
                var row = [Float](vectors[start..<start + columns.count])
                for column in fields?.unknown(in: group) ?? [] { row[column] = .nan }
                set.append(
                    row, label: label, weight: weight, group: group, account: snapshot.subject,
                    timeMs: snapshot.ts)
                if let offset { set.offsets.append(Double(vectors[start + offset])) }
            }
        }
        return set
    }
}

extension [Subject] {
    /// What is never split between folds, as a hash: a gang, else the account; as `trainingSet` has it.
    func groups(gangs: [String: String], seed: UInt64) -> [UInt64] {
        let hash = IdentifierHash(key: [UInt8](String(seed).utf8))
        return map { subject in
            let group = gangs[subject.accountID].map { "gang " + $0 } ?? "account " + subject.accountID
            return hash([UInt8](group.utf8).span.bytes)
        }
    }
}

extension TrainingColumn {
    /// A feature as a head takes it.
    public init(_ feature: FeatureDefinition, _ risk: Risk) {
        let directions = feature.directions
        let sign: Sign =
            switch risk == .couponAbuse ? directions.couponAbuse : directions.fakeOrder {
            case .moreIsWorse: .positive
            case .lessIsWorse: .negative
            case .either: .either
            }
        self.init(feature.name, transform: feature.isLogarithmic ? .log1p : .identity, sign: sign)
    }
}
