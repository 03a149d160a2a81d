import CaseFile
import Foundation
import Hummingbird

/// Deciding and undoing, for pages and programs alike.
struct Decisions: Sendable {
    let desk: Desk
    let references: AccountReferences
    let undoBook: UndoBook

    static let longestNote = 2000

    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// Records one verdict on several selections.
    /// - Returns: the name to undo it by, and what was recorded.
    func decide(
        _ verdict: Verdict, _ selections: [FlagSelection], reviewer: String, note: String?,
        expecting: Int? = nil
    ) async throws -> (name: String, entry: UndoBook.Entry) {
        if let note, note.utf8.count > Self.longestNote { throw ConsoleError.badValue("note") }
        let note = note?.isEmpty == true ? nil : note
        let decided = try await desk.write { file in
            try selections.map {
                try file.decide(
                    verdict, $0, reviewer: reviewer, note: note, decidedMs: Self.now, expecting: expecting)
            }
        }
        let entry = UndoBook.Entry(
            verdict: verdict, decisions: decided.flatMap(\.added).map(\.id),
            repeated: decided.reduce(0) { $0 + $1.repeated })
        return (undoBook.add(entry), entry)
    }

    /// Takes back what was decided under that name.
    /// - Returns: on how many flags it was.
    func undo(_ name: String, reviewer: String) async throws -> Int {
        guard let entry = undoBook.take(name) else {
            throw ConsoleError(
                .conflict, "This decision was undone already, or is too old: undo it on the account's page.",
                "该处理已撤销或时间过久：请在账号页面撤销。")
        }
        return try await undo([.decisions(entry.decisions)], reviewer: reviewer)
    }

    func undo(_ selections: [FlagSelection], reviewer: String) async throws -> Int {
        try await desk.write { file in
            try selections.reduce(0) {
                try $0 + file.undo($1, reviewer: reviewer, decidedMs: Self.now).count
            }
        }
    }

    /// The flags that a page's boxes name, each `reference:risk`.
    func selections(_ boxes: [String]) throws -> [FlagSelection] {
        var accounts: [String: [String]] = [:]
        for box in boxes {
            let sides = box.split(separator: ":", maxSplits: 1).map(String.init)
            guard sides.count == 2 else { throw ConsoleError.badValue("flag") }
            accounts[sides[1], default: []].append(try account(sides[0]))
        }
        return accounts.sorted { $0.key < $1.key }.map { .accounts($0.value, risk: $0.key) }
    }

    /// The account of that reference or id.
    func account(_ name: String) throws -> String {
        guard let account = try references.account(name, desk.lookups) else { throw ConsoleError.noAccount }
        return account
    }
}
