import ActivityLog
import CaseFile
import Foundation
import RiskFeatures

/// The watch over the events in canonical order. A checkpoint copies its state on another thread; events that come
/// meanwhile wait, and are observed once that is done, so that the copy is of one moment and nobody stands still.
///
/// `@unchecked Sendable`: while it is lent the borrower reads the engine, and the owner, too, does no more than that.
final class CanonicalWatch: @unchecked Sendable {
    private var watch: Watch
    private var waiting: [EventBatch] = []
    /// Events wait.
    private(set) var isLent = false
    private let isBack = DispatchSemaphore(value: 0)

    init(_ watch: consuming Watch) { self.watch = watch }

    /// The flags that the events raised and nobody has taken yet.
    var flags: FlagBook { watch.flags }
    /// Accounts held.
    var accountCount: Int { watch.engine.accountCount }

    /// The flags so far; the watch begins anew.
    func take() -> FlagBook { watch.take() }

    /// A watch that begins as this one is.
    func clone() -> Watch { Watch(watch.engine.clone()) }

    /// What is known of flagged accounts as they stand.
    func records(of flags: FlagBook) -> [(accountID: String, record: AccountRecord)] {
        flags.records(watch.engine)
    }

    /// The gangs among the accounts as they stand. It must not be lent.
    func gangs(_ judge: Judge) -> GangTables { watch.gangs(judge) }

    /// Remembers events, scores them and notes flags, now or later.
    func observe(_ batch: borrowing EventBatch, _ judge: Judge) {
        if isLent, isBack.wait(timeout: .now()) == .timedOut {
            if !batch.events.isEmpty { waiting.append(copy batch) }
            return
        }
        takeBack(judge)
        watch.observe(batch, judge)
    }

    /// Catches up with all events that came; waits for a borrower.
    func settle(_ judge: Judge) {
        if isLent { isBack.wait() }
        takeBack(judge)
    }

    private func takeBack(_ judge: Judge) {
        isLent = false
        for batch in waiting { watch.observe(batch, judge) }
        waiting = []
    }

    /// The scores are another model's from now on. It must not be lent.
    func forgetScores() { watch.engine.forgetScores() }

    // MARK: Lending

    /// Bytes of a copy of the state as it stands.
    var stateBytes: Int { watch.engine.snapshotBytes }

    /// From here on events wait until `copy` has been called.
    func lend() { isLent = true }

    /// For the borrower: copies the state, and gives it back.
    func copyState(in room: StateRoom? = nil) -> StateCopy {
        let copy = watch.engine.snapshot(in: room)
        isBack.signal()
        return copy
    }
}
