import ArgumentParser
import CaseFile
import Foundation
import Presentation
import RiskModel
import ScoringPipeline

/// `promoguard score LOG…`
struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Read logs to the end, score every account, and write the flagged ones with their reasons.",
        discussion: """
            Flags are committed together at the end: a run that fails or is stopped leaves the database as it was.
            Exit code 2 says that some input could not be read; the rest was scored.
            """)

    @OptionGroup var logs: LogOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var model: ModelOptions

    @Option(
        help: ArgumentHelp("Also write every account's highest probabilities as CSV.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var scores: String?

    @OptionGroup var verbosity: Verbosity

    func run() throws {
        stopCleanlyWhenInterrupted()
        let start = ContinuousClock.now
        let scorer = try model.scorer()
        // Before there is a database, which a mistake would leave behind.
        if let scores { try OutputFile.check(scores) }
        let reader = try EventReader(paths: logs.logs, configuration: logs.configuration())
        let caseFile = try database.open(.readWrite)
        let run = ScoringRun(reader: reader, scorer: scorer, caseFile: caseFile, scoresPath: scores)

        let progress = ProgressLine(verbosity)
        let report = try run.run(progress: progress.update)
        progress.end()
        if !verbosity.quiet { tell(report, start.duration(to: .now)) }
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

    private func tell(_ report: ScoringReport, _ time: Duration) {
        let summary = ReadSummary(report: report.read)
        let seconds = time.inSeconds
        var lines = [
            report.read.events.counted("event") + " of " + report.accounts.counted("account")
                + (summary.span.map { ", \($0)" } ?? "")
        ]
        lines += summary.remarks
        for risk in Risk.allCases {
            let levels = RiskLevel.allCases.reversed().map {
                "\((report.flagged[risk]?[$0] ?? 0).grouped) \($0.rawValue)"
            }
            lines.append("\(risk.rawValue): " + levels.joined(separator: ", "))
        }
        lines.append("\(NumberText.yuan(fen: report.amountAtRiskFen)) at stake in flagged accounts")
        if report.gangs > 0 {
            lines.append(report.gangs.counted("gang") + " of " + report.gangMembers.counted("account"))
        }
        let rate = Int64(Double(report.read.events) / max(seconds, 0.001))
        lines.append("\(NumberText.fixed(seconds, places: 2)) s, \(rate.grouped) events a second")
        if verbosity.verbose {
            let total = report.entities.reduce(0) { $0 + $1.count }
            let kinds = report.entities.map { "\($0.kind) \($0.count.grouped)" }.joined(separator: ", ")
            lines.append("\(total.counted("entity", "entities")) held at the end: \(kinds)")
        }
        for line in lines { Terminal.note(line) }
    }
}
