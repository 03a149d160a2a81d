/// Shows of an account id as much as tells accounts apart, and not so much that it could be used.
public enum Masking {
    private static let ellipsis: Character = "…"

    /// The first 2 and the last 4 characters, fewer of short ids: `u_…9f3c`.
    public static func mask(_ id: String) -> String {
        let (first, last) =
            switch id.count {
            case 10...: (2, 4)
            case 6..<10: (1, 2)
            case 3..<6: (1, 0)
            default: (0, 0)
            }
        return "\(id.prefix(first))\(ellipsis)\(id.suffix(last))"
    }

    /// What a masked id shows of the beginning and the end of the id; nil when the text is not masked. Three
    /// dots stand for the ellipsis as well.
    public static func parts(of masked: String) -> (beginning: String, ending: String)? {
        let text = masked.replacing("...", with: "…")
        guard let position = text.firstIndex(of: ellipsis) else { return nil }
        return (String(text[..<position]), String(text[text.index(after: position)...]))
    }
}
