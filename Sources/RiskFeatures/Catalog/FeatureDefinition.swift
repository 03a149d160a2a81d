import ActivityLog

/// One feature, declared once: the vector, the CSV header, the model file, the reasons in two languages and
/// the documentation all come from this.
public struct FeatureDefinition: Sendable {
    /// What it is about; the prefix of most names.
    public enum Family: String, Sendable, CaseIterable {
        case device, account, network, timing, synchrony, referral, orders, coupons, lifecycle
        /// On whom it shares things with. Known only while a model says who is a suspect.
        case company
    }

    public enum Unit: String, Sendable, CaseIterable {
        case accounts, devices, addresses, events, orders, seconds, milliseconds, hours, days
        case share, ratio, flag, rank, bits, count, fen

        /// Counts, times and money enter a model through their logarithm unless the feature says otherwise.
        var isLogarithmic: Bool {
            switch self {
            case .share, .flag, .rank, .bits: false
            default: true
            }
        }
    }

    /// Which way risk grows, where the field agrees; the trainer holds a weight to it.
    public enum Direction: Sendable { case moreIsWorse, lessIsWorse, either }

    /// Beyond which bound, in the feature's unit, a value is unusual enough to be named as a reason.
    public enum Telling: Sendable {
        case above(Float)
        case below(Float)
    }

    public let name: String
    public let family: Family
    public let unit: Unit
    public let direction: Direction
    /// Whether it enters a model through ln(1 + x): counts, times and money.
    public let isLogarithmic: Bool
    /// One sentence: on what, how, over which window.
    public let meaning: String
    /// Where the field describes it.
    public let source: String
    /// What a reviewer reads, with `{}` for the value: "{} accounts on this device in a day".
    public let reason: Phrase
    /// What an ordinary customer shows, in words: "usually 1–2".
    public let usual: Phrase
    /// Values that a person takes as speaking against the account; nil where no value by itself does.
    public let telling: Telling?
    /// The kind of abuse that a high contribution shows, a head each; nil where it shows none in particular.
    public let tags: (couponAbuse: AbuseTag?, fakeOrder: AbuseTag?)
    /// Log fields without which it is always unknown.
    public let needs: [EventField]

    /// The direction in each head. A feature that shows a kind of abuse in one head only says nothing about the other.
    public var directions: (couponAbuse: Direction, fakeOrder: Direction) {
        (
            couponAbuse: tags.couponAbuse == nil && tags.fakeOrder != nil ? .either : direction,
            fakeOrder: tags.fakeOrder == nil && tags.couponAbuse != nil ? .either : direction
        )
    }

    /// Whether a person would take the value as a reason against the account; unknown (NaN) is none.
    public func isTelling(_ value: Double) -> Bool {
        switch telling {
        case .above(let bound): value > Double(bound)
        case .below(let bound): value < Double(bound)
        case nil: false
        }
    }
}

/// A text in the two languages that a reviewer may read.
public struct Phrase: Sendable, Equatable {
    public let en: String
    public let zh: String
    public init(en: String, zh: String) {
        self.en = en
        self.zh = zh
    }
}

/// What kind of abuse the reasons show (`flagged_accounts.tags`).
public enum AbuseTag: String, Sendable, CaseIterable {
    case couponFarming = "coupon_farming"
    case referralFraud = "referral_fraud"
    case taskBot = "task_bot"
    case flashSaleScript = "flash_sale_script"
    case stockHoarding = "stock_hoarding"
    case couponResale = "coupon_resale"
    case refundAbuse = "refund_abuse"
    case commissionLoop = "commission_loop"
    case brushing
    case deviceFarm = "device_farm"
    case gang
}
