// How fast the case file answers a reviewer with 100,000 flags in it, and whether deciding on many holds up a tail.
import CaseFile
import Foundation
import Synchronization

let flagCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
let path = FileManager.default.temporaryDirectory.path + "/review-bench.sqlite"
for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
let file = try CaseFile.open(path)
var random = SystemRandomNumberGenerator()

func flag(_ number: Int) -> FlaggedAccount {
    let tags = ["coupon_farming", "referral_fraud", "task_bot", "device_farm", "brushing"].shuffled()
    let ms = 1_780_000_000_000 + Int64.random(in: 0..<1_000_000_000)
    return FlaggedAccount(
        accountID: "oUser\(String(number * 7_919 % 1_000_003, radix: 36))x\(number)",
        risk: number % 3 == 0 ? "fake_order" : "coupon_abuse", score: .random(in: 0.2..<1),
        level: Bool.random() ? "high" : "review", firstFlaggedMs: ms, lastScoredMs: ms + 1_000,
        amountAtRiskFen: .random(in: 0..<100_000),
        reasons: (0..<12).map {
            .init(
                feature: "device_accounts_\($0)d", value: .random(in: 0..<9), contribution: .random(in: 0..<3)
            )
        }, tags: Array(tags.prefix(2)), model: "default")
}

func evidence(_ flag: FlaggedAccount) -> PackedEvidence {
    PackedEvidence(
        AccountEvidence(
            accountID: flag.accountID, firstSeenMs: flag.firstFlaggedMs,
            events: (0..<27).map { event in
                .init(
                    ms: flag.firstFlaggedMs + Int64(event) * 4_000, event: "coupon_claim", amountFen: 1_000,
                    campaign: event % 9 == 0 ? "spring" : "campaign-\(flag.amountAtRiskFen % 40)",
                    thing: "9f3a11bc",
                    couponAbuse: 0.5, fakeOrder: 0.01)
            }))
}

var batch = CaseBatch()
batch.flags = (0..<flagCount).map(flag)
batch.evidence = batch.flags.map(evidence)
batch.gangs = GangTables(
    gangs: [],
    links: batch.flags.enumerated().map { number, flag in
        AccountLink(
            accountID: flag.accountID, kind: "device", thingKey: UInt64(number / 30 + 1), accounts: 30,
            lastMs: 1)
    }.sorted { $0.accountID < $1.accountID }
) { $0.tags }
let began = ContinuousClock.now
try file.commit(batch)
print("\(flagCount) flags with evidence committed in \(ContinuousClock.now - began)")

func measure(_ name: String, turns: Int = 100, _ body: () throws -> Void) throws {
    var times: [Double] = []
    for _ in 0..<turns {
        let start = ContinuousClock.now
        try body()
        times.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    times.sort()
    let places = { (number: Double) in String(format: "%8.2f", number) }
    print(
        "\(name.padding(toLength: 38, withPad: " ", startingAt: 0)) median\(places(times[turns / 2]))  "
            + "p99\(places(times[turns * 99 / 100])) ms")
}

let queries: [(String, FlagQuery)] = [
    ("all", FlagQuery()), ("open", FlagQuery(status: .open)), ("none matches", FlagQuery(status: .unsure)),
    ("tag", FlagQuery(tag: "task_bot")), ("campaign", FlagQuery(campaign: "campaign-7")),
    ("no such campaign", FlagQuery(campaign: "campaign-77")), ("no such gang", FlagQuery(gangID: "g-1")),
    ("search", FlagQuery(search: "zzz")), ("masked search", FlagQuery(search: "oU…999")),
    ("range of scores and yuan", FlagQuery(minimumScore: 0.9, maximumFen: 500)),
    ("since", FlagQuery(sinceMs: 1_780_000_900_000)), ("by score", FlagQuery(sort: .score)),
    ("by amount", FlagQuery(sort: .amount)),
    ("by time, one risk", FlagQuery(risk: "fake_order", sort: .time)),
]
for (name, query) in queries {
    try measure("page: " + name) { _ = try file.page(query, limit: 50) }
}
var cursor = try file.page(FlagQuery(), limit: flagCount / 2).next
try measure("page: in the middle") { _ = try file.page(FlagQuery(), limit: 50, after: cursor) }
cursor = try file.page(FlagQuery(sort: .score), limit: flagCount / 2).next
try measure("page: in the middle, by score") {
    _ = try file.page(FlagQuery(sort: .score), limit: 50, after: cursor)
}
for (name, query) in queries where query.sort == .priority {
    try measure("count and sum: " + name) { _ = try file.total(query) }
}
let ids = batch.flags.map(\.accountID)
try measure("look-up of an account", turns: 2000) {
    _ = try file.flags(account: ids.randomElement(using: &random)!)
}
try measure("account page", turns: 2000) {
    let id = ids.randomElement(using: &random)!
    let flags = try file.flags(account: id)
    _ = try file.evidence(account: id)
    _ = try file.decisions(account: id)
    _ = try file.linkedAccounts(of: id)
    _ = try file.newEvidence(flags.map(\.key))
}

// A tail that commits every 20 ms while a reviewer decides on everything.
let isDone = Atomic(false)
let tail = Thread {
    let file = try! CaseFile.open(path, busyTimeout: 0.05)
    var (longest, locked, commits) = (0.0, 0, 0)
    while !isDone.load(ordering: .relaxed) {
        var batch = CaseBatch()
        batch.flags = (0..<20).map { _ in flag(.random(in: 0..<flagCount)) }
        let start = ContinuousClock.now
        // As a tail does: what is locked is tried again.
        while true {
            do {
                try file.commit(batch)
                break
            } catch {
                locked += 1
            }
        }
        longest = max(longest, (ContinuousClock.now - start) / .milliseconds(1))
        commits += 1
        usleep(20_000)
    }
    print(
        "beside it a tail committed \(commits) times, at the longest in \(longest) ms, locked out \(locked) times"
    )
    isDone.store(false, ordering: .relaxed)
}
tail.start()
let start = ContinuousClock.now
let decided = try file.decide(.confirm, .matching(FlagQuery()), reviewer: "bench", decidedMs: 1)
print("\(decided.added.count) flags decided on in \(ContinuousClock.now - start)")
isDone.store(true, ordering: .relaxed)
while isDone.load(ordering: .relaxed) { usleep(1_000) }
