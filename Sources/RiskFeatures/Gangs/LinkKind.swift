/// Through what two accounts may be linked.
public enum LinkKind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case device, phone, address, payer, parcel, wifi, ip, inviter, peer
    /// A phone's model, system and WeChat version within a /24 (a /48 of IPv6).
    case print
    /// A merchant in a half-day.
    case rush

    /// How much it says of two accounts that nobody but suspects has the thing, 0…1.
    ///
    /// A purse is lent less than a door is shared; a Wi-Fi or a network address has guests whom nobody chose; whom an
    /// account names, it can choose without asking. The same phone in the same street is a fashion, until the street is a
    /// gang's den; to a merchant's sale many come at once, of whom few are suspects. Neither reaches `GangSearch.joint` alone,
    /// a rush not because of its weight but because it is only asked for two.
    var weight: Float {
        switch self {
        case .device, .phone, .address, .payer, .parcel: 1
        case .inviter, .peer: 0.8
        case .wifi: 0.6
        case .ip: 0.4
        case .print: 0.3
        case .rush: 0.8
        }
    }

    /// Whether every account remembers the last of this kind that it named.
    var isLastKey: Bool {
        switch self {
        case .device, .phone, .address, .payer, .inviter: true
        case .parcel, .wifi, .ip, .peer, .print, .rush: false
        }
    }

    /// The name in `gangs.ties` and `account_links.kind`.
    public var name: String { LinkKind.names[Int(rawValue)] }
    /// Asked for once a row; to spell a case out takes a microsecond.
    private static let names = allCases.map { "\($0)" }

    /// The key of a thing among things of all kinds.
    @inline(__always)
    func thing(_ key: UInt64) -> UInt64 { key &+ UInt64(rawValue) &* 0xA076_1D64_78BD_642F }
}
