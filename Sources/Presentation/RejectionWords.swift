import RiskFeatures

/// What the reasons for which lines are rejected mean, in both languages.
public enum RejectionWords {
    /// - Returns: nil for a reason of a newer program.
    public static func meaning(_ reason: String) -> Phrase? { meanings[reason] }

    private static let meanings: [String: Phrase] = [
        "not_json": Phrase(en: "The line is not JSON.", zh: "该行不是 JSON。"),
        "not_object": Phrase(en: "JSON, but not an object.", zh: "是 JSON，但不是对象。"),
        "invalid_utf8": Phrase(en: "Not valid UTF-8.", zh: "不是有效的 UTF-8。"),
        "control_character": Phrase(en: "A control character within a string.", zh: "字符串中有控制字符。"),
        "trailing_characters": Phrase(en: "Something follows the object.", zh: "对象之后还有其他内容。"),
        "missing_ts": Phrase(en: "The time is missing.", zh: "缺少时间。"),
        "missing_event": Phrase(en: "The event type is missing.", zh: "缺少事件类型。"),
        "missing_account_id": Phrase(en: "The account is missing.", zh: "缺少账号。"),
        "wrong_type": Phrase(en: "A field is of another type.", zh: "字段的类型不符。"),
        "negative_amount": Phrase(en: "An amount of money is below zero.", zh: "金额为负数。"),
        "ts_out_of_range": Phrase(en: "The time cannot be.", zh: "时间超出合理范围。"),
        "string_too_long": Phrase(en: "An identifier is too long.", zh: "标识过长。"),
        "line_too_long": Phrase(en: "The line is longer than 1 MiB.", zh: "该行超过 1 MiB。"),
        "nested_too_deep": Phrase(en: "Nested too deep.", zh: "嵌套过深。"),
        "unreadable_ts": Phrase(en: "The time cannot be read.", zh: "时间无法解析。"),
        "unreadable_wrapping": Phrase(
            en: "What the event is wrapped in (base64, gzip, JSON) cannot be read.",
            zh: "外层编码（base64、gzip、JSON）无法解析。"),
        "nothing_inside": Phrase(en: "There is no record in the line.", zh: "该行中没有记录。"),
        "too_many_items": Phrase(en: "More than 4,096 records in a line.", zh: "一行中的记录超过 4,096 条。"),
        "too_large_inside": Phrase(en: "More than 8 MiB once it is unwrapped.", zh: "解开后超过 8 MiB。"),
        "ambiguous_format": Phrase(en: "It fits two formats.", zh: "同时符合两种格式。"),
    ]
}
