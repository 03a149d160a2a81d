/// Log lines as the built-in formats have them, with the fields that vendors' own code sends.
public struct FormatLines {
    private var state: UInt64
    private var ts: Int64 = 1_793_448_000_000

    public static let names = [
        "sensors", "sensors-server", "sensors-wire", "growingio", "zhuge", "umeng", "umeng-wire", "umeng-qt", "youshu",
        "segment", "thinkingdata", "nginx", "sls+sensors", "cls+nginx",
    ]

    public init(seed: UInt64) { state = seed }

    private mutating func random(_ below: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((word ^ word >> 31) % UInt64(below))
    }

    private mutating func one(of names: [String]) -> String { names[random(names.count)] }
    private var ip: String { "198.51.\(ts / 97 % 256).\(ts % 256)" }

    /// A line; of the formats with many events a line, one with some.
    public mutating func line(of name: String) -> String {
        switch name {
        case "sls+sensors": return "{\"__time__\":1793448006,\"__topic__\":\"\",\"__source__\":\"10.0.0.8\",\"content\":\(FormatLines.quoted(server()))}"
        case "cls+nginx":
            return "{\"__TIMESTAMP__\":\"1793448006000\",\"__SOURCE__\":\"10.0.0.8\",\"__CONTENT__\":\(FormatLines.quoted(line(of: "nginx")))}"
        case "sensors-wire":
            let events = (0..<10).map { _ in line(of: "sensors") }.joined(separator: ",")
            return "data_list=" + FormatLines.base64("[\(events)]").replacing("+", with: "%2B").replacing("=", with: "%3D")
        case "sensors-server": return server()
        default: break
        }
        ts += Int64(random(40))
        let user = "U\(1_000_000 + random(400_000))"
        let order = "O\(20_261_031_000 + random(1_000_000))"
        switch name {
        case "sensors":
            let event = one(of: ["$MPViewScreen", "CouponReceive", "ViewProduct", "PayOrder", "$MPClick"])
            return "{\"distinct_id\":\"\(user)\",\"login_id\":\"\(user)\",\"anonymous_id\":\"oTEST\(user)aaaaaaaaaaaaaaaa\",\"identities\":{\"$identity_mp_id\":\"1793448000000-7298353-\(user)\",\"$identity_login_id\":\"\(user)\",\"$identity_anonymous_id\":\"oTEST\(user)aaaaaaaaaaaaaaaa\"},\"lib\":{\"$lib\":\"MiniProgram\",\"$lib_method\":\"code\",\"$lib_version\":\"1.22.8\"},\"type\":\"track\",\"event\":\"\(event)\",\"_track_id\":\(random(999_999_999)),\"time\":\(ts),\"_flush_time\":\(ts + 40),\"properties\":{\"$lib\":\"MiniProgram\",\"$lib_version\":\"1.22.8\",\"$brand\":\"APPLE\",\"$manufacturer\":\"Apple\",\"$model\":\"iPhone 14 Pro<iPhone15,2>\",\"$os\":\"iOS\",\"$os_version\":\"17.5\",\"$screen_width\":393,\"$screen_height\":852,\"$network_type\":\"WIFI\",\"$mp_client_app_version\":\"8.0.50\",\"$mp_client_basic_library_version\":\"3.4.5\",\"$latest_scene\":\"wx-1007\",\"$app_id\":\"wx0000testbrand001\",\"$timezone_offset\":-480,\"$is_first_day\":false,\"$url_path\":\"pages/coupon/center\",\"$title\":\"领券中心\",\"coupon_id\":\"CP20OFF100\",\"coupon_amount\":20,\"order_id\":\"\(order)\",\"pay_amount\":\(random(500)).5,\"$ip\":\"\(ip)\"}}"
        case "growingio":
            let event = one(of: ["getCoupon", "goodsView", "orderPay", "checkIn"])
            return "{\"eventType\":\"CUSTOM\",\"eventName\":\"\(event)\",\"appChannel\":\"scn:1007\",\"appVersion\":\"3.14.2\",\"dataSourceId\":\"b7a6c5d4e3f20192\",\"deviceBrand\":\"Apple\",\"deviceId\":\"4bf3ef1c-3e48-4144-a3f8-91b9c27\(10_000 + random(80_000))\",\"deviceModel\":\"iPhone 14 Pro<iPhone15,2>\",\"deviceType\":\"Weixin-iOS\",\"domain\":\"wx0000testbrand001\",\"language\":\"zh_CN\",\"networkState\":\"wifi\",\"operatingSystem\":\"Weixin-iOS\",\"path\":\"pages/coupon/center\",\"platform\":\"MinP\",\"platformVersion\":\"Weixin 8.0.50\",\"query\":\"activity_id=ACT20261111\",\"screenHeight\":2556,\"screenWidth\":1179,\"sdkVersion\":\"4.6.0\",\"sessionId\":\"05ce648d-590e-414c-bd0c-2890f44\(10_000 + random(80_000))\",\"title\":\"领券中心\",\"timestamp\":\(ts),\"timezoneOffset\":-480,\"userId\":\"\(user)\",\"userKey\":\"member_id\",\"attributes\":{\"coupon_id\":\"CP20OFF100\",\"coupon_name\":\"满100减20\",\"pay_amount\":\"\(random(500)).5\",\"order_id\":\"\(order)\"},\"eventSequenceId\":\(random(50))}"
        case "zhuge":
            let events = (0..<4).map { _ -> String in
                ts += Int64(random(40))
                return "{\"dt\":\"evt\",\"pr\":{\"$ct\":\(ts),\"$tz\":28800000,\"$cuid\":\"\(user)\",\"$sid\":1793448000000,\"$sc\":\(random(90)),\"$eid\":\"领取优惠券\",\"$net\":\"4\",\"$os\":\"iOS\",\"$ov\":\"17.5\",\"$br\":\"Apple\",\"$dv\":\"iPhone 14 Pro\",\"$url\":\"pages/coupon/center\",\"_优惠券ID\":\"CP20OFF100\",\"_优惠券面额\":20}}"
            }
            return "{\"owner\":\"zg\",\"sln\":\"itn\",\"sdk\":\"zg-js\",\"sdkv\":\"2.0\",\"pl\":\"js\",\"ak\":\"testzhugeappkey0000000000000000a\",\"tz\":28800000,\"debug\":0,\"ut\":\"2026-10-31 20:00:12\",\"st\":\(ts),\"ip\":\"\(ip)\",\"ua\":\"Mozilla/5.0 MicroMessenger/8.0.50\",\"usr\":{\"did\":\"16dbf0674e676e-\(user)\"},\"data\":[\(events.joined(separator: ","))]}"
        case "umeng":
            return "{\"__time__\":\"1793448006\",\"__topic__\":\"\",\"__source__\":\"10.0.0.8\",\"app_key\":\"testappkey\",\"event_name\":\"get_coupon\",\"event_type\":\"custom\",\"session_id\":\"xING\(user)\",\"umid\":\"GJ62\(user)\",\"app_version\":\"3.14.2\",\"os\":\"ios\",\"os_version\":\"17.5\",\"device_brand\":\"Apple\",\"device_model\":\"iPhone 14 Pro\",\"network_access\":\"WIFI\",\"ip\":\"\(ip)\",\"cli_timestamp\":\"\(ts)\",\"svr_timestamp\":\"\(ts + 900)\",\"event_kv_json\":\"{\\\"coupon_id\\\":\\\"CP20OFF100\\\",\\\"openid\\\":\\\"o\(user)\\\",\\\"coupon_amount\\\":\\\"20\\\"}\"}"
        case "umeng-wire":
            let sessions = (0..<3).map { session -> String in
                let events = (0..<3).map { _ -> String in
                    ts += Int64(random(40))
                    return "{\"id\":\"get_coupon\",\"ts\":\(ts),\"coupon_id\":\"CP20OFF100\",\"pay_amount\":\(random(500)).5,\"activity_id\":\"ACT20261111\"}"
                }
                return "\"s\(session)\(user)\":[\(events.joined(separator: ","))]"
            }
            return FormatLines.base64(
                "{\"h\":{\"ak\":\"testappkey\",\"os\":\"ios\",\"db\":\"Apple\",\"dm\":\"iPhone 14 Pro\",\"ov\":\"17.5\",\"rl\":\"393*852\",\"pv\":\"8.0.50\",\"psv\":\"3.4.5\",\"ac\":\"wifi\",\"itr\":{\"ud\":\"\(user)\",\"od\":\"o\(user)\",\"und\":\"u\(user)\"},\"ts\":\(ts)},\"a\":{\"e\":{\(sessions.joined(separator: ","))},\"sn\":[]}}")
        case "umeng-qt":
            return "{\"sign\":\"0123456789abcdef0123456789abcdef\",\"app_id\":\"svc1\",\"appkey\":\"1344444\",\"id\":\"get_coupons\",\"umid\":\"ed\(user)\",\"puid\":\"\(user)\",\"ts\":\"\(ts)\",\"cusp\":{\"coupon_id\":\"CP20OFF100\",\"coupon_amount\":\"20\",\"activity_id\":\"ACT20261111\"},\"gp\":{},\"sdk_type\":\"httpapi\",\"log_id\":\"\(ts)\(user)\"}"
        case "youshu":
            return "{\"type\":\"custom_order\",\"from\":\"sr-sdk-wxapp\",\"tracking_id\":\"\(ts)-8bcbbc8c\",\"props\":{\"time\":\(ts),\"page\":\"pages/order/confirm\",\"page_title\":\"确认订单\",\"order\":{\"order_id\":\"\(order)\",\"order_time\":\(ts),\"order_status\":\"payed\"},\"sub_orders\":[{\"sub_order_id\":\"\(order)-1\",\"sku_id\":\"SKU10\",\"order_amt\":129.9,\"pay_amt\":109.9}],\"wx_user\":{\"app_id\":\"wx0000testbrand001\",\"open_id\":\"o\(user)\",\"user_id\":\"\(user)\",\"union_id\":\"u\(user)\",\"local_id\":\"1793448000000-\(user)\",\"tag\":[]},\"chan\":{\"chan_wxapp_scene\":1007,\"chan_id\":\"ch1\"},\"system_info\":{\"brand\":\"Apple\",\"model\":\"iPhone 14 Pro<iPhone15,2>\",\"version\":\"8.0.50\",\"system\":\"iOS 17.5\",\"platform\":\"ios\",\"screenWidth\":393,\"screenHeight\":852}}}"
        case "segment":
            return "{\"integrations\": {}, \"anonymousId\": \"o\(user)\", \"properties\": {\"order_id\": \"\(order)\", \"pay_amount\": \(random(500)).5}, \"timestamp\": \"2026-10-31T12:\(10 + random(50)):\(10 + random(50)).537+00:00\", \"context\": {\"ip\": \"\(ip)\", \"device\": {\"id\": \"dev-\(user)\", \"manufacturer\": \"Xiaomi\", \"model\": \"Redmi 6A\", \"type\": \"android\"}, \"os\": {\"name\": \"Android\", \"version\": \"8.1.0\"}, \"page\": {\"path\": \"/pages/coupon/center\"}, \"locale\": \"zh-CN\", \"timezone\": \"Asia/Shanghai\", \"library\": {\"name\": \"analytics-python\", \"version\": \"2.4.0\"}}, \"userId\": \"\(user)\", \"type\": \"track\", \"event\": \"Order Completed\", \"messageId\": \"346ef69f-44d6-4358-99ed-\(user)0000\"}"
        case "thinkingdata":
            return "{\"#type\":\"track\",\"#ip\":\"\(ip)\",\"#time\":\"2026-10-31 20:\(10 + random(50)):\(10 + random(50)).186\",\"#uuid\":\"df575721-8b84-41ca-916d-\(user)0000\",\"#event_name\":\"PayOrder\",\"#distinct_id\":\"o\(user)\",\"#account_id\":\"\(user)\",\"properties\":{\"#lib\":\"tga_python_sdk\",\"#lib_version\":\"3.0.0\",\"order_id\":\"\(order)\",\"pay_amount\":\(random(500)).5}}"
        default:
            let uri = one(of: ["/api/v1/coupon/receive", "/api/v1/order/submit", "/api/v1/points/checkin", "/api/v1/wx/login"])
            return "{\"ts\":\"2026-11-21T20:07:44+00:00\",\"msec\":\(ts / 1000).\(100 + ts % 900),\"remote_addr\":\"\(ip)\",\"xff\":\"\(ip)\",\"method\":\"POST\",\"host\":\"127.0.0.1\",\"uri\":\"\(uri)\",\"args\":\"couponId=CP20OFF100&activityId=ACT20261111\",\"status\":200,\"bytes\":10,\"rt\":0.000,\"referer\":\"https://servicewechat.com/wx0000testbrand001/128/page-frame.html\",\"ua\":\"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x18003237) NetType/WIFI Language/zh_CN\",\"openid\":\"o\(user)\",\"unionid\":\"\",\"wx_source\":\"\",\"uid\":\"\(user)\",\"device_id\":\"dev-\(user)\",\"req_id\":\"6f2edb3fec071e1fc8015b52\(ts % 100_000_000)\",\"req_len\":547}"
        }
    }

    private mutating func server() -> String {
        ts += Int64(random(40))
        let user = "U\(1_000_000 + random(400_000))"
        let event = one(of: ["Login", "CouponReceive", "SubmitOrder", "PayOrder", "PointsRedeem"])
        return "{\"type\":\"track\",\"time\":\(ts),\"distinct_id\":\"\(user)\",\"properties\":{\"$lib\":\"python\",\"$lib_version\":\"1.11.0\",\"order_id\":\"S\(user)\",\"pay_amount\":\(random(500)).5,\"$ip\":\"\(ip)\",\"openid\":\"oTEST5srvusr00000000k00000\",\"$is_login_id\":true},\"lib\":{\"$lib\":\"python\",\"$lib_version\":\"1.11.0\",\"$lib_method\":\"code\",\"$lib_detail\":\"####app/server_sdks.py##23\"},\"project\":\"production\",\"event\":\"\(event)\",\"time_free\":true}"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private static func base64(_ text: String) -> String {
        let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let bytes = Array(text.utf8)
        var encoded: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let left = min(3, bytes.count - start)
            var bits = 0
            for place in 0..<3 { bits = bits << 8 | (place < left ? Int(bytes[start + place]) : 0) }
            for place in 0..<4 { encoded.append(place <= left ? signs[bits >> (18 - 6 * place) & 63] : 0x3D) }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
