import CaseFile
import Presentation

/// Finds the account that a person named, by its id or by a masked id as a list shows it.
struct AccountLookup {
    /// Why no account was found, as one line.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let file: CaseFile

    func account(_ name: String) throws -> String {
        if try !file.flags(account: name).isEmpty { return name }
        guard let (beginning, ending) = Masking.parts(of: name) else {
            throw Failure(
                description: "cannot find account \(name.visible) in \(file.path): it is not flagged; "
                    + "see promoguard review list --unmask")
        }
        let candidates = try file.accounts(beginning: beginning, ending: ending, limit: 1000)
        // What a list showed is meant before what merely begins and ends alike.
        let exact = candidates.filter { Masking.mask($0) == "\(beginning)…\(ending)" }
        let matches = exact.isEmpty ? candidates : exact
        switch matches.count {
        case 1: return matches[0]
        case 0:
            throw Failure(
                description: "cannot find account \(name.visible) in \(file.path): no flagged account "
                    + "begins and ends so; see promoguard review list")
        default:
            throw Failure(
                description: "cannot tell which account \(name.visible) is in \(file.path): "
                    + "\(matches.count) flagged accounts begin and end so; give the id whole "
                    + "(promoguard review list --unmask)")
        }
    }
}
