import ActivityLog

/// How many lines of the logs at each path were rejected; several logs may have had one path, one after the other.
struct RejectedByPath {
    private var lines: [String: Int64] = [:]

    init() {}

    init(_ report: ReadReport) {
        for source in report.sources { lines[source.path, default: 0] += source.rejected }
    }

    subscript(path: String) -> Int64? { lines[path] }
}
