import CHotPath

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Takes text out of what it is wrapped in: a form, base64, gzip. Buffers are kept from line to line and never grow beyond
/// what a record may have.
struct Unwrapper: ~Copyable {
    private var inflater: Inflater?
    private let backend: InflateBackend
    private var buffers: [UnsafeMutableRawBufferPointer] = []

    /// The value of each sign of base64, of either alphabet; 64 where there is none. A blank is a plus that a form has decoded.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for (value, sign) in signs.enumerated() { values[Int(sign)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: " "))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    init(backend: InflateBackend) { self.backend = backend }

    deinit {
        for buffer in buffers { buffer.deallocate() }
    }

    /// - Parameter place: which of the buffers to use: each stage of unwrapping has two of its own.
    /// - Returns: text in one of the buffers, or a part of `text`.
    mutating func unwrap(
        _ text: UnsafeRawBufferPointer, _ steps: [FormatDefinition.Unwrap.Step], place: Int
    ) throws(RejectReason) -> UnsafeRawBufferPointer {
        var text = text
        var flip = 0
        for step in steps {
            let room = buffer(place * 2 + flip)
            flip = 1 - flip
            switch step {
            case .form(let keys): text = try formValue(text, keys, into: room)
            case .base64: text = try base64(text, into: room)
            case .gunzip: text = try gunzip(text, into: room)
            }
        }
        return text
    }

    private mutating func buffer(_ index: Int) -> UnsafeMutableRawBufferPointer {
        while buffers.count <= index {
            // Pages that nothing reaches are never touched.
            buffers.append(
                .allocate(byteCount: RecordScan.maximumRecord + 64 + EventDecoder.margin, alignment: 64))
        }
        return UnsafeMutableRawBufferPointer(rebasing: buffers[index].dropLast(EventDecoder.margin))
    }

    // MARK: Forms

    private func formValue(
        _ text: UnsafeRawBufferPointer, _ keys: [[UInt8]], into room: UnsafeMutableRawBufferPointer
    ) throws(RejectReason) -> UnsafeRawBufferPointer {
        for key in keys {
            if let value = key.withUnsafeBytes({ FormText.value(of: $0, in: text) }) {
                guard let count = FormText.decode(value, into: room) else { throw .unreadableWrapping }
                return UnsafeRawBufferPointer(rebasing: room[..<count])
            }
        }
        throw .unreadableWrapping
    }

    // MARK: base64

    private func base64(
        _ text: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(RejectReason) -> UnsafeRawBufferPointer {
        var end = text.count
        while end > 0, text[end - 1] == 0x3D { end -= 1 }
        guard end > 0, end % 4 != 1, text.count - end <= 2 else { throw .unreadableWrapping }
        guard end / 4 * 3 + 3 <= room.count else { throw .tooLargeInside }
        var count = 0
        var bad: UInt8 = 0
        Unwrapper.values.withUnsafeBufferPointer { table in
            let values = table.baseAddress.unsafelyUnwrapped
            let source = text.baseAddress.unsafelyUnwrapped
            let target = room.baseAddress.unsafelyUnwrapped
            var index = pg_decode_base64(
                source.assumingMemoryBound(to: UInt8.self), end, target.assumingMemoryBound(to: UInt8.self))
            guard index >= 0 else {
                bad = 64
                return
            }
            count = index / 4 &* 3
            while index &+ 4 <= end {
                let word = (source + index).loadUnaligned(as: UInt32.self).littleEndian
                let a = values[Int(word & 0xFF)]
                let b = values[Int(word &>> 8 & 0xFF)]
                let c = values[Int(word &>> 16 & 0xFF)]
                let d = values[Int(word &>> 24)]
                bad |= a | b | c | d
                let bits = UInt32(a) &<< 18 | UInt32(b) &<< 12 | UInt32(c) &<< 6 | UInt32(d)
                // Four bytes, of which the next group overwrites the last.
                (target + count).storeBytes(of: (bits &<< 8).bigEndian, as: UInt32.self)
                index &+= 4
                count &+= 3
            }
            if index < end {
                var bits: UInt32 = 0
                for place in 0..<4 {
                    let value = index + place < end ? values[Int(text[index + place])] : 0
                    bad |= value
                    bits = bits << 6 | UInt32(value)
                }
                room[count] = UInt8(truncatingIfNeeded: bits >> 16)
                count += 1
                if end - index == 3 {
                    room[count] = UInt8(truncatingIfNeeded: bits >> 8)
                    count += 1
                }
            }
        }
        guard bad < 64 else { throw .unreadableWrapping }
        return UnsafeRawBufferPointer(rebasing: room[..<count])
    }

    // MARK: gzip

    /// One member, as RFC 1952 has it.
    private mutating func gunzip(
        _ text: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) throws(RejectReason) -> UnsafeRawBufferPointer {
        guard text.count >= 2, text[0] == 0x1F, text[1] == 0x8B else { return text }
        guard let body = Unwrapper.bodyStart(text) else { throw .unreadableWrapping }
        var inflater = self.inflater.take() ?? Inflater(backend)
        inflater.reset()
        var consumed = body
        var produced = 0
        var isFinished = false
        var problem: RejectReason?
        while !isFinished {
            guard produced < RecordScan.maximumRecord else {
                problem = .tooLargeInside
                break
            }
            let step = inflater.inflate(
                UnsafeRawBufferPointer(rebasing: text[consumed...]),
                into: UnsafeMutableRawBufferPointer(rebasing: room[produced..<RecordScan.maximumRecord]))
            consumed += step.consumed
            produced += step.produced
            isFinished = step.isFinished
            if step.isDamaged || (!isFinished && step.consumed == 0 && step.produced == 0) {
                problem = .unreadableWrapping
                break
            }
        }
        let result = UnsafeRawBufferPointer(rebasing: room[..<produced])
        if problem == nil {
            var unread = 0
            inflater.withUnread { unread = $0.count }
            let trailer = consumed - unread
            if trailer + 8 > text.count
                || text.loadUnaligned(fromByteOffset: trailer, as: UInt32.self).littleEndian
                    != inflater.checksum(0, result)
            {
                problem = .unreadableWrapping
            }
        }
        self.inflater = consume inflater
        if let problem { throw problem }
        return result
    }

    /// Where the deflate stream of a gzip member begins.
    private static func bodyStart(_ text: UnsafeRawBufferPointer) -> Int? {
        guard text.count >= 18, text[2] == 8 else { return nil }
        let flags = text[3]
        var position = 10
        if flags & 4 != 0 {
            guard position + 2 <= text.count else { return nil }
            position += 2 + Int(text[position]) + Int(text[position + 1]) << 8
        }
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            while position < text.count, text[position] != 0 { position += 1 }
            position += 1
        }
        if flags & 2 != 0 { position += 2 }
        return position < text.count ? position : nil
    }
}

/// Forms and query strings: `a=b&c=d` (URL Living Standard, application/x-www-form-urlencoded).
enum FormText {
    /// The text behind a key and an equals sign, still encoded; nil where there is none.
    static func value(of key: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer)
        -> UnsafeRawBufferPointer?
    {
        var position = 0
        while position < text.count {
            let start = text.baseAddress.unsafelyUnwrapped + position
            let found = memchr(start, 0x26, text.count &- position)
            let end = found.map { position &+ (UnsafeRawPointer($0) - start) } ?? text.count
            let isKey =
                end &- position > key.count && text[position &+ key.count] == 0x3D
                && memcmp(key.baseAddress!, text.baseAddress! + position, key.count) == 0
            if isKey { return UnsafeRawBufferPointer(rebasing: text[(position + key.count + 1)..<end]) }
            position = end &+ 1
        }
        return nil
    }

    /// Decodes percents and pluses.
    /// - Returns: how many bytes they became; nil when a percent has not two digits behind it, or there is no room.
    static func decode(_ text: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Int? {
        guard text.count <= room.count, let base = text.baseAddress, let target = room.baseAddress else {
            return text.isEmpty ? 0 : nil
        }
        let count = pg_decode_form(
            base.assumingMemoryBound(to: UInt8.self), text.count, target.assumingMemoryBound(to: UInt8.self))
        return count >= 0 ? count : nil
    }
}
