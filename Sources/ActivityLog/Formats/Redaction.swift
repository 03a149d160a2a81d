/// Makes the values of some keys unreadable in a sample of a line that was refused.
enum Redaction {
    /// WeChat's secret, wherever it stands.
    static let always: [[UInt8]] = [Array("session_key".utf8)]

    /// Puts a star for each byte of the values of these keys, strings whose end is missing included.
    static func redact(_ sample: inout [UInt8], keys: [[UInt8]]) {
        for key in keys + always where !key.isEmpty {
            var start = 0
            while start + key.count < sample.count {
                guard sample[start] == key[0], sample[start..<start + key.count].elementsEqual(key) else {
                    start += 1
                    continue
                }
                start = maskValue(&sample, from: start + key.count)
            }
        }
    }

    /// Masks the value that follows a key, in JSON, in JSON within a string, or in a form.
    /// - Returns: the position behind it.
    private static func maskValue(_ sample: inout [UInt8], from keyEnd: Int) -> Int {
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        var position = keyEnd
        func isMark(_ byte: UInt8) -> Bool { byte == quote || byte == backslash || byte == 0x20 }
        while position < sample.count, isMark(sample[position]) { position += 1 }
        guard position < sample.count,
            sample[position] == UInt8(ascii: ":") || sample[position] == UInt8(ascii: "=")
        else { return keyEnd }
        position += 1
        var isString = false
        while position < sample.count, isMark(sample[position]) {
            if sample[position] == quote { isString = true }
            position += 1
        }
        let ends: [UInt8] = isString ? [quote, backslash] : Array(",}]& ".utf8)
        while position < sample.count, !ends.contains(sample[position]) {
            sample[position] = UInt8(ascii: "*")
            position += 1
        }
        return position
    }
}
