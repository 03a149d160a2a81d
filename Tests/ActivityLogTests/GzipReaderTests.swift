import Glibc
import LogStage
import Testing

@testable import ActivityLog

@Suite struct GzipReaderTests {
    struct Result: Equatable {
        var bytes: [UInt8] = []
        var outcome = GzipReader.Outcome.running
        var isAtMemberEnd = false
        var consumed = 0
    }

    /// Reads `input` in pieces of `feed` bytes into room for `room` bytes at a time.
    func read(_ input: [UInt8], _ backend: InflateBackend, feed: Int = 1 << 20, room: Int = 1 << 16) -> Result
    {
        var reader = GzipReader(backend: backend)
        var result = Result()
        var output = [UInt8](repeating: 0, count: room)
        var position = 0
        var available = 0
        while result.outcome == .running {
            let step = input.withUnsafeBytes { input in
                output.withUnsafeMutableBytes { output in
                    reader.read(UnsafeRawBufferPointer(rebasing: input[position..<available]), into: output)
                }
            }
            position += step.consumed
            result.bytes += output[..<step.produced]
            result.outcome = step.outcome
            if step.consumed == 0 && step.produced == 0 {
                if available == input.count { break }
                available = min(available + feed, input.count)
            }
        }
        result.isAtMemberEnd = reader.isAtMemberEnd
        result.consumed = position
        return result
    }

    /// Text that compresses like a log, with parts that do not.
    func sample(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed)
        var bytes: [UInt8] = []
        while bytes.count < count {
            bytes += Array(
                "{\"ts\":17672256\(UInt32.random(in: 10000...99999, using: &generator)),\"event\":\"click\"}\n"
                    .utf8)
            if UInt8.random(in: 0..<8, using: &generator) == 0 {
                bytes += (0..<40).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
        }
        return Array(bytes[..<count])
    }

    @Test(arguments: InflateBackend.allCases, [1, 2, 7, 1 << 20])
    func readsMembersInPiecesOfAnySize(_ backend: InflateBackend, _ feed: Int) {
        let text = sample(200_000)
        let file =
            Gzip.member(Array(text[..<70_001])) + Gzip.member([])
            + Gzip.memberWithFullHeader(Array(text[70_001..<70_500]))
            + Gzip.member(Array(text[70_500...])) + Gzip.member([])
        for room in [1, 1000, 1 << 18] where room > 1 || feed > 7 {
            let result = read(file, backend, feed: feed, room: room)
            #expect(result.bytes == text)
            #expect(result.outcome == .running && result.isAtMemberEnd && result.consumed == file.count)
        }
    }

    @Test(arguments: InflateBackend.allCases)
    func everyCutGivesAPrefix(_ backend: InflateBackend) {
        let text = sample(3000)
        let first = Gzip.memberWithFullHeader(Array(text[..<1500]))
        let file = first + Gzip.member(Array(text[1500...]))
        for count in 0...file.count {
            let result = read(Array(file[..<count]), backend)
            #expect(result.outcome == .running)
            #expect(text.starts(with: result.bytes))
            #expect(result.isAtMemberEnd == [0, first.count, file.count].contains(count), "cut at \(count)")
        }
    }

    @Test(arguments: InflateBackend.allCases)
    func aSyncFlushedTailGivesAllItsBytes(_ backend: InflateBackend) {
        let text = sample(5000)
        let result = read(Gzip.member(text, isFinished: false), backend, feed: 100)
        #expect(result.bytes == text && result.outcome == .running && !result.isAtMemberEnd)
    }

    @Test(arguments: InflateBackend.allCases)
    func zerosAfterAMemberArePadding(_ backend: InflateBackend) {
        let text = sample(1000)
        let zeros = [UInt8](repeating: 0, count: 700)
        let padded = read(Gzip.member(text) + zeros, backend)
        #expect(padded.bytes == text && padded.outcome == .running && padded.isAtMemberEnd)
        let another = read(Gzip.member(text) + zeros + Gzip.member(text), backend)
        #expect(another.bytes == text + text && another.isAtMemberEnd)
    }

    @Test(
        arguments: InflateBackend.allCases,
        [[7], [0x1F, 0x20], [0, 0, 9], Array("garbage".utf8)] as [[UInt8]])
    func garbageAfterAMemberIsNamed(_ backend: InflateBackend, _ garbage: [UInt8]) {
        let text = sample(1000)
        let result = read(Gzip.member(text) + garbage, backend)
        #expect(result.bytes == text)
        #expect(result.outcome == .garbage("what follows member 1 is no gzip data and was left out"))
    }

    @Test(arguments: InflateBackend.allCases)
    func checksumAndLengthAreChecked(_ backend: InflateBackend) {
        let text = sample(1000)
        var file = Gzip.member(text)
        file[file.count - 6] ^= 1
        #expect(read(file, backend).outcome == .damaged("CRC of member 1 does not match"))
        file[file.count - 6] ^= 1
        file[file.count - 2] ^= 1
        #expect(read(file, backend).outcome == .damaged("length of member 1 does not match"))
    }

    @Test(arguments: InflateBackend.allCases)
    func badHeadersAreDamage(_ backend: InflateBackend) {
        var file = Gzip.member(sample(10))
        file[2] = 7
        #expect(read(file, backend).outcome == .damaged("compression method 7 is unknown"))
        file[2] = 8
        file[3] = 0x80
        #expect(read(file, backend).outcome == .damaged("reserved header flags are set"))
        var full = Gzip.memberWithFullHeader(sample(10))
        full[4] ^= 1
        #expect(read(full, backend).outcome == .damaged("header checksum of member 1 does not match"))
    }

    /// A flipped bit is noticed, unless it lies where it changes nothing, such as the time in the header. Both
    /// libraries give the same bytes before the damage, as far as both go.
    @Test func everyFlippedBitIsNoticedByEachLibraryAlike() {
        let text = sample(600)
        let file = Gzip.member(text)
        for index in 3..<file.count {
            for bit in 0..<8 {
                var damaged = file
                damaged[index] ^= 1 << bit
                let results = InflateBackend.allCases.map { read(damaged, $0) }
                for result in results where result.bytes != text {
                    #expect(result.outcome != .running || !result.isAtMemberEnd, "byte \(index), bit \(bit)")
                }
                if results.count == 2 {
                    let common = min(results[0].bytes.count, results[1].bytes.count)
                    #expect(
                        results[0].bytes[..<common] == results[1].bytes[..<common],
                        "byte \(index), bit \(bit)")
                }
            }
        }
    }

    @Test(arguments: InflateBackend.allCases)
    func storedAndFixedBlocksAreRead(_ backend: InflateBackend) {
        // One stored block of three bytes, and a fixed-code block of "aaaaaaaaaa".
        let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        let stored = header + [1, 3, 0, 0xFC, 0xFF, 0x78, 0x79, 0x7A] + Gzip.trailer([0x78, 0x79, 0x7A])
        #expect(read(stored, backend, feed: 1).bytes == [0x78, 0x79, 0x7A])
        let fixed = header + [0x4B, 0x84, 0x03, 0x00] + Gzip.trailer([UInt8](repeating: 0x61, count: 10))
        let result = read(fixed, backend, feed: 1)
        #expect(result.bytes == [UInt8](repeating: 0x61, count: 10) && result.isAtMemberEnd)
    }
}
