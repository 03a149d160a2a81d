import CZlib
import Glibc

/// A gzip file being written, a member after the other, as log writers do that close their stream now and then.
struct GzipFile: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private var stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutablePointer<UInt8>
    private static let outputSize = 1 << 18
    private(set) var bytesWritten = 0

    init(path: String, level: Int32) throws(SimulationError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw SimulationError("cannot create \(path): \(String(cString: strerror(errno)))")
        }
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(capacity: GzipFile.outputSize)
        // 15 bits of window, plus 16 for a gzip header whose time stays 0.
        precondition(pg_deflate_init(stream, level, 15 + 16) == Z_OK)
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        output.deallocate()
        close(descriptor)
    }

    /// Compresses bytes; `endsMember` closes this member and makes ready for the next.
    mutating func write(_ bytes: UnsafeBufferPointer<UInt8>, endsMember: Bool) throws(SimulationError) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        let flush = endsMember ? Z_FINISH : Z_NO_FLUSH
        repeat {
            stream.pointee.next_out = output
            stream.pointee.avail_out = UInt32(GzipFile.outputSize)
            deflate(stream, flush)
            try put(GzipFile.outputSize - Int(stream.pointee.avail_out))
        } while stream.pointee.avail_out == 0
        if endsMember { deflateReset(stream) }
    }

    private mutating func put(_ count: Int) throws(SimulationError) {
        var done = 0
        while done < count {
            let written = Glibc.write(descriptor, output + done, count - done)
            if written < 0 {
                if errno == EINTR { continue }
                throw SimulationError("cannot write \(path): \(String(cString: strerror(errno)))")
            }
            done += written
        }
        bytesWritten += count
    }

    /// Cuts the file to a share of its bytes, as a full disk or a killed writer would.
    mutating func truncate(toShare share: Double) throws(SimulationError) {
        bytesWritten = Int(Double(bytesWritten) * share)
        guard ftruncate(descriptor, bytesWritten) == 0 else {
            throw SimulationError("cannot cut \(path): \(String(cString: strerror(errno)))")
        }
    }
}
