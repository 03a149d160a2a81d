import CaseFile

/// What a tail has to tell while it runs.
public enum TailNews: Sendable {
    /// A line for a person: where it begins, what went wrong, what is well again.
    case note(String)
    /// A line that even who wants to hear of errors only must see: much is read again.
    case warning(String)
    /// An account is flagged that was not before.
    case flagged(FlaggedAccount)
    /// How far it is; some times a second.
    case status(TailStatus)
}
