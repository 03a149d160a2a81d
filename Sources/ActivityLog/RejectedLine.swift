/// Why a line is no event.
public enum RejectReason: UInt8, CaseIterable, Sendable, Error {
    case notJSON, notObject, invalidUTF8, controlCharacter, trailingCharacters
    case missingTimestamp, missingEvent, missingAccount
    case wrongType, negativeAmount, timestampOutOfRange, stringTooLong, lineTooLong, tooDeep
    // Of lines in another format than the schema's own.
    case unreadableTimestamp, unreadableWrapping, nothingInside, tooManyItems, tooLargeInside, ambiguousFormat

    /// The name in `rejected_lines.reason` and in counts.
    public var name: String {
        switch self {
        case .notJSON: "not_json"
        case .notObject: "not_object"
        case .invalidUTF8: "invalid_utf8"
        case .controlCharacter: "control_character"
        case .trailingCharacters: "trailing_characters"
        case .missingTimestamp: "missing_ts"
        case .missingEvent: "missing_event"
        case .missingAccount: "missing_account_id"
        case .wrongType: "wrong_type"
        case .negativeAmount: "negative_amount"
        case .timestampOutOfRange: "ts_out_of_range"
        case .stringTooLong: "string_too_long"
        case .lineTooLong: "line_too_long"
        case .tooDeep: "nested_too_deep"
        case .unreadableTimestamp: "unreadable_ts"
        case .unreadableWrapping: "unreadable_wrapping"
        case .nothingInside: "nothing_inside"
        case .tooManyItems: "too_many_items"
        case .tooLargeInside: "too_large_inside"
        case .ambiguousFormat: "ambiguous_format"
        }
    }
}

/// A line that was refused, kept as a sample.
public struct RejectedLine: Sendable, Equatable {
    /// Index into `ReadReport.sources`.
    public var source: Int
    /// Offset of the line's first byte in the uncompressed log.
    public var offset: Int64
    public var reason: RejectReason
    /// At most the first 200 bytes, for a person to look at.
    public var sample: [UInt8]

    public init(source: Int, offset: Int64, reason: RejectReason, sample: [UInt8]) {
        self.source = source
        self.offset = offset
        self.reason = reason
        self.sample = sample
    }
}
