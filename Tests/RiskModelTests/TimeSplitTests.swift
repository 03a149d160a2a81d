import Testing

@testable import RiskModel

@Suite struct TimeSplitTests {
    /// 400 accounts, a row a day; abusers have a high `x`, the later ones of them a high `y` instead where the
    /// world has changed.
    private func set(changes: Bool, timed: Bool = true) -> TrainingSet {
        var set = TrainingSet(columns: [TrainingColumn("x"), TrainingColumn("y")])
        var dice = Dice(5)
        for account in 0..<400 {
            let isAbuse = account % 4 == 0
            let hasChanged = changes && account >= 280
            let (x, y) = (dice.normal(), dice.normal())
            set.append(
                [Float(isAbuse && !hasChanged ? x + 3 : x), Float(isAbuse && hasChanged ? y + 3 : y)],
                label: isAbuse, group: UInt64(account), account: account, timeMs: timed ? Int64(account) : 0)
        }
        return set
    }

    private var trainer: LogisticTrainer {
        var options = LogisticTrainer.Options()
        options.penalties = [3]
        options.segments = [1]
        return LogisticTrainer(options: options)
    }

    @Test func itShowsThatTheWorldHasChanged() throws {
        let same = try #require(TimeSplit(set(changes: false), trainer: trainer))
        let changed = try #require(TimeSplit(set(changes: true), trainer: trainer))
        #expect(same.cutMs == 280)
        #expect(same.evaluation.accounts == 120 && same.evaluation.positives == 30)
        #expect(same.evaluation.ranking.auc > 0.95)
        #expect(changed.evaluation.ranking.auc < 0.7)
    }

    @Test func itNeedsTimes() {
        #expect(TimeSplit(set(changes: false, timed: false), trainer: trainer) == nil)
    }

    @Test func aGroupThatWasSeenIsNotJudged() throws {
        var seen = TrainingSet(columns: [TrainingColumn("x"), TrainingColumn("y")])
        let whole = set(changes: false)
        for row in 0..<whole.count {
            // The last ten accounts belong to the first one's gang.
            seen.append(
                Array(whole.values[row * 2..<row * 2 + 2]), label: whole.labels[row],
                group: row >= 390 ? 0 : UInt64(row), account: row, timeMs: Int64(row))
        }
        let split = try #require(TimeSplit(seen, trainer: trainer))
        #expect(split.evaluation.accounts == 110)
    }
}
