import ActivityLog
import CaseFile
import RiskFeatures
import RiskModel

/// Turns what an engine knows of flagged accounts into rows for the reviewer.
struct EvidenceWriter {
    private let scorer: Scorer
    /// By the lowest bits of the campaign's key.
    private let campaigns: [UInt32: String]

    /// - Parameter campaignNames: by `Event.campaignKey`.
    init(_ scorer: Scorer, campaignNames: [UInt64: String]) {
        self.scorer = scorer
        // In the order of keys, so that of two that share their lowest bits always the same one gives its name.
        campaigns = campaignNames.sorted { $0.key < $1.key }.reduce(into: [:]) {
            $0[UInt32(truncatingIfNeeded: $1.key)] = $1.value
        }
    }

    func rows(_ records: [(accountID: String, record: AccountRecord)]) -> [PackedEvidence] {
        mapConcurrently(records.count) { PackedEvidence(evidence(records[$0].accountID, records[$0].record)) }
    }

    private func evidence(_ accountID: String, _ record: AccountRecord) -> AccountEvidence {
        var money = AccountEvidence.Money()
        money.claimedFen = record.claimedFen
        money.discountedFen = record.discountedFen
        money.pointsFen = record.pointsFen
        money.paidFen = record.paidFen
        money.refundedFen = record.refundedFen
        money.commissionFen = record.commissionFen
        return AccountEvidence(
            accountID: accountID, firstSeenMs: record.firstMs, money: money,
            events: record.events.map { event in
                AccountEvidence.Event(
                    ms: event.ms, event: "\(event.type.name)", amountFen: event.amountFen,
                    campaign: campaigns[event.campaign],
                    thing: event.thing == 0 ? nil : String(event.thing, radix: 16),
                    couponAbuse: event.logOdds.map { scorer.probability($0.couponAbuse, .couponAbuse) },
                    fakeOrder: event.logOdds.map { scorer.probability($0.fakeOrder, .fakeOrder) },
                    ok: event.ok)
            })
    }
}

extension FlagBook {
    /// What is known of the accounts flagged here and of those that departed, in the order of account ids.
    ///
    /// An account that was forgotten and came back is known by the life in which it was last flagged.
    /// - Parameter engine: that the flags come from, or one that is ahead of it.
    func records(
        _ engine: borrowing FeatureEngine
    ) -> [(accountID: String, record: AccountRecord)] {
        var records: [String: AccountRecord] = [:]
        for (accountID, record) in departed { records[accountID] = record }
        for flag in flags.joined() {
            if let record = engine.record(accountKey: flag.accountKey), record.firstMs <= flag.lastScoredMs {
                records[flag.accountID] = record
            }
        }
        return records.sorted { $0.key.precedesInBytes($1.key) }.map { ($0.key, $0.value) }
    }
}

/// What the database says of accounts' evidence, by digest, so that a tail writes only what has changed.
struct WrittenEvidence {
    private var digests: [String: Int] = [:]

    /// The rows that say something else than was written.
    func changed(_ rows: [PackedEvidence]) -> [PackedEvidence] {
        rows.filter { digests[$0.accountID] != $0.hashValue }
    }

    mutating func wrote(_ rows: [PackedEvidence]) {
        for row in rows { digests[row.accountID] = row.hashValue }
    }

    /// Rows of accounts without a flag are gone.
    mutating func withdrew(_ keys: [FlagKey]) {
        for key in keys { digests[key.accountID] = nil }
    }
}
