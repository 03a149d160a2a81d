/// Through what two accounts may be linked.
public enum LinkKind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case device, phone, address, payer, parcel, wifi, ip, inviter, peer

    /// How much it says of two accounts that nobody but suspects has the thing, 0…1.
    ///
    /// A purse is lent less than a door is shared; a Wi-Fi or a network address has guests whom nobody chose; whom an
    /// account names, it can choose without asking.
    var weight: Float {
        switch self {
        case .device, .phone, .address, .payer, .parcel: 1
        case .inviter, .peer: 0.8
        case .wifi: 0.6
        case .ip: 0.4
        }
    }

    /// Whether every account remembers the last of this kind that it named.
    var isLastKey: Bool {
        switch self {
        case .device, .phone, .address, .payer, .inviter: true
        case .parcel, .wifi, .ip, .peer: false
        }
    }

    /// The name in `gangs.ties` and `account_links.kind`.
    public var name: String { "\(self)" }

    /// The key of a thing among things of all kinds.
    @inline(__always)
    func thing(_ key: UInt64) -> UInt64 { key &+ UInt64(rawValue) &* 0xA076_1D64_78BD_642F }
}
