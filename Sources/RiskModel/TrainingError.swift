/// Why a head cannot be fitted; its description is one line for people.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    case noRows
    case oneClass(label: Int)
    /// All rows with this label are of one gang or account, so none is left to test on.
    case oneGroup(label: Int)

    /// So few accounts are positive that nothing learned from them would hold.
    case fewPositives(Int, least: Int)
    /// The model to start from names features that the rows lack.
    case unknownColumns([String])

    public var description: String {
        switch self {
        case .noRows:
            "cannot train: no labelled account was found in the logs;"
                + " check that the labels' account_id are those of the logs"
        case .oneClass(let label):
            "cannot train: no account is labelled \(1 - label), all are \(label); label some of the other kind"
        case .oneGroup(let label):
            "cannot train: all accounts labelled \(label) belong to one gang or account,"
                + " so nothing is left to test on; label accounts of another"
        case .fewPositives(let count, let least):
            "cannot train: only \(count) account\(count == 1 ? " is" : "s are") labelled 1, and fewer than \(least)"
                + " teach nothing that holds; label more, or start from a model with --from"
        case .unknownColumns(let names):
            "cannot train from this model: the rows lack its feature\(names.count == 1 ? "" : "s")"
                + " \(names.prefix(8).joined(separator: ", ")); start from a model of this program"
        }
    }
}
