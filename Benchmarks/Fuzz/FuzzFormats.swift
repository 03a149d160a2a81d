import Glibc

/// Reads arbitrary bytes as lines of every built-in format and as a format's file: nothing may crash, every record must be
/// accounted for, and a decoder that has read other lines must read alike.
///
/// The first byte chooses what is done with the rest, unless FUZZ_FORMAT names a format, whose lines all are then.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let all = UnsafeRawBufferPointer(start: start, count: count)
    guard count > 1 else { return 0 }
    let bytes = UnsafeRawBufferPointer(rebasing: all[1...])
    let choice = only ?? Int(all[0]) % (chains.count + 2)
    switch choice {
    case chains.count: fuzzFile(Array(bytes))
    case chains.count + 1: fuzzTexts(bytes)
    default: fuzzLine(bytes, choice)
    }
    return 0
}

let chains: [[FormatDefinition]] = {
    let formats = FormatLibrary.all.filter { !$0.isWrapper }
    let wrappers = FormatLibrary.all.filter(\.isWrapper)
    return formats.map { [$0] } + formats.flatMap { format in wrappers.map { [$0, format] } }
}()

/// The chain that FUZZ_FORMAT names, such as sensors or sls+nginx.
let only: Int? = getenv("FUZZ_FORMAT").map { name in
    let name = String(cString: name)
    let known = chains.firstIndex { $0.map(\.name).joined(separator: "+") == name }
    guard let known else { fatalError("there is no format \(name)") }
    return known
}

/// Decoders that have read all that came before.
nonisolated(unsafe) var old: [Int: FormatProbeState] = [:]

final class FormatProbeState {
    var mapped: MappedDecoder
    init(_ chain: [FormatDefinition]) {
        var configuration = ReadConfiguration()
        configuration.keyedHash = KeyedHash(secret: Array("0123456789abcdef".utf8))
        mapped = MappedDecoder(chain, configuration: configuration)
    }
}

func outcomes(_ state: FormatProbeState, _ line: UnsafeRawBufferPointer, margin: Int = 0) -> [String] {
    var decoder = EventDecoder()
    do throws(RejectReason) {
        try state.mapped.begin(line, margin: margin)
    } catch {
        return [error.name]
    }
    let count = state.mapped.recordCount
    var found: [String] = []
    while true {
        var event = Event()
        switch state.mapped.next(into: &event, with: &decoder) {
        case .event(let account):
            let text = state.mapped.text[account.start..<account.end]
            require(text.count > 0 && text.count <= 512, "an account of no length")
            require(event.accountKey == IdentifierHash()(UnsafeRawBufferPointer(rebasing: text).bytes), "another account")
            require(EventDecoder.plausibleTimes.contains(event.ts), "a time that cannot be")
            require(event.amountFen >= 0 && event.discountFen >= 0 && event.refundFen >= 0, "negative money")
            found.append("\(event)")
        case .dropped: found.append("dropped")
        case .rejected(let reason): found.append(reason.name)
        case .end:
            require(found.count == count, "a record is lost")
            return found
        }
    }
}

func fuzzLine(_ bytes: UnsafeRawBufferPointer, _ choice: Int) {
    // In memory of its own, so that a load beyond the line is seen.
    let line = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { line.deallocate() }
    line.copyMemory(from: bytes)
    let used = old[choice] ?? FormatProbeState(chains[choice])
    old[choice] = used
    let first = outcomes(used, UnsafeRawBufferPointer(line))
    require(outcomes(used, UnsafeRawBufferPointer(line)) == first, "read differently the second time")
    require(outcomes(FormatProbeState(chains[choice]), UnsafeRawBufferPointer(line)) == first, "a new decoder reads differently")
    // With room behind the line more of it is read fast.
    let roomy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + EventDecoder.margin, alignment: 1)
    defer { roomy.deallocate() }
    roomy.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "\""))
    roomy.copyMemory(from: bytes)
    let fast = UnsafeRawBufferPointer(rebasing: roomy[..<bytes.count])
    require(outcomes(used, fast, margin: EventDecoder.margin) == first, "read differently with room behind the line")
    var sample = Array(bytes.prefix(200))
    let length = sample.count
    Redaction.redact(&sample, keys: used.mapped.secretKeys)
    require(sample.count == length, "a sample of another length")
}

func fuzzFile(_ bytes: [UInt8]) {
    do throws(FormatError) {
        let format = try FormatDefinition(bytes, file: "fuzz.json") { (name) throws(FormatError) in FormatLibrary.named(name) }
        _ = MappedDecoder([format], configuration: ReadConfiguration())
    } catch {
        require(error.description.contains("line "), "an error without a line")
    }
}

func fuzzTexts(_ bytes: UnsafeRawBufferPointer) {
    _ = TimeText.milliseconds(bytes, zoneMinutes: 480)
    _ = DecimalText.scaled(bytes, places: 2)
    _ = DecimalText.milliseconds(sinceEpoch: bytes)
    let half = bytes.count / 2
    let text = String(decoding: bytes[..<half], as: UTF8.self)
    _ = Pointer(text)
    _ = ExplodePath(text)
    _ = try? ValueStep(text)
    if let pattern = try? TextPattern(text) { _ = pattern.matches(UnsafeRawBufferPointer(rebasing: bytes[half...])) }
}

/// Like `precondition`, but says its message in an optimised build too.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
