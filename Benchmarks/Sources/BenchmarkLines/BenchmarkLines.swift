/// Log lines of about 390 bytes with the fields that a brand's mini-program sends, nearly in time order.
public struct BenchmarkLines {
    private var state: UInt64
    private var ts: Int64 = 1_767_225_600_000

    public init(seed: UInt64) { state = seed }

    private mutating func random(_ below: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((word ^ word >> 31) % UInt64(below))
    }

    private mutating func identifier(_ prefix: String, _ below: Int) -> String {
        let number = UInt64(random(below)) &* 0x9E_3779_B97F_4A7C & 0xFF_FFFF_FFFF_FFFF
        let digits = String(number, radix: 16)
        return prefix + String(repeating: "0", count: 14 - digits.count) + digits
    }

    /// Appends one line with its LF.
    public mutating func append(to bytes: inout [UInt8]) {
        ts += Int64(random(40))
        let late = random(20) == 0 ? Int64(random(5000)) : 0
        let events = [
            "page_view", "product_view", "click", "coupon_claim", "check_in", "order_submit", "share",
        ]
        let models = ["iPhone15,3", "SM-S9180", "V2309A", "PJE110", "23127PN0CC", "ALN-AL00"]
        let brands = ["Apple", "samsung", "vivo", "OPPO", "Xiaomi", "HUAWEI"]
        let kind = random(events.count)
        let phone = random(models.count)
        var line =
            "{\"ts\":\(ts - late),\"event\":\"\(events[kind])\",\"account_id\":\"\(identifier("oX5f", 400_000))\""
        line += ",\"event_id\":\"\(identifier("e", 1 << 40))\",\"device_id\":\"\(identifier("d", 350_000))\""
        line +=
            ",\"device_source\":\"vendor\",\"ip\":\"\(random(126) + 1).\(random(256)).\(random(256)).\(random(256))\""
        line += ",\"session_id\":\"\(identifier("s", 1 << 30))\",\"network\":\"4g\""
        line +=
            ",\"platform\":\"\(phone == 0 ? "ios" : "android")\",\"brand\":\"\(brands[phone])\",\"model\":\"\(models[phone])\""
        line +=
            ",\"os_version\":\"\(random(4) + 12)\",\"wx_version\":\"8.0.\(random(20) + 40)\",\"scene\":\(1001 + random(90))"
        switch kind {
        case 0, 1, 2: line += ",\"page\":\"pages/activity/index\",\"dwell_ms\":\(random(60_000))"
        case 3, 4:
            line +=
                ",\"campaign_id\":\"newyear2026\",\"coupon_id\":\"\(identifier("c", 40))\",\"points\":\(random(50))"
        default:
            line += ",\"order_id\":\"\(identifier("o", 1 << 40))\",\"sku_id\":\"\(identifier("k", 500))\""
            line += ",\"amount_fen\":\(random(90_000)),\"discount_fen\":\(random(900))"
        }
        line += ",\"ok\":true}\n"
        bytes.append(contentsOf: line.utf8)
    }
}
