import GRDB

/// How long a commit waits for the disk. One that does not wait is whole or not at all after a power cut too, and lasts
/// once `CaseFile.sync` has been called; a killed process loses nothing in any case.
public enum DiskWait: Sendable {
    /// Until it lasts.
    case always
    /// Only when the journal has grown long and is folded into the file.
    case seldom
    /// Not at all: the journal grows meanwhile. For while the disk is busy with something large.
    case never

    func apply(_ db: Database) throws {
        let (synchronous, pages) =
            switch self {
            case .always: ("FULL", 1_000)
            case .seldom: ("NORMAL", 1_000)
            case .never: ("NORMAL", 0)
            }
        try db.execute(sql: "PRAGMA synchronous = \(synchronous); PRAGMA wal_autocheckpoint = \(pages)")
    }
}
