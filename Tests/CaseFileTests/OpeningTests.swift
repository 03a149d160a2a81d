import Foundation
import GRDB
import Testing

@testable import CaseFile

@Suite struct OpeningTests {
    let folder = TemporaryFolder()

    private func cause(_ body: () throws -> Void) -> CaseFileError.Cause? {
        do {
            try body()
            return nil
        } catch {
            return (error as? CaseFileError)?.cause
        }
    }

    @Test func readingAMissingFileCreatesNothingAndSaysWhatToRun() throws {
        let error = #expect(throws: CaseFileError.self) {
            try CaseFile.open(folder.database, access: .readOnly)
        }
        #expect(error?.cause == .missing)
        #expect(error?.description.contains("run promoguard score first") == true)
        #expect(folder.names.isEmpty)
    }

    @Test func aNewFileHasTheTablesOfTheContract() throws {
        try CaseFile.open(folder.database).close()
        let queue = try DatabaseQueue(path: folder.database)
        try queue.read { db in
            let flagged = try db.columns(in: "flagged_accounts").map { "\($0.name) \($0.type)" }
            #expect(
                flagged == [
                    "account_id TEXT", "risk TEXT", "score REAL", "level TEXT", "first_flagged_ms INTEGER",
                    "last_scored_ms INTEGER", "amount_at_risk_fen INTEGER", "reasons TEXT", "tags TEXT",
                    "gang_id TEXT", "model TEXT", "status TEXT",
                ])
            #expect(try db.primaryKey("flagged_accounts").columns == ["account_id", "risk"])
            #expect(
                try db.columns(in: "decisions").map(\.name) == [
                    "id", "account_id", "risk", "decision", "reviewer", "note", "decided_ms",
                ])
            #expect(
                try db.columns(in: "rejected_lines").map(\.name) == [
                    "source", "line_offset", "reason", "sample",
                ])
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
        }
    }

    @Test func readingLeavesNoFilesBehind() throws {
        let writer = try CaseFile.open(folder.database)
        try writer.commit(.sample())
        writer.close()
        #expect(folder.names == ["cases.sqlite"])
        let reader = try CaseFile.open(folder.database, access: .readOnly)
        #expect(try reader.flags().count == 1)
        reader.close()
        #expect(folder.names == ["cases.sqlite"])
    }

    @Test func aReaderWorksWhileAWriterIsInATransactionAndSeesWhatWasCommitted() throws {
        let file = try CaseFile.open(folder.database)
        try file.commit(.sample("a"))
        let writer = try LockHolder(folder.database, doing: "UPDATE flagged_accounts SET score = 0.1")
        let reader = try CaseFile.open(folder.database, access: .readOnly, busyTimeout: 0.05)
        #expect(try reader.flags().map(\.score) == [0.9])
        try writer.end()
        #expect(try reader.flags().map(\.score) == [0.1])
    }

    @Test func aReaderCannotWrite() throws {
        try CaseFile.open(folder.database).close()
        let reader = try CaseFile.open(folder.database, access: .readOnly)
        #expect(cause { try reader.commit(.sample()) } == .readOnly)
    }

    @Test func lockedByAnotherWriter() throws {
        let file = try CaseFile.open(folder.database, busyTimeout: 0.05)
        let other = try LockHolder(folder.database)
        let error = #expect(throws: CaseFileError.self) { try file.commit(.sample()) }
        #expect(error?.cause == .locked)
        #expect(error?.description.contains("database is locked by another writer") == true)
        #expect(error?.description.contains("\n") == false)
        try other.end("ROLLBACK")
        try file.commit(.sample())
        #expect(try file.flags().count == 1)
    }

    @Test func lockedWhileTheTablesAreMissing() throws {
        let other = try LockHolder(folder.database)
        #expect(cause { _ = try CaseFile.open(folder.database, busyTimeout: 0.05) } == .locked)
        try other.end()
    }

    @Test func aFileOfANewerVersionIsRefusedAndUntouched() throws {
        try CaseFile.open(folder.database).close()
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        let expected = CaseFileError.Cause.newerVersion(found: 99, known: Schema.version)
        #expect(cause { _ = try CaseFile.open(folder.database) } == expected)
        #expect(cause { _ = try CaseFile.open(folder.database, access: .readOnly) } == expected)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
    }

    @Test func noDatabase() throws {
        try Data("ts,event\n1,app_open\n, this is a log and not a database at all".utf8)
            .write(to: URL(fileURLWithPath: folder.database))
        #expect(cause { _ = try CaseFile.open(folder.database) } == .notADatabase)
        #expect(cause { _ = try CaseFile.open(folder.database, access: .readOnly) } == .notADatabase)
    }

    @Test func anotherProgramsDatabase() throws {
        let queue = try DatabaseQueue(path: folder.database)
        try queue.writeWithoutTransaction { try $0.execute(sql: "CREATE TABLE bookmarks (url)") }
        try queue.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        #expect(cause { _ = try CaseFile.open(folder.database) } == .foreign)
        #expect(cause { _ = try CaseFile.open(folder.database, access: .readOnly) } == .foreign)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
    }

    @Test func anEmptyFileIsFilledByAWriterAndRefusedByAReader() throws {
        try Data().write(to: URL(fileURLWithPath: folder.database))
        #expect(cause { _ = try CaseFile.open(folder.database, access: .readOnly) } == .empty)
        let file = try CaseFile.open(folder.database)
        #expect(try file.flags().isEmpty)
    }

    @Test func aFolderAndAPathInNoFolder() throws {
        #expect(cause { _ = try CaseFile.open(folder.path) } == .isFolder)
        #expect(
            cause { _ = try CaseFile.open(folder.path + "/none/cases.sqlite") }
                == .noFolder(folder.path + "/none"))
    }

    /// Permissions do not bind the superuser, so the write-protected cases need another user.
    @Test(.enabled(if: getuid() != 0)) func writeProtected() throws {
        let file = try CaseFile.open(folder.database)
        try file.commit(.sample())
        file.close()
        let files = FileManager.default
        try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder.database)
        try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
        #expect(
            cause {
                let file = try CaseFile.open(folder.database)
                try file.commit(.sample("b"))
            } == .readOnly)
        #expect(cause { _ = try CaseFile.open(folder.path + "/new.sqlite") } == .readOnly)
        let reader = try CaseFile.open(folder.database, access: .readOnly)
        #expect(try reader.flags().count == 1)
        #expect(folder.names == ["cases.sqlite"])
    }

    @Test func aFullDiskWritesNothing() throws {
        let file = try CaseFile.open(folder.database)
        try file.commit(.sample("kept"))
        // The limit makes SQLite report what a full disk makes it report.
        try file.queue.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count")!
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        var batch = CaseBatch()
        batch.flags = (0..<5_000).map { .sample("acc-\($0)") }
        let error = #expect(throws: CaseFileError.self) { try file.commit(batch) }
        #expect(error?.cause == .diskFull)
        #expect(error?.description.contains("disk is full") == true)
        #expect(try file.flags().map(\.accountID) == ["kept"])
        #expect(try file.metadata().isEmpty)
    }
}
