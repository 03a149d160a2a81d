/// How hard the world makes it to tell cheats from customers: every knob of that kind, in one place.
///
/// Pairs are the values of a gang without skill and of one with all of it; a gang stands between them by its
/// own skill, drawn once. The rest says how odd honest people are.
public struct WorldDifficulty: Sendable {
    /// From a gang without skill (0) to one with all of it (1).
    public struct Ramp: Sendable {
        public var clumsy: Double
        public var skilled: Double
        public init(_ clumsy: Double, _ skilled: Double) {
            self.clumsy = clumsy
            self.skilled = skilled
        }
        func callAsFunction(_ skill: Double) -> Double { clumsy + (skilled - clumsy) * skill }
        /// The same on a scale of ratios, for times and counts.
        func geometric(_ skill: Double) -> Double {
            clumsy * RandomSource.power(skilled / clumsy, skill)
        }
    }

    // Prevalence: shares of all accounts.
    public var couponAbuseShare = 0.05
    public var fakeOrderShare = 0.026
    /// How many times as many honest people look odd: above 1 for worlds to learn from, so that ways of life of
    /// which an ordinary world holds a handful weigh something.
    public var oddFactor = 1.0
    /// Share of gangs that hide nothing, of hubs far busier than most, and of customers far keener: one phone for a
    /// hundred accounts, a tablet at a fair, somebody who comes every day for every coupon. For worlds to learn from,
    /// since a model that has seen only the middle guesses at the ends.
    public var extremeShare = 0.0

    // Gangs.
    /// Skill is the mean of two uniform draws to this power (below 1: more skill).
    public var skillBend = 0.97
    public var accountsPerHandset = Ramp(8, 1.1)
    public var accountsPerPayer = Ramp(12, 4)
    public var accountsPerAddress = Ramp(12, 4)
    public var accountsPerHome = Ramp(12, 1.3)
    /// Share of accounts with a purse and a door that no other account of the gang uses.
    public var ownPurses = Ramp(0.03, 0.28)
    /// Share of visits made from the gang's own addresses and not from anywhere in town.
    public var visitsFromDen = Ramp(0.85, 0.35)
    /// Median time between two actions, seconds; people take 7.
    public var thinkSeconds = Ramp(1.4, 6.8)
    public var thinkSigma = Ramp(0.45, 0.9)
    /// Visits that only look around, each account.
    public var camouflageVisits = Ramp(0.1, 0.9)
    /// Events of looking around before an act, each visit.
    public var browseBeforeAct = Ramp(0.4, 2.0)
    /// Share of accounts registered long before the campaign.
    public var agedShare = Ramp(0.08, 0.6)
    /// Minutes between the same act of two accounts in a row.
    public var minutesBetweenAccounts = Ramp(1.2, 150)
    /// Share of accounts whose handset is drawn from the whole market and not from the gang's box.
    public var ownHandsets = Ramp(0.1, 0.78)
    /// Share of emulators that admit to be one.
    public var admittedEmulators = Ramp(0.6, 0.05)
    /// Deviation of a bot's daily check-in, minutes.
    public var checkInJitterMinutes = Ramp(0.8, 70)
    /// Hours from a paid brushing order to its receipt.
    public var brushReceiptHours = Ramp(8, 56)
    /// Share of brushed orders with five stars within minutes of the receipt.
    public var brushInstantReview = Ramp(0.75, 0.3)
    /// Share of brushed orders that share a tracking number.
    public var brushSharedTracking = Ramp(0.45, 0.06)
    /// Tries to find an article just over a coupon's threshold.
    public var thresholdTries = Ramp(9, 3)
    /// Reaction to a launch, median seconds; the crowd takes `crowdReactionSeconds`.
    public var scriptReactionSeconds = Ramp(0.25, 2.8)

    // Honest people.
    public var crowdReactionSeconds = 5.5
    public var storePickupShare = 0.13
    public var ordinaryRefundShare = 0.06
    public var ordinaryCancelShare = 0.06
    public var ordinaryUnpaidShare = 0.05
    /// Receipts confirmed in a hurry and reviewed at once.
    public var hastyReviewShare = 0.1
    /// Shops that thank for praise: share of them, and of their receipts reviewed at once.
    public var cashbackShops = 0.25
    public var cashbackHastyReviewShare = 0.65
    /// Shops that deliver within hours.
    public var localShops = 0.22
    /// Orders of one person that travel in one parcel, or of one office in one.
    public var combinedParcelShare = 0.12
    /// Newcomers whom somebody invited, and among how many accounts there is one who invites.
    public var invitedShare = 0.22
    public var accountsPerSharer = 25
    /// Orders of those whom somebody invited that earn the inviter a commission.
    public var friendCommissionShare = 0.35
    /// People whose visits reach the mini-program and act at once.
    public var directVisitShare = 0.22
    /// People whose parcels go to a station, a locker or a porter, as those of many others do.
    public var stationShare = 0.14
    /// People who pay with somebody else's purse: a partner's, a parent's, a company's.
    public var lentPurseShare = 0.1
    /// People whose parcels bear somebody else's phone number.
    public var lentPhoneShare = 0.08

    public init() {}

    /// Whether something stands at the far end of its kind. No draw in worlds where nothing does, so that the worlds of
    /// a seed stay what they were.
    func isExtreme(_ random: inout RandomSource) -> Bool { extremeShare > 0 && random.chance(extremeShare) }
}
