/// What campaign to make up: its size, its span, and the noise of its logs.
public struct CampaignConfiguration: Sendable {
    /// Accounts, honest and not; at least 200, so that every way of life finds room.
    public var accounts = 2000
    /// Length of the log, days.
    public var days = 14
    public var seed: UInt64 = 1
    /// The first day's midnight, milliseconds since 1970 UTC: 2026-06-01 00:00 +08:00.
    public var startMs: Int64 = 1_780_243_200_000
    /// Programs that each write a log of their own.
    public var frontEnds = 2
    /// Files of each front end's rotated series; nil for one a day.
    public var filesPerFrontEnd: Int?
    /// 1 fast … 9 small.
    public var gzipLevel: Int32 = 6
    /// Share of events that never reach the log.
    public var lossRate = 0.01
    /// Share of events written twice, with one `event_id`.
    public var duplicateRate = 0.004
    /// Share of events written noticeably late.
    public var lateRate = 0.02
    /// The latest an event is written after it happened; milliseconds.
    public var maxLatenessMs: Int64 = 45_000
    /// Share of accounts that somebody has judged, and that `labels.csv` holds.
    public var labelShare = 1.0
    /// Cuts one file short and puts a few bad lines into another.
    public var damage = false
    /// Ways of life that nobody lives, for worlds to learn from that lack what a test shows.
    public var leftOut: Set<Archetype> = []
    public var difficulty = WorldDifficulty()

    public init() {}

    /// What is wrong with these values, in words; nil if they can be used.
    public var problem: String? {
        if !(200...4_000_000).contains(accounts) { return "accounts must be 200 to 4000000, not \(accounts)" }
        if !(2...180).contains(days) { return "days must be 2 to 180, not \(days)" }
        if !(1...8).contains(frontEnds) { return "front ends must be 1 to 8, not \(frontEnds)" }
        if let files = filesPerFrontEnd, !(1...400).contains(files) {
            return "files of a front end must be 1 to 400, not \(files)"
        }
        if !(1...9).contains(gzipLevel) { return "the gzip level must be 1 to 9, not \(gzipLevel)" }
        for (name, rate) in [("loss", lossRate), ("duplicate", duplicateRate), ("late", lateRate)]
        where !(0...0.5).contains(rate) {
            return "the \(name) rate must be 0 to 0.5, not \(rate)"
        }
        if !(0...600_000).contains(maxLatenessMs) {
            return "the lateness bound must be 0 to 600000 ms, not \(maxLatenessMs)"
        }
        if !(0...1).contains(labelShare) { return "the label share must be 0 to 1, not \(labelShare)" }
        if leftOut.contains(.ordinaryShopper) {
            return "ordinary shoppers fill the country and cannot be left out"
        }
        // The ways of life that do not look odd keep some room beside them.
        if !(0...1.8).contains(difficulty.oddFactor) {
            return "odd customers must be 0 to 1.8 times as many, not \(difficulty.oddFactor)"
        }
        let (coupons, orders) = (difficulty.couponAbuseShare, difficulty.fakeOrderShare)
        if !(0...1).contains(coupons) || !(0...1).contains(orders) || coupons + orders > 1 {
            return "the shares of cheats must be 0 to 1, together at most 1, not \(coupons) and \(orders)"
        }
        if !(0...1).contains(difficulty.extremeShare) {
            return "the extreme share must be 0 to 1, not \(difficulty.extremeShare)"
        }
        return nil
    }
}
