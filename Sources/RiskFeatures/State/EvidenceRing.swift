import ActivityLog

/// Something that an unusual account did, packed: what a reviewer is shown of an event.
public struct EvidenceEvent: BitwiseCopyable, Sendable, Equatable {
    /// Event time in milliseconds; in the lowest byte the type's raw value, and above it whether it was refused.
    private var timeAndType: Int64 = 0
    /// The lowest bits of the campaign's key, and of the key of what it was done to; 0 is none.
    public private(set) var campaign: UInt32 = 0
    public private(set) var thing: UInt32 = 0
    private var fen: Int32 = EvidenceEvent.unknownFen
    private var scores = ScoreMemory.Latest()

    private static var unknownFen: Int32 { .min }
    /// Types have six bits at most.
    private static var refused: Int64 { 0x80 }

    init() {}

    @inline(__always)
    init(_ event: Event, scores: ScoreMemory.Latest) {
        timeAndType =
            event.ts << 8 | Int64(event.type.rawValue) | (event.ok ? 0 : EvidenceEvent.refused)
        campaign = UInt32(truncatingIfNeeded: event.campaignKey)
        thing = UInt32(truncatingIfNeeded: EvidenceEvent.thing(of: event))
        fen = EvidenceEvent.fen(of: event)
        self.scores = scores
    }

    init(ms: Int64, type: UInt8, fen: Int32?, ok: Bool) {
        timeAndType = ms << 8 | Int64(type) | (ok ? 0 : EvidenceEvent.refused)
        self.fen = fen ?? EvidenceEvent.unknownFen
    }

    /// Event time, milliseconds since 1970 UTC.
    public var ms: Int64 { timeAndType >> 8 }
    public var type: EventType { EventType(rawValue: UInt8(truncatingIfNeeded: timeAndType) & 63) ?? .other }
    /// Whether the server accepted it.
    public var ok: Bool { timeAndType & EvidenceEvent.refused == 0 }
    /// What was paid, taken off or given back, points at one fen each; nil where the log did not tell.
    public var amountFen: Int64? { fen == EvidenceEvent.unknownFen ? nil : Int64(fen) }
    /// Raw log-odds to two places, a head each; nil where the account was not scored.
    public var logOdds: (couponAbuse: Float, fakeOrder: Float)? { scores.logOdds }

    mutating func forgetScores() { scores = ScoreMemory.Latest() }

    /// The other account, the merchant, the coupon: what says most of an event of its type.
    private static func thing(of event: Event) -> UInt64 {
        switch event.type {
        case .register, .inviteAccept: event.inviterKey
        case .couponTransfer, .couponAccept, .assist, .commission:
            event.peerKey != 0 ? event.peerKey : event.inviterKey
        case .groupJoin: event.groupKey
        case .phoneBind: event.phoneKey
        case .addressChange: event.addressKey
        case .login: event.deviceKey
        case .orderSubmit, .orderPay, .orderCancel, .refundApply, .refundDone, .orderReceive, .reviewPost:
            event.merchantKey
        default: event.couponKey
        }
    }

    fileprivate static func fen(of event: Event) -> Int32 {
        let amount: Int64
        if EventType.Set([.refundApply, .refundDone]).contains(event.type), event.has(.refundFen) {
            amount = event.refundFen
        } else if EventType.Set.grants.contains(event.type), event.has(.discountFen) {
            amount = event.discountFen
        } else if event.has(.amountFen) {
            amount = event.amountFen
        } else if event.has(.discountFen) {
            amount = event.discountFen
        } else if event.has(.points) {
            amount = Int64(event.points)
        } else {
            return unknownFen
        }
        return max(Int32(clamping: amount), unknownFen + 1)
    }
}

/// The last two events that tell of an account which is not unusual yet, in eight bytes each: time, type and amount.
struct EvidencePrelude: BitwiseCopyable {
    // From the highest bit: 42 of milliseconds, 6 of the type, 16 of fen; 0 is none. A refused event keeps no amount.
    private var earlier: UInt64 = 0
    private var last: UInt64 = 0

    private static var unknownFen: Int32 { 0xFFFF }
    private static var refused: Int32 { 0xFFFE }

    @inline(__always)
    mutating func take(_ event: Event) {
        let fen = EvidenceEvent.fen(of: event)
        let amount =
            !event.ok
            ? UInt64(EvidencePrelude.refused)
            : fen >= 0 && fen < EvidencePrelude.refused ? UInt64(fen) : UInt64(EvidencePrelude.unknownFen)
        earlier = last
        last = UInt64(truncatingIfNeeded: event.ts) << 22 | UInt64(event.type.rawValue) << 16 | amount
    }

    /// Hands its events on to a ring.
    func begin(_ ring: inout EvidenceRing) {
        for packed in [earlier, last] where packed != 0 {
            let fen = Int32(packed & 0xFFFF)
            let event = EvidenceEvent(
                ms: Int64(packed >> 22), type: UInt8(packed >> 16 & 63),
                fen: fen >= EvidencePrelude.refused ? nil : fen, ok: fen != EvidencePrelude.refused)
            ring.record(event, ScoreMemory())
        }
    }
}

/// What is kept of an unusual account's doings, for a person to judge it by: bounded, whatever it does.
///
/// It begins with the two events that the account's prelude holds. The last eight before and at its first flag stay.
/// Of those after, the first two at which a score rose by half a log-odds stay, and the last eight.
struct EvidenceRing: BitwiseCopyable {
    // How many there were, and of the rises how many there are.
    private var beforeCount: UInt32 = 0
    private var latestCount: UInt32 = 0
    private var riseCount: UInt16 = 0
    private var isFlagged = false
    private var before = InlineArray<8, EvidenceEvent>(repeating: EvidenceEvent())
    private var rises = InlineArray<2, EvidenceEvent>(repeating: EvidenceEvent())
    private var latest = InlineArray<8, EvidenceEvent>(repeating: EvidenceEvent())

    init() {}

    mutating func record(_ event: EvidenceEvent, _ memory: ScoreMemory) {
        if !isFlagged {
            before[Int(beforeCount % 8)] = event
            beforeCount &+= 1
            isFlagged = memory.isFlagged
        } else if memory.hasRisen, riseCount < 2 {
            rises[Int(riseCount)] = event
            riseCount += 1
        } else {
            latest[Int(latestCount % 8)] = event
            latestCount &+= 1
        }
    }

    /// Oldest first.
    var events: [EvidenceEvent] {
        var events: [EvidenceEvent] = []
        for index in 0..<min(beforeCount, 8) {
            events.append(before[Int((beforeCount > 8 ? beforeCount &+ index : index) % 8)])
        }
        var after: [EvidenceEvent] = []
        for index in 0..<min(latestCount, 8) {
            after.append(latest[Int((latestCount > 8 ? latestCount &+ index : index) % 8)])
        }
        // Two lists that are in order each; of one millisecond, a rise comes first.
        var rise = 0
        for event in after {
            while rise < Int(riseCount), rises[rise].ms <= event.ms {
                events.append(rises[rise])
                rise += 1
            }
            events.append(event)
        }
        for index in rise..<Int(riseCount) { events.append(rises[index]) }
        return events
    }

    mutating func forgetScores() {
        for index in 0..<8 {
            before[index].forgetScores()
            latest[index].forgetScores()
        }
        for index in 0..<2 { rises[index].forgetScores() }
    }
}

extension EventType.Set {
    /// What tells of an account though it costs nothing.
    static var telling: EventType.Set {
        EventType.Set([.register, .login, .phoneBind, .addressChange, .verify, .share])
    }
}

/// What an engine knows of one account for a reviewer.
public struct AccountRecord: Sendable {
    public var accountKey: UInt64
    /// Event time of its first and its latest event, milliseconds since 1970 UTC.
    public var firstMs: Int64
    public var lastMs: Int64
    public var claimedFen: Int64
    public var discountedFen: Int64
    public var pointsFen: Int64
    public var paidFen: Int64
    public var refundedFen: Int64
    public var commissionFen: Int64
    /// Oldest first; none for an account that never looked unusual.
    public var events: [EvidenceEvent]

    init(_ account: AccountState, _ orders: AccountOrders, _ ring: EvidenceRing?) {
        accountKey = account.key
        firstMs = account.firstMs
        lastMs = account.lastMs
        claimedFen = account.benefits.claimedFen
        discountedFen = account.benefits.discountedFen
        pointsFen = account.benefits.pointsFen
        paidFen = orders.paidFen
        refundedFen = orders.refundFen
        commissionFen = orders.commissionFen
        events = ring?.events ?? []
    }
}
