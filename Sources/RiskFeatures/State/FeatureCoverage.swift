import CHotPath

/// How often each feature is known in the logs that are read.
///
/// An unknown value tells of an account only where others are known. A log that lacks a field, or a campaign in which
/// nobody orders, makes features unknown of everybody; a model that learned from other logs would take that for a sign.
/// So an unknown value of a feature that is known at fewer than one scored moment in fifty is marked as infinite,
/// which scoring gives no points. Of a feature that was as rare where the model learned that takes next to nothing: the
/// mean of a term is 0, so what nearly everybody has is worth nearly 0. Some hundred moments do not show what logs lack: a
/// small log may hold nothing but a gang.
struct FeatureCoverage {
    /// One in so many.
    private static let scarcity: UInt32 = 50
    /// So many moments that know it are taken for granted: logs have a field until some 500 moments show that they have not.
    private static let granted: UInt32 = 10
    /// The older half of what was counted is worth half after so many moments, that a field which logs lose shows.
    private static let memory: UInt32 = 1 << 16

    /// At how many scored moments each feature was known.
    private(set) var known = [UInt32](repeating: 0, count: FeatureCatalog.count)
    private(set) var moments: UInt32 = 0

    /// Counts a scored moment.
    /// - Parameter vector: a value a feature; not finite where unknown.
    @inline(__always)
    mutating func count(_ vector: UnsafeMutableBufferPointer<Float>) {
        if moments == FeatureCoverage.memory {
            moments /= 2
            for feature in known.indices { known[feature] /= 2 }
        }
        moments += 1
        known.withUnsafeMutableBufferPointer { known in
            pg_count_known(vector.baseAddress, known.baseAddress, UInt32(vector.count))
        }
    }

    /// Makes infinite what is unknown here and nearly everywhere.
    @inline(__always)
    func mark(_ vector: UnsafeMutableBufferPointer<Float>) {
        let expected = (moments + FeatureCoverage.scarcity - 1) / FeatureCoverage.scarcity
        guard expected > FeatureCoverage.granted else { return }
        let least = expected - FeatureCoverage.granted
        known.withUnsafeBufferPointer { known in
            pg_mark_unseen(vector.baseAddress, known.baseAddress, UInt32(vector.count), least)
        }
    }
}

extension FeatureCoverage {
    func write(to writer: inout StateWriter) {
        writer.append(moments)
        writer.append(known)
    }

    mutating func read(from reader: inout StateReader) throws(StateError) {
        moments = try reader.fact(UInt32.self)
        let counts = try reader.array(of: UInt32.self)
        guard counts.count == known.count else { throw .otherBuild("its features differ") }
        known = counts
    }
}
