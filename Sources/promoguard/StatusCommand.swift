import ArgumentParser
import CaseFile
import Foundation
import Presentation

/// `promoguard status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tell what a running or stopped tail is doing.")

    @OptionGroup var database: DatabaseOptions

    @Option(help: "How it is printed: table, json or csv (name,value).")
    var format: OutputFormat = .table

    @OptionGroup var language: LanguageOptions
    @OptionGroup var verbosity: Verbosity

    func run() throws {
        guard let status = try database.open(.readOnly).tailStatus() else {
            Terminal.note("promoguard: no tail has followed logs into \(database.database) yet")
            throw ExitCode(1)
        }
        try Terminal.write(format.text(json(status)) ?? text(status, .standardOutput()))
    }

    private func json(_ status: TailStatus) -> JSONValue {
        func number(_ number: Int64?) -> JSONValue { number.map { .integer($0) } ?? .null }
        return .object([
            ("state", .string(status.state)), ("processID", .integer(Int64(status.processID))),
            ("startedMs", .integer(status.startedMs)), ("toldMs", .integer(status.toldMs)),
            ("events", .integer(status.events)), ("eventsPerSecond", .number(status.eventsPerSecond)),
            ("reachedMs", number(status.reachedMs)), ("newestMs", number(status.newestMs)),
            ("accounts", .integer(status.accounts)), ("flagsToday", number(status.flagsToday)),
            ("rejectedLines", .integer(status.rejectedLines)), ("lateEvents", .integer(status.lateEvents)),
            ("checkpointMs", number(status.checkpointMs)),
            ("standstillMs", status.standstillMs.map { .number($0) } ?? .null),
            ("troubles", .array(status.troubles.map { .string($0) })),
            (
                "sources",
                .array(
                    status.sources.map { source in
                        .object([
                            ("path", .string(source.path)), ("state", .string(source.state)),
                            ("bytesRead", .integer(source.bytesRead)), ("events", .integer(source.events)),
                            ("rejected", .integer(source.rejected)), ("newestMs", number(source.newestMs)),
                            ("problem", JSONValue(source.problem)),
                        ])
                    })
            ),
        ])
    }

    private func text(_ status: TailStatus, _ terminal: Terminal) -> String {
        let time = EventTime.china
        var text = TailWords(language.language).line(status) + "\n"
        if status.state != "stopped", kill(status.processID, 0) != 0, errno == ESRCH {
            text +=
                "process \(status.processID) is gone: it did not stop cleanly; start tail again to go on\n"
        }
        text += "told \(time.short(status.toldMs)) by process \(status.processID), started "
        text += "\(time.short(status.startedMs)); "
        text += status.checkpointMs.map { "last checkpoint \(time.short($0))" } ?? "no checkpoint yet"
        text +=
            " (\(time.zone)); \(status.events.grouped) events, \(status.lateEvents.grouped) of them late\n"
        for trouble in status.troubles { text += "! \(trouble.visible)\n" }
        var table = TerminalTable([
            .init(title: "log", isFlexible: true), .init(title: "state"),
            .init(title: "bytes", alignment: .right), .init(title: "events", alignment: .right),
            .init(title: "rejected", alignment: .right), .init(title: "newest event"),
            .init(title: "problem", isFlexible: true),
        ])
        table.rows = status.sources.map { source in
            [
                .init(source.path.visible), .init(source.state), .init(source.bytesRead.grouped),
                .init(source.events.grouped), .init(source.rejected.grouped),
                .init(source.newestMs.map(time.short) ?? ""), .init(source.problem?.visible ?? ""),
            ]
        }
        return text + table.rendered(terminal)
    }
}
