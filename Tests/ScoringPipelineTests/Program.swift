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
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("promoguard").path
    }()

    static func promoguard(_ arguments: String..., input: [UInt8] = [], folder: String? = nil) throws -> Outcome {
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
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle(forReadingAtPath: inputFile)
        process.standardOutput = FileHandle(forWritingAtPath: scratch.file("out"))
        process.standardError = FileHandle(forWritingAtPath: scratch.file("err"))
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
            .merging(environment) { $1 }
        try process.run()
        process.waitUntilExit()
        return Outcome(
            exitCode: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try scratch.bytes("out"), errors: try scratch.text("err"))
    }

    /// Bytes as `gzip` writes them.
    static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let outcome = try run("/bin/bash", ["-c", "gzip -nc"], input: bytes)
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        return outcome.output
    }
}
