import Foundation
import GRDB

/// Which flags to list, count or decide on, and in which order; nil takes all.
public struct FlagQuery: Sendable, Equatable {
    public var risk: String?
    public var level: String?
    public var status: ReviewStatus?
    public var tag: String?
    /// A campaign of the account's evidence, by its id.
    public var campaign: String?
    public var gangID: String?
    public var minimumScore: Double?
    public var maximumScore: Double?
    public var minimumFen: Int64?
    public var maximumFen: Int64?
    /// First flagged at this event time or later; milliseconds since 1970 UTC.
    public var sinceMs: Int64?
    /// A part of the account id; with one "…" its beginning and its end, as a masked id shows them.
    public var search: String?
    public var sort = FlagSort.priority

    public init(
        risk: String? = nil, level: String? = nil, status: ReviewStatus? = nil, tag: String? = nil,
        campaign: String? = nil, gangID: String? = nil, minimumScore: Double? = nil,
        maximumScore: Double? = nil, minimumFen: Int64? = nil, maximumFen: Int64? = nil,
        sinceMs: Int64? = nil, search: String? = nil, sort: FlagSort = .priority
    ) {
        self.risk = risk
        self.level = level
        self.status = status
        self.tag = tag
        self.campaign = campaign
        self.gangID = gangID
        self.minimumScore = minimumScore
        self.maximumScore = maximumScore
        self.minimumFen = minimumFen
        self.maximumFen = maximumFen
        self.sinceMs = sinceMs
        self.search = search
        self.sort = sort
    }

    /// The condition on rows of `flag_queue`.
    ///
    /// The plus signs keep SQLite from indexes that hold some of what is asked for: it would look up the rest row by row,
    /// which takes 250 ms for 100,000 flags, where reading all of them in their order takes 20. A gang's are few.
    var condition: SQLTerms {
        var terms = SQLTerms()
        terms.add("+risk = ?", risk)
        terms.add("+level = ?", level)
        terms.add("+status = ?", status?.rawValue)
        // As JSON writes them: a quoted name is found in the text wherever it is an element.
        terms.add("instr(tags, ?) > 0", tag.map(JSONText.quoted))
        terms.add("instr(campaigns, ?) > 0", campaign.map { JSONText.quoted($0.storable) })
        terms.add("gang_id = ?", gangID?.storable)
        terms.add("+score >= ?", minimumScore)
        terms.add("+score <= ?", maximumScore)
        terms.add("+amount_at_risk_fen >= ?", minimumFen)
        terms.add("+amount_at_risk_fen <= ?", maximumFen)
        terms.add("+first_flagged_ms >= ?", sinceMs)
        if let search, !search.isEmpty {
            let ends = search.storable.components(separatedBy: "…")
            if ends.count == 2 {
                terms.add("substr(account_id, 1, length(?)) = ?", ends[0], ends[0])
                terms.add("substr(account_id, -length(?), length(?)) = ?", ends[1], ends[1], ends[1])
                terms.add(
                    "length(account_id) >= ?", ends[0].unicodeScalars.count + ends[1].unicodeScalars.count)
            } else {
                terms.add("instr(account_id, ?) > 0", search.storable)
            }
        }
        return terms
    }

    /// What is compared, largest first: by the index of the order where that holds all that is asked for.
    var orderKey: String {
        let asksForScore = minimumScore != nil || maximumScore != nil
        let asksForAmount = minimumFen != nil || maximumFen != nil
        let asksForTime = sinceMs != nil
        let asksForText = tag != nil || campaign != nil
        let isInIndex =
            switch sort {
            case .priority: true
            case .score: !asksForText && !asksForAmount && !asksForTime
            case .amount: !asksForText && !asksForScore && !asksForTime
            case .time: !asksForText && !asksForScore && !asksForAmount
            }
        return isInIndex ? sort.key : "+" + sort.key
    }

    var order: String { "\(orderKey) DESC, account_id, risk" }
}

/// The order of a list of flags; equals are ordered by account id and risk.
public enum FlagSort: String, Sendable, CaseIterable {
    /// Expected loss: score × amount at risk, largest first.
    case priority
    /// Highest first.
    case score
    /// Largest first.
    case amount
    /// Latest first flag first.
    case time

    /// What is compared, largest first.
    var key: String {
        switch self {
        case .priority: "priority"
        case .score: "score"
        case .amount: "amount_at_risk_fen"
        case .time: "first_flagged_ms"
        }
    }
}

/// Where a list goes on, to be handed back as it is. It names no account: the text may be shown to anybody.
public struct FlagCursor: Sendable, Equatable {
    public let sort: FlagSort
    /// What the last flag was sorted by.
    let key: DatabaseValue
    let rowID: Int64

    init(sort: FlagSort, key: DatabaseValue, rowID: Int64) {
        self.sort = sort
        self.key = key
        self.rowID = rowID
    }

    /// - Returns: nil when the text is no cursor's.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, let sort = FlagSort(rawValue: String(parts[0])),
            let bits = UInt64(parts[2], radix: 36), let rowID = Int64(parts[3], radix: 36)
        else { return nil }
        self.sort = sort
        self.rowID = rowID
        switch parts[1] {
        case "i": key = Int64(bitPattern: bits).databaseValue
        case "r":
            let number = Double(bitPattern: bits)
            guard number.isFinite else { return nil }
            key = number.databaseValue
        default: return nil
        }
    }

    public var text: String {
        let (kind, bits) =
            switch key.storage {
            case .int64(let number): ("i", UInt64(bitPattern: number))
            case .double(let number): ("r", number.bitPattern)
            default: ("i", 0)
            }
        return "\(sort.rawValue)-\(kind)-\(String(bits, radix: 36))-\(String(rowID, radix: 36))"
    }
}

/// Some flags of a list, and where the next ones begin.
public struct FlagPage: Sendable, Equatable {
    public var flags: [FlaggedAccount]
    /// nil: these are the last.
    public var next: FlagCursor?
}

/// How many flags there are, and what they put at risk.
public struct FlagTotal: Sendable, Equatable {
    public var flags: Int
    public var amountAtRiskFen: Int64

    public init(flags: Int, amountAtRiskFen: Int64) {
        self.flags = flags
        self.amountAtRiskFen = amountAtRiskFen
    }
}

/// Conditions that must all hold, with their arguments.
struct SQLTerms {
    private(set) var terms: [String] = []
    private(set) var arguments = StatementArguments()

    /// A term with one question mark an argument; without an argument's value there is no condition.
    mutating func add(_ term: String, _ values: (any DatabaseValueConvertible)?...) {
        guard values.allSatisfy({ $0 != nil }) else { return }
        terms.append(term)
        arguments += StatementArguments(values)
    }

    var sql: String { terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ") }
}
