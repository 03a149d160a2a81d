import ActivityLog
import CaseFile
import RiskModel

/// What a scoring run did, to be told to a person.
public struct ScoringReport: Sendable {
    public var read: ReadReport
    /// How many accounts were flagged, by risk and level.
    public var flagged: [Risk: [RiskLevel: Int]]
    /// What the flagged accounts took or could take, an account of both risks counted once; fen.
    public var amountAtRiskFen: Int64
    /// How many gangs were found, and how many accounts are in them.
    public var gangs: Int
    public var gangMembers: Int
    /// How many keys of each kind were held at the end.
    public var entities: [(kind: String, count: Int)]

    /// Accounts held at the end.
    public var accounts: Int { entities.first { $0.kind == "account" }?.count ?? 0 }

    init(
        read: ReadReport, flagged flags: [FlaggedAccount], gangs: GangTables,
        entities: [(kind: String, count: Int)]
    ) {
        self.read = read
        self.gangs = gangs.gangs.count
        gangMembers = gangs.members.count
        self.entities = entities
        flagged = [:]
        amountAtRiskFen = 0
        // Sorted by account: the flags of one account stand side by side.
        var previous: FlaggedAccount?
        for flag in flags {
            if let risk = Risk(rawValue: flag.risk), let level = RiskLevel(rawValue: flag.level) {
                flagged[risk, default: [:]][level, default: 0] += 1
            }
            let isSameAccount = previous?.accountID == flag.accountID
            let counted = isSameAccount ? previous?.amountAtRiskFen ?? 0 : 0
            amountAtRiskFen = amountAtRiskFen.plus(max(flag.amountAtRiskFen - counted, 0))
            previous = flag
        }
    }
}
