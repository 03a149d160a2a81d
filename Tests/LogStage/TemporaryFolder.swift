import Glibc

/// A folder of its own for one test, removed with it.
public final class TemporaryFolder {
    public let path: String

    public init() {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(place)/activity-log-tests.XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink(path + "/" + name)
                rmdir(path + "/" + name)
            }
            closedir(folder)
        }
        rmdir(path)
    }

    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(descriptor >= 0)
        var written = 0
        bytes.withUnsafeBytes {
            while written < $0.count {
                written += Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
        }
        close(descriptor)
        return file
    }

    @discardableResult
    public func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }
}

extension TemporaryFolder {
    public func read(_ name: String) -> [UInt8] {
        let descriptor = open(path + "/" + name, O_RDONLY)
        precondition(descriptor >= 0, "no \(name)")
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }

    public func move(_ name: String, to other: String) {
        precondition(rename(path + "/" + name, path + "/" + other) == 0)
    }

    public func remove(_ name: String) { precondition(unlink(path + "/" + name) == 0) }

    public func cut(_ name: String, to count: Int = 0) {
        precondition(truncate(path + "/" + name, off_t(count)) == 0)
    }

    /// As `gzip NAME` does: a new file appears, then the old one goes.
    public func compress(_ name: String) {
        write(name + ".gz", Gzip.member(read(name)))
        remove(name)
    }
}
