import Foundation

/// A file that appears whole or not at all: written beside its place and renamed into it.
public struct OutputFile: ~Copyable {
    private let path: String
    private let temporaryPath: String
    private var isInPlace = false

    /// Whether `path` can be written, asked before hours of work.
    /// - Throws: `OutputError`.
    public static func check(_ path: String) throws(OutputError) {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if path.hasSuffix("/") || (exists && isFolder.boolValue) {
            throw OutputError(path: path, cause: "it is a folder; name a file in it")
        }
        let folder = OutputFile.folder(of: path)
        if !FileManager.default.fileExists(atPath: folder) {
            throw OutputError(path: path, cause: "the folder \(folder) does not exist; create it first")
        }
        if access(folder, W_OK) != 0 {
            throw OutputError(
                path: path, cause: "\(String(cString: strerror(errno))); choose a folder that may be written")
        }
    }

    /// Writes `bytes` beside the file's place.
    /// - Throws: `OutputError`; nothing is left behind then.
    public init(_ path: String, bytes: [UInt8]) throws(OutputError) {
        self.path = path
        temporaryPath = path + ".partial"
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: temporaryPath))
        } catch {
            unlink(temporaryPath)
            throw OutputError(path: path, cause: OutputFile.explain(error))
        }
    }

    /// Gives the file its name.
    public consuming func putInPlace() throws(OutputError) {
        guard rename(temporaryPath, path) == 0 else {
            throw OutputError(path: path, cause: String(cString: strerror(errno)))
        }
        isInPlace = true
    }

    deinit {
        if !isInPlace { unlink(temporaryPath) }
    }

    private static func folder(of path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    private static func explain(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let posix = underlying ?? (error as NSError)
        guard posix.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
        return String(cString: strerror(Int32(posix.code)))
    }
}

/// Why a result could not be written; its description is one line for a person.
public struct OutputError: Error, Sendable, CustomStringConvertible {
    public let path: String
    /// Why, and what to do about it.
    public let cause: String

    public init(path: String, cause: String) {
        self.path = path
        self.cause = cause
    }

    public var description: String { "cannot write \(path): \(cause)" }
}
