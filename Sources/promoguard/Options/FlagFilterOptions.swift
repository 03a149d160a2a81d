import ArgumentParser
import CaseFile
import RiskFeatures
import RiskModel

/// Which flags a command is about.
struct FlagFilterOptions: ParsableArguments {
    @Option(help: "Only this risk: coupon_abuse or fake_order.")
    var risk: Risk?

    @Option(help: "Only this level: review or high.")
    var level: RiskLevel?

    @Option(help: "Only this status: open, confirmed, cleared or unsure.")
    var status: ReviewStatus?

    @Option(help: "Only flags with this tag, such as device_farm or brushing.")
    var tag: AbuseTag?

    @Option(help: ArgumentHelp("Only accounts that took part in this campaign.", valueName: "id"))
    var campaign: String?

    @Option(help: ArgumentHelp("Only members of this gang.", valueName: "id"))
    var gang: String?

    @Option(help: ArgumentHelp("Only scores of at least this, 0 to 1.", valueName: "score"))
    var minScore: Double?

    @Option(help: ArgumentHelp("Only scores of at most this.", valueName: "score"))
    var maxScore: Double?

    @Option(help: ArgumentHelp("Only amounts at stake of at least this.", valueName: "yuan"))
    var minYuan: Double?

    @Option(help: ArgumentHelp("Only amounts at stake of at most this.", valueName: "yuan"))
    var maxYuan: Double?

    @Option(
        help: ArgumentHelp(
            "Only what was first flagged at this event time or later: ISO 8601, without a zone UTC+8.",
            valueName: "time"))
    var since: String?

    @Option(
        help: ArgumentHelp("Only ids that contain this, or begin and end so (ab…wxyz).", valueName: "text"))
    var search: String?

    func validate() throws {
        for (name, score) in [("--min-score", minScore), ("--max-score", maxScore)] {
            if let score, !(0...1).contains(score) {
                throw ValidationError("\(name) is a probability: give a number from 0 to 1")
            }
        }
        for (name, yuan) in [("--min-yuan", minYuan), ("--max-yuan", maxYuan)] {
            if let yuan, !(0...1e12).contains(yuan) {
                throw ValidationError("\(name) is an amount: give a number of yuan, 0 or more")
            }
        }
        if let since, CivilTime.milliseconds(since) == nil {
            throw ValidationError("--since \(since) is no time: give 2026-06-01 or 2026-06-01T20:00+08:00")
        }
    }

    func query(_ sort: FlagSort = .priority) -> FlagQuery {
        FlagQuery(
            risk: risk?.rawValue, level: level?.rawValue, status: status, tag: tag?.rawValue,
            campaign: campaign, gangID: gang, minimumScore: minScore, maximumScore: maxScore,
            minimumFen: minYuan.map { Int64(($0 * 100).rounded()) },
            maximumFen: maxYuan.map { Int64(($0 * 100).rounded()) },
            sinceMs: since.flatMap { CivilTime.milliseconds($0) },
            search: search?.replacing("...", with: "…"), sort: sort)
    }

    /// Whether anything is asked for.
    var isGiven: Bool { query() != FlagQuery() }
}

extension Risk: ExpressibleByArgument {}
extension RiskLevel: ExpressibleByArgument {}
extension ReviewStatus: ExpressibleByArgument {}
extension FlagSort: ExpressibleByArgument {}
extension AbuseTag: ExpressibleByArgument {}
