import GRDB

/// A filter of the queue that a reviewer gave a name.
public struct SavedFilter: Sendable, Equatable {
    public var name: String
    /// As the console's address bar writes it.
    public var query: String

    public init(name: String, query: String) {
        self.name = name
        self.query = query
    }
}

extension CaseFile {
    /// In the order of names.
    public func savedFilters() throws(CaseFileError) -> [SavedFilter] {
        try read("list the saved filters in") { db in
            try Row.fetchAll(db, sql: "SELECT name, query FROM saved_filters ORDER BY name").map {
                SavedFilter(name: $0[0], query: $0[1])
            }
        }
    }

    /// Keeps a filter, in place of one of the same name.
    public func save(_ filter: SavedFilter) throws(CaseFileError) {
        try write("save a filter in") { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO saved_filters (name, query) VALUES (?, ?)",
                arguments: [filter.name.storable, filter.query.storable])
        }
    }

    public func deleteFilter(named name: String) throws(CaseFileError) {
        try write("delete a filter from") { db in
            try db.execute(sql: "DELETE FROM saved_filters WHERE name = ?", arguments: [name.storable])
        }
    }
}
