import ActivityLog
import CaseFile
import Foundation
import RiskFeatures

/// How far a tail is, and what is due when.
struct TailProgress {
    private let configuration: TailConfiguration
    private let clock: @Sendable () -> Int64
    private let startedMs = TailProgress.wallMs

    // Times of the clock that only grows, milliseconds.
    private var nowMs: Int64
    private var committedMs: Int64
    private var commitTookMs: Int64 = 0
    private var retryMs = Int64.min
    /// Nil in a run that began without a checkpoint, until it takes its first.
    private var checkpointedMs: Int64?
    private var modelCheckedMs: Int64
    private var lookedForGangsMs: Int64
    private var glimpsedMs: Int64
    /// The last moment at which nothing new was at hand.
    private var pausedMs: Int64
    /// Since when the logs have been followed without falling behind.
    private var followingSinceMs: Int64?
    private var isIdle = false
    /// The last look brought events.
    private var hasMore = false
    private var hasNewEvents = false
    /// Something has come that the last checkpoint does not hold.
    private var hasUnsavedEvents = false
    /// Something has come since gangs were looked for.
    private var hasEventsForGangs = false
    private var told: (state: String, events: Int64, ms: Int64)

    var isStopped = false
    /// Event time up to which events have been taken in canonical order.
    private(set) var reachedMs: Int64?
    private(set) var newestMs: Int64?
    /// Of the last checkpoint; wall clock.
    var checkpointMs: Int64?
    private var standstillMs: Double?

    private static let statusMs: Int64 = 1_000
    private static let idleStatusMs: Int64 = 10_000
    private static let modelMs: Int64 = 1_000
    /// While events come, gangs are looked for so often: that takes some of a second for a million accounts.
    private static let gangsMs: Int64 = 300_000
    /// A checkpoint's memory is asked for so long before.
    private static let prepareMs: Int64 = 1_000
    /// Following becomes catching up when so much time passes without a pause.
    private static let overloadMs: Int64 = 5_000

    init(_ configuration: TailConfiguration, _ clock: @escaping @Sendable () -> Int64) {
        self.configuration = configuration
        self.clock = clock
        nowMs = clock()
        committedMs = nowMs
        modelCheckedMs = nowMs
        lookedForGangsMs = nowMs
        glimpsedMs = nowMs
        pausedMs = nowMs
        told = ("", 0, nowMs)
    }

    static let monotonicMs: @Sendable () -> Int64 = {
        Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000)
    }

    /// Milliseconds since 1970 UTC.
    static var wallMs: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    // MARK: What is due

    /// History is read, or more comes than can be taken: no view ahead is kept, and commits are larger.
    var isCatchingUp: Bool { followingSinceMs == nil }

    func hasFollowed(forMs ms: Int64) -> Bool { followingSinceMs.map { nowMs - $0 >= ms } ?? false }

    var isCheckpointDue: Bool { isCheckpointDue(at: nowMs) }

    /// Whether it is time to get ready for one.
    var isCheckpointNear: Bool { isCheckpointDue(at: nowMs + TailProgress.prepareMs) }

    /// The first is due at once, even of nothing: killed before it, a run that began again would not know which logs it
    /// followed, nor under which name a log has been rotated since.
    private func isCheckpointDue(at ms: Int64) -> Bool {
        guard let checkpointedMs else { return true }
        return hasUnsavedEvents && ms - checkpointedMs >= configuration.checkpointMs
    }

    /// While catching up, at most a tenth of the time goes into commits: of history thousands of flags come at once.
    private var commitMs: Int64 {
        isCatchingUp ? max(configuration.catchUpCommitMs, 10 * commitTookMs) : configuration.commitMs
    }
    /// It comes with a commit.
    private var statusMs: Int64 {
        isCatchingUp
            ? max(TailProgress.statusMs, commitMs)
            : hasNewEvents ? TailProgress.statusMs : TailProgress.idleStatusMs
    }

    func isCommitDue(hasFlags: Bool) -> Bool {
        guard nowMs >= retryMs else { return false }
        if hasFlags, nowMs - committedMs >= commitMs || isCheckpointDue { return true }
        return isStatusDue
    }

    /// A state is told at once, the rest now and then.
    var isStatusDue: Bool { told.state != state || nowMs - told.ms >= statusMs }

    /// Whether whoever watches should hear how far it is, between the commits of catching up.
    var isGlimpseDue: Bool {
        isCatchingUp && nowMs - max(glimpsedMs, told.ms) >= TailProgress.statusMs
    }

    mutating func glimpsed() { glimpsedMs = nowMs }

    mutating func isModelCheckDue() -> Bool {
        guard nowMs - modelCheckedMs >= TailProgress.modelMs else { return false }
        modelCheckedMs = nowMs
        return true
    }

    /// Whether gangs should be looked for now.
    /// - Parameter isQuiet: no events are expected soon, so that there is time for it at once.
    mutating func takeGangsDue(isQuiet: Bool) -> Bool {
        guard hasEventsForGangs, isQuiet || nowMs - lookedForGangsMs >= TailProgress.gangsMs else {
            return false
        }
        foundGangs()
        return true
    }

    /// Gangs have been looked for among all that has come.
    mutating func foundGangs() {
        hasEventsForGangs = false
        lookedForGangsMs = nowMs
    }

    /// How long there is nothing to do but wait for events. After events the logs are looked at without waiting, so
    /// that a pause is known for one.
    func waitMs(hasFlags: Bool) -> Int64 {
        if hasMore { return 0 }
        var due = min(modelCheckedMs + TailProgress.modelMs, told.ms + statusMs)
        if hasFlags { due = min(due, max(committedMs + commitMs, retryMs)) }
        return max(0, due - clock())
    }

    // MARK: What happened

    mutating func took(
        _ step: TailInput.Step, _ batch: borrowing EventBatch, _ arrivals: borrowing EventBatch
    ) {
        nowMs = clock()
        isIdle = step == .idle
        hasMore = step == .events
        hasUnsavedEvents = hasUnsavedEvents || hasMore
        if step == .events {
            if nowMs - pausedMs >= TailProgress.overloadMs { followingSinceMs = nil }
        } else {
            pausedMs = nowMs
            followingSinceMs = followingSinceMs ?? nowMs
        }
        hasNewEvents = hasNewEvents || !batch.events.isEmpty || !arrivals.events.isEmpty
        hasEventsForGangs = hasEventsForGangs || !batch.events.isEmpty
        if let last = batch.events.last {
            reachedMs = last.ts
            newestMs = max(newestMs ?? last.ts, last.ts)
        }
        for event in arrivals.events { newestMs = max(newestMs ?? event.ts, event.ts) }
    }

    /// - Parameter status: what was told with it, if anything was.
    mutating func committed(_ status: TailStatus?) {
        committedMs = nowMs
        commitTookMs = clock() - nowMs
        retryMs = .min
        guard let status else { return }
        told = (status.state, status.events, nowMs)
        hasNewEvents = false
    }

    mutating func failedToCommit(diskIsFull: Bool) {
        retryMs = clock() + (diskIsFull ? 2_000 : 100)
    }

    /// The run goes on from a checkpoint of this wall clock time.
    mutating func goesOn(from savedMs: Int64) {
        checkpointMs = savedMs
        checkpointedMs = nowMs
    }

    mutating func tookCheckpoint(standstill: Duration) {
        checkpointedMs = nowMs
        hasUnsavedEvents = false
        standstillMs = standstill / .milliseconds(1)
    }

    // MARK: What is told

    private var state: String {
        isStopped ? "stopped" : isCatchingUp ? "catching up" : isIdle ? "idle" : "following"
    }

    func status(
        _ accounts: Int, _ report: ReadReport, _ troubles: [String]
    ) -> TailStatus {
        var status = TailStatus()
        status.state = state
        status.processID = getpid()
        status.startedMs = startedMs
        status.toldMs = TailProgress.wallMs
        status.events = report.events
        let seconds = Double(max(1, nowMs - told.ms)) / 1000
        status.eventsPerSecond = Double(max(0, report.events - told.events)) / seconds
        status.reachedMs = reachedMs
        status.newestMs = newestMs
        status.accounts = Int64(accounts)
        status.rejectedLines = report.rejectedByReason.reduce(0, +)
        status.lateEvents = report.late
        status.checkpointMs = checkpointMs
        status.standstillMs = standstillMs
        status.troubles = troubles
        status.sources = report.sources.map {
            TailStatus.Source(
                path: $0.path, state: "\($0.state)", bytesRead: $0.bytesRead, events: $0.events,
                rejected: $0.rejected, newestMs: $0.newestMs, problem: $0.problem)
        }
        return status
    }
}
