/// The gangs among the accounts that an engine holds, and what flagged accounts and members share with others.
public struct GangMap: Sendable {
    public struct Member: Sendable {
        /// Names the account in the engine (`FeatureEngine.accountID(_:)`).
        public var account: UInt32
        public var accountKey: UInt64
        public var memory: ScoreMemory
        /// Weight of its ties to the other members.
        public var tie: Double
        /// Event time of its first event, milliseconds.
        public var firstMs: Int64
        /// What it took and what it holds and has not used, as a coupon abuser; what it paid and earned, as a fake
        /// buyer; fen.
        public var couponTakenFen: Int64
        public var couponPendingFen: Int64
        public var orderFen: Int64
    }

    public struct Tie: Sendable, Equatable {
        public var kind: LinkKind
        /// Distinct things that two members or more have.
        public var things: Int
        /// Members that have one of them.
        public var accounts: Int
    }

    public struct Gang: Sendable {
        /// `g-` and hexadecimal digits, from its earliest flagged member.
        public var id: String
        /// The earliest first.
        public var members: [Member]
        /// Weight of the ties inside over the number of pairs, 0…1.
        public var density: Double
        public var firstSeenMs: Int64
        public var lastSeenMs: Int64
        /// From the first member's first claim to the last member's; nil unless all have claimed.
        public var claimSpanMs: Int64?
        /// Strongest first.
        public var ties: [Tie]
    }

    /// A thing that an account shares with others.
    public struct Link: Sendable {
        public var account: UInt32
        public var kind: LinkKind
        /// Keyed hash.
        public var thing: UInt64
        /// How many accounts have it.
        public var accounts: Int
        /// Event time at which the account was last seen with it, milliseconds.
        public var lastMs: Int64
    }

    /// Those with the earliest flagged member first, and after all others those that only rushes tie.
    public var gangs: [Gang] = []
    /// Of flagged accounts and members.
    public var links: [Link] = []
}
