import CHotPath

/// Finds the field that a key names, by the key's bytes as three words: no name is longer than 24 bytes.
///
/// Logs mostly repeat their keys in one order, which depends on the type of the event. So for each type, told by some bits
/// of its key, and each field the two are known that came last behind it: the position behind such a key is then known
/// without looking for its end.
struct FieldTable: Sendable {
    /// A field's name as words, zeros behind it.
    private struct Entry: Sendable {
        var word0: UInt64 = 0
        var word1: UInt64 = 0
        var word2: UInt64 = 0
        /// Nil where no field is.
        var field: EventField?
    }

    static let unknown = EventField.allCases.count
    private static let slots = 256

    private var entries = [Entry](repeating: Entry(), count: slots)
    /// The keys as they are written, by field.
    private(set) var keys: [pg_key] = []
    /// The fields to be guessed, the likelier first, by context and by the field that came before (or `unknown`, also at the
    /// start of a line).
    private(set) var guesses = [UInt8](repeating: 0, count: Int(PG_CONTEXTS * PG_FIELDS) * 2)

    init() {
        precondition(FieldTable.unknown < PG_FIELDS)
        for field in EventField.allCases {
            let name = field.name.withUTF8Buffer { Array($0) }
            let isString = EventDecoder.strings & EventDecoder.bit(field) != 0
            let text = name + (isString ? [0x22, 0x3A, 0x22] : [0x22, 0x3A])
            precondition(text.count <= 24, "a field's name with two quotes and a colon fits three words")
            var key = pg_key()
            withUnsafeMutableBytes(of: &key.text) { $0.copyBytes(from: text) }
            key.mask = (1 << UInt32(text.count)) - 1
            key.length = UInt8(text.count)
            key.kind = UInt8(isString ? PG_STRING : field == .ok ? PG_BOOLEAN : PG_INTEGER)
            keys.append(key)

            let bytes = name.span.bytes
            let entry = Entry(
                word0: JSONScanner.word(bytes, 0), word1: JSONScanner.word(bytes, 8),
                word2: JSONScanner.word(bytes, 16), field: field)
            var slot = FieldTable.slot(entry.word0, entry.word1)
            while entries[slot].field != nil { slot = (slot + 1) % FieldTable.slots }
            entries[slot] = entry
        }
    }

    /// Which of the orders an event's type has.
    @inline(__always)
    static func context(ofType key: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: key) & UInt32(PG_CONTEXTS - 1)
    }

    /// Remembers that `field` came after the field `previous`.
    @inline(__always)
    mutating func expect(_ field: EventField?, after previous: UInt32, in context: UInt32) {
        guard let field else { return }
        let place = Int(context &* UInt32(PG_FIELDS) &+ previous) &* 2
        guard guesses[place] != field.rawValue else { return }
        guesses[place + 1] = guesses[place]
        guesses[place] = field.rawValue
    }

    @inline(__always)
    private static func slot(_ word0: UInt64, _ word1: UInt64) -> Int {
        Int(truncatingIfNeeded: ((word0 ^ (word1 &* 31)) &* 0x9E37_79B9_7F4A_7C15) &>> 56)
    }

    /// Whether the key that begins with the quote at `position` is `session_key`.
    @inline(__always)
    static func isSessionKey(_ line: borrowing RawSpan, _ position: Int) -> Bool {
        // `session_`, then `key"`, the first byte lowest.
        JSONScanner.word(line, position &+ 1) == 0x5F6E_6F69_7373_6573
            && JSONScanner.word(line, position &+ 9) & 0xFFFF_FFFF == 0x2279_656B
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
