import CaseFile
import Foundation
import RiskFeatures
import RiskModel
import Testing

@testable import ScoringPipeline

/// The bundled model on scenes that nobody would judge in two ways, played among the customers of a simulated campaign.
@Suite struct TextbookTests {
    private let folder = TemporaryFolder()

    /// Plays scenes, and says which share of each scene's accounts was flagged.
    /// - Parameter isAlone: whether the log holds nothing else.
    private func flagged(
        isAlone: Bool = false, _ play: (inout Textbook) -> Void
    ) throws -> [String: Double] {
        let campaign = TestCampaign.shared
        var book = Textbook(startMs: TestCampaign.time(campaign.lines[0]), seed: 5)
        play(&book)
        let lines = ((isAlone ? [] : campaign.lines) + book.lines).sorted {
            TestCampaign.time($0) < TestCampaign.time($1)
        }
        let log = try folder.write("book.log", TestCampaign.bytes(lines))
        let caseFile = try CaseFile.open(folder.file("book.sqlite"))
        let scorer = try Scorer(LogisticModel.bundled(), featureNames: FeatureCatalog.names)
        try ScoringRun(reader: EventReader(paths: [log]), scorer: scorer, caseFile: caseFile).run()
        let accounts = Set(try caseFile.flags(FlagQuery()).map(\.accountID))
        return book.cast.mapValues { cast in
            Double(cast.filter(accounts.contains).count) / Double(cast.count)
        }
    }

    @Test func whatNobodyWouldMissIsFlagged() throws {
        let shares = try flagged { book in
            for (size, seconds) in [(10, 60.0), (37, 60), (37, 300), (100, 20)] {
                book.farm(
                    "\(size) on one phone, one every \(Int(seconds)) s", size: size, every: seconds, day: 2
                ) {
                    $1.device = "farm-\(size)-\(seconds)"
                    $1.ip = "59.37.8.\(size)"
                }
            }
            for (size, seconds) in [(30, 1.0), (100, 36)] {
                book.farm(
                    "\(size) on one phone in a log of little, one every \(Int(seconds)) s", size: size,
                    every: seconds, day: 3, coupons: 1
                ) {
                    $1.device = "bare-\(size)"
                    $1.ip = "59.37.11.\(size)"
                    $1.phone = nil
                }
            }
            book.farm("37 on one phone who pay by four purses", size: 37, every: 120, day: 3, orders: true) {
                $1.device = "farm"
                $1.ip = "59.37.9.1"
                $1.payer = "purse-\($0 / 10)"
                $1.address = "door-\($0 / 10)"
            }
            book.farm("50 phones behind one address", size: 50, every: 20, day: 1) { $1.ip = "59.37.10.1" }
            let boss = book.enter("the inviter")
            book.farm("60 invitees of one in an hour", size: 60, every: 60, day: 2, coupons: 1) {
                $1.ip = "113.88.7.4"
                $1.inviter = boss.account
            }
            book.checkInByClock("check-in bots", size: 25, days: 6)
            book.holdStock("stock held", size: 20, orders: 10, at: book.at(day: 3, hour: 10))
            book.brush("brushing through few purses", size: 40, days: 4, sharesPayer: true)
            book.brush("brushing through own purses", size: 40, days: 4, sharesPayer: false)
            let launch = book.at(day: 3, hour: 12)
            book.scriptLaunch("scripts at a launch", size: 30, at: launch)
            book.crowd("the crowd", size: 300, at: launch)
        }
        for (scene, share) in shares where !scene.hasPrefix("the ") {
            #expect(share >= 0.7, "\(scene): \(share)")
        }
        #expect(shares["the crowd"]! <= 0.02)
    }

    /// Somebody tries the program out: a gang in a small log, and nobody to compare it with.
    @Test func aGangAloneInALogIsFlagged() throws {
        let shares = try flagged(isAlone: true) { book in
            book.farm("37 on one phone", size: 37, every: 60, day: 2) {
                $1.device = "farm"
                $1.ip = "59.37.8.1"
            }
        }
        #expect(shares["37 on one phone"]! >= 0.7)
        let orders = try flagged(isAlone: true) { book in
            book.brush("brushing through few purses", size: 40, days: 4, sharesPayer: true)
        }
        #expect(orders["brushing through few purses"]! >= 0.7)
    }

    /// A log that lacks a field of everybody makes nobody a suspect by that; what it has still tells.
    @Test(arguments: [
        ([], 0.0),
        (["campaign_id", "coupon_id", "device_id", "device_source", "discount_fen", "ok"], 0.3),
        (
            [
                "order_id", "merchant_id", "amount_fen", "payer_id", "address_id", "device_id",
                "device_source",
            ], 0.3
        ),
    ])
    func whatALogLacksIsNoSign(kept: [String], least: Double) throws {
        let campaign = TestCampaign.simulate(accounts: 3000, seed: 23)
        let keys = Set(["ts", "event", "account_id", "ip"] + kept)
        let whole = try Program.run("/bin/bash", ["-c", "gzip -dc \(campaign.path)/*.gz"]).text
        let lines = try whole.split(separator: "\n").map { line in
            let event = try #require(
                JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: any Sendable])
            return String(
                decoding: try JSONSerialization.data(withJSONObject: event.filter { keys.contains($0.key) }),
                as: UTF8.self)
        }.sorted { TestCampaign.time($0) < TestCampaign.time($1) }
        let log = try folder.write("little.log", TestCampaign.bytes(lines))
        let caseFile = try CaseFile.open(folder.file("little.sqlite"))
        let scorer = try Scorer(LogisticModel.bundled(), featureNames: FeatureCatalog.names)
        try ScoringRun(reader: EventReader(paths: [log]), scorer: scorer, caseFile: caseFile).run()
        let flagged = Set(try caseFile.flags(FlagQuery()).map(\.accountID))
        let labels = try LabelsCSV.read(campaign.file("labels.csv"))
        let cheats = Set(labels.filter(\.isAbuse).map(\.accountID))
        let honest = Set(labels.map(\.accountID)).subtracting(cheats)
        #expect(honest.count > 2000)
        #expect(Double(honest.intersection(flagged).count) <= 0.025 * Double(honest.count))
        #expect(Double(cheats.intersection(flagged).count) >= least * Double(cheats.count))
    }

    /// What the catalogue says speaks against an account never speaks for it, however much there is of it.
    @Test func moreOfWhatIsWorseIsNeverBetter() throws {
        let model = try LogisticModel.bundled()
        for risk in Risk.allCases {
            var held = 0
            for term in model.heads[risk]!.terms {
                let feature = FeatureCatalog.all[FeatureCatalog.index(of: term.feature)!]
                let rising = TrainingColumn(feature, risk).sign
                if rising == .either { continue }
                let points = rising == .positive ? term.points : term.points.reversed()
                #expect(points == points.sorted(), "\(risk) \(term.feature): \(term.points)")
                held += 1
            }
            #expect(held > 20)
        }
    }

    @Test func whoMerelyStandsInACrowdIsNotFlagged() throws {
        let shares = try flagged { book in
            book.serveAtTablet("a shop's tablet", size: 50, every: 12, day: 1, lastDay: 5)
            book.serveAtTablet("a tablet at a fair", size: 100, every: 6, day: 2, lastDay: 5)
            book.followLeader("a leader's fans", size: 500, at: book.at(day: 2, hour: 20), day: 2, lastDay: 5)
            book.shareDormitory("a dormitory", size: 120, at: book.at(day: 3, hour: 21), lastDay: 5)
            book.bargain("friends who bargain", hosts: 8, friends: 30, day: 2, lastDay: 5)
            book.membersDay("members' day", size: 400, at: book.at(day: 3, hour: 20), lastDay: 5)
            book.crowd("a flash sale", size: 800, at: book.at(day: 4, hour: 10))
        }
        #expect(shares.count == 7)
        for (scene, share) in shares { #expect(share <= 0.02, "\(scene): \(share)") }
    }
}
