import Foundation
import GRDB
import Testing

@testable import CaseFile

@Suite struct CommitTests {
    let folder = TemporaryFolder()

    private func text(_ reasons: [FlaggedAccount.Reason]) -> String {
        var bytes: [UInt8] = []
        JSONText.append(reasons, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func text(_ tags: [String]) -> String {
        var bytes: [UInt8] = []
        JSONText.append(tags, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func aFlagReadsBackAsItWasWritten() throws {
        let file = try CaseFile.open(folder.database)
        let flag = FlaggedAccount.sample(
            "用户\"1\"\n\u{1B}[31m", score: 0.123456789012345678,
            reasons: [
                .init(feature: "a", value: nil, contribution: -0.1),
                .init(feature: "b\"\\", value: 1e-300, contribution: 1e300),
                .init(feature: "c", value: Double(Float(0.1)), contribution: 3),
            ],
            tags: ["gang", "brushing"], gang: "g-1")
        try file.commit(flag)
        var expected = flag
        expected.reasons[2].value = 0.1
        #expect(try file.flags() == [expected])
    }

    @Test func reasonsAreTheContractsJSONWithShortestDecimals() throws {
        let reasons = text([
            .init(feature: "device_accounts_1d", value: 37, contribution: Double(Float(2.3))),
            .init(feature: "wx_device_uv_1d", value: nil, contribution: 0.1),
            .init(feature: "x", value: .infinity, contribution: 123_456.789),
        ])
        #expect(
            reasons == """
                [{"feature":"device_accounts_1d","value":37,"contribution":2.3},\
                {"feature":"wx_device_uv_1d","value":null,"contribution":0.1},\
                {"feature":"x","value":null,"contribution":123456.789}]
                """)
        #expect(text([String]()) == "[]")
        #expect(text(["a", "b"]) == #"["a","b"]"#)
    }

    @Test func hostileTextStaysValidJSON() throws {
        let hostile = "\"\\\u{0}\u{1}\u{1F}\r\n\t\u{7F}\u{2028}</script>é用😀"
        let parsed = try JSONSerialization.jsonObject(with: Data(text([hostile]).utf8)) as? [String]
        #expect(parsed == [hostile])
    }

    @Test func idsThatDifferBehindANULStayApart() throws {
        let file = try CaseFile.open(folder.database)
        try file.commit(.sample("a\0b"), .sample("a\0c"), .sample("a"))
        #expect(try file.flags().count == 3)
        #expect(try file.flags(account: "a\0b").count == 1)
    }

    @Test func theSameModelKeepsTheHigherScoreWithItsReasons() throws {
        let file = try CaseFile.open(folder.database)
        let high = FlaggedAccount.sample(
            score: 0.9, level: "high", first: 1_000, last: 2_000, fen: 500, tags: ["gang"], gang: "g")
        let low = FlaggedAccount.sample(
            score: 0.6, level: "review", first: 900, last: 3_000, fen: 700,
            reasons: [.init(feature: "other", value: 1, contribution: 1)], tags: ["brushing"])
        let expected = FlaggedAccount.sample(
            score: 0.9, level: "high", first: 900, last: 3_000, fen: 700, tags: ["gang"], gang: "g")
        try file.commit(high)
        try file.commit(low)
        #expect(try file.flags() == [expected])

        let other = try CaseFile.open(folder.path + "/other.sqlite")
        try other.commit(low)
        try other.commit(high)
        #expect(try other.flags() == [expected])
    }

    @Test func anotherModelReplacesAllButTheStatus() throws {
        let file = try CaseFile.open(folder.database)
        try file.commit(.sample(score: 0.9, first: 1_000, last: 9_000, fen: 900, gang: "g", model: "old"))
        try file.decide(.confirm, .accounts(["acc-1"]), reviewer: "li", decidedMs: 1)
        let new = FlaggedAccount.sample(
            score: 0.5, level: "review", first: 3_000, last: 4_000, fen: 100, tags: [], model: "new")
        try file.commit(new)
        var expected = new
        expected.status = .confirmed
        #expect(try file.flags() == [expected])
    }

    @Test func theStatusSurvivesARescoreAndABatchCannotSetIt() throws {
        let file = try CaseFile.open(folder.database)
        try file.commit(.sample())
        try file.decide(.clear, .accounts(["acc-1"]), reviewer: "li", decidedMs: 1)
        var flag = FlaggedAccount.sample(score: 0.91)
        flag.status = .confirmed
        try file.commit(flag)
        #expect(try file.flags().map(\.status) == [.cleared])
        #expect(try file.flags().map(\.score) == [0.91])
    }

    @Test func committingTwiceGivesTheSameTables() throws {
        var batch = CaseBatch()
        batch.flags = [.sample("a"), .sample("a", risk: "fake_order"), .sample("b", score: 1.0 / 3)]
        batch.sources = ["a.log", "b.log"]
        batch.rejectedLines = [
            RejectedSample(
                source: "a.log", lineOffset: 7, reason: "not_json", bytes: [0x7B, 0xFF, 0x00, 0x41])
        ]
        batch.rejectedCounts = [
            RejectedCount(source: "a.log", reason: "not_json", lines: 3),
            RejectedCount(source: "b.log", reason: "not_json", lines: 0),
        ]
        batch.metadata = ["model": "default", "events": "12"]
        let file = try CaseFile.open(folder.database)
        try file.commit(batch)
        let once = try dump(folder.database)
        try file.commit(batch)
        #expect(try dump(folder.database) == once)

        let fresh = try CaseFile.open(folder.path + "/fresh.sqlite")
        try fresh.commit(batch)
        #expect(try dump(folder.path + "/fresh.sqlite") == once)
        #expect(try file.rejectedCounts() == [RejectedCount(source: "a.log", reason: "not_json", lines: 3)])
        #expect(try file.rejectedLines().map(\.sample) == ["{\u{FFFD}\u{2400}A"])
        #expect(try file.metadata() == ["model": "default", "events": "12"])
    }

    @Test func rejectedLinesAreReplacedBySource() throws {
        let file = try CaseFile.open(folder.database)
        var first = CaseBatch()
        first.sources = ["a.log", "b.log"]
        first.rejectedCounts = [
            RejectedCount(source: "a.log", reason: "not_json", lines: 3),
            RejectedCount(source: "b.log", reason: "wrong_type", lines: 2),
        ]
        first.rejectedLines = [
            RejectedSample(source: "a.log", lineOffset: 0, reason: "not_json", sample: "x")
        ]
        try file.commit(first)
        var second = CaseBatch()
        second.sources = ["a.log"]
        try file.commit(second)
        #expect(try file.rejectedCounts() == [RejectedCount(source: "b.log", reason: "wrong_type", lines: 2)])
        #expect(try file.rejectedLines().isEmpty)
    }
}
