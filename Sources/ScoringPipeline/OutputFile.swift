import Foundation
import RiskModel

/// A file that appears whole or not at all: written beside its place and renamed into it. What is no file, such as a pipe,
/// is written to when it would appear.
public struct OutputFile: ~Copyable {
    private let path: String
    private let target: OutputTarget
    /// What is to be written where there is nothing to rename.
    private let streamed: [UInt8]
    private var isInPlace = false

    /// Whether `path` can be written, asked before hours of work.
    /// - Parameter inputs: files that are read or written besides, of which it must be none.
    /// - Throws: `OutputError`.
    public static func check(_ path: String, besides inputs: [String] = []) throws(OutputError) {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if path.hasSuffix("/") || (exists && isFolder.boolValue) {
            throw OutputError(path: path, cause: "it is a folder; name a file in it")
        }
        guard case .file(let file) = OutputTarget(path) else { return }
        if inputs.contains(where: { OutputTarget($0) == .file(file) || areOneFile($0, file) }) {
            throw OutputError(
                path: path, cause: "the same file is read, or written to for something else; name another")
        }
        let folder = OutputTarget.folder(of: path)
        if !FileManager.default.fileExists(atPath: folder) {
            throw OutputError(path: path, cause: "the folder \(folder) does not exist; create it first")
        }
        if access(folder, W_OK) != 0 {
            throw OutputError(
                path: path, cause: "\(String(cString: strerror(errno))); choose a folder that may be written")
        }
    }

    private static func areOneFile(_ path: String, _ other: String) -> Bool {
        var (one, two) = (stat(), stat())
        return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev
            && one.st_ino == two.st_ino
    }

    /// Writes `bytes` beside the file's place.
    /// - Throws: `OutputError`; nothing is left behind then.
    public init(_ path: String, bytes: [UInt8]) throws(OutputError) {
        self.path = path
        target = OutputTarget(path)
        guard case .file(let file) = target else {
            streamed = bytes
            return
        }
        streamed = []
        let temporary = OutputFile.temporary(file)
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: temporary))
        } catch {
            unlink(temporary)
            throw OutputError(path: path, cause: OutputFile.explain(error))
        }
    }

    private static func temporary(_ file: String) -> String { file + ".partial" }

    /// Gives the file its name.
    public consuming func putInPlace() throws(OutputError) {
        switch target {
        case .stream(let stream):
            if let why = OutputTarget.write(streamed, toStream: stream) {
                throw OutputError(path: path, cause: why)
            }
        case .file(let file):
            guard rename(OutputFile.temporary(file), file) == 0 else {
                throw OutputError(path: path, cause: String(cString: strerror(errno)))
            }
        }
        isInPlace = true
    }

    deinit {
        if !isInPlace, case .file(let file) = target { unlink(OutputFile.temporary(file)) }
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
