import ActivityLog
import Dispatch
import Foundation
import Synchronization

/// Why a campaign could not be written: one line for a person.
public struct SimulationError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }

    /// - Parameters:
    ///   - act: what was being done, and to what.
    ///   - error: as Foundation gives it, whose own words name no cause.
    init(_ act: String, _ error: any Error) {
        let error = error as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey].flatMap { $0 as? any Error } as NSError? ?? error
        let why =
            cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : "\(error)"
        self.init("\(act): \(why); name a folder that can be written to")
    }
}

/// Makes up a promotion's activity: logs as the brand's servers would write them, and the truth about them.
///
/// The same configuration gives the same bytes, on any number of cores.
public struct CampaignSimulator: Sendable {
    /// What was written.
    public struct Summary: Sendable {
        public var accounts = 0
        public var couponAbusers = 0
        public var orderFakers = 0
        /// Lines, duplicates included.
        public var events = 0
        public var lineBytes = 0
        public var gzipBytes = 0
        /// Log files, in the order of their names.
        public var files: [String] = []
        public var lossFen = 0
    }

    private let configuration: CampaignConfiguration

    public init(configuration: CampaignConfiguration) { self.configuration = configuration }

    /// Writes logs, `labels.csv`, `truth.csv` and `losses.csv` to `folder`, which is made if it is missing.
    public func write(to folder: String) throws(SimulationError) -> Summary {
        if let problem = configuration.problem { throw SimulationError("cannot simulate: \(problem)") }
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw SimulationError("cannot create the folder \(folder)", error)
        }
        let world = World(configuration)
        let line = LogLine(world: world, startMs: configuration.startMs)
        let chapters = writeChapters(world)
        let schedule = LogSchedule(configuration: configuration, seed: world.seed, chapters: chapters)
        var summary = try writeLogs(to: folder, schedule, chapters, line)
        try writeTruth(to: folder, chapters, schedule, line, &summary)
        return summary
    }

    // MARK: Events

    /// What one batch of communities did; the unit of parallel work.
    struct Chapter: Sendable {
        var events: [CampaignEvent] = []
        var losses: [CampaignLoss] = []
        var members: [Member] = []
    }

    /// What `truth.csv` says of an account.
    struct Member: Sendable {
        var account: UInt32
        var archetype: Archetype
        /// 0 if in no gang.
        var gang: UInt64
        var skill: Double
    }

    private func writeChapters(_ world: World) -> [Chapter] {
        var batches: [Range<Int>] = []
        var first = 0
        var accounts = 0
        for (index, community) in world.communities.enumerated() {
            accounts += community.size
            if accounts >= 2000 || index == world.communities.count - 1 {
                batches.append(first..<index + 1)
                first = index + 1
                accounts = 0
            }
        }
        let slots = Mutex([Chapter?](repeating: nil, count: batches.count))
        let ranges = batches
        DispatchQueue.concurrentPerform(iterations: ranges.count) { number in
            var chapter = Chapter()
            for community in world.communities[ranges[number]] {
                var diary = Diary(
                    world: world, stream: community.number,
                    firstID: community.firstAccount * world.idsPerAccount + 1)
                let archetypes = diary.write(community)
                chapter.events += diary.events
                chapter.losses += diary.losses
                for (offset, archetype) in archetypes.enumerated() {
                    let isGang = archetype.cheat != nil
                    chapter.members.append(
                        Member(
                            account: community.firstAccount + UInt32(offset), archetype: archetype,
                            gang: isGang ? RandomSource.mix(world.seed ^ community.number &+ 77) : 0,
                            skill: community.skill))
                }
            }
            slots.withLock { $0[number] = chapter }
        }
        return slots.withLock { $0.map { $0 ?? Chapter() } }
    }

    // MARK: Logs

    private func writeLogs(
        to folder: String, _ schedule: LogSchedule, _ chapters: [Chapter], _ line: LogLine
    ) throws(SimulationError) -> Summary {
        let outcome = Mutex<(Summary, SimulationError?)>((Summary(), nil))
        let configuration = self.configuration
        let maximum = LogLine.maximumLength
        DispatchQueue.concurrentPerform(iterations: schedule.files.count) { number in
            let file = schedule.files[number]
            do throws(SimulationError) {
                var gzip = try GzipFile(path: folder + "/" + file.name, level: configuration.gzipLevel)
                var buffer = ByteBuffer(capacity: 1 << 18)
                var lineBytes = 0
                var memberBytes = 0
                var lines = 0
                for entry in file.sortedEntries() {
                    let event = chapters[entry.chapter].events[entry.index]
                    line.append(event, id: schedule.eventID(entry), to: &buffer)
                    lines += 1
                    if configuration.damage, number == 0, lines % 200 == 7 {
                        LogDamage.appendBadLine(lines / 200, to: &buffer)
                    }
                    if buffer.room < maximum {
                        // Members end where the buffer is full, within a line or not.
                        memberBytes += buffer.count
                        lineBytes += buffer.count
                        let ends = memberBytes > 3 << 20
                        if ends { memberBytes = 0 }
                        try buffer.write(to: &gzip, endsMember: ends)
                    }
                }
                lineBytes += buffer.count
                try buffer.write(to: &gzip, endsMember: true)
                if configuration.damage, number == schedule.files.count - 1 {
                    try gzip.truncate(toShare: 0.93)
                }
                let (written, total) = (gzip.bytesWritten, lines)
                outcome.withLock {
                    $0.0.events += total
                    $0.0.lineBytes += lineBytes
                    $0.0.gzipBytes += written
                }
            } catch {
                outcome.withLock { if $0.1 == nil { $0.1 = error } }
            }
        }
        let (summary, error) = outcome.withLock { $0 }
        if let error { throw error }
        var result = summary
        result.files = schedule.files.map(\.name).sorted()
        return result
    }

    // MARK: Truth

    private func writeTruth(
        to folder: String, _ chapters: [Chapter], _ schedule: LogSchedule, _ line: LogLine,
        _ summary: inout Summary
    ) throws(SimulationError) {
        var names = [String](repeating: "", count: configuration.accounts)
        var members: [Member] = []
        for chapter in chapters {
            for member in chapter.members where schedule.isSeen[Int(member.account)] {
                names[Int(member.account)] = line.accountText(member.account)
                members.append(member)
            }
        }
        members.sort { names[Int($0.account)] < names[Int($1.account)] }
        var labels = "account_id,risk,label\n"
        var truth = "account_id,archetype,gang_id,skill,coupon_abuse,fake_order\n"
        for member in members {
            let name = names[Int(member.account)]
            let cheat = member.archetype.cheat
            let isCoupon = cheat == .couponAbuse ? 1 : 0
            let isFake = cheat == .fakeOrder ? 1 : 0
            summary.accounts += 1
            summary.couponAbusers += isCoupon
            summary.orderFakers += isFake
            if schedule.chance(of: UInt64(member.account), salt: 0x1AB) < configuration.labelShare {
                labels += "\(name),coupon_abuse,\(isCoupon)\n\(name),fake_order,\(isFake)\n"
            }
            let skill = Int((member.skill * 1000).rounded())
            let thousandths = String(1000 + skill % 1000).dropFirst()
            let gang = member.gang == 0 ? "" : "g" + String(member.gang, radix: 16).prefix(10)
            truth += "\(name),\(member.archetype.rawValue),\(gang),"
            truth += cheat == nil ? "" : "\(skill / 1000).\(thousandths)"
            truth += ",\(isCoupon),\(isFake)\n"
        }
        let span = Int64(configuration.days) * Clock.day
        var losses = chapters.flatMap(\.losses).filter {
            $0.ts >= 0 && $0.ts < span && schedule.isSeen[Int($0.account)]
        }
        losses.sort { ($0.ts, $0.account, $0.lossFen) < ($1.ts, $1.account, $1.lossFen) }
        var table = "account_id,risk,ts,loss_fen\n"
        for loss in losses {
            summary.lossFen += Int(loss.lossFen)
            table += "\(names[Int(loss.account)]),\(loss.isFakeOrder ? "fake_order" : "coupon_abuse"),"
            table += "\(configuration.startMs + loss.ts),\(loss.lossFen)\n"
        }
        for (name, text) in [("labels.csv", labels), ("truth.csv", truth), ("losses.csv", table)] {
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
            } catch {
                throw SimulationError("cannot write \(folder)/\(name)", error)
            }
        }
    }
}

extension ByteBuffer {
    /// Hands everything to a file and starts anew.
    mutating func write(to file: inout GzipFile, endsMember: Bool) throws(SimulationError) {
        var failure: SimulationError?
        withBytes { bytes in
            do throws(SimulationError) {
                try file.write(bytes, endsMember: endsMember)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        removeAll()
    }
}

extension Diary {
    /// Writes one community's campaign.
    /// - Returns: each member's way of life, in the order of accounts.
    mutating func write(_ community: Community) -> [Archetype] {
        switch community.archetype.cheat {
        case nil: return liveHonestly(community)
        case .couponAbuse: farmCoupons(community)
        case .fakeOrder: fakeOrders(community)
        }
        return Array(repeating: community.archetype, count: community.size)
    }
}
