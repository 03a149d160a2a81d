/// Which event stands in which file, in which order: what servers do to events on their way to the log.
///
/// Some are lost, some are written twice, some arrive late; each front end's log is cut by arrival.
struct LogSchedule: Sendable {
    /// One line to be written.
    struct Entry: Sendable {
        /// When it reached the log, milliseconds since the start.
        var arrival: Int64
        /// Chapter in the upper half, event in the lower.
        var place: UInt64
        var chapter: Int { Int(place >> 32) }
        var index: Int { Int(place & 0xFFFF_FFFF) }
    }

    /// One file of a rotated series.
    struct File: Sendable {
        var name: String
        var entries: [Entry] = []

        func sortedEntries() -> [Entry] {
            entries.sorted { ($0.arrival, $0.place) < ($1.arrival, $1.place) }
        }
    }

    private let seed: UInt64
    private(set) var files: [File] = []
    /// By account: whether the log holds any event of it.
    private(set) var isSeen: [Bool]

    init(configuration: CampaignConfiguration, seed: UInt64, chapters: [CampaignSimulator.Chapter]) {
        self.seed = seed
        isSeen = Array(repeating: false, count: configuration.accounts)
        let series = configuration.filesPerFrontEnd ?? configuration.days
        let span = Int64(configuration.days) * Clock.day
        for frontEnd in 0..<configuration.frontEnds {
            for part in 0..<series {
                files.append(File(name: LogSchedule.name(frontEnd, part, of: series, configuration)))
            }
        }
        for (chapter, content) in chapters.enumerated() {
            for (index, event) in content.events.enumerated() {
                guard event.ts >= 0, event.ts < span else { continue }
                let place = UInt64(chapter) << 32 | UInt64(index)
                guard chance(of: place, salt: 1) >= configuration.lossRate else { continue }
                isSeen[Int(event.account)] = true
                var random = RandomSource(seed: seed, stream: place &+ 0x1A7E)
                let copies = random.chance(configuration.duplicateRate) ? 2 : 1
                for copy in 0..<copies {
                    var delay = random.exponential(250) + Double(copy) * random.exponential(3000)
                    if random.chance(configuration.lateRate) {
                        delay += random.unit() * Double(configuration.maxLatenessMs)
                    }
                    let arrival = event.ts + min(Int64(delay), configuration.maxLatenessMs)
                    let part = min(series - 1, Int(arrival * Int64(series) / span))
                    files[Int(event.frontEnd) * series + part].entries.append(
                        Entry(arrival: arrival, place: place))
                }
            }
        }
    }

    /// Uniform in 0..<1, a number of its own for each thing and question.
    func chance(of thing: UInt64, salt: UInt64) -> Double {
        Double(RandomSource.mix(seed ^ RandomSource.mix(thing &+ salt << 48)) >> 11) * 0x1p-53
    }

    func eventID(_ entry: Entry) -> UInt64 {
        RandomSource.mix(seed ^ 0xE1D ^ entry.place &* 0x2545_F491_4F6C_DD1D)
    }

    /// The first front end numbers its old files, the second dates them, and so on by turns.
    private static func name(
        _ frontEnd: Int, _ part: Int, of series: Int, _ configuration: CampaignConfiguration
    ) -> String {
        let letter = Character(UnicodeScalar(UInt8(97 + frontEnd)))
        if frontEnd % 2 == 0 {
            let age = series - 1 - part
            return age == 0 ? "mp-\(letter).log.gz" : "mp-\(letter).log.\(age).gz"
        }
        let span = Int64(configuration.days) * Clock.day
        let startOfPart = configuration.startMs + span * Int64(part) / Int64(series) + 8 * Clock.hour
        let hours =
            span % (Int64(series) * Clock.day) == 0 ? "" : "-\(two(startOfPart % Clock.day / Clock.hour))"
        return "mp-\(letter).log-\(date(startOfPart))\(hours).gz"
    }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// The civil date of a time as yyyymmdd (Howard Hinnant, "chrono-compatible low-level date algorithms").
    private static func date(_ ms: Int64) -> String {
        let shifted = ms / Clock.day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return "\(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))\(two(month))\(two(day))"
    }
}

/// The lines that should not be in a log and are.
enum LogDamage {
    static func appendBadLine(_ number: Int, to buffer: inout ByteBuffer) {
        switch number % 4 {
        case 0: buffer.append("{\"ts\":1780300000123,\"event\":\"page_view\",\"account_id\":\"oBroken\n")
        case 1: buffer.append("upstream timed out (110: Connection timed out)\n")
        case 2:
            buffer.append(
                "{\"ts\":1780300000,\"event\":\"login\",\"account_id\":\"oSecondsNotMilliseconds\"}\n")
        default: buffer.append("{\"ts\":1780300000123,\"event\":\"login\"}\n")
        }
    }
}
