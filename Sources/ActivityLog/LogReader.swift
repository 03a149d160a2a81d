#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads one log from its first byte to its last: plain or gzip by its first bytes, cut into lines.
struct LogReader: ~Copyable {
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private var gzip: GzipReader
    private var framer: LineFramer
    private let input: UnsafeMutableRawBufferPointer
    /// input[inputStart..<inputEnd] was read from the file and not yet used.
    private var inputStart = 0
    private var inputEnd = 0
    private let outputChunk: Int
    private var isDetected = false
    private var isEndOfFile = false
    /// A last line without LF has been given, or must not be.
    private var isLastDone = false
    /// The text that came is whole although something is wrong with what follows it.
    private var isIntact = false

    private(set) var bytesRead: Int64 = 0
    private(set) var bytesInflated: Int64 = 0
    private(set) var isGzip = false
    /// What stopped the log before its end, as a clause.
    private(set) var problem: String?
    /// Nothing more will come from the file.
    private(set) var isAtEnd = false

    /// - Parameters:
    ///   - descriptor: open for reading; closed with the reader when `owned`.
    ///   - readChunk, outputChunk: bytes a read, bytes of text a fill.
    init(
        descriptor: Int32, owned: Bool, configuration: ReadConfiguration, readChunk: Int = 1 << 16,
        outputChunk: Int = 1 << 17
    ) {
        self.descriptor = descriptor
        ownsDescriptor = owned
        self.outputChunk = outputChunk
        gzip = GzipReader(backend: configuration.inflateBackend)
        input = .allocate(byteCount: max(readChunk, 2), alignment: 16)
        framer = LineFramer(maximumLength: configuration.maximumLineLength, chunk: outputChunk)
    }

    deinit {
        input.deallocate()
        if ownsDescriptor { close(descriptor) }
    }

    /// Brings some more text in, unless the log is at its end. All complete lines must have been taken.
    mutating func fill() {
        guard !isAtEnd else { return }
        if !isDetected { detect() }
        guard !isAtEnd else { return }
        if isGzip { fillFromGzip() } else { fillFromPlain() }
    }

    /// The next complete line of what `fill` brought, valid until the next `fill`. At the end of a log that was
    /// read whole its last line needs no LF; the unfinished last line of a truncated one is no line.
    mutating func nextLine() -> LineFramer.Line? {
        if let line = framer.next() { return line }
        guard isAtEnd, !isLastDone else { return nil }
        isLastDone = true
        return framer.last()
    }

    private mutating func detect() {
        while inputEnd < 2 && !isEndOfFile && problem == nil { readInput() }
        isDetected = true
        isGzip = inputEnd >= 2 && input[0] == 0x1F && input[1] == 0x8B
        if problem != nil { end() }
    }

    /// Reads once from the file to the end of `input`.
    private mutating func readInput() {
        if inputStart == inputEnd {
            inputStart = 0
            inputEnd = 0
        }
        let count = read(into: UnsafeMutableRawBufferPointer(rebasing: input[inputEnd...]))
        inputEnd += count
    }

    private mutating func read(into room: UnsafeMutableRawBufferPointer) -> Int {
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

    private mutating func fillFromPlain() {
        let room = framer.room()
        let limited = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, outputChunk)])
        var count = 0
        if inputEnd > inputStart {
            count = min(limited.count, inputEnd - inputStart)
            memcpy(limited.baseAddress!, input.baseAddress! + inputStart, count)
            inputStart += count
        } else if !isEndOfFile {
            count = read(
                into: UnsafeMutableRawBufferPointer(rebasing: limited[..<min(limited.count, input.count * 2)])
            )
        }
        framer.commit(count)
        if (isEndOfFile && inputEnd == inputStart) || problem != nil { end() }
    }

    private mutating func fillFromGzip() {
        let room = framer.room()
        let limited = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, outputChunk)])
        var produced = 0
        while produced < limited.count {
            let pending = UnsafeRawBufferPointer(rebasing: input[inputStart..<inputEnd])
            let space = UnsafeMutableRawBufferPointer(rebasing: limited[produced...])
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
                if !gzip.isAtMemberEnd {
                    problem =
                        "gzip data ends within member \(gzip.member), at byte \(bytesRead): "
                        + "the file is truncated or still being written"
                }
                break
            }
            readInput()
            guard problem == nil else { break }
        }
        framer.commit(produced)
        bytesInflated += Int64(produced)
        if produced < limited.count { end() }
    }

    private mutating func end() {
        isAtEnd = true
        isLastDone = problem != nil && !isIntact
    }

    /// The problem, with what it cost; asked for once all lines have been taken.
    var problemWithLoss: String? {
        guard let problem else { return nil }
        let lost = framer.unfinishedCount
        guard lost > 0, !isIntact else { return problem }
        return problem
            + "; its last line, \(lost) byte\(lost == 1 ? "" : "s") so far, is incomplete and was left out"
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
