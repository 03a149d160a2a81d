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
            Terminal.note(
                "promoguard: "
                    + language.language.pick(
                        "no tail has followed logs into \(database.database) yet",
                        "还没有 tail 把日志写入 \(database.database)"))
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
        let language = self.language.language
        let words = TailWords(language)
        var text = words.line(status) + "\n"
        if status.state != "stopped", kill(status.processID, 0) != 0, errno == ESRCH {
            text +=
                language.pick(
                    "process \(status.processID) is gone: it did not stop cleanly; start tail again to go on",
                    "进程 \(status.processID) 已不在：未正常停止；请重新启动 tail 以继续") + "\n"
        }
        let (told, started) = (time.short(status.toldMs), time.short(status.startedMs))
        text += language.pick(
            "told \(told) by process \(status.processID), started \(started); ",
            "由进程 \(status.processID) 于 \(told) 报告，启动于 \(started)；")
        text +=
            status.checkpointMs.map {
                language.pick("last checkpoint \(time.short($0))", "最近检查点 \(time.short($0))")
            } ?? language.pick("no checkpoint yet", "尚无检查点")
        let (events, late) = (status.events.grouped, status.lateEvents.grouped)
        text += language.pick(
            " (\(time.zone)); \(events) events, \(late) of them late\n",
            "（\(time.zone)）；共 \(events) 个事件，其中 \(late) 个迟到\n")
        for trouble in status.troubles { text += "! \(trouble.visible)\n" }
        var table = TerminalTable([
            .init(title: language.pick("log", "日志"), isFlexible: true),
            .init(title: language.pick("state", "状态")),
            .init(title: language.pick("bytes", "字节"), alignment: .right),
            .init(title: language.pick("events", "事件"), alignment: .right),
            .init(title: language.pick("rejected", "被拒"), alignment: .right),
            .init(title: language.pick("newest event", "最新事件")),
            .init(title: language.pick("problem", "问题"), isFlexible: true),
        ])
        table.rows = status.sources.map { source in
            [
                .init(source.path.visible), .init(words.logState(source.state)),
                .init(source.bytesRead.grouped),
                .init(source.events.grouped), .init(source.rejected.grouped),
                .init(source.newestMs.map(time.short) ?? ""), .init(source.problem?.visible ?? ""),
            ]
        }
        return text + table.rendered(terminal)
    }
}
