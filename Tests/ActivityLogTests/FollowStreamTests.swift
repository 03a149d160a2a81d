import CZlib
import Glibc
import LogStage
import Testing

@testable import ActivityLog

/// What a follower has to survive; each test ends with what a read of everything, undisturbed, gives.
@Suite struct FollowStreamTests {
    let folder = TemporaryFolder()

    func lines(_ range: Range<Int>, _ name: String = "a", apart: Int64 = 100) -> [String] {
        range.map { line(Int64($0) * apart, account: "\(name)\($0)") }
    }

    func names(_ range: Range<Int>, _ name: String = "a") -> [String] { range.map { "\(name)\($0)" } }

    func check(_ follower: borrowing Follower, _ text: String, _ note: Comment? = nil) throws {
        let other = TemporaryFolder()
        let whole = try Reading([other.write("whole.log", text)])
        #expect(follower.events.map(\.digest) == whole.events.map(\.digest), note)
        #expect(follower.stream.report.late == 0, note)
    }

    // MARK: 1, 2, 3: members

    @Test(arguments: InflateBackend.allCases)
    func aGzipLogMayGrowByAnyPiecesAndIsReadOnTheWay(_ backend: InflateBackend) throws {
        let text = lines(0..<60)
        let bytes = Array(text.joined().utf8)
        // Members that end inside a line, an empty one, one with a full header, one that is not ended.
        let file =
            Gzip.member(Array(bytes[..<333])) + Gzip.member([])
            + Gzip.memberWithFullHeader(Array(bytes[333..<1999]))
            + Gzip.member(Array(bytes[1999...]), isFinished: false)
        var follower = try Follower([folder.path], backend: backend)
        folder.write("a.log", "")
        follower.drain()
        let writer = LogWriter(folder.path + "/a.log")
        var generator = SeededGenerator(1)
        var written = 0
        while written < file.count {
            let next = min(file.count, written + Int.random(in: 1...40, using: &generator))
            writer.writeRaw(Array(file[written..<next]))
            written = next
            follower.drain()
            // Never half a line, never an error.
            #expect(follower.stream.report.sources.allSatisfy { $0.rejected == 0 && $0.problem == nil })
            if written % 3 == 0 { try follower.restart() }
        }
        follower.clock.advance(20_000)
        follower.drain()
        try check(follower, text.joined())
    }

    @Test func aMemberCutShortWaitsWhileItsWriterMayLiveAndIsReportedOnceItDoesNot() throws {
        var follower = try Follower([folder.path])
        let writer = LogWriter(folder.path + "/a.log", gzip: true)
        writer.write(lines(0..<20).joined() + "{\"ts\":176")
        writer.flush()
        follower.drain()
        follower.clock.advance(11_000)
        follower.drain()
        #expect(follower.accounts == names(0..<20))
        #expect(follower.stream.report.sources[0].problem == nil)
        folder.move("a.log", to: "a.log.1")
        follower.settle()
        let source = follower.stream.report.sources[0]
        #expect(source.problem?.contains("truncated or still being written") == true)
        #expect(source.problem?.contains("9 bytes so far, is incomplete") == true)
        #expect(source.state == .finished && source.rejected == 0)
        // The writer lived after all.
        writer.write("7225700000,\"event\":\"click\",\"account_id\":\"last\"}\n")
        writer.endMember()
        follower.settle()
        #expect(follower.accounts == names(0..<20) + ["last"])
        #expect(follower.stream.report.sources[0].problem == nil)
    }

    @Test func garbageBehindAMemberEndsThatLogOnly() throws {
        var follower = try Follower([folder.path])
        folder.write("a.gz", Gzip.member(Array(lines(0..<20).joined().utf8)) + [0, 0, 7, 7, 7])
        folder.write("b.gz", Gzip.member(Array(lines(20..<40).joined().utf8)))
        follower.settle()
        #expect(follower.accounts == names(0..<40))
        #expect(follower.stream.report.sources.map(\.state) == [.damaged, .reading])
        #expect(follower.stream.report.sources[0].problem?.contains("trailing garbage") == true)
    }

    @Test func aHeaderInsideAMemberIsNoBoundary() throws {
        // A stored block (RFC 1951, 3.2.4), in which a whole member stands as it is.
        let inner = Gzip.member(Array("other".utf8)).map { $0 == 0x0A ? 0x0B : $0 }
        let text = Array(lines(0..<20).joined().utf8) + inner + [0x0A] + Array(lines(20..<40).joined().utf8)
        let size = [UInt8(text.count & 0xFF), UInt8(text.count >> 8)]
        let stored = [1] + size + size.map { ~$0 } + text
        folder.write("a.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + stored + Gzip.trailer(text))
        var follower = try Follower([folder.path])
        follower.settle()
        #expect(follower.accounts == names(0..<40))
        #expect(follower.stream.report.sources[0].problem == nil)
        #expect(follower.stream.report.sources[0].rejected == 1)
    }

    // MARK: 4: damage

    @Test func damageIsFlaggedOnceAndNotTriedAgain() throws {
        var damaged = Gzip.member(Array(lines(0..<20).joined().utf8))
        damaged[damaged.count - 5] ^= 0xFF
        let path = folder.write("a.gz", damaged)
        folder.write("noise.gz", [0x1F, 0x8B, 8, 0xFF, 1, 2, 3])
        var follower = try Follower([folder.path])
        follower.settle()
        LogWriter(path).writeRaw(Gzip.member(Array(lines(20..<40).joined().utf8)))
        try follower.restart()
        follower.settle()
        #expect(follower.accounts == names(0..<20))
        let sources = follower.stream.report.sources
        #expect(sources.map(\.state) == [.damaged, .damaged] && sources[0].bytesRead == damaged.count)
        #expect(sources[0].problem?.contains("CRC of member 1") == true)
        #expect(sources[1].problem?.contains("reserved header flags") == true)
    }

    // MARK: 5: magic

    @Test func theNameSaysNothingOfTheFormat() throws {
        folder.write("plain.gz", lines(0..<20).joined())
        folder.write("zipped.json", Gzip.member(Array(lines(20..<40).joined().utf8)))
        var follower = try Follower([folder.path])
        follower.settle()
        try check(follower, lines(0..<40).joined())
        #expect(follower.stream.report.sources.map(\.isGzip) == [false, true])
    }

    // MARK: 6: going on inside a member

    @Test(arguments: InflateBackend.allCases)
    func aRestartGoesOnInsideAMember(_ backend: InflateBackend) throws {
        var generator = SeededGenerator(4)
        let text = (0..<20_000).map { index in
            line(Int64(index), account: "a\(index)-\(UInt64.random(in: 0...UInt64.max, using: &generator))")
        }
        var follower = try Follower([folder.path], backend: backend)
        let writer = LogWriter(folder.path + "/a.gz", gzip: true)
        for start in stride(from: 0, to: text.count, by: 2000) {
            writer.write(text[start..<start + 2000].joined())
            writer.flush()
            follower.drain()
            let bytes = follower.stream.report.sources[0].bytesRead
            try follower.restart()
            follower.drain()
            #expect(follower.stream.report.sources[0].bytesRead == bytes)
        }
        follower.settle()
        try check(follower, text.joined())
    }

    @Test(.enabled(if: InflateBackend.allCases.count > 1))
    func aSnapshotOfAnotherLibraryGoesOnFromTheStartOfTheMember() throws {
        let text = lines(0..<3000)
        var follower = try Follower([folder.path], backend: InflateBackend.allCases[0])
        let writer = LogWriter(folder.path + "/a.gz", gzip: true)
        writer.write(text[..<1000].joined())
        writer.endMember()
        writer.write(text[1000..<2000].joined())
        writer.flush()
        follower.drain()
        follower.configuration.inflateBackend = InflateBackend.allCases[1]
        try follower.restart()
        follower.configuration.inflateBackend = InflateBackend.allCases[0]
        follower.drain()
        try follower.restart()
        writer.write(text[2000...].joined())
        writer.flush()
        follower.settle()
        try check(follower, text.joined())
    }

    // MARK: 7, 8: rotation

    @Test(arguments: [true, false], [true, false])
    func aLogIsOneWhereverItGoes(_ isDown: Bool, _ usesNotices: Bool) throws {
        let text = lines(0..<60)
        let path = folder.path + "/a.log"
        var follower = try Follower([path], usesNotices: usesNotices)
        let writer = LogWriter(path)
        var snapshot: [UInt8] = []
        var given = 0
        func stop(_ follower: inout Follower) {
            follower.drain()
            snapshot = follower.snapshot()
            given = follower.accounts.count
        }
        func goOn(_ follower: inout Follower) throws {
            if isDown { try follower.restore(snapshot, given: given) }
            follower.drain()
        }
        writer.write(text[..<10].joined() + text[10].prefix(20))
        stop(&follower)
        // It is renamed, and its writer has not noticed yet.
        folder.move("a.log", to: "a.log.1")
        writer.write(text[10].dropFirst(20) + text[11..<20].joined())
        try goOn(&follower)
        stop(&follower)
        writer.reopen(path)
        writer.write(text[20..<30].joined())
        folder.compress("a.log.1")
        try goOn(&follower)
        stop(&follower)
        // Twice, so that one log is compressed that was never seen before, should the follower be down.
        folder.move("a.log.1.gz", to: "a.log.2.gz")
        folder.move("a.log", to: "a.log.1")
        writer.reopen(path)
        writer.write(text[30..<40].joined())
        folder.move("a.log.2.gz", to: "a.log.3.gz")
        folder.compress("a.log.1")
        folder.move("a.log.1.gz", to: "a.log.2.gz")
        folder.move("a.log", to: "a.log-20260101")
        writer.reopen(path)
        writer.write(text[40...].joined())
        try goOn(&follower)
        follower.settle()
        try check(follower, text.joined(), "down \(isDown)")
        #expect(follower.stream.report.sources.count == (isDown ? 4 : 3) || !isDown)
        #expect(follower.stream.report.sources.allSatisfy { $0.problem == nil })
    }

    @Test(arguments: [true, false])
    func copyTruncateGoesOnInTheCopyAndInTheNewLog(_ isDown: Bool) throws {
        let text = lines(0..<60)
        var follower = try Follower([folder.path + "/a.log"])
        let writer = LogWriter(folder.path + "/a.log")
        writer.write(text[..<20].joined())
        follower.drain()
        let snapshot = follower.snapshot()
        let given = follower.accounts.count
        writer.write(text[20..<30].joined())
        folder.write("a.log.1", folder.read("a.log"))
        folder.cut("a.log")
        // More than was there before.
        writer.write(text[30..<60].joined())
        if isDown { try follower.restore(snapshot, given: given) }
        follower.settle()
        try check(follower, text.joined())
        #expect(follower.stream.report.sources.map(\.lines) == [30, 30])
    }

    @Test func aLogCutToNothingBeginsAnew() throws {
        var follower = try Follower([folder.path])
        let writer = LogWriter(folder.path + "/a.log")
        writer.write(lines(0..<20).joined())
        follower.drain()
        folder.cut("a.log")
        writer.write(lines(20..<25).joined())
        follower.settle()
        try check(follower, lines(0..<25).joined())
        #expect(follower.stream.report.sources.map(\.state) == [.finished, .reading])
    }

    @Test func aDeletedLogIsReadToItsEnd() throws {
        var follower = try Follower([folder.path])
        let writer = LogWriter(folder.path + "/a.log")
        writer.write(lines(0..<20).joined())
        follower.drain()
        folder.remove("a.log")
        folder.write("b.log", lines(40..<50).joined())
        writer.write(lines(20..<40).joined())
        follower.settle()
        try check(follower, lines(0..<50).joined())
        #expect(follower.stream.report.sources[0].state == .finished)
    }

    @Test func aSmallerFileInTheSamePlaceIsAnotherLog() throws {
        var follower = try Follower([folder.path])
        folder.write("a.log", lines(0..<20).joined())
        follower.drain()
        folder.write("a.log.tmp", lines(20..<25).joined())
        folder.move("a.log.tmp", to: "a.log")
        follower.settle()
        try check(follower, lines(0..<25).joined())
    }

    /// The kernel gives the number of a file that is gone to the next one.
    @Test(arguments: [true, false]) func aFileWithAnOldNumberIsAnotherLog(_ isDown: Bool) throws {
        func number(_ name: String) -> UInt64 {
            var status = stat()
            stat(folder.path + "/" + name, &status)
            return UInt64(status.st_ino)
        }
        var follower = try Follower([folder.path])
        folder.write("a.log", lines(0..<20).joined())
        follower.drain()
        let old = number("a.log")
        let snapshot = follower.snapshot()
        // While it is open its number is taken.
        if isDown { follower.stream = try FollowStream([folder.path + "/none"]) }
        folder.remove("a.log")
        var name = ""
        for turn in 0..<200 where name.isEmpty {
            folder.write("\(turn).tmp", "")
            if number("\(turn).tmp") == old { name = "\(turn).tmp" }
        }
        // Some file systems never use a number again.
        guard !name.isEmpty else { return }
        folder.write(name, lines(20..<60).joined())
        folder.move(name, to: "b.log")
        if isDown { try follower.restore(snapshot, given: follower.accounts.count) }
        follower.settle()
        #expect(follower.accounts == names(0..<60))
    }

    @Test func ofForgottenLogsTheReportKeepsTheLatest() throws {
        var follower = try Follower([folder.path])
        let logs = FollowStream.forgottenRows + 50
        for index in 0..<logs {
            let name = "hour-\(index).log"
            // Of sizes of their own: this clock brings numbers of files back within a tick of the disk's.
            let bad = String(repeating: "x", count: index + 1) + "\n"
            folder.write(name, lines(index * 20..<index * 20 + 20).joined() + bad)
            follower.drain()
            folder.remove(name)
            if index % 10 == 0 {
                follower.settle()
                follower.clock.advance(4_000_000)
            }
        }
        folder.write("last.log", lines(logs * 20..<logs * 20 + 20).joined())
        follower.settle()
        follower.clock.advance(4_000_000)
        follower.drain()
        try follower.restart()
        LogWriter(folder.path + "/last.log").write(lines(logs * 20 + 20..<logs * 20 + 40).joined())
        follower.settle()
        follower.clock.advance(10_000)
        follower.drain()
        #expect(follower.accounts == names(0..<logs * 20 + 40))
        let report = follower.stream.report
        #expect(report.sources.count == FollowStream.forgottenRows + 1)
        #expect(report.sources.last?.path.hasSuffix("last.log") == true)
        #expect(report.sources.last?.events == 40)
        #expect(report.events == logs * 20 + 40)
        #expect(report.rejectedByReason[Int(RejectReason.notJSON.rawValue)] == logs)
        #expect(report.rejectedSamples.count == FollowStream.forgottenRows)
        #expect(report.rejectedSamples.allSatisfy { report.sources[$0.source].rejected == 1 })
    }

    @Test func logsThatBeginAlikeAreToldApartAndNamed() throws {
        let same = lines(0..<20).joined()
        folder.write("a.log", same + lines(20..<30).joined())
        folder.write("b.log", same + lines(30..<50).joined())
        var follower = try Follower([folder.path])
        follower.settle()
        #expect(Set(follower.accounts) == Set(names(0..<50)))
        let twin = try #require(follower.stream.report.sources.last)
        #expect(twin.lines == 40 && twin.note?.contains("a.log does and is another log") == true)
    }

    // MARK: 9: names that are no logs yet

    @Test func unfinishedUploadsAreLeftAloneUntilTheyAreRenamed() throws {
        var follower = try Follower([folder.path])
        for name in ["a.log.tmp", "_b.log", ".c.log", "d.log.swp"] {
            folder.write(name, lines(0..<20).joined())
        }
        follower.settle()
        #expect(follower.accounts.isEmpty && follower.stream.report.sources.isEmpty)
        folder.move("a.log.tmp", to: "a.log")
        follower.settle()
        try check(follower, lines(0..<20).joined())
    }

    // MARK: 10: time

    @Test func aSilentLogDoesNotHoldTheOthersAndLateEventsCount() throws {
        var follower = try Follower([folder.path])
        let a = LogWriter(folder.path + "/a.log")
        let b = LogWriter(folder.path + "/b.log")
        a.write(lines(0..<20).joined())
        b.write(lines(0..<20, "b").joined() + line(70_000, account: "newest"))
        #expect(follower.drain() == .waiting)
        // 60 s of disorder are waited for.
        #expect(follower.accounts.isEmpty)
        follower.clock.advance(9_000)
        b.write(line(71_000, account: "newer"))
        follower.drain()
        follower.clock.advance(2_000)
        #expect(follower.drain() == .waiting)
        #expect(follower.accounts.count == 40)
        follower.clock.advance(10_000)
        #expect(follower.drain() == .idle)
        #expect(follower.accounts.suffix(2) == ["newest", "newer"])
        a.write(line(20_000, account: "late"))
        follower.settle()
        #expect(follower.accounts.last == "late" && follower.stream.report.late == 1)
    }

    @Test func arrivalsAreSeenAtOnceAndAgainInOrder() throws {
        var follower = try Follower([folder.path])
        folder.write("a.log", lines(0..<20).joined() + line(50, account: "between"))
        var batch = EventBatch()
        var arrivals = EventBatch()
        var pending = EventBatch()
        follower.clock.advance(1)
        _ = follower.stream.next(into: &batch, arrivals: &arrivals, waitMs: 0)
        #expect(arrivals.events.count == 21 && batch.events.isEmpty)
        #expect(String(decoding: arrivals.text, as: UTF8.self).hasSuffix("a18a19between"))
        follower.stream.copyPending(into: &pending)
        #expect(String(decoding: pending.text, as: UTF8.self).hasPrefix("a0betweena1"))
        try follower.restart()
        follower.stream.copyPending(into: &pending)
        #expect(String(decoding: pending.text, as: UTF8.self).hasPrefix("a0betweena1"))
        follower.settle()
        #expect(follower.accounts == ["a0", "between"] + names(1..<20))
    }

    @Test func repeatsAndCampaignNamesAreKnownAcrossARestart() throws {
        var follower = try Follower([folder.path])
        let text = (0..<50).map {
            line(Int64($0), account: "a\($0)", ",\"event_id\":\"e\($0)\",\"campaign_id\":\"spring\"")
        }.joined()
        folder.write("a.log", text)
        follower.settle()
        try follower.restart()
        #expect(Array(follower.stream.campaignNames.values) == ["spring"])
        folder.write("b.log", line(60, account: "first") + text)
        follower.settle()
        #expect(follower.accounts.count == 51 && follower.stream.report.duplicates == 50)
    }

    // MARK: 11, 12: lines

    @Test func hostileLinesAreCountedAndPassedOver() throws {
        var follower = try Follower([folder.path])
        let writer = LogWriter(folder.path + "/a.log")
        writer.write("\u{FEFF}" + line(0).replacing("\n", with: "\r\n"))
        follower.drain()
        for _ in 0..<3 {
            writer.write(String(repeating: "x", count: 500_000))
            follower.drain()
            try follower.restart()
        }
        writer.write("\n{\"ts\":1\\x16}\n\0\n" + line(1, account: "b"))
        writer.writeRaw([0xFF, 0xFE, 0x0A])
        follower.settle()
        #expect(follower.accounts == ["a", "b"])
        let report = follower.stream.report
        #expect(report.rejectedByReason[Int(RejectReason.lineTooLong.rawValue)] == 1)
        #expect(report.sources[0].lines == 6 && report.sources[0].rejected == 4)
        #expect(report.rejectedSamples.first?.sample == [UInt8](repeating: 0x78, count: 200))
    }

    @Test func aBombIsOneLineThatIsTooLong() throws {
        let bomb = Gzip.member([UInt8](repeating: 0x78, count: 64 << 20))
        #expect(bomb.count < 100_000)
        folder.write("a.gz", bomb + Gzip.member(Array(("\n" + lines(0..<20).joined()).utf8)))
        var follower = try Follower([folder.path])
        follower.settle()
        #expect(follower.accounts == names(0..<20))
        #expect(follower.stream.report.rejectedByReason[Int(RejectReason.lineTooLong.rawValue)] == 1)
        // What stands of it in memory goes into a snapshot.
        let snapshot = follower.snapshot()
        #expect(snapshot.count < 8 << 20)
    }

    // MARK: Start and stop

    @Test func fromNowOnLeavesOutWhatWasThere() throws {
        let writer = LogWriter(folder.path + "/a.log")
        writer.write(lines(0..<20).joined())
        let zipped = LogWriter(folder.path + "/b.gz", gzip: true)
        zipped.write(lines(0..<20, "b").joined())
        zipped.flush()
        var follower = try Follower([folder.path], start: .now)
        follower.drain()
        writer.write(lines(20..<30).joined())
        zipped.write(lines(30..<40, "b").joined())
        zipped.flush()
        folder.write("c.log", lines(50..<60, "c").joined())
        follower.settle()
        #expect(follower.accounts == names(20..<30) + names(30..<40, "b") + names(50..<60, "c"))
    }

    @Test func aNamedFilesOldRotationsAreNotRead() throws {
        folder.write("a.log.1", lines(0..<20).joined())
        var follower = try Follower([folder.path + "/a.log"])
        follower.drain()
        folder.write("a.log", lines(20..<40).joined())
        follower.drain()
        folder.compress("a.log.1")
        follower.settle()
        try check(follower, lines(20..<40).joined())
    }

    /// All between two looks: the file that is held open has no name any more, and is not what was read of it.
    @Test func aLogThatIsCutAndThenCompressedIsLetGo() throws {
        var follower = try Follower([folder.path])
        folder.write("a.log", lines(0..<20).joined())
        follower.drain()
        folder.cut("a.log")
        LogWriter(folder.path + "/a.log").write(lines(20..<25).joined())
        folder.move("a.log", to: "a.log.1")
        folder.compress("a.log.1")
        folder.write("a.log", lines(25..<40).joined())
        follower.drain()
        follower.settle()
        #expect(follower.accounts.sorted() == names(0..<40).sorted())
    }

    @Test func theLastLineOfALogThatIsGoneCountsWithoutItsEnd() throws {
        var follower = try Follower([folder.path])
        folder.write("a.log", String(lines(0..<5).joined().dropLast()))
        follower.drain()
        let snapshot = follower.snapshot()
        folder.remove("a.log")
        try follower.restore(snapshot, given: follower.accounts.count)
        follower.settle()
        #expect(follower.accounts == names(0..<5))
    }

    @Test func aLogOfTheSameSizeAndTimeMayBeAnother() throws {
        var follower = try Follower([folder.path])
        let path = folder.write("a.log", Gzip.member(Array(lines(0..<30).joined().utf8)))
        follower.settle()
        folder.move("a.log", to: "a.log.1")
        follower.settle()
        // Cut and written anew within one step of the file system's clock.
        let rotated = path + ".1"
        var status = stat()
        #expect(stat(rotated, &status) == 0)
        let other = Gzip.member(Array(lines(30..<40).joined().utf8))
        let size = Int(status.st_size)
        try #require(other.count <= size)
        folder.write("a.log.1", other + [UInt8](repeating: 0, count: size - other.count))
        var times = [status.st_mtim, status.st_mtim]
        #expect(utimensat(AT_FDCWD, rotated, &times, 0) == 0)
        follower.settle()
        #expect(follower.accounts == names(0..<40))
    }

    @Test func aLogThatIsGoneBeforeItWasReadOnIsNamed() throws {
        var follower = try Follower([folder.path])
        folder.write("a.log", lines(0..<20).joined())
        follower.drain()
        let snapshot = follower.snapshot()
        folder.remove("a.log")
        try follower.restore(snapshot, given: follower.accounts.count)
        follower.settle()
        #expect(follower.accounts == names(0..<20))
        #expect(follower.stream.report.sources[0].problem?.contains("is lost") == true)
    }

    @Test func aWaitEndsWithWakingAndWithWriting() throws {
        var stream = try FollowStream([folder.path])
        var batch = EventBatch()
        var arrivals = EventBatch()
        stream.waker.wake()
        #expect(stream.next(into: &batch, arrivals: &arrivals, waitMs: 60_000) == .idle)
        folder.write("a.log", lines(0..<3).joined())
        #expect(stream.next(into: &batch, arrivals: &arrivals, waitMs: 60_000) == .events)
        #expect(arrivals.events.count == 3)
    }

    @Test func whatCannotBeFollowedIsAnError() {
        func message(_ patterns: [String]) -> String? {
            do throws(ReadError) {
                _ = try FollowStream(patterns)
                return nil
            } catch { return error.description }
        }
        #expect(message([])?.contains("none was named") == true)
        #expect(message(["-"])?.contains("standard input") == true)
        #expect(message(["/no/such/folder/a.log"])?.contains("there is no folder /no/such/folder") == true)
        #expect(message([folder.path + "/later.log", folder.path + "/*.gz"]) == nil)
    }

    // MARK: Snapshots

    @Test func badSnapshotsAreRefused() throws {
        var follower = try Follower([folder.path])
        let writer = LogWriter(folder.path + "/a.gz", gzip: true)
        writer.write((lines(0..<30) + ["bad\n"] + lines(30..<60)).joined() + "{\"ts")
        writer.flush()
        follower.drain()
        let good = follower.snapshot()
        func refused(_ bytes: [UInt8]) -> Bool {
            do throws(ReadError) {
                _ = try FollowStream(restoring: bytes, [folder.path])
                return false
            } catch { return error.description.hasPrefix("cannot go on from the saved reading state") }
        }
        #expect(!refused(good))
        var older = good
        older[4] -= 1
        #expect(refused(older))
        var generator = SeededGenerator(5)
        for _ in 0..<300 {
            #expect(refused(Array(good[..<Int.random(in: 0..<good.count, using: &generator)])))
            var flipped = good
            flipped[Int.random(in: 0..<good.count, using: &generator)] ^=
                1 << UInt8.random(in: 0..<8, using: &generator)
            #expect(refused(flipped))
        }
        // With a checksum that fits: refused or not, but no crash.
        for _ in 0..<300 {
            var body = Array(good[20...])
            if Bool.random(using: &generator) {
                body.removeLast(Int.random(in: 0..<body.count, using: &generator))
            }
            for _ in 0..<3 where !body.isEmpty {
                let place = Int.random(in: 0..<min(body.count, 20_000), using: &generator)
                body[place] = UInt8.random(in: 0...255, using: &generator)
            }
            var header = ByteWriter()
            header.write(raw: good.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[..<8]) })
            header.write(Int64(body.count))
            header.write(body.withUnsafeBytes { carriedChecksum(0, $0) })
            _ = refused(header.bytes + body)
        }
        follower.configuration.hash = IdentifierHash(key: [1])
        #expect(throws: ReadError.self) { try follower.restart() }
    }

    @Test func theSameStateGivesTheSameBytes() throws {
        var follower = try Follower([folder.path])
        folder.write("a.log", lines(0..<2000).joined())
        follower.drain()
        let first = follower.snapshot()
        try follower.restart()
        let second = follower.snapshot()
        #expect(second == first)
    }

    /// It is laid out by another thread, after who knows what.
    @Test func aSnapshotIsOfTheMomentItWasTaken() throws {
        var follower = try Follower([folder.path])
        let long = String(repeating: "long-", count: 20)
        func more(_ range: Range<Int>) -> String {
            (lines(range, apart: 5) + lines(range, long, apart: 5)).joined()
        }
        let log = LogWriter(folder.path + "/a.log")
        log.write(more(0..<3000))
        follower.drain()
        // Two at a time: what the first holds stays when the second goes.
        let first = follower.stream.snapshot()
        let whole = first.bytes()
        for round in 1...4 {
            let second = follower.stream.snapshot()
            log.write(more(round * 15_000..<round * 15_000 + 3000))
            follower.drain()
            #expect(second.bytes().count > 1 << 20)
        }
        #expect(first.bytes() == whole)
        let given = follower.accounts.count
        follower.settle()
        let (accounts, events) = (follower.accounts, follower.events.map(\.digest))
        #expect(given < accounts.count)
        try follower.restore(whole, given: 0)
        follower.settle()
        #expect(accounts.suffix(follower.accounts.count) == follower.accounts[...])
        #expect(events.suffix(follower.events.count) == follower.events.map(\.digest)[...])
        #expect(follower.accounts.count > 24_000)
    }
}
