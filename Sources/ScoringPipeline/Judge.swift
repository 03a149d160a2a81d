import RiskFeatures
import RiskModel

/// A model with the levels its scores flag at.
struct Judge: Sendable {
    let scorer: Scorer
    let policy: FlagPolicy

    init(_ scorer: Scorer) {
        self.scorer = scorer
        policy = FlagPolicy(scorer)
    }

    /// Scores one moment of an account, and notes what that means for its flags.
    @inline(__always)
    func score(
        _ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory,
        _ flags: inout FlagBook
    ) {
        let logOdds = scorer.logits(vector)
        let decision = policy.decide(logOdds, &memory)
        flags.note(decision.couponAbuse, .couponAbuse, logOdds.couponAbuse, moment, vector)
        flags.note(decision.fakeOrder, .fakeOrder, logOdds.fakeOrder, moment, vector)
    }

    /// Scores every account as it stands at the end of the logs, on all cores, and notes what that means for its flags.
    /// - Returns: how the accounts lie then.
    func finish(_ engine: inout FeatureEngine, _ flags: inout FlagBook) -> PopulationSample {
        var population = PopulationSample(scorer.model.heads, of: engine.accountCount)
        var parts = Array(repeating: (flags: FlagBook(), population: population), count: FeatureEngine.parts)
        engine.finish(&parts) { part, moment, vector, memory in
            score(moment, vector, &memory, &part.flags)
            part.population.offer(moment, vector, memory)
        }
        for part in parts {
            flags.add(part.flags)
            population.add(part.population)
        }
        flags.nameAccounts(in: engine)
        return population
    }
}
