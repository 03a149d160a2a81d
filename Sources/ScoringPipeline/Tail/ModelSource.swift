import ActivityLog
import Foundation
import RiskFeatures
import RiskModel

/// The model file of a tail, looked at again and again: one that was replaced is loaded, one that is broken refused.
public struct ModelSource: Sendable {
    /// What tells one file from the next in its place.
    private struct Stamp: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
    }

    /// nil: the model inside the program.
    private let path: String?
    private var stamp: Stamp?

    public init(path: String?) { self.path = path }

    /// Loads the model.
    /// - Throws: `ModelError`.
    public mutating func load() throws(ModelError) -> Scorer {
        // Before it is read: what is replaced meanwhile is seen as changed next time.
        stamp = currentStamp
        let model: LogisticModel
        if let path {
            model = try LogisticModel.load(path)
        } else {
            model = try LogisticModel.bundled()
        }
        return try Scorer(model, featureNames: FeatureCatalog.names, path: path)
    }

    /// Whether there is a file that has not been looked into. One that is gone is not: the next will come.
    var hasChanged: Bool {
        guard let current = currentStamp else { return false }
        return current != stamp
    }

    private var currentStamp: Stamp? {
        var facts = stat()
        guard let path, stat(path, &facts) == 0 else { return nil }
        return Stamp(
            device: UInt64(facts.st_dev), inode: UInt64(facts.st_ino), size: Int64(facts.st_size),
            seconds: facts.st_mtim.tv_sec, nanoseconds: facts.st_mtim.tv_nsec)
    }
}

extension LogisticModel {
    /// Tells this model from any other, whatever they are called.
    var fingerprint: UInt64 {
        let bytes = Array(fileText.utf8)
        return IdentifierHash()(bytes.span.bytes)
    }
}
