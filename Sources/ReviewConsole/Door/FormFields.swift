/// Names and values as a query string or a form's body writes them (application/x-www-form-urlencoded).
struct FormFields: Sendable {
    /// In the order they were written.
    private(set) var fields: [(name: String, value: String)] = []

    init() {}

    init(_ text: some StringProtocol) {
        for part in text.split(separator: "&", omittingEmptySubsequences: true) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields.append(
                (FormFields.decode(sides[0]), sides.count == 2 ? FormFields.decode(sides[1]) : ""))
        }
    }

    /// The first value of that name; nil when it is missing or empty.
    subscript(_ name: String) -> String? {
        fields.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// - Throws: `ConsoleError` that names the first field which is none of these.
    func check(_ names: [String]) throws(ConsoleError) {
        if let field = fields.first(where: { !names.contains($0.name) }) { throw .unknownName(field.name) }
    }

    func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// Adds a field, unless there is no value.
    mutating func add(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { fields.append((name, value)) }
    }

    mutating func remove(_ name: String) { fields.removeAll { $0.name == name } }

    var text: String {
        fields.map { FormFields.encode($0.name) + "=" + FormFields.encode($0.value) }
            .joined(separator: "&")
    }

    /// Everything but letters, digits and `-._~` as percent and two hexadecimal digits.
    static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// - Parameter plusIsSpace: as in a form; false for a path.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool = true) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.first.flatMap(nibble), let low = rest.dropFirst().first.flatMap(nibble)
                else {
                    bytes.append(byte)
                    continue
                }
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
