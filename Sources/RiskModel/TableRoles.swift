/// Which columns of a table are no features, and what they are instead.
public struct TableRoles: Sendable, Equatable {
    /// 1 or 0.
    public var label: String?
    /// Names the row's account; rows of one account are judged together.
    public var id: String?
    /// When the row was known: milliseconds since 1970, another number that grows with time, or an ISO 8601 date.
    public var time: String?
    /// Rows of one group are never split between learning and testing.
    public var group: String?
    /// How many accounts of the world the row stands for; each one where nil.
    public var weight: String?
    /// Columns to leave out.
    public var ignored: Set<String>

    public init(
        label: String? = nil, id: String? = nil, time: String? = nil, group: String? = nil,
        weight: String? = nil, ignored: Set<String> = []
    ) {
        self.label = label
        self.id = id
        self.time = time
        self.group = group
        self.weight = weight
        self.ignored = ignored
    }

    /// The columns that `promoguard features` writes beside features are taken for what they are, unless said
    /// otherwise.
    func filled(from header: [String]) -> TableRoles {
        var roles = self
        if roles.id == nil, header.contains("account_id") { roles.id = "account_id" }
        if roles.time == nil, header.contains("as_of_ms") { roles.time = "as_of_ms" }
        return roles
    }

    /// Whether a column is a feature; the labels of other risks would give this one's away.
    func isFeature(_ column: String) -> Bool {
        ![label, id, time, group, weight].contains(column) && !ignored.contains(column)
            && Risk(rawValue: column) == nil
    }

    /// - Throws: naming a column that the table lacks.
    func check(_ header: [String], _ file: String) throws(CSVError) {
        let asked = [
            ("--label", label), ("--id", id), ("--time", time), ("--group", group), ("--weight", weight),
        ]
        for (option, column) in asked {
            guard let column, !header.contains(column) else { continue }
            throw CSVError(
                file: file, line: 1,
                reason: "there is no column \(column); give \(option) one of: "
                    + header.prefix(30).joined(separator: ", ") + (header.count > 30 ? ", …" : ""))
        }
    }
}
