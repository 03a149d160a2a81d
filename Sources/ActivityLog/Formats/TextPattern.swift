/// A pattern of at most 64 places that a whole text fits or does not, in time proportional to the text.
///
/// A sequence of places, each a byte (`a`, `\.`), any byte (`.`), a digit (`\d`) or a class (`[a-z_-]`, `[^/]`), and behind
/// it how often: `?`, `*`, `+`, `{m}` or `{m,n}`. There are no groups and no choices, so that all places where a match may
/// stand are the bits of one word: the extended Shift-And of Navarro and Raffinot (Flexible Pattern Matching in Strings,
/// 2002, 4.2). No text makes it slow.
struct TextPattern: Sendable, Equatable {
    /// By byte, the places that it fits.
    private var fits = [UInt64](repeating: 0, count: 256)
    /// Places that may be passed over, and places that may be repeated.
    private var optional: UInt64 = 0
    private var repeatable: UInt64 = 0
    /// Of each run of optional places, the place before it and its last.
    private var beforeRuns: UInt64 = 0
    private var runEnds: UInt64 = 0
    /// How many places there are; bit 0 is the start, place n is bit n.
    private var count = 0

    /// What is wrong with a pattern's text.
    struct Problem: Error {
        var text: String
    }

    init(_ pattern: String) throws(Problem) {
        var bytes = Array(pattern.utf8)[...]
        while !bytes.isEmpty {
            let set = try TextPattern.set(&bytes)
            let (least, most) = try TextPattern.repetition(&bytes)
            for _ in 0..<least { try add(set) }
            if let most {
                for _ in least..<most { try add(set, isOptional: true) }
            } else if least == 0 {
                try add(set, isOptional: true, isRepeatable: true)
            } else {
                repeatable |= 1 << UInt64(count)
            }
        }
        // Runs of optional places: the bit before each run, and its last.
        for place in 1..<64 where optional & 1 << UInt64(place) != 0 {
            if optional & 1 << UInt64(place - 1) == 0 { beforeRuns |= 1 << UInt64(place - 1) }
            if place == 63 || optional & 1 << UInt64(place + 1) == 0 { runEnds |= 1 << UInt64(place) }
        }
    }

    /// A pattern that a text fits where it has `word` anywhere.
    init(containing word: String) throws(Problem) {
        let escaped = word.map { "\\.?*+{}[]".contains($0) ? "\\\($0)" : String($0) }.joined()
        try self.init(".*" + escaped + ".*")
    }

    func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        if optional | repeatable == 0 { return matchesPlaceByPlace(text) }
        var active = opened(1)
        let final: UInt64 = 1 &<< UInt64(count)
        for byte in text {
            active = (active &<< 1 | active & repeatable) & fits.withUnsafeBufferPointer { $0[Int(byte)] }
            guard active != 0 else { return false }
            active = opened(active)
        }
        return active & final != 0
    }

    /// The same where each place stands exactly once: no byte waits for the one before it.
    private func matchesPlaceByPlace(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count == count else { return false }
        return fits.withUnsafeBufferPointer { fits in
            var all: UInt64 = 1
            for index in 0..<count { all &= fits[Int(text[index])] &>> UInt64(index &+ 1) }
            return all & 1 != 0
        }
    }

    /// The places reached, with those behind them that may be passed over.
    @inline(__always)
    private func opened(_ active: UInt64) -> UInt64 {
        let ends = active | runEnds
        return active | optional & (~(ends &- beforeRuns) ^ ends)
    }

    private mutating func add(
        _ set: [Bool], isOptional: Bool = false, isRepeatable: Bool = false
    ) throws(Problem) {
        guard count < 63 else { throw Problem(text: "it has more than 63 places; shorten it") }
        count += 1
        let bit: UInt64 = 1 << UInt64(count)
        for byte in 0..<256 where set[byte] { fits[byte] |= bit }
        if isOptional { optional |= bit }
        if isRepeatable { repeatable |= bit }
    }

    // MARK: Reading a pattern's text

    private static func set(_ bytes: inout ArraySlice<UInt8>) throws(Problem) -> [Bool] {
        var set = [Bool](repeating: false, count: 256)
        let first = bytes.removeFirst()
        switch first {
        case UInt8(ascii: "."): set = set.map { _ in true }
        case UInt8(ascii: "\\"): try addEscaped(&bytes, to: &set)
        case UInt8(ascii: "["): try addClass(&bytes, to: &set)
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "|"):
            throw Problem(text: "groups and choices are not known here; write several patterns")
        case UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "{"):
            throw Problem(text: "there is nothing to repeat before \"\(Character(Unicode.Scalar(first)))\"")
        default: set[Int(first)] = true
        }
        return set
    }

    private static func addEscaped(_ bytes: inout ArraySlice<UInt8>, to set: inout [Bool]) throws(Problem) {
        guard let escaped = bytes.popFirst() else { throw Problem(text: "it ends with a backslash") }
        if escaped == UInt8(ascii: "d") {
            for digit in 0x30...0x39 { set[digit] = true }
        } else if escaped &- 0x30 < 10 || escaped | 0x20 &- 0x61 < 26 {
            throw Problem(
                text:
                    "\"\\\(Character(Unicode.Scalar(escaped)))\" is not known; only \\d and escaped signs are"
            )
        } else {
            set[Int(escaped)] = true
        }
    }

    private static func addClass(_ bytes: inout ArraySlice<UInt8>, to set: inout [Bool]) throws(Problem) {
        let isInverted = bytes.first == UInt8(ascii: "^")
        if isInverted { bytes.removeFirst() }
        var isFirst = true
        while true {
            guard let byte = bytes.popFirst() else { throw Problem(text: "a \"[\" is not closed") }
            if byte == UInt8(ascii: "]") && !isFirst { break }
            isFirst = false
            if byte == UInt8(ascii: "\\") {
                try addEscaped(&bytes, to: &set)
            } else if bytes.first == UInt8(ascii: "-"), bytes.count > 1,
                bytes[bytes.startIndex + 1] != UInt8(ascii: "]")
            {
                bytes.removeFirst()
                let last = bytes.removeFirst()
                guard byte <= last else { throw Problem(text: "a range in \"[ ]\" runs backwards") }
                for value in byte...last { set[Int(value)] = true }
            } else {
                set[Int(byte)] = true
            }
        }
        if isInverted { set = set.map { !$0 } }
    }

    /// How often a place comes: at least, and at most (nil: any number).
    private static func repetition(_ bytes: inout ArraySlice<UInt8>) throws(Problem) -> (Int, Int?) {
        switch bytes.first {
        case UInt8(ascii: "?"):
            bytes.removeFirst()
            return (0, 1)
        case UInt8(ascii: "*"):
            bytes.removeFirst()
            return (0, nil)
        case UInt8(ascii: "+"):
            bytes.removeFirst()
            return (1, nil)
        case UInt8(ascii: "{"):
            guard let end = bytes.firstIndex(of: UInt8(ascii: "}")) else {
                throw Problem(text: "a \"{\" is not closed")
            }
            let text = String(decoding: bytes[bytes.startIndex + 1..<end], as: UTF8.self)
            bytes = bytes[(end + 1)...]
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            if parts.count == 1, let times = parts[0], (1...63).contains(times) { return (times, times) }
            guard parts.count == 2, let least = parts[0], let most = parts[1], least >= 0,
                most >= max(least, 1),
                most <= 63
            else { throw Problem(text: "\"{\(text)}\" is no count; write {m} or {m,n} up to 63") }
            return (least, most)
        default: return (1, 1)
        }
    }
}
