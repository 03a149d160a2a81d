import ArgumentParser
import Presentation

/// How data is written to standard output.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case table, json, csv
}

extension OutputFormat {
    /// What is told, as JSON on one line or as CSV, a row a value; nil where it is to be a table.
    func text(_ value: JSONValue) -> String? {
        switch self {
        case .table: nil
        case .json: value.text + "\n"
        case .csv: value.csv
        }
    }
}
