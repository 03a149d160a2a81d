import CaseFile
import RiskFeatures

/// The names that stand in a flag, in words; a name without words stands for itself.
public enum FlagWords {
    public static func risk(_ name: String, _ language: Language) -> String {
        switch name {
        case "coupon_abuse": language.pick("coupon abuse", "薅羊毛")
        case "fake_order": language.pick("fake order", "刷单")
        default: name
        }
    }

    public static func level(_ name: String, _ language: Language) -> String {
        switch name {
        case "high": language.pick("high", "高")
        case "review": language.pick("review", "待查")
        default: name
        }
    }

    public static func status(_ status: ReviewStatus, _ language: Language) -> String {
        switch status {
        case .open: language.pick("open", "待处理")
        case .confirmed: language.pick("confirmed", "已确认")
        case .cleared: language.pick("cleared", "已排除")
        case .unsure: language.pick("unsure", "存疑")
        }
    }

    public static func verdict(_ verdict: Verdict?, _ language: Language) -> String {
        switch verdict {
        case .confirm: language.pick("confirm", "确认")
        case .clear: language.pick("clear", "排除")
        case .unsure: language.pick("unsure", "存疑")
        case nil: language.pick("undo", "撤销")
        }
    }

    public static func tag(_ name: String, _ language: Language) -> String {
        switch AbuseTag(rawValue: name) {
        case .couponFarming: language.pick("coupon farming", "批量领券")
        case .referralFraud: language.pick("referral fraud", "裂变作弊")
        case .taskBot: language.pick("task bot", "任务作弊")
        case .flashSaleScript: language.pick("flash-sale script", "机器秒杀")
        case .stockHoarding: language.pick("stock hoarding", "占库存")
        case .couponResale: language.pick("coupon resale", "倒卖优惠券")
        case .refundAbuse: language.pick("refund abuse", "恶意退款")
        case .commissionLoop: language.pick("commission loop", "佣金套利")
        case .brushing: language.pick("brushing", "刷单刷评")
        case .deviceFarm: language.pick("device farm", "设备农场")
        case .gang: language.pick("gang", "团伙")
        case nil: name
        }
    }
}
