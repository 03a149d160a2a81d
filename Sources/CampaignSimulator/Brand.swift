/// What the brand sells and gives away: merchants, goods with prices, campaigns, coupons, launches.
struct Brand: Sendable {
    /// What a coupon takes off, from which order value, and who may have it.
    struct Coupon: Sendable {
        enum Kind: Sendable { case newcomer, open, member, shared, flash }
        var campaign: UInt8
        var kind: Kind
        var faceFen: UInt32
        var thresholdFen: UInt32
    }

    /// A flash sale, from its first second.
    struct Launch: Sendable {
        /// Milliseconds since the campaign's start.
        var ts: Int64
        var merchant: UInt16
        var sku: UInt32
        /// What a unit costs below its usual price, fen.
        var reductionFen: UInt32
    }

    static let skusPerMerchant: UInt32 = 24
    static let campaigns = 7

    let seed: UInt64
    let merchantCount: Int
    /// Running popularity of merchants.
    let popularity: [Double]
    let launches: [Launch]
    /// When each open coupon's campaign begins, milliseconds since the start.
    let couponOpening: [Int64]
    let coupons: [Coupon] = [
        Coupon(campaign: 0, kind: .newcomer, faceFen: 2000, thresholdFen: 4900),
        Coupon(campaign: 0, kind: .newcomer, faceFen: 1500, thresholdFen: 2900),
        Coupon(campaign: 1, kind: .open, faceFen: 1000, thresholdFen: 5900),
        Coupon(campaign: 1, kind: .open, faceFen: 3000, thresholdFen: 12900),
        Coupon(campaign: 2, kind: .open, faceFen: 5000, thresholdFen: 19900),
        Coupon(campaign: 2, kind: .open, faceFen: 800, thresholdFen: 3900),
        Coupon(campaign: 3, kind: .member, faceFen: 1200, thresholdFen: 6900),
        Coupon(campaign: 3, kind: .member, faceFen: 2500, thresholdFen: 9900),
        Coupon(campaign: 4, kind: .shared, faceFen: 1000, thresholdFen: 3900),
        Coupon(campaign: 4, kind: .shared, faceFen: 600, thresholdFen: 2900),
        Coupon(campaign: 5, kind: .flash, faceFen: 1800, thresholdFen: 7900),
        Coupon(campaign: 6, kind: .open, faceFen: 2000, thresholdFen: 8900),
    ]

    init(seed: UInt64, accounts: Int, days: Int) {
        self.seed = seed
        var random = RandomSource(seed: seed, stream: 0xB1A2D)
        merchantCount = min(4000, max(36, accounts / 220))
        // Zipf, flattened: a few shops sell a lot, most sell a little, and some of those a single article.
        popularity = (0..<merchantCount).map { 1 / (Double($0) + 6) }.cumulative
        var launches: [Launch] = []
        for day in 0..<days {
            for hour in [10, 20] where day % 2 == 0 || hour == 20 {
                let merchant = UInt16(random.index(cumulative: popularity))
                let sku = UInt32(merchant) * Brand.skusPerMerchant + UInt32(random.below(24))
                let price = Brand.price(of: sku, seed: seed)
                launches.append(
                    Launch(
                        ts: Int64(day) * Clock.day + Int64(hour) * Clock.hour, merchant: merchant, sku: sku,
                        reductionFen: price * UInt32(random.between(25...45)) / 100))
            }
        }
        self.launches = launches
        let span = Double(days) * Double(Clock.day)
        couponOpening = (0..<Brand.campaigns).map { campaign in
            switch campaign {
            case 2: Int64(span * 0.22 / Double(Clock.day)) * Clock.day + 10 * Clock.hour
            case 6: Int64(span * 0.55 / Double(Clock.day)) * Clock.day + 20 * Clock.hour
            default: 0
            }
        }
    }

    /// A usual price in fen, the same for everyone.
    func price(of sku: UInt32) -> UInt32 { Brand.price(of: sku, seed: seed) }

    private static func price(of sku: UInt32, seed: UInt64) -> UInt32 {
        var random = RandomSource(seed: seed ^ 0x5C0, stream: UInt64(sku))
        let yuan = min(1200, max(9, random.logNormal(median: 66, sigma: 0.75)))
        return UInt32(yuan) * 100 + [90, 0, 80, 50][random.below(4)]
    }

    /// Whether a shop has a trait that a share of shops have.
    func has(_ trait: Trait, _ merchant: UInt16, share: Double) -> Bool {
        let place = RandomSource.mix(seed ^ trait.rawValue << 40 ^ UInt64(merchant))
        return Double(place >> 11) * 0x1p-53 < share
    }

    /// Customs of shops.
    enum Trait: UInt64 {
        case thanksForPraise = 1
        case deliversWithinHours
    }

    func drawMerchant(_ random: inout RandomSource) -> UInt16 {
        UInt16(random.index(cumulative: popularity))
    }

    /// A shop outside the best known: where an order more or less changes its rank.
    func drawSmallMerchant(_ random: inout RandomSource) -> UInt16 {
        let first = merchantCount / 5
        return UInt16(first + random.below(merchantCount - first))
    }

    /// Shops have articles that everybody buys and articles that few do.
    func drawSKU(of merchant: UInt16, _ random: inout RandomSource) -> UInt32 {
        let spread = 3 + Int(RandomSource.mix(seed &+ UInt64(merchant)) % 22)
        let rank = min(random.below(spread), random.below(24))
        return UInt32(merchant) * Brand.skusPerMerchant + UInt32(rank)
    }

    /// Of `tries` articles the one that is worth most of the coupon: dearer than its threshold, by little.
    func drawSKU(
        of merchant: UInt16?, reaching thresholdFen: UInt32, tries: Int, _ random: inout RandomSource
    ) -> (merchant: UInt16, sku: UInt32) {
        var best: (merchant: UInt16, sku: UInt32)?
        var bestExcess = UInt32.max
        for _ in 0..<max(1, tries) + 6 {
            let shop = merchant ?? drawMerchant(&random)
            let sku = drawSKU(of: shop, &random)
            let price = self.price(of: sku)
            if price >= thresholdFen, price - thresholdFen < bestExcess {
                bestExcess = price - thresholdFen
                best = (shop, sku)
                if tries <= 1 { break }
            }
        }
        if let best { return best }
        let shop = merchant ?? drawMerchant(&random)
        return (shop, drawSKU(of: shop, &random))
    }
}

/// Lengths of time in milliseconds.
enum Clock {
    static let second: Int64 = 1000
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000
}
