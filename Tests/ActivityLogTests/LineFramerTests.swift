import LogStage
import Testing

@testable import ActivityLog

@Suite struct LineFramerTests {
    struct Found: Equatable, CustomStringConvertible {
        var text: String
        var offset: Int64
        var isTooLong = false
        var description: String { "\(offset): \(text)\(isTooLong ? "…" : "")" }
    }

    /// Feeds `bytes` in pieces and takes all lines.
    func frame(_ bytes: [UInt8], pieces: () -> Int, maximum: Int = 1000, chunk: Int = 16) -> [Found] {
        var framer = LineFramer(maximumLength: maximum, chunk: chunk)
        var found: [Found] = []
        func add(_ line: LineFramer.Line) {
            found.append(
                Found(
                    text: String(decoding: line.bytes, as: UTF8.self), offset: line.offset,
                    isTooLong: line.isTooLong))
        }
        var position = 0
        while position < bytes.count {
            let room = framer.room()
            let count = min(max(pieces(), 1), room.count, bytes.count - position)
            bytes.withUnsafeBytes {
                room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
            }
            framer.commit(count)
            position += count
            while let line = framer.next() { add(line) }
        }
        if let line = framer.last() { add(line) }
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func cutsLines(_ piece: Int) {
        let found = frame(Array("one\ntwo\r\n\n \t\r\nthree\r".utf8), pieces: { piece })
        #expect(
            found == [
                Found(text: "one", offset: 0), Found(text: "two", offset: 4),
                Found(text: "three", offset: 14),
            ])
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func passesOverAByteOrderMarkAtTheStartOnly(_ piece: Int) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let found = frame(mark + Array("one\n".utf8) + mark + Array("two".utf8), pieces: { piece })
        #expect(found == [Found(text: "one", offset: 3), Found(text: "\u{FEFF}two", offset: 7)])
        #expect(frame(mark, pieces: { piece }) == [])
        #expect(frame(mark + [0x0D, 0x0A], pieces: { piece }) == [])
    }

    @Test(arguments: [1, 5, 64, 5000])
    func reportsALineOverTheLimitOnceAndGoesOn(_ piece: Int) {
        let long = String(repeating: "x", count: 51)
        let text =
            "a\n\(long)\nb\n\(String(repeating: "y", count: 50))\r\n\(String(repeating: "z", count: 4000))\nc\n"
            + String(repeating: "w", count: 300)
        let found = frame(Array(text.utf8), pieces: { piece }, maximum: 50)
        #expect(found.map(\.offset) == [0, 2, 54, 56, 108, 4109, 4111])
        #expect(found.map(\.isTooLong) == [false, true, false, false, true, false, true])
        #expect(found[1].text.utf8.count == 51 || found[1].text.utf8.count >= 50)
        #expect(
            found[4].text.allSatisfy { $0 == "z" } && found[4].text.count >= 50 && found[4].text.count <= 200)
    }

    @Test func agreesWithASimpleSplitterOverRandomPieces() {
        var generator = SeededGenerator(1)
        for _ in 0..<300 {
            let count = Int.random(in: 0..<400, using: &generator)
            let bytes = (0..<count).map { _ in
                [10, 13, 32, 97, 98, 99, 0xEF, 0xBB, 0xBF][Int.random(in: 0..<9, using: &generator)] as UInt8
            }
            let chunk = Int.random(in: 1..<40, using: &generator)
            let found = frame(
                bytes, pieces: { Int.random(in: 1..<60, using: &generator) }, maximum: 20, chunk: chunk)
            #expect(found.map(\.offset) == NaiveSplitter.lines(bytes, maximum: 20).map(\.offset))
            #expect(found.map(\.isTooLong) == NaiveSplitter.lines(bytes, maximum: 20).map(\.isTooLong))
        }
    }
}

/// What the framer should find, said as simply as possible.
enum NaiveSplitter {
    static func lines(_ bytes: [UInt8], maximum: Int) -> [(offset: Int64, isTooLong: Bool)] {
        var found: [(offset: Int64, isTooLong: Bool)] = []
        var start = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] == 10 {
            var line = bytes[start..<index]
            if start == 0 && line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            if line.last == 13 { line = line.dropLast() }
            if line.count > maximum || !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) {
                found.append((Int64(line.startIndex), line.count > maximum))
            }
            start = index + 1
        }
        return found
    }
}
