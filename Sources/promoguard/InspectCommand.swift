import ActivityLog
import ArgumentParser
import Presentation
import RiskFeatures
import ScoringPipeline

/// `promoguard inspect LOG…`
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract:
            "Say what is in these logs: events, field coverage, what was rejected, which features are blind.")

    @OptionGroup var logs: LogOptions

    @Option(help: "How the findings are printed: table, json or csv (name,value).")
    var format: OutputFormat = .table

    @OptionGroup var verbosity: Verbosity

    @Option(
        help: ArgumentHelp(
            "Write the format file to start from, with guesses for the names that are not known yet.",
            valueName: "file"),
        completion: .file(extensions: ["json"]))
    var formatFile: String?

    func run() throws {
        let progress = ProgressLine(verbosity)
        let inspection = try LogInspection(
            paths: logs.logs, configuration: logs.configuration(), progress: progress.update)
        progress.end()
        try Terminal.write(
            format.text(InspectionText.json(inspection))
                ?? InspectionText.tables(inspection, .standardOutput()))
        for format in inspection.read.formats {
            guard let text = FormatStarter.text(for: format) else { continue }
            if let formatFile {
                let path = inspection.read.formats.count == 1 ? formatFile : "\(format.name)-\(formatFile)"
                try OutputFile.check(path, besides: logs.logs)
                try OutputFile(path, bytes: Array(text.utf8)).putInPlace()
            } else if self.format == .table {
                try Terminal.write(
                    "\nWhat is missing, to start from; check the guesses, then --input-format FILE:\n\n"
                        + text)
            }
        }
        let summary = ReadSummary(report: inspection.read)
        summary.complain()
        try summary.exitIfIncomplete()
    }
}

/// What was found in logs, for a person or a program.
enum InspectionText {
    static func tables(_ inspection: LogInspection, _ terminal: Terminal) -> String {
        let read = inspection.read
        let formats = Set(read.sources.map { $0.format.isEmpty ? "none recognised" : $0.format }).sorted()
        let named = formats == ["canonical"] ? "canonical (version 1)" : formats.joined(separator: ", ")
        var facts = TerminalTable([.init(title: "format"), .init(title: named)])
        facts.rows = [
            ["events", .init(read.events.grouped)],
            ["time span", .init(ReadSummary(report: read).span ?? "no events")],
            ["duplicates", .init(read.duplicates.grouped)],
            ["late", .init(read.late.grouped)],
        ]
        var tables = [facts, sources(read), types(inspection), fields(inspection)]
        if !read.rejections.isEmpty { tables.append(rejections(read)) }
        for format in read.formats {
            if !format.unmapped.isEmpty { tables.append(unmapped(format)) }
            if format.unfit.contains(where: { $0 > 0 }) { tables.append(unfit(format)) }
        }
        if !inspection.blindFeatures.isEmpty { tables.append(blindFeatures(inspection)) }
        return tables.map { $0.rendered(terminal) }.joined(separator: "\n")
    }

    private static func sources(_ read: ReadReport) -> TerminalTable {
        var table = TerminalTable([
            .init(title: "source", isFlexible: true), .init(title: "kind"), .init(title: "format"),
            .init(title: "lines", alignment: .right), .init(title: "records", alignment: .right),
            .init(title: "events", alignment: .right), .init(title: "left out", alignment: .right),
            .init(title: "rejected", alignment: .right), .init(title: "problem", isFlexible: true),
        ])
        for source in read.sources {
            let problem = read.unreadable.first { $0.path == source.path }?.why ?? source.note ?? ""
            table.rows.append([
                .init(source.path), .init(source.isGzip ? "gzip" : "plain"), .init(source.format),
                .init(source.lines.grouped), .init(source.records.grouped), .init(source.events.grouped),
                .init(source.dropped.grouped), .init(source.rejected.grouped), .init(problem, .red),
            ])
        }
        return table
    }

    private static func unmapped(_ format: ReadReport.Format) -> TerminalTable {
        var table = TerminalTable([
            .init(title: "event of \(format.name) without a type", isFlexible: true),
            .init(title: "events", alignment: .right), .init(title: "a guess"),
        ])
        for row in format.unmapped.prefix(40) {
            let guess = EventGuess.type(of: row.name).map { "\($0.name)" } ?? ""
            table.rows.append([.init(row.name.visible), .init(row.count.grouped), .init(guess)])
        }
        return table
    }

    private static func unfit(_ format: ReadReport.Format) -> TerminalTable {
        var table = TerminalTable([
            .init(title: "field of \(format.name)"), .init(title: "values that are none", alignment: .right),
        ])
        for field in EventField.allCases where format.unfit[Int(field.rawValue)] > 0 {
            table.rows.append([
                .init("\(field.name)"), .init(format.unfit[Int(field.rawValue)].grouped),
            ])
        }
        return table
    }

    private static func types(_ inspection: LogInspection) -> TerminalTable {
        var table = TerminalTable([
            .init(title: "event"), .init(title: "events", alignment: .right),
            .init(title: "share", alignment: .right),
        ])
        let total = Double(max(inspection.eventTypes.reduce(0) { $0 + $1.events }, 1))
        for row in inspection.eventTypes {
            table.rows.append([
                .init("\(row.type.name)"), .init(row.events.grouped),
                .init(NumberText.percent(Double(row.events) / total)),
            ])
        }
        return table
    }

    private static func fields(_ inspection: LogInspection) -> TerminalTable {
        var table = TerminalTable([.init(title: "field"), .init(title: "coverage", alignment: .right)])
        for row in inspection.coverage {
            table.rows.append([.init("\(row.field.name)"), .init(NumberText.percent(row.share))])
        }
        return table
    }

    private static func rejections(_ read: ReadReport) -> TerminalTable {
        var table = TerminalTable([
            .init(title: "rejected"), .init(title: "lines", alignment: .right),
            .init(title: "for example", isFlexible: true),
        ])
        for row in read.rejections {
            var example = ""
            if let line = read.rejectedSamples.first(where: { $0.reason == row.reason }) {
                example =
                    "\(read.sources[line.source].path) byte \(line.offset): "
                    + String(decoding: line.sample.prefix(80), as: UTF8.self)
            }
            table.rows.append([.init(row.reason.name), .init(row.lines.grouped), .init(example)])
        }
        return table
    }

    private static func blindFeatures(_ inspection: LogInspection) -> TerminalTable {
        var table = TerminalTable([
            .init(title: "feature that cannot work"), .init(title: "for want of", isFlexible: true),
        ])
        for row in inspection.blindFeatures {
            let missing = row.missing.map { "\($0.name)" }.joined(separator: ", ")
            table.rows.append([.init(row.feature.name), .init(missing)])
        }
        return table
    }

    static func json(_ inspection: LogInspection) -> JSONValue {
        let read = inspection.read
        return .object([
            (
                "format",
                .string(
                    Set(read.sources.map(\.format)).filter { !$0.isEmpty }.sorted().joined(separator: ","))
            ),
            ("formats", .array(read.formats.map(json))),
            ("events", .integer(read.events)), ("duplicates", .integer(read.duplicates)),
            ("late", .integer(read.late)),
            ("first_ms", read.firstMs.map { .integer($0) } ?? .null),
            ("last_ms", read.lastMs.map { .integer($0) } ?? .null),
            ("sources", .array(read.sources.map { json($0, read) })),
            ("event_types", .object(inspection.eventTypes.map { ("\($0.type.name)", .integer($0.events)) })),
            ("coverage", .object(inspection.coverage.map { ("\($0.field.name)", .number($0.share)) })),
            ("rejected", .array(read.rejections.map { json($0.reason, $0.lines, read) })),
            (
                "blind_features",
                .array(
                    inspection.blindFeatures.map {
                        .object([
                            ("feature", .string($0.feature.name)),
                            ("missing", .array($0.missing.map { .string("\($0.name)") })),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ source: ReadReport.Source, _ read: ReadReport) -> JSONValue {
        .object([
            ("path", .string(source.path)), ("kind", .string(source.isGzip ? "gzip" : "plain")),
            ("format", .string(source.format)), ("lines", .integer(source.lines)),
            ("records", .integer(source.records)), ("events", .integer(source.events)),
            ("left_out", .integer(source.dropped)), ("rejected", .integer(source.rejected)),
            ("problem", JSONValue(read.unreadable.first { $0.path == source.path }?.why)),
        ])
    }

    private static func json(_ format: ReadReport.Format) -> JSONValue {
        .object([
            ("format", .string(format.name)),
            (
                "unmapped_events",
                .array(
                    format.unmapped.map {
                        .object([
                            ("name", .string($0.name)), ("events", .integer($0.count)),
                            ("guess", JSONValue(EventGuess.type(of: $0.name).map { "\($0.name)" })),
                        ])
                    })
            ),
            (
                "unfit_values",
                .object(
                    EventField.allCases.filter { format.unfit[Int($0.rawValue)] > 0 }.map {
                        ("\($0.name)", .integer(format.unfit[Int($0.rawValue)]))
                    })
            ),
            ("unkeyed_values", .integer(format.unkeyed)),
            ("unreadable_strings", .integer(format.unreadableStrings)),
            ("session_keys", .integer(format.sessionKeys)),
        ])
    }

    private static func json(_ reason: RejectReason, _ lines: Int64, _ read: ReadReport) -> JSONValue {
        .object([
            ("reason", .string(reason.name)), ("lines", .integer(lines)),
            (
                "samples",
                .array(
                    read.rejectedSamples.filter { $0.reason == reason }.map { line in
                        .object([
                            ("source", .string(read.sources[line.source].path)),
                            ("line_offset", .integer(line.offset)),
                            ("sample", .string(String(decoding: line.sample, as: UTF8.self))),
                        ])
                    })
            ),
        ])
    }
}
