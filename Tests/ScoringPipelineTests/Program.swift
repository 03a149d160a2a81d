import Foundation
import Testing

/// Runs programs, `promoguard` as it was just built above all.
enum Program {
    /// What a program left behind.
    struct Outcome {
        var exitCode: Int32
        var output: [UInt8]
        var errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
        /// The lines on standard error.
        var complaints: [String] { errors.split(separator: "\n").map(String.init) }
    }

    /// The built program, beside the tests' own.
    static let promoguard: String = {
        let tests =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("promoguard")
            .path
    }()

    static func promoguard(_ arguments: String..., input: [UInt8] = [], folder: String? = nil) throws
        -> Outcome
    {
        try run(promoguard, arguments, input: input, folder: folder)
    }

    /// Runs a line of shell in which `$P` is the program.
    static func shell(_ line: String) throws -> Outcome {
        try run("/bin/bash", ["-c", line], environment: ["P": promoguard])
    }

    static func run(
        _ path: String, _ arguments: [String], input: [UInt8] = [], folder: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Outcome {
        let scratch = TemporaryFolder()
        let inputFile = try scratch.write("in", input)
        // Files and not pipes: nothing can fill up while the program waits.
        for name in ["out", "err"] { try scratch.write(name, "") }
        // A shell changes to the folder and makes way for the program.
        let words = folder.map { ["-c", "cd \"$0\" && exec \"$@\"", $0, path] + arguments }
        let process = try spawn(
            words == nil ? path : "/bin/bash", words ?? arguments, environment: environment,
            descriptors: [
                open(inputFile, O_RDONLY | O_CLOEXEC), open(scratch.file("out"), O_WRONLY | O_CLOEXEC),
                open(scratch.file("err"), O_WRONLY | O_CLOEXEC),
            ])
        return Outcome(
            exitCode: wait(for: process), output: try scratch.bytes("out"), errors: try scratch.text("err"))
    }

    /// Starts a program; not by Foundation, whose processes now and then miss their end when several run at once.
    /// - Parameter descriptors: standard input, output and error; closed here once the program has them.
    static func spawn(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], descriptors: [Int32]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (standard, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(standard))
        }
        let variables = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
            .merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer {
            for word in words + settings { free(word) }
            for descriptor in descriptors { close(descriptor) }
        }
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, nil, &words, &settings)
        try #require(code == 0, "cannot start \(path): \(String(cString: strerror(code)))")
        return process
    }

    /// Waits for a program's end.
    /// - Returns: its exit code; −signal where a signal ended it.
    static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : -(status & 0x7F)
    }

    /// Bytes as `gzip` writes them.
    static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let outcome = try run("/bin/bash", ["-c", "gzip -nc"], input: bytes)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        return outcome.output
    }
}
