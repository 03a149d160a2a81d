import ActivityLog
import ArgumentParser

/// Which logs are read, and how.
struct LogOptions: ParsableArguments {
    @Argument(help: LogOptions.help, completion: .file())
    var logs: [String]

    @OptionGroup var reading: ReadingOptions

    static let help = ArgumentHelp(
        "Log files, folders (every log in them) or - for standard input; gzip or plain.", valueName: "log")

    var configuration: ReadConfiguration { reading.configuration }
}

/// How logs are read.
struct ReadingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("How the lines are written: auto or canonical.", valueName: "format"),
        completion: .list(["auto", "canonical"]))
    var inputFormat = "auto"

    @Option(
        help: ArgumentHelp(
            "Disorder up to this many seconds of event time is repaired.", valueName: "seconds"))
    var lateness = 60.0

    func validate() throws {
        guard ["auto", "canonical"].contains(inputFormat) else {
            throw ValidationError(
                "cannot read logs of format '\(inputFormat)': this version knows auto and canonical")
        }
        guard (0...86_400).contains(lateness) else {
            throw ValidationError("--lateness \(lateness) is out of range: give 0 to 86400 seconds")
        }
    }

    var configuration: ReadConfiguration {
        var configuration = ReadConfiguration()
        configuration.latenessMs = Int64(lateness * 1000)
        return configuration
    }
}
