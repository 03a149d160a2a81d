/// Finds what counts the accounts on things that no table knows by their link's key, a fingerprint within a network and
/// a rush on a merchant; made anew for each search.
///
/// Such a link holds a part of a table's key, which two keys share by chance of 2^-48 or 2^-32 a pair; then the one with
/// the smaller key counts.
struct CrowdIndex {
    private var networks = Rows()
    private var merchants = Rows()

    private struct Rows {
        private var numbers = KeyIndex()
        private var rows: [(key: UInt64, row: UInt32)] = []

        mutating func add(_ part: UInt64, key: UInt64, row: UInt32) {
            let number = numbers.number(of: part, next: rows.count)
            if number == rows.count {
                rows.append((key, row))
            } else if key < rows[number].key {
                rows[number] = (key, row)
            }
        }

        subscript(_ part: UInt64) -> UInt32? { numbers[part].map { rows[$0].row } }
    }

    init() {}

    mutating func add(network key: UInt64, row: UInt32) {
        networks.add(LinkKind.network(ofPrint: key), key: key, row: row)
    }

    mutating func add(merchant key: UInt64, row: UInt32) {
        merchants.add(UInt64(UInt32(truncatingIfNeeded: key)), key: key, row: row)
    }

    func network(ofPrint key: UInt64) -> UInt32? { networks[LinkKind.network(ofPrint: key)] }

    func merchant(ofRush key: UInt64) -> UInt32? { merchants[key >> 32] }
}

extension LinkKind {
    /// The key of a fingerprint within a network: 48 bits of the network's, 16 of the fingerprint's.
    @inline(__always)
    static func printKey(_ fingerprint: UInt64, network: UInt64) -> UInt64 {
        fingerprint == 0 || network == 0
            ? 0 : self.network(ofPrint: network) | UInt64(RecentSet.fingerprint(fingerprint))
    }

    static func network(ofPrint key: UInt64) -> UInt64 { key & ~0xFFFF }

    /// The key of a rush: 32 bits of the merchant's, and the half-day.
    static func rushKey(_ merchant: UInt32, at ms: Int64) -> UInt64 {
        UInt64(merchant) << 32 | UInt64(HalfDayCounts.number(at: ms))
    }
}

extension FeatureEngine {
    /// Of all networks that accounts with links were seen in, and all merchants.
    func indexCrowds() -> CrowdIndex {
        var index = CrowdIndex()
        var named = KeyIndex()
        accounts.forEachRow { _, account in
            guard account.pointee.linksRow != 0 else { return }
            let links = links.pointer(account.pointee.linksRow)
            for place in 0..<Int(links.pointee.count) where links.pointee[place].kind == .print {
                _ = named.number(of: LinkKind.network(ofPrint: links.pointee[place].key), next: 0)
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
        guard let row = crowds.network(ofPrint: key) else { return 0 }
        let network = networks.pointer(row)
        guard network.pointee.lastMs >= placeMemoryLimitMs else { return 0 }
        return network.pointee.fingerprints.most(of: UInt16(truncatingIfNeeded: key))
    }

    /// How many orders a merchant had in a rush.
    func ordersIn(rush key: UInt64, _ crowds: CrowdIndex) -> Float {
        guard let row = crowds.merchant(ofRush: key) else { return 0 }
        let merchant = merchants.pointer(row)
        guard merchant.pointee.lastMs >= memoryLimitMs else { return 0 }
        return Float(merchant.pointee.rushes.count(UInt32(truncatingIfNeeded: key)))
    }
}
