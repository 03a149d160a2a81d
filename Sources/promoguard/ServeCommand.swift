import ActivityLog
import ArgumentParser
import CaseFile
import Dispatch
import Foundation
import Presentation
import ReviewConsole
import RiskModel
import ScoringPipeline
import Synchronization

/// `promoguard serve [LOG…]`
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Look at flags and decide on them in a browser; the same for programs under /api/v1/.",
        discussion: """
            Listens on the loopback address and lets in whoever reaches it. With --token-file, one reviewer a line as \
            NAME TOKEN, everybody signs in, and --host may name another address. With logs it follows them as well, \
            as promoguard tail does, and SIGHUP loads the model again. SIGINT and SIGTERM end it.
            """)

    @Argument(
        help: ArgumentHelp(
            "Logs to follow as well: files (with their rotated siblings), folders or quoted globs.",
            valueName: "log"),
        completion: .file())
    var logs: [String] = []

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("Port to listen on; 0 takes a free one.", valueName: "port"))
    var port = 8080

    @Option(
        help: ArgumentHelp(
            "Address to listen on; other than loopback only with --token-file.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(
        help: ArgumentHelp("Who may sign in: a line each with NAME TOKEN.", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @Option(help: "Who decides where nobody signs in (default: the user's name on this machine).")
    var reviewer: String?

    @Flag(help: "Show times in UTC instead of China Standard Time (UTC+8).")
    var utc = false

    @OptionGroup var language: LanguageOptions
    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port \(port) is out of range") }
        guard tokenFile != nil || ["127.0.0.1", "::1", "localhost"].contains(host) else {
            throw ValidationError(
                "--host \(host) can be reached by others: say who may sign in with --token-file")
        }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessInfo.processInfo.environment
        var configuration = ConsoleConfiguration(database: database.database, model: try model.load())
        configuration.report = model.report
        configuration.host = host
        configuration.port = port
        configuration.reviewers = try tokenFile.map(TokenFile.read) ?? []
        configuration.localReviewer = reviewer ?? environment["USER"] ?? environment["LOGNAME"] ?? "unknown"
        configuration.language = language.language
        configuration.time = utc ? .utc : .china
        // Nothing is shown before there is a file; a tail makes one.
        let reading = try reading.configuration()
        if !logs.isEmpty {
            try FollowStream.check(logs)
            try database.open(.readWrite).close()
        }
        try serve(ReviewConsole(configuration), reading)
    }

    /// Blocks until the console has stopped, and the tail with it.
    private func serve(_ console: ReviewConsole, _ reading: ReadConfiguration) throws {
        let (host, isQuiet) = (self.host, verbosity.quiet)
        let hasEnded = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        let serving = Task {
            do {
                try await console.run { port in
                    let name = host.contains(":") ? "[\(host)]" : host
                    if !isQuiet { Terminal.note("promoguard serve: http://\(name):\(port)/") }
                }
            } catch {
                failure.withLock { $0 = error }
            }
            hasEnded.signal()
        }
        let follower = logs.isEmpty ? nil : follow(reading) { serving.cancel() }
        let hangUp = listen { follower?.control.reloadModel() }
        defer { hangUp.cancel() }
        hasEnded.wait()
        // A tail that failed is the reason why the rest ended.
        try follower?.stop()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// SIGHUP loads the model of the tail again, and ends nothing.
    private func listen(_ reload: @escaping @Sendable () -> Void) -> any DispatchSourceSignal {
        signal(SIGHUP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler(handler: reload)
        source.resume()
        return source
    }

    private func follow(_ reading: ReadConfiguration, onEnd: @escaping @Sendable () -> Void) -> Follower {
        let (logs, path, isQuiet) = (self.logs, database.database, verbosity.quiet)
        let models = ModelSource(path: model.model)
        return Follower(
            { control, tell in
                try TailRun.follow(
                    logs, caseFile: CaseFile.open(path, busyTimeout: 0.05), models: models, reading: reading,
                    configuration: TailConfiguration(), control: control, tell: tell)
            },
            note: { text, isWarning in
                if isWarning || !isQuiet { Terminal.note("promoguard serve: \(text.visible)") }
            }, onEnd: onEnd)
    }
}
