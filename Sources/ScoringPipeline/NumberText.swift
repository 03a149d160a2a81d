extension BinaryFloatingPoint where Self: LosslessStringConvertible {
    /// The fewest digits that read back as the same number; nothing where it is unknown.
    var csvText: String {
        guard isFinite else { return "" }
        if let whole = Int64(exactly: self) { return String(whole) }
        return description
    }
}
