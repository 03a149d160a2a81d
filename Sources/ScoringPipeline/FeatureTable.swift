import ActivityLog
import RiskFeatures
import RiskModel

/// The feature table: what is known of accounts, a row each, as CSV for a person's own notebook.
public struct FeatureTable {
    /// An account at one moment.
    struct Row {
        var accountID: String
        var asOfMs: Int64
        /// Position of the row's first value in `vectors`.
        var start: Int
        /// What was judged of it.
        var labels: [Risk: Bool] = [:]
    }

    private var rows: [Row] = []
    private var vectors: [Float] = []
    /// Whether the table ends with a column of labels a risk.
    private var isLabelled = false
    /// What reading saw.
    public private(set) var read = ReadReport()
    /// Labelled accounts of which the logs show nothing by their time.
    public private(set) var missing: [Subject] = []

    /// Accounts without a row, since they were last seen so long before the end of the logs that they were forgotten.
    public private(set) var forgotten = 0

    /// How many rows there are.
    public var count: Int { rows.count }

    /// Every account as known at the end of the logs.
    /// - Parameter scorer: says who is a suspect in the eyes of those who share things with it.
    /// - Throws: `ReadError`.
    public init(
        paths: [String], configuration: ReadConfiguration = ReadConfiguration(), scorer: Scorer,
        progress: (ReplayProgress) -> Void = { _ in }
    ) throws(ReadError) {
        var reader = try EventReader(paths: paths, configuration: configuration)
        var engine = FeatureEngine()
        engine.forgotten = []
        var batch = EventBatch()
        var reached = ReplayProgress()
        while reader.next(into: &batch) {
            engine.observe(batch) { _, vector, memory in scorer.suspect(vector, &memory) }
            reached.add(batch)
            progress(reached)
        }
        var accounts: [UInt32] = []
        engine.finish { moment, vector, _ in
            accounts.append(moment.account)
            rows.append(Row(accountID: "", asOfMs: moment.ts, start: vectors.count))
            vectors.append(contentsOf: vector)
        }
        if !scorer.weighsCompany { vectors.forgetCompany() }
        for (position, account) in accounts.enumerated() {
            rows[position].accountID = engine.accountID(account)
        }
        rows.sort { $0.accountID.precedesInBytes($1.accountID) }
        // By the bytes: text that is the same to a reader may be two accounts.
        var seen = Set((engine.forgotten ?? []).map { Array($0.accountID.utf8) })
        engine.forEachAccount { account, _ in seen.insert(Array(engine.accountID(account).utf8)) }
        forgotten = seen.count - rows.count
        read = reader.report
    }

    /// Labelled accounts, each as known at its label's time (or at the end): the last snapshot of each that
    /// training sees.
    public init(_ replay: TrainingReplay) {
        var last = [Int?](repeating: nil, count: replay.subjects.count)
        for (position, snapshot) in replay.snapshots.enumerated() {
            if let known = last[snapshot.subject], replay.snapshots[known].ts > snapshot.ts { continue }
            last[snapshot.subject] = position
        }
        for (subject, position) in zip(replay.subjects, last) {
            guard let position else {
                missing.append(subject)
                continue
            }
            rows.append(
                Row(
                    accountID: subject.accountID, asOfMs: replay.snapshots[position].ts,
                    start: position * FeatureCatalog.count, labels: subject.labels))
        }
        vectors = replay.vectors
        isLabelled = true
        read = replay.read
    }

    /// `account_id,as_of_ms`, then a column a feature, then for labelled accounts a column a risk; sorted by
    /// account id. What is unknown, or was not judged, is empty.
    /// - Parameter write: called with some of the bytes at a time.
    public func csv(_ write: ([UInt8]) throws -> Void) rethrows {
        var csv = CSVWriter()
        let risks = isLabelled ? Risk.allCases : []
        csv.append(["account_id", "as_of_ms"] + FeatureCatalog.names + risks.map(\.rawValue))
        for row in rows {
            let values = vectors[row.start..<row.start + FeatureCatalog.count]
            let labels = risks.map { row.labels[$0].map { $0 ? "1" : "0" } ?? "" }
            csv.append([row.accountID, String(row.asOfMs)] + values.map(\.csvText) + labels)
            if csv.bytes.count > 1 << 20 {
                try write(csv.bytes)
                csv.removeAll()
            }
        }
        try write(csv.bytes)
    }
}
