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
        var judges = try trained.sorted { $0.key.index < $1.key.index }.map { risk, head in
            try Judge(risk, head, subjects: index.all, groups: groups)
        }

        var reader = try EventReader(paths: paths, configuration: configuration)
        var engine = FeatureEngine()
        var batch = EventBatch()
        var reached = ReplayProgress()
        func offer(_ subject: Int, _ vector: UnsafeBufferPointer<Float>) {
            for judge in judges.indices { judges[judge].offer(subject, vector) }
        }
        while reader.next(into: &batch) {
            engine.observe(batch) { moment, vector, _ in
                for subject in index.positions(moment.accountKey)
                where moment.ts <= index.all[subject].asOfMs ?? .max {
                    offer(subject, vector)
                }
            }
            reached.add(batch)
            progress(reached)
        }
        let endMs = reached.latestMs
        engine.finish { moment, vector, _ in
            for subject in index.positions(moment.accountKey) where endMs <= index.all[subject].asOfMs ?? .max
            {
                offer(subject, vector)
            }
        }
        let report = reader.report
        days = max(1, Double((report.lastMs ?? 0) - (report.firstMs ?? 0)) / 86_400_000)
        for judge in judges { scores[judge.risk] = judge.scores(index.all) }
    }

    /// The fold heads of one risk, and what each account reached with the one that had not seen it.
    private struct Judge {
        let risk: Risk
        private let scorers: [Scorer]
        /// The scorer of each subject; −1 for a subject that was not judged for this risk.
        private let scorerOf: [Int]
        /// −∞ for a subject that was not seen.
        private var highest: [Float]

        init(_ risk: Risk, _ trained: TrainedHead, subjects: [Subject], groups: [UInt64]) throws(ModelError) {
            self.risk = risk
            var scorers: [Scorer] = []
            for head in trained.foldHeads {
                let model = LogisticModel(
                    name: "fold \(scorers.count + 1)", training: .init(data: "", commands: []),
                    heads: [risk: head])
                scorers.append(try Scorer(model, featureNames: FeatureCatalog.names))
            }
            self.scorers = scorers
            scorerOf = zip(subjects, groups).map {
                $0.labels[risk] == nil ? -1 : trained.foldHead(without: $1)
            }
            highest = Array(repeating: -.infinity, count: subjects.count)
        }

        mutating func offer(_ subject: Int, _ vector: UnsafeBufferPointer<Float>) {
            guard scorerOf[subject] >= 0 else { return }
            let logOdds = scorers[scorerOf[subject]].logits(vector)
            highest[subject] = max(
                highest[subject], risk == .couponAbuse ? logOdds.couponAbuse : logOdds.fakeOrder)
        }

        func scores(_ subjects: [Subject]) -> AccountScores {
            var scores = AccountScores()
            for (position, subject) in subjects.enumerated() where highest[position] > -.infinity {
                scores.append(
                    account: position, logit: Double(highest[position]), label: subject.labels[risk]!)
            }
            return scores
        }
    }
}
