import RiskFeatures

/// The figures of an evaluation in words; a figure without words stands for itself.
public enum FigureWords {
    public static func title(_ name: String) -> Phrase {
        let words: (String, String)? =
            switch name {
            case "accounts": ("Accounts", "账号数")
            case "positives": ("of them abuse", "其中作弊")
            case "auc": ("AUC: an abuser scores above another account", "AUC：作弊账号得分更高的概率")
            case "pr_auc": ("Average precision (PR-AUC)", "平均准确率（PR-AUC）")
            case "ks": ("KS: widest gap between abuse and the rest", "KS：两类账号的最大差距")
            case "recall_at_fpr_0.1%": ("Abuse found at 0.1% false alarms", "误报 0.1% 时找到的作弊")
            case "recall_at_fpr_0.5%": ("Abuse found at 0.5% false alarms", "误报 0.5% 时找到的作弊")
            case "recall_at_fpr_1%": ("Abuse found at 1% false alarms", "误报 1% 时找到的作弊")
            case "weighted_recall": ("0.4, 0.3, 0.3 of these three", "以上三项按 0.4、0.3、0.3 加权")
            case "precision_at_100": ("Right among the 100 highest", "分数最高 100 个中的准确率")
            case "precision_at_1000": ("Right among the 1,000 highest", "分数最高 1,000 个中的准确率")
            case "review_capacity": ("Accounts that the team can look at", "团队可查的账号数")
            case "precision_at_capacity": ("Right among those that the team can look at", "团队可查账号中的准确率")
            case "log_loss": ("Log-loss", "对数损失")
            case "brier": ("Brier score", "Brier 分数")
            case "ece": ("Calibration error (ECE, 15 bins)", "校准误差（ECE，15 档）")
            case "review_precision": ("From “review”: flags that are right", "“待查”起：标记的准确率")
            case "review_recall": ("From “review”: abuse found", "“待查”起：找到的作弊")
            case "review_fpr": ("From “review”: good accounts flagged", "“待查”起：正常账号误报")
            case "high_precision": ("From “high”: flags that are right", "“高”起：标记的准确率")
            case "high_recall": ("From “high”: abuse found", "“高”起：找到的作弊")
            case "high_fpr": ("From “high”: good accounts flagged", "“高”起：正常账号误报")
            case "yuan_lost": ("What abusers took", "作弊账号所得金额")
            case "yuan_saved": ("of it, after the first flag", "其中首次标记之后的金额")
            case "saved_share": ("Share that came after the first flag", "首次标记之后所占比例")
            default: nil
            }
        return words.map { Phrase(en: $0.0, zh: $0.1) } ?? Phrase(en: name, zh: name)
    }

    /// The value as a person reads it: shares as per cent, money in yuan.
    public static func value(_ name: String, _ value: Double) -> String {
        switch name {
        case "accounts", "positives", "review_capacity": NumberText.decimal(value)
        case "yuan_lost", "yuan_saved": "¥" + NumberText.decimal(value)
        case "auc", "pr_auc", "ks", "log_loss", "brier", "ece": NumberText.fixed(value, places: 4)
        default: NumberText.fixed(value * 100, places: 1) + "%"
        }
    }

    public static func difference(_ name: String, _ difference: Double) -> String {
        let text = value(name, abs(difference))
        guard text.contains(where: { ("1"..."9").contains($0) }) else { return "0" }
        return (difference < 0 ? "−" : "+") + text
    }

    public static func head(_ name: String) -> Phrase {
        Phrase(en: FlagWords.risk(name, .en), zh: FlagWords.risk(name, .zh))
    }
}
