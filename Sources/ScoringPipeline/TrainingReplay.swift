import ActivityLog
import RiskFeatures
import RiskModel

/// Labelled accounts, replayed through the same features that score them.
///
/// An account is seen as it was at its costly events number 1, 2, 4, 8, … and at the end of the logs; where its label
/// has a time, the logs end there. So a model learns to speak up early and not only when all is over.
public struct TrainingReplay: Sendable {
    /// An account's features at one moment.
    public struct Snapshot: Sendable {
        /// Position in `subjects`.
        public var subject: Int
        /// Event time, milliseconds.
        public var ts: Int64
    }

    /// The labelled accounts, ordered by account id.
    public let subjects: [Subject]
    /// In the order in which the logs brought them.
    public private(set) var snapshots: [Snapshot] = []
    /// `FeatureCatalog.count` raw values a snapshot; unknown is NaN.
    public private(set) var vectors: [Float] = []
    /// Some accounts without a label, as known at the end of the logs: `FeatureCatalog.count` raw values an account.
    public private(set) var bystanders: [Float] = []
    /// How many accounts without a label each of them stands for.
    public private(set) var accountsPerBystander = 1.0
    /// What reading saw.
    public private(set) var read = ReadReport()

    /// How many snapshots each subject has; 0 where the logs show nothing of it by its time.
    public var snapshotCounts: [Int] {
        snapshots.reduce(into: [Int](repeating: 0, count: subjects.count)) { $0[$1.subject] += 1 }
    }

    /// Labelled accounts of which the logs show nothing by their time; they take no part.
    public var unseen: [Subject] { zip(subjects, snapshotCounts).filter { $1 == 0 }.map(\.0) }

    /// Reads the logs to their end.
    /// - Parameters:
    ///   - bystanders: about how many accounts without a label to keep, drawn by a hash of their ids.
    ///   - scorer: says who is a suspect in the eyes of those who share things with it; with nil, or one that weighs
    ///     no company, the features on company are unknown.
    /// - Throws: `ReadError`.
    public init(
        paths: [String], configuration: ReadConfiguration = ReadConfiguration(), labels: [AccountLabel],
        bystanders wanted: Int = 0, scorer: Scorer? = nil, progress: (ReplayProgress) -> Void = { _ in }
    ) throws(ReadError) {
        let index = Subjects(labels, hash: configuration.hash)
        subjects = index.all
        var reader = try EventReader(paths: paths, configuration: configuration)
        var engine = FeatureEngine()
        var store = SnapshotStore(subjects: index.all)
        var times = LabelTimes(index.all)
        var batch = EventBatch()
        var reached = ReplayProgress()

        while reader.next(into: &batch) {
            for part in times.parts(of: batch) {
                for subject in part.due {
                    engine.preview(accountKey: index.keys[subject]) { store.keepLast(subject, $0, $1) }
                }
                engine.observe(batch, part.events) { moment, vector, memory in
                    scorer?.suspect(vector, &memory)
                    for subject in index.positions(moment.accountKey) {
                        store.offer(subject, moment, vector)
                    }
                }
            }
            reached.add(batch)
            progress(reached)
        }
        let endMs = reached.latestMs
        var bystanders: [Float] = []
        let share = Double(wanted) / Double(max(1, engine.accountCount))
        var unlabelled = 0
        engine.finish { moment, vector, _ in
            if index.positions(moment.accountKey).isEmpty {
                unlabelled += 1
                if Double(moment.accountKey >> 11) * 0x1p-53 < share {
                    bystanders.append(contentsOf: vector)
                }
            }
            for subject in index.positions(moment.accountKey)
            where (index.all[subject].asOfMs ?? endMs) >= endMs {
                store.keepLast(subject, moment, vector)
            }
        }
        snapshots = store.snapshots
        vectors = store.vectors
        self.bystanders = bystanders
        if !bystanders.isEmpty {
            accountsPerBystander = Double(unlabelled * FeatureCatalog.count) / Double(bystanders.count)
        }
        read = reader.report
        if scorer?.weighsCompany != true {
            vectors.forgetCompany()
            self.bystanders.forgetCompany()
        }
    }
}

extension [Float] {
    /// Makes the features on company unknown in vectors that stand one after another: where nobody says who is a suspect,
    /// none is no news.
    mutating func forgetCompany() {
        for start in stride(from: 0, to: count, by: FeatureCatalog.count) {
            for index in FeatureCatalog.companyIndices { self[start + index] = .nan }
        }
    }
}

/// Snapshots as they are taken.
struct SnapshotStore {
    private let asOfMs: [Int64?]
    /// The snapshot of each subject that the next later one replaces; −1 for none.
    private var replaceable: [Int]
    private(set) var snapshots: [TrainingReplay.Snapshot] = []
    private(set) var vectors: [Float] = []

    init(subjects: [Subject]) {
        asOfMs = subjects.map(\.asOfMs)
        replaceable = Array(repeating: -1, count: subjects.count)
    }

    /// Takes a costly event's vector where the rule says so.
    mutating func offer(_ subject: Int, _ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>) {
        let isPowerOfTwo = moment.costlyEvents & (moment.costlyEvents &- 1) == 0
        if let limit = asOfMs[subject] {
            guard moment.ts <= limit else { return }
            keepLast(subject, moment, vector)
            replaceable[subject] = isPowerOfTwo ? -1 : replaceable[subject]
        } else if isPowerOfTwo {
            keepLast(subject, moment, vector)
            replaceable[subject] = -1
        }
    }

    /// Takes a vector in place of the subject's replaceable one, and leaves it replaceable.
    mutating func keepLast(_ subject: Int, _ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>) {
        let snapshot = TrainingReplay.Snapshot(subject: subject, ts: moment.ts)
        let position = replaceable[subject]
        if position < 0 {
            replaceable[subject] = snapshots.count
            snapshots.append(snapshot)
            vectors.append(contentsOf: vector)
        } else {
            snapshots[position] = snapshot
            let start = position * vector.count
            for index in vector.indices { vectors[start + index] = vector[index] }
        }
    }
}
