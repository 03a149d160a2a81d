import ArgumentParser
import CaseFile
import Foundation

/// Who works with the case file.
struct ReviewerOptions: ParsableArguments {
    @Option(help: "Who does this, for the record (default: the user's name on this machine).")
    var reviewer: String?

    var name: String {
        let environment = ProcessInfo.processInfo.environment
        return reviewer ?? environment["USER"] ?? environment["LOGNAME"] ?? "unknown"
    }

    /// Wall clock, milliseconds since 1970 UTC.
    static var nowMs: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}

extension DatabaseOptions {
    /// The case file, for a command that shows ids: with whole ids that is written into the audit trail first.
    /// - Parameter action: what is done, and of what.
    func open(
        isUnmasked: Bool, by reviewer: ReviewerOptions, _ action: String, account: String? = nil,
        detail: String? = nil
    ) throws -> CaseFile {
        let file = try open(.readOnly)
        guard isUnmasked else { return file }
        // Opened for writing only where there is a file, so that a mistyped name creates none.
        file.close()
        let writer = try open(.readWrite)
        try writer.audit(
            action, who: reviewer.name, account: account, detail: detail, atMs: ReviewerOptions.nowMs)
        return writer
    }
}
