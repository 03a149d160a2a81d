import Foundation

/// One judgement of an account: whether it abused.
public struct AccountLabel: Sendable, Equatable {
    public var accountID: String
    public var risk: Risk
    public var isAbuse: Bool
    /// What was known at this time is what it trains on; event time, nil for the end of the logs.
    public var asOfMs: Int64?
    /// Where it stands in the labels file; nil where it comes from none.
    public var line: Int?

    public init(accountID: String, risk: Risk, isAbuse: Bool, asOfMs: Int64? = nil, line: Int? = nil) {
        self.accountID = accountID
        self.risk = risk
        self.isAbuse = isAbuse
        self.asOfMs = asOfMs
        self.line = line
    }
}

/// The labels file: `account_id,risk,label[,as_of_ms]`, columns in any order, others ignored.
public enum LabelsCSV {
    /// Reads a file; `-` is standard input.
    /// - Returns: the labels in the file's order; a repeated one once.
    /// - Throws: naming the line of an unknown risk, a label that is not 0 or 1, a bad time, or of two labels that
    ///   contradict each other.
    public static func read(_ path: String) throws(CSVError) -> [AccountLabel] {
        try read(CSVReader(path: path))
    }

    /// Reads bytes in memory.
    /// - Parameter name: what errors call them.
    public static func read(bytes: [UInt8], name: String) throws(CSVError) -> [AccountLabel] {
        try read(CSVReader(bytes: bytes, name: name))
    }

    private static func read(_ source: consuming CSVReader) throws(CSVError) -> [AccountLabel] {
        /// What may be judged once only.
        struct Subject: Hashable {
            let accountID: String
            let risk: Risk
            let asOfMs: Int64?
        }
        var reader = source
        let name = reader.name
        let header = try reader.header()
        func column(_ wanted: String) throws(CSVError) -> Int {
            if let index = header.firstIndex(of: wanted) { return index }
            throw CSVError(
                file: name, line: 1,
                reason: "there is no column \(wanted); the header must be account_id,risk,label[,as_of_ms]")
        }
        let account = try column("account_id")
        let risk = try column("risk")
        let label = try column("label")
        let asOf = header.firstIndex(of: "as_of_ms")

        var result: [AccountLabel] = []
        var seen: [Subject: (isAbuse: Bool, line: Int)] = [:]
        while try reader.nextRow(of: header.count) {
            let line = reader.line
            func fail(_ reason: String) -> CSVError { CSVError(file: name, line: line, reason: reason) }
            let accountID = reader.field(account)
            if accountID.isEmpty { throw fail("account_id is empty; remove the row") }
            guard reader.isUTF8(account) else { throw fail("account_id \(CSVReader.otherEncoding)") }
            let riskText = reader.field(risk)
            guard let risk = Risk(rawValue: riskText) else {
                throw fail("risk is \(quotedShort(riskText)); use coupon_abuse or fake_order")
            }
            let labelText = reader.field(label)
            guard labelText == "0" || labelText == "1" else {
                throw fail("label is \(quotedShort(labelText)); use 1 for abuse or 0 for none")
            }
            var asOfMs: Int64?
            if let asOf, case let text = reader.field(asOf), !text.isEmpty {
                asOfMs = Int64(text)
                if asOfMs.map({ $0 < 0 }) ?? true {
                    throw fail(
                        "as_of_ms is \(quotedShort(text)); use whole milliseconds since 1970, or leave it empty"
                    )
                }
            }
            let isAbuse = labelText == "1"
            let subject = Subject(accountID: accountID, risk: risk, asOfMs: asOfMs)
            if let earlier = seen[subject] {
                guard earlier.isAbuse == isAbuse else {
                    throw fail(
                        "it labels \(quotedShort(accountID)) \(labelText) for \(riskText), but line \(earlier.line)"
                            + " labels it \(isAbuse ? 0 : 1); keep one of them")
                }
                continue
            }
            seen[subject] = (isAbuse, line)
            result.append(
                AccountLabel(accountID: accountID, risk: risk, isAbuse: isAbuse, asOfMs: asOfMs, line: line))
        }
        if result.isEmpty {
            throw CSVError(file: name, reason: "it holds no labels, only a header; add a row an account")
        }
        return result
    }

    /// The text of a labels file; the time column is there where any label has a time.
    public static func text(_ labels: [AccountLabel]) -> [UInt8] {
        var writer = CSVWriter()
        let timed = labels.contains { $0.asOfMs != nil }
        writer.append(["account_id", "risk", "label"] + (timed ? ["as_of_ms"] : []))
        for label in labels {
            writer.append(
                [label.accountID, label.risk.rawValue, label.isAbuse ? "1" : "0"]
                    + (timed ? [label.asOfMs.map(String.init) ?? ""] : []))
        }
        return writer.bytes
    }
}
