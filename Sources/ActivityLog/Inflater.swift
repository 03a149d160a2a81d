import CZlib

#if ISAL
    import CISAL
#endif

/// Owns one raw deflate stream of either library, and the checksum that goes with it.
///
/// gzip's own header, trailer and members are `GzipReader`'s, so that both libraries see the same bytes.
struct Inflater: ~Copyable {
    /// What one call did.
    struct Step {
        var consumed = 0
        var produced = 0
        /// The final block has ended and all its bytes have been given out.
        var isFinished = false
        var isDamaged = false
    }

    private enum State {
        #if ISAL
            case isal(UnsafeMutablePointer<inflate_state>)
        #endif
        case zlib(UnsafeMutablePointer<z_stream>)
    }

    private let state: State

    init(_ backend: InflateBackend) {
        switch backend {
        #if ISAL
            case .isal:
                let isal = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
                memset(isal, 0, MemoryLayout<inflate_state>.size)
                isal_inflate_init(isal)
                state = .isal(isal)
        #endif
        case .zlib:
            let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
            stream.initialize(to: z_stream())
            // Fails only for want of 7 KB of memory.
            precondition(pg_inflate_init(stream, -15) == Z_OK, "out of memory for an inflate state")
            state = .zlib(stream)
        }
    }

    deinit {
        switch state {
        #if ISAL
            case .isal(let isal): isal.deallocate()
        #endif
        case .zlib(let stream):
            inflateEnd(stream)
            stream.deallocate()
        }
    }

    /// Makes ready for the next member.
    mutating func reset() {
        switch state {
        #if ISAL
            case .isal(let isal): isal_inflate_reset(isal)
        #endif
        case .zlib(let stream): inflateReset(stream)
        }
    }

    /// Inflates until the input is used up, the output is full, or the stream ends.
    mutating func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Step
    {
        switch state {
        #if ISAL
            case .isal(let isal):
                let done = pg_isal_inflate(
                    isal, input.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(input.count),
                    output.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(output.count))
                return Step(
                    consumed: Int(done.consumed), produced: Int(done.produced),
                    isFinished: done.finished != 0, isDamaged: done.code < 0)
        #endif
        case .zlib(let stream):
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(input.count)
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.count)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            return Step(
                consumed: input.count - Int(stream.pointee.avail_in),
                produced: output.count - Int(stream.pointee.avail_out),
                isFinished: code == Z_STREAM_END,
                isDamaged: code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
        }
    }

    /// Bytes taken from the input beyond the end of the stream: the first bytes of what follows it.
    func withUnread(_ body: (UnsafeRawBufferPointer) -> Void) {
        switch state {
        #if ISAL
            case .isal(let isal):
                var bytes: UInt64 = 0
                withUnsafeMutableBytes(of: &bytes) { raw in
                    let count = pg_isal_unread(isal, raw.baseAddress!.assumingMemoryBound(to: UInt8.self))
                    body(UnsafeRawBufferPointer(rebasing: raw[..<Int(count)]))
                }
        #endif
        case .zlib: body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    /// Carries gzip's CRC-32 on over `bytes`.
    func checksum(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let start, bytes.count > 0 else { return crc }
        switch state {
        #if ISAL
            case .isal: return crc32_gzip_refl(crc, start, UInt64(bytes.count))
        #endif
        case .zlib: return UInt32(truncatingIfNeeded: crc32_z(UInt(crc), start, bytes.count))
        }
    }

    // MARK: Going on later

    /// What lets another process go on within a stream: for ISA-L its whole state, which holds no pointers but
    /// those of a call, behind the library's version and the size. Empty for zlib, whose state is many pieces.
    var savedState: [UInt8] {
        switch state {
        #if ISAL
            case .isal(let isal):
                let size = MemoryLayout<inflate_state>.size
                var writer = ByteWriter()
                writer.write(pg_isal_version())
                writer.write(
                    [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                        pg_isal_save(isal, buffer.baseAddress!)
                        count = size
                    })
                return writer.bytes
        #endif
        case .zlib: return []
        }
    }

    /// Takes up what `savedState` gave.
    /// - Returns: false, and nothing is changed, when it is of another library, version or size.
    mutating func restore(_ saved: [UInt8]) -> Bool {
        switch state {
        #if ISAL
            case .isal(let isal):
                var reader = ByteReader(saved)
                guard let version: UInt32 = try? reader.read(), version == pg_isal_version(),
                    let bytes = try? reader.readBytes(), bytes.count == MemoryLayout<inflate_state>.size
                else { return false }
                memcpy(isal, bytes, bytes.count)
                return true
        #endif
        case .zlib: return false
        }
    }
}

/// Carries gzip's CRC-32 on over `bytes`, with the faster library.
func carriedChecksum(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count > 0 else {
        return crc
    }
    #if ISAL
        return crc32_gzip_refl(crc, start, UInt64(bytes.count))
    #else
        return UInt32(truncatingIfNeeded: crc32_z(UInt(crc), start, bytes.count))
    #endif
}
