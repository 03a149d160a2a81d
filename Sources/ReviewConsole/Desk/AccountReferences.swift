import ActivityLog
import CaseFile
import Synchronization

/// Stands for account ids where they must not be seen: `~` and sixteen hexadecimal digits, the same for as long as the
/// database lives.
final class AccountReferences: Sendable {
    private struct Known {
        var accounts: [String: String] = [:]
        /// The change mark of the file when every account was listed last.
        var listedAt: Int?
    }

    private let hash: IdentifierHash
    private let known = Mutex(Known())

    /// - Parameter key: of the database; without it a reference cannot be told from an id.
    init(key: String) { hash = IdentifierHash(key: Array(key.utf8)) }

    /// The account's reference, by which it is found from now on.
    func reference(_ account: String) -> String {
        let reference = make(account)
        known.withLock { $0.accounts[reference] = account }
        return reference
    }

    private func make(_ account: String) -> String {
        let bytes = Array(account.utf8)
        let digits = String(hash(bytes.span.bytes), radix: 16)
        return "~" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func isReference(_ text: String) -> Bool { text.utf8.count == 17 && text.hasPrefix("~") }

    /// The account that a page or a program names, by its reference or its id.
    /// - Returns: nil for a reference to no account.
    func account(_ name: String, _ file: CaseFile) throws(CaseFileError) -> String? {
        guard Self.isReference(name) else { return name }
        if let account = known.withLock({ $0.accounts[name] }) { return account }
        // A page of an earlier process: every account is listed, once until the file changes.
        let mark = try file.changeMark()
        guard known.withLock({ $0.listedAt != mark }) else { return nil }
        let accounts = try file.accountIDs()
        return known.withLock { known in
            for account in accounts { known.accounts[make(account)] = account }
            known.listedAt = mark
            return known.accounts[name]
        }
    }
}
