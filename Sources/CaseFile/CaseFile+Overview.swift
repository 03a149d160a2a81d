import GRDB

/// How the flags and the decisions on them stand, for who leads the review.
public struct CaseOverview: Sendable, Equatable {
    /// Flags first raised in an hour of event time.
    public struct Hour: Sendable, Equatable {
        /// Its beginning, milliseconds since 1970 UTC.
        public var ms: Int64
        public var flags: Int
        public var amountAtRiskFen: Int64
    }

    /// Flags of which something is the same, and what was decided on them.
    public struct Group: Sendable, Equatable {
        /// A campaign's id; empty where the evidence names none.
        public var campaign = ""
        public var risk = ""
        public var tags: [String] = []
        /// The features that are most often the strongest reason, most often first, at most three.
        public var features: [String] = []
        public var flags: Int
        public var amountAtRiskFen: Int64
        public var confirmed: Int
        public var cleared: Int
    }

    /// Decided flags whose score lies in one tenth.
    public struct Tenth: Sendable, Equatable {
        public var risk: String
        /// 0…9: scores from tenth / 10.
        public var tenth: Int
        public var confirmed: Int
        public var cleared: Int
        /// Mean of their scores.
        public var score: Double
    }

    /// Oldest first; hours without flags are left out.
    public var hours: [Hour]
    /// Largest amount first.
    public var campaigns: [Group]
    /// Flags with the same risk and tags; largest amount first.
    public var clusters: [Group]
    /// By risk and score.
    public var tenths: [Tenth]
}

extension CaseFile {
    /// - Parameters:
    ///   - hours: how many hours before the latest flag are told one by one.
    ///   - groups: at most so many campaigns and clusters.
    public func overview(hours: Int = 48, groups: Int = 12) throws(CaseFileError) -> CaseOverview {
        try read("sum up the flags in") { db in
            CaseOverview(
                hours: try CaseFile.hours(db, hours), campaigns: try CaseFile.campaigns(db, groups),
                clusters: try CaseFile.clusters(db, groups), tenths: try CaseFile.tenths(db))
        }
    }

    private static let sums = """
        count(*), total(amount_at_risk_fen), sum(status = 'confirmed'), sum(status = 'cleared')
        """

    private static func hours(_ db: Database, _ count: Int) throws -> [CaseOverview.Hour] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT first_flagged_ms / 3600000 AS hour, count(*), total(amount_at_risk_fen) FROM flag_queue
                WHERE first_flagged_ms >= (SELECT max(first_flagged_ms) / 3600000 - ? FROM flag_queue) * 3600000
                GROUP BY hour ORDER BY hour
                """, arguments: [count - 1]
        ).map {
            CaseOverview.Hour(
                ms: ($0[0] as Int64) * 3_600_000, flags: $0[1],
                amountAtRiskFen: Int64(clamping: $0[2] as Double))
        }
    }

    private static func group(_ row: Row) -> CaseOverview.Group {
        CaseOverview.Group(
            flags: row[0], amountAtRiskFen: Int64(clamping: row[1] as Double), confirmed: row[2],
            cleared: row[3])
    }

    private static func campaigns(_ db: Database, _ limit: Int) throws -> [CaseOverview.Group] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT \(sums), campaign.value FROM flag_queue
                    LEFT JOIN json_each(flag_queue.campaigns) campaign
                GROUP BY campaign.value ORDER BY total(amount_at_risk_fen) DESC, campaign.value LIMIT \(limit)
                """
        ).map { row in
            var found = group(row)
            found.campaign = row[4] ?? ""
            return found
        }
    }

    private static func clusters(_ db: Database, _ limit: Int) throws -> [CaseOverview.Group] {
        var clusters: [CaseOverview.Group] = []
        let features = try db.makeStatement(
            sql: """
                SELECT json_extract(f.reasons, '$[0].feature') AS feature
                FROM (SELECT account_id, risk FROM flag_queue WHERE risk = ? AND tags = ? LIMIT 1000)
                    JOIN flagged_accounts f USING (account_id, risk)
                WHERE feature IS NOT NULL GROUP BY feature ORDER BY count(*) DESC, feature LIMIT 3
                """)
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT \(sums), risk, tags FROM flag_queue GROUP BY risk, tags
                ORDER BY total(amount_at_risk_fen) DESC, risk, tags LIMIT \(limit)
                """)
        {
            var cluster = group(row)
            cluster.risk = row[4]
            cluster.tags = try JSONText.parse(row[5], as: [String].self)
            cluster.features = try String.fetchAll(
                features, arguments: [cluster.risk, row[5] as String])
            clusters.append(cluster)
        }
        return clusters
    }

    private static func tenths(_ db: Database) throws -> [CaseOverview.Tenth] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT risk, max(0, min(9, CAST(score * 10 AS INTEGER))) AS tenth, sum(status = 'confirmed'),
                    sum(status = 'cleared'), avg(score)
                FROM flag_queue WHERE status IN ('confirmed', 'cleared')
                GROUP BY risk, tenth ORDER BY risk, tenth
                """
        ).map {
            CaseOverview.Tenth(risk: $0[0], tenth: $0[1], confirmed: $0[2], cleared: $0[3], score: $0[4])
        }
    }
}
