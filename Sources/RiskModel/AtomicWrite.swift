import Foundation

/// Replaces a file by way of a synced temporary one beside it, so that a reader or a crash sees the old or the
/// new, never a part.
/// - Returns: why it failed, or nil.
func writeAtomically(_ bytes: [UInt8], to path: String) -> String? {
    let temporary = path + ".writing"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { return String(cString: strerror(errno)) }
    func fail() -> String {
        let why = String(cString: strerror(errno))
        unlink(temporary)
        return why
    }
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + written, bytes.count - written) }
        if count < 0 {
            if errno == EINTR { continue }
            defer { close(file) }
            return fail()
        }
        written += count
    }
    if fsync(file) != 0 {
        defer { close(file) }
        return fail()
    }
    if close(file) != 0 || rename(temporary, path) != 0 { return fail() }
    // The new name is lasting once the folder is synced; some file systems cannot, and lose nothing by it.
    let folder = open(
        (path as NSString).deletingLastPathComponent.isEmpty
            ? "." : (path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
        fsync(folder)
        close(folder)
    }
    return nil
}
