import ActivityLog
import CaseFile
import Foundation
import LogStage
import RiskFeatures
import RiskModel
import Testing

@testable import ScoringPipeline

@Suite struct ReplayTests {
    private let campaign = TestCampaign.shared
    private let folder = TemporaryFolder()

    /// The vector of a snapshot, bit by bit, so that unknown equals unknown.
    private func bits(_ replay: TrainingReplay, _ position: Int) -> [UInt32] {
        let width = FeatureCatalog.count
        return replay.vectors[position * width..<(position + 1) * width].map(\.bitPattern)
    }

    @Test func snapshotsAreTakenAtPowersOfTwoAndAtTheEnd() throws {
        // One account that claims seven coupons, a minute apart.
        let lines = (0..<7).map {
            #"{"ts":\#(1_780_000_000_000 + $0 * 60_000),"event":"coupon_claim","account_id":"a","coupon_id":"c"}"#
        }
        let log = try folder.write("claims.log", TestCampaign.bytes(lines))
        let replay = try TrainingReplay(
            paths: [log], labels: [AccountLabel(accountID: "a", risk: .couponAbuse, isAbuse: true)])
        let minutes = replay.snapshots.map { ($0.ts - 1_780_000_000_000) / 60_000 }
        // Numbers 1, 2 and 4, and the end, at the time of the last.
        #expect(minutes == [0, 1, 3, 6])

        let asOf = try TrainingReplay(
            paths: [log],
            labels: [
                AccountLabel(
                    accountID: "a", risk: .couponAbuse, isAbuse: true,
                    asOfMs: 1_780_000_000_000 + 5 * 60_000 + 1)
            ])
        // Numbers 1, 2 and 4, and the last by then, number 6.
        #expect(asOf.snapshots.map { ($0.ts - 1_780_000_000_000) / 60_000 } == [0, 1, 3, 5])
    }

    @Test func aLabelWithATimeSeesNothingLater() throws {
        let times = campaign.lines.map(TestCampaign.time)
        let asOfMs = times[times.count / 2]
        let labels = campaign.labels.map {
            AccountLabel(accountID: $0.accountID, risk: $0.risk, isAbuse: $0.isAbuse, asOfMs: asOfMs)
        }
        let whole = try TrainingReplay(paths: [campaign.logs.path], labels: labels)
        #expect(whole.snapshots.count > 500)
        #expect(whole.snapshots.allSatisfy { $0.ts <= asOfMs })
        // The same past with another future: one event of a stranger.
        let past = campaign.lines.filter { TestCampaign.time($0) <= asOfMs }
        let stranger = #"{"ts":\#(asOfMs + 5_000_000),"event":"app_open","account_id":"stranger"}"#
        let log = try folder.write("past.log", TestCampaign.bytes(past + [stranger]))
        let cut = try TrainingReplay(paths: [log], labels: labels)
        #expect(cut.snapshots.map(\.subject) == whole.snapshots.map(\.subject))
        #expect(cut.snapshots.map(\.ts) == whole.snapshots.map(\.ts))
        #expect(cut.vectors.map(\.bitPattern) == whole.vectors.map(\.bitPattern))
    }

    /// The lines of the logs until a time, in one file.
    private func past(_ ms: Int64) throws -> String {
        let lines = campaign.lines.filter { TestCampaign.time($0) <= ms }
        return try folder.write("until \(ms).log", TestCampaign.bytes(lines))
    }

    /// Every label of the campaign with one of five times, drawn for each risk of an account apart.
    private func labelsWithTimes() -> [AccountLabel] {
        var generator = SeededGenerator(11)
        let all = campaign.lines.map(TestCampaign.time)
        let times = [all[1], all[all.count - 2]] + (0..<3).map { _ in all.randomElement(using: &generator)! }
        return campaign.labels.map {
            AccountLabel(
                accountID: $0.accountID, risk: $0.risk, isAbuse: $0.isAbuse,
                asOfMs: times.randomElement(using: &generator)!)
        }
    }

    @Test func aLabelWithATimeIsAsIfTheLogsEndedThere() throws {
        /// Snapshots as a reader of the labels file would tell them apart, in no particular order.
        func told(_ replay: TrainingReplay) -> [String] {
            replay.snapshots.enumerated().map { position, snapshot in
                let subject = replay.subjects[snapshot.subject]
                return
                    "\(subject.accountID) \(subject.asOfMs!) \(subject.labels.count) \(snapshot.ts) \(bits(replay, position))"
            }.sorted()
        }
        func rows(_ replay: TrainingReplay) -> [Substring] {
            var bytes: [UInt8] = []
            FeatureTable(replay).csv { bytes += $0 }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().sorted()
        }
        let labels = labelsWithTimes()
        let whole = try TrainingReplay(paths: [campaign.logs.path], labels: labels, scorer: campaign.scorer)
        var snapshots: [String] = []
        var table: [Substring] = []
        for (ms, labels) in Dictionary(grouping: labels, by: { $0.asOfMs! }) {
            let log = try past(ms)
            let cut = try TrainingReplay(paths: [log], labels: labels, scorer: campaign.scorer)
            snapshots += told(cut)
            table += rows(cut)
            // An account with any event by then has a row.
            let seen = Set(
                try String(contentsOfFile: log, encoding: .utf8).matches(of: /"account_id":"([^"]+)"/).map(
                    \.1)
            )
            let missing = whole.unseen.filter { $0.asOfMs == ms }.map(\.accountID)
            #expect(
                Set(missing)
                    == Set(labels.map(\.accountID).filter { !seen.contains($0[...]) }))
        }
        #expect(told(whole) == snapshots.sorted())
        #expect(rows(whole) == table.sorted())
        #expect(table.count > 1000)
    }

    @Test func evaluationToAnEarlierTimeIsAsIfTheLogsEndedThere() throws {
        func told(_ replay: EvaluationReplay) -> [String] {
            replay.subjects.indices.map { subject in
                let (account, outcomes) = (replay.subjects[subject], replay.outcomes[0])
                return Risk.allCases.reduce(
                    "\(account.accountID) \(account.asOfMs!) \(account.labels.count)"
                        + " \(replay.firstMs[subject] ?? 0)"
                ) { text, risk in
                    let outcome = outcomes[risk.index][subject]
                    return text
                        + " \(outcome.highest) \(outcome.flaggedAtFen ?? -1) \(replay.stakesFen[risk.index][subject] ?? -1)"
                        + " \(outcome.vector?.map(\.bitPattern) ?? [])"
                }
            }.sorted()
        }
        let labels = labelsWithTimes()
        let scorer = campaign.scorer
        let whole = try EvaluationReplay(paths: [campaign.logs.path], labels: labels, scorers: [scorer])
        var cut: [String] = []
        for (ms, labels) in Dictionary(grouping: labels, by: { $0.asOfMs! }) {
            cut += told(try EvaluationReplay(paths: [try past(ms)], labels: labels, scorers: [scorer]))
        }
        #expect(told(whole) == cut.sorted())
        #expect(whole.outcomes[0][0].count(where: { $0.vector != nil }) > 10)
    }

    @Test func labelsWithTimesLeaveThoseWithoutAsTheyWere() throws {
        let plain = campaign.labels.filter { $0.accountID.utf8.last! % 2 == 0 }
        let timed = labelsWithTimes().filter { $0.accountID.utf8.last! % 2 == 1 }
        let alone = try TrainingReplay(paths: [campaign.logs.path], labels: plain, scorer: campaign.scorer)
        let mixed = try TrainingReplay(
            paths: [campaign.logs.path], labels: plain + timed, scorer: campaign.scorer)
        let kept = mixed.snapshots.indices.filter {
            mixed.subjects[mixed.snapshots[$0].subject].asOfMs == nil
        }
        #expect(kept.count == alone.snapshots.count && kept.count > 500)
        #expect(kept.map { mixed.snapshots[$0].ts } == alone.snapshots.map(\.ts))
        #expect(kept.map { bits(mixed, $0) } == alone.snapshots.indices.map { bits(alone, $0) })
    }

    @Test func anAccountsRowsWeighOneTogether() throws {
        let replay = try TrainingReplay(paths: [campaign.logs.path], labels: campaign.labels)
        for risk in Risk.allCases {
            let set = replay.trainingSet(risk)
            var weights: [Int: Double] = [:]
            for (account, weight) in zip(set.accounts, set.weights) { weights[account, default: 0] += weight }
            #expect(weights.count > 500)
            #expect(weights.values.allSatisfy { abs($0 - 1) < 1e-9 })
            #expect(set.positives > 0 && set.positives < set.count)
        }
    }

    @Test func asJudgedAnAccountIsItsLastSnapshotAlone() throws {
        let labels = campaign.labels.filter { $0.risk == .couponAbuse }.enumerated().filter {
            $0.offset % 4 == 0
        }
        .map(\.element)
        let replay = try TrainingReplay(paths: [campaign.logs.path], labels: labels, bystanders: 200)
        let set = replay.trainingSet(.couponAbuse, asJudged: true)
        #expect(set.count == Set(set.accounts).count && set.count > 200)
        #expect(set.weights.allSatisfy { $0 == 1 })
        let last = Dictionary(replay.snapshots.map { ($0.subject, $0.ts) }, uniquingKeysWith: max)
        #expect(zip(set.accounts, set.times).allSatisfy { last[$0] == $1 })
        // Every fourth account is labelled; each bystander stands for some of the others.
        let bystanders = replay.bystanders.count / FeatureCatalog.count
        #expect((100...260).contains(bystanders))
        let unlabelled = (replay.accountsPerBystander * Double(bystanders)).rounded()
        #expect(abs(unlabelled - 3 * Double(set.count)) < 20)
    }

    @Test func accountsOfAGangShareAGroup() throws {
        let replay = try TrainingReplay(paths: [campaign.logs.path], labels: campaign.labels)
        let gangs = try GangsCSV.read(campaign.logs.file("truth.csv"))
        #expect(Set(gangs.values).count > 3)
        let set = replay.trainingSet(.couponAbuse, gangs: gangs)
        var groups: [String: Set<UInt64>] = [:]
        for (account, group) in zip(set.accounts, set.groups) {
            let id = replay.subjects[account].accountID
            groups[gangs[id] ?? "alone " + id, default: []].insert(group)
        }
        #expect(groups.values.allSatisfy { $0.count == 1 })
        #expect(Set(groups.values.map { $0.first! }).count == groups.count)
    }

    @Test func someGroupsLackFieldsAsOtherLogsDo() throws {
        let replay = try TrainingReplay(paths: [campaign.logs.path], labels: campaign.labels)
        let gangs = try GangsCSV.read(campaign.logs.file("truth.csv"))
        let whole = replay.trainingSet(.couponAbuse, gangs: gangs)
        let part = replay.trainingSet(.couponAbuse, gangs: gangs, losesFields: true)
        func value(_ set: TrainingSet, _ row: Int, _ column: Int) -> Float {
            set.values[row * set.columns.count + column]
        }
        #expect(part.groups == whole.groups && part.labels == whole.labels)
        // By group, the features that some of its rows lost.
        var lost: [UInt64: Set<Int>] = [:]
        for row in 0..<whole.count {
            for column in FeatureCatalog.all.indices {
                let (before, now) = (value(whole, row, column), value(part, row, column))
                if before.bitPattern == now.bitPattern { continue }
                #expect(now.isNaN)
                lost[whole.groups[row], default: []].insert(column)
            }
        }
        let share = Double(lost.count) / Double(Set(whole.groups).count)
        #expect((0.1...0.16).contains(share))
        // What needs a lost field is unknown in all of a group's rows, and with it all that needs the same.
        let (device, age) = (
            FeatureCatalog.index(of: "device_accounts_1h")!, FeatureCatalog.index(of: "device_age_s")!
        )
        for row in 0..<whole.count where lost[whole.groups[row]]?.contains(device) == true {
            #expect(value(part, row, device).isNaN && value(part, row, age).isNaN)
        }
        let again = replay.trainingSet(.couponAbuse, gangs: gangs, losesFields: true)
        #expect(again.values.map(\.bitPattern) == part.values.map(\.bitPattern))
    }

    @Test func unseenAccountsAreCounted() throws {
        let labels = campaign.labels + [AccountLabel(accountID: "nobody", risk: .couponAbuse, isAbuse: true)]
        let replay = try TrainingReplay(paths: [campaign.logs.path], labels: labels)
        let nobody = try #require(replay.subjects.firstIndex { $0.accountID == "nobody" })
        #expect(replay.snapshotCounts[nobody] == 0)
        #expect(replay.unseen.map(\.accountID).contains("nobody"))
        #expect(replay.snapshotCounts.reduce(0, +) == replay.snapshots.count)
        let table = FeatureTable(replay)
        #expect(table.missing.contains { $0.accountID == "nobody" })
        #expect(table.count + table.missing.count == replay.subjects.count)
    }

    @Test func theFeatureTableIsWhatTrainingSees() throws {
        let replay = try TrainingReplay(
            paths: [campaign.logs.path], labels: campaign.labels, scorer: campaign.scorer)
        let table = try FeatureTable(paths: [campaign.logs.path], scorer: campaign.scorer)
        var bytes: [UInt8] = []
        table.csv { bytes += $0 }
        let rows = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(rows[0] == ["account_id", "as_of_ms"] + FeatureCatalog.names)
        let byAccount = Dictionary(uniqueKeysWithValues: rows.dropFirst().map { ($0[0], $0) })

        var last: [Int: Int] = [:]
        for (position, snapshot) in replay.snapshots.enumerated() { last[snapshot.subject] = position }
        #expect(last.count > 500)
        var unknown = 0
        for (subject, position) in last {
            let row = try #require(byAccount[replay.subjects[subject].accountID])
            #expect(row[1] == String(replay.snapshots[position].ts))
            let values = row.dropFirst(2).map { Float($0) ?? .nan }
            unknown += values.count(where: \.isNaN)
            #expect(
                zip(values, bits(replay, position)).allSatisfy {
                    $0.isNaN && !Float(bitPattern: $1).isFinite || $0.bitPattern == $1
                        || ($0 == 0 && Float(bitPattern: $1) == 0)
                })
        }
        #expect(unknown > 0)

        // And by labels: the same rows, those of the accounts asked for, with their labels.
        var labelled: [UInt8] = []
        FeatureTable(replay).csv { labelled += $0 }
        let lines = String(decoding: labelled, as: UTF8.self).split(separator: "\n")
        #expect(lines[0].hasSuffix(",coupon_abuse,fake_order"))
        let all = Set(String(decoding: bytes, as: UTF8.self).split(separator: "\n"))
        for line in lines {
            let features = line.split(separator: ",", omittingEmptySubsequences: false).dropLast(2)
            #expect(all.contains(features.joined(separator: ",")[...]))
        }
    }

    @Test func evaluationSeesTheScoresThatScoringGives() throws {
        let scorer = campaign.scorer
        let replay = try EvaluationReplay(
            paths: [campaign.logs.path], labels: campaign.labels, scorers: [scorer, scorer])
        let caseFile = try CaseFile.open(folder.file("cases.sqlite"))
        _ = try ScoringRun(
            reader: EventReader(paths: [campaign.logs.path]), scorer: scorer, caseFile: caseFile
        ).run()
        let flags = try caseFile.flags()
        #expect(flags.count > 10)
        for flag in flags {
            let risk = try #require(Risk(rawValue: flag.risk))
            let subject = try #require(replay.subjects.firstIndex { $0.accountID == flag.accountID })
            let outcome = replay.outcomes[0][risk.index][subject]
            #expect(scorer.probability(outcome.highest, risk) == flag.score)
            #expect(outcome.flaggedAtFen != nil && outcome.vector != nil)
            #expect(replay.stakesFen[risk.index][subject] == flag.amountAtRiskFen)
        }
        for risk in Risk.allCases {
            let first = try #require(replay.evaluation(model: 0, scorer: scorer, risk: risk))
            let second = try #require(replay.evaluation(model: 1, scorer: scorer, risk: risk))
            #expect(first.figures.map(\.value) == second.figures.map(\.value))
            // A small model of another seed, but better than chance.
            #expect(first.ranking.auc > 0.55)
        }
    }

    /// Scoring sees more moments than training, so an account's highest is as high or higher; and no later than its
    /// label's time.
    @Test func outOfFoldScoresAreTheHighestOverAllCostlyEvents() throws {
        let replay = try OutOfFoldReplay(
            paths: [campaign.logs.path], labels: campaign.labels, trained: TestCampaign.trained)
        #expect(replay.days > 5 && replay.days < 8)
        for risk in Risk.allCases {
            let trained = try #require(TestCampaign.trained[risk])
            let scores = try #require(replay.scores[risk])
            #expect(scores.accounts.count == trained.outOfFold.accounts.count)
            #expect(scores.weights.allSatisfy { $0 == 1 })
            let snapshots = Dictionary(
                uniqueKeysWithValues: zip(trained.outOfFold.accounts, trained.outOfFold.logits))
            var higher = 0
            for (account, logit) in zip(scores.accounts, scores.logits) {
                let seen = try #require(snapshots[account])
                #expect(logit > seen - 1e-3)
                if logit > seen + 1e-3 { higher += 1 }
            }
            #expect(higher > 10)
            let settled = try #require(LogisticTrainer().settle(trained, on: scores, days: replay.days))
            #expect(settled.evaluation.review.falsePositiveRate <= 0.005)
            #expect(settled.evaluation.accounts == scores.accounts.count)
        }

        // With a time: the same as if the logs had ended there.
        let times = campaign.lines.map(TestCampaign.time)
        let asOfMs = times[times.count / 2]
        let labels = campaign.labels.map {
            AccountLabel(accountID: $0.accountID, risk: $0.risk, isAbuse: $0.isAbuse, asOfMs: asOfMs)
        }
        let whole = try OutOfFoldReplay(
            paths: [campaign.logs.path], labels: labels, trained: TestCampaign.trained)
        let cut = try OutOfFoldReplay(
            paths: [try past(asOfMs)], labels: labels, trained: TestCampaign.trained)
        for risk in Risk.allCases {
            #expect(cut.scores[risk]?.accounts == whole.scores[risk]?.accounts)
            #expect(cut.scores[risk]?.logits == whole.scores[risk]?.logits)
        }
    }

    @Test func inspectionNamesBlindFeatures() throws {
        let blind = campaign.lines.map {
            $0.replacing(/"payer_id":"[^"]*",?/, with: "").replacing(",}", with: "}")
        }
        let whole = try LogInspection(paths: [campaign.logs.path])
        let without = try LogInspection(paths: [try folder.write("blind.log", TestCampaign.bytes(blind))])
        #expect(without.read.events == whole.read.events)
        #expect(without.read.rejections.isEmpty)
        #expect(!whole.blindFeatures.contains { $0.missing.contains(.payerID) })
        let names = without.blindFeatures.filter { $0.missing.contains(.payerID) }.map(\.feature.name)
        #expect(names.contains("payer_accounts_30d"))
        #expect(whole.eventTypes.map(\.events).reduce(0, +) == whole.read.events)
    }
}
