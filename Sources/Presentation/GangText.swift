import CaseFile

/// A gang as a person would describe it, from its numbers.
public struct GangText: Sendable {
    public let language: Language

    public init(_ language: Language) { self.language = language }

    /// A tie that few of the members share, compared with the widest, is left out.
    private static let fewest = 0.2
    private static let mostTies = 4
    /// Claims over a longer time are not told as one.
    private static let longestSpanMs: Int64 = 86_400_000

    /// "61 accounts, 3 payers, 4 addresses, one inviter, all claimed within 9 minutes".
    public func sentence(_ gang: Gang) -> String {
        var parts = [
            language.pick(gang.members.counted("account"), "\(gang.members.grouped) 个账号")
        ]
        let widest = gang.ties.map(\.accounts).max() ?? 0
        let told = gang.ties.filter { Double($0.accounts) >= GangText.fewest * Double(widest) }
        parts += told.prefix(GangText.mostTies).map(things)
        if let span = gang.claimSpanMs, span <= GangText.longestSpanMs {
            parts.append(language.pick("all claimed within \(time(span))", "全部在 \(time(span))内领取"))
        }
        return parts.joined(separator: language.pick(", ", "，"))
    }

    /// "3 payers"; one in a word.
    private func things(_ tie: Gang.Tie) -> String {
        let (one, many, zh, unit) = GangText.words(tie.kind)
        return language.pick(
            tie.things == 1 ? "one \(one)" : "\(tie.things.grouped) \(many)",
            tie.things == 1 ? "同一\(zh)" : "\(tie.things.grouped) \(unit)\(zh)")
    }

    /// The name of a kind of thing that ties.
    public func kind(_ name: String) -> String {
        let (one, _, zh, _) = GangText.words(name)
        return language.pick(one, zh)
    }

    private static func words(_ kind: String) -> (one: String, many: String, zh: String, unit: String) {
        switch kind {
        case "device": ("device", "devices", "设备", "台")
        case "phone": ("phone number", "phone numbers", "手机号", "个")
        case "address": ("address", "addresses", "收货地址", "个")
        case "payer": ("payer", "payers", "支付人", "个")
        case "parcel": ("parcel", "parcels", "包裹", "个")
        case "wifi": ("Wi-Fi", "Wi-Fis", " Wi-Fi", "个")
        case "ip": ("network address", "network addresses", " IP", "个")
        case "inviter": ("inviter", "inviters", "邀请人", "个")
        case "peer": ("receiver", "receivers", "接收人", "个")
        case "print": ("phone model in a network", "phone models in a network", "网段机型", "种")
        case "rush": ("rush on a shop", "rushes on shops", "店铺集中下单", "次")
        default: (kind, kind, kind, "个")
        }
    }

    private func time(_ ms: Int64) -> String {
        let seconds = max(1, Int((Double(ms) / 1000).rounded()))
        switch seconds {
        case ..<120: return language.pick(seconds.counted("second"), "\(seconds) 秒")
        case ..<7200:
            let minutes = Int((Double(seconds) / 60).rounded())
            return language.pick(minutes.counted("minute"), "\(minutes) 分钟")
        default:
            let hours = Int((Double(seconds) / 3600).rounded())
            return language.pick(hours.counted("hour"), "\(hours) 小时")
        }
    }
}
