/// One column of a training set: a feature, and how it may enter a head.
public struct TrainingColumn: Sendable, Equatable {
    /// Which way a curve may run, where the trainer holds to it.
    public enum Sign: Int8, Sendable {
        case negative = -1
        case either = 0
        case positive = 1
    }

    public let name: String
    public let transform: Transform
    public let sign: Sign

    public init(_ name: String, transform: Transform = .identity, sign: Sign = .either) {
        self.name = name
        self.transform = transform
        self.sign = sign
    }
}

/// Labelled feature vectors for one risk, a row a snapshot of an account.
public struct TrainingSet: Sendable {
    public let columns: [TrainingColumn]
    /// Row-major raw values; not finite where unknown, infinite where that says nothing (see `LogisticModel`).
    public private(set) var values: [Float] = []
    public private(set) var labels: [Bool] = []
    /// How many accounts of the world a row stands for; see `append`.
    public private(set) var weights: [Double] = []
    /// Rows of one group are never split between folds: a gang, else the account.
    public private(set) var groups: [UInt64] = []
    /// Rows with the same number are snapshots of one account.
    public private(set) var accounts: [Int] = []
    /// Event time of the snapshot.
    public private(set) var times: [Int64] = []
    /// Log-odds of each row that are known already, and to which what is learned is added; empty for none.
    public var offsets: [Double] = []

    /// Whether rows' times are those of their judgements, so that later ones may judge a choice made by earlier ones.
    /// Not so where all labels are of one time: then rows are stages of one account, and a cut would part young from old.
    public var isOrderedInTime = true

    public var count: Int { labels.count }
    /// The position of each column by its name; of a name that comes twice the first.
    var columnPositions: [String: Int] {
        Dictionary(columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
    public var positives: Int { labels.count { $0 } }

    public init(columns: [TrainingColumn]) { self.columns = columns }

    /// Makes room for so many rows at once, so that a large table is never held twice while it grows.
    public mutating func reserveCapacity(_ rows: Int) {
        values.reserveCapacity(rows * columns.count)
        labels.reserveCapacity(rows)
        weights.reserveCapacity(rows)
        groups.reserveCapacity(rows)
        accounts.reserveCapacity(rows)
        times.reserveCapacity(rows)
    }

    /// Whether a value is unknown in a way that adds nothing to any score.
    @inline(__always)
    func isSilent(_ row: Int, _ column: Int) -> Bool { values[row * columns.count + column].isInfinite }

    /// Adds a row.
    /// - Parameters:
    ///   - row: `columns.count` raw values, not finite where unknown.
    ///   - weight: what the row stands for, above 0. An account sampled one in ten has 10, shared among its
    ///     rows: with k snapshots each weighs 10 / k. So the intercept is that of the world, not of the sample.
    ///   - group: a hash of the gang, or of the account where there is none.
    ///   - account: the same number for every snapshot of an account.
    ///   - timeMs: event time of the snapshot.
    public mutating func append(
        _ row: UnsafeBufferPointer<Float>, label: Bool, weight: Double = 1, group: UInt64, account: Int,
        timeMs: Int64 = 0
    ) {
        precondition(row.count == columns.count, "a row must have one value a column")
        precondition(weight > 0 && weight.isFinite, "a row must have a weight above 0")
        values.append(contentsOf: row)
        labels.append(label)
        weights.append(weight)
        groups.append(group)
        accounts.append(account)
        times.append(timeMs)
    }

    /// Adds a row; as above.
    public mutating func append(
        _ row: [Float], label: Bool, weight: Double = 1, group: UInt64, account: Int, timeMs: Int64 = 0
    ) {
        row.withUnsafeBufferPointer {
            append($0, label: label, weight: weight, group: group, account: account, timeMs: timeMs)
        }
    }

    /// Divides every row's weight by the number of rows of its account, so that an account counts once however
    /// often it was seen.
    public mutating func shareWeightsWithinAccounts() {
        var rows: [Int: Double] = [:]
        for account in accounts { rows[account, default: 0] += 1 }
        for row in 0..<count { weights[row] /= rows[accounts[row]]! }
    }

    /// The same rows, those of accounts that never abused weighing so many times as much.
    func weighingGood(by factor: Double) -> TrainingSet {
        guard factor != 1 else { return self }
        let abusive = Set(zip(accounts, labels).lazy.filter { $0.1 }.map { $0.0 })
        var result = self
        for row in 0..<count where !abusive.contains(accounts[row]) { result.weights[row] *= factor }
        return result
    }

    /// Log-odds that were learned, with those that were known.
    func shifted(_ logits: [Double]) -> [Double] {
        offsets.isEmpty ? logits : zip(logits, offsets).map { $0 + $1 }
    }

    /// The group of each account.
    public var groupOfAccount: [Int: UInt64] {
        Dictionary(zip(accounts, groups)) { first, _ in first }
    }

    /// About so many rows: all of accounts with a positive, and of the others a part, by a hash of the account,
    /// whose weights make up for those left out.
    func thinned(to maximumRows: Int) -> TrainingSet {
        guard count > maximumRows else { return self }
        let abusive = Set(zip(accounts, labels).lazy.filter { $0.1 }.map { $0.0 })
        let others = (0..<count).filter { !abusive.contains(accounts[$0]) }
        let wanted = max(maximumRows - (count - others.count), maximumRows / 2)
        let share = Double(wanted) / Double(max(others.count, 1))
        let isKept = (0..<count).map { row in
            abusive.contains(accounts[row])
                || Double(mix(UInt64(bitPattern: Int64(accounts[row]))) >> 11) * 0x1p-53 < share
        }
        let kept = others.lazy.filter { isKept[$0] }.reduce(0) { $0 + weights[$1] }
        guard share < 1, kept > 0 else { return self }
        let factor = others.reduce(0) { $0 + weights[$1] } / kept
        var result = TrainingSet(columns: columns)
        result.isOrderedInTime = isOrderedInTime
        if !offsets.isEmpty { result.offsets = (0..<count).filter { isKept[$0] }.map { offsets[$0] } }
        let width = columns.count
        values.withUnsafeBufferPointer { values in
            for row in 0..<count where isKept[row] {
                result.append(
                    UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width]),
                    label: labels[row], weight: weights[row] * (abusive.contains(accounts[row]) ? 1 : factor),
                    group: groups[row], account: accounts[row], timeMs: times[row])
            }
        }
        return result
    }
}
