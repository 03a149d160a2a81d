/// Feeds arbitrary bytes, in pieces that the first bytes decide, to the framer and to both inflating libraries:
/// the lines must be those of a simple splitter, nothing may crash, and where both libraries read a file to its
/// end they must agree.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let all = UnsafeRawBufferPointer(start: start, count: count)
    guard count >= 4 else { return 0 }
    let piece = Int(all[0]) + 1
    let chunk = Int(all[1]) + 1
    let maximum = Int(all[2])
    let bytes = UnsafeRawBufferPointer(rebasing: all[3...])
    frame(bytes, piece: piece, chunk: chunk, maximum: maximum)
    // The same bytes as a gzip file, and as the compressed data of one: libFuzzer seldom finds a header.
    inflate(Array(bytes), piece: piece, room: chunk)
    inflate([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + Array(bytes), piece: piece, room: chunk)
    return 0
}

func frame(_ bytes: UnsafeRawBufferPointer, piece: Int, chunk: Int, maximum: Int) {
    var framer = LineFramer(maximumLength: maximum, chunk: chunk)
    var found: [(offset: Int64, isTooLong: Bool, bytes: [UInt8])] = []
    var position = 0
    while position < bytes.count {
        let room = framer.room()
        let count = min(piece, room.count, bytes.count - position)
        require(count > 0, "no room")
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
        framer.commit(count)
        position += count
        while let line = framer.next() { found.append((line.offset, line.isTooLong, Array(line.bytes))) }
    }
    if let line = framer.last() { found.append((line.offset, line.isTooLong, Array(line.bytes))) }

    var index = 0
    var start = 0
    for end in 0...bytes.count where end == bytes.count || bytes[end] == 10 {
        var line = bytes[start..<end]
        if start == 0 && line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        if line.last == 13 { line = line.dropLast() }
        start = end + 1
        let isTooLong = line.count > maximum
        guard isTooLong || !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) else { continue }
        require(index < found.count, "a line is missing")
        require(found[index].offset == Int64(line.startIndex), "offset differs")
        require(found[index].isTooLong == isTooLong, "length is judged differently")
        require(isTooLong || found[index].bytes.elementsEqual(line), "text differs")
        index += 1
    }
    require(index == found.count, "a line too many")
}

func inflate(_ input: [UInt8], piece: Int, room: Int) {
    var results: [(bytes: [UInt8], isWhole: Bool)] = []
    for backend in InflateBackend.allCases {
        var reader = GzipReader(backend: backend)
        var output = [UInt8](repeating: 0, count: room)
        var text: [UInt8] = []
        var outcome = GzipReader.Outcome.running
        var position = 0
        var available = 0
        while outcome == .running && text.count < 1 << 20 {
            let step = input.withUnsafeBytes { input in
                output.withUnsafeMutableBytes { output in
                    reader.read(UnsafeRawBufferPointer(rebasing: input[position..<available]), into: output)
                }
            }
            position += step.consumed
            text += output[..<step.produced]
            outcome = step.outcome
            if step.consumed == 0 && step.produced == 0 {
                if available == input.count { break }
                available = min(available + piece, input.count)
            }
        }
        results.append((text, outcome == .running && reader.isAtMemberEnd))
    }
    guard results.count == 2 else { return }
    // ISA-L lets some code sets pass that zlib refuses as incomplete; the checksum then still has to match.
    let common = min(results[0].bytes.count, results[1].bytes.count)
    require(results[0].bytes[..<common] == results[1].bytes[..<common], "the libraries give different bytes")
    require(
        !(results[0].isWhole && results[1].isWhole) || results[0].bytes == results[1].bytes,
        "a whole file differs")
}

/// Like `precondition`, but says its message in an optimised build too.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
