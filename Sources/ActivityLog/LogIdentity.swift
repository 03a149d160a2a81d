#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Which file on disk: numbers that are used again once the file is gone.
struct FileID: Hashable {
    var device: UInt64
    var file: UInt64

    init(device: UInt64, file: UInt64) {
        self.device = device
        self.file = file
    }

    /// - Parameter descriptor: of an open file.
    init?(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        file = UInt64(status.st_ino)
    }
}

/// What a log is known by wherever it goes: the first bytes of its text, plain or inflated.
///
/// Of a log that was still short they are fewer; a file that begins with these is the same log. A file without one
/// complete line tells nothing yet.
public struct LogIdentity: Equatable, Sendable {
    static let length = 1024
    private static let leastLength = 16

    public private(set) var head: [UInt8] = []
    /// The file is damaged before it could tell.
    private(set) var isDamaged = false

    /// Whether it is enough to know a log by.
    public var isTelling: Bool {
        head.count == LogIdentity.length || (head.count >= LogIdentity.leastLength && head.contains(0x0A))
    }

    /// Whether one begins as the other does.
    func matches(_ other: LogIdentity) -> Bool {
        isTelling && other.isTelling && (head.starts(with: other.head) || other.head.starts(with: head))
    }

    init() {}

    /// Reads it from whatever a path names now; of nothing where it cannot be read.
    init(path: String) {
        var status = stat()
        guard stat(path, &status) == 0,
            let read = LogIdentity(path: path, file: FileID(status), backend: .standard)
        else { return }
        self = read
    }

    /// Reads it from a file; nil when the file cannot be read or is not `file`.
    init?(path: String, file: FileID, backend: InflateBackend) {
        let descriptor = openForReading(path)
        guard descriptor >= 0 else { return nil }
        var text = TextReader(descriptor: descriptor, owned: true, backend: backend, readChunk: 4096)
        var status = stat()
        guard fstat(descriptor, &status) == 0, FileID(status) == file else { return nil }
        text.isGrowing = true
        head = [UInt8](unsafeUninitializedCapacity: LogIdentity.length) { buffer, count in
            let room = UnsafeMutableRawBufferPointer(buffer)
            while count < LogIdentity.length && !text.isDry && !text.isAtEnd {
                count += text.read(into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
            }
        }
        isDamaged = text.problem != nil
    }

    init(from reader: inout ByteReader) throws(ReadError) {
        head = try reader.readBytes()
        guard head.count <= LogIdentity.length else { throw reader.damage }
    }

    func write(to writer: inout ByteWriter) { writer.write(head) }

    /// Whether two files hold the same text as far as both go.
    static func holdSameText(_ first: String, _ second: String, backend: InflateBackend) -> Bool {
        let descriptors = (openForReading(first), openForReading(second))
        guard descriptors.0 >= 0 else {
            if descriptors.1 >= 0 { close(descriptors.1) }
            return true
        }
        var a = TextReader(descriptor: descriptors.0, owned: true, backend: backend)
        guard descriptors.1 >= 0 else { return true }
        var b = TextReader(descriptor: descriptors.1, owned: true, backend: backend)
        a.isGrowing = true
        b.isGrowing = true
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { room.deallocate() }
        let half = room.count / 2
        while true {
            let left = UnsafeMutableRawBufferPointer(rebasing: room[..<half])
            var count = 0
            while count < half && !a.isDry && !a.isAtEnd {
                count += a.read(into: UnsafeMutableRawBufferPointer(rebasing: left[count...]))
            }
            let right = UnsafeMutableRawBufferPointer(rebasing: room[half..<half + count])
            var matched = 0
            while matched < count && !b.isDry && !b.isAtEnd {
                matched += b.read(into: UnsafeMutableRawBufferPointer(rebasing: right[matched...]))
            }
            guard memcmp(left.baseAddress!, right.baseAddress!, matched) == 0 else { return false }
            if matched < count || count < half { return true }
        }
    }
}

extension stat {
    /// When the file was last written to, milliseconds since 1970 UTC.
    var modifiedMs: Int64 {
        #if canImport(Darwin)
            Int64(st_mtimespec.tv_sec) * 1000 + Int64(st_mtimespec.tv_nsec) / 1_000_000
        #else
            Int64(st_mtim.tv_sec) * 1000 + Int64(st_mtim.tv_nsec) / 1_000_000
        #endif
    }
}
