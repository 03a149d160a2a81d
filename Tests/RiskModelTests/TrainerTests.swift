import Foundation
import Testing

@testable import RiskModel

@Suite struct TrainerTests {
    /// Gangs of three snapshots each of two accounts, abuse where two of the columns are high.
    private func set(_ seed: UInt64, gangs: Int = 120, signal: Double = 2) -> TrainingSet {
        var dice = Dice(seed)
        var set = TrainingSet(columns: [
            TrainingColumn("count", transform: .log1p, sign: .positive),
            TrainingColumn("share", sign: .positive),
            TrainingColumn("noise"), TrainingColumn("constant"), TrainingColumn("wrong", sign: .negative),
        ])
        for gang in 0..<gangs {
            let abuse = dice.uniform() < 0.3
            for account in 0..<2 {
                for snapshot in 0..<3 {
                    let level = (abuse ? signal : 0) + dice.normal()
                    set.append(
                        [
                            Float(exp(level)), dice.uniform() < 0.2 ? .nan : Float(level + dice.normal()),
                            Float(dice.normal()), 3, Float(level),
                        ], label: abuse, weight: abuse ? 1 : 5, group: UInt64(gang),
                        account: gang * 2 + account,
                        timeMs: Int64(1000 * gang + snapshot))
                }
            }
        }
        set.shareWeightsWithinAccounts()
        return set
    }

    private var quick: LogisticTrainer {
        var options = LogisticTrainer.Options()
        options.penalties = [1, 30]
        options.segments = [1, 3]
        options.crosses = 0
        options.leastPositives = 1
        return LogisticTrainer(options: options)
    }

    @Test func learnsWhatTellsAndNothingElse() throws {
        let trained = try quick.train(set(1))
        let terms = Dictionary(uniqueKeysWithValues: trained.head.terms.map { ($0.feature, $0) })
        let count = terms["count"]!
        #expect(count.range > 0.5)
        #expect(count.points == count.points.sorted())
        #expect(terms["share"]!.points == terms["share"]!.points.sorted())
        #expect(terms["constant"] == nil)
        #expect(terms["wrong"] == nil)
        #expect(terms["share"]!.missingPoints != 0)
        #expect(trained.evaluation.ranking.auc > 0.9)
        #expect(trained.outOfFold.accounts.count == 240)
        #expect(trained.evaluation.accounts == 240)
        #expect(trained.firstMs == 0 && trained.lastMs == 119_002)
    }

    /// A feature adds nothing on the mean of good accounts, known or not, so that a contribution is a distance from
    /// the usual customer.
    @Test func curvesAreCentredOnTheGoodRows() throws {
        let set = set(1)
        let terms = try quick.train(set).head.terms
        #expect(terms.contains { $0.missingPoints != 0 })
        for term in terms {
            let column = set.columns.firstIndex { $0.name == term.feature }!
            var (sum, total) = (0.0, 0.0)
            for row in 0..<set.count where !set.labels[row] {
                sum += set.weights[row] * term.logOdds(set.values[row * 5 + column])
                total += set.weights[row]
            }
            #expect(abs(sum / total) < 1e-5)
        }
    }

    @Test func aFineCurveFindsWhatALineCannot() throws {
        var dice = Dice(21)
        var set = TrainingSet(columns: [TrainingColumn("hour"), TrainingColumn("noise")])
        for row in 0..<1500 {
            let hour = dice.uniform() * 24
            let abuse = dice.uniform() < (abs(hour - 12) < 3 ? 0.6 : 0.05)
            set.append([Float(hour), Float(dice.normal())], label: abuse, group: UInt64(row), account: row)
        }
        var options = LogisticTrainer.Options()
        options.segments = [1]
        #expect(try LogisticTrainer(options: options).train(set).evaluation.ranking.auc < 0.6)
        options.segments = [1, 6]
        let fine = try LogisticTrainer(options: options).train(set)
        #expect(fine.evaluation.ranking.auc > 0.8)
        let hour = fine.head.terms.first { $0.feature == "hour" }!
        #expect(hour.logOdds(12) > hour.logOdds(2) + 1 && hour.logOdds(12) > hour.logOdds(22) + 1)
    }

    @Test func thinningLeavesAbuseAndTheWeightOfTheOthers() {
        let full = set(31, gangs: 400)
        let thin = full.thinned(to: 1200)
        #expect(abs(thin.count - 1200) < 200)
        #expect(thin.positives == full.positives)
        func weight(_ set: TrainingSet, _ label: Bool) -> Double {
            zip(set.weights, set.labels).reduce(0) { $0 + ($1.1 == label ? $1.0 : 0) }
        }
        for label in [true, false] { #expect(abs(weight(thin, label) - weight(full, label)) < 1e-6) }
        #expect(full.thinned(to: full.count).count == full.count)
        // An account's rows stay together.
        #expect(Dictionary(grouping: thin.accounts, by: { $0 }).values.allSatisfy { $0.count == 3 })
    }

    /// What enters is chosen by some of the rows; weights, calibration and figures come from all.
    @Test func whatWasChosenBySomeRowsIsFittedToAll() throws {
        var trainer = quick
        trainer.options.rowsToChooseBy = 600
        trainer.options.folds = 3
        let set = set(14, gangs: 300)
        let trained = try trainer.train(set)
        #expect(trained.rows == set.count && trained.outOfFold.accounts.count == 600)
        trainer.options.rowsToChooseBy = set.count
        let all = try trainer.train(set)
        #expect(abs(trained.evaluation.ranking.auc - all.evaluation.ranking.auc) < 0.02)
        // With the same choice made, the weights are those of the same rows.
        trainer.options.selects = false
        trainer.options.penalties = [3]
        trainer.options.segments = [3]
        let whole = try trainer.train(set).head
        trainer.options.rowsToChooseBy = 600
        let chosen = try trainer.train(set).head
        #expect(whole.terms.map(\.feature) == chosen.terms.map(\.feature))
        for (a, b) in zip(whole.terms, chosen.terms) {
            #expect(abs(a.range - b.range) < 0.05 * a.range + 0.01)
        }
    }

    @Test func progressNeverFallsAndEndsAtTheEnd() throws {
        var shares: [Double] = []
        let lock = NSLock()
        _ = try quick.train(set(1, gangs: 60)) { progress in
            lock.withLock { shares.append(progress.share) }
            #expect(!progress.text.isEmpty)
        }
        #expect(shares.count > 8 && shares == shares.sorted() && shares[0] > 0)
        #expect(shares.last! > 0.85 && shares.last! <= 1)
    }

    @Test func theSameSetGivesTheSameHead() throws {
        let first = try quick.train(set(2))
        let second = try quick.train(set(2))
        #expect(first.head == second.head)
        #expect(first.probabilities == second.probabilities)
    }

    @Test func aTrainedModelIsAFileAndScores() throws {
        let trained = try quick.train(set(3))
        let model = LogisticModel(
            name: "t", data: "made up", commands: ["promoguard train"],
            trained: [.couponAbuse: trained, .fakeOrder: trained])
        let read = try LogisticModel.load(bytes: Data(model.fileText.utf8), name: "t")
        #expect(read == model)
        #expect(model.training.rows == [.couponAbuse: 720, .fakeOrder: 720])
        let names = ["count", "share", "noise", "constant", "wrong"]
        let scorer = try Scorer(read, featureNames: names)
        let high = [Float(60), 4, 0, 3, 4].withUnsafeBufferPointer { scorer.logits($0) }
        let low = [Float(0.2), -2, 0, 3, -2].withUnsafeBufferPointer { scorer.logits($0) }
        #expect(scorer.probability(high.couponAbuse, .couponAbuse) > 0.5)
        #expect(scorer.probability(low.couponAbuse, .couponAbuse) < 0.05)
    }

    @Test func noiseIsNotMistakenForSkill() throws {
        let trained = try quick.train(set(4, signal: 0))
        #expect(abs(trained.evaluation.ranking.auc - 0.5) < 0.15)
        try LogisticModel(name: "n", data: "", commands: [], trained: [.couponAbuse: trained]).validate()
    }

    /// A gang's members look alike by a value that says nothing of others: an honest test shows chance.
    @Test func aGangIsNeverOnBothSidesOfATest() throws {
        let folds = try Folds(set(5), wanted: 5)
        let training = set(5)
        var foldOf: [UInt64: Int] = [:]
        for row in 0..<training.count {
            #expect(
                foldOf.updateValue(folds.ofRow[row], forKey: training.groups[row]) ?? folds.ofRow[row]
                    == folds.ofRow[row])
        }
        for fold in 0..<folds.count {
            let rows = folds.ofRow.indices.filter { folds.ofRow[$0] == fold }
            #expect(abs(rows.count - training.count / 5) <= 12)
            #expect(rows.contains { training.labels[$0] })
        }
    }

    /// A fold's head has seen nothing of the fold: it scores the fold's rows as they were scored out of fold.
    @Test func foldHeadsAreThoseThatScoreOutOfFold() throws {
        let set = set(12)
        let trained = try quick.train(set)
        let scorers = try trained.foldHeads.map { head in
            try Scorer(
                LogisticModel(
                    name: "fold", training: .init(data: "", commands: []), heads: [.couponAbuse: head]),
                featureNames: set.columns.map(\.name))
        }
        #expect(scorers.count > 1)
        let width = set.columns.count
        var highest: [Int: Double] = [:]
        for row in 0..<set.count {
            let vector = Array(set.values[row * width..<(row + 1) * width])
            let scorer = scorers[trained.foldHead(without: set.groups[row])]
            let logit = Double(vector.withUnsafeBufferPointer { scorer.logits($0).couponAbuse })
            highest[set.accounts[row]] = max(highest[set.accounts[row]] ?? -.infinity, logit)
        }
        for (account, logit) in zip(trained.outOfFold.accounts, trained.outOfFold.logits) {
            #expect(abs(highest[account]! - logit) < 1e-3)
        }
        // A group that no fold knows is judged by some fold, always the same.
        let stranger = trained.foldHead(without: 987_654_321)
        #expect(trained.foldHeads.indices.contains(stranger))
        #expect(stranger == trained.foldHead(without: 987_654_321))
    }

    @Test func foldsDoNotDependOnTheOrderOfRows() throws {
        let forward = set(6)
        var backward = TrainingSet(columns: forward.columns)
        for row in (0..<forward.count).reversed() {
            backward.append(
                Array(forward.values[row * 5..<row * 5 + 5]), label: forward.labels[row],
                weight: forward.weights[row], group: forward.groups[row], account: forward.accounts[row])
        }
        #expect(try Folds(forward, wanted: 5).ofRow == Folds(backward, wanted: 5).ofRow.reversed())
    }

    /// Log-odds that overstate by half and are shifted come back to the truth.
    @Test func calibrationRecoversTheTruth() {
        var dice = Dice(7)
        var set = TrainingSet(columns: [])
        var logits: [Double] = []
        for row in 0..<6000 {
            let truth = dice.normal() * 1.5 - 1
            logits.append((truth - 0.4) / 0.5)
            set.append([], label: dice.uniform() < logistic(truth), group: UInt64(row), account: row)
        }
        let calibration = LogisticTrainer.calibration(AccountScores(set, rowLogits: logits))
        #expect(abs(calibration.slope - 0.5) < 0.05)
        #expect(abs(calibration.intercept - 0.4) < 0.1)
    }

    /// Sampling one good account in five and weighing it five leaves the probability that of the world.
    @Test func weightsUndoTheSampling() {
        var dice = Dice(8)
        var set = TrainingSet(columns: [])
        var logits: [Double] = []
        var row = 0
        while row < 4000 {
            let truth = dice.normal() - 1.5
            let abuse = dice.uniform() < logistic(truth)
            if !abuse, dice.uniform() > 0.2 { continue }
            logits.append(truth)
            set.append([], label: abuse, weight: abuse ? 1 : 5, group: UInt64(row), account: row)
            row += 1
        }
        let calibration = LogisticTrainer.calibration(AccountScores(set, rowLogits: logits))
        #expect(abs(calibration.slope - 1) < 0.1)
        #expect(abs(calibration.intercept) < 0.15)
    }

    /// Where one good account in five was labelled, told so the trainer gives the probabilities of the world, and without
    /// it those of the sample.
    @Test func aShareOfTheGoodStandsForAll() throws {
        var dice = Dice(18)
        var (world, sample) = (
            TrainingSet(columns: [TrainingColumn("x")]), TrainingSet(columns: [TrainingColumn("x")])
        )
        for account in 0..<6000 {
            let x = dice.normal()
            let abuse = dice.uniform() < logistic(2 * x - 3)
            let isDrawn = abuse || dice.uniform() < 0.2
            world.append([Float(x)], label: abuse, group: UInt64(account), account: account)
            if isDrawn { sample.append([Float(x)], label: abuse, group: UInt64(account), account: account) }
        }
        for (weight, isTrue) in [(5.0, true), (1, false)] {
            var trainer = quick
            trainer.options.goodWeight = weight
            let trained = try trainer.train(sample)
            // What a replay gives is weighed as the rows are.
            let head = try #require(
                trainer.settle(
                    trained, on: unweighed(trained.outOfFold), days: 1)
            ).head
            #expect(head.calibration == trained.head.calibration)
            let expected = world.values.reduce(0) { sum, x in
                sum + head.calibration.probability(head.logit { _ in x })
            }
            #expect((abs(expected / Double(world.positives) - 1) < 0.1) == isTrue)
        }
    }

    /// The same accounts, each standing for itself.
    private func unweighed(_ scores: AccountScores) -> AccountScores {
        var result = AccountScores()
        for place in scores.logits.indices {
            result.append(
                account: scores.accounts[place], logit: scores.logits[place], label: scores.labels[place])
        }
        return result
    }

    /// Around 0 there are a billion floats whose probability is one half: they are not walked one by one.
    @Test(arguments: [(1.0, 0.0, 0.5), (0.9, -1.4, 0.08), (1e-3, 2, 0.999), (40, 3, 0.05)])
    func thresholdsAreTheSmallestLogOddsThatReachThem(slope: Double, intercept: Double, probability: Double) {
        let calibration = LogisticModel.Calibration(slope: slope, intercept: intercept)
        let logit = calibration.smallestLogit(reaching: probability)
        #expect(calibration.probability(Double(logit)) >= probability)
        #expect(calibration.probability(Double(logit.nextDown)) < probability)
    }

    @Test func anAccountScoresItsHighest() {
        var set = TrainingSet(columns: [])
        for (account, label) in [(4, false), (9, false), (4, true)] {
            set.append([], label: label, weight: 0.5, group: 0, account: account)
        }
        let scores = AccountScores(set, rowLogits: [1, 7, -2])
        #expect(scores.accounts == [4, 9])
        #expect(scores.logits == [1, 7])
        #expect(scores.labels == [true, false])
        #expect(scores.weights == [1, 0.5])
    }

    /// The weights stay; a shift of all scores moves the calibration, and so undoes itself.
    @Test func settlingAnewKeepsTheWeights() throws {
        let trained = try quick.train(set(10))
        var accounts = AccountScores()
        for (index, logit) in trained.outOfFold.logits.enumerated() {
            accounts.append(
                account: index, logit: logit * 2 + 3, label: trained.outOfFold.labels[index],
                weight: trained.outOfFold.weights[index])
        }
        let settled = try #require(quick.settle(trained, on: accounts, days: 1))
        #expect(settled.head.terms == trained.head.terms)
        #expect(abs(settled.head.calibration.slope * 2 - trained.head.calibration.slope) < 1e-3)
        #expect(abs(settled.head.thresholds.review - trained.head.thresholds.review) < 1e-3)
        #expect(abs(settled.evaluation.ranking.auc - trained.evaluation.ranking.auc) < 1e-12)
        #expect(quick.settle(trained, on: AccountScores(), days: 1) == nil)
    }

    @Test func thresholdsKeepTheirPromises() throws {
        var dice = Dice(9)
        var (scores, labels): ([Double], [Bool]) = ([], [])
        for _ in 0..<20_000 {
            let abuse = dice.uniform() < 0.05
            labels.append(abuse)
            scores.append(logistic(dice.normal() * 1.2 + (abuse ? 2.5 : -3)))
        }
        let ranking = try #require(RankingMetrics(scores: scores, labels: labels))
        let thresholds = LogisticTrainer().thresholds(ranking)
        #expect(thresholds.review < thresholds.high)
        let review = ranking.flagging(from: thresholds.review)
        #expect(review.falsePositiveRate <= 0.005 && review.falsePositiveRate > 0.003)
        let high = ranking.flagging(from: thresholds.high)
        #expect(high.falsePositiveRate <= 0.001 && high.precision >= 0.95)
    }

    @Test func thresholdsStayInOrderWhereFiguresLeaveNoRoom() throws {
        for (scores, labels) in [
            ([0.5, 0.5], [true, false]), ([0.999_999, 1e-9], [true, false]),
            ([1e-9, 0.999_999], [true, false]),
        ] {
            let ranking = try #require(RankingMetrics(scores: scores, labels: labels))
            let thresholds = LogisticTrainer().thresholds(ranking)
            #expect(0.05 <= thresholds.review && thresholds.review < thresholds.high && thresholds.high < 1)
        }
    }

    @Test func labelsThatTeachNothingAreRefused() {
        func error(_ rows: [(label: Bool, group: UInt64)]) -> TrainingError? {
            var set = TrainingSet(columns: [TrainingColumn("a")])
            for (index, row) in rows.enumerated() {
                set.append([Float(index)], label: row.label, group: row.group, account: index)
            }
            do {
                _ = try quick.train(set)
                return nil
            } catch {
                #expect(error.description.hasPrefix("cannot train: "))
                return error
            }
        }
        #expect(error([]) == .noRows)
        #expect(error([(true, 1), (true, 2)]) == .oneClass(label: 1))
        #expect(error([(false, 1), (false, 2)]) == .oneClass(label: 0))
        #expect(error([(true, 1), (true, 1), (false, 2), (false, 3)]) == .oneGroup(label: 1))
        #expect(error([(true, 1), (true, 2), (false, 3), (false, 4)]) == nil)
    }

    @Test func accountsThatAllTurnedBadAreOneClass() {
        var set = TrainingSet(columns: [TrainingColumn("a")])
        for row in 0..<8 {
            set.append([Float(row)], label: row % 2 == 1, group: UInt64(row / 2), account: row / 2)
        }
        #expect(throws: TrainingError.oneClass(label: 1)) { try quick.train(set) }
    }

    @Test func tooFewPositivesAreRefused() {
        var options = quick.options
        options.leastPositives = 500
        let error = #expect(throws: TrainingError.self) {
            try LogisticTrainer(options: options).train(set(1))
        }
        #expect(error?.description.contains("fewer than 500") == true)
    }
}

@Suite struct ModelSearchTests {
    /// Abuse where one of two columns is high and the other is not, and two columns of noise.
    private func set(_ rows: Int = 1500, seed: UInt64 = 5, flips: Bool = false) -> TrainingSet {
        var dice = Dice(seed)
        var set = TrainingSet(
            columns: ["a", "b"].map { TrainingColumn($0) } + (0..<2).map { TrainingColumn("noise\($0)") })
        for row in 0..<rows {
            let values = (0..<4).map { _ in Float(dice.uniform()) }
            let abuse = dice.uniform() < ((values[0] > 0.5) != (values[1] > 0.5) ? 0.6 : 0.05)
            set.append(
                values, label: flips ? !abuse : abuse, group: UInt64(row), account: row, timeMs: Int64(row))
        }
        return set
    }

    private var trainer: LogisticTrainer {
        var options = LogisticTrainer.Options()
        options.penalties = [1]
        options.folds = 2
        options.crosses = 1
        return LogisticTrainer(options: options)
    }

    @Test func aPairThatDoesNotAddUpGetsAGrid() throws {
        let trained = try trainer.train(set())
        let cross = try #require(trained.head.crosses.first)
        #expect([cross.first.feature, cross.second.feature] == ["a", "b"])
        #expect(cross.logOdds(0.1, 0.9) > cross.logOdds(0.1, 0.1) + 1.5)
        #expect(trained.evaluation.ranking.auc > 0.75)
        var additive = trainer
        additive.options.crosses = 0
        #expect(try additive.train(set()).evaluation.ranking.auc < 0.6)
        // It survives its file, and scores as it explains.
        let model = LogisticModel(
            name: "t", data: "", commands: [], trained: [.couponAbuse: trained, .fakeOrder: trained])
        let read = try LogisticModel.load(bytes: Data(model.fileText.utf8), name: "t")
        #expect(read == model)
        let scorer = try Scorer(read, featureNames: set(1).columns.map(\.name))
        for vector in [[Float](repeating: 0.3, count: 4), [0.1, 0.93] + [Float](repeating: 0.5, count: 2)] {
            let logit = vector.withUnsafeBufferPointer { scorer.logits($0).couponAbuse }
            let exact = read.logit(.couponAbuse) { name in
                vector[set(1).columns.firstIndex { $0.name == name }!]
            }!
            #expect(abs(Double(logit) - exact) < 1e-4)
            let contributions = vector.withUnsafeBufferPointer { scorer.contributions($0, .couponAbuse) }
            let sum = contributions.reduce(scorer.base(.couponAbuse)) { $0 + $1.contribution }
            #expect(abs(sum - trained.head.calibration(exact)) < 1e-9)
        }
    }

    @Test func noiseIsLeftOut() throws {
        var dice = Dice(77)
        var set = TrainingSet(columns: (0..<7).map { TrainingColumn("c\($0)") })
        for row in 0..<1000 {
            let values = (0..<7).map { _ in Float(dice.normal()) }
            set.append(
                values, label: dice.uniform() < logistic(Double(values[0] + values[1]) * 1.5 - 1),
                group: UInt64(row), account: row)
        }
        let names = try trainer.train(set).head.terms.map(\.feature)
        #expect(names.contains("c0") && names.contains("c1"))
        #expect(names.count <= 4)
    }

    /// Fifty labels that say the opposite move a model towards them, not all the way.
    @Test func fewLabelsMoveAModelAndDoNotReplaceIt() throws {
        let first = try trainer.train(set()).head
        let moved = try trainer.train(set(60, seed: 6, flips: true), from: first)
        #expect(moved.head.calibration == first.calibration)
        #expect(moved.head.thresholds == first.thresholds)
        // The figures are those of the model as it is written.
        let again = try #require(trainer.settle(moved, on: moved.outOfFold, days: 1))
        #expect(again.head == moved.head)
        #expect(
            moved.evaluation.review == moved.evaluation.ranking.flagging(from: first.thresholds.review))
        let (old, new) = (try #require(first.crosses.first), try #require(moved.head.crosses.first))
        #expect(new.range < old.range)
        #expect(new.range > 0.2 * old.range)
        #expect(moved.moves.count == first.terms.count + first.crosses.count)
        #expect(moved.moves.map(\.most) == moved.moves.map(\.most).sorted(by: >))
    }

    /// People judge what was flagged, and clear those whose value is highest of all. Without accounts that nobody
    /// judged, fifty such decisions make a head flag many times as many of the others as it promised.
    @Test func decisionsOnTheFlaggedAloneFlagNobodyElse() throws {
        // How many forgetting flags depends on the rule, which is not what is tested here.
        var trainer = trainer
        trainer.options.review = .falsePositiveRate(0.008)
        var dice = Dice(91)
        func world(_ rows: Int) -> TrainingSet {
            var set = TrainingSet(columns: ["level", "other"].map { TrainingColumn($0) })
            for row in 0..<rows {
                let level = dice.uniform() * 4
                set.append(
                    [Float(level), Float(dice.normal())], label: dice.uniform() < logistic(3 * level - 10),
                    group: UInt64(row), account: row)
            }
            return set
        }
        let first = try trainer.train(world(3000)).head
        let seen = world(4000)
        func rows(_ set: TrainingSet) -> [[Float]] {
            (0..<set.count).map { Array(set.values[$0 * 2..<$0 * 2 + 2]) }
        }
        func isFlagged(_ row: [Float], _ head: LogisticModel.Head) -> Bool {
            let logit = head.logit { row[$0 == "level" ? 0 : 1] }
            return head.calibration.probability(logit) >= head.thresholds.review
        }
        let flagged = rows(seen).filter { isFlagged($0, first) }
        let others = rows(seen).filter { !isFlagged($0, first) }
        try #require(flagged.count > 50)
        var decisions = TrainingSet(columns: seen.columns)
        let middle = flagged.prefix(50).map { $0[0] }.sorted()[35]
        for (account, row) in flagged.prefix(50).enumerated() {
            decisions.append(row, label: row[0] < middle, group: UInt64(account), account: account)
        }
        func share(_ head: LogisticModel.Head) -> Double {
            Double(others.count { isFlagged($0, head) }) / Double(others.count)
        }
        let rehearsed = try trainer.train(
            decisions, from: first, bystanders: others.prefix(2000).flatMap { $0 }
        ).head
        #expect(share(rehearsed) < 0.02)
        #expect(rehearsed.terms != first.terms)
        let alone = try trainer.train(decisions, from: first).head
        #expect(share(alone) > 0.04 && share(alone) > 4 * share(rehearsed))
    }

    /// A head that was moved explains itself to the same ordinary customer: who is good adds on the mean what he did.
    @Test func aMovedModelStandsWhereTheOldOneStood() throws {
        let first = try trainer.train(set()).head
        let decisions = set(60, seed: 6, flips: true)
        let others = set(800, seed: 9).values
        let moved = try trainer.train(decisions, from: first, bystanders: others).head
        #expect(moved.terms != first.terms)
        let learnt = decisions.rehearsing(first, others, weight: trainer.options.rehearsal)
        let again = moved.centred(on: learnt, as: first)
        #expect(abs(again.intercept - moved.intercept) < 1e-4)
        for (term, other) in zip(moved.terms, again.terms) {
            for (point, same) in zip(term.points, other.points) { #expect(abs(point - same) < 1e-4) }
        }
    }

    /// Centring tells curves and intercept apart anew; what the head says of anybody stays, and whom it suspects.
    @Test func centringChangesNoScoreAndNoSuspect() throws {
        var head = try trainer.train(set()).head
        head.terms.append(.init(feature: "company", transform: .identity, knots: [0, 1], points: [1, 3]))
        head.company = .init(suspectFrom: 0.25, features: ["company"])
        var rows = TrainingSet(columns: set(1).columns + [TrainingColumn("company")])
        let known = set(200, seed: 3)
        let width = known.columns.count
        for row in 0..<known.count {
            let values = Array(known.values[row * width..<(row + 1) * width]) + [Float(row % 5) / 4]
            rows.append(values, label: known.labels[row], group: UInt64(row), account: row)
        }
        var old = head
        old.terms[0].points = old.terms[0].points.map { $0 + 2 }
        let centred = head.centred(on: rows, as: old)
        #expect(abs(centred.intercept - head.intercept) > 1)
        func logit(_ head: LogisticModel.Head, _ row: Int, own: Bool) -> Double {
            head.logit { name in
                let column = rows.columns.firstIndex { $0.name == name }!
                return rows.values[row * rows.columns.count + column]
            } - (own ? head.terms.last!.logOdds(rows.values[row * rows.columns.count + width]) : 0)
        }
        for row in 0..<50 {
            #expect(abs(logit(head, row, own: false) - logit(centred, row, own: false)) < 1e-4)
            let before = logit(head, row, own: true) - head.company!.suspectFrom
            #expect(abs(before - logit(centred, row, own: true) + centred.company!.suspectFrom) < 1e-4)
        }
    }

    @Test func labelsThatAgreeLeaveAModelWhereItIs() throws {
        let first = try trainer.train(set()).head
        let moved = try trainer.train(set(60, seed: 7), from: first)
        let old = try #require(first.crosses.first)
        let new = try #require(moved.head.crosses.first)
        #expect(abs(new.range - old.range) < 0.5 * old.range)
    }

    /// What a model says of rows with silent values it says as a start, too, and what labels that agree make of it: where
    /// all rows lack a column, its curve stays.
    @Test func whatLogsNeverShowStaysAsItWas() throws {
        let first = try trainer.train(set()).head
        let term = try #require(first.terms.first)
        let column = try #require(set(1).columns.firstIndex { $0.name == term.feature })
        for share in [3, 1] {
            let source = set(60, seed: 7)
            var rows = TrainingSet(columns: source.columns)
            let width = rows.columns.count
            for row in 0..<source.count {
                var values = Array(source.values[row * width..<(row + 1) * width])
                if row % share == 0 { values[column] = .infinity }
                rows.append(
                    values, label: source.labels[row], group: source.groups[row],
                    account: source.accounts[row])
            }
            func logit(_ head: LogisticModel.Head, _ row: Int) -> Double {
                head.logit { name in
                    rows.values[row * width + rows.columns.firstIndex { $0.name == name }!]
                }
            }
            let prior = try PriorModel(first, rows)
            let logits = prior.candidate.design.logits(
                LogisticPoint(weights: prior.centre, intercept: prior.intercept))
            for row in 0..<rows.count {
                #expect(abs(logits[row] + prior.offsets[row] - logit(first, row)) < 1e-6)
            }
            let moved = try trainer.train(rows, from: first)
            let after = try #require(moved.head.terms.first { $0.feature == term.feature })
            guard share == 1 else { continue }
            for (now, then) in zip(after.points + [after.missingPoints], term.points + [term.missingPoints]) {
                #expect(abs(now - then) < 1e-6)
            }
        }
    }

    /// Where nothing may move, a head says of everybody what it said: of who lacks a field that a grid asks for, too.
    @Test func aModelThatMayNotMoveSaysWhatItSaid() throws {
        var first = try trainer.train(set()).head
        // A grid that on the mean speaks for accounts, as one does that learned from other rows than these.
        first.crosses[0].points = first.crosses[0].points.map { $0.map { $0 + 1.5 } }
        var others = set(800, seed: 9).values
        for start in stride(from: 0, to: others.count, by: 12) { others[start] = .nan }
        var trainer = trainer
        trainer.options.priorPenalties = [1e7]
        let moved = try trainer.train(set(60, seed: 7), from: first, bystanders: others)
        for start in stride(from: 0, to: 400, by: 4) {
            func logit(_ head: LogisticModel.Head) -> Double {
                head.logit { name in others[start + set(1).columns.firstIndex { $0.name == name }!] }
            }
            #expect(abs(logit(moved.head) - logit(first)) < 0.2)
        }
        #expect(moved.moves.allSatisfy { $0.most < 0.01 })
    }

    /// More of what speaks against an account never speaks for it, whatever a few decisions say.
    @Test func aMovedCurveHoldsItsSign() throws {
        func set(_ rows: Int, seed: UInt64, slope: Double) -> TrainingSet {
            var dice = Dice(seed)
            var set = TrainingSet(columns: [
                TrainingColumn("worse", sign: .positive), TrainingColumn("free"),
            ])
            for row in 0..<rows {
                let values = [Float(dice.uniform() * 4), Float(dice.uniform() * 4)]
                let logit = slope * Double(values[0] + values[1] - 4)
                set.append(values, label: dice.uniform() < logistic(logit), group: UInt64(row), account: row)
            }
            return set
        }
        var trainer = trainer
        trainer.options.crosses = 0
        let first = try trainer.train(set(1500, seed: 3, slope: 0.3)).head
        let moved = try trainer.train(set(900, seed: 4, slope: -2), from: first).head
        func falls(_ feature: String) -> Bool {
            let points = moved.terms.first { $0.feature == feature }?.points ?? []
            return zip(points, points.dropFirst()).contains { $1 < $0 }
        }
        #expect(falls("free") && !falls("worse"))
    }

    @Test func aModelOfOtherFeaturesIsNoStart() throws {
        var head = try trainer.train(set()).head
        head.crosses[0].first.feature = "elsewhere"
        #expect(throws: TrainingError.unknownColumns(["elsewhere"])) {
            try trainer.train(set(200), from: head)
        }
    }
}

@Suite struct TableAuditTests {
    @Test func oddColumnsAreNamed() {
        var dice = Dice(4)
        var set = TrainingSet(columns: ["fine", "same", "twin", "verdict"].map { TrainingColumn($0) })
        for row in 0..<200 {
            let (value, label) = (Float(dice.normal()), dice.uniform() < 0.4)
            set.append(
                [value, row % 9 == 0 ? .nan : 4, value, label ? 1 : 0], label: label, group: UInt64(row),
                account: row)
        }
        let audit = TableAudit(set, judging: set)
        #expect(audit.leftOut == [2])
        #expect(audit.notes.contains { $0.contains("twin is left out: it is the same as fine") })
        #expect(audit.notes.contains { $0.hasPrefix("warning: verdict alone tells the labels apart") })
        #expect(audit.notes.contains { $0.contains("of no use: same") })
        #expect(audit.notes.count == 3)
    }
}

@Suite struct ReviewRuleTests {
    /// A thousand accounts, of which the hundred highest are abuse but for ten.
    private var ranking: RankingMetrics {
        RankingMetrics(
            scores: (0..<1000).map { 1 - (Double($0) + 0.5) / 1000 },
            labels: (0..<1000).map { $0 < 100 && $0 % 10 != 9 })!
    }

    private func flagged(_ rule: ReviewRule, days: Double = 1) -> Int {
        var options = LogisticTrainer.Options()
        options.review = rule
        let threshold = LogisticTrainer(options: options).thresholds(ranking, days: days).review
        return ranking.steps.count { $0.score >= threshold }
    }

    @Test func aTeamGetsAsManyAsItCanSeeTo() {
        #expect(flagged(.perDay(20), days: 3) == 60)
        #expect(flagged(.perDay(50)) == 50)
    }

    @Test func theFlaggedAreAbuseToTheShareAskedFor() { #expect(flagged(.precision(0.9)) == 100) }

    @Test func costsSetTheOdds() {
        // Missing costs nine times a false alarm: worth a look from a probability of 0.1.
        #expect(flagged(.costs(falseAlarm: 1, missed: 9)) == 900)
    }

    /// A team that can see to twenty gets twenty, though hundreds are all but certain; and what costs ask for has no floor.
    @Test func rulesHoldNearCertainty() throws {
        func threshold(_ rule: ReviewRule, _ scores: [Double], _ labels: [Bool]) throws
            -> LogisticModel.Thresholds
        {
            var options = LogisticTrainer.Options()
            options.review = rule
            let ranking = try #require(RankingMetrics(scores: scores, labels: labels))
            return LogisticTrainer(options: options).thresholds(ranking)
        }
        let certain = (0..<1000).map { place -> Double in
            let top = place < 500 ? 0.99999 : 0.01
            return top - Double(place % 500) * 1e-5
        }
        let labels = (0..<1000).map { $0 < 500 }
        let few = try threshold(.perDay(20), certain, labels)
        #expect(certain.count { $0 >= few.review } == 20)
        #expect(few.review < few.high && few.high < 1)
        let cheap = try threshold(.costs(falseAlarm: 1, missed: 124), certain, labels)
        #expect(abs(cheap.review - 1.0 / 125) < 1e-5)
    }

    /// Rows without times are of one day.
    @Test func aTableWithoutTimesIsADaysWork() throws {
        var dice = Dice(3)
        var set = TrainingSet(columns: [TrainingColumn("x")])
        for account in 0..<400 {
            let x = dice.normal()
            set.append(
                [Float(x)], label: dice.uniform() < logistic(2 * x - 1), group: UInt64(account),
                account: account)
        }
        var options = LogisticTrainer.Options()
        options.penalties = [1]
        options.crosses = 0
        options.review = .perDay(30)
        let trained = try LogisticTrainer(options: options).train(set)
        #expect((25...30).contains(trained.probabilities.count { $0 >= trained.head.thresholds.review }))
    }

    @Test func fewGoodAccountsAreFlagged() { #expect(flagged(.falsePositiveRate(5.0 / 910)) == 59) }
}
