import Foundation

/// Reasons and tags as JSON text: the same values give the same bytes, on any machine.
enum JSONText {
    static func reasons(_ reasons: [FlaggedAccount.Reason]) -> String {
        var text = "["
        for (index, reason) in reasons.enumerated() {
            text += index == 0 ? "{\"feature\":" : ",{\"feature\":"
            appendString(reason.feature, to: &text)
            text += ",\"value\":"
            appendNumber(reason.value, to: &text)
            text += ",\"contribution\":"
            appendNumber(reason.contribution, to: &text)
            text += "}"
        }
        text += "]"
        return text
    }

    static func tags(_ tags: [String]) -> String {
        var text = "["
        for (index, tag) in tags.enumerated() {
            if index > 0 { text += "," }
            appendString(tag, to: &text)
        }
        text += "]"
        return text
    }

    /// The shortest decimal that reads back as the same number; a number that a 32-bit float holds exactly,
    /// as features are, takes that float's digits (0.3, not 0.30000001192092896). What is no number is null.
    static func appendNumber(_ number: Double?, to text: inout String) {
        guard let number, number.isFinite else {
            text += "null"
            return
        }
        if let whole = Int64(exactly: number), abs(number) < 1e15 {
            text += String(whole)
        } else if Double(Float(number)) == number {
            text += Float(number).description
        } else {
            text += number.description
        }
    }

    static func appendString(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    static func parse<T: Decodable>(_ text: String, as type: T.Type) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw CaseFileError.Cause.damaged("not JSON where JSON was written: \(text.prefix(60))")
        }
    }
}
