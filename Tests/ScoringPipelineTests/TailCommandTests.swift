import CaseFile
import Foundation
import Testing

@testable import ScoringPipeline

/// `promoguard tail` and `promoguard status` as they are typed: the built program, its signals, its terminal.
@Suite struct TailCommandTests {
    private typealias Small = TailRunTests.Small
    private let folder = TemporaryFolder()

    /// A tail that runs.
    private final class Running {
        let process: pid_t
        private let folder: TemporaryFolder
        private var isOver = false

        /// - Parameter terminal: its standard input, output and error; nil for files.
        init(_ folder: TemporaryFolder, _ arguments: [String], terminal: Int32? = nil) throws {
            self.folder = folder
            let descriptors =
                if let terminal {
                    (0..<3).map { _ in fcntl(terminal, F_DUPFD_CLOEXEC, 3) }
                } else {
                    [open("/dev/null", O_RDONLY | O_CLOEXEC)]
                        + ["out", "err"].map {
                            open(folder.file($0), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
                        }
                }
            process = try Program.spawn(Program.promoguard, ["tail"] + arguments, descriptors: descriptors)
        }

        deinit { if !isOver { _ = end(SIGKILL) } }

        /// - Returns: its exit code.
        func end(_ signal: Int32) -> Int32 {
            kill(process, signal)
            isOver = true
            return Program.wait(for: process)
        }

        func wait() -> Int32 {
            isOver = true
            return Program.wait(for: process)
        }

        /// What it printed so far, a line each.
        var flags: [String] { lines("out") }
        var notes: [String] { lines("err") }

        private func lines(_ name: String) -> [String] {
            ((try? folder.text(name)) ?? "").split(separator: "\n").map(String.init)
        }
    }

    /// Waits for something that another process does; three minutes at most, for machines that are busy.
    private func wait(_ what: Comment, until isSo: () throws -> Bool) throws {
        for _ in 0..<9000 {
            if try isSo() { return }
            usleep(20_000)
        }
        throw WaitedInVain(what: what)
    }

    private struct WaitedInVain: Error {
        let what: Comment
    }

    /// The logs of the small campaign, silent for long, so that a tail settles them at once.
    private func logs() throws -> String {
        let logs = folder.file("logs")
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
        for name in Small.shared.logs.names where name.hasSuffix(".gz") {
            try FileManager.default.copyItem(atPath: Small.shared.logs.file(name), toPath: logs + "/" + name)
            try setSilent(logs + "/" + name)
        }
        return logs
    }

    /// As if nothing had been written to a file for long.
    private func setSilent(_ path: String) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -600)], ofItemAtPath: path)
    }

    private func state(_ database: String) throws -> String? {
        guard FileManager.default.fileExists(atPath: database) else { return nil }
        return try? CaseFile.open(database, access: .readOnly).tailStatus()?.state
    }

    private func flags(_ database: String) throws -> [FlaggedAccount] {
        try CaseFile.open(database, access: .readOnly).flags(FlagQuery(sort: .score))
    }

    /// Killed long before its next checkpoint is due, and the one log that it was told to follow is rotated meanwhile.
    @Test func aLogThatRotatesAfterAnEarlyKillIsReadToItsEnd() throws {
        let log = folder.file("mp.log")
        let lines = try Program.run("/bin/bash", ["-c", "gzip -dc \(Small.shared.logs.path)/*.gz"]).text
            .split(separator: "\n").map(String.init)
            .sorted { TestCampaign.time($0) < TestCampaign.time($1) }
        let whole = try CaseFile.open(folder.file("whole.sqlite"))
        _ = try ScoringRun(
            reader: EventReader(paths: [folder.write("all.log", TestCampaign.bytes(lines))]),
            scorer: Small.shared.scorer, caseFile: whole
        ).run()
        let expected = try whole.flags(FlagQuery(sort: .score))
        #expect(expected.count > 20)
        let cuts = [0, lines.count / 3, lines.count / 2, lines.count]
        func part(_ number: Int) -> [UInt8] { TestCampaign.bytes(lines[cuts[number]..<cuts[number + 1]]) }
        _ = try folder.write("mp.log", part(0))
        let database = folder.file("early.sqlite")
        let arguments = [log, "--database", database, "--model", Small.shared.modelPath]
        let first = try Running(folder, arguments)
        try wait("its first checkpoint") {
            FileManager.default.fileExists(atPath: database + "-checkpoint")
        }
        #expect(first.end(SIGKILL) == -SIGKILL)
        _ = try folder.write("mp.log", part(0) + part(1))
        try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
        _ = try folder.write("mp.log", part(2))
        for path in [log, log + ".1"] { try setSilent(path) }
        let second = try Running(folder, arguments)
        try wait("the flags of all lines") { (try? flags(database).count) == expected.count }
        #expect(second.end(SIGTERM) == 0)
        #expect(try flags(database) == expected)
    }

    @Test func inAPipeEachFlagIsOneObjectAndNothingElseIsPrinted() throws {
        let database = folder.file("cases.sqlite")
        let tail = try Running(
            folder, [logs(), "--database", database, "--model", Small.shared.modelPath, "--format", "json"])
        // While it still runs: lines are not held back.
        try wait("all flags printed") { tail.flags.count == Small.shared.flags.count }
        try wait("idle") { try state(database) == "idle" }
        #expect(tail.end(SIGTERM) == 0)
        let printed = try tail.flags.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(printed.count == Small.shared.flags.count)
        for flag in printed {
            for name in ["risk", "score", "level", "amount_at_risk_fen", "first_flagged", "reasons", "tags"] {
                #expect(flag[name] != nil, "\(name)")
            }
            #expect((flag["account_id"] as? String)?.contains("…") == true)
        }
        #expect(try flags(database) == Small.shared.flags)
        // A run that goes on has nothing new to print.
        let again = try Running(
            folder, [logs0, "--database", database, "--model", Small.shared.modelPath, "--format", "json"])
        try wait("idle again") { try state(database) == "idle" }
        #expect(again.end(SIGINT) == 0)
        #expect(again.flags.isEmpty)
        #expect(try flags(database) == Small.shared.flags)
    }

    @Test func aLogThatIsNotThereYetIsWaitedForAndSaidToBe() throws {
        let database = folder.file("cases.sqlite")
        let name = try #require(Small.shared.logs.names.first { $0.hasSuffix(".gz") })
        let log = folder.file("later.log.gz")
        let tail = try Running(folder, [log, "--database", database, "--model", Small.shared.modelPath])
        try wait("it says that it waits") { tail.notes.contains { $0.contains("none of the logs is there") } }
        try wait("its status says so") {
            let status = try? CaseFile.open(database, access: .readOnly).tailStatus()
            return status?.troubles.contains { $0.contains("waiting") } == true
        }
        try FileManager.default.copyItem(atPath: Small.shared.logs.file(name), toPath: log)
        try wait("it says that there are logs") { tail.notes.contains { $0.contains("there are logs") } }
        #expect(tail.end(SIGTERM) == 0)
        #expect(try #require(try CaseFile.open(database, access: .readOnly).tailStatus()).events > 0)
    }

    @Test func aFlagIsOneLineForAPerson() throws {
        let database = folder.file("cases.sqlite")
        let tail = try Running(
            folder, [logs(), "--database", database, "--model", Small.shared.modelPath, "--unmask"])
        try wait("all flags printed") { tail.flags.count == Small.shared.flags.count }
        #expect(tail.end(SIGTERM) == 0)
        let flag = Small.shared.flags[0]
        let risk = flag.risk == "fake_order" ? "fake order" : "coupon abuse"
        let line = try #require(tail.flags.first { $0.contains(flag.accountID) && $0.contains(risk) })
        #expect(line.contains("¥"))
    }

    @Test func asCSVEachFlagIsARowUnderAHeader() throws {
        let tail = try Running(
            folder,
            [
                logs(), "--database", folder.file("cases.sqlite"), "--model", Small.shared.modelPath,
                "--format", "csv", "--unmask",
            ])
        try wait("all flags printed") { tail.flags.count == Small.shared.flags.count + 1 }
        #expect(tail.end(SIGTERM) == 0)
        #expect(tail.flags[0].hasPrefix("account_id,risk,score,"))
        let printed = Set(
            tail.flags.dropFirst().map { $0.split(separator: ",").prefix(2).joined(separator: ",") })
        #expect(printed == Set(Small.shared.flags.map { "\($0.accountID),\($0.risk)" }))
    }

    @Test func statusTellsOfATailThatRunsStoppedOrIsGone() throws {
        let database = folder.file("cases.sqlite")
        let arguments = [try logs(), "--database", database, "--model", Small.shared.modelPath]
        func status(_ format: String) throws -> Program.Outcome {
            try Program.promoguard("status", "--database", database, "--format", format)
        }
        #expect(try status("table").exitCode == 1)
        _ = try CaseFile.open(database)
        #expect(try status("table").errors.contains("no tail has followed logs into"))
        let tail = try Running(folder, arguments)
        try wait("idle") { try state(database) == "idle" }
        let table = try status("table")
        #expect(table.exitCode == 0)
        #expect(table.text.hasPrefix("idle · "))
        #expect(table.text.contains("by process \(tail.process)"))
        #expect(table.text.contains("flagged today"))
        let json = try JSONDecoder().decode(TailStatus.self, from: Data(try status("json").output))
        #expect(json == (try CaseFile.open(database, access: .readOnly).tailStatus()))
        let rows = try status("csv").text.split(separator: "\n")
        #expect(rows[0] == "name,value" && rows.contains("state,idle"))
        #expect(rows.contains { $0.hasPrefix("sources[0].path,") })
        #expect(json.events == Int64(Small.shared.script.events.count))
        #expect(json.sources.count { $0.state == "finished" || $0.state == "reading" } == json.sources.count)
        #expect(tail.end(SIGTERM) == 0)
        #expect(try status("table").text.hasPrefix("stopped · "))
        #expect(try status("table").text.contains("last checkpoint "))
        let killed = try Running(folder, arguments)
        try wait("idle") { try state(database) == "idle" }
        #expect(killed.end(SIGKILL) == -SIGKILL)
        #expect(try status("table").text.contains("process \(killed.process) is gone"))
        // The names of logs are not ours, nor is the zone's.
        let chinese = try Program.promoguard("status", "--database", database, "--lang", "zh")
        let words = chinese.text.replacing(logs0, with: "").matches(of: /[A-Za-z]{2,}/).map { String($0.0) }
        #expect(chinese.text.contains("进程 \(killed.process) 已不在"))
        #expect(
            Set(words).subtracting(
                Small.shared.logs.names.flatMap { $0.split(separator: /[^A-Za-z]/).map(String.init) }) == [
                    "tail", "UTC",
                ])
        let empty = folder.file("empty.sqlite")
        _ = try CaseFile.open(empty)
        #expect(
            try Program.promoguard("status", "--database", empty, "--lang", "zh").errors.contains("还没有"))
    }

    /// Quiet about all but what it costs to read everything again.
    @Test func aDamagedCheckpointIsToldEvenToWhoWantsErrorsOnly() throws {
        let database = folder.file("cases.sqlite")
        let arguments = [
            try logs(), "--database", database, "--model", Small.shared.modelPath, "--quiet",
        ]
        let first = try Running(folder, arguments)
        try wait("idle") { try state(database) == "idle" }
        #expect(first.end(SIGTERM) == 0)
        #expect(first.notes.isEmpty)
        let checkpoint = database + "-checkpoint"
        var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: checkpoint)))
        bytes[bytes.count / 2] ^= 0x55
        try Data(bytes).write(to: URL(fileURLWithPath: checkpoint))
        let second = try Running(folder, arguments)
        try wait("idle") { try state(database) == "idle" }
        #expect(second.end(SIGTERM) == 0)
        #expect(second.notes.count == 1)
        #expect(second.notes.first?.contains("reading the logs from their start") == true)
        #expect(try flags(database) == Small.shared.flags)
    }

    @Test func wrongUsageAndWhatCannotBeFollowed() throws {
        for arguments in [
            ["tail"], ["tail", "x", "--format", "xml"], ["tail", "x", "--from", "yesterday"],
            ["tail", "x", "--checkpoint-every", "0"], ["status", "--format", "xml"], ["status", "x"],
        ] {
            #expect(try Program.run(Program.promoguard, arguments).exitCode == 64, "\(arguments)")
        }
        let database = folder.file("cases.sqlite")
        let missing = try Program.promoguard("tail", "/no/such/folder/a.log", "--database", database)
        #expect(missing.exitCode == 1)
        #expect(missing.complaints.last?.contains("there is no folder /no/such/folder") == true)
        let model = try Program.promoguard(
            "tail", folder.path, "--database", database, "--model", folder.file("none.json"))
        #expect(model.exitCode == 1 && model.complaints.count == 1)
        #expect(!FileManager.default.fileExists(atPath: database))
        let tail = try Running(
            folder, [logs(), "--database", database, "--model", Small.shared.modelPath])
        try wait("running") { try state(database) != nil }
        let second = try Program.promoguard("tail", logs0, "--database", database)
        #expect(second.exitCode == 1)
        #expect(second.errors.contains("another promoguard (process \(tail.process))"))
    }

    @Test func scoreLeavesTheDatabaseOfARunningTailAlone() throws {
        let database = folder.file("cases.sqlite")
        let tail = try Running(
            folder, [logs(), "--database", database, "--model", Small.shared.modelPath])
        try wait("idle") { try state(database) == "idle" }
        func score(_ database: String) throws -> Program.Outcome {
            try Program.promoguard("score", logs0 + "/" + name, "--database", database)
        }
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: logs0).sorted().first)
        let refused = try score(database)
        #expect(refused.exitCode == 1)
        #expect(refused.complaints.count == 1)
        #expect(refused.errors.contains("another promoguard (process \(tail.process)) follows logs into it"))
        #expect(try flags(database) == Small.shared.flags)
        // The file of the lock outlives a tail that was killed; the lock does not.
        _ = tail.end(SIGKILL)
        #expect(FileManager.default.fileExists(atPath: database + "-lock"))
        #expect(try score(database).exitCode == 0)
        let other = folder.file("other.sqlite")
        #expect(try score(other).exitCode == 0)
        #expect(!FileManager.default.fileExists(atPath: other + "-lock"))
    }

    private var logs0: String { folder.file("logs") }

    @Test func aLockHeldByAnotherProgramIsWaitedFor() throws {
        let database = folder.file("cases.sqlite")
        _ = try CaseFile.open(database).identity()
        let locker = try Locker(database)
        let tail = try Running(
            folder, [logs(), "--database", database, "--model", Small.shared.modelPath])
        try wait("the lock is noticed") { tail.notes.contains { $0.contains("flags wait in memory") } }
        #expect(try flags(database).isEmpty)
        try locker.release()
        try wait("idle") { try state(database) == "idle" }
        #expect(tail.end(SIGTERM) == 0)
        #expect(try flags(database) == Small.shared.flags)
        // And a stop while it is locked says so, with the database as it was.
        let again = try Running(
            folder,
            [
                logs0, "--database", folder.file("other.sqlite"), "--model", Small.shared.modelPath,
                "--from", "start",
            ])
        try wait("idle") { try state(folder.file("other.sqlite")) == "idle" }
        let other = try Locker(folder.file("other.sqlite"))
        #expect(again.end(SIGTERM) == 1)
        #expect(again.notes.contains { $0.contains("locked") })
        try other.release()
        #expect(try flags(folder.file("other.sqlite")) == Small.shared.flags)
    }

    /// A file system of its own, with no room at first.
    @Test(.enabled(if: getuid() == 0, "mounting a small disk needs root"))
    func aFullDiskIsWaitedFor() throws {
        let disk = folder.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard try Program.run("/bin/mount", ["-t", "tmpfs", "-o", "size=32m", "tmpfs", disk]).exitCode == 0
        else {
            return
        }
        defer { _ = try? Program.run("/bin/umount", ["-l", disk]) }
        let database = disk + "/cases.sqlite"
        let holder = try CaseFile.open(database)
        _ = try holder.identity()
        _ = try Program.run("/bin/dd", ["if=/dev/zero", "of=\(disk)/filler", "bs=4k"])
        let tail = try Running(
            folder, [logs(), "--database", database, "--model", Small.shared.modelPath])
        try wait("the full disk is noticed") { tail.notes.contains { $0.contains("the disk is full") } }
        #expect(try holder.total().flags == 0)
        try FileManager.default.removeItem(atPath: disk + "/filler")
        try wait("idle") { try state(database) == "idle" }
        #expect(tail.end(SIGTERM) == 0)
        #expect(tail.notes.contains { $0.contains("flags are saved again") })
        #expect(try flags(database) == Small.shared.flags)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk).contains("cases.sqlite-checkpoint"))
    }

    @Test func onATerminalKeysPauseTheListAndStop() throws {
        // What Swift's module of the C library leaves out: TIOCSPTLCK and TIOCGPTN of the kernel's ioctls.h.
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: Int32 = 0
        try #require(
            master >= 0 && ioctl(master, 0x4004_5431, &isLocked) == 0
                && ioctl(master, 0x8004_5430, &number) == 0)
        let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(terminal >= 0)
        defer {
            close(master)
            close(terminal)
        }
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        var screen = ""
        func shows(_ text: String) -> Bool {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(master, &buffer, buffer.count)
                guard count > 0 else { break }
                screen += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return screen.contains(text)
        }
        func press(_ key: String) { _ = write(master, key, 1) }
        func hasLineMode() -> Bool {
            var settings = termios()
            tcgetattr(terminal, &settings)
            return settings.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO)
        }
        #expect(hasLineMode())
        let empty = folder.file("later")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        let tail = try Running(
            folder,
            [
                empty, "--database", folder.file("cases.sqlite"), "--model", Small.shared.modelPath,
                "--unmask",
            ],
            terminal: terminal)
        try wait("the live line") { shows(" events/s") }
        #expect(!hasLineMode())
        press("p")
        try wait("the list is paused") { shows("list paused, 0 waiting") }
        let flag = Small.shared.flags[0]
        let logs = try logs()
        for name in try FileManager.default.contentsOfDirectory(atPath: logs) {
            try FileManager.default.moveItem(atPath: logs + "/" + name, toPath: empty + "/" + name)
        }
        // What was seen ahead of its order may be taken back later, and has been news all the same.
        func waiting() -> Int {
            _ = shows("")
            return screen.matches(of: /list paused, ([0-9]+) waiting/).last.flatMap { Int($0.1) } ?? 0
        }
        try wait("flags wait") { waiting() * 2 >= Small.shared.flags.count }
        #expect(shows("flagged today"))
        #expect(!shows(flag.accountID))
        press("p")
        try wait("the list goes on") { shows(flag.accountID) }
        press("q")
        #expect(tail.wait() == 0)
        #expect(hasLineMode())
    }
}
