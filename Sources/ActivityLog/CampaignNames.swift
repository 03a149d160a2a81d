/// The text of the first thousand campaign ids: events carry only their hashes, and reports name them.
struct CampaignNames {
    private(set) var texts: [UInt64: String] = [:]
    /// Keys met lately, so that nearly every event is done with one comparison.
    private var recent = [UInt64](repeating: 0, count: 64)
    private static let most = 1000

    func write(to writer: inout ByteWriter) {
        writer.write(Int64(texts.count))
        for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
            writer.write(key)
            writer.write(text)
        }
    }

    /// Takes up what was written.
    mutating func restore(from reader: inout ByteReader) throws(ReadError) {
        for _ in 0..<(try reader.readCount(of: 16)) {
            let key: UInt64 = try reader.read()
            texts[key] = try reader.readText()
        }
    }

    /// Whether nothing is left to do for a campaign: it was met lately, or there is none.
    @inline(__always)
    func isSettled(_ key: UInt64) -> Bool { key == 0 || recent[Int(truncatingIfNeeded: key) & 63] == key }

    /// Keeps a campaign's text, while there is room.
    mutating func settle(_ key: UInt64, _ text: [UInt8]) {
        recent[Int(truncatingIfNeeded: key) & 63] = key
        if texts.count < Self.most, texts[key] == nil { texts[key] = String(decoding: text, as: UTF8.self) }
    }
}
