import Foundation

/// Where the bytes of an output go, by what its path names.
public enum OutputTarget: Sendable, Equatable {
    /// A device or a pipe, which takes what is written to it and is not replaced.
    case stream(String)
    /// A file that is there or is yet to be, which is replaced whole; a symbolic link leads to it.
    case file(String)

    public init(_ path: String) {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            self = .stream(path)
        } else {
            self = .file(URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        }
    }

    /// The folder that a path's file lies in. Foundation's own for strings traps on a path of one letter.
    public static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a new name in a path's folder lasting. Some file systems cannot, and lose nothing by it.
    public static func syncFolder(of path: String) {
        let folder = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// Writes all bytes to an open file.
    /// - Returns: why it failed, or nil.
    public static func write(_ bytes: [UInt8], to file: CInt) -> String? {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(file, $0.baseAddress! + written, bytes.count - written)
            }
            if count < 0, errno != EINTR { return String(cString: strerror(errno)) }
            written += max(count, 0)
        }
        return nil
    }

    /// Writes to a device or a pipe.
    /// - Returns: why it failed, or nil.
    public static func write(_ bytes: [UInt8], toStream path: String) -> String? {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return String(cString: strerror(errno)) }
        defer { close(file) }
        return write(bytes, to: file)
    }
}

/// Replaces a file by way of a synced temporary one beside it, so that a reader or a crash sees the old or the
/// new, never a part. What is no file is written to.
/// - Returns: why it failed, or nil.
func writeAtomically(_ bytes: [UInt8], to output: String) -> String? {
    let path: String
    switch OutputTarget(output) {
    case .stream(let stream): return OutputTarget.write(bytes, toStream: stream)
    case .file(let file): path = file
    }
    let temporary = path + ".writing"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { return String(cString: strerror(errno)) }
    func fail(_ why: String = String(cString: strerror(errno))) -> String {
        unlink(temporary)
        return why
    }
    if let why = OutputTarget.write(bytes, to: file) {
        close(file)
        return fail(why)
    }
    if fsync(file) != 0 {
        defer { close(file) }
        return fail()
    }
    if close(file) != 0 || rename(temporary, path) != 0 { return fail() }
    OutputTarget.syncFolder(of: path)
    return nil
}
