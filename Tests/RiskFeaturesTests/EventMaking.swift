@testable import ActivityLog
@testable import RiskFeatures

/// A seeded generator (SplitMix64, Steele et al. 2014), so that every run of a test is the same.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

let start: Int64 = 1_780_243_200_000

func key(_ text: String) -> UInt64 {
    let bytes = Array(text.utf8)
    return IdentifierHash()(bytes.span.bytes)
}

/// Builds batches of events as the decoder would.
struct Story {
    var batch = EventBatch()

    mutating func add(
        _ account: String, _ type: EventType, at ms: Int64, _ change: (inout Event) -> Void = { _ in }
    ) {
        var event = Event()
        event.ts = start + ms
        event.type = type
        event.accountKey = key(account)
        event.accountTextOffset = UInt32(batch.text.count)
        event.accountTextLength = UInt16(account.utf8.count)
        batch.text.append(contentsOf: account.utf8)
        change(&event)
        batch.events.append(event)
    }
}

/// Everything a run said, by account id: the vector at each scoring moment.
struct Heard: Equatable {
    struct Moment: Equatable {
        var account: String
        var ts: Int64
        /// Bit patterns, so that unknown equals unknown.
        var bits: [UInt32]
    }
    var moments: [Moment] = []

    func value(_ feature: String, of account: String) -> Float? {
        guard let last = moments.last(where: { $0.account == account }) else { return nil }
        return Float(bitPattern: last.bits[FeatureCatalog.index(of: feature)!])
    }
}

/// Runs events in batches of `size` and finishes.
/// - Parameter suspects: accounts that become suspects at their first costly event.
func run(
    _ batch: EventBatch, batchSize size: Int = 2048, finish: Bool = true, suspects: Set<String> = []
) -> Heard {
    let suspects = Set(suspects.map(key))
    var engine = FeatureEngine()
    var rows: [(UInt32, Int64, [UInt32])] = []
    var names: [UInt32: String] = [:]
    var heard = Heard()
    var at = 0
    func settle(_ engine: borrowing FeatureEngine) {
        for (row, ts, bits) in rows {
            heard.moments.append(.init(account: engine.accountID(row), ts: ts, bits: bits))
        }
        rows.removeAll()
        names.removeAll()
    }
    while at < batch.events.count {
        var part = EventBatch()
        part.text = batch.text
        part.events = Array(batch.events[at..<min(at + size, batch.events.count)])
        engine.observe(part) { moment, vector, memory in
            if suspects.contains(moment.accountKey) { memory.isSuspect = true }
            rows.append((moment.account, moment.ts, vector.map(\.bitPattern)))
        }
        settle(engine)
        at += size
    }
    if finish {
        engine.finish { moment, vector, _ in
            rows.append((moment.account, moment.ts, vector.map(\.bitPattern)))
        }
        rows.sort { engine.accountID($0.0) < engine.accountID($1.0) }
        settle(engine)
    }
    return heard
}
