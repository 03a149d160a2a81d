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

    private enum Stage: Equatable {
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
        stage = .body
    }
}
