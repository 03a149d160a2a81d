/// Numbers by 64-bit key: open addressing, filled once and asked often. Keys are hashes already.
struct KeyIndex {
    private var keys: [UInt64]
    private var numbers: [Int32]
    private var mask: Int
    private(set) var count = 0

    /// - Parameter capacity: how many keys are expected.
    init(capacity: Int = 0) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        keys = Array(repeating: 0, count: size)
        numbers = Array(repeating: 0, count: size)
        mask = size - 1
    }

    @inline(__always)
    private func place(of key: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 24) & mask
        while keys[place] != 0, keys[place] != key { place = (place &+ 1) & mask }
        return place
    }

    /// The number of a key; nil when it has none.
    @inline(__always)
    subscript(_ key: UInt64) -> Int? {
        let place = place(of: key)
        return keys[place] == 0 ? nil : Int(numbers[place])
    }

    /// The number of a key, which gets `next` if it has none.
    @inline(__always)
    mutating func number(of key: UInt64, next: Int) -> Int {
        // 0 marks an empty place; no hash is 0 but by chance.
        let key = key == 0 ? 1 : key
        var place = place(of: key)
        if keys[place] != 0 { return Int(numbers[place]) }
        if count * 2 > mask {
            var larger = KeyIndex(capacity: count * 2)
            for old in keys.indices where keys[old] != 0 {
                let new = larger.place(of: keys[old])
                larger.keys[new] = keys[old]
                larger.numbers[new] = numbers[old]
            }
            larger.count = count
            self = larger
            place = self.place(of: key)
        }
        keys[place] = key
        numbers[place] = Int32(next)
        count += 1
        return next
    }
}
