import LogStage

@testable import ScoringPipeline

/// Writes the lines of scenes that any textbook on promotion abuse tells, by another hand than the simulator's: a model
/// must not know only the world that it was fitted on.
struct Textbook {
    private(set) var lines: [String] = []
    /// The accounts of each scene.
    private(set) var cast: [String: [String]] = [:]
    private var random: SeededGenerator
    private let startMs: Int64
    private var count = 0

    private static let day: Int64 = 86_400_000
    static let hour: Int64 = 3_600_000
    static let minute: Int64 = 60_000

    init(startMs: Int64, seed: UInt64) {
        self.startMs = startMs
        random = SeededGenerator(seed)
    }

    /// Somebody with a phone, a purse, a door and a network; of their own unless a scene says otherwise.
    struct Actor {
        var account: String
        var device: String
        var source = "vendor"
        /// Nil where the log does not tell.
        var phone: (platform: String, brand: String, model: String, os: String)?
        var ip: String
        var wifi: String?
        var payer: String
        var address: String
        var inviter: String?
    }

    mutating func between(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    private mutating func chance(_ share: Double) -> Bool { between(0...1) < share }

    /// A time of day on a day of the log.
    func at(day: Int, hour: Double) -> Int64 {
        startMs + Int64(day) * Textbook.day + Int64(hour * Double(Textbook.hour))
    }

    mutating func enter(_ scene: String) -> Actor {
        count += 1
        let (brand, platform, system) = [
            ("Apple", "ios", "iOS"), ("HUAWEI", "android", "HarmonyOS"), ("Xiaomi", "android", "Android"),
            ("vivo", "android", "Android"), ("OPPO", "android", "Android"),
        ].randomElement(using: &random)!
        let account = "oText\(String(count, radix: 36))x\(String(random.next() % 0xFFFF_FFFF, radix: 36))"
        cast[scene, default: []].append(account)
        return Actor(
            account: account, device: "dv-\(account)",
            phone: (
                platform, brand, "\(brand)-\(Int(between(0...3) * between(0...8)))",
                "\(system) \(Int(between(12...16)))"
            ),
            ip:
                "\([36, 58, 101, 117, 180].randomElement(using: &random)!).\(count % 250).\(count / 250).\(count % 97 + 2)",
            wifi: chance(0.6) ? "wf-\(account)" : nil, payer: "py-\(account)", address: "ad-\(account)")
    }

    /// Writes an event; `more` holds further members, each with a comma before it.
    mutating func say(_ actor: Actor, _ ms: Int64, _ event: String, _ more: String = "") {
        var line = "{\"ts\":\(ms),\"event\":\"\(event)\",\"account_id\":\"\(actor.account)\""
        line +=
            ",\"event_id\":\"t\(lines.count)\",\"device_id\":\"\(actor.device)\",\"device_source\":\"\(actor.source)\""
        line += ",\"ip\":\"\(actor.ip)\""
        if let phone = actor.phone {
            line += ",\"platform\":\"\(phone.platform)\",\"brand\":\"\(phone.brand)\""
            line += ",\"model\":\"\(phone.model)\",\"os_version\":\"\(phone.os)\""
        }
        if let wifi = actor.wifi { line += ",\"wifi_id\":\"\(wifi)\"" }
        lines.append(line + more + "}")
    }

    mutating func register(_ actor: Actor, _ ms: Int64) {
        say(actor, ms, "register", actor.inviter.map { ",\"inviter_id\":\"\($0)\"" } ?? "")
    }

    mutating func claim(_ actor: Actor, _ ms: Int64, _ coupon: Int) {
        say(
            actor, ms, "coupon_claim",
            ",\"campaign_id\":\"C\(coupon)\",\"coupon_id\":\"K\(coupon)\",\"coupon_instance\":\"i\(lines.count)\",\"ok\":true"
        )
    }

    /// - Returns: when and which order was paid.
    @discardableResult
    mutating func order(
        _ actor: Actor, _ ms: Int64, merchant: String, fen: Int = 12_900, off: Int = 0, isPaid: Bool = true
    ) -> (ms: Int64, more: String) {
        let more =
            ",\"order_id\":\"o\(lines.count)\",\"merchant_id\":\"\(merchant)\",\"sku_id\":\"s1\",\"quantity\":1,"
            + "\"amount_fen\":\(fen - off),\"discount_fen\":\(off)"
        say(actor, ms, "order_submit", more + ",\"address_id\":\"\(actor.address)\"")
        let paid = ms + Int64(between(2...20) * 1000)
        if isPaid { say(actor, paid, "order_pay", more + ",\"payer_id\":\"\(actor.payer)\"") }
        return (paid, more)
    }

    /// Looks around as people do.
    /// - Returns: when it ended.
    mutating func browse(_ actor: Actor, _ ms: Int64, _ times: Int) -> Int64 {
        var ms = ms
        for _ in 0..<times {
            ms += Int64(between(2...25) * 1000)
            say(
                actor, ms, chance(0.5) ? "page_view" : "product_view", ",\"page\":\"p\(Int(between(0...9)))\""
            )
        }
        return ms
    }

    /// A customer's later day: a look, at times an order.
    mutating func comeBack(_ actor: Actor, day: Int) {
        var ms = at(day: day, hour: between(9...22))
        say(actor, ms, "app_open")
        ms = browse(actor, ms, 1 + Int(between(0...5)))
        if chance(0.3) { order(actor, ms + 9000, merchant: "m\(Int(between(0...9)))") }
    }

    // MARK: Cheats

    /// Accounts that register and take coupons one after the other, by a script; `change` says what they share.
    mutating func farm(
        _ scene: String, size: Int, every seconds: Double, day: Int, coupons: Int = 3, orders: Bool = false,
        _ change: (Int, inout Actor) -> Void
    ) {
        let start = at(day: day, hour: between(9...18))
        for index in 0..<size {
            var actor = enter(scene)
            actor.wifi = nil
            change(index, &actor)
            var ms = start + Int64(Double(index) * seconds * between(0.8...1.2) * 1000)
            // Who logs no phones logs no openings either.
            if actor.phone != nil { say(actor, ms, "app_open") }
            ms += Int64(between(800...2000))
            register(actor, ms)
            for coupon in 0..<coupons {
                ms += Int64(between(700...2000))
                claim(actor, ms, coupon)
            }
            guard orders else { continue }
            ms += Int64(between(0.5...8) * Double(Textbook.hour))
            say(actor, ms, "app_open")
            order(actor, ms + 2000, merchant: "m1", fen: 5_010, off: 3_000)
        }
    }

    /// Every day at the same second.
    mutating func checkInByClock(_ scene: String, size: Int, days: Int) {
        for index in 0..<size {
            var actor = enter(scene)
            actor.ip = "112.74.6.9"
            actor.device = "bot-\(index / 5)"
            for day in 0..<days {
                let ms = at(day: day, hour: 0.1) + Int64(index) * 2000 + Int64(between(0...300))
                say(actor, ms, "app_open")
                say(actor, ms + 300, "check_in", ",\"points\":10,\"ok\":true")
            }
        }
    }

    /// Stock held by orders that nobody means to pay.
    mutating func holdStock(_ scene: String, size: Int, orders: Int, at ms: Int64) {
        for index in 0..<size {
            var actor = enter(scene)
            actor.device = "hold-\(index / 5)"
            actor.ip = "47.92.1.8"
            var ms = ms + Int64(between(200...2000))
            for _ in 0..<orders {
                order(actor, ms, merchant: "mFlash", fen: 9_900, isPaid: false)
                ms += 1500
            }
        }
    }

    /// A merchant's paid buyers: one parcel's number for eight, five stars a minute after the receipt.
    mutating func brush(_ scene: String, size: Int, days: Int, sharesPayer: Bool) {
        for index in 0..<size {
            var actor = enter(scene)
            if sharesPayer { actor.payer = "brush-\(index / 8)" }
            let ms = at(day: Int(between(0...Double(days))), hour: between(20...23.9))
            say(actor, ms, "app_open")
            let (paid, more) = order(actor, ms + 2000, merchant: "mBrush", fen: 29_900)
            let receipt = paid + Int64(between(3...20) * Double(Textbook.hour))
            say(actor, receipt, "order_receive", more + ",\"tracking_id\":\"parcel-\(index / 8)\"")
            say(actor, receipt + Textbook.minute, "review_post", more + ",\"rating\":5")
        }
    }

    /// A dozen attempts a second from the moment of the launch, and the order.
    mutating func scriptLaunch(_ scene: String, size: Int, at launch: Int64) {
        for index in 0..<size {
            var actor = enter(scene)
            actor.ip = "47.100.9.\(index % 4 + 1)"
            say(actor, launch - 30_000, "app_open")
            var ms = launch + Int64(between(20...150))
            for _ in 0..<12 {
                attempt(actor, ms)
                ms += 100
            }
            order(actor, ms, merchant: "mFlash", fen: 9_900)
        }
    }

    private mutating func help(_ actor: Actor, _ ms: Int64, _ host: Actor) {
        say(actor, ms, "assist", ",\"peer_id\":\"\(host.account)\",\"campaign_id\":\"BARGAIN\",\"ok\":true")
    }

    private mutating func attempt(_ actor: Actor, _ ms: Int64) {
        say(
            actor, ms, "flash_sale_attempt",
            ",\"sku_id\":\"FLASH\",\"merchant_id\":\"mFlash\",\"campaign_id\":\"FS\",\"ok\":false")
    }

    // MARK: Customers

    /// A guide registers customers on the counter's tablet; half of them come back on phones of their own.
    mutating func serveAtTablet(_ scene: String, size: Int, every minutes: Double, day: Int, lastDay: Int) {
        let start = at(day: day, hour: 9.5)
        for index in 0..<size {
            let own = enter(scene)
            var actor = own
            (actor.device, actor.ip, actor.wifi) = ("tablet-\(scene)", "61.50.7.7", "shop-\(scene)")
            actor.phone = ("android", "HUAWEI", "AGS6-W00", "HarmonyOS 4.2")
            var ms = start + Int64((Double(index) + between(-0.3...0.3)) * minutes * Double(Textbook.minute))
            say(actor, ms, "app_open")
            ms = browse(actor, ms, 1 + Int(between(0...2))) + 9000
            register(actor, ms)
            claim(actor, ms + 11_000, 0)
            if chance(0.7) { order(actor, ms + 60_000, merchant: "mShop", off: 1_000) }
            if day < lastDay, chance(0.5) {
                comeBack(own, day: Int(between(Double(day + 1)...Double(lastDay))))
            }
        }
    }

    /// An opinion leader goes live: everybody who follows registers within the hour.
    mutating func followLeader(_ scene: String, size: Int, at live: Int64, day: Int, lastDay: Int) {
        let leader = enter(scene)
        for day in 0..<day { comeBack(leader, day: day) }
        for _ in 0..<size {
            var actor = enter(scene)
            actor.inviter = leader.account
            var ms = live + Int64(between(0...1) * between(0...1) * Double(Textbook.hour))
            say(actor, ms, "app_open")
            ms = browse(actor, ms, Int(between(0...3))) + 7000
            register(actor, ms)
            claim(actor, ms + Int64(between(4...30) * 1000), 0)
            ms = browse(actor, ms + 30_000, Int(between(0...3)))
            if chance(0.15) { order(actor, ms + 20_000, merchant: "mLive", off: 2_000) }
            if day < lastDay, chance(0.4) {
                comeBack(actor, day: Int(between(Double(day + 1)...Double(lastDay))))
            }
        }
    }

    /// Good news goes through a dormitory in half an hour.
    mutating func shareDormitory(_ scene: String, size: Int, at news: Int64, lastDay: Int) {
        for _ in 0..<size {
            var actor = enter(scene)
            (actor.ip, actor.wifi) = ("59.70.1.2", "dormitory")
            if chance(0.5) { comeBack(actor, day: 0) }
            let ms = news + Int64(between(0...30) * Double(Textbook.minute))
            say(actor, ms, "app_open")
            claim(actor, ms + Int64(between(3...20) * 1000), 1)
            if chance(0.4) { comeBack(actor, day: lastDay) }
        }
    }

    /// Thirty friends help one another's bargain in an evening; some of them are new.
    mutating func bargain(_ scene: String, hosts: Int, friends: Int, day: Int, lastDay: Int) {
        for _ in 0..<hosts {
            let host = enter(scene)
            let start = at(day: day, hour: between(10...19))
            say(host, start - Textbook.minute, "share")
            for _ in 0..<friends {
                var actor = enter(scene)
                let ms = start + Int64(between(0...1) * between(0...4) * Double(Textbook.hour))
                say(actor, ms, "app_open")
                if chance(0.3) {
                    actor.inviter = host.account
                    register(actor, ms + 8000)
                }
                help(actor, ms + Int64(between(15...60) * 1000), host)
                if chance(0.5) { _ = browse(actor, ms + 60_000, 3) }
                if chance(0.5) { comeBack(actor, day: Int(between(0...Double(lastDay)))) }
            }
            order(host, start + 5 * Textbook.hour, merchant: "mBargain", fen: 9_900, off: 9_800)
        }
    }

    /// A coupon for members, of whom a push tells all at once.
    mutating func membersDay(_ scene: String, size: Int, at push: Int64, lastDay: Int) {
        for _ in 0..<size {
            let actor = enter(scene)
            if chance(0.5) { comeBack(actor, day: Int(between(0...Double(lastDay)))) }
            var ms = push + Int64(between(0...1) * between(0...10) * Double(Textbook.minute))
            say(actor, ms, "app_open")
            ms = browse(actor, ms, Int(between(0...4))) + 4000
            claim(actor, ms, 2)
            if chance(0.5) { order(actor, ms + 20_000, merchant: "m\(Int(between(0...9)))", off: 1_000) }
        }
    }

    /// A million people in three minutes, in small.
    mutating func crowd(_ scene: String, size: Int, at launch: Int64) {
        for _ in 0..<size {
            let actor = enter(scene)
            say(actor, launch - Int64(between(5...200) * 1000), "app_open")
            var ms = launch + Int64((0.8 + between(0...1) * between(0...12)) * 1000)
            for _ in 0..<1 + Int(between(0...3)) {
                attempt(actor, ms)
                ms += Int64(between(400...3000))
            }
            if chance(0.1) { order(actor, ms + 3000, merchant: "mFlash", fen: 9_900) }
        }
    }
}
