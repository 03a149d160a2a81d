import ActivityLog
import CaseFile
import Foundation
import RiskFeatures
import RiskModel
import Testing

@testable import ScoringPipeline

@Suite struct ScoringRunTests {
    private let campaign = TestCampaign.shared
    private let folder = TemporaryFolder()

    /// What a run leaves behind, to compare with another's.
    private struct Result: Equatable {
        var flags: [FlaggedAccount]
        var scores: [UInt8]
    }

    @discardableResult
    private func score(
        _ paths: [String], as name: String, _ configuration: ReadConfiguration = ReadConfiguration()
    ) throws -> (result: Result, report: ScoringReport) {
        let caseFile = try CaseFile.open(folder.file(name + ".sqlite"))
        let run = try ScoringRun(
            reader: EventReader(paths: paths, configuration: configuration), scorer: campaign.scorer,
            caseFile: caseFile, scoresPath: folder.file(name + ".csv"))
        let report = try run.run()
        let flags = try caseFile.flags(FlagQuery(sort: .score))
        return (Result(flags: flags, scores: try folder.bytes(name + ".csv")), report)
    }

    @Test func twoRunsGiveTheSameFlags() throws {
        let first = try score([campaign.logs.path], as: "first")
        let second = try score([campaign.logs.path], as: "second")
        #expect(first.result.flags.count > 10)
        #expect(Set(first.result.flags.map(\.risk)).count == 2)
        #expect(first.result == second.result)
    }

    @Test func aTailThatBeganMeanwhileHasTheDatabase() throws {
        let database = folder.file("tailed.sqlite")
        do {
            let lock = try TailLock(database: database)
            let error = #expect(throws: TailLockError.self) { try score([campaign.logs.path], as: "tailed") }
            #expect(error?.description.contains("another promoguard (process \(getpid()))") == true)
            _ = consume lock
        }
        #expect(try CaseFile.open(database).flags(FlagQuery()).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.file("tailed.csv")))
        #expect(try score([campaign.logs.path], as: "tailed").result.flags.count > 10)
    }

    @Test func oneFileOrManyGzipOrPlainGiveTheSameFlags() throws {
        let folders = try score([campaign.logs.path], as: "folders").result
        #expect(folders.flags.count > 10)

        let one = try folder.write("one.log", TestCampaign.bytes(campaign.lines))
        #expect(try score([one], as: "one").result == folders)

        var parts: [String] = []
        for part in 0..<3 {
            let lines = campaign.lines.enumerated().filter { $0.offset % 3 == part }.map(\.element)
            let bytes = TestCampaign.bytes(lines)
            parts.append(try folder.write("part\(part).log", part == 1 ? try Program.gzip(bytes) : bytes))
        }
        #expect(try score(parts, as: "parts").result == folders)
        #expect(try score(parts.reversed(), as: "reversed").result == folders)

        let gzip = try folder.write("one.log.gz", try Program.gzip(TestCampaign.bytes(campaign.lines)))
        for backend in InflateBackend.allCases {
            var configuration = ReadConfiguration()
            configuration.inflateBackend = backend
            #expect(try score([gzip], as: "gzip-\(backend)", configuration).result == folders)
        }
    }

    @Test func aFlagIsRaisedAtTheFirstEventThatCrossesTheThreshold() throws {
        let scorer = campaign.scorer
        var engine = FeatureEngine()
        var first: [UInt64: (couponAbuse: Int64?, fakeOrder: Int64?)] = [:]
        func note(_ moment: ScoringMoment, _ vector: UnsafeBufferPointer<Float>, _ memory: inout ScoreMemory)
        {
            let logOdds = scorer.logits(vector)
            memory.suspect(logOdds)
            var crossed = first[moment.accountKey] ?? (nil, nil)
            if logOdds.couponAbuse >= scorer.logitThreshold(.couponAbuse, .review) {
                crossed.couponAbuse = crossed.couponAbuse ?? moment.ts
            }
            if logOdds.fakeOrder >= scorer.logitThreshold(.fakeOrder, .review) {
                crossed.fakeOrder = crossed.fakeOrder ?? moment.ts
            }
            first[moment.accountKey] = crossed
        }
        var reader = try EventReader(paths: [campaign.logs.path])
        var batch = EventBatch()
        while reader.next(into: &batch) { engine.observe(batch, score: note) }
        let early = first.values.count { $0.couponAbuse != nil || $0.fakeOrder != nil }
        engine.finish(score: note)

        let flags = try score([campaign.logs.path], as: "first").result.flags
        let hash = IdentifierHash()
        for flag in flags {
            let crossed = first[hash(Array(flag.accountID.utf8).span.bytes)]
            #expect(
                flag.firstFlaggedMs
                    == (flag.risk == "coupon_abuse" ? crossed?.couponAbuse : crossed?.fakeOrder))
        }
        // Not all wait for the end.
        #expect(early * 4 > flags.count)
        let expected = first.values.reduce(0) {
            $0 + ($1.couponAbuse == nil ? 0 : 1) + ($1.fakeOrder == nil ? 0 : 1)
        }
        #expect(flags.count == expected)
    }

    @Test func scoresAndLevelsFollowFromTheModel() throws {
        let (result, report) = try score([campaign.logs.path], as: "levels")
        for flag in result.flags {
            let risk = try #require(Risk(rawValue: flag.risk))
            let thresholds = campaign.model.heads[risk]!.thresholds
            #expect(flag.score >= thresholds.review)
            #expect(flag.level == (flag.score >= thresholds.high ? "high" : "review"))
            #expect(flag.model == "test")
            #expect(flag.firstFlaggedMs <= flag.lastScoredMs)
            #expect(flag.status == .open)
        }
        for risk in Risk.allCases {
            for level in RiskLevel.allCases {
                let flags = result.flags.count { $0.risk == risk.rawValue && $0.level == level.rawValue }
                #expect(report.flagged[risk]?[level] ?? 0 == flags)
            }
        }
    }

    @Test func reasonsExplainTheScore() throws {
        let (result, _) = try score([campaign.logs.path], as: "reasons")
        let scorer = campaign.scorer
        var explained = 0
        for flag in result.flags {
            let risk = try #require(Risk(rawValue: flag.risk))
            let contributions = flag.reasons.map(\.contribution)
            #expect(contributions.count { $0 > 0 } <= 12)
            #expect(contributions.count { $0 < 0 } <= 3)
            #expect(contributions.allSatisfy { abs($0) >= 0.1 })
            #expect(
                flag.reasons.allSatisfy {
                    $0.contribution > 0 || InnocentHub.sign($0.feature, $0.value) != nil
                })
            #expect(contributions == contributions.sorted(by: >))
            for reason in flag.reasons {
                // What the log-odds would be with the feature at its mean is less by the contribution.
                let head = campaign.model.heads[risk]!
                let term = try #require(head.terms.first { $0.feature == reason.feature })
                let value = Float(reason.value ?? .nan)
                #expect(abs(head.calibration.slope * term.logOdds(value) - reason.contribution) < 1e-9)
            }
            // All terms together make the score; the reasons kept cannot add up to less than is needed above the
            // base, unless more than eight took part.
            let needed = log(flag.score / (1 - flag.score)) - scorer.base(risk)
            if flag.reasons.count < 12, needed > 0 {
                #expect(contributions.reduce(0, +) + 0.1 * Double(scorer.featureNames.count) > needed)
                explained += 1
            }
        }
        #expect(explained > 0)
    }

    @Test func everyAccountSeenHasAScore() throws {
        let (result, report) = try score([campaign.logs.path], as: "scores")
        let rows = String(decoding: result.scores, as: UTF8.self).split(separator: "\n")
        #expect(rows.first == "account_id,coupon_abuse,fake_order")
        let ids = rows.dropFirst().map { String($0.prefix { $0 != "," }) }
        #expect(ids == ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(ids.count == report.accounts)
        let seen = campaign.lines.map { line in
            let start = line.range(of: "\"account_id\":\"")!.upperBound
            return String(line[start...].prefix { $0 != "\"" })
        }
        #expect(Set(ids) == Set(seen))
        let scores = Dictionary(
            uniqueKeysWithValues: rows.dropFirst().map { row in
                let fields = row.split(separator: ",")
                return (String(fields[0]), fields.dropFirst().map { Double($0)! })
            })
        for flag in result.flags {
            let risk = try #require(Risk(rawValue: flag.risk))
            #expect(scores[flag.accountID]![risk.index] == flag.score)
        }
    }

    @Test func rejectedLinesAreKeptBesideTheFlags() throws {
        var lines = campaign.lines
        lines.insert("{\"ts\":1}", at: 100)
        lines.insert("not an event", at: 200)
        lines.insert("not an event either", at: 300)
        let log = try folder.write("some.log", TestCampaign.bytes(lines))
        let (result, report) = try score([log], as: "rejected")
        #expect(!result.flags.isEmpty)
        #expect(report.read.rejections.map(\.lines) == [2, 1])
        #expect(report.read.unreadable.isEmpty)
        let caseFile = try CaseFile.open(folder.file("rejected.sqlite"), access: .readOnly)
        let kept = try caseFile.rejectedLines()
        #expect(kept.map(\.sample) == ["{\"ts\":1}", "not an event", "not an event either"])
        #expect(try caseFile.rejectedCounts().map(\.lines).reduce(0, +) == 3)
    }

    @Test func anEmptyLogFlagsNobody() throws {
        let (result, report) = try score([try folder.write("empty.log", "")], as: "empty")
        #expect(result.flags.isEmpty)
        #expect(result.scores == Array("account_id,coupon_abuse,fake_order\n".utf8))
        #expect(report.read.events == 0)
        #expect(report.read.unreadable.isEmpty)
    }

    @Test func aLaterRunOfTheSameLogsChangesNothing() throws {
        try score([campaign.logs.path], as: "again")
        let caseFile = try CaseFile.open(folder.file("again.sqlite"))
        let before = try caseFile.flags(FlagQuery(sort: .score))
        try score([campaign.logs.path], as: "again")
        #expect(try caseFile.flags(FlagQuery(sort: .score)) == before)
    }
}
