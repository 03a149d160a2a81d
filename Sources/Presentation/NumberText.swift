import Foundation

/// Numbers as a person reads them; the same in every locale.
public enum NumberText {
    /// Rounded to at most `places` decimals, without trailing zeros, thousands set apart: `12,345.5`.
    public static func decimal(_ number: Double, places: Int = 0) -> String {
        var text = String(format: "%.\(places)f", abs(number))
        if text.contains(".") {
            while text.last == "0" { text.removeLast() }
            if text.last == "." { text.removeLast() }
        }
        let isNegative = number < 0 && text.contains { $0 != "0" && $0 != "." }
        return (isNegative ? "−" : "") + grouped(text)
    }

    /// Rounded to `places` decimals, zeros kept, for columns: `2.30`.
    public static func fixed(_ number: Double, places: Int) -> String {
        String(format: "%.\(places)f", number)
    }

    /// Money: `¥1,234.50`.
    public static func yuan(fen: Int64) -> String {
        let fenPart = fen.magnitude % 100
        return (fen < 0 ? "−" : "") + "¥" + grouped(String(fen.magnitude / 100))
            + (fenPart < 10 ? ".0" : ".") + String(fenPart)
    }

    /// A span of time in its natural unit: `350 ms`, `2.5 h`, `3 分钟`.
    public static func duration(ms: Double, _ language: Language) -> String {
        let size = abs(ms)
        let (value, en, zh): (Double, String, String) =
            switch size {
            case ..<1000: (ms, "ms", "毫秒")
            case ..<60_000: (ms / 1000, "s", "秒")
            case ..<3_600_000: (ms / 60_000, "min", "分钟")
            case ..<172_800_000: (ms / 3_600_000, "h", "小时")
            default: (ms / 86_400_000, "days", "天")
            }
        let places = size >= 1000 && abs(value) < 10 ? 1 : 0
        return decimal(value, places: places) + " " + language.pick(en, zh)
    }

    /// A share of 1 as per cent: `37%`, small ones with a decimal.
    public static func percent(_ share: Double) -> String {
        decimal(share * 100, places: abs(share) < 0.1 ? 1 : 0) + "%"
    }

    private static func grouped(_ text: String) -> String {
        let whole = text.prefix { $0 != "." }
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result + text.dropFirst(whole.count)
    }
}

extension NumberText {
    /// Three significant digits: `0.00123`, `12.3`, `45,600`.
    public static func short(_ number: Double) -> String {
        guard number != 0, number.isFinite else { return decimal(number) }
        let places = 2 - Int(log10(abs(number)).rounded(.down))
        if places >= 0 {
            return places > 8 ? String(format: "%.2e", number) : decimal(number, places: places)
        }
        let unit = pow(10, Double(-places))
        return decimal((number / unit).rounded() * unit)
    }

    /// Log-odds: `+1.20`, `−0.35`, `0.00`.
    public static func signed(_ logOdds: Double) -> String {
        if abs(logOdds) < 0.005 { return "0.00" }
        let text = String(format: "%+.2f", logOdds)
        return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }

    /// A probability with three decimals, and never 1.000 for what is less than sure.
    public static func score(_ score: Double) -> String {
        let thousandths = score < 1 ? min((score * 1000).rounded(), 999) : 1000
        let digits = String(Int(thousandths) + 1000)
        return (thousandths == 1000 ? "1." : "0.") + digits.suffix(3)
    }
}
