import ActivityLog
import RiskFeatures

// How long a checkpoint stops the stream: the state of a million entities, copied in memory. Beside it a clone, which
// is what a view ahead begins with, and taking the state back.

/// An engine that has seen so many events, one entity in two of them new.
func engine(events: Int) -> FeatureEngine {
    var engine = FeatureEngine()
    var batch = EventBatch()
    var mixed: UInt64 = 1
    func key(_ number: Int, _ kind: UInt64) -> UInt64 { IdentifierHash().number(UInt64(number), tag: kind) }
    for index in 0..<events {
        mixed = mixed &* 6_364_136_223_846_793_005 &+ 1
        var event = Event()
        event.ts = 1_780_243_200_000 + Int64(index) * 40
        event.type = index % 5 == 0 ? .orderSubmit : index % 3 == 0 ? .couponClaim : .productView
        let account = Int(mixed >> 33) % (events / 4)
        event.accountKey = key(account, 1)
        event.deviceKey = key(account / 2, 2)
        event.deviceSource = .vendor
        event.ipKey = key(account / 3, 3)
        event.networkKey = key(account / 100, 4)
        event.phoneKey = key(account, 5)
        event.addressKey = index % 5 == 0 ? key(account, 6) : 0
        event.merchantKey = key(account % 200, 7)
        let text = Array("account-\(account)-of-the-benchmark".utf8)
        event.accountTextOffset = UInt32(batch.text.count)
        event.accountTextLength = UInt16(text.count)
        batch.text += text
        batch.events.append(event)
        if batch.events.count == 2048 || index == events - 1 {
            engine.observe(batch) { _, _, _ in }
            batch.removeAll()
        }
    }
    return engine
}

func milliseconds(_ body: () -> Void) -> Double {
    ContinuousClock().measure(body) / .milliseconds(1)
}

let built = engine(events: 1_125_000)
let entities = built.entityCounts.reduce(0) { $0 + $1.count }
var copied: [Double] = []
var cloned: [Double] = []
var restored: [Double] = []
var bytes = 0
for _ in 0..<5 {
    copied.append(milliseconds { built.snapshot().withBytes { bytes = $0.count } })
    cloned.append(milliseconds { _ = built.clone() })
    let copy = built.snapshot()
    restored.append(milliseconds { copy.withBytes { _ = try! FeatureEngine(restoring: $0) } })
}
print("\(entities) entities, \(bytes / 1_000_000) MB of state")
for (what, times) in [("copied for a checkpoint", copied), ("cloned", cloned), ("taken back", restored)] {
    let sorted = times.sorted()
    print("\(what): median \(Int(sorted[2].rounded())) ms, slowest \(Int(sorted[4].rounded())) ms")
}
