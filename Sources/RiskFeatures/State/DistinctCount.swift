/// About how many distinct keys were seen: a place of 64 for each, so that one that comes again counts once and the order
/// does not matter (linear counting, Whang et al. 1990: two share a place once in 64, and up to some hundred the estimate
/// is right to a few percent).
struct DistinctCount: BitwiseCopyable {
    private var places: UInt64 = 0

    @inline(__always)
    private static func place(_ key: UInt64) -> UInt64 { 1 << (key &>> 34 & 63) }

    var isEmpty: Bool { places == 0 }

    @inline(__always)
    mutating func insert(_ key: UInt64) { places |= DistinctCount.place(key) }

    /// A whole number.
    @inline(__always)
    var count: Float { DistinctCount.estimate(places).rounded() }

    /// How many there are besides `key`.
    @inline(__always)
    func others(than key: UInt64) -> Float { DistinctCount.estimate(places & ~DistinctCount.place(key)) }

    /// −64 ln(1 − taken / 64), as a series, so that every machine gives the same.
    @inline(__always)
    private static func estimate(_ places: UInt64) -> Float {
        let taken = Float(places.nonzeroBitCount)
        let share = taken / 64
        return taken * (1 + share * (0.5 + share * (1.0 / 3 + share * (0.25 + share * (0.2 + share / 6)))))
    }
}
