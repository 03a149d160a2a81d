/// Finds the field that a key names, by the key's bytes as three words: no name is longer than 24 bytes.
///
/// Logs mostly repeat their keys in one order, so the key that came last time after the same key is tried first, then the one before:
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

    /// A name with its closing quote and colon, and for a string the quote that opens it, as words; and which
    /// bytes of them count.
    struct Pattern: Sendable {
        var word0: UInt64
        var word1: UInt64
        var word2: UInt64
        var mask0: UInt64
        var mask1: UInt64
        var mask2: UInt64
        var field: EventField
        var length: Int
        /// The field holds a string.
        var isString: Bool
    }

    static let unknown = EventField.allCases.count
    private static let slots = 256

    private var entries = [Entry](repeating: Entry(), count: slots)
    private var patterns: [Pattern] = []
    /// By the field that came before (or `unknown`, also at the start of a line): the one that came next last
    /// time.
    private var next: [Pattern] = []
    /// The one before that.
    private var nextButOne: [Pattern] = []

    init() {
        for field in EventField.allCases {
            let name = field.name.withUTF8Buffer { Array($0) }
            precondition(name.count <= 21, "a field's name with two quotes and a colon fits three words")
            let words = FieldTable.words(name)
            let entry = Entry(word0: words.0, word1: words.1, word2: words.2, field: field)
            let isString = EventDecoder.strings & EventDecoder.bit(field) != 0
            let text = name + (isString ? [0x22, 0x3A, 0x22] : [0x22, 0x3A])
            let pattern = FieldTable.words(text)
            let mask = FieldTable.words([UInt8](repeating: 0xFF, count: text.count))
            patterns.append(
                Pattern(
                    word0: pattern.0, word1: pattern.1, word2: pattern.2, mask0: mask.0, mask1: mask.1,
                    mask2: mask.2, field: field, length: text.count, isString: isString))
            var slot = FieldTable.slot(entry.word0, entry.word1)
            while entries[slot].field != nil { slot = (slot + 1) % FieldTable.slots }
            entries[slot] = entry
        }
        next = [Pattern](repeating: patterns[0], count: FieldTable.unknown + 1)
        nextButOne = next
    }

    private static func words(_ bytes: [UInt8]) -> (UInt64, UInt64, UInt64) {
        let bytes = bytes.span.bytes
        return (JSONScanner.word(bytes, 0), JSONScanner.word(bytes, 8), JSONScanner.word(bytes, 16))
    }

    /// The pattern of the field whose key stands at `position` (behind its opening quote) if it is one of the two
    /// that last came after the field `previous`, and its colon and a string's opening quote follow at once.
    @inline(__always)
    func expected(
        _ line: borrowing RawSpan, _ position: Int, after previous: Int
    ) -> Pattern? {
        let word0 = JSONScanner.word(line, position)
        let word1 = JSONScanner.word(line, position &+ 8)
        let word2 = JSONScanner.word(line, position &+ 16)
        @inline(__always) func fits(_ pattern: Pattern) -> Bool {
            (word0 ^ pattern.word0) & pattern.mask0 | (word1 ^ pattern.word1) & pattern.mask1
                | (word2 ^ pattern.word2) & pattern.mask2 == 0
        }
        let first = next[previous]
        if fits(first) { return first }
        let second = nextButOne[previous]
        return fits(second) ? second : nil
    }

    /// Remembers that `field` came after the field `previous`.
    @inline(__always)
    mutating func expect(_ field: EventField?, after previous: Int) {
        guard let field, next[previous].field != field else { return }
        nextButOne[previous] = next[previous]
        next[previous] = patterns[Int(field.rawValue)]
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
    // Sparse, so that a word is nearly always at its first place.
    private static let slots = 512
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
