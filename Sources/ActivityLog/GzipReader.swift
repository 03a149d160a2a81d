import CZlib

/// Reads a gzip file of any number of members, fed in pieces of any size.
///
/// A member ends where its deflate stream ends; nothing is ever found by scanning for a header. After a member
/// come zeros (padding), another member, the end, or garbage.
struct GzipReader: ~Copyable {
    /// Why reading stopped before the end of the input, or that it did not.
    enum Outcome: Equatable {
        /// All went well; the input is used up or the output is full.
        case running
        /// The data cannot be right from here on; the clause says why. What was given out stands.
        case damaged(String)
        /// A whole member is followed by bytes that are no member; what was given out is complete.
        case garbage(String)
    }

    fileprivate enum Stage: Equatable {
        case magic, method, flags
        case fixed(Int)
        case extraLength(Int)
        case extra(Int)
        case name, comment
        case headerChecksum(Int)
        case body
        case trailer(Int)
        case between, stopped
    }

    private var inflater: Inflater
    private var stage = Stage.magic
    private var flags: UInt8 = 0
    private var pending: UInt64 = 0
    private var headerChecksum: UInt = 0
    private var checksum: UInt32 = 0
    private var memberBytes: UInt32 = 0
    private var outcome = Outcome.running

    /// The member being read, from 1.
    private(set) var member = 1
    /// Compressed bytes used so far.
    private(set) var position: Int64 = 0
    /// Compressed bytes before the member being read, and the text it has given so far.
    private var memberStart: Int64 = 0
    private var memberText: Int64 = 0
    /// Of the bytes counted in `position`, those that the inflater took too many and that are still to be looked at.
    private var unread: Int64 = 0

    init(backend: InflateBackend) {
        inflater = Inflater(backend)
    }

    /// Whether the input may end here: after a whole member, or before the first.
    var isAtMemberEnd: Bool { stage == .between || (stage == .magic && position == 0) }

    /// Reads from `input` into `output` until one of them is used up.
    /// - Returns: bytes consumed and produced, and whether reading has to stop.
    mutating func read(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> (consumed: Int, produced: Int, outcome: Outcome) {
        var consumed = 0
        var produced = 0
        while outcome == .running {
            if stage == .body {
                guard produced < output.count else { break }
                // Also with no input left: the library may hold bytes that it could not give out before.
                let room = UnsafeMutableRawBufferPointer(rebasing: output[produced...])
                let step = inflater.inflate(UnsafeRawBufferPointer(rebasing: input[consumed...]), into: room)
                consumed += step.consumed
                position += Int64(step.consumed)
                checksum = inflater.checksum(
                    checksum, UnsafeRawBufferPointer(rebasing: room[..<step.produced]))
                memberBytes &+= UInt32(truncatingIfNeeded: step.produced)
                memberText += Int64(step.produced)
                produced += step.produced
                if step.isDamaged {
                    stop(.damaged("compressed data of member \(member) is not valid"))
                } else if step.isFinished {
                    stage = .trailer(0)
                    pending = 0
                    takeUnread()
                } else if step.consumed == 0 && step.produced == 0 {
                    break
                }
            } else {
                guard consumed < input.count else { break }
                position += 1
                take(input[consumed])
                consumed += 1
            }
        }
        return (consumed, produced, outcome)
    }

    private mutating func stop(_ reason: Outcome) {
        outcome = reason
        stage = .stopped
    }

    private mutating func takeUnread() {
        var bytes: UInt64 = 0
        var count = 0
        inflater.withUnread { unread in
            count = unread.count
            for (index, byte) in unread.enumerated() { bytes |= UInt64(byte) << (8 * index) }
        }
        for index in 0..<count where outcome == .running {
            unread = Int64(count - index - 1)
            take(UInt8(truncatingIfNeeded: bytes >> (8 * index)))
        }
    }

    /// One byte of a header, a trailer, or of what lies between members.
    private mutating func take(_ byte: UInt8) {
        let isHeader: Bool
        switch stage {
        case .magic, .method, .flags, .fixed, .extraLength, .extra, .name, .comment: isHeader = true
        default: isHeader = false
        }
        if isHeader { withUnsafePointer(to: byte) { headerChecksum = crc32_z(headerChecksum, $0, 1) } }

        switch stage {
        case .between:
            guard byte != 0 else { return }
            member += 1
            memberStart = position - unread - 1
            headerChecksum = 0
            stage = .magic
            withUnsafePointer(to: byte) { headerChecksum = crc32_z(0, $0, 1) }
            fallthrough
        case .magic:
            guard byte == 0x1F else { return stop(notAMember) }
            stage = .method
            pending = 0
        case .method:
            // The second magic byte, then the method: 8 is deflate, and there is no other.
            if pending == 0 {
                guard byte == 0x8B else { return stop(notAMember) }
                pending = 1
            } else {
                guard byte == 8 else { return stop(.damaged("compression method \(byte) is unknown")) }
                stage = .flags
            }
        case .flags:
            guard byte & 0xE0 == 0 else { return stop(.damaged("reserved header flags are set")) }
            flags = byte
            stage = .fixed(0)
        case .fixed(let count):
            // Modification time, extra flags, operating system: six bytes that say nothing to us.
            if count < 5 { stage = .fixed(count + 1) } else { beginOptional(after: 0) }
        case .extraLength(let count):
            pending |= UInt64(byte) << (8 * count)
            if count == 0 {
                stage = .extraLength(1)
            } else if pending > 0 {
                stage = .extra(Int(pending))
            } else {
                beginOptional(after: 4)
            }
        case .extra(let left):
            if left > 1 { stage = .extra(left - 1) } else { beginOptional(after: 4) }
        case .name:
            if byte == 0 { beginOptional(after: 8) }
        case .comment:
            if byte == 0 { beginOptional(after: 16) }
        case .headerChecksum(let count):
            pending |= UInt64(byte) << (8 * count)
            if count == 0 {
                stage = .headerChecksum(1)
            } else if pending == UInt64(headerChecksum & 0xFFFF) {
                beginBody()
            } else {
                stop(.damaged("header checksum of member \(member) does not match"))
            }
        case .trailer(let count):
            pending |= UInt64(byte) << (8 * count)
            guard count == 7 else {
                stage = .trailer(count + 1)
                return
            }
            if UInt32(truncatingIfNeeded: pending) != checksum {
                stop(.damaged("CRC of member \(member) does not match"))
            } else if UInt32(truncatingIfNeeded: pending >> 32) != memberBytes {
                stop(.damaged("length of member \(member) does not match"))
            } else {
                stage = .between
            }
        case .body, .stopped:
            break
        }
    }

    private var notAMember: Outcome {
        member == 1
            ? .damaged("no gzip header")
            : .garbage("what follows member \(member - 1) is no gzip data and was left out")
    }

    /// Goes to the optional header part that comes after the one with flag `bit`, in the order of RFC 1952.
    private mutating func beginOptional(after bit: UInt8) {
        pending = 0
        if bit < 4 && flags & 4 != 0 {
            stage = .extraLength(0)
        } else if bit < 8 && flags & 8 != 0 {
            stage = .name
        } else if bit < 16 && flags & 16 != 0 {
            stage = .comment
        } else if flags & 2 != 0 {
            stage = .headerChecksum(0)
        } else {
            beginBody()
        }
    }

    private mutating func beginBody() {
        inflater.reset()
        checksum = 0
        memberBytes = 0
        memberText = 0
        stage = .body
    }

    // MARK: Going on later

    /// Where reading stands in a gzip file; all but the inflater's own state, which is only there when asked for.
    struct State {
        fileprivate var stage: Stage
        fileprivate var flags: UInt8
        fileprivate var pending: UInt64
        fileprivate var headerChecksum: UInt64
        fileprivate var checksum: UInt32
        fileprivate var memberBytes: UInt32
        fileprivate var member: Int
        fileprivate var position: Int64
        fileprivate var memberStart: Int64
        fileprivate var memberText: Int64
        /// Empty when there is none, or when it is not needed.
        fileprivate var inflater: [UInt8]
    }

    func state(withHistory: Bool) -> State {
        State(
            stage: stage, flags: flags, pending: pending, headerChecksum: UInt64(headerChecksum),
            checksum: checksum, memberBytes: memberBytes, member: member, position: position,
            memberStart: memberStart, memberText: memberText,
            inflater: stage == .body && withHistory ? inflater.savedState : [])
    }

    /// Goes on from `state`, or from the start of its member when the inflater cannot go on within it;
    /// `position` says where.
    /// - Returns: how many bytes of text the member gives a second time.
    mutating func resume(_ state: State) -> Int64 {
        member = state.member
        memberStart = state.memberStart
        if state.stage == .body && !inflater.restore(state.inflater) {
            position = memberStart
            return state.memberText
        }
        stage = state.stage
        flags = state.flags
        pending = state.pending
        headerChecksum = UInt(state.headerChecksum)
        checksum = state.checksum
        memberBytes = state.memberBytes
        memberText = state.memberText
        position = state.position
        return 0
    }
}

extension GzipReader.State {
    func write(to writer: inout ByteWriter) {
        let (tag, count) = stage.code
        writer.write(tag)
        writer.write(Int64(count))
        writer.write(flags)
        writer.write(pending)
        writer.write(headerChecksum)
        writer.write(checksum)
        writer.write(memberBytes)
        writer.write(Int64(member))
        writer.write(position)
        writer.write(memberStart)
        writer.write(memberText)
        writer.write(inflater)
    }

    init(from reader: inout ByteReader) throws(ReadError) {
        let tag: UInt8 = try reader.read()
        let count: Int64 = try reader.read()
        guard let stage = GzipReader.Stage(tag, count) else { throw reader.damage }
        self.stage = stage
        flags = try reader.read()
        pending = try reader.read()
        headerChecksum = try reader.read()
        checksum = try reader.read()
        memberBytes = try reader.read()
        member = Int(try reader.read() as Int64)
        position = try reader.read()
        memberStart = try reader.read()
        memberText = try reader.read()
        inflater = try reader.readBytes()
        guard member >= 1, memberText >= 0, memberStart >= 0, position >= memberStart else {
            throw reader.damage
        }
    }
}

extension GzipReader.Stage {
    fileprivate var code: (UInt8, Int) {
        switch self {
        case .magic: (0, 0)
        case .method: (1, 0)
        case .flags: (2, 0)
        case .fixed(let count): (3, count)
        case .extraLength(let count): (4, count)
        case .extra(let left): (5, left)
        case .name: (6, 0)
        case .comment: (7, 0)
        case .headerChecksum(let count): (8, count)
        case .body: (9, 0)
        case .trailer(let count): (10, count)
        case .between: (11, 0)
        case .stopped: (12, 0)
        }
    }

    /// The stage with a code; nil when there is none.
    fileprivate init?(_ tag: UInt8, _ count: Int64) {
        guard (0...0xFFFF).contains(count) else { return nil }
        let count = Int(count)
        switch tag {
        case 0: self = .magic
        case 1: self = .method
        case 2: self = .flags
        case 3 where count < 6: self = .fixed(count)
        case 4 where count < 2: self = .extraLength(count)
        case 5 where count > 0: self = .extra(count)
        case 6: self = .name
        case 7: self = .comment
        case 8 where count < 2: self = .headerChecksum(count)
        case 9: self = .body
        case 10 where count < 8: self = .trailer(count)
        case 11: self = .between
        case 12: self = .stopped
        default: return nil
        }
    }
}
