import ActivityLog
import CaseFile
import RiskFeatures
import RiskModel

extension GangTables {
    /// Accounts that share things and are rather honest, as customers whom one shop registered, are told as no gang; nor are
    /// those of which one cannot say that they are not, as colleagues who order together, where many are not flagged.
    private static func isTold(score: Double, flagged: Int, members: Int) -> Bool {
        score >= 1.0 / 3 && (score >= 0.5 || flagged * 3 >= members * 2)
    }

    /// What the database says of the gangs that an engine found.
    init(_ map: GangMap, _ engine: borrowing FeatureEngine, _ scorer: Scorer) {
        self.init(ownTags: AbuseTags.tags(for:))
        for gang in map.gangs {
            let probabilities = gang.members.map { member in
                (
                    coupon: scorer.probability(member.memory.couponAbuse, .couponAbuse),
                    order: scorer.probability(member.memory.fakeOrder, .fakeOrder)
                )
            }
            let score = probabilities.reduce(0) { $0 + max($1.coupon, $1.order) } / Double(gang.members.count)
            let flagged = gang.members.count { $0.memory.isFlagged }
            guard GangTables.isTold(score: score, flagged: flagged, members: gang.members.count) else {
                continue
            }
            var (taken, pending): (Int64, Int64) = (0, 0)
            for (member, probability) in zip(gang.members, probabilities) {
                let isCoupon = probability.coupon >= probability.order
                taken = taken.plus(isCoupon ? member.couponTakenFen : member.orderFen)
                pending = pending.plus(isCoupon ? member.couponPendingFen : 0)
                members.append(
                    GangMember(
                        gangID: gang.id, accountID: engine.accountID(member.account), tie: member.tie,
                        isFlagged: member.memory.isFlagged, joinedMs: member.firstMs))
            }
            gangs.append(
                Gang(
                    id: gang.id, members: gang.members.count,
                    flagged: flagged, density: gang.density,
                    score: score, firstSeenMs: gang.firstSeenMs,
                    lastSeenMs: gang.lastSeenMs, takenFen: taken, pendingFen: pending,
                    claimSpanMs: gang.claimSpanMs,
                    ties: gang.ties.map {
                        Gang.Tie(kind: $0.kind.name, things: $0.things, accounts: $0.accounts)
                    }))
        }
        members.sort { $0.accountID.precedesInBytes($1.accountID) }
        links = GangTables.links(map.links, engine)
    }

    /// Sorted as the table keeps them, account by account.
    private static func links(_ found: [GangMap.Link], _ engine: borrowing FeatureEngine) -> [AccountLink] {
        var accounts: [(id: String, links: Range<Int>)] = []
        var start = 0
        while start < found.count {
            let end = found[start...].firstIndex { $0.account != found[start].account } ?? found.count
            accounts.append((engine.accountID(found[start].account), start..<end))
            start = end
        }
        accounts.sort { $0.id.precedesInBytes($1.id) }
        return accounts.flatMap { account in
            found[account.links].map {
                AccountLink(
                    accountID: account.id, kind: $0.kind.name, thingKey: $0.thing,
                    accounts: $0.accounts, lastMs: $0.lastMs)
            }.sorted { ($0.kind, $0.thingKey) < ($1.kind, $1.thingKey) }
        }
    }
}

extension AbuseTags {
    /// The tags that a flag's reasons show by themselves.
    @Sendable static func tags(for flag: FlaggedAccount) -> [String] {
        let reasons = flag.reasons.compactMap { reason in
            FeatureCatalog.index(of: reason.feature).map { ($0, reason.value ?? .nan, reason.contribution) }
        }
        return tags(for: reasons, isFakeOrder: flag.risk == Risk.fakeOrder.rawValue).map(\.rawValue)
    }
}
