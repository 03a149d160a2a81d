import ActivityLog

/// A phone with what the mini-program's SDK on it tells.
struct Handset {
    /// The device id's number; 0 if the SDK sends none.
    var device: UInt32
    var source: DeviceSource
    var profile: UInt16
    var wxVersion: UInt8
    var sendsWifi: Bool
    var sendsSession: Bool
    /// WeChat users seen on it in a day, as the gateway counts.
    var users: UInt8
}

/// Who holds an account, and what they own.
struct Person {
    var account: UInt32
    var handset: Handset
    var otherHandset: Handset?
    var city: Int
    var homeNet: Int
    var homeHost: Int
    var homeWifi: UInt32
    var payer: UInt32
    var address: UInt32
    var phone: UInt32
    var phonePrefix: UInt16
    /// Account number plus one; 0 if nobody did.
    var inviter: UInt32 = 0
    /// The account is older than the log.
    var isOld: Bool
    /// 0 or 1: the front end mostly used.
    var frontEnd: UInt8
    /// Hours by which the day is shifted.
    var dayShift = 0.0
    var cellularShare: Double
    /// Another place of their own: office, shop, a gang's proxies' exit. Share of visits from there.
    var otherPlaceShare: Double
    var otherPlace: Place?
    /// Every visit comes from another address.
    var roams = false
    /// The cheat that `losses.csv` charges for coupons and points, or nil.
    var costsAsCheat: Archetype.Cheat?
    /// Coupons taken and not yet used.
    var wallet: [HeldCoupon] = []
    var points: Int32 = 0

    struct Place {
        var ip: UInt32
        var wifi: UInt32
    }

    struct HeldCoupon {
        var coupon: UInt8
        var instance: UInt32
        var since: Int64
    }
}

/// How somebody uses the mini-program.
struct Habits {
    /// Mean number of visits in the log.
    var visits = 1.15
    /// Mean number of looks around in a visit.
    var browse = 2.4
    var claim = 0.24
    var order = 0.27
    var checkIn = 0.1
    var lottery = 0.035
    var share = 0.03
    var group = 0.04
    var assist = 0.03
    var trial = 0.015
    var pack = 0.01
    /// Orders that use a coupon, if one fits.
    var couponUse = 0.5
    /// Tries to find an article just over a coupon's threshold.
    var thresholdTries = 2
    var cancel = 0.06
    var unpaid = 0.05
    var refund = 0.06
    var review = 0.45
    var pickup = 0.13
    /// Median and spread of the time between two actions; seconds, log-scale.
    var thinkSeconds = 7.0
    var thinkSigma = 0.9
    /// Visits that act without a look.
    var direct = 0.22
}
