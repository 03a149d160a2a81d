import ActivityLog
import CaseFile
import Foundation
import RiskFeatures
import RiskModel

/// The one loop: read, remember, score, flag, commit.
///
/// Reading has a thread of its own; remembering and scoring run on the caller's. Nothing is written before the
/// logs have been read to their end, and then everything in one transaction.
public struct ScoringRun: ~Copyable {
    private var reader: EventReader
    private let scorer: Scorer
    private let caseFile: CaseFile
    private let scoresPath: String?

    /// - Parameters:
    ///   - reader: the logs, not yet begun.
    ///   - scorer: the model over the features of `FeatureCatalog`.
    ///   - caseFile: where the flags go.
    ///   - scoresPath: a CSV of every account's highest probabilities (`OutputFile.check` it before); nil for none.
    public init(
        reader: consuming EventReader, scorer: Scorer, caseFile: CaseFile, scoresPath: String? = nil
    ) {
        self.reader = reader
        self.scorer = scorer
        self.caseFile = caseFile
        self.scoresPath = scoresPath
    }

    /// Scores every account at each event that can cost money and at the end, and commits the flags.
    /// - Parameter progress: called after each batch of events.
    /// - Throws: `CaseFileError`, `OutputError`, or `TailLockError` when a tail follows into the database; nothing was written then.
    public consuming func run(progress: (ReplayProgress) -> Void = { _ in }) throws -> ScoringReport {
        let scorer = scorer
        let judge = Judge(scorer)
        var engine = FeatureEngine()
        engine.forgotten = scoresPath == nil ? nil : []
        var flags = FlagBook()
        var events = EventBatch()
        var reached = ReplayProgress()
        while reader.next(into: &events) {
            engine.observe(events) { judge.score($0, $1, &$2, &flags) }
            flags.nameAccounts(in: events)
            flags.takeDeparted(from: &engine)
            reached.add(events)
            progress(reached)
        }
        let population = judge.finish(&engine, &flags)

        let report = reader.report
        let entities = engine.entityCounts
        let scoresFile = try scoresPath.map { path in
            try OutputFile(path, bytes: ScoreTable.csv(engine, scorer))
        }
        let gangs = GangTables(engine.findGangs(), engine, scorer)
        let records = flags.records(engine)
        // Its memory makes room for the rows.
        _ = consume engine
        let flagged = flags.flaggedAccounts(scorer, judge.policy)
        var changes = CaseBatch(flagged, report, model: scorer.model.name)
        RejectedByLog().advanced(to: report).write(to: &changes, told: RejectedByLog())
        changes.gangs = gangs
        changes.drift = population.drift(scorer.model, asOfMs: reached.latestMs)
        changes.evidence = EvidenceWriter(scorer, campaignNames: report.campaignNames).rows(records)
        // It may have come while the logs were read.
        try TailLock.check(database: caseFile.path)
        try caseFile.commit(changes)
        try scoresFile?.putInPlace()
        return ScoringReport(read: report, flagged: flagged, gangs: gangs, entities: entities)
    }
}

/// How far a replay has come.
public struct ReplayProgress: Sendable {
    public var events: Int64 = 0
    /// Event time of the latest event, milliseconds; 0 before the first.
    public var latestMs: Int64 = 0

    mutating func add(_ batch: borrowing EventBatch) {
        events += Int64(batch.events.count)
        if let last = batch.events.last { latestMs = last.ts }
    }
}
