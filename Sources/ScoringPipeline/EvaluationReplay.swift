import ActivityLog
import RiskFeatures
import RiskModel

/// The highest score that each labelled account reached by its time, for one or more models in one reading.
public struct EvaluationReplay: Sendable {
    /// The labelled accounts, ordered by account id.
    public let subjects: [Subject]
    /// Highest raw log-odds of each subject, by model; −∞ where the logs show nothing of it by its time.
    public private(set) var highest: [[(couponAbuse: Float, fakeOrder: Float)]]
    /// What reading saw.
    public private(set) var read = ReadReport()

    /// Reads the logs to their end.
    /// - Throws: `ReadError`.
    public init(
        paths: [String], configuration: ReadConfiguration = ReadConfiguration(), labels: [AccountLabel],
        scorers: [Scorer], progress: (ReplayProgress) -> Void = { _ in }
    ) throws(ReadError) {
        let index = Subjects(labels, hash: configuration.hash)
        subjects = index.all
        var highest = Array(
            repeating: Array(
                repeating: (couponAbuse: -Float.infinity, fakeOrder: -Float.infinity), count: index.all.count),
            count: scorers.count)
        func offer(_ subject: Int, _ vector: UnsafeBufferPointer<Float>) {
            for (model, scorer) in scorers.enumerated() {
                let logOdds = scorer.logits(vector)
                let best = highest[model][subject]
                highest[model][subject] = (
                    max(best.couponAbuse, logOdds.couponAbuse), max(best.fakeOrder, logOdds.fakeOrder)
                )
            }
        }

        var reader = try EventReader(paths: paths, configuration: configuration)
        var engine = FeatureEngine()
        var batch = EventBatch()
        var reached = ReplayProgress()
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
        self.highest = highest
        read = reader.report
    }
}

extension EvaluationReplay {
    /// Labelled accounts of which the logs show nothing by their time; they take no part.
    public var unseen: Int { highest.first?.count { $0.couponAbuse == -.infinity } ?? 0 }

    /// The figures of one head.
    /// - Returns: nil where no account was seen of one of the two labels.
    public func evaluation(model: Int, scorer: Scorer, risk: Risk) -> HeadEvaluation? {
        guard let head = scorer.model.heads[risk] else { return nil }
        var probabilities: [Double] = []
        var labels: [Bool] = []
        for (subject, best) in zip(subjects, highest[model]) {
            let logOdds = risk == .couponAbuse ? best.couponAbuse : best.fakeOrder
            guard let label = subject.labels[risk], logOdds > -.infinity else { continue }
            probabilities.append(scorer.probability(logOdds, risk))
            labels.append(label)
        }
        return HeadEvaluation(probabilities: probabilities, labels: labels, thresholds: head.thresholds)
    }
}
