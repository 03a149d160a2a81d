extension String {
    /// The order of the bytes, which SQLite, `sort` under LC_ALL=C and other programs share; Swift's own `<`
    /// takes texts of equal appearance for one.
    func precedesInBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
