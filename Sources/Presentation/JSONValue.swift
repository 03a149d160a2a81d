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
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .string(let text): JSONValue.quoted(text)
        case .integer(let number): String(number)
        case .number(let number): JSONValue.decimal(number)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { JSONValue.quoted($0) + ":" + $1.text }.joined(separator: ",") + "}"
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

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
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
        return quoted + "\""
    }
}
