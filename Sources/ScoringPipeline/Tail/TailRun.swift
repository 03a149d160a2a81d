import ActivityLog
import CaseFile
import Foundation
import RiskFeatures
import RiskModel

/// The one loop, over logs that grow: read, remember, score, flag, commit, and now and then a checkpoint.
///
/// Two watches look at the events. The canonical one takes them in their order, the lateness bound behind the newest:
/// what it says is what `score` says. The other is a clone of it that is ahead: it takes events as they come, so that a
/// flag is there when money can still be stopped. What it raises is laid over the canonical rows until the
/// canonical watch has come as far and says the same, or does not. When the logs are silent and every event is settled,
/// the clone scores all accounts once more as `score` does at the end of the logs, so that an idle tail shows exactly
/// the flags that `score` finds in the same logs.
///
/// While history is read, reading has a thread of its own, a batch ahead.
///
/// A checkpoint is taken after a commit, when no flag waits, so it holds none. Its thread copies the canonical watch, for
/// which events wait meanwhile, while the view ahead goes on. Trouble with the database that may pass
/// (a lock, a full disk) stops nothing: flags wait in memory and are tried again, and the checkpoint waits for them.
///
/// When the model is replaced, every account's highest score is forgotten: it was in the other model's log-odds. Rows of
/// the other model stay until the new one flags the account, and are replaced then, as by any commit.
public struct TailRun: ~Copyable {
    private let reading: ReadAhead
    private var input: TailInput { reading.input }
    private let caseFile: CaseFile
    private let configuration: TailConfiguration
    private let control: TailControl
    private let checkpoint: CheckpointWriter
    private var facts: CheckpointFile.Facts
    private var models: ModelSource
    private var judge: Judge
    /// Waits until the flags of the model before are committed.
    private var nextJudge: Judge?

    private let canonical: CanonicalWatch
    private var ahead: Watch?
    private var aheadFlags = AheadFlags()
    private var repeats = RepeatFilter()
    /// What an earlier process showed ahead; withdrawn once this one has had time to raise it again.
    private var orphans: [FlagKey]
    /// The scoring at the end has been done for all that was read.
    private var isFinished = false
    /// Gangs that were found and wait for the next commit.
    private var gangs: GangTables?
    /// How the accounts lie, found and not yet committed.
    private var population: PopulationSample?
    private var known: Set<FlagKey>
    private var flagsToday = FlagsToday()
    private var writtenEvidence = WrittenEvidence()
    /// What the database says of rejected lines.
    private var toldRejected: RejectedByLog

    /// Under which `metadata` keeps it.
    private static let rejectedName = "rejected_by_log"

    private let lock: TailLock
    private var batch = EventBatch()
    private var arrivals = EventBatch()
    private var progress: TailProgress
    private var troubles = Troubles()
    /// Why the last commit could not be made.
    private var unsaved: CaseFileError?

    /// Goes on from the checkpoint, or begins with history.
    /// - Parameters:
    ///   - caseFile: where the flags go; opened to wait for locks shortly, because the stream waits with it.
    ///   - models: the model file over the features of `FeatureCatalog`.
    ///   - reading: what lines become events; a checkpoint made with other options is of no use.
    ///   - clock: milliseconds that only grow.
    ///   - open: the logs, from where they were when these bytes were taken, or from the beginning.
    /// - Throws: `TailLockError` when another process follows into this database, `ModelError`, `CaseFileError`, and
    ///   what `open` throws without bytes.
    static func begin(
        caseFile: CaseFile, models: ModelSource, reading: ReadConfiguration, configuration: TailConfiguration,
        control: TailControl, clock: @escaping @Sendable () -> Int64 = TailProgress.monotonicMs,
        tell: (TailNews) -> Void, open: (_ snapshot: [UInt8]?) throws -> TailInput
    ) throws -> TailRun {
        let lock = try TailLock(database: caseFile.path)
        var models = models
        let judge = Judge(try models.load())
        let file = CheckpointFile(database: caseFile.path)
        let facts = CheckpointFile.Facts(
            database: try caseFile.identity(), model: judge.scorer.model.fingerprint,
            reading: reading.fingerprint,
            savedMs: 0)
        let orphans = try caseFile.provisionalFlags()
        let known = Set(try caseFile.flagKeys())
        let rejected = try caseFile.metadata()[rejectedName]
        var progress = TailProgress(configuration, clock)
        let found = configuration.start == .checkpoint ? find(file, facts, tell) : nil
        if let found, let origin = goOn(from: found, file, facts, tell, open) {
            progress.goesOn(from: found.facts.savedMs)
            control.connect(wake: origin.input.wake)
            return TailRun(
                reading: ReadAhead(origin.input), caseFile: caseFile, configuration: configuration,
                control: control,
                checkpoint: CheckpointWriter(file, caseFile), facts: facts, models: models, judge: judge,
                canonical: CanonicalWatch(origin.watch), orphans: orphans, known: known,
                toldRejected: RejectedByLog(rejected, goesOn: true), lock: lock,
                progress: progress)
        }
        let input = try open(nil)
        control.connect(wake: input.wake)
        return TailRun(
            reading: ReadAhead(input), caseFile: caseFile, configuration: configuration, control: control,
            checkpoint: CheckpointWriter(file, caseFile), facts: facts, models: models, judge: judge,
            canonical: CanonicalWatch(Watch(FeatureEngine())), orphans: orphans, known: known,
            toldRejected: RejectedByLog(rejected, goesOn: false), lock: lock,
            progress: progress)
    }

    /// Where a run goes on.
    private struct Origin: ~Copyable {
        let watch: Watch
        let input: TailInput
    }

    /// - Returns: nil when there is no checkpoint, or none of use.
    private static func find(
        _ file: CheckpointFile, _ now: CheckpointFile.Facts, _ tell: (TailNews) -> Void
    ) -> CheckpointFile.Contents? {
        do throws(CheckpointError) {
            guard let contents = try file.read() else { return nil }
            guard contents.facts.database == now.database else {
                throw CheckpointError(file.path, .otherDatabase)
            }
            guard contents.facts.reading == now.reading else {
                throw CheckpointError(file.path, .otherReading)
            }
            return contents
        } catch {
            tell(.warning("\(error)"))
            return nil
        }
    }

    private static func goOn(
        from found: CheckpointFile.Contents, _ file: CheckpointFile, _ now: CheckpointFile.Facts,
        _ tell: (TailNews) -> Void, _ open: ([UInt8]?) throws -> TailInput
    ) -> Origin? {
        let isOtherModel = found.facts.model != now.model
        do {
            let watch = Watch(try found.restoredEngine(), forgettingScores: isOtherModel)
            let origin = Origin(watch: watch, input: try open(found.stream))
            if isOtherModel { tell(.note("the checkpoint was made with another model; scores begin anew")) }
            return origin
        } catch {
            tell(.warning("\(CheckpointError(file.path, .unusable("\(error)")))"))
            return nil
        }
    }

    /// Reads, remembers, scores, flags and commits until it is told to stop.
    /// - Throws: `CaseFileError` for trouble that does not pass; nothing is half-written then.
    public consuming func run(_ tell: (TailNews) -> Void = { _ in }) throws {
        defer {
            reading.end()
            // A checkpoint that is being written when something fails is still of use.
            checkpoint.wait()
        }
        while !control.isStopping || reading.isAhead {
            try takeEvents()
            // What is read ahead is of no commit and no checkpoint.
            guard !reading.isAhead else { continue }
            if progress.isGlimpseDue {
                tell(.status(status))
                progress.glimpsed()
            }
            try commitIfDue(tell)
            beReadyAhead()
            checkpointIfDue(tell)
            try changeModelIfAsked(tell)
            if control.takeStatus() { tell(.status(status)) }
        }
        try end(tell)
    }

    private mutating func takeEvents() throws {
        let readsOn =
            progress.isCatchingUp && !control.isStopping && !isCheckpointDue && !progress.isGlimpseDue
            && !progress.isCommitDue(hasFlags: hasChanges)
        let step = try reading.next(
            &batch, &arrivals, progress.waitMs(hasFlags: hasChanges), readsOn: readsOn)
        progress.took(step, batch, arrivals)
        canonical.observe(batch, judge)
        lookAhead(step)
        lookForGangs(step)
    }

    private var hasChanges: Bool { !canonical.flags.isEmpty || aheadFlags.hasChanges || gangs != nil }

    /// Looks for gangs in the canonical order now and then while events come; once they have all come, `finishAhead`
    /// looks as `score` does.
    private mutating func lookForGangs(_ step: TailInput.Step) {
        let isQuiet = step == .idle && !configuration.viewAhead
        // While it is lent, events wait that it has not seen; there is time.
        guard !canonical.isLent, progress.takeGangsDue(isQuiet: isQuiet) else { return }
        gangs = canonical.gangs(judge)
    }

    // MARK: Ahead of the canonical order

    private mutating func lookAhead(_ step: TailInput.Step) {
        if step == .idle || progress.hasFollowed(forMs: configuration.checkpointMs) {
            aheadFlags.adopt(orphans)
            orphans = []
        }
        guard configuration.viewAhead else { return }
        if !batch.events.isEmpty || !arrivals.events.isEmpty { isFinished = false }
        if progress.isCatchingUp {
            ahead = nil
            canonical.settle(judge)
        } else if step == .idle {
            finishAhead()
        } else if ahead == nil {
            ahead = canonical.clone()
            var pending = EventBatch()
            input.pending(&pending)
            repeats = RepeatFilter()
            observeAhead(pending)
        } else if !arrivals.events.isEmpty {
            repeats.removeRepeats(from: &arrivals)
            observeAhead(arrivals)
        }
        if !canonical.isLent, let reachedMs = progress.reachedMs { aheadFlags.expire(before: reachedMs) }
    }

    private mutating func observeAhead(_ events: borrowing EventBatch) {
        ahead!.observe(events, judge)
        aheadFlags.add(ahead!.take())
    }

    /// Says what `score` would say now.
    private mutating func finishAhead() {
        guard !isFinished else { return }
        canonical.settle(judge)
        ahead = nil
        let said = canonical.clone().finished(judge)
        aheadFlags.settle(said.flags)
        gangs = said.gangs
        population = said.population
        progress.foundGangs()
        isFinished = true
    }

    /// Once the flags at the end of the logs are shown, there is time for the clone that the next events ask for.
    private mutating func beReadyAhead() {
        if isFinished, ahead == nil, !hasChanges, !progress.isCatchingUp { ahead = canonical.clone() }
    }

    // MARK: Committing

    private mutating func commitIfDue(_ tell: (TailNews) -> Void) throws {
        guard progress.isCommitDue(hasFlags: hasChanges) else { return }
        try commit(tell)
    }

    private var status: TailStatus {
        var status = progress.status(canonical.accountCount, input.report(), troubles.lines)
        status.flagsToday = flagsToday.count
        return status
    }

    /// Commits the flags that wait, and what `status` tells.
    private mutating func commit(_ tell: (TailNews) -> Void) throws {
        aheadFlags.renew(under: canonical.flags)
        let report = input.report()
        if report.sources.isEmpty {
            troubles.began(.logs, "none of the logs is there; waiting for one to appear", tell)
        } else {
            troubles.ended(.logs, "there are logs to follow now", tell)
        }
        var told = progress.isStatusDue ? status : nil
        // With the status, so that a log of nothing but bad lines is not told line by line.
        let rejected = told == nil ? toldRejected : toldRejected.advanced(to: report)
        var changes = CaseBatch(
            canonical.flags.flaggedAccounts(judge.scorer, judge.policy), report,
            model: judge.scorer.model.name)
        rejected.write(to: &changes, told: toldRejected)
        if !changes.sources.isEmpty { changes.metadata[TailRun.rejectedName] = rejected.text }
        changes.provisional = aheadFlags.fresh.flaggedAccounts(judge.scorer, judge.policy)
        changes.withdrawn = aheadFlags.gone
        changes.gangs = gangs
        changes.drift = population?.drift(judge.scorer.model, asOfMs: progress.reachedMs ?? 0)
        let evidence = evidence()
        changes.evidence = writtenEvidence.changed(evidence)
        var seen: Set<FlagKey> = []
        let new = (changes.flags + changes.provisional).filter {
            !known.contains($0.key) && seen.insert($0.key).inserted
        }
        var today = flagsToday
        do throws(CaseFileError) {
            if let newestMs = progress.newestMs {
                try today.reach(newestMs) { ms throws(CaseFileError) in try caseFile.flagCount(since: ms) }
                today.add(new)
                told?.flagsToday = today.count
            }
            changes.tailStatus = told
            if let told { tell(.status(told)) }
            // There are many a second; a power cut is what checkpoints are for.
            try caseFile.commit(changes, waiting: checkpoint.isWriting ? .never : .seldom)
        } catch {
            guard error.mayPass else { throw error }
            unsaved = error
            progress.failedToCommit(diskIsFull: error.cause == .diskFull)
            troubles.began(
                .database, "\(error); flags wait in memory and are saved as soon as that can be done", tell)
            return
        }
        unsaved = nil
        troubles.ended(.database, "flags are saved again in \(caseFile.path)", tell)
        progress.committed(told)
        toldRejected = rejected.forgettingOld()
        _ = canonical.take()
        gangs = nil
        population = nil
        aheadFlags.areShown()
        flagsToday = today
        writtenEvidence.wrote(changes.evidence)
        writtenEvidence.withdrew(changes.withdrawn)
        known.formUnion(seen)
        for flag in new { tell(.flagged(flag)) }
    }

    /// What is known of the accounts whose flags are committed next; of those seen ahead, what was seen ahead.
    private mutating func evidence() -> [PackedEvidence] {
        let writer = EvidenceWriter(judge.scorer, campaignNames: input.campaignNames())
        let settled = canonical.records(of: canonical.flags)
        let active = aheadFlags.active
        let shown = ahead == nil ? canonical.records(of: active) : ahead!.records(active)
        let seenAhead = Set(shown.map(\.accountID))
        return writer.rows(settled.filter { !seenAhead.contains($0.accountID) } + shown)
    }

    // MARK: Checkpoints

    private mutating func checkpointIfDue(_ tell: (TailNews) -> Void) {
        hearOfCheckpoint(tell)
        if isCheckpointDue {
            takeCheckpoint()
        } else if progress.isCheckpointNear && !canonical.isLent && !checkpoint.isBusy
            && !checkpoint.isPrepared
        {
            checkpoint.prepare(canonical.stateBytes)
        }
    }

    /// One that follows a commit needs no flags in it.
    private var isCheckpointDue: Bool {
        canonical.flags.isEmpty && !canonical.isLent && progress.isCheckpointDue && !checkpoint.isBusy
    }

    /// Where a view ahead raises the flags, the canonical order may wait for the copy; else the stream does.
    private mutating func takeCheckpoint() {
        let start = ContinuousClock.now
        facts.savedMs = TailProgress.wallMs
        canonical.lend()
        let (canonical, wake) = (canonical, input.wake)
        checkpoint.write(facts, stream: input.snapshot()) { room in
            defer { wake() }
            return canonical.copyState(in: room)
        }
        if ahead == nil { canonical.settle(judge) }
        progress.tookCheckpoint(standstill: start.duration(to: .now))
    }

    private mutating func hearOfCheckpoint(_ tell: (TailNews) -> Void) {
        switch checkpoint.takeOutcome() {
        case nil: break
        case .success(let savedMs):
            progress.checkpointMs = savedMs
            troubles.ended(.checkpoint, "checkpoints are written again", tell)
        case .failure(let error): troubles.began(.checkpoint, "\(error)", tell)
        }
    }

    // MARK: The model

    private mutating func changeModelIfAsked(_ tell: (TailNews) -> Void) throws {
        if control.takeReload() || (progress.isModelCheckDue() && models.hasChanged) {
            do throws(ModelError) {
                nextJudge = Judge(try models.load())
                troubles.ended(.model, nil, tell)
            } catch {
                troubles.began(.model, "\(error); the model before goes on", tell)
            }
        }
        guard let next = nextJudge else { return }
        canonical.settle(judge)
        if hasChanges { try commit(tell) }
        guard canonical.flags.isEmpty else { return }
        nextJudge = nil
        let fingerprint = next.scorer.model.fingerprint
        guard fingerprint != facts.model else { return }
        tell(.note("model \(next.scorer.model.name) in place of \(judge.scorer.model.name)"))
        if next.scorer.model.name == judge.scorer.model.name {
            tell(
                .note(
                    "both models have one name: of their scores the higher is kept; give the new one its own")
            )
        }
        judge = next
        facts.model = fingerprint
        canonical.forgetScores()
        ahead = nil
        aheadFlags.withdrawAll()
        population = nil
        isFinished = false
    }

    // MARK: The end

    /// Commits what waits and takes a last checkpoint.
    /// - Throws: also trouble that may pass, since nobody waits for it any more: started again, the run goes on from the
    ///   checkpoint before, and finds the same flags again.
    private mutating func end(_ tell: (TailNews) -> Void) throws {
        canonical.settle(judge)
        if progress.takeGangsDue(isQuiet: true) { gangs = canonical.gangs(judge) }
        try commit(tell)
        if let unsaved { throw unsaved }
        checkpoint.wait()
        hearOfCheckpoint(tell)
        takeCheckpoint()
        checkpoint.wait()
        hearOfCheckpoint(tell)
        // For `status` only: all else is saved.
        progress.isStopped = true
        try commit(tell)
    }
}

extension CaseFileError {
    /// Whether waiting may help.
    fileprivate var mayPass: Bool { cause == .locked || cause == .diskFull }
}
