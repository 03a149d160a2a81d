extension BinaryInteger {
    /// With a comma between groups of three digits: 1,234,567.
    public var grouped: String { NumberText.decimal(Double(self)) }

    /// With what it counts: `1,234 events`, `1 event`.
    public func counted(_ singular: String, _ plural: String? = nil) -> String {
        grouped + " " + (self == 1 ? singular : plural ?? singular + "s")
    }
}
