import ArgumentParser
import CampaignSimulator
import Foundation
import ScoringPipeline

/// `promoguard simulate`: writes a made-up campaign's logs with the truth about every account.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Write labelled sample logs of a made-up campaign.",
        discussion: """
            FOLDER gets gzipped logs of two front ends in rotated series, labels.csv (for `train` and `evaluate`), \
            truth.csv (each account's way of life) and losses.csv (what the cheats cost, event by event). \
            The same options give the same bytes.
            """)

    @Argument(help: "Where to write; made if missing.", completion: .directory)
    var folder: String

    @Option(help: "How many accounts take part.")
    var accounts = 2000

    @Option(help: "How many days the logs cover.")
    var days = 14

    @Option(help: "Which campaign to make up; another seed, other people.")
    var seed: UInt64 = 1

    @Option(help: "Programs that each write a log.")
    var frontEnds = 2

    @Option(help: "Files of each front end's rotated series (default: one a day).")
    var files: Int?

    @Option(help: "gzip level, 1 fast to 9 small.")
    var gzipLevel: Int32 = 6

    @Option(help: "Share of accounts with a row in labels.csv.")
    var labelShare = 1.0

    @Option(help: "Share of accounts that abuse coupons.")
    var couponAbuseShare: Double?

    @Option(help: "Share of accounts that place fake orders.")
    var fakeOrderShare: Double?

    @Option(
        help: "How many times as many honest people look odd (shop tablets, leaders, families …), up to 1.8.")
    var oddFactor: Double?

    @Option(
        help:
            "Share of gangs that hide nothing and of hubs far busier than most, for worlds to learn from; 0 to 1."
    )
    var extremeShare: Double?

    @Option(
        help: ArgumentHelp(
            "Leave out a way of life, as truth.csv names it; may be repeated.", valueName: "archetype"))
    var without: [Archetype] = []

    @Flag(help: "Cut one file short and mix in a few bad lines.")
    var damage = false

    @Flag(help: "Write into a folder that is not empty; its logs of a former campaign are removed.")
    var force = false

    @OptionGroup var verbosity: Verbosity

    private var campaign: CampaignConfiguration {
        var campaign = CampaignConfiguration()
        campaign.accounts = accounts
        campaign.days = days
        campaign.seed = seed
        campaign.frontEnds = frontEnds
        campaign.filesPerFrontEnd = files
        campaign.gzipLevel = gzipLevel
        campaign.labelShare = labelShare
        campaign.damage = damage
        campaign.leftOut = Set(without)
        if let couponAbuseShare { campaign.difficulty.couponAbuseShare = couponAbuseShare }
        if let fakeOrderShare { campaign.difficulty.fakeOrderShare = fakeOrderShare }
        if let oddFactor { campaign.difficulty.oddFactor = oddFactor }
        if let extremeShare { campaign.difficulty.extremeShare = extremeShare }
        return campaign
    }

    func validate() throws {
        if let problem = campaign.problem { throw ValidationError("cannot simulate: \(problem)") }
    }

    func run() throws {
        try clearFolder()
        let summary = try CampaignSimulator(configuration: campaign).write(to: folder)
        if verbosity.quiet { return }
        Terminal.note(
            """
            \(folder): \(summary.events) events of \(summary.accounts) accounts in \(summary.files.count) files, \
            \(summary.gzipBytes / 1024) KiB; \(summary.couponAbusers) accounts abuse coupons, \
            \(summary.orderFakers) place fake orders, at a loss of \(summary.lossFen / 100) yuan
            """)
        if verbosity.verbose { for file in summary.files { Terminal.note(file) } }
    }

    /// A folder with anything in it is left alone unless asked; then only what a campaign wrote is removed.
    private func clearFolder() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard !names.isEmpty else { return }
        guard force else {
            throw OutputError(path: folder, cause: "the folder is not empty; name another or add --force")
        }
        for name in names
        where name.hasPrefix("mp-") && name.hasSuffix(".gz")
            || ["labels.csv", "truth.csv", "losses.csv"].contains(name)
        {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }
}

extension Archetype: ExpressibleByArgument {}
