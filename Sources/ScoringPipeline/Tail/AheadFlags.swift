import CaseFile
import RiskFeatures
import RiskModel

/// The flags seen ahead of the canonical order that the database shows, or shall show with the next commit.
struct AheadFlags {
    private struct Key: Hashable {
        var account: UInt64
        var risk: Risk
    }

    private struct Entry {
        var flag: FlagBook.Flag
        /// It came of the scoring at the end of the logs, and stays until that is done again.
        var isFinal: Bool
        /// The database does not show it yet.
        var isNew = true

        mutating func merge(_ later: FlagBook.Flag) {
            isNew = true
            isFinal = false
            flag.firstFlaggedMs = min(flag.firstFlaggedMs, later.firstFlaggedMs)
            flag.lastScoredMs = max(flag.lastScoredMs, later.lastScoredMs)
            flag.amountAtRiskFen = max(flag.amountAtRiskFen, later.amountAtRiskFen)
            guard later.isHighest, !flag.isHighest || later.logOdds > flag.logOdds else { return }
            flag.isHighest = true
            flag.logOdds = later.logOdds
            flag.vector = later.vector
        }
    }

    private var entries: [Key: Entry] = [:]
    /// What the database shows and shall show no longer.
    private var withdrawn: Set<FlagKey> = []

    /// Withdraws what an earlier process showed and this one has not raised again.
    mutating func adopt(_ orphans: [FlagKey]) {
        withdrawn.formUnion(orphans)
        for (key, entry) in entries { withdrawn.remove(AheadFlags.name(key, entry.flag)) }
    }

    var hasChanges: Bool { !withdrawn.isEmpty || entries.values.contains(where: \.isNew) }

    /// Takes flags that were raised ahead.
    mutating func add(_ book: FlagBook) {
        AheadFlags.forEach(book) { key, flag in
            entries[key, default: Entry(flag: flag, isFinal: false)].merge(flag)
            withdrawn.remove(AheadFlags.name(key, flag))
        }
    }

    /// Takes the flags of the scoring at the end of the logs in place of all others.
    mutating func settle(_ book: FlagBook) {
        withdrawAll()
        AheadFlags.forEach(book) { key, flag in
            entries[key] = Entry(flag: flag, isFinal: true)
            withdrawn.remove(AheadFlags.name(key, flag))
        }
    }

    mutating func withdrawAll() {
        for (key, entry) in entries { withdrawn.insert(AheadFlags.name(key, entry.flag)) }
        entries.removeAll()
    }

    /// Withdraws what the canonical order has come past: it has said its own by now.
    mutating func expire(before ms: Int64) {
        let past = entries.filter { !$0.value.isFinal && $0.value.flag.lastScoredMs < ms }
        for (key, entry) in past {
            withdrawn.insert(AheadFlags.name(key, entry.flag))
            entries[key] = nil
        }
    }

    /// What has to be laid over its row again, since the row changes.
    mutating func renew(under canonical: FlagBook) {
        AheadFlags.forEach(canonical) { key, _ in entries[key]?.isNew = true }
    }

    /// What the database has yet to show.
    var fresh: FlagBook {
        var flags: [[FlagBook.Flag]] = [[], []]
        for (key, entry) in entries where entry.isNew { flags[key.risk.index].append(entry.flag) }
        return FlagBook(flags)
    }

    /// What it has yet to show no longer, in the order of ids.
    var gone: [FlagKey] {
        withdrawn.sorted { ($0.accountID, $0.risk) < ($1.accountID, $1.risk) }
    }

    /// The database shows all.
    mutating func areShown() {
        for key in entries.keys { entries[key]!.isNew = false }
        withdrawn.removeAll()
    }

    private static func forEach(_ book: FlagBook, _ body: (Key, FlagBook.Flag) -> Void) {
        for risk in Risk.allCases {
            for flag in book.flags[risk.index] { body(Key(account: flag.accountKey, risk: risk), flag) }
        }
    }

    private static func name(_ key: Key, _ flag: FlagBook.Flag) -> FlagKey {
        FlagKey(accountID: flag.accountID, risk: key.risk.rawValue)
    }
}
