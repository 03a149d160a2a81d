import Foundation
import GRDB

/// What a running or stopped `tail` is doing, told about once a second.
public struct TailStatus: Sendable, Equatable, Codable {
    /// A log that is or was followed.
    public struct Source: Sendable, Equatable, Codable {
        public var path: String
        /// "waiting", "reading", "finished", "damaged", …
        public var state: String
        public var bytesRead: Int64
        public var events: Int64
        public var rejected: Int64
        /// Event time of its newest event, milliseconds since 1970 UTC.
        public var newestMs: Int64?
        public var problem: String?

        public init(
            path: String, state: String, bytesRead: Int64, events: Int64, rejected: Int64,
            newestMs: Int64? = nil,
            problem: String? = nil
        ) {
            self.path = path
            self.state = state
            self.bytesRead = bytesRead
            self.events = events
            self.rejected = rejected
            self.newestMs = newestMs
            self.problem = problem
        }
    }

    /// "catching up", "following", "idle" or "stopped".
    public var state = "catching up"
    public var processID: Int32 = 0
    /// Wall clock, milliseconds since 1970 UTC; so are the other times but those of events.
    public var startedMs: Int64 = 0
    public var toldMs: Int64 = 0
    public var events: Int64 = 0
    public var eventsPerSecond: Double = 0
    /// Event time up to which events have been taken in canonical order; milliseconds since 1970 UTC.
    public var reachedMs: Int64?
    /// Event time of the newest event that was read.
    public var newestMs: Int64?
    public var accounts: Int64 = 0
    /// Accounts flagged on the day of the newest event, UTC+8; nil before the first event.
    public var flagsToday: Int64?
    public var rejectedLines: Int64 = 0
    public var lateEvents: Int64 = 0
    public var checkpointMs: Int64?
    /// How long the last checkpoint stopped the stream, milliseconds.
    public var standstillMs: Double?
    /// What is wrong at present, a line each.
    public var troubles: [String] = []
    public var sources: [Source] = []

    public init() {}
}

extension CaseFile {
    static func write(_ status: TailStatus, _ db: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try db.execute(
            sql: """
                INSERT INTO tail_status (id, status) VALUES (1, ?)
                ON CONFLICT (id) DO UPDATE SET status = excluded.status
                """, arguments: [String(decoding: try encoder.encode(status), as: UTF8.self)])
    }

    /// What the tail into this file is doing or did last; nil when there never was one.
    public func tailStatus() throws(CaseFileError) -> TailStatus? {
        try read("read the state of the tail in") { db in
            // A file of an older version that is only read has no such table.
            guard try db.tableExists("tail_status"),
                let text = try String.fetchOne(db, sql: "SELECT status FROM tail_status")
            else { return nil }
            do {
                return try JSONDecoder().decode(TailStatus.self, from: Data(text.utf8))
            } catch {
                throw CaseFileError.Cause.damaged("the state of the tail cannot be read")
            }
        }
    }
}
