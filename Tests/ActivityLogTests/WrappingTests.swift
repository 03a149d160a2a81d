import LogStage
import Testing

@testable import ActivityLog

/// Text that is read in wide pieces, held to a plain definition: whatever stands where pieces meet, and whatever stands beside it.
@Suite struct WrappingTests {
    private var random = SeededGenerator(11)

    /// Texts of all lengths around some pieces, of few signs and many.
    private mutating func texts(of signs: String) -> [[UInt8]] {
        let signs = Array(signs.unicodeScalars)
        return (0..<1200).map { round in
            var text = ""
            for _ in 0..<round % 300 {
                let isPlain = round % 3 > 0 && Int.random(in: 0..<9, using: &random) > 0
                text.unicodeScalars.append(isPlain ? "a" : signs.randomElement(using: &random)!)
            }
            return Array(text.utf8)
        }
    }

    @Test mutating func aFormIsDecodedAsByteByByte() {
        for text in texts(of: "%%%41%2b+0aFfG/:@`gz\u{7F}~é") + texts(of: "%41") {
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count + 63, alignment: 1)
            defer { room.deallocate() }
            let decoded = text.withUnsafeBytes { bytes in
                FormText.decode(bytes, into: UnsafeMutableRawBufferPointer(rebasing: room[..<text.count]))
                    .map { Array(room[..<$0]) }
            }
            #expect(decoded == WrappingTests.decoded(text), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    private static func decoded(_ text: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            result.append(high << 4 | low)
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }

    @Test mutating func base64GivesBackWhatWasEncoded() throws {
        var unwrapper = Unwrapper(backend: ReadConfiguration().inflateBackend)
        for length in 1..<400 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = Array(base64(bytes).utf8)
            let decoded = try text.withUnsafeBytes { Array(try unwrapper.unwrap($0, [.base64], place: 0)) }
            #expect(decoded == bytes)
            for bad: UInt8 in [0x25, 0x3A, 0x60, 0x7B, 0x80, 0xC1, 0xFF, 0] {
                var broken = text
                broken[Int.random(in: 0..<(length * 4 + 2) / 3, using: &random)] = bad
                #expect(throws: RejectReason.unreadableWrapping) {
                    _ = try broken.withUnsafeBytes { Array(try unwrapper.unwrap($0, [.base64], place: 0)) }
                }
            }
        }
    }

    @Test mutating func aStringInAStringIsWrittenOutAsItWas() throws {
        for text in texts(of: "\"\"\\\\/\u{8}\n\t €领券😀") {
            let quoted = WrappingTests.quoted(text, &random)
            for margin in [0, 64] {
                let memory = quoted + [UInt8](repeating: 0x5C, count: margin)
                var room = [UInt8](repeating: 0, count: quoted.count + 63)
                let (count, length) = try memory.withUnsafeBytes { bytes in
                    let line = UnsafeRawBufferPointer(rebasing: bytes[..<quoted.count]).bytes
                    let found = try JSONScanner.scanText(line, from: 1, margin: margin)
                    #expect(found.end == quoted.count - 1)
                    let count = room.withUnsafeMutableBytes {
                        JSONScanner.writeResolved(line, found, margin: margin, to: $0)
                    }
                    return (count, found.length)
                }
                #expect(Array(room[..<count]) == text && length == text.count)
            }
        }
    }

    /// A JSON string of a text, its slashes and characters escaped at random where they need not be.
    private static func quoted(_ text: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var quoted = "\""
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "/": quoted += Bool.random(using: &random) ? "\\/" : "/"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\u{8}": quoted += "\\b"
            case "€": quoted += Bool.random(using: &random) ? "\\u20aC" : "€"
            case "😀": quoted += Bool.random(using: &random) ? "\\uD83d\\ude00" : "😀"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return Array((quoted + "\"").utf8)
    }
}
