/// JSON to be written, members in the order given.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case string(String)
    case integer(Int64)
    case number(Double)
    case array([JSONValue])
    case object([(String, JSONValue)])

    public init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    /// On one line. Control and invisible characters are escaped, so that it is safe on a terminal too.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .string(let string): JSONValue.quote(string, to: &text)
        case .integer(let number): text += String(number)
        case .number(let number): text += JSONValue.decimal(number)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                JSONValue.quote(member.0, to: &text)
                text += ":"
                member.1.write(to: &text)
            }
            text += "}"
        }
    }

    /// Its values as CSV, a row each: `name,value`, where a value within others is named `sources[0].path`.
    public var csv: String {
        var text = CSVText.line(["name", "value"])
        writeRows(named: "", to: &text)
        return text
    }

    private func writeRows(named name: String, to text: inout String) {
        switch self {
        case .array(let values):
            for (index, value) in values.enumerated() {
                value.writeRows(named: "\(name)[\(index)]", to: &text)
            }
        case .object(let members):
            for (key, value) in members {
                value.writeRows(named: name.isEmpty ? key : "\(name).\(key)", to: &text)
            }
        case .null: text += CSVText.line([name, ""])
        case .string(let string): text += CSVText.line([name, string])
        case .bool, .integer, .number: text += CSVText.line([name, self.text])
        }
    }

    /// An array with one element a line, for long lists.
    public static func lines(_ values: [JSONValue]) -> String {
        values.isEmpty ? "[]\n" : "[\n" + values.map(\.text).joined(separator: ",\n") + "\n]\n"
    }

    /// The shortest decimal that reads back the same; what is no number is null.
    private static func decimal(_ number: Double) -> String {
        guard number.isFinite else { return "null" }
        if let whole = Int64(exactly: number), abs(number) < 1e15 { return String(whole) }
        return number.description
    }

    private static func quote(_ text: String, to quoted: inout String) {
        quoted += "\""
        defer { quoted += "\"" }
        // Most of what there is to write: nothing in it needs a look at its Unicode properties.
        let isPlain = text.utf8.allSatisfy {
            0x20..<0x7F ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        guard !isPlain else {
            quoted += text
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where scalar.isInvisible:
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: quoted.unicodeScalars.append(scalar)
            }
        }
    }
}
