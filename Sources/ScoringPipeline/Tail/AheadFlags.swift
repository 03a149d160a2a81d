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

        mutating func merge(_ later: FlagBook.Flag) {
            isFinal = false
            flag.merge(later)
        }
    }

    private var entries: [Key: Entry] = [:]
    /// Those that the canonical order will come past: what is not final.
    private var raised: Set<Key> = []
    /// What the database does not show yet. There are thousands of entries and some commits a second, so that what a
    /// commit asks for is kept and not looked for.
    private var unshown: Set<Key> = []
    /// What the database shows and shall show no longer.
    private var withdrawn: Set<FlagKey> = []
    /// The scoring at the end of the logs has been done since the last commit.
    private var isSettled = false
    /// Up to where the canonical order had come when `raised` was looked through last.
    private var passedMs = Int64.min

    /// Withdraws what an earlier process showed and this one has not raised again.
    mutating func adopt(_ orphans: [FlagKey]) {
        guard !orphans.isEmpty else { return }
        withdrawn.formUnion(orphans)
        for (key, entry) in entries { withdrawn.remove(AheadFlags.name(key, entry.flag)) }
    }

    var hasChanges: Bool { !withdrawn.isEmpty || !unshown.isEmpty }

    /// Takes flags that were raised ahead.
    mutating func add(_ book: FlagBook) {
        AheadFlags.forEach(book) { key, flag in
            entries[key, default: Entry(flag: flag, isFinal: false)].merge(flag)
            raised.insert(key)
            unshown.insert(key)
            withdrawn.remove(AheadFlags.name(key, flag))
        }
    }

    /// Takes the flags of the scoring at the end of the logs in place of all others; what is shown already stays as it is.
    mutating func settle(_ book: FlagBook) {
        isSettled = true
        let (before, unshownBefore) = (entries, unshown)
        withdrawAll()
        AheadFlags.forEach(book) { key, flag in
            entries[key] = Entry(flag: flag, isFinal: true)
            withdrawn.remove(AheadFlags.name(key, flag))
            let isShown = before[key].map { $0.flag.saysTheSame(as: flag) && !unshownBefore.contains(key) }
            if isShown != true { unshown.insert(key) }
        }
    }

    mutating func withdrawAll() {
        for (key, entry) in entries { withdrawn.insert(AheadFlags.name(key, entry.flag)) }
        entries.removeAll()
        raised.removeAll()
        unshown.removeAll()
    }

    /// Withdraws what the canonical order has come past: it has said its own by now. Once a second of event time is
    /// soon enough.
    mutating func expire(before ms: Int64) {
        guard passedMs == .min || ms < passedMs || ms - passedMs >= 1_000 else { return }
        passedMs = ms
        for key in raised {
            guard let entry = entries[key], entry.flag.lastScoredMs < ms else { continue }
            withdrawn.insert(AheadFlags.name(key, entry.flag))
            entries[key] = nil
            raised.remove(key)
            unshown.remove(key)
        }
    }

    /// What has to be laid over its row again, since the row changes.
    mutating func renew(under canonical: FlagBook) {
        AheadFlags.forEach(canonical) { key, _ in
            if entries[key] != nil { unshown.insert(key) }
        }
    }

    /// What the database has yet to show, the earliest first.
    var fresh: FlagBook { book(unshown) }

    /// The flags whose accounts may have done something since the last commit: at the end of the logs all, for not every
    /// event changes a flag.
    var active: FlagBook { isSettled ? book(entries.keys) : fresh }

    private func book(_ keys: some Sequence<Key>) -> FlagBook {
        var flags: [[FlagBook.Flag]] = [[], []]
        for key in keys { flags[key.risk.index].append(entries[key]!.flag) }
        return FlagBook(
            flags.map {
                $0.sorted { ($0.firstFlaggedMs, $0.accountKey) < ($1.firstFlaggedMs, $1.accountKey) }
            })
    }

    /// What it has yet to show no longer, in the order of ids.
    var gone: [FlagKey] {
        withdrawn.sorted { ($0.accountID, $0.risk) < ($1.accountID, $1.risk) }
    }

    /// The database shows all.
    mutating func areShown() {
        isSettled = false
        unshown.removeAll()
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
