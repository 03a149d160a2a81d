/// In which campaigns accounts did anything: the first thousand campaigns, in the order of their first event.
public struct CampaignVisits: Sendable {
    /// The campaigns' hashes.
    public private(set) var keys: [UInt64] = []
    /// For each subject the campaigns' positions in `keys`, in the order of its first visits.
    public private(set) var ofSubject: [[UInt16]]
    private var positions: [UInt64: UInt16] = [:]
    private static let most = 1000

    init(subjects: Int) { ofSubject = Array(repeating: [], count: subjects) }

    mutating func note(_ subject: Int, _ campaign: UInt64) {
        let position: UInt16
        if let known = positions[campaign] {
            position = known
        } else {
            guard keys.count < Self.most else { return }
            position = UInt16(keys.count)
            positions[campaign] = position
            keys.append(campaign)
        }
        if !ofSubject[subject].contains(position) { ofSubject[subject].append(position) }
    }
}
