import CaseFile
import RiskFeatures
import RiskModel

/// Some accounts at the end of a run, by a hash of their ids: enough to tell how all lie in a model's bins.
struct PopulationSample {
    private(set) var count: PopulationCount
    /// Of hashes.
    private let share: Double

    /// Of so many the index of an unchanged world is below 0.002.
    private static let wanted = 20_000.0

    /// - Parameter accounts: how many there are to draw from.
    init(_ heads: [Risk: LogisticModel.Head], of accounts: Int) {
        count = PopulationCount(heads, featureNames: FeatureCatalog.names)
        share = Self.wanted / Double(max(1, accounts))
    }

    /// Takes an account's last vector and the highest log-odds that it ever reached, if it is one of the sample.
    @inline(__always)
    mutating func offer(
        _ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>, _ memory: ScoreMemory
    ) {
        guard Double(moment.accountKey >> 11) * 0x1p-53 < share else { return }
        count.add(vector) { $0 == .couponAbuse ? memory.couponAbuse : memory.fakeOrder }
    }

    /// Adds the accounts of another sample that was drawn alike.
    mutating func add(_ other: PopulationSample) { count.add(other.count) }

    /// How far the accounts have moved from those that the model learned from; nothing where it does not say how those lay.
    func drift(_ model: LogisticModel, asOfMs: Int64) -> [DriftRow] {
        Risk.allCases.flatMap { risk -> [DriftRow] in
            guard let head = model.heads[risk] else { return [] }
            return head.drift(to: count, risk).map { drift in
                DriftRow(
                    risk: risk.rawValue, feature: drift.feature, index: drift.index, chance: drift.chance,
                    low: drift.widest.low, high: drift.widest.high, then: drift.widest.then,
                    now: drift.widest.now, model: model.name, accounts: count.accounts, asOfMs: asOfMs)
            }
        }
    }
}
