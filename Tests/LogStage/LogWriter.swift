import CZlib
import Glibc

/// Writes a log as a server does: plain, or gzip with flushes and members.
public final class LogWriter {
    private var descriptor: Int32
    private var stream: UnsafeMutablePointer<z_stream>?

    public init(_ path: String, gzip: Bool = false) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        precondition(descriptor >= 0)
        if gzip {
            stream = .allocate(capacity: 1)
            stream!.initialize(to: z_stream())
            precondition(pg_deflate_init(stream!, 6, 31) == Z_OK)
        }
    }

    deinit {
        if let stream {
            deflateEnd(stream)
            stream.deallocate()
        }
        close(descriptor)
    }

    /// Goes on in another file, which is made.
    public func reopen(_ path: String) {
        close(descriptor)
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        if let stream { deflateReset(stream) }
    }

    public func write(_ text: String) { put(Array(text.utf8), Z_NO_FLUSH) }

    /// All that was written can be read from now on.
    public func flush() { if stream != nil { put([], Z_SYNC_FLUSH) } }

    public func endMember() {
        guard let stream else { return }
        put([], Z_FINISH)
        deflateReset(stream)
    }

    /// Writes bytes that no format knows.
    public func writeRaw(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { _ = Glibc.write(descriptor, $0.baseAddress!, $0.count) }
    }

    private func put(_ bytes: [UInt8], _ flush: Int32) {
        guard let stream else { return writeRaw(bytes) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: 1 << 16)
        input.withUnsafeMutableBufferPointer { source in
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(source.count)
            repeat {
                let count = output.withUnsafeMutableBufferPointer { target in
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    _ = deflate(stream, flush)
                    return target.count - Int(stream.pointee.avail_out)
                }
                if count > 0 { writeRaw(Array(output[..<count])) }
            } while stream.pointee.avail_out == 0
        }
    }
}
