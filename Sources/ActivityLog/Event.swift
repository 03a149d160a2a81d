/// One activity event, decoded: fixed size, no heap, so that millions a second can be copied and sorted.
///
/// Identifiers are 64-bit keyed hashes of the text in the log (`IdentifierHash`); 0 means absent. Only the
/// account id keeps its text, as a range in the batch's `EventBatch.text`. A number whose field was absent
/// reads 0; `has(_:)` tells the two apart.
public struct Event: BitwiseCopyable, Sendable {
    /// Event time, milliseconds since 1970 UTC.
    public var ts: Int64 = 0
    /// Orders events of one millisecond by what they say and not by where they stood, so that one log and the
    /// same log split over several files are read in the same order: the type's rank in the top byte, below
    /// it a hash of the line's identifiers.
    public var tieBreak: UInt64 = 0
    /// Which fields the line carried: bit `EventField.rawValue`.
    public var present: UInt64 = 0

    public var accountKey: UInt64 = 0
    public var eventIDKey: UInt64 = 0
    public var deviceKey: UInt64 = 0
    /// The address itself; 0 when absent, unreadable or reserved (private, carrier, loopback): no evidence.
    public var ipKey: UInt64 = 0
    /// Its /24, or the /48 of an IPv6 address (whose `ipKey` is the /64).
    public var networkKey: UInt64 = 0
    public var wifiKey: UInt64 = 0
    public var sessionKey: UInt64 = 0
    /// Brand and model.
    public var modelKey: UInt64 = 0
    /// Brand, model, os_version and wx_version: the coarse fingerprint that a farm's phones share.
    public var fingerprintKey: UInt64 = 0
    public var pageKey: UInt64 = 0
    public var campaignKey: UInt64 = 0
    public var couponKey: UInt64 = 0
    public var couponInstanceKey: UInt64 = 0
    public var orderKey: UInt64 = 0
    public var merchantKey: UInt64 = 0
    public var skuKey: UInt64 = 0
    public var groupKey: UInt64 = 0
    public var phoneKey: UInt64 = 0
    public var phonePrefixKey: UInt64 = 0
    public var addressKey: UInt64 = 0
    public var payerKey: UInt64 = 0
    public var trackingKey: UInt64 = 0
    public var inviterKey: UInt64 = 0
    public var peerKey: UInt64 = 0

    /// Paid, taken off, given back; fen.
    public var amountFen: Int64 = 0
    public var discountFen: Int64 = 0
    public var refundFen: Int64 = 0
    /// Saturated at the type's bounds.
    public var points: Int32 = 0
    public var dwellMs: Int32 = 0
    public var quantity: Int32 = 0
    public var scene: Int32 = 0
    public var wxDeviceUsers1d: UInt16 = 0
    public var wxRiskRank: UInt8 = 0
    public var wxDeviceRiskRank: UInt8 = 0
    public var rating: UInt8 = 0
    /// Whether the server accepted the action; true when the field was absent.
    public var ok: Bool = true
    /// Whether the server refused what the event tells of, so that it did not happen.
    @inlinable @inline(__always)
    public var isMereAttempt: Bool { !ok && EventType.Set.settling.contains(type) }
    public var type: EventType = .other
    public var platform: Platform = .unknown
    public var deviceSource: DeviceSource = .unknown
    public var network: NetworkKind = .unknown
    /// The model's text is that of a known emulator or of the SDK's own images.
    public var modelIsEmulator: Bool = false
    /// The account id's length in bytes, at `accountTextOffset` of the batch's `text`.
    public var accountTextLength: UInt16 = 0
    public var accountTextOffset: UInt32 = 0

    public init() {}

    /// Whether the line carried `field` (with a value of the right type).
    @inlinable
    public func has(_ field: EventField) -> Bool { present & 1 << UInt64(field.rawValue) != 0 }

    /// The canonical order of the events of one run: event time, then `tieBreak`.
    @inlinable
    public static func precedes(_ a: Event, _ b: Event) -> Bool {
        a.ts != b.ts ? a.ts < b.ts : a.tieBreak < b.tieBreak
    }
}

/// A field of the event schema; the raw value is its bit in `Event.present`.
public enum EventField: UInt8, CaseIterable, Sendable {
    case ts, event, accountID, eventID
    case deviceID, deviceSource, ip, wifiID, sessionID, network
    case platform, brand, model, osVersion, wxVersion, scene
    case wxRiskRank, wxDeviceRiskRank, wxDeviceUV1d, page, dwellMs
    case campaignID, couponID, couponInstance, points
    case orderID, merchantID, skuID, groupID, quantity
    case amountFen, discountFen, refundFen
    case phoneID, phonePrefix, addressID, payerID, trackingID
    case inviterID, peerID, rating, ok

    /// The key in a log line.
    public var name: StaticString {
        switch self {
        case .ts: "ts"
        case .event: "event"
        case .accountID: "account_id"
        case .eventID: "event_id"
        case .deviceID: "device_id"
        case .deviceSource: "device_source"
        case .ip: "ip"
        case .wifiID: "wifi_id"
        case .sessionID: "session_id"
        case .network: "network"
        case .platform: "platform"
        case .brand: "brand"
        case .model: "model"
        case .osVersion: "os_version"
        case .wxVersion: "wx_version"
        case .scene: "scene"
        case .wxRiskRank: "wx_risk_rank"
        case .wxDeviceRiskRank: "wx_device_risk_rank"
        case .wxDeviceUV1d: "wx_device_uv_1d"
        case .page: "page"
        case .dwellMs: "dwell_ms"
        case .campaignID: "campaign_id"
        case .couponID: "coupon_id"
        case .couponInstance: "coupon_instance"
        case .points: "points"
        case .orderID: "order_id"
        case .merchantID: "merchant_id"
        case .skuID: "sku_id"
        case .groupID: "group_id"
        case .quantity: "quantity"
        case .amountFen: "amount_fen"
        case .discountFen: "discount_fen"
        case .refundFen: "refund_fen"
        case .phoneID: "phone_id"
        case .phonePrefix: "phone_prefix"
        case .addressID: "address_id"
        case .payerID: "payer_id"
        case .trackingID: "tracking_id"
        case .inviterID: "inviter_id"
        case .peerID: "peer_id"
        case .rating: "rating"
        case .ok: "ok"
        }
    }
}
