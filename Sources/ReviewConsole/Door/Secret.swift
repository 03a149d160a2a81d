/// Random text that nobody can guess, and comparing it without telling how much of a guess is right.
enum Secret {
    /// 128 bits from the system's generator as 32 hexadecimal digits.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// In a time that depends on the guess's length alone.
    static func matches(_ guess: String, _ secret: String) -> Bool {
        let secret = Array(secret.utf8)
        var difference = secret.isEmpty || guess.utf8.count != secret.count ? 1 : 0
        for (index, byte) in guess.utf8.enumerated() where !secret.isEmpty {
            difference |= Int(byte ^ secret[index % secret.count])
        }
        return difference == 0
    }
}
