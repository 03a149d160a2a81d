#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads the text of one file, plain or gzip by its first bytes, into a buffer of the caller's.
struct TextReader: ~Copyable {
    let descriptor: Int32
    private let ownsDescriptor: Bool
    private var gzip: GzipReader
    private let input: UnsafeMutableRawBufferPointer
    /// input[inputStart..<inputEnd] was read from the file and not yet used.
    private var inputStart = 0
    private var inputEnd = 0
    private var isDetected = false
    private var isEndOfFile = false

    /// The file may still grow: its end is no end, and `isDry` tells of it instead of `isAtEnd`.
    var isGrowing = false
    /// Nothing more can be had at present from a file that may grow.
    private(set) var isDry = false
    /// Bytes of the file up to where the next read begins.
    private(set) var bytesRead: Int64 = 0
    private(set) var bytesInflated: Int64 = 0
    private(set) var isGzip = false
    /// What stopped the file before its end, as a clause.
    private(set) var problem: String?
    /// The text that came is whole although something is wrong with what follows it.
    private(set) var isIntact = false
    /// Nothing more will come from the file.
    private(set) var isAtEnd = false

    /// - Parameters:
    ///   - descriptor: open for reading; closed with the reader when `owned`.
    ///   - readChunk: bytes a read.
    init(descriptor: Int32, owned: Bool, backend: InflateBackend, readChunk: Int = 1 << 16) {
        self.descriptor = descriptor
        ownsDescriptor = owned
        gzip = GzipReader(backend: backend)
        input = .allocate(byteCount: max(readChunk, 2), alignment: 16)
    }

    deinit {
        input.deallocate()
        if ownsDescriptor { close(descriptor) }
    }

    /// Reads some text into `room`.
    /// - Returns: how many bytes came; less than there was room for does not mean the end.
    mutating func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        guard !isAtEnd else { return 0 }
        isDry = false
        if isGrowing { isEndOfFile = false }
        if !isDetected { detect() }
        guard isDetected, !isAtEnd else { return 0 }
        return isGzip ? readGzip(into: room) : readPlain(into: room)
    }

    /// The file grows no more: its end is now the end. `readsRest` is false when the file is no longer what it was.
    mutating func stopGrowing(readsRest: Bool) {
        isGrowing = false
        isEndOfFile = !readsRest
    }

    private mutating func detect() {
        while inputEnd < 2 && !isEndOfFile && problem == nil { readInput() }
        if problem != nil {
            isAtEnd = true
        } else if inputEnd < 2 && isGrowing {
            isDry = true
            return
        }
        isDetected = true
        isGzip = inputEnd >= 2 && input[0] == 0x1F && input[1] == 0x8B
    }

    /// Reads once from the file to the end of `input`.
    private mutating func readInput() {
        if inputStart == inputEnd {
            inputStart = 0
            inputEnd = 0
        }
        let count = readFile(into: UnsafeMutableRawBufferPointer(rebasing: input[inputEnd...]))
        inputEnd += count
    }

    private mutating func readFile(into room: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, room.baseAddress!, room.count)
            #elseif canImport(Musl)
                let count = Musl.read(descriptor, room.baseAddress!, room.count)
            #else
                let count = Darwin.read(descriptor, room.baseAddress!, room.count)
            #endif
            if count > 0 {
                bytesRead += Int64(count)
                return count
            }
            if count == 0 {
                isEndOfFile = true
                return 0
            }
            let code = errno
            if code == EINTR { continue }
            problem = "reading stopped at byte \(bytesRead): \(systemMessage(code))"
            return 0
        }
    }

    private mutating func readPlain(into room: UnsafeMutableRawBufferPointer) -> Int {
        var count = 0
        if inputEnd > inputStart {
            count = min(room.count, inputEnd - inputStart)
            memcpy(room.baseAddress!, input.baseAddress! + inputStart, count)
            inputStart += count
        } else if !isEndOfFile {
            count = readFile(
                into: UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, input.count * 2)]))
        }
        if problem != nil {
            isAtEnd = true
        } else if isEndOfFile && inputEnd == inputStart {
            if isGrowing { isDry = true } else { isAtEnd = true }
        }
        return count
    }

    private mutating func readGzip(into room: UnsafeMutableRawBufferPointer) -> Int {
        var produced = 0
        while produced < room.count {
            let pending = UnsafeRawBufferPointer(rebasing: input[inputStart..<inputEnd])
            let space = UnsafeMutableRawBufferPointer(rebasing: room[produced...])
            let step = gzip.read(pending, into: space)
            inputStart += step.consumed
            produced += step.produced
            switch step.outcome {
            case .running:
                break
            case .damaged(let why):
                problem = "damaged gzip data at byte \(gzip.position): \(why)"
            case .garbage(let why):
                problem = "trailing garbage at byte \(gzip.position - 1): \(why)"
                isIntact = true
            }
            guard problem == nil else { break }
            guard step.consumed == 0 && step.produced == 0 else { continue }
            if isEndOfFile {
                if isGrowing {
                    isDry = true
                } else if !gzip.isAtMemberEnd {
                    problem =
                        "gzip data ends within member \(gzip.member), at byte \(bytesRead): "
                        + "the file is truncated or still being written"
                }
                break
            }
            readInput()
            guard problem == nil else { break }
        }
        bytesInflated += Int64(produced)
        if produced < room.count && !isDry { isAtEnd = true }
        return produced
    }

    // MARK: Going on later

    /// Where reading stands in a file.
    struct State {
        /// Bytes of the file that have been used.
        var offset: Int64
        var bytesInflated: Int64
        var isGzip: Bool
        /// nil for a plain file.
        var gzip: GzipReader.State?
    }

    /// - Parameter withHistory: whether to keep what lets a gzip member be read on from its middle (87 KB).
    func state(withHistory: Bool) -> State {
        State(
            offset: bytesRead - Int64(inputEnd - inputStart), bytesInflated: bytesInflated, isGzip: isGzip,
            gzip: isGzip ? gzip.state(withHistory: withHistory) : nil)
    }

    /// Goes on from `state` in the same file, at that place or at the start of its gzip member.
    /// - Returns: how many bytes of text now come a second time.
    mutating func resume(_ state: State) -> Int64 {
        // Fewer than two bytes tell nothing, so that they are read again.
        guard state.offset >= 2 else { return 0 }
        isDetected = true
        isGzip = state.isGzip
        bytesRead = state.offset
        bytesInflated = state.bytesInflated
        var again: Int64 = 0
        if let saved = state.gzip {
            again = gzip.resume(saved)
            bytesRead = gzip.position
            bytesInflated -= again
        }
        lseek(descriptor, off_t(bytesRead), SEEK_SET)
        return again
    }
}

extension TextReader.State {
    func write(to writer: inout ByteWriter) {
        writer.write(offset)
        writer.write(bytesInflated)
        writer.write(isGzip)
        writer.write(gzip != nil)
        gzip?.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws(ReadError) {
        offset = try reader.read()
        bytesInflated = try reader.read()
        isGzip = try reader.readFlag()
        gzip = try reader.readFlag() ? GzipReader.State(from: &reader) : nil
        guard offset >= 0, bytesInflated >= 0, isGzip == (gzip != nil) else { throw reader.damage }
    }
}

/// The system's words for an error number.
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }

/// Opens a file for reading.
/// - Returns: the descriptor, or an error number with its sign turned.
func openForReading(_ path: String) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    return descriptor >= 0 ? descriptor : -errno
}
