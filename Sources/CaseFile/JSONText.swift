import Foundation

/// Reasons and tags as JSON text: the same values give the same bytes, on any machine.
enum JSONText {
    static func append(_ reasons: [FlaggedAccount.Reason], to text: inout [UInt8]) {
        text.append(UInt8(ascii: "["))
        var isFirst = true
        for reason in reasons {
            append(literal: isFirst ? "{\"feature\":" : ",{\"feature\":", to: &text)
            isFirst = false
            append(reason.feature, to: &text)
            append(literal: ",\"value\":", to: &text)
            append(reason.value, to: &text)
            append(literal: ",\"contribution\":", to: &text)
            append(reason.contribution, to: &text)
            text.append(UInt8(ascii: "}"))
        }
        text.append(UInt8(ascii: "]"))
    }

    static func append(_ tags: [String], to text: inout [UInt8]) {
        text.append(UInt8(ascii: "["))
        var isFirst = true
        for tag in tags {
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            append(tag, to: &text)
        }
        text.append(UInt8(ascii: "]"))
    }

    static func append(_ ties: [Gang.Tie], to text: inout [UInt8]) {
        text.append(UInt8(ascii: "["))
        var isFirst = true
        for tie in ties {
            append(literal: isFirst ? "{\"kind\":" : ",{\"kind\":", to: &text)
            isFirst = false
            append(tie.kind, to: &text)
            text.append(contentsOf: ",\"things\":\(tie.things),\"accounts\":\(tie.accounts)}".utf8)
        }
        text.append(UInt8(ascii: "]"))
    }

    /// The shortest decimal that reads back as the same number; a number that a 32-bit float holds exactly,
    /// as features are, takes that float's digits (0.3, not 0.30000001192092896). What is no number is null.
    private static func append(_ number: Double?, to text: inout [UInt8]) {
        guard let number, number.isFinite else { return append(literal: "null", to: &text) }
        if let whole = Int64(exactly: number), abs(number) < 1e15 {
            text.append(contentsOf: String(whole).utf8)
        } else if Double(Float(number)) == number {
            text.append(contentsOf: Float(number).description.utf8)
        } else {
            text.append(contentsOf: number.description.utf8)
        }
    }

    /// A string as JSON writes it.
    static func quoted(_ string: String) -> String {
        var text: [UInt8] = []
        append(string, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func append(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { bytes in
            let needsEscapes = bytes.contains {
                $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
            }
            if needsEscapes { appendEscaped(bytes, to: &text) } else { text.append(contentsOf: bytes) }
        }
        text.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case 0..<0x20:
                append(literal: byte < 0x10 ? "\\u000" : "\\u00", to: &text)
                text.append(contentsOf: String(byte, radix: 16).utf8)
            default: text.append(byte)
            }
        }
    }

    private static func append(literal piece: StaticString, to text: inout [UInt8]) {
        text.append(contentsOf: UnsafeBufferPointer(start: piece.utf8Start, count: piece.utf8CodeUnitCount))
    }

    static func parse<T: Decodable>(_ text: String, as type: T.Type) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw CaseFileError.Cause.damaged("not JSON where JSON was written: \(text.prefix(60))")
        }
    }
}
