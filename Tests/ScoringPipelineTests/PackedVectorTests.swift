import Testing

@testable import ScoringPipeline

@Suite struct PackedVectorTests {
    private func packed(_ values: [Float]) -> PackedVector {
        values.withUnsafeBufferPointer(PackedVector.init)
    }

    /// What comes back is what went in, bit for bit, but for the bits of what is unknown.
    @Test func givesBackEveryValue() {
        var values: [Float] = [
            0, .nan, -0.0, 1, .infinity, -.infinity, .leastNonzeroMagnitude, -.nan, .signalingNaN,
        ]
        for length in 0...200 {
            let vector = (0..<length).map { values[$0 % values.count] }
            let back = packed(vector).values
            #expect(back.count == vector.count)
            for (a, b) in zip(back, vector) { #expect(a.isNaN ? b.isNaN : a.bitPattern == b.bitPattern) }
            values.append(values.removeFirst())
        }
    }

    /// A flag is written again when it says something else: unknown is not zero, and zero not minus zero.
    @Test func equalsWhatIsTheSameOnly() {
        let vectors: [[Float]] = [
            [.nan, 0], [0, .nan], [0, 0], [-0.0, 0], [.nan, .nan], [0], [0, 1], [1, 0],
        ]
        for (i, a) in vectors.enumerated() {
            for (j, b) in vectors.enumerated() { #expect((packed(a) == packed(b)) == (i == j)) }
        }
        #expect(packed([.nan, 1]) == packed([-.nan, 1]))
    }
}
