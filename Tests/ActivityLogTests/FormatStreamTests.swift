import Glibc
import LogStage
import Testing

@testable import ActivityLog

/// Logs of several formats in one run: told apart, accounted for, followed.
@Suite struct FormatStreamTests {
    let folder = TemporaryFolder()

    /// A line of Sensors' so many milliseconds after the new year.
    func sensors(_ ms: Int64, _ name: String = "Login", account: String = "a") -> String {
        #"{"type":"track","time":\#(newYear + ms),"distinct_id":"\#(account)","login_id":"\#(account)","event":"\#(name)","properties":{}}"#
            + "\n"
    }

    func check(_ report: ReadReport) {
        for source in report.sources {
            #expect(source.records == source.events + source.dropped + source.rejected, "\(source.path)")
        }
    }

    @Test func eachLogIsReadByItsOwnFormat() throws {
        let a = folder.write("a.log", line(0) + line(20))
        let b = folder.write(
            "b.log",
            sensors(10) + sensors(30, "Unheard") + "broken\n"
                + sensors(40).replacing("track", with: "profile_set"))
        let c = folder.write(
            "c.log",
            Gzip.member(
                Array("{\"__time__\":1,\"content\":\(quoted(String(sensors(15).dropLast())))}\n".utf8)))
        let reading = try Reading([a, b, c])
        #expect(reading.events.map { $0.ts - newYear } == [0, 10, 15, 20, 30])
        #expect(reading.report.sources.map(\.format).sorted() == ["canonical", "sensors", "sls+sensors"])
        check(reading.report)
        let sensors = reading.report.sources.first { $0.format == "sensors" }!
        #expect(sensors.lines == 4 && sensors.events == 2 && sensors.rejected == 1 && sensors.dropped == 1)
        #expect(reading.report.formats.first { $0.name == "sensors" }!.unmapped.map(\.name) == ["Unheard"])
    }

    @Test func aLineOfManyEventsIsAccountedForToTheLast() throws {
        let item = sensors(10).dropLast()
        let a = folder.write(
            "a.log",
            "[\(item),\(item),7,\(item.replacing("track", with: "item_set"))]\n[]\n[{\n" + sensors(20))
        let report = try Reading([a]).report
        check(report)
        #expect(
            report.sources[0].lines == 4 && report.sources[0].records == 7 && report.sources[0].events == 3)
        #expect(report.sources[0].dropped == 2 && report.sources[0].rejected == 2)
    }

    @Test func whatIsNoFormatIsCanonicalAndSaysWhy() throws {
        let report = try Reading([
            folder.write("a.log", "x\n" + line(0)), folder.write("b.log", "{\"a\":1}\n"),
        ]).report
        #expect(report.sources.first { $0.path.hasSuffix("a.log") }!.format == "canonical")
        #expect(report.sources.first { $0.path.hasSuffix("b.log") }!.format == "")
        #expect(report.rejectedByReason[Int(RejectReason.missingTimestamp.rawValue)] == 1)
        check(report)
    }

    @Test func aLogThatFitsTwoFormatsIsAnErrorThatAsks() throws {
        let twin = folder.write(
            "twin.json",
            #"{"format":"twin","detect":["/distinct_id","/time"],"event":{"from":"/event"},"fields":{"ts":"/time","account_id":"/distinct_id"}}"#
        )
        let log = folder.write("a.log", sensors(0))
        var configuration = ReadConfiguration()
        configuration.formats = try FormatChoice(["auto", twin])
        #expect {
            _ = try Reading([log], configuration: configuration)
        } throws: { "\($0)".contains("its lines fit sensors and twin; name one with --input-format") }
        configuration.formats = try FormatChoice([twin])
        #expect(try Reading([log], configuration: configuration).report.sources[0].format == "twin")
        configuration.formats = try FormatChoice(["sensors"])
        #expect(try Reading([log], configuration: configuration).report.sources[0].format == "sensors")
        // A file beside auto takes the place of what it extends.
        let mine = folder.write(
            "mine.json", #"{"format":"mine","extends":"sensors","event":{"names":{"Login":"register"}}}"#)
        configuration.formats = try FormatChoice(["auto", mine])
        let reading = try Reading([log, folder.write("c.log", line(5))], configuration: configuration)
        #expect(reading.events.map(\.type) == [.register, .click])
    }

    @Test func oneNameIsWhatAllLogsAreOf() throws {
        let log = folder.write("a.log", line(0) + "{\"distinct_id\":\"a\"}\n")
        var configuration = ReadConfiguration()
        configuration.formats = try FormatChoice(["sensors"])
        let report = try Reading([log], configuration: configuration).report
        #expect(
            report.events == 0 && report.rejectedByReason[Int(RejectReason.missingTimestamp.rawValue)] == 2)
        configuration.formats = try FormatChoice(["canonical"])
        #expect(
            try Reading([folder.write("b.log", sensors(0))], configuration: configuration).report.events == 0)
    }

    @Test func samplesOfRejectedRecordsDoNotShowSecrets() throws {
        let bad =
            #"{"type":"track","time":"no","distinct_id":"a","login_id":"a","event":"Login","properties":{"mobile":"13800138000","session_key":"abc"}}"#
        let report = try Reading([folder.write("a.log", bad + "\n")]).report
        let sample = String(decoding: report.rejectedSamples[0].sample, as: UTF8.self)
        #expect(sample.contains("mobile") && !sample.contains("13800138000") && !sample.contains("abc"))
        #expect(report.sessionKeys == 1)
    }

    // MARK: Following

    /// A log that grows by pieces, with restarts between them, gives the events of a read of all of it.
    @Test(arguments: [1, 2, 3])
    func aFollowedLogKeepsItsFormatOverRestarts(_ seed: UInt64) throws {
        let item = { (ms: Int64) in String(self.sensors(ms).dropLast()) }
        let text =
            "{\"what\":\"nothing\"}\n" + sensors(0) + "[\(item(1)),\(item(2)),\(item(3))]\n"
            + (4..<30).map { sensors(Int64($0)) }.joined() + "[\(item(31)),\(item(32))]\n"
        var follower = try Follower([folder.path])
        folder.write("a.log", "")
        follower.drain()
        let writer = LogWriter(folder.path + "/a.log")
        var generator = SeededGenerator(seed)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...90, using: &generator))
            writer.writeRaw(Array(piece))
            rest = rest.dropFirst(piece.count)
            follower.drain()
            if Int.random(in: 0..<3, using: &generator) == 0 { try follower.restart() }
        }
        follower.settle()
        let other = TemporaryFolder()
        let whole = try Reading([other.write("whole.log", text)])
        #expect(follower.events.map(\.digest) == whole.events.map(\.digest))
        #expect(follower.events.count == 32)
        let source = follower.stream.report.sources[0]
        #expect(source.format == "sensors" && source.records == whole.report.sources[0].records)
        check(follower.stream.report)
    }

    @Test func anotherFormatFileIsAnotherReading() throws {
        let mine = folder.write("mine.json", #"{"format":"mine","extends":"sensors"}"#)
        let logs = TemporaryFolder()
        logs.write("a.log", sensors(0))
        var configuration = ReadConfiguration()
        configuration.formats = try FormatChoice([mine])
        var stream = try FollowStream([logs.path], configuration: configuration)
        var batch = EventBatch()
        _ = stream.next(into: &batch, waitMs: 0)
        let snapshot = stream.snapshot().bytes()
        _ = try FollowStream(restoring: snapshot, [logs.path], configuration: configuration)
        folder.write(
            "mine.json", #"{"format":"mine","extends":"sensors","event":{"names":{"Login":"register"}}}"#)
        configuration.formats = try FormatChoice([mine])
        #expect(throws: ReadError.self) {
            _ = try FollowStream(restoring: snapshot, [logs.path], configuration: configuration)
        }
    }
}
