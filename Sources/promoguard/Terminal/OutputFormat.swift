import ArgumentParser

/// How data is written to standard output.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    case table, json, csv
}
