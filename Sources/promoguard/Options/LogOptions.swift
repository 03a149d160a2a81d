import ActivityLog
import ArgumentParser
import Foundation

/// Which logs are read, and how.
struct LogOptions: ParsableArguments {
    @Argument(help: LogOptions.help, completion: .file())
    var logs: [String]

    @OptionGroup var reading: ReadingOptions

    static let help = ArgumentHelp(
        "Log files, folders (every log in them) or - for standard input; gzip or plain.", valueName: "log")

    func configuration() throws -> ReadConfiguration { try reading.configuration() }
}

/// How logs are read.
struct ReadingOptions: ParsableArguments {
    @Option(
        name: .customLong("input-format"),
        help: ArgumentHelp(
            """
            How the lines are written: auto, canonical, the name of a built-in format (sensors, nginx, …), a chain \
            (sls+sensors) or the path of a format file. With auto each log's first lines tell; a file given beside \
            auto takes the place of the format it extends.
            """, valueName: "format"),
        completion: .list(["auto", "canonical"] + FormatLibrary.names))
    var inputFormats: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            A file of at least 16 secret bytes: raw phones, addresses and payers in the logs are hashed with it. \
            Without it they are left out.
            """, valueName: "file"),
        completion: .file())
    var hashKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "Disorder up to this many seconds of event time is repaired.", valueName: "seconds"))
    var lateness = 60.0

    func validate() throws {
        for name in inputFormats where !FormatChoice.isKnown(name) {
            let near = FormatLibrary.nearest(to: name).map { "; did you mean \($0)?" } ?? "."
            throw ValidationError(
                "cannot read logs of format '\(name)'\(near) Known are auto, canonical, "
                    + FormatLibrary.names.joined(separator: ", ")
                    + ", and paths of format files (with a / or .json)")
        }
        guard (0...86_400).contains(lateness) else {
            throw ValidationError("--lateness \(lateness) is out of range: give 0 to 86400 seconds")
        }
    }

    /// - Throws: `ReadError` or `FormatError` where a format or the key cannot be used.
    func configuration() throws -> ReadConfiguration {
        var configuration = ReadConfiguration()
        configuration.latenessMs = Int64(lateness * 1000)
        if !inputFormats.isEmpty { configuration.formats = try FormatChoice(inputFormats) }
        if let hashKeyFile {
            let secret = try secret(hashKeyFile)
            configuration.keyedHash = KeyedHash(secret: secret)
            configuration.hash = IdentifierHash(key: secret)
        }
        return configuration
    }

    private func secret(_ path: String) throws -> [UInt8] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ReadError(
                "cannot read the hash key \(path): no such file, or it may not be read; check the path")
        }
        guard (KeyedHash.leastKeyLength...65_536).contains(data.count) else {
            throw ReadError(
                "cannot use the hash key \(path): it has \(data.count) bytes; give it 16 to 65536, such as from "
                    + "head -c 32 /dev/urandom")
        }
        return Array(data)
    }
}
