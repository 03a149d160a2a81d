/// A table read for training: its rows, and what to tell of it.
public struct TrainingTable: Sendable {
    public let scan: TableScan
    public private(set) var set: TrainingSet
    /// Rows whose label is empty; they take no part.
    public private(set) var unlabelled = 0

    /// Reads the rows that have a label.
    /// - Parameter column: how a feature enters a head.
    /// - Throws: as `TableScan` and `TableReader`, where no column tells anything, and where one account is labelled both
    ///   ways at one time.
    public init(
        _ path: String, roles: TableRoles, column: (String) -> TrainingColumn = { TrainingColumn($0) }
    ) throws(CSVError) {
        /// What an account was said to be at one time.
        struct Judgement: Hashable {
            let account: UInt64
            let time: Int64
        }
        scan = try TableScan(path, roles: roles)
        guard !scan.features.isEmpty else {
            throw CSVError(
                file: path,
                reason:
                    "no column is left to learn from, for each is the same in every row, empty, or text of which"
                    + " no value is frequent; add columns of numbers")
        }
        set = TrainingSet(columns: scan.features.map(column))
        set.reserveCapacity(scan.rows)
        var reader = try TableReader(
            path, features: scan.features, categories: scan.categories, roles: roles)
        let hasID = reader.idColumn != nil
        var accounts: [UInt64: Int] = [:]
        var judgements: [Judgement: (label: Bool, line: Int)] = [:]
        while try reader.next() {
            guard let label = reader.label else {
                unlabelled += 1
                continue
            }
            var account = set.count
            if hasID {
                let key = textHash(reader.id.utf8)
                account = accounts[key] ?? accounts.count
                accounts[key] = account
                let judgement = Judgement(account: key, time: reader.time)
                if let earlier = judgements[judgement], earlier.label != label {
                    throw CSVError(
                        file: path, line: reader.line,
                        reason:
                            "it labels \(quotedShort(reader.id)) \(label ? 1 : 0), but line \(earlier.line)"
                            + " labels it \(label ? 0 : 1); keep one of them, or tell them apart with --time")
                }
                judgements[judgement] = (label, reader.line)
            }
            let group = reader.group ?? mix(UInt64(account))
            reader.values.withUnsafeBufferPointer {
                set.append(
                    $0, label: label, weight: reader.weight, group: group, account: account,
                    timeMs: reader.time)
            }
        }
        if set.count == 0 {
            throw CSVError(
                file: path, reason: "no row has a label in \(roles.label ?? "the label column"); fill in some"
            )
        }
        if hasID { set.shareWeightsWithinAccounts() }
    }
}
