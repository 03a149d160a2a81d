/// Finds the field that a key names, by the key's bytes as three words: no name is longer than 24 bytes.
///
/// Logs mostly repeat their keys in one order, so the key that came last time after the same key is tried first:
/// the position behind it is then known without looking for its end.
struct FieldTable: Sendable {
    /// A field's name as words, zeros behind it.
    private struct Entry: Sendable {
        var word0: UInt64 = 0
        var word1: UInt64 = 0
        var word2: UInt64 = 0
        /// Nil where no field is.
        var field: EventField?
    }

    /// A name with its closing quote and colon as words, and which bytes of them count.
    private struct Pattern: Sendable {
        var word0: UInt64
        var word1: UInt64
        var word2: UInt64
        var mask0: UInt64
        var mask1: UInt64
        var mask2: UInt64
        var field: EventField
        var length: Int
    }

    static let unknown = EventField.allCases.count
    private static let slots = 256

    private var entries = [Entry](repeating: Entry(), count: slots)
    private var patterns: [Pattern] = []
    /// By the field that came before (or `unknown`, also at the start of a line): which came next last time.
    private var next = [Int](repeating: 0, count: unknown + 1)

    init() {
        for field in EventField.allCases {
            let name = field.name.withUTF8Buffer { Array($0) }
            precondition(name.count <= 22, "a field's name with quote and colon fits three words")
            let words = FieldTable.words(name)
            let entry = Entry(word0: words.0, word1: words.1, word2: words.2, field: field)
            let pattern = FieldTable.words(name + [0x22, 0x3A])
            let mask = FieldTable.words([UInt8](repeating: 0xFF, count: name.count + 2))
            patterns.append(
                Pattern(
                    word0: pattern.0, word1: pattern.1, word2: pattern.2, mask0: mask.0, mask1: mask.1,
                    mask2: mask.2, field: field, length: name.count + 2))
            var slot = FieldTable.slot(entry.word0, entry.word1)
            while entries[slot].field != nil { slot = (slot + 1) % FieldTable.slots }
            entries[slot] = entry
        }
    }

    private static func words(_ bytes: [UInt8]) -> (UInt64, UInt64, UInt64) {
        let bytes = bytes.span.bytes
        return (JSONScanner.word(bytes, 0), JSONScanner.word(bytes, 8), JSONScanner.word(bytes, 16))
    }

    /// The field whose key stands at `position` (behind its opening quote) if it is the one that came last time
    /// after the field `previous`, and a colon follows its quote at once; and the bytes up to behind the colon.
    @inline(__always)
    func expected(
        _ line: borrowing RawSpan, _ position: Int, after previous: Int
    ) -> (field: EventField, length: Int)? {
        guard position &+ 24 <= line.byteCount else { return nil }
        let index = next[previous]
        let difference =
            (JSONScanner.word(line, position) ^ patterns[index].word0) & patterns[index].mask0
            | (JSONScanner.word(line, position &+ 8) ^ patterns[index].word1) & patterns[index].mask1
            | (JSONScanner.word(line, position &+ 16) ^ patterns[index].word2) & patterns[index].mask2
        return difference == 0 ? (patterns[index].field, patterns[index].length) : nil
    }

    /// Remembers that `field` came after the field `previous`.
    @inline(__always)
    mutating func expect(_ field: EventField?, after previous: Int) {
        if let field { next[previous] = Int(field.rawValue) }
    }

    @inline(__always)
    private static func slot(_ word0: UInt64, _ word1: UInt64) -> Int {
        Int(truncatingIfNeeded: ((word0 ^ (word1 &* 31)) &* 0x9E37_79B9_7F4A_7C15) &>> 56)
    }

    /// The field that a key names.
    @inline(__always)
    func find(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64) -> EventField? {
        var slot = FieldTable.slot(word0, word1)
        while true {
            if entries[slot].field == nil
                || (entries[slot].word0 == word0 && entries[slot].word1 == word1
                    && entries[slot].word2 == word2)
            {
                return entries[slot].field
            }
            slot = (slot &+ 1) & (FieldTable.slots &- 1)
        }
    }
}

/// Finds a word of a small vocabulary by its key.
struct SymbolTable: Sendable {
    private static let slots = 128
    private var keys = [UInt64](repeating: 0, count: slots)
    private var values = [UInt8](repeating: 0, count: slots)
    private let otherwise: UInt8

    /// - Parameter otherwise: the value of a word that is not in the vocabulary.
    init(_ words: [(StaticString, UInt8)], otherwise: UInt8, hash: IdentifierHash) {
        self.otherwise = otherwise
        for (word, value) in words {
            let key = word.withUTF8Buffer { hash($0.span.bytes) }
            var slot = Int(truncatingIfNeeded: key) & (SymbolTable.slots - 1)
            while keys[slot] != 0 { slot = (slot + 1) & (SymbolTable.slots - 1) }
            keys[slot] = key
            values[slot] = value
        }
    }

    @inline(__always)
    func find(_ key: UInt64) -> UInt8 {
        var slot = Int(truncatingIfNeeded: key) & (SymbolTable.slots &- 1)
        while true {
            let found = keys[slot]
            if found == 0 { return otherwise }
            if found == key { return values[slot] }
            slot = (slot &+ 1) & (SymbolTable.slots &- 1)
        }
    }
}
