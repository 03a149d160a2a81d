import GRDB

extension CaseFile {
    /// What is kept of a flagged account's doings; nil when nothing is.
    public func evidence(account: String) throws(CaseFileError) -> AccountEvidence? {
        try read("look up an account in") { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT account_id, first_seen_ms, claimed_fen, discounted_fen, points_fen, paid_fen, refunded_fen,
                        commission_fen, events
                    FROM account_evidence WHERE account_id = ?
                    """, arguments: [account.storable]
            ).map { row in
                var money = AccountEvidence.Money()
                money.claimedFen = row[2]
                money.discountedFen = row[3]
                money.pointsFen = row[4]
                money.paidFen = row[5]
                money.refundedFen = row[6]
                money.commissionFen = row[7]
                return AccountEvidence(
                    accountID: row[0], firstSeenMs: row[1], money: money,
                    events: try JSONText.parse(row[8], as: [PackedEvent].self).map(\.event))
            }
        }
    }

    static func write(_ evidence: [AccountEvidence], _ db: Database) throws {
        guard !evidence.isEmpty else { return }
        var row = RowBinder(
            try db.makeStatement(
                sql: """
                    INSERT INTO account_evidence (account_id, first_seen_ms, claimed_fen, discounted_fen, points_fen,
                        paid_fen, refunded_fen, commission_fen, campaigns, events)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (account_id) DO UPDATE SET
                        first_seen_ms = excluded.first_seen_ms, claimed_fen = excluded.claimed_fen,
                        discounted_fen = excluded.discounted_fen, points_fen = excluded.points_fen,
                        paid_fen = excluded.paid_fen, refunded_fen = excluded.refunded_fen,
                        commission_fen = excluded.commission_fen, campaigns = excluded.campaigns,
                        events = excluded.events
                    """))
        for account in evidence {
            row.bind(1, account.accountID.storable)
            row.bind(2, account.firstSeenMs)
            row.bind(3, account.money.claimedFen)
            row.bind(4, account.money.discountedFen)
            row.bind(5, account.money.pointsFen)
            row.bind(6, account.money.paidFen)
            row.bind(7, account.money.refundedFen)
            row.bind(8, account.money.commissionFen)
            row.bindJSON(9) { JSONText.append(account.campaigns.map(\.storable), to: &$0) }
            row.bindJSON(10) { PackedEvent.append(account.events, to: &$0) }
            try row.run(db)
        }
    }
}

/// An event of `account_evidence.events`: an array of time, type, fen, campaign, thing, and the two scores in
/// thousandths; what is unknown at its end is left out.
private struct PackedEvent: Decodable {
    let event: AccountEvidence.Event

    init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        func next<Value: Decodable>(_ type: Value.Type) throws -> Value? {
            values.isAtEnd ? nil : try values.decodeIfPresent(type)
        }
        event = AccountEvidence.Event(
            ms: try values.decode(Int64.self), event: try values.decode(String.self),
            amountFen: try next(Int64.self), campaign: try next(String.self), thing: try next(String.self),
            couponAbuse: try next(Int.self).map { Double($0) / 1000 },
            fakeOrder: try next(Int.self).map { Double($0) / 1000 })
    }

    static func append(_ events: [AccountEvidence.Event], to text: inout [UInt8]) {
        func append(_ number: Int64) { text.append(contentsOf: String(number).utf8) }
        text.append(UInt8(ascii: "["))
        for (index, event) in events.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text.append(UInt8(ascii: "["))
            append(event.ms)
            text.append(UInt8(ascii: ","))
            JSONText.append(event.event, to: &text)
            var missing = 0
            func add(_ isPresent: Bool, _ write: () -> Void) {
                guard isPresent else {
                    missing += 1
                    return
                }
                for _ in 0..<missing { text.append(contentsOf: ",null".utf8) }
                missing = 0
                text.append(UInt8(ascii: ","))
                write()
            }
            add(event.amountFen != nil) { append(event.amountFen!) }
            add(event.campaign != nil) { JSONText.append(event.campaign!.storable, to: &text) }
            add(event.thing != nil) { JSONText.append(event.thing!.storable, to: &text) }
            for score in [event.couponAbuse, event.fakeOrder] {
                add(score != nil) { append(Int64((score! * 1000).rounded())) }
            }
            text.append(UInt8(ascii: "]"))
        }
        text.append(UInt8(ascii: "]"))
    }
}
