import ArgumentParser
import RiskModel

/// A table in place of logs, and what its columns are.
struct TableOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A CSV table instead of logs: columns of numbers, text columns as categories, empty is missing.",
            valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var table: String?

    @Option(help: ArgumentHelp("The table's column with 1 for abuse and 0 for none.", valueName: "column"))
    var label: String?

    @Option(
        help: ArgumentHelp(
            "The table's column that names the account (default: account_id where there is one).",
            valueName: "column"))
    var id: String?

    @Option(
        help: ArgumentHelp(
            "The table's column with the row's time: milliseconds or ISO 8601, without a zone UTC+8 (default: as_of_ms where there is one).",
            valueName: "column"))
    var time: String?

    @Option(
        help: ArgumentHelp(
            "The table's column of what belongs together, such as a gang: never split, drawn together.",
            valueName: "column"))
    var group: String?

    @Option(
        help: ArgumentHelp(
            "The table's column of how many accounts a row stands for, such as 10 where one in ten was drawn.",
            valueName: "column"))
    var weight: String?

    @Option(help: ArgumentHelp("A column of the table to leave out; may be repeated.", valueName: "column"))
    var ignore: [String] = []

    var roles: TableRoles {
        TableRoles(label: label, id: id, time: time, group: group, weight: weight, ignored: Set(ignore))
    }

    /// - Throws: where logs and a table are mixed, or neither is there.
    func check(logs: [String], labels: String?) throws {
        if table != nil {
            guard logs.isEmpty && labels == nil else {
                throw ValidationError("--table takes the place of logs and --labels: leave them out")
            }
        } else {
            guard [label, id, time, group, weight].allSatisfy({ $0 == nil }), ignore.isEmpty else {
                throw ValidationError(
                    "--label, --id, --time, --group, --weight and --ignore go with --table")
            }
            guard !logs.isEmpty else {
                throw ValidationError("Missing expected argument '<log> ...' (or --table)")
            }
            guard labels != nil else { throw ValidationError("Missing expected argument '--labels <csv>'") }
        }
    }
}
