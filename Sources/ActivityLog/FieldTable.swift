/// Finds the field that a key names, by the key's first 24 bytes as three words: no name is longer.
struct FieldTable: Sendable {
    /// The kinds of value that fields take.
    enum Kind: UInt8 { case string, integer, boolean, unknown }

    struct Entry: Sendable {
        var word0: UInt64 = 0
        var word1: UInt64 = 0
        var word2: UInt64 = 0
        /// Nil where no field is.
        var field: EventField?
        var kind = Kind.unknown
    }

    private static let slots = 256
    private var entries = [Entry](repeating: Entry(), count: slots)

    init() {
        for field in EventField.allCases {
            var entry = Entry()
            field.name.withUTF8Buffer { name in
                precondition(name.count < 24, "field names have at most 23 bytes")
                for (index, byte) in name.enumerated() {
                    let bits = UInt64(byte) << UInt64(index % 8 * 8)
                    if index < 8 {
                        entry.word0 |= bits
                    } else if index < 16 {
                        entry.word1 |= bits
                    } else {
                        entry.word2 |= bits
                    }
                }
            }
            entry.field = field
            entry.kind = FieldTable.kind(of: field)
            var slot = FieldTable.slot(entry.word0, entry.word1)
            while entries[slot].field != nil { slot = (slot + 1) % FieldTable.slots }
            entries[slot] = entry
        }
    }

    static func kind(of field: EventField) -> Kind {
        switch field {
        case .ts, .scene, .wxRiskRank, .wxDeviceRiskRank, .wxDeviceUV1d, .dwellMs, .points, .quantity,
            .amountFen, .discountFen, .refundFen, .rating:
            .integer
        case .ok: .boolean
        default: .string
        }
    }

    @inline(__always)
    private static func slot(_ word0: UInt64, _ word1: UInt64) -> Int {
        Int(truncatingIfNeeded: ((word0 ^ (word1 &* 31)) &* 0x9E37_79B9_7F4A_7C15) &>> 56)
    }

    /// The entry of the key, or one without a field.
    @inline(__always)
    func find(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64) -> Entry {
        var slot = FieldTable.slot(word0, word1)
        while true {
            let entry = entries[slot]
            if entry.field == nil || (entry.word0 == word0 && entry.word1 == word1 && entry.word2 == word2) {
                return entry
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
