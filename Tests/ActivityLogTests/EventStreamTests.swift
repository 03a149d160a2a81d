import Glibc
import LogStage
import Testing

@testable import ActivityLog

@Suite struct EventStreamTests {
    // MARK: Making logs

    /// Lines of a small campaign with disorder up to `disorder` ms; some events share a millisecond.
    func campaign(_ count: Int, disorder: Int64, seed: UInt64 = 1) -> [String] {
        var generator = SeededGenerator(seed)
        var now: Int64 = 0
        return (0..<count).map { index in
            now += Int64.random(in: 0..<400, using: &generator)
            let behind =
                Bool.random(using: &generator) ? Int64.random(in: 0...disorder, using: &generator) : 0
            let account = "acc\(Int.random(in: 0..<50, using: &generator))"
            return line(now - behind, account: account, ",\"event_id\":\"e\(index)\",\"scene\":\(index % 7)")
        }
    }

    // MARK: Formats

    @Test func readsAPlainLogInOrder() throws {
        let folder = TemporaryFolder()
        let path = folder.write("a.log", line(0) + line(5, account: "b") + line(3, account: "c"))
        let reading = try Reading([path])
        #expect(reading.accounts == ["a", "c", "b"])
        #expect(reading.events.map(\.ts) == [newYear, newYear + 3, newYear + 5])
        #expect(reading.report.events == 3 && reading.report.sources[0].lines == 3)
        #expect(reading.report.sources[0].bytesRead == Int64((line(0) + line(5) + line(3)).utf8.count))
        #expect(reading.report.firstMs == newYear && reading.report.lastMs == newYear + 5)
        #expect(reading.report.eventsByType[Int(EventType.click.rawValue)] == 3)
        #expect(reading.report.fieldCounts[Int(EventField.accountID.rawValue)] == 3)
        #expect(!reading.report.hasUnreadable && !reading.report.sources[0].isGzip)
    }

    @Test(arguments: InflateBackend.allCases)
    func gzipOrPlainGiveTheSame(_ backend: InflateBackend) throws {
        let folder = TemporaryFolder()
        let lines = campaign(3000, disorder: 50_000)
        let bytes = Array(lines.joined().utf8)
        let plain = try Reading([folder.write("a.log", bytes)])
        var members: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 7777) {
            members += Gzip.member(Array(bytes[start..<min(start + 7777, bytes.count)]))
        }
        // The name says nothing.
        let zipped = try Reading(folder.write("b.txt", members), backend: backend)
        #expect(zipped.fingerprints == plain.fingerprints && plain.events.count == 3000)
        #expect(
            zipped.report.sources[0].isGzip && zipped.report.sources[0].bytesInflated == Int64(bytes.count))
        #expect(zipped.problems == [])
    }

    /// A log that is being compressed, or whose plain file was kept, is there twice.
    @Test func aCompressedCopyBesideItsLogIsLeftOut() throws {
        let folder = TemporaryFolder()
        let lines = (0..<60).map { line(Int64($0), account: "acc\($0)") }
        let bytes = Array(lines.joined().utf8)
        let plain = folder.write("a.log.1", bytes)
        let half = folder.write("a.log.1.gz", Gzip.member(Array(bytes[..<(bytes.count / 2)])))
        let reading = try Reading([half, plain])
        #expect(reading.events.count == 60 && reading.report.sources.map(\.path) == [plain])
        #expect(reading.report.sources[0].note?.contains("a.log.1.gz") == true)
        // Of the same name alone it is no copy.
        let other = folder.write("a.log.1.gz", Gzip.member(Array(line(900).utf8)))
        #expect(try Reading([other, plain]).events.count == 61)
        // Nor is a log of another name, whatever it holds.
        let copy = folder.write("b.log.gz", Gzip.member(bytes))
        #expect(try Reading([copy, plain]).events.count == 120)
    }

    @Test(arguments: InflateBackend.allCases)
    func everyCutOfAGzipLogGivesAPrefixOfItsEvents(_ backend: InflateBackend) throws {
        let folder = TemporaryFolder()
        let lines = (0..<12).map { line(Int64($0), account: "acc\($0)") }
        let bytes = Array(lines.joined().utf8)
        let first = Gzip.member(Array(bytes[..<300]))
        let file = first + Gzip.member(Array(bytes[300...]))
        for count in 2...file.count {
            let reading = try Reading(folder.write("cut.gz", Array(file[..<count])), backend: backend)
            #expect(reading.accounts == (0..<reading.events.count).map { "acc\($0)" })
            #expect(
                reading.report.rejectedByReason.allSatisfy { $0 == 0 } || count == first.count,
                "cut at \(count)")
            #expect(reading.problems.isEmpty == [first.count, file.count].contains(count), "cut at \(count)")
        }
    }

    @Test(arguments: InflateBackend.allCases)
    func aLogStillBeingWrittenGivesItsCompleteLines(_ backend: InflateBackend) throws {
        let folder = TemporaryFolder()
        let text = line(0) + line(1, account: "b") + "{\"ts\":17672"
        let reading = try Reading(
            folder.write("a.gz", Gzip.member(Array(text.utf8), isFinished: false)), backend: backend)
        #expect(reading.accounts == ["a", "b"] && reading.report.sources[0].rejected == 0)
        #expect(reading.problems.count == 1)
        #expect(reading.problems[0].contains("truncated or still being written"))
        #expect(reading.problems[0].contains("11 bytes so far, is incomplete"))
    }

    @Test(arguments: InflateBackend.allCases)
    func damageEndsOneLogAndNotTheRun(_ backend: InflateBackend) throws {
        let folder = TemporaryFolder()
        let lines = campaign(2000, disorder: 0)
        var damaged = Gzip.member(Array(lines[..<1000].joined().utf8))
        damaged[damaged.count - 5] ^= 0xFF
        let a = folder.write("a.gz", damaged)
        let b = folder.write("b.gz", Gzip.member(Array(lines[1000...].joined().utf8)))
        var configuration = ReadConfiguration()
        configuration.inflateBackend = backend
        let reading = try Reading([b, a], configuration: configuration)
        #expect(reading.events.count == 2000)
        #expect(reading.report.sources[0].path == a && reading.report.hasUnreadable)
        #expect(reading.report.sources[0].problem?.contains("CRC of member 1 does not match") == true)
        #expect(reading.report.sources[1].problem == nil)
    }

    @Test func theLastLineOfAWholeLogNeedsNoNewline() throws {
        let folder = TemporaryFolder()
        let text = line(0) + line(1, account: "b").dropLast()
        #expect(try Reading([folder.write("a.log", text)]).accounts == ["a", "b"])
        #expect(try Reading([folder.write("a.gz", Gzip.member(Array(text.utf8)))]).accounts == ["a", "b"])
        let trailing = try Reading([folder.write("b.gz", Gzip.member(Array(text.utf8)) + [9, 9])])
        #expect(trailing.accounts == ["a", "b"] && trailing.problems.count == 1)
        #expect(trailing.problems[0].contains("trailing garbage"))
    }

    @Test func carriageReturnsAndAByteOrderMarkAreNoPartOfALine() throws {
        let folder = TemporaryFolder()
        let text = "\u{FEFF}" + (line(0) + "\n" + line(1)).replacing("\n", with: "\r\n")
        let reading = try Reading([folder.write("a.log", text)])
        #expect(reading.events.count == 2 && reading.report.sources[0].lines == 2)
    }

    @Test func anEmptyLogIsFine() throws {
        let folder = TemporaryFolder()
        let reading = try Reading([folder.write("a.log", ""), folder.write("b.gz", Gzip.member([]))])
        #expect(reading.events.isEmpty && reading.problems == [])
    }

    // MARK: Refused lines

    @Test func refusedLinesAreCountedAndSampled() throws {
        let folder = TemporaryFolder()
        let bad = (0..<9).map { "bad \($0)\n" }.joined()
        let reading = try Reading([folder.write("a.log", line(0) + bad + "[1]\n" + line(1))])
        let report = reading.report
        #expect(
            reading.events.count == 2 && report.sources[0].rejected == 10 && report.sources[0].lines == 12)
        #expect(report.rejectedByReason[Int(RejectReason.notJSON.rawValue)] == 9)
        #expect(report.rejectedByReason[Int(RejectReason.notObject.rawValue)] == 1)
        #expect(report.rejectedSamples.count == 6)
        #expect(report.rejectedSamples[0].offset == Int64(line(0).utf8.count))
        #expect(report.rejectedSamples[0].sample == Array("bad 0".utf8))
    }

    @Test(arguments: InflateBackend.allCases)
    func aHundredMegabyteLineIsPassedOver(_ backend: InflateBackend) throws {
        let folder = TemporaryFolder()
        // 4 MB of one letter deflate to 4 KB; 25 such members make a bomb of one line.
        let bomb = Gzip.member([UInt8](repeating: 0x78, count: 4_000_000))
        var file = Gzip.member(Array(line(0).utf8))
        for _ in 0..<25 { file += bomb }
        file += Gzip.member(Array(("\n" + line(1, account: "b")).utf8))
        let path = folder.write("bomb.gz", file)
        let reading = try Reading(path, backend: backend)
        #expect(reading.accounts == ["a", "b"])
        #expect(reading.report.rejectedByReason[Int(RejectReason.lineTooLong.rawValue)] == 1)
        #expect(reading.report.rejectedSamples[0].sample == [UInt8](repeating: 0x78, count: 200))
        #expect(reading.report.sources[0].bytesInflated > 100_000_000)
    }

    // MARK: Order

    @Test(arguments: [0, 1000, 60_000] as [Int64])
    func howALogIsSplitChangesNothing(_ disorder: Int64) throws {
        let lines = campaign(6000, disorder: disorder)
        let folder = TemporaryFolder()
        let whole = try Reading([folder.write("whole.log", lines.joined())])
        #expect(whole.report.late == 0 && whole.events.count == 6000)
        #expect(zip(whole.events, whole.events.dropFirst()).allSatisfy { !Event.precedes($1, $0) })

        let contiguous = TemporaryFolder()
        for part in 0..<9 {
            contiguous.write("part\(8 - part).log", lines[part * 667..<min((part + 1) * 667, 6000)].joined())
        }
        #expect(try Reading([contiguous.path]).fingerprints == whole.fingerprints)

        let dealt = TemporaryFolder()
        for part in 0..<5 {
            let text = stride(from: part, to: 6000, by: 5).map { lines[$0] }.joined()
            dealt.write("part\(part).gz", Gzip.member(Array(text.utf8)))
        }
        #expect(try Reading([dealt.path]).fingerprints == whole.fingerprints)

        var generator = SeededGenerator(9)
        var hands = [[String]](repeating: [], count: 30)
        for line in lines { hands[Int.random(in: 0..<30, using: &generator)].append(line) }
        let random = TemporaryFolder()
        for (index, hand) in hands.enumerated() { random.write("part\(index).log", hand.joined()) }
        #expect(try Reading([random.path]).fingerprints == whole.fingerprints)
    }

    @Test func eventsOfOneMillisecondAreOrderedByWhatTheySay() throws {
        let folder = TemporaryFolder()
        let events = ["app_close", "register", "app_open", "coupon_claim"].map {
            "{\"ts\":\(newYear),\"event\":\"\($0)\",\"account_id\":\"a\"}\n"
        }
        let forward = try Reading([folder.write("a.log", events.joined())])
        let backward = try Reading([folder.write("b.log", events.reversed().joined())])
        #expect(forward.events.map(\.type) == [.appOpen, .appClose, .register, .couponClaim])
        #expect(forward.fingerprints == backward.fingerprints)
    }

    @Test func aLateEventIsCountedAndDeliveredAtTheBound() throws {
        let folder = TemporaryFolder()
        let text =
            (0..<20).map { line($0 * 1000) }.joined() + line(100_000) + line(30_000, account: "late")
            + line(40_000, account: "in time") + line(101_000)
        let reading = try Reading([folder.write("a.log", text)])
        #expect(reading.report.late == 1 && reading.events.count == 24)
        let late = try #require(reading.accounts.firstIndex(of: "late"))
        #expect(reading.events[late].ts == newYear + 40_000)
        #expect(zip(reading.events, reading.events.dropFirst()).allSatisfy { $0.ts <= $1.ts })
    }

    @Test func theTimeSpanHoldsLateEventsOwnTimes() throws {
        let folder = TemporaryFolder()
        let newer = (0..<20).map { line(900_000 + $0 * 1000) }.joined()
        let older = (0..<20).map { line($0 * 1000) }.joined()
        let reading = try Reading([folder.write("a.log", newer + older)])
        #expect(reading.report.late == 20)
        #expect(reading.report.firstMs == newYear && reading.report.lastMs == newYear + 919_000)
    }

    @Test func aLineFromTheFutureDoesNotMakeTheOthersLate() throws {
        let folder = TemporaryFolder()
        var lines = (0..<500).map { line($0 * 1000, account: "acc\($0)", ",\"event_id\":\"e\($0)\"") }
        let future = "{\"ts\":4070908800000,\"event\":\"click\",\"account_id\":\"future\"}\n"
        lines.insert(future, at: 0)
        lines.insert(future.replacing("future", with: "future2"), at: 250)
        lines.append(line(499_000, account: "acc499", ",\"event_id\":\"e499\""))
        let reading = try Reading([folder.write("a.log", lines.joined())])
        #expect(reading.report.late == 0 && reading.report.duplicates == 1)
        #expect(reading.accounts.suffix(2).sorted() == ["future", "future2"])
        #expect(reading.accounts.prefix(500) == (0..<500).map { "acc\($0)" }[...])
        // Another log is not held up or made late either.
        let other = folder.write("b.log", (0..<500).map { line($0 * 1000 + 1, account: "other") }.joined())
        let both = try Reading([folder.path + "/a.log", other])
        #expect(both.report.late == 0 && both.events.count == 1002)
    }

    @Test func aPauseOfDaysIsNoFuture() throws {
        let folder = TemporaryFolder()
        let day: Int64 = 86_400_000
        let text =
            (0..<30).map { line($0 * 1000) }.joined() + (0..<30).map { line(5 * day + $0 * 1000) }.joined()
            + (0..<40).map { line((10 + 3 * $0) * day) }.joined()
        let reading = try Reading([folder.write("a.log", text)])
        #expect(reading.report.late == 0 && reading.events.count == 100)
        #expect(reading.events.map(\.ts) == reading.events.map(\.ts).sorted())
    }

    // MARK: Duplicates

    private func identified(hour: Int64, _ id: String) -> String {
        line(hour * 3_600_000, account: "\(id) at \(hour)", ",\"event_id\":\"\(id)\"")
    }

    @Test func theSameEventIDCountsOnceHoweverLater() throws {
        let folder = TemporaryFolder()
        let times: [Int64] = [0, 1, 12, 30, 300]
        // And again, days later, as late events.
        let late = [identified(hour: 2, "x"), identified(hour: 2, "y"), identified(hour: 2, "y")]
        let lines = times.map { identified(hour: $0, "x") } + [line(0), line(0)] + late
        let reading = try Reading([folder.write("a.log", lines.joined())])
        #expect(reading.accounts.sorted() == ["a", "a", "x at 0", "y at 2"])
        #expect(reading.report.duplicates == 6 && reading.report.events == 4)
        #expect(reading.report.sources[0].events == 10)
    }

    @Test func anIDCountsAgainAfterAsManyOthersAsAreRemembered() throws {
        let folder = TemporaryFolder()
        var configuration = ReadConfiguration()
        configuration.rememberedEventIDs = 40
        func repeats(after others: Int64) throws -> Int64 {
            let ids = ["x"] + (0..<others).map { "\($0)" } + ["x"]
            let text = ids.enumerated().map { identified(hour: Int64($0), $1) }.joined()
            let log = folder.write("\(others).log", text)
            return try Reading([log], configuration: configuration).report.duplicates
        }
        #expect(try repeats(after: 30) == 1)
        #expect(try repeats(after: 40) == 0)
    }

    @Test(arguments: [0, 1000] as [Int64])
    func aLogBehindItselfCountsOnce(_ disorder: Int64) throws {
        let folder = TemporaryFolder()
        let text = campaign(6000, disorder: disorder).joined()
        let once = try Reading([folder.write("once.log", text)])
        let twice = try Reading([folder.write("twice.log", text + text)])
        #expect(twice.fingerprints == once.fingerprints)
        #expect(twice.report.duplicates == once.report.duplicates + 6000 && twice.report.late > 5000)
    }

    @Test func repeatsAcrossLogsCountOnce() throws {
        let folder = TemporaryFolder()
        let lines = campaign(3000, disorder: 10_000)
        let a = folder.write("a.log", lines.joined())
        let b = folder.write(
            "b.log", lines.enumerated().filter { $0.offset % 3 != 0 }.map(\.element).joined())
        let once = try Reading([a])
        let twice = try Reading([a, b])
        #expect(twice.fingerprints == once.fingerprints && twice.report.duplicates == 2000)
    }

    @Test func theFilterIsExactAndBoundedOverManyIDs() throws {
        // Of the second size a generation is never full; the last is that of the standard, scaled down with its table.
        for (capacity, most) in [(4, 1024), (400_000, 1 << 17), (3000, 4096), (5468, 8192)] {
            var filter = DuplicateFilter(capacity: capacity)
            let size = capacity / 4
            var generator = SeededGenerator(3)
            /// In which generation an id was counted last.
            var counted: [UInt64: Int] = [:]
            var total = 0
            var isExact = true
            for step in 0..<60_000 {
                let id = UInt64.random(in: 1..<UInt64(capacity * 2), using: &generator)
                let expected = counted[id].map { $0 >= total / size - 3 } ?? false
                isExact = isExact && filter.isRepeat(id) == expected
                if !expected {
                    counted[id] = total / size
                    total += 1
                }
                // To be cut anywhere and to go on changes nothing.
                if step % 7919 == 0 {
                    var writer = ByteWriter()
                    filter.write(to: &writer)
                    var reader = ByteReader(writer.bytes)
                    filter = try DuplicateFilter(capacity: capacity, from: &reader)
                    var again = ByteWriter()
                    filter.write(to: &again)
                    #expect(reader.isAtEnd && again.bytes == writer.bytes)
                }
            }
            #expect(isExact, "\(capacity)")
            #expect(filter.slots.count <= most)
        }
    }

    // MARK: Paths

    @Test func whatCannotBeReadAtAllIsAnError() {
        let folder = TemporaryFolder()
        func message(_ paths: [String]) -> String? {
            do throws(ReadError) {
                _ = try EventStream(paths: paths)
                return nil
            } catch { return error.description }
        }
        #expect(
            message(["/no/such.log"])
                == "cannot read log /no/such.log: No such file or directory; check the path")
        #expect(message([folder.path])?.contains("has no log files") == true)
        #expect(message([])?.contains("none was named") == true)
        folder.write("labels.csv", "account_id,risk,label\n")
        folder.write(".hidden", line(0))
        folder.write("_notes", line(0))
        #expect(message([folder.path])?.contains("has no log files") == true)
        #expect(message([folder.write("a.log", line(0)), "/no/such.log"]) != nil)
    }

    @Test(.enabled(if: getuid() != 0, "root may read everything"))
    func aLogWithoutPermissionIsNamedAndTheOthersAreRead() throws {
        let folder = TemporaryFolder()
        let secret = folder.write("secret.log", line(0))
        folder.write("open.log", line(1))
        chmod(secret, 0)
        let reading = try Reading([folder.path])
        #expect(reading.events.count == 1 && reading.problems.count == 1)
        #expect(throws: ReadError.self) { _ = try Reading([secret]) }
    }

    @Test func aFolderMeansItsLogsAndAFileNamedTwiceIsReadOnce() throws {
        let folder = TemporaryFolder()
        let file = folder.write("app.log.1", line(0))
        folder.write("app.log", line(1))
        folder.write("readme.md", "no log")
        folder.write("out.sqlite-wal", "no log")
        mkdir(folder.path + "/deeper", 0o755)
        let reading = try Reading([
            folder.path, file, folder.path + "/../" + file.split(separator: "/")[1] + "/app.log",
        ])
        #expect(reading.events.count == 2 && reading.report.sources.map(\.lines) == [1, 1])
        #expect(reading.report.sources.map(\.path) == [file, folder.path + "/app.log"])
    }

    @Test func aPipeIsReadToItsEnd() throws {
        let folder = TemporaryFolder()
        let path = folder.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let bytes = Array(campaign(2000, disorder: 100).joined().utf8)
        let regular = folder.write("regular.log", line(50))
        let writer = Writer(path: path, bytes: bytes)
        writer.start()
        let reading = try Reading([path, regular])
        writer.join()
        #expect(reading.events.count == 2001 && reading.report.late == 0)
        #expect(reading.events.map(\.ts) == reading.events.map(\.ts).sorted())
    }

    @Test func longAccountNamesKeepTheirText() throws {
        let folder = TemporaryFolder()
        let names = (0..<300).map { String(repeating: "n", count: $0 % 512 + 1) + "\($0 % 10)" }
        let text = names.enumerated().map { line(Int64($0.offset) * 1000, account: $0.element) }.joined()
        #expect(try Reading([folder.write("a.log", text)]).accounts == names)
    }

    @Test(arguments: [1, 3, 100])
    func readsOfAnySizeGiveTheSameLines(_ size: Int) throws {
        let folder = TemporaryFolder()
        let text = Array(campaign(40, disorder: 0).joined().utf8)
        for (name, bytes) in [("a.log", text), ("a.gz", Gzip.member(text)), ("one", Array("\u{1F}".utf8))] {
            let descriptor = openForReading(folder.write(name, bytes))
            var reader = LogReader(
                descriptor: descriptor, owned: true, configuration: ReadConfiguration(), readChunk: size,
                outputChunk: size)
            var found: [UInt8] = []
            while !reader.isAtEnd {
                reader.fill()
                while let line = reader.nextLine() { found += Array(line.bytes) + [0x0A] }
            }
            #expect(found == (name == "one" ? [0x1F, 0x0A] : text))
        }
    }
}

/// Writes bytes into a pipe from a thread of its own.
final class Writer: @unchecked Sendable {
    private let path: String
    private let bytes: [UInt8]
    private var thread = pthread_t()

    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    func start() {
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                let writer = Unmanaged<Writer>.fromOpaque(context!).takeRetainedValue()
                let descriptor = open(writer.path, O_WRONLY)
                writer.bytes.withUnsafeBytes {
                    var done = 0
                    while done < $0.count {
                        let count = write(descriptor, $0.baseAddress! + done, min(1000, $0.count - done))
                        guard count > 0 else { break }
                        done += count
                    }
                }
                close(descriptor)
                return nil
            }, context)
    }

    func join() { pthread_join(thread, nil) }
}
