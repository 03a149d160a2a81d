import RiskModel

/// Which accounts act together: a CSV with the columns `account_id` and `gang_id`, others ignored.
public enum GangsCSV {
    /// - Returns: gang by account id; accounts whose `gang_id` is empty are left out.
    /// - Throws: where the file cannot be read or lacks a column.
    public static func read(_ path: String) throws(CSVError) -> [String: String] {
        var reader = try CSVReader(path: path)
        let header = try reader.header()
        guard let account = header.firstIndex(of: "account_id"), let gang = header.firstIndex(of: "gang_id")
        else {
            throw CSVError(
                file: path, line: 1, reason: "the header must have the columns account_id and gang_id")
        }
        var gangs: [String: String] = [:]
        while try reader.next() {
            guard reader.fieldCount == header.count else {
                throw CSVError(
                    file: path, line: reader.line,
                    reason: "it has \(reader.fieldCount) fields, the header has \(header.count)")
            }
            let id = reader.field(gang)
            if !id.isEmpty { gangs[reader.field(account)] = id }
        }
        return gangs
    }
}
