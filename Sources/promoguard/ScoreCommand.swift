import ArgumentParser
import CaseFile
import Foundation
import ScoringPipeline

/// `promoguard score LOG…`
struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Read logs to the end, score every account, and write the flagged ones with their reasons.",
        discussion: """
            Flags are committed together at the end: a run that fails or is stopped leaves the database as it was.
            A database that a running tail writes is refused: its flags are the tail's.
            Exit code 2 says that some input could not be read; the rest was scored.
            """)

    @OptionGroup var logs: LogOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("Also write every account's highest probabilities as CSV.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var scores: String?

    @Option(
        help: """
            How the summary is told: table (for people, on standard error), json or csv (name,value; on standard output).
            """)
    var format: OutputFormat = .table

    @OptionGroup var verbosity: Verbosity

    func run() throws {
        stopCleanlyWhenInterrupted()
        let start = ContinuousClock.now
        let scorer = try model.scorer()
        // Before there is a database, which a mistake would leave behind.
        if let scores { try OutputFile.check(scores, besides: logs.logs + [database.database]) }
        try TailLock.check(database: database.database)
        let reader = try EventReader(paths: logs.logs, configuration: logs.configuration())
        let caseFile = try database.open(.readWrite)
        let run = ScoringRun(reader: reader, scorer: scorer, caseFile: caseFile, scoresPath: scores)

        let progress = ProgressLine(verbosity)
        let report = try run.run(progress: progress.update)
        progress.end()
        let told = ScoreSummary(report: report, seconds: start.duration(to: .now).inSeconds, verbosity)
        if let text = format.text(told.json) {
            try Terminal.write(text)
        } else if !verbosity.quiet {
            for line in told.lines { Terminal.note(line) }
        }
        let summary = ReadSummary(report: report.read)
        summary.complain()
        try summary.exitIfIncomplete()
    }

    /// Nothing is written before the one transaction at the end, and SQLite undoes that if it is cut short.
    private func stopCleanlyWhenInterrupted() {
        // A parent may have started us with signals blocked, as a worker thread of libdispatch does.
        var both = sigset_t()
        sigemptyset(&both)
        for number in [SIGINT, SIGTERM] {
            sigaddset(&both, number)
            signal(number) { _ in
                let text: StaticString = "\npromoguard: stopped; nothing was written\n"
                _ = Foundation.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
                _exit(1)
            }
        }
        pthread_sigmask(SIG_UNBLOCK, &both, nil)
    }
}
