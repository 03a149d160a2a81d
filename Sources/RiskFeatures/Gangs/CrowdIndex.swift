/// Finds what counts the accounts on things that no table knows by their link's key, a fingerprint within a network and
/// a rush on a merchant; made anew for each search.
///
/// Such a link holds a part of a table's key. What two keys share by chance counts for both: too large a crowd ties less.
struct CrowdIndex {
    private var prints = KeyIndex()
    private var networks: [UInt64: [UInt32]] = [:]
    private var merchants: [UInt16: [UInt32]] = [:]

    init() {}

    mutating func add(print key: UInt64) { _ = prints.number(of: key, next: 0) }

    mutating func add(network key: UInt64, row: UInt32) {
        networks[LinkKind.network(ofPrint: key), default: []].append(row)
    }

    mutating func add(merchant key: UInt64, row: UInt32) {
        merchants[RecentSet.fingerprint(key), default: []].append(row)
    }

    /// Whether two flagged accounts or more came with a fingerprint from its network.
    func isShared(print key: UInt64) -> Bool { prints[key] != nil }

    func networks(ofPrint key: UInt64) -> [UInt32] { networks[LinkKind.network(ofPrint: key)] ?? [] }

    func merchants(ofRush key: UInt64) -> [UInt32] { merchants[UInt16(truncatingIfNeeded: key >> 32)] ?? [] }
}

extension LinkKind {
    /// The key of a fingerprint within a network: 48 bits of the network's, 16 of the fingerprint's.
    @inline(__always)
    static func printKey(_ fingerprint: UInt64, network: UInt64) -> UInt64 {
        fingerprint == 0 || network == 0
            ? 0 : self.network(ofPrint: network) | UInt64(RecentSet.fingerprint(fingerprint))
    }

    static func network(ofPrint key: UInt64) -> UInt64 { key & ~0xFFFF }

    /// The key of a rush: 16 bits of the merchant's, and the half-day.
    static func rushKey(_ merchant: UInt16, at ms: Int64) -> UInt64 {
        UInt64(merchant) << 32 | UInt64(HalfDayCounts.number(at: ms))
    }
}

extension FeatureEngine {
    /// Of the fingerprints that two flagged accounts or more have, and of all merchants.
    func indexCrowds() -> CrowdIndex {
        var index = CrowdIndex()
        // Most fingerprints are seen with one flagged account alone, and need no place in any list.
        var numbers = KeyIndex()
        var isShared: [Bool] = []
        var named = KeyIndex()
        accounts.forEachRow { _, account in
            guard account.pointee.linksRow != 0, account.pointee.memory.isFlagged else { return }
            let links = links.pointer(account.pointee.linksRow)
            for place in 0..<Int(links.pointee.count) where links.pointee[place].kind == .print {
                let key = links.pointee[place].key
                let number = numbers.number(of: key, next: isShared.count)
                if number == isShared.count {
                    isShared.append(false)
                } else if !isShared[number] {
                    isShared[number] = true
                    index.add(print: key)
                    _ = named.number(of: LinkKind.network(ofPrint: key), next: 0)
                }
            }
        }
        networks.forEachKeyAndRow { key, row in
            if named[LinkKind.network(ofPrint: key)] != nil { index.add(network: key, row: row) }
        }
        merchants.forEachKeyAndRow { key, row in index.add(merchant: key, row: row) }
        return index
    }

    /// How many accounts, at most, came with a fingerprint from a network.
    func accountsOn(print key: UInt64, _ crowds: CrowdIndex) -> Float {
        crowds.networks(ofPrint: key).reduce(0) { sum, row in
            let network = networks.pointer(row)
            guard network.pointee.lastMs >= placeMemoryLimitMs else { return sum }
            return sum + network.pointee.fingerprints.most(of: UInt16(truncatingIfNeeded: key))
        }
    }

    /// How many orders a merchant had in a rush.
    func ordersIn(rush key: UInt64, _ crowds: CrowdIndex) -> Float {
        crowds.merchants(ofRush: key).reduce(0) { sum, row in
            let merchant = merchants.pointer(row)
            guard merchant.pointee.lastMs >= memoryLimitMs else { return sum }
            return sum + Float(merchant.pointee.rushes.count(UInt32(truncatingIfNeeded: key)))
        }
    }
}
