import CaseFile
import Dispatch

/// The case file as the console uses it: reading and writing apart, and neither on the threads that serve requests.
struct Desk: Sendable {
    /// For pages and lists.
    private let pages: CaseFile
    /// For single accounts and for changes: never behind a page.
    let lookups: CaseFile
    /// For sums over every flag: never before a page.
    private let sums: CaseFile
    private let writes: CaseFile
    private let reading = DispatchQueue(label: "console reads")
    private let summing = DispatchQueue(label: "console sums")
    private let writing = DispatchQueue(label: "console writes")

    /// - Throws: `CaseFileError`, also when there is no such file.
    init(database: String) throws(CaseFileError) {
        pages = try CaseFile.open(database, access: .readOnly)
        lookups = try CaseFile.open(database, access: .readOnly)
        sums = try CaseFile.open(database, access: .readOnly)
        writes = try CaseFile.open(database)
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (CaseFile) throws -> T) async throws -> T {
        try await run(pages, reading, body)
    }

    func sum<T: Sendable>(_ body: @escaping @Sendable (CaseFile) throws -> T) async throws -> T {
        try await run(sums, summing, body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (CaseFile) throws -> T) async throws -> T {
        try await run(writes, writing, body)
    }

    private func run<T: Sendable>(
        _ file: CaseFile, _ queue: DispatchQueue, _ body: @escaping @Sendable (CaseFile) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body(file) }) }
        }
    }

    /// Tells this database from any other.
    func identity() throws(CaseFileError) -> String { try writes.identity() }

    func close() {
        pages.close()
        lookups.close()
        sums.close()
        writes.close()
    }
}
