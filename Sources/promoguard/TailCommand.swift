import ActivityLog
import ArgumentParser
import CaseFile
import Dispatch
import Foundation
import Presentation
import RiskFeatures
import ScoringPipeline

/// `promoguard tail LOG…`
struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Follow logs through growth and rotation, and flag accounts as their events come.",
        discussion: """
            Goes on from its last checkpoint, beside the database. SIGINT and SIGTERM commit, take a checkpoint and \
            leave; SIGHUP loads the model again. Each new flag is a line on standard output. On a terminal the key p \
            pauses the list and q stops.
            """)

    @Argument(
        help: ArgumentHelp(
            "Log files (with their rotated siblings), folders or quoted globs.", valueName: "log"),
        completion: .file())
    var logs: [String]

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var model: ModelOptions

    @Option(help: "Where to begin: checkpoint, start (all that is in the logs) or now.")
    var from = TailConfiguration.Start.checkpoint

    @Option(help: ArgumentHelp("Time between checkpoints.", valueName: "seconds"))
    var checkpointEvery = 30.0

    @Flag(
        help: """
            Flag only when the order of events is settled, --lateness after their time, and not what score finds
            once more at the end of the logs: half the memory.
            """)
    var settledOnly = false

    @Option(
        help: "How each flag is printed: table (a line for people), json or csv (the same, a header first).")
    var format: OutputFormat = .table

    @OptionGroup var display: DisplayOptions
    @OptionGroup var language: LanguageOptions
    @OptionGroup var verbosity: Verbosity

    func validate() throws {
        guard (1...86_400).contains(checkpointEvery) else {
            throw ValidationError(
                "--checkpoint-every \(checkpointEvery) is out of range: give 1 to 86400 seconds")
        }
    }

    func run() throws {
        var configuration = TailConfiguration()
        configuration.start = from
        configuration.checkpointMs = Int64(checkpointEvery * 1000)
        configuration.viewAhead = !settledOnly
        let control = TailControl()
        let signals = listen(control)
        defer { for source in signals { source.cancel() } }

        let listing = FlagListing(language: language.language, display: display)
        let progress = ProgressLine(verbosity)
        let lines = FlagLines(listing: listing, format: format)
        let printer = FlagPrinter(language.language)
        let keys =
            isatty(STDOUT_FILENO) == 0
            ? nil
            : KeyReader { key in
                switch key {
                case "p", "P":
                    printer.togglePause()
                    control.tellStatus()
                case "q", "Q": control.stop()
                default: break
                }
            }
        defer { _ = consume keys }
        func print() {
            let text = printer.take()
            guard !text.isEmpty else { return }
            progress.end()
            // A reader that has gone wants no more.
            if (try? Terminal.write(text)) == nil { control.stop() }
        }
        if let header = lines.header { try Terminal.write(header) }
        func tell(_ news: TailNews) {
            switch news {
            case .note(let text):
                progress.end()
                if !verbosity.quiet { Terminal.note("promoguard tail: \(text.visible)") }
            case .warning(let text):
                progress.end()
                Terminal.note("promoguard tail: \(text.visible)")
            case .flagged(let flag):
                printer.add(lines.text(flag))
                print()
            case .status(let status):
                print()
                progress.update(TailWords(language.language).line(status, printer.notice))
            }
        }
        // Before there is a database, which a mistake would leave behind.
        try FollowStream.check(logs)
        var models = ModelSource(path: model.model)
        _ = try models.load()
        let reading = try reading.configuration()
        let caseFile = try CaseFile.open(database.database, busyTimeout: 0.05)
        let tail = try TailRun.follow(
            logs, caseFile: caseFile, models: models, reading: reading, configuration: configuration,
            control: control, tell: tell)
        try tail.run(tell)
        progress.end()
    }

    /// Has signals ask the run, and not end the program.
    private func listen(_ control: TailControl) -> [any DispatchSourceSignal] {
        // A reader of our output that goes away is an error of writing, not the end of us.
        signal(SIGPIPE, SIG_IGN)
        var all = sigset_t()
        sigemptyset(&all)
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            sigaddset(&all, number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { number == SIGHUP ? control.reloadModel() : control.stop() }
            source.resume()
            return source
        }
        // A parent may have started us with signals blocked.
        pthread_sigmask(SIG_UNBLOCK, &all, nil)
        return sources
    }
}

extension TailConfiguration.Start: ExpressibleByArgument {}

/// A new flag as one line.
private struct FlagLines {
    let listing: FlagListing
    let format: OutputFormat

    /// What comes before the first.
    var header: String? { format == .csv ? CSVText.line(FlagListing.csvHeader) : nil }

    func text(_ flag: FlaggedAccount) -> String {
        switch format {
        case .table: listing.line(flag) + "\n"
        case .json: listing.json(flag).text + "\n"
        case .csv: listing.csvLine(flag, .standardOutput())
        }
    }
}
