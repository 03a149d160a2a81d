import ActivityLog
import CaseFile
import RiskFeatures
import RiskModel

/// An engine, and the flags that its events raised and nobody has taken yet.
struct Watch: ~Copyable {
    var engine: FeatureEngine
    var flags = FlagBook()

    /// - Parameter forgettingScores: they are another model's.
    init(_ engine: consuming FeatureEngine, forgettingScores: Bool = false) {
        self.engine = engine
        if forgettingScores { self.engine.forgetScores() }
    }

    /// Remembers events, scores them and notes flags.
    mutating func observe(_ batch: borrowing EventBatch, _ judge: Judge) {
        var flags = take()
        engine.observe(batch) { judge.score($0, $1, &$2, &flags) }
        flags.nameAccounts(in: batch)
        flags.takeDeparted(from: &engine)
        self.flags = flags
    }

    /// The flags, the gangs and how the accounts lie after every account is scored as at the end of the logs; the engine is
    /// of no use to later events then.
    consuming func finished(
        _ judge: Judge
    ) -> (flags: FlagBook, gangs: GangTables, population: PopulationSample) {
        var flags = take()
        let population = judge.finish(&engine, &flags)
        return (flags, gangs(judge), population)
    }

    /// The gangs among the accounts as they stand.
    func gangs(_ judge: Judge) -> GangTables { GangTables(engine.findGangs(), engine, judge.scorer) }

    /// What the engine knows of the accounts in a book. Changes nothing; an optional watch can be asked in place so.
    mutating func records(_ book: FlagBook) -> [(accountID: String, record: AccountRecord)] {
        book.records(engine)
    }

    /// The flags so far; the watch begins anew.
    mutating func take() -> FlagBook {
        var taken = FlagBook()
        swap(&taken, &flags)
        return taken
    }
}
