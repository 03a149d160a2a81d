import Foundation
import GRDB

extension CaseFile {
    /// Tells this database from any other that has stood or will stand at its path; made when it is first asked for.
    public func identity() throws(CaseFileError) -> String {
        let find = "SELECT value FROM metadata WHERE key = 'identity'"
        // Without waiting for whoever writes.
        if let known = try read("read the identity of", { try String.fetchOne($0, sql: find) }) {
            return known
        }
        return try write("read the identity of") { db in
            // Another process may have made it meanwhile.
            if let known = try String.fetchOne(db, sql: find) { return known }
            let new = UUID().uuidString
            try db.execute(sql: "INSERT INTO metadata (key, value) VALUES ('identity', ?)", arguments: [new])
            return new
        }
    }
}
