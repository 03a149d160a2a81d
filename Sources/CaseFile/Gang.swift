/// Accounts that act together: a row of `gangs`.
public struct Gang: Sendable, Equatable {
    /// Things of one kind that tie members together, and how many members they tie.
    public struct Tie: Sendable, Equatable, Codable {
        /// `device`, `phone`, `address`, `payer`, `parcel`, `wifi`, `ip`, `inviter`, `peer`, `print` (a phone's model,
        /// system and WeChat version in a network) or `rush` (a merchant in a half-day).
        public var kind: String
        /// How many distinct things.
        public var things: Int
        /// How many members have at least one of them.
        public var accounts: Int

        public init(kind: String, things: Int, accounts: Int) {
            self.kind = kind
            self.things = things
            self.accounts = accounts
        }
    }

    /// `g-` and hexadecimal digits: from the earliest member, so that it stays while the gang grows.
    public var id: String
    public var members: Int
    /// How many of the members are flagged.
    public var flagged: Int
    /// Weight of the ties inside over the number of pairs of members, 0…1.
    public var density: Double
    /// How sure it is that these accounts act together to cheat, 0…1.
    public var score: Double
    /// Event time of the members' first event, milliseconds since 1970 UTC; `lastSeenMs` of their last.
    public var firstSeenMs: Int64
    public var lastSeenMs: Int64
    /// What the members have taken; fen.
    public var takenFen: Int64
    /// What they hold and have not used yet, and can still be stopped; fen.
    public var pendingFen: Int64
    /// From the first member's first claim to the last member's; nil when not all have claimed something.
    public var claimSpanMs: Int64?
    /// Strongest first.
    public var ties: [Tie]

    public init(
        id: String, members: Int, flagged: Int, density: Double, score: Double, firstSeenMs: Int64,
        lastSeenMs: Int64, takenFen: Int64, pendingFen: Int64, claimSpanMs: Int64?, ties: [Tie]
    ) {
        self.id = id
        self.members = members
        self.flagged = flagged
        self.density = density
        self.score = score
        self.firstSeenMs = firstSeenMs
        self.lastSeenMs = lastSeenMs
        self.takenFen = takenFen
        self.pendingFen = pendingFen
        self.claimSpanMs = claimSpanMs
        self.ties = ties
    }
}

/// An account in a gang: a row of `gang_members`. An account is in one gang at most.
public struct GangMember: Sendable, Equatable {
    public var gangID: String
    public var accountID: String
    /// Weight of its ties to the other members.
    public var tie: Double
    public var isFlagged: Bool
    /// Event time at which the account was first seen, milliseconds since 1970 UTC.
    public var joinedMs: Int64

    public init(gangID: String, accountID: String, tie: Double, isFlagged: Bool, joinedMs: Int64) {
        self.gangID = gangID
        self.accountID = accountID
        self.tie = tie
        self.isFlagged = isFlagged
        self.joinedMs = joinedMs
    }
}

/// A thing that an account shares with others: a row of `account_links`.
public struct AccountLink: Sendable, Equatable {
    public var accountID: String
    /// A kind of `Gang.Tie`.
    public var kind: String
    /// The thing's keyed hash: names it within this database and says nothing of it.
    public var thingKey: UInt64
    /// How many accounts have the thing, flagged or not.
    public var accounts: Int
    /// Event time at which the account last used it, milliseconds since 1970 UTC.
    public var lastMs: Int64

    /// The hash as the table holds it: sixteen hexadecimal digits.
    public var thing: String {
        let digits = String(thingKey, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    public init(accountID: String, kind: String, thingKey: UInt64, accounts: Int, lastMs: Int64) {
        self.accountID = accountID
        self.kind = kind
        self.thingKey = thingKey
        self.accounts = accounts
        self.lastMs = lastMs
    }
}

/// All gangs that a run found, with what ties their members.
public struct GangTables: Sendable {
    public var gangs: [Gang]
    /// In the order of account ids.
    public var members: [GangMember]
    /// Of flagged accounts and members, in the order of account ids, kinds and things.
    public var links: [AccountLink]
    /// The tags that a flag's reasons show by themselves: what is left when an account is in no gang any more.
    public var ownTags: @Sendable (FlaggedAccount) -> [String]

    public init(
        gangs: [Gang] = [], members: [GangMember] = [], links: [AccountLink] = [],
        ownTags: @escaping @Sendable (FlaggedAccount) -> [String]
    ) {
        self.gangs = gangs
        self.members = members
        self.links = links
        self.ownTags = ownTags
    }
}
