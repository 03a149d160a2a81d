import CZlib

/// Writes gzip members for the tests; `windowBits` 31 makes zlib write header and trailer.
public enum Gzip {
    /// - Parameter isFinished: false leaves the member open after a sync flush, as a log that is still written.
    public static func member(_ bytes: [UInt8], isFinished: Bool = true) -> [UInt8] {
        deflated(bytes, windowBits: 31, flush: isFinished ? Z_FINISH : Z_SYNC_FLUSH)
    }

    /// A member with every optional part of RFC 1952's header.
    public static func memberWithFullHeader(_ bytes: [UInt8]) -> [UInt8] {
        var header: [UInt8] = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3]
        header += [5, 0] + Array("extra".utf8)
        header += Array("name.log".utf8) + [0]
        header += Array("a comment".utf8) + [0]
        let check = crc32_z(0, header, header.count)
        header += [UInt8(check & 0xFF), UInt8(check >> 8 & 0xFF)]
        return header + deflated(bytes, windowBits: -15, flush: Z_FINISH) + trailer(bytes)
    }

    public static func trailer(_ bytes: [UInt8]) -> [UInt8] {
        let crc = UInt32(crc32_z(0, bytes, bytes.count))
        return (0..<4).map { UInt8(truncatingIfNeeded: crc >> ($0 * 8)) }
            + (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) }
    }

    public static func deflated(_ bytes: [UInt8], windowBits: Int32, flush: Int32) -> [UInt8] {
        var stream = z_stream()
        precondition(pg_deflate_init(&stream, 6, windowBits) == Z_OK)
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
        var input = bytes
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                _ = deflate(&stream, flush)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }
}
