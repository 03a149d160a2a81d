#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Cuts the bytes of a log into lines, in one buffer that is filled, handed out and reused.
///
/// A line ends at LF; a CR before it and a byte order mark at the start of the log are not part of it. Lines of
/// nothing but white space are passed over. A line longer than the limit is reported once, with its first
/// bytes, and never kept: the buffer does not grow.
struct LineFramer: ~Copyable {
    /// A complete line, valid until the framer is next filled. When it is not too long, `margin` bytes behind it may be
    /// loaded, too, whatever they hold.
    struct Line {
        var bytes: UnsafeRawBufferPointer
        /// Offset of its first byte in the log.
        var offset: Int64
        /// Longer than the limit: `bytes` is only its beginning.
        var isTooLong = false
    }

    static let sampleLength = 200
    /// What a line of the greatest length may carry beside its own bytes: byte order mark and CR.
    private static let slack = 4

    /// Bytes behind a line that are the framer's, too.
    static let margin = EventDecoder.margin

    /// Where bytes come in; `margin` more bytes behind it are allocated and hold nothing of meaning.
    private let buffer: UnsafeMutableRawBufferPointer
    private let maximumLength: Int
    // Invariant: 0 ≤ start ≤ scanned ≤ end ≤ buffer.count; buffer[start..<end] has come in and has not been
    // handed out, and buffer[start..<scanned] holds no LF.
    private var start = 0
    private var scanned = 0
    private var end = 0
    /// Offset in the log of buffer[start].
    private var position: Int64 = 0
    /// A line over the limit is being passed over up to its LF; its beginning is in `sample`.
    private var isSkipping = false
    private var skippedOffset: Int64 = 0
    private let sample: UnsafeMutableRawBufferPointer
    private var sampleCount = 0

    /// - Parameter chunk: how many bytes a fill may bring at least.
    init(maximumLength: Int, chunk: Int) {
        self.maximumLength = maximumLength
        // Pages that no line reaches are never touched, so a long limit costs address space only.
        let count = maximumLength + LineFramer.slack + chunk
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: count + LineFramer.margin, alignment: 64)
        (memory.baseAddress! + count).initializeMemory(as: UInt8.self, repeating: 0, count: LineFramer.margin)
        buffer = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
        sample = .allocate(byteCount: LineFramer.sampleLength, alignment: 16)
    }

    deinit {
        buffer.deallocate()
        sample.deallocate()
    }

    /// Bytes received and not handed out: an unfinished line.
    var unfinishedCount: Int64 { isSkipping ? position - skippedOffset : Int64(end - start) }

    /// Room for the next bytes, never empty once all complete lines have been taken; `commit` says how many came.
    mutating func room() -> UnsafeMutableRawBufferPointer {
        if start > 0 {
            if end > start {
                memmove(buffer.baseAddress!, buffer.baseAddress! + start, end - start)
            }
            end -= start
            scanned -= start
            start = 0
        }
        return UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
    }

    mutating func commit(_ count: Int) { end += count }

    /// The next complete line, or nil when more bytes are needed.
    mutating func next() -> Line? {
        let base = buffer.baseAddress!
        while true {
            guard scanned < end, let found = memchr(base + scanned, 0x0A, end - scanned) else {
                scanned = end
                if isSkipping {
                    discard(to: end)
                } else if end - start > maximumLength + LineFramer.slack {
                    // Too long whatever comes, so its beginning is all that is kept.
                    beginSkipping()
                }
                return nil
            }
            let lineEnd = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if let line = finishLine(at: lineEnd, next: lineEnd + 1) { return line }
        }
    }

    /// The last line, when the log ended well and without an LF; otherwise nil.
    mutating func last() -> Line? {
        guard end > start || isSkipping else { return nil }
        return finishLine(at: end, next: end)
    }

    private mutating func finishLine(at lineEnd: Int, next: Int) -> Line? {
        defer { discard(to: next) }
        if isSkipping {
            isSkipping = false
            return Line(
                bytes: UnsafeRawBufferPointer(rebasing: sample[..<sampleCount]), offset: skippedOffset,
                isTooLong: true)
        }
        let first = start + markCount(upTo: lineEnd)
        var last = lineEnd
        if last > first && buffer[last - 1] == 0x0D { last -= 1 }
        if last - first > maximumLength {
            let beginning = UnsafeRawBufferPointer(
                rebasing: buffer[first..<min(last, first + LineFramer.sampleLength)])
            return Line(bytes: beginning, offset: position + Int64(first - start), isTooLong: true)
        }
        var blank = first
        while blank < last, isBlank(buffer[blank]) { blank += 1 }
        guard blank < last else { return nil }
        return Line(
            bytes: UnsafeRawBufferPointer(rebasing: buffer[first..<last]),
            offset: position + Int64(first - start))
    }

    /// Length of the byte order mark that the line at `start` begins with: only the log's first line may.
    private func markCount(upTo lineEnd: Int) -> Int {
        position == 0 && lineEnd - start >= 3
            && buffer[start] == 0xEF && buffer[start + 1] == 0xBB && buffer[start + 2] == 0xBF ? 3 : 0
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private mutating func beginSkipping() {
        let first = start + markCount(upTo: end)
        isSkipping = true
        skippedOffset = position + Int64(first - start)
        sampleCount = min(LineFramer.sampleLength, end - first)
        memcpy(sample.baseAddress!, buffer.baseAddress! + first, sampleCount)
        discard(to: end)
    }

    private mutating func discard(to index: Int) {
        position += Int64(index - start)
        start = index
        scanned = max(scanned, index)
    }

    // MARK: Going on later

    /// What has come in of an unfinished line.
    struct State {
        fileprivate var position: Int64 = 0
        fileprivate var unfinished: [UInt8] = []
        fileprivate var isSkipping = false
        fileprivate var skippedOffset: Int64 = 0
        fileprivate var sample: [UInt8] = []
    }

    /// All complete lines must have been taken.
    var state: State {
        State(
            position: position, unfinished: Array(buffer[start..<end]), isSkipping: isSkipping,
            skippedOffset: skippedOffset, sample: isSkipping ? Array(sample[..<sampleCount]) : [])
    }

    /// Goes on from `state`; what the buffer has no room for, under a lower limit, is a line too long.
    mutating func resume(_ state: State) {
        position = state.position
        isSkipping = state.isSkipping
        skippedOffset = state.skippedOffset
        sampleCount = min(state.sample.count, LineFramer.sampleLength)
        sample.copyBytes(from: state.sample[..<sampleCount])
        end = min(state.unfinished.count, maximumLength + LineFramer.slack + 1)
        buffer.copyBytes(from: state.unfinished[..<end])
        position += Int64(state.unfinished.count - end)
        start = 0
        scanned = 0
    }
}

extension LineFramer.State {
    /// Bytes of the unfinished line that are kept.
    var unfinishedCount: Int { unfinished.count }

    func write(to writer: inout ByteWriter) {
        writer.write(position)
        writer.write(unfinished)
        writer.write(isSkipping)
        writer.write(skippedOffset)
        writer.write(sample)
    }

    init(from reader: inout ByteReader) throws(ReadError) {
        position = try reader.read()
        unfinished = try reader.readBytes()
        isSkipping = try reader.readFlag()
        skippedOffset = try reader.read()
        sample = try reader.readBytes()
    }
}
