import LogStage
import Testing

@testable import ActivityLog

/// What a line came to in some format.
struct Mapped {
    var events: [Event] = []
    var accounts: [String] = []
    var dropped = 0
    var rejected: [RejectReason] = []
    var unmapped: [String] = []
    var unfit: [EventField: Int64] = [:]
    var unkeyed: Int64 = 0
    var sessionKeys: Int64 = 0
    var unreadableStrings: Int64 = 0

    /// - Parameter name: a format or a chain of them.
    init(_ line: [UInt8], _ name: String, configuration: ReadConfiguration = ReadConfiguration()) {
        let formats = name.split(separator: "+").map { FormatLibrary.named(String($0))! }
        self.init([line], formats, configuration: configuration)
    }

    init(_ line: String, _ name: String, configuration: ReadConfiguration = ReadConfiguration()) {
        self.init(Array(line.utf8), name, configuration: configuration)
    }

    init(
        _ lines: [[UInt8]], _ formats: [FormatDefinition],
        configuration: ReadConfiguration = ReadConfiguration()
    ) {
        var decoder = EventDecoder(configuration: configuration)
        var mapped = MappedDecoder(formats, configuration: configuration)
        for line in lines {
            line.withUnsafeBytes { line in
                do throws(RejectReason) {
                    try mapped.begin(line)
                } catch {
                    rejected.append(error)
                    return
                }
                while true {
                    var event = Event()
                    switch mapped.next(into: &event, with: &decoder) {
                    case .event(let account):
                        events.append(event)
                        accounts.append(
                            String(decoding: mapped.text[account.start..<account.end], as: UTF8.self))
                    case .dropped: dropped += 1
                    case .rejected(let reason): rejected.append(reason)
                    case .end: return
                    }
                }
            }
        }
        unmapped = mapped.unmapped.names.map(\.name)
        for field in EventField.allCases where mapped.unfit[Int(field.rawValue)] > 0 {
            unfit[field] = mapped.unfit[Int(field.rawValue)]
        }
        unkeyed = mapped.unkeyed
        sessionKeys = mapped.sessionKeys
        unreadableStrings = mapped.unreadableStrings
    }

    /// The events as text, every field of them.
    var described: [String] { zip(events, accounts).map { Mapped.describe($0, $1) } }

    static func describe(_ event: Event, _ account: String) -> String {
        var event = event
        event.accountTextOffset = 0
        event.accountTextLength = 0
        return "\(account) \(event)"
    }

    /// What the schema's own decoder makes of lines of the schema.
    static func canonical(_ lines: [String], configuration: ReadConfiguration = ReadConfiguration()) throws
        -> [String]
    {
        var decoder = EventDecoder(configuration: configuration)
        var batch = EventBatch()
        for line in lines { try decoder.decode(Array(line.utf8).span.bytes, into: &batch) }
        return batch.events.map { event in
            let start = Int(event.accountTextOffset)
            let text = batch.text[start..<start + Int(event.accountTextLength)]
            return describe(event, String(decoding: text, as: UTF8.self))
        }
    }
}

/// base64 as RFC 4648 has it.
func base64(_ bytes: [UInt8]) -> String {
    let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = Array(bytes[start..<min(start + 3, bytes.count)])
        let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[$1]) : 0) }
        for place in 0..<4 { text.append(place <= group.count ? signs[bits >> (18 - 6 * place) & 63] : "=") }
    }
    return text
}

func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
        let isPlain = byte &- 0x30 < 10 || byte | 0x20 &- 0x61 < 26
        return isPlain
            ? String(Unicode.Scalar(byte))
            : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
}

/// A JSON string.
func quoted(_ text: String) -> String {
    "\"" + text.map { $0 == "\"" ? "\\\"" : $0 == "\\" ? "\\\\" : String($0) }.joined() + "\""
}

/// A made-up line of each built-in format that has lines of its own, and what it says in the schema's words.
enum FormatFixtures {
    struct Fixture: CustomTestStringConvertible {
        var format: String
        var line: String
        var canonical: [String]
        var dropped = 0
        var testDescription: String { format }
    }

    static let sensors = Fixture(
        format: "sensors",
        line: #"""
            {"_track_id":318840017,"lib":{"$lib":"MiniProgram","$lib_version":"1.22.8"},"distinct_id":"U77","login_id":"U77","anonymous_id":"oFIXTUREaaaaaaaaaaaaaaaaaa1","identities":{"$identity_mp_id":"1793448000000-7298353-0690","$identity_login_id":"U77"},"type":"track","event":"CouponReceive","time":1793448005200,"_flush_time":1793448005240,"properties":{"$os":"iOS","$os_version":"17.5","$brand":"APPLE","$model":"iPhone 14 Pro<iPhone15,2>","$network_type":"WIFI","$latest_scene":"wx-1007","$url_path":"pages/coupon/center","$mp_client_app_version":"8.0.50","coupon_id":"CP20","coupon_amount":20.1,"activity_id":"春节活动","$ip":"198.51.100.20"}}
            """#,
        canonical: [
            #"{"ts":1793448005200,"event":"coupon_claim","account_id":"U77","event_id":"318840017:1793448005200:U77","device_id":"1793448000000-7298353-0690","device_source":"sdk","platform":"ios","os_version":"17.5","brand":"apple","model":"iPhone 14 Pro","network":"wifi","scene":1007,"page":"pages/coupon/center","wx_version":"8.0.50","coupon_id":"CP20","discount_fen":2010,"campaign_id":"春节活动","ip":"198.51.100.20"}"#
        ])

    static let all: [Fixture] = [
        sensors,
        Fixture(
            format: "sensors-wire",
            line: "data_list=" + percentEncoded(base64(Gzip.member(Array("[\(sensors.line)]".utf8))))
                + "&gzip=1",
            canonical: sensors.canonical),
        Fixture(
            format: "growingio",
            line: #"""
                {"eventType":"CUSTOM","eventName":"orderSubmit","appChannel":"scn:1007","deviceBrand":"Apple","deviceId":"4bf3ef1c-3e48-4144-a3f8-91b9c27339a5","deviceModel":"iPhone 14 Pro<iPhone15,2>","domain":"wx00","networkState":"wifi","operatingSystem":"Weixin-iOS","path":"pages/order","platform":"MinP","platformVersion":"Weixin 8.0.50","query":"activity_id=A%201&x=2","sessionId":"05ce648d","title":"下单","timestamp":1793448035300,"timezoneOffset":-480,"userId":"U77","attributes":{"order_id":"O1","order_amount":"129.9","discount_amount":"20","coupon_id":"CP20","sku_list":"S1||S2"},"eventSequenceId":4}
                """#,
            canonical: [
                #"{"ts":1793448035300,"event":"order_submit","account_id":"U77","event_id":"05ce648d:4:1793448035300","device_id":"4bf3ef1c-3e48-4144-a3f8-91b9c27339a5","device_source":"sdk","session_id":"05ce648d","network":"wifi","platform":"ios","brand":"apple","model":"iPhone 14 Pro","wx_version":"8.0.50","scene":1007,"page":"pages/order","campaign_id":"A 1","coupon_id":"CP20","order_id":"O1","sku_id":"S1","amount_fen":10990,"discount_fen":2000}"#
            ]),
        Fixture(
            format: "zhuge",
            line: #"""
                {"owner":"zg","sdk":"zg-js","pl":"js","ak":"key","tz":28800000,"ut":"2026-10-31 20:00:12","st":1793448012350,"ip":"198.51.100.21","data":[{"dt":"evt","pr":{"$ct":1793448012000,"$cuid":4000001,"$sid":1793448000000,"$sc":3,"$eid":"领取优惠券","$net":"4","_优惠券ID":"CP20","_优惠券面额":20}},{"dt":"usr","pr":{"$ct":1793448012001,"$cuid":"U4"}},{"dt":"se","pr":{"$ct":1793448040000,"$cuid":"U4","$sid":1793448000000,"$dru":40000}}],"usr":{"did":"16dbf067"}}
                """#,
            canonical: [
                #"{"ts":1793448012000,"event":"coupon_claim","account_id":"4000001","event_id":"1793448000000:3:1793448012000","session_id":"1793448000000","device_id":"16dbf067","device_source":"sdk","ip":"198.51.100.21","network":"wifi","coupon_id":"CP20","discount_fen":2000}"#,
                #"{"ts":1793448040000,"event":"app_close","account_id":"U4","session_id":"1793448000000","device_id":"16dbf067","device_source":"sdk","ip":"198.51.100.21","dwell_ms":40000}"#,
            ], dropped: 1),
        Fixture(
            format: "umeng",
            line: #"""
                {"__time__":"1793448006","app_key":"k","event_name":"coupon_claim","event_type":"custom","session_id":"xING","umid":"GJ62","os":"ios","device_brand":"Apple","device_model":"iPhone 14 Pro","ip":"198.51.100.20","cli_timestamp":"1793448006600","svr_timestamp":"1793448042842","event_kv_json":"{\"coupon_id\":\"CP\\\"20\",\"openid\":\"oX\"}"}
                """#,
            canonical: [
                #"{"ts":1793448006600,"event":"coupon_claim","account_id":"oX","device_id":"GJ62","device_source":"sdk","session_id":"xING","platform":"ios","brand":"apple","model":"iPhone 14 Pro","ip":"198.51.100.20","coupon_id":"CP\"20"}"#
            ]),
        Fixture(
            format: "umeng-wire",
            line: base64(
                Array(
                    #"{"h":{"ak":"k","os":"ios","db":"Apple","dm":"iPhone","pv":"8.0.50","itr":{"ud":"u1","od":"oX","und":"uX"}},"a":{"e":{"s1":[{"id":"get_coupon","ts":1793448006600,"coupon_id":"CP20"}],"s2":[{"id":"sign_in","ts":1793448007600,"points":5},{"id":"pay_order","ts":1793448008600,"pay_amount":0.30000000000000004}]}}}"#
                        .utf8)),
            canonical: [
                #"{"ts":1793448006600,"event":"coupon_claim","account_id":"uX","session_id":"s1","device_id":"u1","device_source":"sdk","platform":"ios","brand":"apple","model":"iPhone","wx_version":"8.0.50","coupon_id":"CP20"}"#,
                #"{"ts":1793448007600,"event":"check_in","account_id":"uX","session_id":"s2","device_id":"u1","device_source":"sdk","platform":"ios","brand":"apple","model":"iPhone","wx_version":"8.0.50","points":5}"#,
                #"{"ts":1793448008600,"event":"order_pay","account_id":"uX","session_id":"s2","device_id":"u1","device_source":"sdk","platform":"ios","brand":"apple","model":"iPhone","wx_version":"8.0.50","amount_fen":30}"#,
            ]),
        Fixture(
            format: "umeng-qt",
            line:
                #"{"sign":"x","app_id":"svc","appkey":"13","id":"get_coupons","umid":"ed","puid":"U77","ts":"1793448006600","cusp":{"coupon_id":"CP20"},"gp":{},"sdk_type":"httpapi"}"#,
            canonical: [
                #"{"ts":1793448006600,"event":"coupon_claim","account_id":"U77","device_id":"ed","device_source":"sdk","coupon_id":"CP20"}"#
            ]),
        Fixture(
            format: "youshu",
            line: #"""
                {"type":"custom_order","from":"sr-sdk-wxapp","tracking_id":"t1","props":{"time":1793448035300,"page":"pages/order/confirm?inviter=U5","order":{"order_id":"O1","order_time":1793448035300,"order_status":"payed"},"sub_orders":[{"sub_order_id":"O1-1","sku_id":"S1","order_amt":129.9,"pay_amt":109.9},{"sub_order_id":"O1-2","order_amt":1,"pay_amt":0.1}],"wx_user":{"app_id":"wx00","open_id":"oX","user_id":"U77","union_id":"uX","local_id":"L1"},"chan":{"chan_wxapp_scene":1007},"system_info":{"brand":"Xiaomi","model":"Redmi 6A","platform":"android","version":"8.0.50"}}}
                """#,
            canonical: [
                #"{"ts":1793448035300,"event":"order_pay","account_id":"U77","event_id":"t1:1793448035300:custom_order:O1:payed","device_id":"L1","device_source":"sdk","platform":"android","brand":"xiaomi","model":"Redmi 6A","wx_version":"8.0.50","scene":1007,"page":"pages/order/confirm","order_id":"O1","sku_id":"S1","amount_fen":11000,"inviter_id":"U5"}"#
            ]),
        Fixture(
            format: "segment",
            line: #"""
                {"integrations": {}, "anonymousId": "oA", "properties": {"order_id": "S0", "pay_amount": 101.5}, "timestamp": "2026-10-31T12:00:30.159+00:00", "context": {"ip": "203.0.113.100", "device": {"id": "dev-0", "manufacturer": "Xiaomi", "model": "Redmi 6A", "type": "android"}, "os": {"name": "Android", "version": "8.1.0"}, "page": {"path": "/pages/coupon"}, "network": {"wifi": true}}, "userId": "U77", "type": "track", "event": "Order Completed", "messageId": "m1"}
                """#,
            canonical: [
                #"{"ts":1793448030159,"event":"order_pay","account_id":"U77","event_id":"m1","device_id":"dev-0","device_source":"sdk","ip":"203.0.113.100","network":"wifi","platform":"android","brand":"xiaomi","model":"Redmi 6A","os_version":"8.1.0","page":"/pages/coupon","order_id":"S0","amount_fen":10150}"#
            ]),
        Fixture(
            format: "thinkingdata",
            line: #"""
                {"#type":"track","#ip":"203.0.113.100","#time":"2026-10-31 20:00:23.186","#uuid":"df57","#event_name":"CouponReceive","#distinct_id":"oX","#account_id":"U77","properties":{"#lib":"tga","coupon_id":"CP20","coupon_amount":20.0}}
                """#,
            canonical: [
                #"{"ts":1793448023186,"event":"coupon_claim","account_id":"U77","event_id":"df57","ip":"203.0.113.100","coupon_id":"CP20","discount_fen":2000}"#
            ]),
        Fixture(
            format: "nginx",
            line: #"""
                {"ts":"2026-10-31T20:00:06+08:00","msec":1793448006.600,"remote_addr":"10.0.0.1","xff":"203.0.113.77, 10.0.0.1","method":"POST","uri":"/api/v1/coupon/receive","args":"couponId=CP20&activityId=%E6%98%A5","status":200,"rt":0.012,"referer":"https://servicewechat.com/wx00/128/page-frame.html","ua":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) MicroMessenger/8.0.50(0x18003237) NetType/WIFI Language/zh_CN","openid":"oX","unionid":"","uid":"U77","device_id":"dev-1","req_id":"r1","wx_risk_rank":"3","wx_device_uv_1d":"9"}
                """#,
            canonical: [
                #"{"ts":1793448006600,"event":"coupon_claim","account_id":"U77","event_id":"r1","device_id":"dev-1","ip":"203.0.113.77","network":"wifi","platform":"ios","wx_version":"8.0.50","os_version":"17_5_1","wx_risk_rank":3,"wx_device_uv_1d":9,"page":"/api/v1/coupon/receive","campaign_id":"春","coupon_id":"CP20","ok":true}"#
            ]),
    ]
}
