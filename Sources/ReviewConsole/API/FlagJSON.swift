import CaseFile
import Presentation

/// Flags and what belongs to them as the API writes them: ids masked, with a reference to name the account by.
struct FlagJSON {
    let pen: Pen

    func flag(_ flag: FlaggedAccount) -> JSONValue {
        .object([
            ("account", .string(pen.references.reference(flag.accountID))),
            ("account_id", .string(Masking.mask(flag.accountID))),
            ("risk", .string(flag.risk)), ("score", .number(flag.score)), ("level", .string(flag.level)),
            ("status", .string(flag.status.rawValue)),
            ("amount_at_risk_fen", .integer(flag.amountAtRiskFen)),
            ("first_flagged_ms", .integer(flag.firstFlaggedMs)),
            ("last_scored_ms", .integer(flag.lastScoredMs)), ("reasons", .array(flag.reasons.map(reason))),
            ("tags", .array(flag.tags.map { .string($0) })),
            ("campaigns", .array(flag.campaigns.map { .string($0) })), ("gang_id", JSONValue(flag.gangID)),
            ("model", .string(flag.model)),
        ])
    }

    private func reason(_ reason: FlaggedAccount.Reason) -> JSONValue {
        .object([
            ("feature", .string(reason.feature)), ("value", reason.value.map { .number($0) } ?? .null),
            ("contribution", .number(reason.contribution)), ("text", .string(pen.reasons.sentence(reason))),
        ])
    }

    func total(_ total: FlagTotal) -> JSONValue {
        .object([
            ("flags", .integer(Int64(total.flags))), ("amount_at_risk_fen", .integer(total.amountAtRiskFen)),
        ])
    }

    static func glance(_ glance: AccountGlance, account: String) -> JSONValue {
        .object([
            ("account_id", .string(Masking.mask(account))), ("flagged", .bool(!glance.flags.isEmpty)),
            (
                "flags",
                .array(
                    glance.flags.map { flag in
                        .object([
                            ("risk", .string(flag.risk)), ("score", .number(flag.score)),
                            ("level", .string(flag.level)), ("status", .string(flag.status.rawValue)),
                            ("amount_at_risk_fen", .integer(flag.amountAtRiskFen)),
                            ("first_flagged_ms", .integer(flag.firstFlaggedMs)),
                            ("last_scored_ms", .integer(flag.lastScoredMs)),
                            ("gang_id", JSONValue(flag.gangID)),
                        ])
                    })
            ),
        ])
    }

    // MARK: What belongs to an account

    func evidence(_ contents: AccountPage.Contents, account: String) -> JSONValue {
        .object([
            ("account", .string(pen.references.reference(account))),
            ("account_id", .string(Masking.mask(account))), ("gang_id", JSONValue(contents.gangID)),
            ("flags", .array(contents.flags.map(flag))),
            ("first_seen_ms", contents.evidence.map { .integer($0.firstSeenMs) } ?? .null),
            ("money", contents.evidence.map { money($0.money) } ?? .null),
            ("events", .array((contents.evidence?.events ?? []).map(event))),
            ("links", .array(contents.links.map(link))),
            ("neighbours", .array(contents.neighbours.map(neighbour))),
            ("decisions", .array(contents.decisions.map(decision))),
        ])
    }

    private func money(_ money: AccountEvidence.Money) -> JSONValue {
        .object([
            ("claimed_fen", .integer(money.claimedFen)), ("discounted_fen", .integer(money.discountedFen)),
            ("points_fen", .integer(money.pointsFen)), ("paid_fen", .integer(money.paidFen)),
            ("refunded_fen", .integer(money.refundedFen)), ("commission_fen", .integer(money.commissionFen)),
        ])
    }

    private func event(_ event: AccountEvidence.Event) -> JSONValue {
        .object([
            ("ts", .integer(event.ms)), ("event", .string(event.event)),
            ("amount_fen", event.amountFen.map { .integer($0) } ?? .null),
            ("campaign_id", JSONValue(event.campaign)), ("thing", JSONValue(event.thing)),
            ("coupon_abuse", event.couponAbuse.map { .number($0) } ?? .null),
            ("fake_order", event.fakeOrder.map { .number($0) } ?? .null), ("ok", .bool(event.ok)),
        ])
    }

    private func link(_ link: AccountLink) -> JSONValue {
        .object([
            ("kind", .string(link.kind)), ("thing", .string(link.thing)),
            ("accounts", .integer(Int64(link.accounts))), ("last_ms", .integer(link.lastMs)),
        ])
    }

    private func neighbour(_ neighbour: Neighbour) -> JSONValue {
        .object([
            ("account", .string(pen.references.reference(neighbour.accountID))),
            ("account_id", .string(Masking.mask(neighbour.accountID))), ("kind", .string(neighbour.kind)),
            ("thing", .string(neighbour.thing)),
            ("score", neighbour.score.map { .number($0) } ?? .null),
            ("status", JSONValue(neighbour.status?.rawValue)),
        ])
    }

    private func decision(_ decision: Decision) -> JSONValue {
        .object([
            ("id", .integer(decision.id)), ("risk", .string(decision.risk)),
            ("decision", .string(decision.verdict?.rawValue ?? "undo")),
            ("reviewer", .string(decision.reviewer)), ("note", JSONValue(decision.note)),
            ("decided_ms", .integer(decision.decidedMs)),
        ])
    }

    // MARK: Gangs and the whole

    static func gang(_ gang: Gang) -> JSONValue {
        .object([
            ("gang_id", .string(gang.id)), ("members", .integer(Int64(gang.members))),
            ("flagged", .integer(Int64(gang.flagged))), ("density", .number(gang.density)),
            ("score", .number(gang.score)), ("first_seen_ms", .integer(gang.firstSeenMs)),
            ("last_seen_ms", .integer(gang.lastSeenMs)), ("taken_fen", .integer(gang.takenFen)),
            ("pending_fen", .integer(gang.pendingFen)),
            ("claim_span_ms", gang.claimSpanMs.map { .integer($0) } ?? .null),
            (
                "ties",
                .array(
                    gang.ties.map { tie in
                        .object([
                            ("kind", .string(tie.kind)), ("things", .integer(Int64(tie.things))),
                            ("accounts", .integer(Int64(tie.accounts))),
                        ])
                    })
            ),
        ])
    }

    func member(_ member: GangMember) -> JSONValue {
        .object([
            ("account", .string(pen.references.reference(member.accountID))),
            ("account_id", .string(Masking.mask(member.accountID))), ("tie", .number(member.tie)),
            ("flagged", .bool(member.isFlagged)), ("joined_ms", .integer(member.joinedMs)),
        ])
    }

    static func overview(_ overview: CaseOverview, _ counts: [FlagCount]) -> JSONValue {
        .object([
            (
                "counts",
                .array(
                    counts.map { count in
                        .object([
                            ("risk", .string(count.risk)), ("level", .string(count.level)),
                            ("status", .string(count.status.rawValue)),
                            ("flags", .integer(Int64(count.flags))),
                            ("amount_at_risk_fen", .integer(count.amountAtRiskFen)),
                        ])
                    })
            ),
            (
                "hours",
                .array(
                    overview.hours.map { hour in
                        .object([
                            ("ms", .integer(hour.ms)), ("flags", .integer(Int64(hour.flags))),
                            ("amount_at_risk_fen", .integer(hour.amountAtRiskFen)),
                        ])
                    })
            ),
            ("campaigns", .array(overview.campaigns.map { group($0, ("campaign", .string($0.campaign))) })),
            (
                "clusters",
                .array(overview.clusters.map { group($0, ("tags", .array($0.tags.map { .string($0) }))) })
            ),
        ])
    }

    private static func group(_ group: CaseOverview.Group, _ name: (String, JSONValue)) -> JSONValue {
        .object([
            name, ("risk", .string(group.risk)), ("flags", .integer(Int64(group.flags))),
            ("amount_at_risk_fen", .integer(group.amountAtRiskFen)),
            ("confirmed", .integer(Int64(group.confirmed))), ("cleared", .integer(Int64(group.cleared))),
        ])
    }

    static func entry(_ entry: AuditEntry) -> JSONValue {
        .object([
            ("id", .integer(entry.id)), ("at_ms", .integer(entry.atMs)), ("who", .string(entry.who)),
            ("action", .string(entry.action)),
            ("account_id", JSONValue(entry.accountID.map(Masking.mask))), ("detail", JSONValue(entry.detail)),
        ])
    }
}
