import ActivityLog
import CZlib
import Foundation
import Testing

@testable import CampaignSimulator

/// A campaign written to a folder of its own, read back without the project's reader.
private struct WrittenCampaign {
    let folder: String
    let summary: CampaignSimulator.Summary

    init(_ change: (inout CampaignConfiguration) -> Void = { _ in }) throws {
        var configuration = CampaignConfiguration()
        configuration.accounts = 2000
        configuration.gzipLevel = 1
        change(&configuration)
        folder = NSTemporaryDirectory() + "promoguard-campaign-" + UUID().uuidString
        summary = try CampaignSimulator(configuration: configuration).write(to: folder)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }

    /// The lines of a gzipped log, by zlib's own file reader.
    func lines(_ name: String) -> [String] {
        let file = gzopen(folder + "/" + name, "rb")
        defer { gzclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = gzread(file, &buffer, UInt32(buffer.count))
            guard count > 0 else { break }
            text += buffer[..<Int(count)]
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func objects() throws -> [[String: Any]] {
        try summary.files.flatMap { try lines($0).map(decode) }
    }

    func decode(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }

    /// The rows of a CSV file after its header.
    func rows(_ name: String) throws -> [[String]] {
        String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    /// Account ids of cheats.
    func cheats() throws -> Set<String> {
        Set(try rows("truth.csv").filter { $0[4] == "1" || $0[5] == "1" }.map { $0[0] })
    }
}

@Suite struct CampaignSimulatorTests {
    @Test func sameSeedGivesTheSameBytes() throws {
        let first = try WrittenCampaign { $0.seed = 7 }
        let second = try WrittenCampaign { $0.seed = 7 }
        defer {
            first.remove()
            second.remove()
        }
        for name in first.summary.files + ["labels.csv", "truth.csv", "losses.csv"] {
            #expect(try first.bytes(name) == second.bytes(name), "\(name)")
        }
    }

    @Test func anotherSeedGivesOtherPeople() throws {
        let first = try WrittenCampaign { $0.seed = 7 }
        let second = try WrittenCampaign { $0.seed = 8 }
        defer {
            first.remove()
            second.remove()
        }
        #expect(
            Set(try first.rows("truth.csv").map { $0[0] }).isDisjoint(
                with: try second.rows("truth.csv").map { $0[0] }))
    }

    @Test func everyLineIsAnEventOfTheSchema() throws {
        let campaign = try WrittenCampaign()
        defer { campaign.remove() }
        let fields = Set(EventField.allCases.map { "\($0.name)" })
        let types = Set(EventType.allCases.map { "\($0.name)" })
        let integers: Set = [
            "ts", "scene", "wx_risk_rank", "wx_device_risk_rank", "wx_device_uv_1d", "dwell_ms", "points",
            "quantity", "amount_fen", "discount_fen", "refund_fen", "rating",
        ]
        let start = CampaignConfiguration().startMs
        let end = start + 14 * 86_400_000
        var lines = 0
        for name in campaign.summary.files {
            for line in campaign.lines(name) {
                lines += 1
                let event = try campaign.decode(line)
                #expect(Set(event.keys).isSubset(of: fields), "\(line)")
                let ts = try #require(event["ts"] as? Int64)
                #expect(ts >= start && ts < end)
                #expect(types.contains(try #require(event["event"] as? String)))
                #expect((event["account_id"] as? String)?.utf8.count == 28)
                for (key, value) in event where key != "ok" {
                    #expect((value is String) == !integers.contains(key), "\(key) in \(line)")
                    if let text = value as? String { #expect(!text.isEmpty) }
                }
                if let ok = event["ok"] { #expect(ok is Bool) }
            }
        }
        #expect(lines == campaign.summary.events)
    }

    @Test func disorderStaysWithinTheBound() throws {
        let campaign = try WrittenCampaign { $0.lateRate = 0.2 }
        defer { campaign.remove() }
        var worst: Int64 = 0
        for name in campaign.summary.files {
            var latest: Int64 = 0
            for line in campaign.lines(name) {
                let ts = try #require(try campaign.decode(line)["ts"] as? Int64)
                latest = max(latest, ts)
                worst = max(worst, latest - ts)
            }
        }
        #expect(worst <= 45_000)
        #expect(worst > 5_000)
    }

    @Test func duplicatesRepeatTheWholeEvent() throws {
        let campaign = try WrittenCampaign { $0.duplicateRate = 0.05 }
        defer { campaign.remove() }
        var seen: [String: String] = [:]
        var repeats = 0
        for line in campaign.summary.files.flatMap(campaign.lines) {
            let id = try #require(try campaign.decode(line)["event_id"] as? String)
            if let former = seen.updateValue(line, forKey: id) {
                repeats += 1
                #expect(former == line)
            }
        }
        #expect(repeats > campaign.summary.events / 40)
        #expect(repeats < campaign.summary.events / 12)
    }

    @Test func everyAccountIsLabelledForBothRisks() throws {
        let campaign = try WrittenCampaign()
        defer { campaign.remove() }
        let logged = Set(try campaign.objects().compactMap { $0["account_id"] as? String })
        let labels = try campaign.rows("labels.csv")
        for risk in ["coupon_abuse", "fake_order"] {
            #expect(Set(labels.filter { $0[1] == risk }.map { $0[0] }) == logged)
        }
        #expect(labels.count == 2 * logged.count)
        let positives = labels.filter { $0[2] == "1" }.count
        #expect(positives == campaign.summary.couponAbusers + campaign.summary.orderFakers)
        let coupon = Double(campaign.summary.couponAbusers) / Double(campaign.summary.accounts)
        let fake = Double(campaign.summary.orderFakers) / Double(campaign.summary.accounts)
        #expect((0.035...0.065).contains(coupon))
        #expect((0.018...0.035).contains(fake))
    }

    @Test func aShareOfAccountsMayBeLabelled() throws {
        let campaign = try WrittenCampaign { $0.labelShare = 0.3 }
        defer { campaign.remove() }
        let labelled = Double(try campaign.rows("labels.csv").count / 2)
        #expect((0.25...0.35).contains(labelled / Double(campaign.summary.accounts)))
    }

    @Test(arguments: [500, 3000])
    func everyWayOfLifeIsLived(accounts: Int) throws {
        let campaign = try WrittenCampaign { $0.accounts = accounts }
        defer { campaign.remove() }
        let lived = Set(try campaign.rows("truth.csv").map { $0[1] })
        #expect(Set(Archetype.allCases.map(\.rawValue)).subtracting(lived).isEmpty)
    }

    @Test func identifiersOfCheatsLookLikeEverybodyElses() throws {
        let campaign = try WrittenCampaign()
        defer { campaign.remove() }
        let cheats = try campaign.cheats()
        let free: Set = [
            "event", "page", "ip", "brand", "model", "os_version", "wx_version", "platform", "network",
        ]
        var lengths: [String: (honest: Set<Int>, cheat: Set<Int>)] = [:]
        var alphabets: [String: (honest: Set<Character>, cheat: Set<Character>)] = [:]
        for event in try campaign.objects() {
            let isCheat = cheats.contains(event["account_id"] as? String ?? "")
            for (key, value) in event where !free.contains(key) {
                guard let text = value as? String else { continue }
                if isCheat {
                    lengths[key, default: ([], [])].cheat.insert(text.utf8.count)
                    alphabets[key, default: ([], [])].cheat.formUnion(text)
                } else {
                    lengths[key, default: ([], [])].honest.insert(text.utf8.count)
                    alphabets[key, default: ([], [])].honest.formUnion(text)
                }
            }
        }
        #expect(lengths.count > 15)
        for (key, seen) in lengths { #expect(seen.cheat.isSubset(of: seen.honest), "\(key)") }
        for (key, seen) in alphabets { #expect(seen.cheat.isSubset(of: seen.honest), "\(key)") }
    }

    @Test func noFieldTypeOrCommonValueBelongsToOneClass() throws {
        let campaign = try WrittenCampaign { $0.accounts = 8000 }
        defer { campaign.remove() }
        let cheats = try campaign.cheats()
        let values: Set = [
            "event", "platform", "brand", "model", "os_version", "wx_version", "scene", "campaign_id",
            "coupon_id",
            "page", "network", "device_source", "rating", "quantity",
        ]
        var fields: [String: (honest: Set<String>, cheat: Set<String>)] = [:]
        var counts: [String: (honest: Set<String>, cheat: Set<String>)] = [:]
        for event in try campaign.objects() {
            let account = event["account_id"] as? String ?? ""
            let isCheat = cheats.contains(account)
            let type = event["event"] as? String ?? ""
            for (key, value) in event {
                if isCheat {
                    fields["\(type).\(key)", default: ([], [])].cheat.insert(account)
                } else {
                    fields["\(type).\(key)", default: ([], [])].honest.insert(account)
                }
                guard values.contains(key) else { continue }
                if isCheat {
                    counts["\(key)=\(value)", default: ([], [])].cheat.insert(account)
                } else {
                    counts["\(key)=\(value)", default: ([], [])].honest.insert(account)
                }
            }
        }
        // Of 8000 accounts 600 cheat; what twenty of them carry, honest people carry as well.
        for (name, seen) in fields.merging(counts, uniquingKeysWith: { first, _ in first })
        where seen.cheat.count >= 20 {
            #expect(
                seen.honest.count * 2 >= seen.cheat.count, "\(name) \(seen.honest.count) \(seen.cheat.count)")
        }
    }

    /// The most accounts of each way of life on one phone, as its fingerprint names it.
    private func mostOnOnePhone(_ campaign: WrittenCampaign) throws -> [String: Int] {
        var lives: [String: String] = [:]
        for row in try campaign.rows("truth.csv") { lives[row[0]] = row[1] }
        var users: [String: [String: Set<String>]] = [:]
        for event in try campaign.objects() where event["device_source"] as? String == "vendor" {
            guard let device = event["device_id"] as? String, let account = event["account_id"] as? String,
                let life = lives[account]
            else { continue }
            users[life, default: [:]][device, default: []].insert(account)
        }
        return users.mapValues { $0.values.map(\.count).max() ?? 0 }
    }

    @Test func extremesAreOnDemand() throws {
        let usual = try WrittenCampaign { $0.accounts = 6000 }
        let extreme = try WrittenCampaign {
            $0.accounts = 6000
            $0.difficulty.extremeShare = 1
        }
        defer {
            usual.remove()
            extreme.remove()
        }
        let before = try mostOnOnePhone(usual)
        let after = try mostOnOnePhone(extreme)
        let cheats = ["phone_farm", "check_in_bot", "coupon_reseller", "referral_ring", "merchant_brushing"]
        #expect(cheats.map { before[$0]! }.max()! <= 9)
        #expect(cheats.map { after[$0]! }.max()! > 12)
        #expect(after["shop_tablet"]! > before["shop_tablet"]!)
        // Who hides nothing is a gang without skill; who cannot but hide stays as skilled as ever.
        let gangs = try extreme.rows("truth.csv").filter { !$0[2].isEmpty }
        #expect(gangs.filter { $0[1] == "merchant_brushing" }.allSatisfy { Double($0[3]) == 0 })
        #expect(gangs.filter { $0[1] == "low_and_slow" }.allSatisfy { Double($0[3])! >= 0.5 })
        #expect(try usual.rows("truth.csv").allSatisfy { $0[2].isEmpty || Double($0[3])! > 0 })
    }

    @Test func lossesLieWithinTheLogAndWithCheatsOnly() throws {
        let campaign = try WrittenCampaign()
        defer { campaign.remove() }
        let start = CampaignConfiguration().startMs
        let cheats = try campaign.cheats()
        let losses = try campaign.rows("losses.csv")
        #expect(losses.count > 100)
        for row in losses {
            let ts = try #require(Int64(row[2]))
            #expect(ts >= start && ts < start + 14 * 86_400_000)
            #expect(try #require(Int(row[3])) > 0)
            #expect(cheats.contains(row[0]))
        }
        #expect(Set(losses.map { $0[1] }) == ["coupon_abuse", "fake_order"])
    }

    @Test func logsComeAsRotatedSeries() throws {
        let campaign = try WrittenCampaign { $0.days = 4 }
        defer { campaign.remove() }
        #expect(
            campaign.summary.files == [
                "mp-a.log.1.gz", "mp-a.log.2.gz", "mp-a.log.3.gz", "mp-a.log.gz", "mp-b.log-20260601.gz",
                "mp-b.log-20260602.gz", "mp-b.log-20260603.gz", "mp-b.log-20260604.gz",
            ])
        let first = try campaign.decode(try #require(campaign.lines("mp-a.log.3.gz").first))["ts"] as? Int64
        let last = try campaign.decode(try #require(campaign.lines("mp-a.log.gz").first))["ts"] as? Int64
        #expect(try #require(first) < #require(last))
    }

    @Test func damageIsOnDemand() throws {
        let whole = try WrittenCampaign()
        let damaged = try WrittenCampaign { $0.damage = true }
        defer {
            whole.remove()
            damaged.remove()
        }
        let broken = damaged.lines("mp-a.log.13.gz").filter { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8))) == nil
        }
        #expect(!broken.isEmpty)
        let last = "mp-b.log-20260614.gz"
        #expect(try damaged.bytes(last).count < whole.bytes(last).count)
    }

    @Test func unusableValuesAreNamed() {
        var configuration = CampaignConfiguration()
        configuration.days = 0
        #expect(throws: SimulationError.self) {
            try CampaignSimulator(configuration: configuration).write(
                to: NSTemporaryDirectory() + "promoguard-none")
        }
        #expect(configuration.problem?.contains("days") == true)
        configuration.days = 3
        configuration.difficulty.extremeShare = 1.5
        #expect(configuration.problem?.contains("extreme share") == true)
    }
}
