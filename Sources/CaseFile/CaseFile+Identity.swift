import Foundation
import GRDB

extension CaseFile {
    /// Tells this database from any other that has stood or will stand at its path; made when it is first asked for.
    public func identity() throws(CaseFileError) -> String {
        try write("read the identity of") { db in
            if let known = try String.fetchOne(db, sql: "SELECT value FROM metadata WHERE key = 'identity'") {
                return known
            }
            let new = UUID().uuidString
            try db.execute(sql: "INSERT INTO metadata (key, value) VALUES ('identity', ?)", arguments: [new])
            return new
        }
    }
}
