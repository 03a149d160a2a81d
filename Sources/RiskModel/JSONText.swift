/// JSON to be read by people in a diff: keys sorted, small objects on a line of their own.
indirect enum JSONText {
    case string(String)
    case number(Double)
    case integer(Int64)
    case array([JSONText])
    /// Numbers on one line.
    case numbers([Double])
    case object([(String, JSONText)])
    /// An object on one line, however long.
    case line([(String, JSONText)])

    /// An object or array of plain values that fits stays on one line.
    private static let width = 180

    func text(indent: Int = 0) -> String {
        let inline = self.inline
        if let inline, inline.utf8.count <= JSONText.width { return inline }
        if case .line = self, let inline { return inline }
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        switch self {
        case .array(let items):
            let lines = items.map { inner + $0.text(indent: indent + 2) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members):
            let lines = members.sorted { $0.0 < $1.0 }.map {
                inner + JSONText.quoted($0.0) + ": " + $0.1.text(indent: indent + 2)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        default:
            return inline ?? "null"
        }
    }

    /// The value on one line; nil for an array that is not empty, and for an object that holds one.
    private var inline: String? {
        switch self {
        case .string(let text): return JSONText.quoted(text)
        case .integer(let value): return String(value)
        case .number(let value): return JSONText.decimal(value)
        case .numbers(let values): return "[" + values.map(JSONText.decimal).joined(separator: ", ") + "]"
        case .array(let items): return items.isEmpty ? "[]" : nil
        case .object(let members), .line(let members):
            var parts: [String] = []
            for (key, value) in members.sorted(by: { $0.0 < $1.0 }) {
                if case .object = value { return nil }
                guard let text = value.inline else { return nil }
                parts.append("\(JSONText.quoted(key)): \(text)")
            }
            return parts.isEmpty ? "{}" : "{ " + parts.joined(separator: ", ") + " }"
        }
    }

    /// Swift's description is the shortest decimal that reads back the same.
    private static func decimal(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
