import ActivityLog
import Glibc

/// Bytes being gathered before they are compressed: one allocation for a whole file.
struct ByteBuffer: ~Copyable {
    private let bytes: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        bytes = .allocate(capacity: capacity)
    }

    deinit { bytes.deallocate() }

    var room: Int { capacity - count }
    mutating func removeAll() { count = 0 }

    /// The bytes gathered so far.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        body(UnsafeBufferPointer(start: bytes, count: count))
    }

    // Every append checks its room, so no write leaves the allocation.

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        precondition(count < capacity)
        bytes[count] = byte
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        precondition(length <= capacity - count)
        memcpy(bytes + count, text.utf8Start, length)
        count &+= length
    }

    @inline(__always)
    mutating func append(_ text: [UInt8]) {
        precondition(text.count <= capacity - count)
        text.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            memcpy(bytes + count, start, source.count)
        }
        count &+= text.count
    }

    @inline(__always)
    mutating func append(decimal value: UInt64) {
        var digits = 1
        var bound: UInt64 = 10
        while value >= bound, digits < 19 {
            digits &+= 1
            bound &*= 10
        }
        precondition(digits <= capacity - count)
        var rest = value
        var place = count &+ digits
        count = place
        for _ in 0..<digits {
            place &-= 1
            bytes[place] = UInt8(truncatingIfNeeded: 48 &+ rest % 10)
            rest /= 10
        }
    }

    @inline(__always)
    mutating func append(hexadecimal value: UInt64, digits: Int) {
        precondition(digits <= capacity - count)
        var rest = value
        for place in 0..<digits {
            let digit = UInt8(truncatingIfNeeded: rest & 15)
            bytes[count &+ place] = digit < 10 ? 48 &+ digit : 87 &+ digit
            rest >>= 4
        }
        count &+= digits
    }
}

/// Writes events as lines of the schema; every identifier of a kind has one shape, whoever it belongs to.
struct LogLine: Sendable {
    /// Pages that visits go through.
    static let pages: [StaticString] = [
        "pages/index/index", "pages/category/list", "pages/goods/detail", "pages/coupon/center",
        "pages/member/home", "pages/activity/618", "pages/cart/cart", "pages/order/list", "pages/points/mall",
        "pages/store/nearby", "pages/search/result", "pages/topic/summer",
    ]
    /// The longest line, with room to spare.
    static let maximumLength = 2048

    private let seed: UInt64
    private let startMs: Int64
    private let profiles: [[UInt8]]
    private let wxVersions: [[UInt8]]

    init(world: World, startMs: Int64) {
        seed = world.seed
        self.startMs = startMs
        profiles = world.phones.profiles.map { profile in
            Array(
                ("\",\"platform\":\"\(profile.platform)\",\"brand\":\"\(profile.brand)\",\"model\":\"\(profile.model)"
                    + "\",\"os_version\":\"\(profile.osVersion)\",\"wx_version\":\"").utf8)
        }
        wxVersions = world.phones.wxVersions.map { Array($0.utf8) }
    }

    private enum Kind: UInt64 {
        case device = 1
        case wifi, session, couponInstance, order, group, phone, address, payer, tracking, network
    }

    @inline(__always)
    private func hash(_ kind: Kind, _ number: UInt32) -> UInt64 {
        RandomSource.mix(seed ^ kind.rawValue << 56 ^ UInt64(number) &* 0x2545_F491_4F6C_DD1D)
    }

    /// An account's id: 28 characters as WeChat gives them.
    @inline(__always)
    func appendAccount(_ account: UInt32, to line: inout ByteBuffer) {
        line.append(UInt8(ascii: "o"))
        for part in 0..<3 {
            var word = RandomSource.mix(
                seed ^ 0xACC0 ^ UInt64(part) << 40 ^ UInt64(account) &* 0x9E37_79B9_7F4A_7C15)
            for _ in 0..<9 {
                let letter = UInt8(word & 63)
                word >>= 6
                let byte: UInt8 =
                    letter < 26
                    ? 65 + letter
                    : letter < 52 ? 71 + letter : letter < 62 ? letter - 4 : letter == 62 ? 45 : 95
                line.append(byte)
            }
        }
    }

    func accountText(_ account: UInt32) -> String {
        var buffer = ByteBuffer(capacity: 28)
        appendAccount(account, to: &buffer)
        return buffer.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Appends one line with its newline.
    func append(_ event: CampaignEvent, id: UInt64, to line: inout ByteBuffer) {
        line.append("{\"ts\":")
        line.append(decimal: UInt64(startMs + event.ts))
        line.append(",\"event\":\"")
        line.append(event.type.name)
        line.append("\",\"event_id\":\"")
        line.append(hexadecimal: id, digits: 16)
        line.append("\",\"account_id\":\"")
        appendAccount(event.account, to: &line)
        if event.isServer {
            line.append("\",\"platform\":\"server\"")
        } else {
            appendVisit(event, to: &line)
        }
        appendCampaign(event, to: &line)
        appendOrder(event, to: &line)
        appendPeople(event, to: &line)
        line.append("}\n")
    }

    /// Where and on what; ends after a closed value.
    @inline(__always)
    private func appendVisit(_ event: CampaignEvent, to line: inout ByteBuffer) {
        if event.device != 0 {
            let device = hash(.device, event.device)
            line.append("\",\"device_id\":\"")
            line.append(hexadecimal: device, digits: 16)
            line.append(hexadecimal: RandomSource.mix(device), digits: 4)
            line.append(
                event.deviceSource == .vendor ? "\",\"device_source\":\"vendor" : "\",\"device_source\":\"sdk"
            )
        }
        if event.ip != 0 {
            line.append("\",\"ip\":\"")
            if event.ipIsV6 {
                let subscriber = hash(.network, event.ip)
                line.append("2409:89")
                line.append(hexadecimal: subscriber & 0x1F, digits: 2)
                for shift in [8, 24] as [UInt64] {
                    line.append(UInt8(ascii: ":"))
                    line.append(hexadecimal: subscriber >> shift | 1, digits: 4)
                }
                line.append("::")
                line.append(hexadecimal: hash(.network, event.session &+ event.ip), digits: 4)
            } else {
                for shift in [24, 16, 8, 0] as [UInt32] {
                    if shift != 24 { line.append(UInt8(ascii: ".")) }
                    line.append(decimal: UInt64(event.ip >> shift & 255))
                }
            }
        }
        if event.wifi != 0, event.frontEnd % 2 == 0 {
            line.append("\",\"wifi_id\":\"")
            line.append(hexadecimal: hash(.wifi, event.wifi), digits: 12)
        }
        if event.session != 0 {
            line.append("\",\"session_id\":\"")
            line.append(hexadecimal: hash(.session, event.session), digits: 16)
        }
        // The second front end is older and says nothing of networks.
        switch event.frontEnd % 2 == 0 ? event.network : .unknown {
        case .wifi: line.append("\",\"network\":\"wifi")
        case .cellular: line.append("\",\"network\":\"cellular")
        default: break
        }
        line.append(profiles[Int(event.profile) - 1])
        line.append(wxVersions[Int(event.wxVersion)])
        line.append("\",\"scene\":")
        line.append(decimal: UInt64(event.scene))
        if event.riskRank != 0 {
            line.append(",\"wx_risk_rank\":")
            line.append(decimal: UInt64(event.riskRank - 1))
            line.append(",\"wx_device_risk_rank\":")
            line.append(decimal: UInt64(event.deviceRiskRank - 1))
            line.append(",\"wx_device_uv_1d\":")
            line.append(decimal: UInt64(event.deviceUsers - 1))
        }
        switch event.type {
        case .appOpen, .pageView, .pageLeave, .click, .productView, .couponClaim, .share:
            line.append(",\"page\":\"")
            line.append(LogLine.pages[Int(event.page)])
            line.append(UInt8(ascii: "\""))
        default: break
        }
        if event.dwell != 0 { number(",\"dwell_ms\":", UInt64(event.dwell), to: &line) }
    }

    @inline(__always)
    private func appendCampaign(_ event: CampaignEvent, to line: inout ByteBuffer) {
        if event.campaign != 0 {
            line.append(",\"campaign_id\":\"c2026-0")
            line.append(decimal: UInt64(event.campaign))
            line.append(UInt8(ascii: "\""))
        }
        if event.coupon != 0 {
            line.append(",\"coupon_id\":\"k")
            line.append(decimal: 1000 + UInt64(event.coupon) &* 37 % 900)
            line.append(UInt8(ascii: "\""))
        }
        if event.couponInstance != 0 {
            text(",\"coupon_instance\":\"", hash(.couponInstance, event.couponInstance), 16, to: &line)
        }
        if event.points != 0 { number(",\"points\":", UInt64(event.points), to: &line) }
    }

    @inline(__always)
    private func appendOrder(_ event: CampaignEvent, to line: inout ByteBuffer) {
        if event.order != 0 {
            line.append(",\"order_id\":\"42")
            line.append(decimal: hash(.order, event.order) % 900_000_000_000_000 + 100_000_000_000_000)
            line.append(UInt8(ascii: "\""))
        }
        if event.merchant != 0 {
            line.append(",\"merchant_id\":\"m")
            line.append(decimal: UInt64(event.merchant) &* 7919 % 90_000 + 10_000)
            line.append(UInt8(ascii: "\""))
        }
        if event.sku != 0 {
            line.append(",\"sku_id\":\"s")
            line.append(decimal: UInt64(event.sku) &* 611_953 % 9_000_000 + 1_000_000)
            line.append(UInt8(ascii: "\""))
        }
        if event.group != 0 { text(",\"group_id\":\"", hash(.group, event.group), 12, to: &line) }
        if event.quantity != 0 { number(",\"quantity\":", UInt64(event.quantity), to: &line) }
        if event.amount != 0 { number(",\"amount_fen\":", UInt64(event.amount), to: &line) }
        if event.discount != 0 { number(",\"discount_fen\":", UInt64(event.discount), to: &line) }
        if event.refund != 0 { number(",\"refund_fen\":", UInt64(event.refund), to: &line) }
    }

    @inline(__always)
    private func appendPeople(_ event: CampaignEvent, to line: inout ByteBuffer) {
        if event.phone != 0 { text(",\"phone_id\":\"", hash(.phone, event.phone), 16, to: &line) }
        if event.phonePrefix != 0 {
            line.append(",\"phone_prefix\":\"1")
            line.append(decimal: 300_000 + UInt64(event.phonePrefix) &* 4751 % 690_000)
            line.append(UInt8(ascii: "\""))
        }
        if event.address != 0 { text(",\"address_id\":\"", hash(.address, event.address), 16, to: &line) }
        if event.payer != 0 { text(",\"payer_id\":\"", hash(.payer, event.payer), 16, to: &line) }
        if event.tracking != 0 { text(",\"tracking_id\":\"", hash(.tracking, event.tracking), 16, to: &line) }
        if event.inviter != 0 {
            line.append(",\"inviter_id\":\"")
            appendAccount(event.inviter - 1, to: &line)
            line.append(UInt8(ascii: "\""))
        }
        if event.peer != 0 {
            line.append(",\"peer_id\":\"")
            appendAccount(event.peer - 1, to: &line)
            line.append(UInt8(ascii: "\""))
        }
        if event.rating != 0 { number(",\"rating\":", UInt64(event.rating), to: &line) }
        if event.ok != 0 { line.append(event.ok == 1 ? ",\"ok\":true" : ",\"ok\":false") }
    }

    @inline(__always)
    private func number(_ key: StaticString, _ value: UInt64, to line: inout ByteBuffer) {
        line.append(key)
        line.append(decimal: value)
    }

    @inline(__always)
    private func text(_ key: StaticString, _ hash: UInt64, _ digits: Int, to line: inout ByteBuffer) {
        line.append(key)
        line.append(hexadecimal: hash, digits: digits)
        line.append(UInt8(ascii: "\""))
    }
}
