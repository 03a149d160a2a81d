import ActivityLog
import RiskFeatures
import RiskModel

/// The highest score that each labelled account reached by its time, as scoring would have found it, given by weights
/// that had seen neither the account nor its gang.
///
/// Training sees an account at a few of its costly events, scoring at all of them; the highest of many is higher than the
/// highest of few, for good accounts too. So thresholds are taken from here.
public struct OutOfFoldReplay: Sendable {
    /// Raw log-odds by risk, of the accounts judged for it and seen; numbered by their positions in
    /// `TrainingReplay.subjects`.
    public private(set) var scores: [Risk: AccountScores] = [:]
    /// By risk, the company that the judged accounts kept at the moments that training sees: the features of that family
    /// alone, with the log-odds of own conduct as offsets.
    public private(set) var company: [Risk: TrainingSet] = [:]
    /// How the accounts lie in the bins of the heads, labelled or not, each with the highest log-odds it reached.
    public let population: PopulationCount
    /// How many days the logs span, at least one.
    public let days: Double

    /// Reads the logs to their end.
    /// - Parameters:
    ///   - labels: those that the heads were trained on; `gangs` and `seed` too are as they were then.
    ///   - trained: heads over the features of `FeatureCatalog`.
    /// - Throws: `ReadError`, or `ModelError` where a head has other features.
    public init(
        paths: [String], configuration: ReadConfiguration = ReadConfiguration(), labels: [AccountLabel],
        trained: [Risk: TrainedHead], gangs: [String: String] = [:], seed: UInt64 = 1,
        progress: (ReplayProgress) -> Void = { _ in }
    ) throws {
        let index = Subjects(labels, hash: configuration.hash)
        let groups = index.all.groups(gangs: gangs, seed: seed)
        let whole = try Scorer(
            LogisticModel(
                name: "whole", training: .init(data: "", commands: []), heads: trained.mapValues(\.head)),
            featureNames: FeatureCatalog.names)
        var judges = try trained.sorted { $0.key.index < $1.key.index }.map { risk, head in
            try Judge(risk, head, subjects: index.all, groups: groups)
        }

        let columns = FeatureCatalog.companyIndices
        var rows = SnapshotStore(subjects: index.all)
        var row = [Float](repeating: .nan, count: columns.count + Risk.allCases.count)
        var reader = try EventReader(paths: paths, configuration: configuration)
        var engine = FeatureEngine()
        var batch = EventBatch()
        var reached = ReplayProgress()
        var times = LabelTimes(index.all)
        /// What the heads that have not seen it make of a labelled account.
        func judge(
            _ subject: Int, _ vector: UnsafeBufferPointer<Float>, counts: Bool, _ memory: inout ScoreMemory
        ) {
            for (place, column) in columns.enumerated() { row[place] = vector[column] }
            for judge in judges.indices {
                let logOdds = judges[judge].logOdds(subject, vector)
                memory.suspect(logOdds)
                memory.rise(to: logOdds, judges[judge].risk)
                if counts { judges[judge].offer(subject, logOdds) }
                row[columns.count + judges[judge].risk.index] =
                    judges[judge].risk == .couponAbuse ? logOdds.ownCouponAbuse : logOdds.ownFakeOrder
            }
        }
        /// What the whole heads make of an account without a label.
        func rise(_ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory) {
            let logOdds = whole.logits(vector)
            memory.suspect(logOdds)
            for risk in Risk.allCases { memory.rise(to: logOdds, risk) }
        }
        while reader.next(into: &batch) {
            for part in times.parts(of: batch) {
                for subject in part.due {
                    engine.preview(accountKey: index.keys[subject]) { moment, vector in
                        var memory = ScoreMemory()
                        judge(subject, vector, counts: true, &memory)
                        row.withUnsafeBufferPointer { rows.keepLast(subject, moment, $0) }
                    }
                }
                engine.observe(batch, part.events) { moment, vector, memory in
                    let positions = index.positions(moment.accountKey)
                    if positions.isEmpty { rise(vector, &memory) }
                    for subject in positions {
                        let counts = moment.ts <= index.all[subject].asOfMs ?? .max
                        judge(subject, vector, counts: counts, &memory)
                        guard counts else { continue }
                        row.withUnsafeBufferPointer { rows.offer(subject, moment, $0) }
                    }
                }
            }
            reached.add(batch)
            progress(reached)
        }
        let endMs = reached.latestMs
        var population = PopulationSample(trained.mapValues(\.head), of: engine.accountCount)
        engine.finish { moment, vector, memory in
            let positions = index.positions(moment.accountKey)
            for subject in positions {
                // Who was judged earlier is no longer what was judged, but still one of the accounts.
                let counts = endMs <= index.all[subject].asOfMs ?? .max
                judge(subject, vector, counts: counts, &memory)
                if counts { row.withUnsafeBufferPointer { rows.keepLast(subject, moment, $0) } }
            }
            if positions.isEmpty { rise(vector, &memory) }
            population.offer(moment, vector, memory)
        }
        self.population = population.count
        let report = reader.report
        days = max(1, Double((report.lastMs ?? 0) - (report.firstMs ?? 0)) / 86_400_000)
        for judge in judges {
            scores[judge.risk] = judge.scores(index.all)
            company[judge.risk] = rows.snapshots.trainingSet(
                judge.risk, index.all, groups: groups, rows.vectors,
                columns: columns.map { TrainingColumn(FeatureCatalog.all[$0], judge.risk) },
                offset: columns.count + judge.risk.index)
        }
    }

    /// The fold heads of one risk, and what each account reached with the one that had not seen it.
    private struct Judge {
        let risk: Risk
        private let scorers: [Scorer]
        /// The scorer of each subject; the whole head, the last, for a subject that was not judged for this risk.
        private let scorerOf: [Int]
        /// −∞ for a subject that was not seen.
        private var highest: [Float]

        init(_ risk: Risk, _ trained: TrainedHead, subjects: [Subject], groups: [UInt64]) throws(ModelError) {
            self.risk = risk
            var scorers: [Scorer] = []
            for head in trained.foldHeads + [trained.head] {
                let model = LogisticModel(
                    name: "fold \(scorers.count + 1)", training: .init(data: "", commands: []),
                    heads: [risk: head])
                scorers.append(try Scorer(model, featureNames: FeatureCatalog.names))
            }
            self.scorers = scorers
            scorerOf = zip(subjects, groups).map {
                $0.labels[risk] == nil ? trained.foldHeads.count : trained.foldHead(without: $1)
            }
            highest = Array(repeating: -.infinity, count: subjects.count)
        }

        func logOdds(_ subject: Int, _ vector: UnsafeBufferPointer<Float>) -> Scorer.LogOdds {
            scorers[scorerOf[subject]].logits(vector)
        }

        mutating func offer(_ subject: Int, _ logOdds: Scorer.LogOdds) {
            highest[subject] = max(
                highest[subject], risk == .couponAbuse ? logOdds.couponAbuse : logOdds.fakeOrder)
        }

        func scores(_ subjects: [Subject]) -> AccountScores {
            var scores = AccountScores()
            for (position, subject) in subjects.enumerated()
            where highest[position] > -.infinity && subject.labels[risk] != nil {
                scores.append(
                    account: position, logit: Double(highest[position]), label: subject.labels[risk]!)
            }
            return scores
        }
    }
}
