#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads one log from its first byte to its last, cut into lines; a log that grows, as far as it has come.
struct LogReader: ~Copyable {
    private var text: TextReader
    private var framer: LineFramer
    private let outputChunk: Int
    /// A last line without LF has been given, or must not be.
    private var isLastDone = false
    /// Text that has been read before and comes a second time: it is passed over.
    private var toPassOver: Int64 = 0
    /// CRC-32 of what was passed over, to be compared with `checksum`; nil when it need not be.
    private var passedOver: UInt32?
    /// The file's own first bytes, by which a file that was cut and written anew is noticed.
    private var fileHead: [UInt8] = []

    /// Bytes of text up to where the next fill begins, and, of a log that grows, their CRC-32.
    private(set) var position: Int64 = 0
    private(set) var checksum: UInt32 = 0
    /// The file began like the log, and goes on otherwise.
    private(set) var isAnotherLog = false

    var bytesRead: Int64 { text.bytesRead }
    var bytesInflated: Int64 { text.bytesInflated }
    var isGzip: Bool { text.isGzip }
    /// What stopped the log before its end, as a clause.
    var problem: String? { text.problem }
    /// Nothing more will come from the file.
    var isAtEnd: Bool { text.isAtEnd }
    /// Nothing more can be had at present from a log that grows.
    var isDry: Bool { text.isDry }

    /// - Parameters:
    ///   - descriptor: open for reading; closed with the reader when `owned`.
    ///   - isGrowing: the file's end is no end before `stopGrowing`.
    ///   - readChunk, outputChunk: bytes a read, bytes of text a fill. ISA-L copies some 96 KB a fill for its history,
    ///     and what came has to be still in the second-level cache when it is decoded.
    init(
        descriptor: Int32, owned: Bool, configuration: ReadConfiguration, isGrowing: Bool = false,
        readChunk: Int = 1 << 16, outputChunk: Int = 1 << 18
    ) {
        self.outputChunk = outputChunk
        text = TextReader(
            descriptor: descriptor, owned: owned, backend: configuration.inflateBackend, readChunk: readChunk)
        text.isGrowing = isGrowing
        framer = LineFramer(maximumLength: configuration.maximumLineLength, chunk: outputChunk)
    }

    /// Brings some more text in, unless the log is at its end. All complete lines must have been taken.
    mutating func fill() {
        guard !isAtEnd, !isAnotherLog else { return }
        let room = framer.room()
        let limited = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, outputChunk)])
        var count = text.read(into: limited)
        if toPassOver > 0 { count = passOver(limited, count) }
        if text.isGrowing {
            checksum = carriedChecksum(checksum, UnsafeRawBufferPointer(rebasing: limited[..<count]))
        }
        position += Int64(count)
        framer.commit(count)
        if isAtEnd { isLastDone = problem != nil && !text.isIntact }
    }

    /// The next complete line of what `fill` brought, valid until the next `fill`. At the end of a log that was
    /// read whole its last line needs no LF; the unfinished last line of a truncated one is no line.
    mutating func nextLine() -> LineFramer.Line? {
        if let line = framer.next() { return line }
        guard isAtEnd, !isLastDone else { return nil }
        isLastDone = true
        return framer.last()
    }

    /// The problem, with what it cost; asked for once all lines have been taken.
    var problemWithLoss: String? {
        guard let problem else { return nil }
        let lost = framer.unfinishedCount
        guard lost > 0, !text.isIntact else { return problem }
        return problem
            + "; its last line, \(lost) byte\(lost == 1 ? "" : "s") so far, is incomplete and was left out"
    }

    /// Takes the first of `count` bytes away that come a second time.
    /// - Returns: how many are left, now at the start of `bytes`.
    private mutating func passOver(_ bytes: UnsafeMutableRawBufferPointer, _ count: Int) -> Int {
        let known = Int(min(Int64(count), toPassOver))
        toPassOver -= Int64(known)
        if let passedOver {
            let carried = carriedChecksum(passedOver, UnsafeRawBufferPointer(rebasing: bytes[..<known]))
            self.passedOver = carried
            if toPassOver == 0 && carried != checksum {
                isAnotherLog = true
                return 0
            }
        }
        memmove(bytes.baseAddress!, bytes.baseAddress! + known, count - known)
        return count - known
    }

    // MARK: Following

    private static let fileHeadLength = 256

    /// The log grows no more: its end is now the end. `readsRest` is false when the file is no longer the log.
    mutating func stopGrowing(readsRest: Bool) { text.stopGrowing(readsRest: readsRest) }

    /// Whether the file is still the one that was being read: not cut, and with the same first bytes.
    mutating func isUnchanged() -> Bool {
        var status = stat()
        guard fstat(text.descriptor, &status) == 0, Int64(status.st_size) >= bytesRead else { return false }
        let head = LogReader.fileHead(text.descriptor)
        guard head.starts(with: fileHead) else { return false }
        fileHead = head
        return true
    }

    /// When the file was last written to, in milliseconds of wall time.
    var modifiedMs: Int64 {
        var status = stat()
        fstat(text.descriptor, &status)
        return status.modifiedMs
    }

    private static func fileHead(_ descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: fileHeadLength) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress!, fileHeadLength, 0))
        }
    }

    /// Where reading stands in a log.
    struct State {
        /// Text taken from the log, and its CRC-32.
        var position: Int64
        var checksum: UInt32
        var framer: LineFramer.State
        /// nil when only the text's position is known.
        var text: TextReader.State?
        var fileHead: [UInt8]
    }

    /// - Parameter withHistory: whether to keep what lets a gzip member be read on from its middle (87 KB).
    func state(withHistory: Bool) -> State {
        State(
            position: position, checksum: checksum, framer: framer.state,
            text: toPassOver > 0 ? nil : text.state(withHistory: withHistory), fileHead: fileHead)
    }

    /// Goes on with a log: where it stood, when the descriptor is of the same file; otherwise in a file that
    /// holds the same text in whatever form, from its start, passing over what has been read.
    mutating func resume(_ state: State, isSameFile: Bool) {
        position = state.position
        checksum = state.checksum
        framer.resume(state.framer)
        if isSameFile, let saved = state.text, isUnchanged(from: state) {
            fileHead = state.fileHead
            toPassOver = text.resume(saved)
        } else {
            toPassOver = position
            passedOver = 0
        }
    }

    private func isUnchanged(from state: State) -> Bool {
        var status = stat()
        guard let saved = state.text, fstat(text.descriptor, &status) == 0 else { return false }
        return Int64(status.st_size) >= saved.offset
            && LogReader.fileHead(text.descriptor).starts(with: state.fileHead)
    }
}

extension LogReader.State {
    func write(to writer: inout ByteWriter) {
        writer.write(position)
        writer.write(checksum)
        framer.write(to: &writer)
        writer.write(text != nil)
        text?.write(to: &writer)
        writer.write(fileHead)
    }

    init(from reader: inout ByteReader) throws(ReadError) {
        position = try reader.read()
        checksum = try reader.read()
        framer = try LineFramer.State(from: &reader)
        text = try reader.readFlag() ? TextReader.State(from: &reader) : nil
        fileHead = try reader.readBytes()
        guard position >= 0 else { throw reader.damage }
    }
}
