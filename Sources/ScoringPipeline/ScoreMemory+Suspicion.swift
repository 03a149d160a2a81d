import RiskFeatures
import RiskModel

extension ScoreMemory {
    /// Remembers whether the account's own conduct has ever made it a suspect.
    @inline(__always)
    mutating func suspect(_ logOdds: Scorer.LogOdds) {
        if logOdds.isSuspect { isSuspect = true }
    }

    /// Remembers the highest log-odds of one head.
    @inline(__always)
    mutating func rise(to logOdds: Scorer.LogOdds, _ risk: Risk) {
        switch risk {
        case .couponAbuse: couponAbuse = max(couponAbuse, logOdds.couponAbuse)
        case .fakeOrder: fakeOrder = max(fakeOrder, logOdds.fakeOrder)
        }
    }
}

extension Scorer {
    /// Suspects an account where own conduct says so, and does no more; for replays that do not score everybody.
    @inline(__always)
    func suspect(_ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory) {
        if weighsCompany { memory.suspect(logits(vector)) }
    }
}

extension FeatureCatalog {
    /// Where the features on company stand in the vector.
    static let companyIndices = all.indices.filter { all[$0].family == .company }
}
