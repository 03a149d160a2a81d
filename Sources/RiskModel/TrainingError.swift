/// Why a head cannot be fitted; its description is one line for people.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    case noRows
    case oneClass(label: Int)
    /// All rows with this label are of one gang or account, so none is left to test on.
    case oneGroup(label: Int)

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
        }
    }
}
