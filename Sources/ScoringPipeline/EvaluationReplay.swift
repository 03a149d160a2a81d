import ActivityLog
import RiskFeatures
import RiskModel

/// What each labelled account reached by its time, for one or more models in one reading.
public struct EvaluationReplay: Sendable {
    /// What one model made of one account for one risk.
    public struct Outcome: Sendable {
        /// Highest raw log-odds; −∞ where the logs show nothing of the account by its time.
        public var highest = -Float.infinity
        /// What the account had taken when it first crossed the review threshold, fen; nil where it never did.
        public var flaggedAtFen: Int64?
        /// The vector of the highest log-odds; nil for an account that never crossed.
        public var vector: [Float]?
    }

    /// The labelled accounts, ordered by account id.
    public let subjects: [Subject]
    /// By model, risk and subject.
    public private(set) var outcomes: [[[Outcome]]]
    /// By risk: what each subject had taken by its time, fen; nil where the logs show nothing of it.
    public private(set) var stakesFen: [[Int64?]]
    /// Event time of each subject's first costly event.
    public private(set) var firstMs: [Int64?]
    /// In which campaigns each subject did anything.
    public private(set) var campaigns: CampaignVisits
    /// What reading saw.
    public private(set) var read = ReadReport()
    /// Event time of the first and the last event; nil without any.
    public private(set) var span: ClosedRange<Int64>?

    /// Reads the logs to their end.
    /// - Throws: `ReadError`.
    public init(
        paths: [String], configuration: ReadConfiguration = ReadConfiguration(), labels: [AccountLabel],
        scorers: [Scorer], progress: (ReplayProgress) -> Void = { _ in }
    ) throws(ReadError) {
        let index = Subjects(labels, hash: configuration.hash)
        let count = index.all.count
        var outcomes = scorers.map { _ in
            Risk.allCases.map { _ in [Outcome](repeating: .init(), count: count) }
        }
        // By model, for each goes through a batch of its own.
        var stakes = scorers.map { _ in Risk.allCases.map { _ in [Int64?](repeating: nil, count: count) } }
        var firstMs = [Int64?](repeating: nil, count: count)
        var campaigns = CampaignVisits(subjects: count)
        var times = LabelTimes(index.all)
        func note(_ subject: Int, _ moment: ScoringMoment, by model: Int) {
            if firstMs[subject] == nil { firstMs[subject] = moment.ts }
            for risk in Risk.allCases {
                let amount =
                    risk == .couponAbuse
                    ? moment.amountAtRiskFen.couponAbuse : moment.amountAtRiskFen.fakeOrder
                stakes[model][risk.index][subject] = max(stakes[model][risk.index][subject] ?? 0, amount)
            }
        }
        func offer(
            _ subject: Int, _ logOdds: Scorer.LogOdds, by model: Int, _ vector: UnsafeBufferPointer<Float>
        ) {
            for risk in Risk.allCases {
                let reached = risk == .couponAbuse ? logOdds.couponAbuse : logOdds.fakeOrder
                let isFlagged = reached >= scorers[model].logitThreshold(risk, .review)
                if isFlagged, outcomes[model][risk.index][subject].flaggedAtFen == nil {
                    outcomes[model][risk.index][subject].flaggedAtFen =
                        stakes[model][risk.index][subject]
                }
                if reached > outcomes[model][risk.index][subject].highest {
                    outcomes[model][risk.index][subject].highest = reached
                    if isFlagged { outcomes[model][risk.index][subject].vector = Array(vector) }
                }
            }
        }

        var reader = try EventReader(paths: paths, configuration: configuration)
        // One a model: whom a model suspects shows in the features of others. Engines cannot be copied, nor put in an array.
        let engines = scorers.map { _ in EngineBox() }
        var batch = EventBatch()
        var reached = ReplayProgress()
        var first: Int64?
        while reader.next(into: &batch) {
            first = first ?? batch.events.first?.ts
            for event in batch.events where event.campaignKey != 0 {
                for subject in index.positions(event.accountKey)
                where event.ts <= index.all[subject].asOfMs ?? .max {
                    campaigns.note(subject, event.campaignKey)
                }
            }
            let parts = times.parts(of: batch)
            for (model, scorer) in scorers.enumerated() {
                for part in parts {
                    for subject in part.due {
                        engines[model].engine.preview(accountKey: index.keys[subject]) { moment, vector in
                            note(subject, moment, by: model)
                            offer(subject, scorer.logits(vector), by: model, vector)
                        }
                    }
                    engines[model].engine.observe(batch, part.events) { moment, vector, memory in
                        let positions = index.positions(moment.accountKey)
                        guard !positions.isEmpty || scorer.weighsCompany else { return }
                        let logOdds = scorer.logits(vector)
                        memory.suspect(logOdds)
                        for subject in positions where moment.ts <= index.all[subject].asOfMs ?? .max {
                            note(subject, moment, by: model)
                            offer(subject, logOdds, by: model, vector)
                        }
                    }
                }
            }
            reached.add(batch)
            progress(reached)
        }
        let endMs = reached.latestMs
        for (model, scorer) in scorers.enumerated() {
            engines[model].engine.finish { moment, vector, _ in
                for subject in index.positions(moment.accountKey)
                where endMs <= index.all[subject].asOfMs ?? .max {
                    note(subject, moment, by: model)
                    offer(subject, scorer.logits(vector), by: model, vector)
                }
            }
        }
        subjects = index.all
        self.outcomes = outcomes
        stakesFen = stakes[0]
        self.firstMs = firstMs
        self.campaigns = campaigns
        span = first.map { $0...max($0, endMs) }
        read = reader.report
    }
}

/// An engine that an array can hold.
private final class EngineBox {
    var engine = FeatureEngine()
}

extension EvaluationReplay {
    /// Labelled accounts of which the logs show nothing by their time; they take no part.
    public var unseen: [Subject] { zip(subjects, firstMs).filter { $1 == nil }.map(\.0) }

    /// The subjects that were judged for a risk and seen.
    public func judged(_ risk: Risk) -> [Int] {
        subjects.indices.filter { subjects[$0].labels[risk] != nil && firstMs[$0] != nil }
    }

    /// The accounts of one head with what it gave them.
    /// - Parameters:
    ///   - judged: as `judged(_:)` gives them.
    ///   - gangs: gang by account id; accounts of one are drawn together.
    /// - Returns: nil where the model has no such head.
    public func scored(
        model: Int, scorer: Scorer, risk: Risk, judged: [Int], gangs: [String: String] = [:]
    ) -> ScoredAccounts? {
        guard scorer.model.heads[risk] != nil else { return nil }
        var numbers: [String: Int] = [:]
        let groups = judged.map { subject in
            let account = subjects[subject].accountID
            let group = gangs[account].map { "gang " + $0 } ?? "account " + account
            let number = numbers[group] ?? numbers.count
            numbers[group] = number
            return number
        }
        let outcomes = outcomes[model][risk.index]
        return ScoredAccounts(
            probabilities: judged.map { scorer.probability(outcomes[$0].highest, risk) },
            labels: judged.map { subjects[$0].labels[risk]! }, groups: groups,
            stakes: judged.map { subject in
                let total = Double(stakesFen[risk.index][subject] ?? 0)
                let saved = outcomes[subject].flaggedAtFen.map { total - Double($0) } ?? 0
                return .init(totalFen: total, savedFen: saved)
            })
    }

    /// The figures of one head.
    /// - Returns: nil where no account was seen of one of the two labels, or the model has no such head.
    public func evaluation(model: Int, scorer: Scorer, risk: Risk) -> HeadEvaluation? {
        guard let head = scorer.model.heads[risk] else { return nil }
        return scored(model: model, scorer: scorer, risk: risk, judged: judged(risk))?
            .evaluation(thresholds: head.thresholds)
    }

    /// How many days the logs span, at least one.
    public var days: Double {
        guard let span else { return 1 }
        return max(1, Double(span.upperBound - span.lowerBound) / 86_400_000)
    }
}
