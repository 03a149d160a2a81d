/// What a flagged account did, of which a person can judge it after the logs are gone: a row of `account_evidence`.
public struct AccountEvidence: Sendable, Equatable {
    /// Something that the account did.
    public struct Event: Sendable, Equatable {
        /// Event time, milliseconds since 1970 UTC.
        public var ms: Int64
        /// As the log names its type: "coupon_claim".
        public var event: String
        /// What was paid, taken off or given back; nil where the log does not tell.
        public var amountFen: Int64?
        public var campaign: String?
        /// What it was done to, as a short hash: the merchant of an order, the other account of an invitation. Equal
        /// hashes name one thing.
        public var thing: String?
        /// How the account was scored at that moment, as probabilities 0…1 to three places; nil where it was not.
        public var couponAbuse: Double?
        public var fakeOrder: Double?
        /// Whether the server accepted it: what was refused did not happen, and its amount never moved.
        public var ok: Bool

        public init(
            ms: Int64, event: String, amountFen: Int64? = nil, campaign: String? = nil, thing: String? = nil,
            couponAbuse: Double? = nil, fakeOrder: Double? = nil, ok: Bool = true
        ) {
            self.ms = ms
            self.event = event
            self.amountFen = amountFen
            self.campaign = campaign
            self.thing = thing
            self.couponAbuse = couponAbuse
            self.fakeOrder = fakeOrder
            self.ok = ok
        }
    }

    /// An account's money, fen.
    public struct Money: Sendable, Hashable {
        /// Coupons, gifts and prizes that were given to it.
        public var claimedFen: Int64 = 0
        /// Of its coupons: what they have taken off orders.
        public var discountedFen: Int64 = 0
        /// Points it earned, at one fen each.
        public var pointsFen: Int64 = 0
        /// What it paid for orders, and what it got back of that.
        public var paidFen: Int64 = 0
        public var refundedFen: Int64 = 0
        public var commissionFen: Int64 = 0

        public init() {}

        /// What is gone already, for a risk.
        public func takenFen(risk: String) -> Int64 {
            risk == "fake_order"
                ? commissionFen : Int64(clamping: Double(discountedFen) + Double(pointsFen))
        }

        /// What can still be stopped, for a risk: coupons that have not been used; orders whose sales still count.
        public func pendingFen(risk: String) -> Int64 {
            risk == "fake_order"
                ? max(0, paidFen &- refundedFen) : max(0, claimedFen &- discountedFen)
        }
    }

    public var accountID: String
    /// Event time of the first that is known of it, milliseconds since 1970 UTC.
    public var firstSeenMs: Int64
    public var money: Money
    /// Oldest first: some from when it first looked unusual to its flag, some at which its score rose, the latest. It
    /// may have done more in between.
    public var events: [Event]

    public init(accountID: String, firstSeenMs: Int64, money: Money = Money(), events: [Event]) {
        self.accountID = accountID
        self.firstSeenMs = firstSeenMs
        self.money = money
        self.events = events
    }

    /// The campaigns of its events, each once, in the order of names.
    public var campaigns: [String] { Set(events.compactMap(\.campaign)).sorted() }

    /// How the account was scored for a risk, as far as its events tell: oldest first.
    public func scores(risk: String) -> [(ms: Int64, score: Double)] {
        events.compactMap { event in
            (risk == "fake_order" ? event.fakeOrder : event.couponAbuse).map { (event.ms, $0) }
        }
    }
}

/// Evidence as it is stored: small, and written without delay.
public struct PackedEvidence: Sendable, Hashable {
    public let accountID: String
    let firstSeenMs: Int64
    let money: AccountEvidence.Money
    /// JSON arrays.
    let campaigns: [UInt8]
    let events: [UInt8]

    public init(_ evidence: AccountEvidence) {
        accountID = evidence.accountID
        firstSeenMs = evidence.firstSeenMs
        money = evidence.money
        var text: [UInt8] = []
        JSONText.append(evidence.campaigns.map(\.storable), to: &text)
        campaigns = text
        text.removeAll()
        PackedEvent.append(evidence.events, to: &text)
        events = text
    }
}

/// An event of `account_evidence.events`: an array of time, type, fen, campaign, thing, the two scores in thousandths,
/// and false where it was refused; what is unknown at its end is left out.
struct PackedEvent: Decodable {
    let event: AccountEvidence.Event

    init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        func next<Value: Decodable>(_ type: Value.Type) throws -> Value? {
            values.isAtEnd ? nil : try values.decodeIfPresent(type)
        }
        event = AccountEvidence.Event(
            ms: try values.decode(Int64.self), event: try values.decode(String.self),
            amountFen: try next(Int64.self), campaign: try next(String.self), thing: try next(String.self),
            couponAbuse: try next(Int.self).map { Double($0) / 1000 },
            fakeOrder: try next(Int.self).map { Double($0) / 1000 },
            ok: try next(Bool.self) ?? true)
    }

    static func append(_ events: [AccountEvidence.Event], to text: inout [UInt8]) {
        func append(_ number: Int64) { text.append(contentsOf: String(number).utf8) }
        text.append(UInt8(ascii: "["))
        for (index, event) in events.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text.append(UInt8(ascii: "["))
            append(event.ms)
            text.append(UInt8(ascii: ","))
            JSONText.append(event.event, to: &text)
            var missing = 0
            func add(_ isPresent: Bool, _ write: () -> Void) {
                guard isPresent else {
                    missing += 1
                    return
                }
                for _ in 0..<missing { text.append(contentsOf: ",null".utf8) }
                missing = 0
                text.append(UInt8(ascii: ","))
                write()
            }
            add(event.amountFen != nil) { append(event.amountFen!) }
            add(event.campaign != nil) { JSONText.append(event.campaign!.storable, to: &text) }
            add(event.thing != nil) { JSONText.append(event.thing!.storable, to: &text) }
            for score in [event.couponAbuse, event.fakeOrder] {
                add(score != nil) { append(Int64((score! * 1000).rounded())) }
            }
            add(!event.ok) { text.append(contentsOf: "false".utf8) }
            text.append(UInt8(ascii: "]"))
        }
        text.append(UInt8(ascii: "]"))
    }
}
