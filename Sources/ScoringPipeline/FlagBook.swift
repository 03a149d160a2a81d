import ActivityLog
import RiskFeatures
import RiskModel

/// The flags of one run, kept until they are committed: a row for each account and risk that crossed the
/// review threshold, with the vector of its highest score.
struct FlagBook {
    /// An account that crossed the review threshold of one risk.
    struct Flag {
        var accountKey: UInt64
        /// Names the account in the engine while it is held there.
        var account: UInt32
        /// The account id's text; empty until it is filled in after the batch.
        var accountID = ""
        /// Event time of the first crossing, milliseconds.
        var firstFlaggedMs: Int64
        /// Event time of the account's latest scoring, milliseconds.
        var lastScoredMs: Int64
        /// What the account took or could take, at its latest scoring; fen.
        var amountAtRiskFen: Int64
        /// Highest log-odds of those noted here.
        var logOdds: Float
        /// Whether they are the highest the account ever reached; in a book that was emptied meanwhile they may not be.
        var isHighest: Bool
        /// The vector at that moment.
        var vector: PackedVector

        /// Takes over what another book noted of the same account and risk, later.
        mutating func merge(_ later: Flag) {
            firstFlaggedMs = min(firstFlaggedMs, later.firstFlaggedMs)
            lastScoredMs = max(lastScoredMs, later.lastScoredMs)
            // An account that was forgotten after long silence begins anew; what it took before stays at risk.
            amountAtRiskFen = max(amountAtRiskFen, later.amountAtRiskFen)
            guard later.isHighest, !isHighest || later.logOdds > logOdds else { return }
            isHighest = true
            logOdds = later.logOdds
            vector = later.vector
        }

        /// Whether a row would be the same for both.
        func saysTheSame(as other: Flag) -> Bool {
            account == other.account && accountKey == other.accountKey
                && firstFlaggedMs == other.firstFlaggedMs && lastScoredMs == other.lastScoredMs
                && amountAtRiskFen == other.amountAtRiskFen
                && logOdds == other.logOdds && isHighest == other.isHighest
                && vector == other.vector
        }
    }

    /// By risk, in the order of first crossing.
    private(set) var flags: [[Flag]] = [[], []]
    /// What was known of flagged accounts when they were forgotten.
    private(set) var departed: [(accountID: String, record: AccountRecord)] = []
    /// Position in `flags` by account key, by risk.
    private var positions: [[UInt64: Int]] = [[:], [:]]
    /// How many flags of each risk have their account id.
    private var named = [0, 0]

    init() {}

    /// A book of flags that are named and noted no further.
    init(_ flags: [[Flag]]) { self.flags = flags }

    var isEmpty: Bool { flags.allSatisfy(\.isEmpty) && departed.isEmpty }

    /// Takes over what the engine knew of accounts that it has forgotten.
    mutating func takeDeparted(from engine: inout FeatureEngine) {
        guard !engine.departed.isEmpty else { return }
        departed += engine.departed
        engine.departed.removeAll()
    }

    /// Takes note of what a decision means for the account's flag.
    @inline(__always)
    mutating func note(
        _ decision: FlagPolicy.Decision, _ risk: Risk, _ logOdds: Float, _ moment: ScoringMoment,
        _ vector: UnsafeBufferPointer<Float>
    ) {
        if decision == .none { return }
        update(risk, logOdds, isHighest: decision == .highest, moment, vector)
    }

    private mutating func update(
        _ risk: Risk, _ logOdds: Float, isHighest: Bool, _ moment: ScoringMoment,
        _ vector: UnsafeBufferPointer<Float>
    ) {
        let head = risk.index
        let amount =
            risk == .couponAbuse ? moment.amountAtRiskFen.couponAbuse : moment.amountAtRiskFen.fakeOrder
        guard let position = positions[head][moment.accountKey] else {
            positions[head][moment.accountKey] = flags[head].count
            flags[head].append(
                Flag(
                    accountKey: moment.accountKey, account: moment.account, firstFlaggedMs: moment.ts,
                    lastScoredMs: moment.ts, amountAtRiskFen: amount, logOdds: logOdds, isHighest: isHighest,
                    vector: PackedVector(vector)))
            return
        }
        flags[head][position].lastScoredMs = moment.ts
        // An account that was forgotten after long silence begins anew; what it took before stays at risk.
        flags[head][position].amountAtRiskFen = max(flags[head][position].amountAtRiskFen, amount)
        guard isHighest, logOdds > flags[head][position].logOdds else { return }
        flags[head][position].logOdds = logOdds
        flags[head][position].isHighest = true
        flags[head][position].vector = PackedVector(vector)
    }

    /// Takes over what another book noted, later and by the same engine.
    mutating func add(_ later: FlagBook) {
        for (head, list) in later.flags.enumerated() {
            for flag in list {
                if let position = positions[head][flag.accountKey] {
                    flags[head][position].merge(flag)
                } else {
                    positions[head][flag.accountKey] = flags[head].count
                    flags[head].append(flag)
                }
            }
        }
    }

    /// Fills in the account ids of the flags that this batch brought. The batch tells, and not the engine, which
    /// may have forgotten an account that fell silent within it.
    mutating func nameAccounts(in batch: borrowing EventBatch) {
        for head in flags.indices {
            for position in named[head]..<flags[head].count {
                let key = flags[head][position].accountKey
                if let event = batch.events.first(where: { $0.accountKey == key }) {
                    flags[head][position].accountID = batch.accountID(event)
                }
            }
            named[head] = flags[head].count
        }
    }

    /// Fills in the account ids of the flags that came at the end.
    mutating func nameAccounts(in engine: borrowing FeatureEngine) {
        for head in flags.indices {
            for position in named[head]..<flags[head].count {
                flags[head][position].accountID = engine.accountID(flags[head][position].account)
            }
            named[head] = flags[head].count
        }
    }
}

extension EventBatch {
    /// The text of the account id of one of the batch's events.
    func accountID(_ event: Event) -> String {
        let start = Int(event.accountTextOffset)
        return String(decoding: text[start..<start + Int(event.accountTextLength)], as: UTF8.self)
    }
}
