import GRDB

/// The SQLite file with flags, decisions and rejected lines: the only room that speaks SQL.
public final class CaseFile: Sendable {
    init() {}
}
