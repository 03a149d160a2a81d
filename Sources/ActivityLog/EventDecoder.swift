/// Turns one log line into an `Event`, in one pass over its bytes and without allocating.
///
/// A line has to be one JSON object (RFC 8259) in valid UTF-8. Keys may come in any order; unknown ones are
/// passed over, whatever they hold; of a key given twice the last counts; null and an empty string are absent.
/// Stricter than `JSONSerialization`: values nested deeper than 64 are refused, and so is a comma before a closing
/// bracket. A lone surrogate is refused, too.
/// A known field of the wrong type refuses the line, because dropping it silently would hide it. A whole number
/// may be written `12`, `12.0` or `1.2e1`.
public struct EventDecoder: Sendable {
    /// Event times that can be: 2000-01-01 up to 2100-01-01. A time in seconds falls outside.
    public static let plausibleTimes: Range<Int64> = 946_684_800_000..<4_102_444_800_000

    /// The fields that hold money, which is never negative.
    @inline(__always)
    private static var money: UInt64 { bit(.amountFen) | bit(.discountFen) | bit(.refundFen) }

    /// The fields that hold a whole number.
    @inline(__always)
    static var integers: UInt64 {
        bit(.ts) | bit(.scene) | bit(.wxRiskRank) | bit(.wxDeviceRiskRank) | bit(.wxDeviceUV1d)
            | bit(.dwellMs)
            | bit(.points) | bit(.quantity) | money | bit(.rating)
    }

    /// The fields that hold a string: all but the numbers and `ok`.
    @inline(__always)
    private static var strings: UInt64 { ~(integers | bit(.ok)) }

    @inline(__always)
    static func bit(_ field: EventField) -> UInt64 { 1 &<< UInt64(field.rawValue) }

    private let hash: IdentifierHash
    private let maximumStringLength: Int
    private var fields = FieldTable()
    private let types: SymbolTable
    private let platforms: SymbolTable
    private let deviceSources: SymbolTable
    private let networks: SymbolTable
    private var scratch: [UInt8] = []
    /// The answer for models seen before, by key: the key with its lowest bit replaced by the answer.
    private var emulatorMemo = [UInt64](repeating: 0, count: 1024)

    public init(configuration: ReadConfiguration = ReadConfiguration()) {
        hash = configuration.hash
        maximumStringLength = min(configuration.maximumStringLength, Int(UInt16.max))
        types = SymbolTable(
            EventType.allCases.map { ($0.name, $0.rawValue) }, otherwise: EventType.other.rawValue, hash: hash
        )
        platforms = SymbolTable(
            [
                ("ios", Platform.ios.rawValue), ("android", Platform.android.rawValue),
                ("ohos", Platform.ohos.rawValue), ("windows", Platform.windows.rawValue),
                ("mac", Platform.mac.rawValue), ("devtools", Platform.devtools.rawValue),
                ("h5", Platform.h5.rawValue), ("server", Platform.server.rawValue),
            ], otherwise: Platform.unknown.rawValue, hash: hash)
        deviceSources = SymbolTable(
            [("vendor", DeviceSource.vendor.rawValue), ("sdk", DeviceSource.sdk.rawValue)],
            otherwise: DeviceSource.unknown.rawValue, hash: hash)
        networks = SymbolTable(
            [
                ("wifi", NetworkKind.wifi.rawValue), ("none", NetworkKind.none.rawValue),
                ("cellular", NetworkKind.cellular.rawValue), ("2g", NetworkKind.cellular.rawValue),
                ("3g", NetworkKind.cellular.rawValue), ("4g", NetworkKind.cellular.rawValue),
                ("5g", NetworkKind.cellular.rawValue),
            ], otherwise: NetworkKind.unknown.rawValue, hash: hash)
        scratch.reserveCapacity(1024)
    }

    /// Decodes `line` (without its LF) and appends the event and its account's text to `batch`.
    public mutating func decode(_ line: RawSpan, into batch: inout EventBatch) throws(RejectReason) {
        var event = Event()
        try decode(line, into: &event, text: &batch.text)
        batch.events.append(event)
    }

    /// A string value as it was read: its key, and where its text is.
    private struct Token {
        var key: UInt64 = 0
        var text = JSONScanner.Text()
    }

    /// Decodes `line` into `event` and appends its account's text to `text`; appends nothing when it throws.
    mutating func decode(
        _ line: RawSpan, into event: inout Event, text: inout [UInt8]
    ) throws(RejectReason) {
        event = Event()
        var present: UInt64 = 0
        // Fields whose last value was of the wrong type, or too long a string.
        var mistyped: UInt64 = 0
        var overlong: UInt64 = 0
        var account = JSONScanner.Text()
        var brand: UInt64 = 0
        var model: UInt64 = 0
        var osVersion: UInt64 = 0
        var wxVersion: UInt64 = 0

        var position = 0
        JSONScanner.skipSpace(line, &position)
        guard JSONScanner.byte(line, position) == 0x7B else {
            position = try JSONScanner.skipValue(line, from: position, depth: 0)
            try end(line, &position)
            throw .notObject
        }
        position &+= 1
        JSONScanner.skipSpace(line, &position)
        var isFirst = true
        var previous = FieldTable.unknown
        while true {
            let next = JSONScanner.byte(line, position)
            if next == 0x7D && isFirst { break }
            guard next == 0x22 else { throw .notJSON }
            isFirst = false
            position &+= 1
            let named: EventField?
            if let expected = fields.expected(line, position, after: previous) {
                named = expected.field
                position &+= expected.length
            } else {
                named = try key(line, &position)
                fields.expect(named, after: previous)
                if JSONScanner.byte(line, position) != 0x3A {
                    JSONScanner.skipSpace(line, &position)
                    guard JSONScanner.byte(line, position) == 0x3A else { throw .notJSON }
                }
                position &+= 1
            }
            var first = JSONScanner.byte(line, position)
            if first <= 0x20 {
                JSONScanner.skipSpace(line, &position)
                first = JSONScanner.byte(line, position)
            }

            if let field = named {
                previous = Int(field.rawValue)
                let bit = EventDecoder.bit(field)
                var isPresent = false
                if mistyped | overlong != 0 {
                    mistyped &= ~bit
                    overlong &= ~bit
                }
                if EventDecoder.strings & bit != 0 {
                    var token = Token()
                    if first == 0x22 {
                        position &+= 1
                        token = try string(line, &position)
                        // Empty or too long: one comparison for both.
                        if UInt(bitPattern: token.text.length &- 1) >= UInt(bitPattern: maximumStringLength) {
                            if token.text.length > 0 { overlong |= bit }
                            token = Token()
                        }
                        isPresent = token.key != 0
                    } else if JSONScanner.isNull(line, position) {
                        position &+= 4
                    } else {
                        position = try JSONScanner.skipValue(line, from: position, depth: 1)
                        mistyped |= bit
                    }
                    switch field {
                    case .event: event.type = EventType(rawValue: types.find(token.key)) ?? .other
                    case .accountID:
                        event.accountKey = token.key
                        account = token.text
                    case .eventID: event.eventIDKey = token.key
                    case .deviceID: event.deviceKey = token.key
                    case .deviceSource:
                        event.deviceSource = DeviceSource(rawValue: deviceSources.find(token.key)) ?? .unknown
                    case .ip: (event.ipKey, event.networkKey) = isPresent ? address(line, token.text) : (0, 0)
                    case .wifiID: event.wifiKey = token.key
                    case .sessionID: event.sessionKey = token.key
                    case .network: event.network = NetworkKind(rawValue: networks.find(token.key)) ?? .unknown
                    case .platform: event.platform = Platform(rawValue: platforms.find(token.key)) ?? .unknown
                    case .brand: brand = token.key
                    case .model:
                        model = token.key
                        event.modelIsEmulator = isPresent && isEmulator(line, token)
                    case .osVersion: osVersion = token.key
                    case .wxVersion: wxVersion = token.key
                    case .page: event.pageKey = token.key
                    case .campaignID: event.campaignKey = token.key
                    case .couponID: event.couponKey = token.key
                    case .couponInstance: event.couponInstanceKey = token.key
                    case .orderID: event.orderKey = token.key
                    case .merchantID: event.merchantKey = token.key
                    case .skuID: event.skuKey = token.key
                    case .groupID: event.groupKey = token.key
                    case .phoneID: event.phoneKey = token.key
                    case .phonePrefix: event.phonePrefixKey = token.key
                    case .addressID: event.addressKey = token.key
                    case .payerID: event.payerKey = token.key
                    case .trackingID: event.trackingKey = token.key
                    case .inviterID: event.inviterKey = token.key
                    case .peerID: event.peerKey = token.key
                    default: break
                    }
                } else {
                    var number: Int64 = 0
                    var boolean = true
                    if field != .ok && (first == 0x2D || first &- 0x30 < 10) {
                        if let value = try JSONScanner.scanInteger(line, &position) {
                            number = value
                            isPresent = true
                        } else {
                            mistyped |= bit
                        }
                    } else if field == .ok, let value = JSONScanner.scanBoolean(line, &position) {
                        boolean = value
                        isPresent = true
                    } else if JSONScanner.isNull(line, position) {
                        position &+= 4
                    } else {
                        position = try JSONScanner.skipValue(line, from: position, depth: 1)
                        mistyped |= bit
                    }
                    switch field {
                    case .ts: event.ts = number
                    case .scene: event.scene = Int32(clamping: number)
                    case .wxRiskRank: event.wxRiskRank = UInt8(clamping: number)
                    case .wxDeviceRiskRank: event.wxDeviceRiskRank = UInt8(clamping: number)
                    case .wxDeviceUV1d: event.wxDeviceUsers1d = UInt16(clamping: number)
                    case .dwellMs: event.dwellMs = Int32(clamping: number)
                    case .points: event.points = Int32(clamping: number)
                    case .quantity: event.quantity = Int32(clamping: number)
                    case .amountFen: event.amountFen = number
                    case .discountFen: event.discountFen = number
                    case .refundFen: event.refundFen = number
                    case .rating: event.rating = UInt8(clamping: number)
                    case .ok: event.ok = boolean
                    default: break
                    }
                    if number < 0 && EventDecoder.money & bit != 0 { mistyped |= bit }
                }
                present = isPresent ? present | bit : present & ~bit
            } else {
                previous = FieldTable.unknown
                position = try JSONScanner.skipValue(line, from: position, depth: 1)
            }

            if JSONScanner.byte(line, position) <= 0x20 { JSONScanner.skipSpace(line, &position) }
            let separator = JSONScanner.byte(line, position)
            if separator == 0x7D { break }
            guard separator == 0x2C else { throw .notJSON }
            position &+= 1
            if JSONScanner.byte(line, position) <= 0x20 { JSONScanner.skipSpace(line, &position) }
        }
        position &+= 1
        try end(line, &position)

        if mistyped != 0 { throw .wrongType }
        if overlong != 0 { throw .stringTooLong }
        event.present = present
        guard present & EventDecoder.bit(.ts) != 0 else { throw .missingTimestamp }
        guard present & EventDecoder.bit(.event) != 0 else { throw .missingEvent }
        guard present & EventDecoder.bit(.accountID) != 0 else { throw .missingAccount }
        guard EventDecoder.plausibleTimes.contains(event.ts) else { throw .timestampOutOfRange }

        if model != 0 {
            event.modelKey = IdentifierHash.combine(brand, model)
            event.fingerprintKey = IdentifierHash.combine(
                event.modelKey, IdentifierHash.combine(osVersion, wxVersion))
        }
        event.tieBreak = tieBreak(of: event)
        event.accountTextOffset = UInt32(truncatingIfNeeded: text.count)
        event.accountTextLength = UInt16(truncatingIfNeeded: account.length)
        if account.hasEscapes {
            JSONScanner.appendResolved(line, account, to: &text)
        } else {
            line.extracting(account.start..<account.end).withUnsafeBytes { text.append(contentsOf: $0) }
        }
    }

    /// Nothing but white space may follow the value.
    private func end(_ line: borrowing RawSpan, _ position: inout Int) throws(RejectReason) {
        JSONScanner.skipSpace(line, &position)
        if position != line.byteCount { throw .trailingCharacters }
    }

    /// Reads a key behind its opening quote, and its closing quote.
    @inline(__always)
    private mutating func key(
        _ line: borrowing RawSpan, _ position: inout Int
    ) throws(RejectReason) -> EventField? {
        var word0 = JSONScanner.word(line, position)
        var word1: UInt64 = 0
        var word2: UInt64 = 0
        var last = word0
        var length = 0
        var marks = JSONScanner.specials(word0)
        if marks == 0 {
            word1 = JSONScanner.word(line, position &+ 8)
            last = word1
            length = 8
            marks = JSONScanner.specials(word1)
            if marks == 0 {
                word2 = JSONScanner.word(line, position &+ 16)
                last = word2
                length = 16
                marks = JSONScanner.specials(word2)
            }
        }
        // 8 when the key goes on behind 24 bytes.
        let count = marks.trailingZeroBitCount &>> 3
        guard count < 8, UInt8(truncatingIfNeeded: last &>> UInt64(count &* 8)) == 0x22 else {
            let text = try JSONScanner.scanText(line, from: position)
            position = text.end &+ 1
            return unusualKey(line, text)
        }
        if length == 0 {
            word0 &= JSONScanner.mask(count)
        } else if length == 8 {
            word1 &= JSONScanner.mask(count)
        } else {
            word2 &= JSONScanner.mask(count)
        }
        position &+= length &+ count &+ 1
        return fields.find(word0, word1, word2)
    }

    /// A long key, or one with escapes or beyond ASCII: it may still spell a field's name.
    @inline(never)
    private mutating func unusualKey(_ line: borrowing RawSpan, _ text: JSONScanner.Text) -> EventField? {
        guard text.length < 24 else { return nil }
        scratch.removeAll(keepingCapacity: true)
        JSONScanner.appendResolved(line, text, to: &scratch)
        // Words are padded with zeros, so a zero must not come from the text.
        guard !scratch.contains(0) else { return nil }
        let bytes = scratch.span.bytes
        return fields.find(
            JSONScanner.word(bytes, 0), JSONScanner.word(bytes, 8), JSONScanner.word(bytes, 16))
    }

    /// Hashes a string's text while looking for its end; starts behind the opening quote.
    @inline(__always)
    private mutating func string(
        _ line: borrowing RawSpan, _ position: inout Int
    ) throws(RejectReason) -> Token {
        var state = hash.k0
        var index = position
        while true {
            let word = JSONScanner.word(line, index)
            let marks = JSONScanner.specials(word)
            if marks == 0 {
                state = IdentifierHash.fold(state ^ word, hash.k1)
                index &+= 8
                continue
            }
            let count = marks.trailingZeroBitCount &>> 3
            guard UInt8(truncatingIfNeeded: word &>> UInt64(count &* 8)) == 0x22 else {
                let token = try unusualString(line, from: position)
                position = token.text.end &+ 1
                return token
            }
            let end = index &+ count
            let length = end &- position
            let key = hash.finish(state, tail: word & JSONScanner.mask(count), count: length)
            let text = JSONScanner.Text(start: position, end: end, length: length, hasEscapes: false)
            position = end &+ 1
            return Token(key: key, text: text)
        }
    }

    /// A string with escapes or beyond ASCII.
    @inline(never)
    private mutating func unusualString(
        _ line: borrowing RawSpan, from start: Int
    ) throws(RejectReason) -> Token {
        let text = try JSONScanner.scanText(line, from: start)
        guard text.length <= maximumStringLength else { return Token(key: 0, text: text) }
        guard text.hasEscapes else {
            return Token(key: hash(line.extracting(text.start..<text.end)), text: text)
        }
        scratch.removeAll(keepingCapacity: true)
        JSONScanner.appendResolved(line, text, to: &scratch)
        return Token(key: hash(scratch.span.bytes), text: text)
    }

    private func address(_ line: borrowing RawSpan, _ text: JSONScanner.Text) -> (UInt64, UInt64) {
        guard !text.hasEscapes, let address = NetworkAddress(line, from: text.start, to: text.end),
            !address.isReserved
        else { return (0, 0) }
        switch address {
        case .v4(let number):
            return (hash.number(UInt64(number), tag: 4), hash.number(UInt64(number >> 8), tag: 24))
        case .v6(let high, _): return (hash.number(high, tag: 6), hash.number(high >> 16, tag: 48))
        }
    }

    /// Whether the model's text names an emulator or an SDK's own image.
    private mutating func isEmulator(_ line: borrowing RawSpan, _ token: Token) -> Bool {
        let slot = Int(truncatingIfNeeded: token.key &>> 1) & (emulatorMemo.count &- 1)
        if (emulatorMemo[slot] ^ token.key) & ~1 == 0 { return emulatorMemo[slot] & 1 != 0 }
        scratch.removeAll(keepingCapacity: true)
        JSONScanner.appendResolved(line, token.text, to: &scratch)
        for index in scratch.indices where scratch[index] &- 0x41 < 26 { scratch[index] |= 0x20 }
        let answer = EventDecoder.emulatorWords.contains { word in
            word.withUTF8Buffer { needle in
                scratch.count >= needle.count
                    && (0...scratch.count - needle.count).contains { start in
                        needle.indices.allSatisfy { scratch[start + $0] == needle[$0] }
                    }
            }
        }
        emulatorMemo[slot] = token.key & ~1 | (answer ? 1 : 0)
        return answer
    }

    /// What emulators put into the model they report, in lower case.
    private static var emulatorWords: [StaticString] {
        [
            "sdk_gphone", "android sdk built for", "emulator", "simulator", "genymotion", "bluestacks",
            "ldplayer", "mumu", "memu", "nox", "goldfish", "ranchu", "virtualbox", "vbox", "x86_64",
        ]
    }

    /// The event's rank among those of its millisecond: its type above a hash of all that the line says.
    private func tieBreak(of event: borrowing Event) -> UInt64 {
        @inline(__always) func word(_ high: Int32, _ low: Int32) -> UInt64 {
            UInt64(UInt32(bitPattern: high)) << 32 | UInt64(UInt32(bitPattern: low))
        }
        // A sum of products with odd constants, all different: the keys are hashes already, and the products do
        // not wait for each other.
        var multiplier = hash.k1 | 1
        var sum = hash.k0
        @inline(__always) func add(_ value: UInt64) {
            sum &+= value &* multiplier
            multiplier &+= 0x9E37_79B9_7F4A_7C16
        }
        add(UInt64(bitPattern: event.ts))
        add(event.present)
        add(event.accountKey)
        add(event.eventIDKey)
        add(event.deviceKey)
        add(event.ipKey)
        add(event.wifiKey)
        add(event.sessionKey)
        add(event.fingerprintKey)
        add(event.pageKey)
        add(event.campaignKey)
        add(event.couponKey)
        add(event.couponInstanceKey)
        add(event.orderKey)
        add(event.merchantKey)
        add(event.skuKey)
        add(event.groupKey)
        add(event.phoneKey)
        add(event.phonePrefixKey)
        add(event.addressKey)
        add(event.payerKey)
        add(event.trackingKey)
        add(event.inviterKey)
        add(event.peerKey)
        add(UInt64(bitPattern: event.amountFen))
        add(UInt64(bitPattern: event.discountFen))
        add(UInt64(bitPattern: event.refundFen))
        add(word(event.points, event.dwellMs))
        add(word(event.quantity, event.scene))
        add(
            UInt64(event.wxDeviceUsers1d) | UInt64(event.wxRiskRank) << 16
                | UInt64(event.wxDeviceRiskRank) << 24 | UInt64(event.rating) << 32
                | UInt64(event.platform.rawValue) << 40 | UInt64(event.deviceSource.rawValue) << 48
                | UInt64(event.network.rawValue) << 52 | (event.ok ? 1 << 56 : 0))
        return UInt64(event.type.rawValue) << 56
            | IdentifierHash.fold(sum ^ hash.k1, 0xA076_1D64_78BD_642F) >> 8
    }
}
