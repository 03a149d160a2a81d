import Testing

@testable import ActivityLog
@testable import RiskFeatures

@Suite struct KeyedTableTests {
    @Test func agreesWithADictionaryThroughGrowthAndEviction() {
        var generator = SeededGenerator(state: 1)
        var table = KeyedTable<CampaignState>()
        var model: [UInt64: Int64] = [:]
        for step in 0..<60_000 {
            let key = UInt64.random(in: 1...20_000, using: &generator) &* 0x1000_0000_0000_0001
            let row = table.locate(key)
            if let expected = model[key] {
                #expect(table.pointer(row).pointee.lastMs == expected)
            } else {
                #expect(table.pointer(row).pointee.lastMs == .min)
            }
            table.pointer(row).pointee.lastMs = Int64(step)
            model[key] = Int64(step)
            if step % 20_000 == 19_999 {
                let limit = Int64(step - 5_000)
                table.evict(before: limit) { _ in }
                model = model.filter { $0.value >= limit }
                #expect(table.count == model.count)
            }
        }
        for (key, last) in model { #expect(table.find(key).map { table.pointer($0).pointee.lastMs } == last) }
        #expect(table.find(7) == nil)
    }

    @Test func pointersStayWhileTheTableGrows() {
        var table = KeyedTable<AccountState>()
        let first = table.pointer(table.locate(42))
        for key in UInt64(100)..<30_000 { _ = table.locate(key) }
        #expect(table.find(42).map { table.pointer($0) } == first)
    }
}

@Suite struct RowLayoutTests {
    /// What is read from memory is read in lines of 64 bytes.
    @Test func rowsFillTheirCacheLines() {
        #expect(MemoryLayout<AccountState>.stride == 704)
        #expect(MemoryLayout<AccountState>.offset(of: \.timing.reactions)! <= AccountState.bytesOfEveryEvent)
        #expect(MemoryLayout<SynchronyState>.stride == 32)
    }
}

@Suite struct SlidingCountTests {
    @Test func threeWindowsAtOnceCountLikeOneEach() {
        var all = WindowedCount()
        var (hour, day, week) = (SlidingCount(), SlidingCount(), SlidingCount())
        var now = start
        for step in 0..<400 {
            now += Int64(step * step % 37) * Clock.minute * (step % 50 == 0 ? 400 : 1)
            #expect(all.lastHour(at: now) == hour.value(at: now, window: Clock.hour))
            #expect(all.lastDay(at: now) == day.value(at: now, window: Clock.day))
            #expect(all.lastWeek(at: now) == week.value(at: now, window: Clock.week))
            all.add(at: now)
            hour.add(at: now, window: Clock.hour)
            day.add(at: now, window: Clock.day)
            week.add(at: now, window: Clock.week)
        }
    }
}

@Suite struct RecentSetTests {
    @Test(arguments: [5, 200]) func twoWindowsAtOnceCountLikeOneEach(_ things: Int) {
        var sketches = SketchPool()
        var set = RecentSet()
        for thing in 0..<things {
            set.insert(key("account \(thing)"), at: Clock.stamp(start + Int64(thing) * Clock.hour), &sketches)
        }
        let now = Clock.stamp(start + Int64(things) * Clock.hour)
        let counts = set.counts(within: RecentSet.day, and: RecentSet.week, at: now, sketches)
        #expect(counts.0 == set.count(within: RecentSet.day, at: now, sketches))
        #expect(counts.1 == set.count(within: RecentSet.week, at: now, sketches))
    }

    @Test func isExactUpToEightInEveryWindow() {
        var sketches = SketchPool()
        var set = RecentSet()
        for thing in 0..<8 {
            set.insert(key("account \(thing)"), at: Clock.stamp(start + Int64(thing) * Clock.hour), &sketches)
        }
        let now = Clock.stamp(start + 7 * Clock.hour)
        #expect(set.sketch == 0)
        #expect(set.count(within: RecentSet.day, at: now, sketches) == 8)
        #expect(set.count(within: 3 * 60, at: now, sketches) == 4)
        #expect(set.count(within: RecentSet.hour, at: now, sketches) == 2)
        #expect(set.contains(key("account 3")) == true)
        #expect(set.contains(key("account 30")) == false)
        #expect(set.others(than: key("account 3"), within: RecentSet.day, at: now, sketches) == 7)
        #expect(set.others(than: key("nobody"), within: RecentSet.day, at: now, sketches) == 8)
    }

    @Test(arguments: [20, 37, 100, 250])
    func estimatesBeyondEightWithinAFifth(_ things: Int) {
        var sketches = SketchPool()
        var set = RecentSet()
        for round in 0..<3 {
            for thing in 0..<things {
                set.insert(
                    key("thing \(thing)"), at: Clock.stamp(start + Int64(round) * Clock.minute), &sketches)
            }
        }
        let count = set.count(within: RecentSet.hour, at: Clock.stamp(start + 3 * Clock.minute), sketches)
        #expect(abs(count - Float(things)) <= Float(things) / 5)
        #expect(count == count.rounded())
        #expect(set.contains(key("thing 0")) == nil)
    }

    @Test func forgetsAfterAMonthEvenWhenStampsWrap() {
        var engine = FeatureEngine()
        var story = Story()
        story.add("a", .couponClaim, at: 0) { $0.deviceKey = key("phone") }
        // Kept alive by another account for longer than a stamp's 45 days, then left alone for almost its memory.
        for day in [20, 30, 40, 50, 60, 70, 80, 114] {
            story.add("b", .couponClaim, at: Int64(day) * Clock.day) { $0.deviceKey = key("phone") }
        }
        var claimers: [Float] = []
        engine.observe(story.batch) { _, vector, _ in
            claimers.append(vector[FeatureCatalog.index(of: "prior_claimers_on_device")!])
        }
        #expect(claimers == [0, 1, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test func givesSketchesBack() {
        var sketches = SketchPool()
        var sets = [RecentSet](repeating: RecentSet(), count: 50)
        for index in sets.indices {
            for thing in 0..<20 { sets[index].insert(key("\(index) \(thing)"), at: 5000, &sketches) }
        }
        #expect(sketches.liveCount == 50)
        for index in sets.indices { sets[index].release(&sketches) }
        #expect(sketches.liveCount == 0)
        sets[0].insert(key("x"), at: 5000, &sketches)
        #expect(sets[0].count(within: RecentSet.day, at: 5000, sketches) == 1)
    }
}

@Suite struct DistinctCountTests {
    @Test func whatComesAgainCountsOnceInAnyOrder() {
        let accounts = (0..<5).map { key("account \($0)") }
        var (inTurn, oneByOne) = (DistinctCount(), DistinctCount())
        for _ in 0..<20 { for account in accounts { inTurn.insert(account) } }
        for account in accounts.reversed() { for _ in 0..<20 { oneByOne.insert(account) } }
        #expect(inTurn.count == 5)
        #expect(oneByOne.count == 5)
        #expect(inTurn.others(than: accounts[2]).rounded() == 4)
    }

    @Test func estimatesAWholeNumber() {
        for size in [1, 12, 40] {
            var total: Float = 0
            for sample in 0..<50 {
                var count = DistinctCount()
                for account in 0..<size { count.insert(key("\(sample) \(account)")) }
                #expect(count.count == count.count.rounded())
                total += count.count
            }
            #expect(abs(total / 50 - Float(size)) <= 0.05 * Float(size))
        }
    }
}

@Suite struct StatisticsTests {
    @Test func slidingCountForgetsAndInterpolates() {
        var count = SlidingCount()
        let origin = start / Clock.hour * Clock.hour
        for minute in 0..<60 { count.add(at: origin + Int64(minute) * Clock.minute, window: Clock.hour) }
        #expect(count.value(at: origin + 59 * Clock.minute, window: Clock.hour) == 60)
        #expect(abs(count.value(at: origin + 90 * Clock.minute, window: Clock.hour) - 30) < 0.01)
        #expect(count.value(at: origin + 3 * Clock.hour, window: Clock.hour) == 0)
    }

    @Test func momentsMatchTheTextbook() {
        var moments = RunningMoments()
        for value in [2, 4, 4, 4, 5, 5, 7, 9] as [Float] { moments.add(value) }
        #expect(moments.mean == 5)
        #expect(abs(moments.deviation - (32.0 / 7).squareRoot()) < 1e-5)
        #expect(RunningMoments().deviation.isNaN)
    }

    @Test func whatAlwaysCoincidesStraysByNothing() {
        var moments = CircularConcentration()
        for _ in 0..<4 { moments.add(cosine: 1, sine: 0) }
        let deviation = moments.deviation(support: 3)
        #expect(deviation == 0)
        // Not the negative zero of a square root, which would be written with its sign.
        #expect(deviation.sign == .plus)
        #expect(CircularConcentration().deviation(support: 3).isNaN)
    }

    @Test func majorityVoteIsALowerBoundAndExactAboveHalf() {
        var vote = MajorityVote()
        for value in [1, 2, 1, 1, 3, 1] as [UInt32] { vote.add(value) }
        #expect(abs(vote.share(support: 2) - 4.0 / 6) < 1e-6)
        #expect(MajorityVote().share(support: 1).isNaN)
    }

    @Test func restIsTheLongestQuietStretchAcrossMidnight() {
        var hours = HourHistogram()
        for hour in 9..<22 { hours.add(hour) }
        #expect(hours.longestRest == 11)
        for hour in 0..<24 { hours.add(hour) }
        #expect(hours.longestRest == 0)
    }

    @Test func entropyOfEvenHoursIsTheirLogarithm() {
        let tables = ScoreTables()
        var hours = HourHistogram()
        for _ in 0..<40 { for hour in [3, 9, 15, 21] { hours.add(hour) } }
        #expect(abs(hours.entropy(tables) - 2) < 1e-4)
    }

    @Test func frequentPrintsFindTheCommonOne() {
        var prints = FrequentPrints()
        for index in 0..<40 { prints.add(index % 2 == 0 ? key("farm") : key("phone \(index)")) }
        #expect(prints.share(of: key("farm"), support: 4) > 0.25)
        #expect(prints.share(of: key("phone 39"), support: 4) < 0.1)
        #expect(prints.most(of: RecentSet.fingerprint(key("farm"))) >= 20)
        #expect(prints.most(of: RecentSet.fingerprint(key("farm"))) < 28)
        #expect(prints.most(of: RecentSet.fingerprint(key("phone 1"))) >= 1)
    }

    @Test func halfDaysAreCountedForFiveWeeks() {
        var counts = HalfDayCounts()
        let halfDay = 12 * Clock.hour
        for number in 0..<100 {
            for _ in 0...number % 3 { counts.add(at: start + Int64(number) * halfDay) }
        }
        let first = HalfDayCounts.number(at: start)
        for number in 28..<100 { #expect(counts.count(first + UInt32(number)) == 1 + number % 3) }
        #expect(counts.count(first + 27) == 0)
        #expect(counts.count(first + 100) == 0)
        // After a silence nothing of what was before it is left in its places.
        counts.add(at: start + 300 * halfDay)
        for number in 0..<300 { #expect(counts.count(first + UInt32(number)) == 0) }
        #expect(counts.count(first + 300) == 1)
    }
}

@Suite struct RoundedTests {
    @Test func keepsWholeNumbersTo256AndOthersToOnePartIn256() {
        for whole in 0...256 { #expect(Rounded(wrappedValue: Float(whole)).wrappedValue == Float(whole)) }
        for value in [0.001, 0.3, 1.7, 999, 86_399, 2.5e9] as [Float] {
            #expect(abs(Rounded(wrappedValue: value).wrappedValue - value) <= value / 256)
        }
        #expect(Rounded(wrappedValue: .nan).wrappedValue.isNaN)
        #expect(Rounded(wrappedValue: -.nan).wrappedValue.isNaN)
        #expect(Rounded(wrappedValue: .infinity).wrappedValue == .infinity)
    }
}
