/// A feature vector in the room that it needs: of an account's features half are unknown or zero as a rule, and a run
/// holds the vectors of all flagged accounts to its end.
struct PackedVector: Equatable {
    /// A bit for each feature that is known, a bit for each that is anything but zero, then those, bit by bit, in order.
    private var words: [UInt32]
    private let count: Int

    /// - Parameter vector: a value a feature; NaN is unknown, whatever its bits.
    init(_ vector: UnsafeBufferPointer<Float>) {
        let (count, mask) = (vector.count, (vector.count + 31) / 32)
        self.count = count
        words = withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * mask + count) { words in
            words[..<(2 * mask)].initialize(repeating: 0)
            var filled = 2 * mask
            for feature in 0..<count {
                let (value, bit) = (vector[feature], UInt32(1) << UInt32(feature % 32))
                if value.isNaN { continue }
                words[feature / 32] |= bit
                // Only +0 goes without saying.
                if value.bitPattern == 0 { continue }
                words[mask + feature / 32] |= bit
                words.initializeElement(at: filled, to: value.bitPattern)
                filled += 1
            }
            return Array(words[..<filled])
        }
    }

    /// A value a feature; NaN is unknown.
    var values: [Float] {
        let mask = (count + 31) / 32
        var next = 2 * mask
        return (0..<count).map { feature in
            let bit: UInt32 = 1 << (feature % 32)
            guard words[feature / 32] & bit != 0 else { return .nan }
            guard words[mask + feature / 32] & bit != 0 else { return 0 }
            defer { next += 1 }
            return Float(bitPattern: words[next])
        }
    }
}
