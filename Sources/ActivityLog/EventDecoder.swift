import CHotPath

/// Turns one log line into an `Event`, in one pass over its bytes and without allocating.
///
/// A line has to be one JSON object (RFC 8259) in valid UTF-8. Keys may come in any order; unknown ones are
/// passed over, whatever they hold; of a key given twice the last counts; null and an empty string are absent.
/// Stricter than `JSONSerialization`: values nested deeper than 64 are refused, and so is a comma before a closing
/// bracket. A lone surrogate is refused, too, but in the values of unknown fields.
/// A known field of the wrong type refuses the line, because dropping it silently would hide it. A whole number
/// may be written `12`, `12.0` or `1.2e1`.
public struct EventDecoder: Sendable {
    /// As many bytes behind a line as are of use to `decode`.
    public static let margin = Int(PG_MARGIN)

    /// Event times that can be: 2000-01-01 up to 2100-01-01. A time in seconds falls outside.
    public static let plausibleTimes: Range<Int64> = 946_684_800_000..<4_102_444_800_000

    /// The fields that hold money, which is never negative.
    @inline(__always)
    static var money: UInt64 { bit(.amountFen) | bit(.discountFen) | bit(.refundFen) }

    /// The counts, ranks and durations, of which a negative one is unknown.
    @inline(__always)
    static var counts: UInt64 {
        bit(.wxRiskRank) | bit(.wxDeviceRiskRank) | bit(.wxDeviceUV1d) | bit(.dwellMs) | bit(.quantity)
            | bit(.rating)
    }

    /// The fields that hold a whole number.
    @inline(__always)
    static var integers: UInt64 {
        bit(.ts) | bit(.scene) | bit(.points) | money | counts
    }

    /// The fields that hold a string: all but the numbers and `ok`.
    @inline(__always)
    static var strings: UInt64 { ~(integers | bit(.ok)) }

    @inline(__always)
    static func bit(_ field: EventField) -> UInt64 { 1 &<< UInt64(field.rawValue) }

    private let hash: IdentifierHash
    private let maximumStringLength: Int
    /// The two of them, and what else `pg_read_members` goes by.
    private var reading: pg_reading
    private var fields = FieldTable()
    private let types: SymbolTable
    private let platforms: SymbolTable
    private let deviceSources: SymbolTable
    private let networks: SymbolTable
    /// What the line at hand says, by `EventField.rawValue`: the values, and behind them the range of each
    /// string's text, its start in the upper half and its end in the lower.
    private var slots = [UInt64](repeating: 0, count: 2 * fieldCount)
    private var scratch: [UInt8] = []
    /// The answer for models seen before, by key: the key with its lowest bit replaced by the answer.
    private var emulatorMemo = [UInt64](repeating: 0, count: 1024)
    /// What addresses seen before say, by the key of their text: a visit's events come from one.
    private var addressMemo = [AddressMemo](repeating: AddressMemo(), count: 2048)
    var campaigns = CampaignNames()
    /// Members named `session_key` that were met: a secret of WeChat's, which is passed over like any unknown key.
    private(set) var sessionKeys: Int64 = 0
    /// The text of the first thousand campaign ids, by key.
    public var campaignNames: [UInt64: String] { campaigns.texts }

    public init(configuration: ReadConfiguration = ReadConfiguration()) {
        hash = configuration.hash
        maximumStringLength = min(configuration.maximumStringLength, Int(UInt16.max))
        reading = pg_reading(
            k0: hash.k0, k1: hash.k1, maximum_length: UInt64(max(0, maximumStringLength)),
            field_count: UInt32(EventDecoder.fieldCount), context_field: UInt32(EventField.event.rawValue))
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
    /// - Parameter margin: how many bytes behind the line are the caller's too and may be loaded; with `margin` of
    ///   them and more a line's last fields are read as fast as the others.
    public mutating func decode(
        _ line: RawSpan, margin: Int = 0, into batch: inout EventBatch
    ) throws(RejectReason) {
        let last = batch.events.count
        batch.events.append(Event())
        do throws(RejectReason) {
            let account = try decode(line, margin: margin, into: &batch.events[last])
            let start = batch.text.count
            if account.hasEscapes {
                JSONScanner.appendResolved(line, account, to: &batch.text)
            } else {
                line.extracting(account.start..<account.end).withUnsafeBytes {
                    batch.text.append(contentsOf: $0)
                }
            }
            batch.events[last].accountTextOffset = UInt32(truncatingIfNeeded: start)
            batch.events[last].accountTextLength = UInt16(truncatingIfNeeded: batch.text.count - start)
        } catch {
            batch.events.removeLast()
            throw error
        }
    }

    /// A string value as it was read: its key, and where its text is.
    private struct Token {
        var key: UInt64 = 0
        var text = JSONScanner.Text()
    }

    /// Decodes `line` into `event`, all but where its account's text is kept.
    /// - Returns: where that text is in the line.
    mutating func decode(
        _ line: RawSpan, margin: Int, into event: inout Event
    ) throws(RejectReason) -> JSONScanner.Text {
        // Texts are kept as two numbers of 32 bits.
        guard line.byteCount <= Int(UInt32.max) else { throw .lineTooLong }
        // Taken out while it is filled, so that nothing else can be reached through it.
        var slots: [UInt64] = []
        swap(&slots, &self.slots)
        defer { swap(&slots, &self.slots) }
        let gathered = try gather(line, margin, into: &slots)
        let said = slots.span

        if gathered.mistyped != 0 { throw .wrongType }
        if gathered.negative != 0 { throw .negativeAmount }
        if gathered.overlong != 0 { throw .stringTooLong }
        let present = gathered.present
        guard present & EventDecoder.bit(.ts) != 0 else { throw .missingTimestamp }
        guard present & EventDecoder.bit(.event) != 0 else { throw .missingEvent }
        guard present & EventDecoder.bit(.accountID) != 0 else { throw .missingAccount }
        guard EventDecoder.plausibleTimes.contains(EventDecoder.number(said, .ts)) else {
            throw .timestampOutOfRange
        }
        build(&event, from: said, gathered, line)

        return EventDecoder.text(said, .accountID, gathered)
    }

    /// Which fields a line has; bits as in `Event.present`.
    private struct Gathered {
        var present: UInt64 = 0
        /// Fields whose last value was of the wrong type, money below zero, or too long a string.
        var mistyped: UInt64 = 0
        var negative: UInt64 = 0
        var overlong: UInt64 = 0
        /// Strings with escapes.
        var escaped: UInt64 = 0
    }

    private static let fieldCount = 42
    /// How many words what a line says takes: a value for each field, and the range of its text.
    static let slotCount = 2 * fieldCount

    // A field's number is below `fieldCount`, and there are twice as many slots.

    /// A string's key, a whole number or a boolean; 0 when absent.
    @inline(__always)
    private static func key(_ slots: Span<UInt64>, _ field: EventField) -> UInt64 {
        slots[unchecked: Int(field.rawValue)]
    }

    @inline(__always)
    private static func number(_ slots: Span<UInt64>, _ field: EventField) -> Int64 {
        Int64(bitPattern: slots[unchecked: Int(field.rawValue)])
    }

    /// The text of a string, its length as it stands in the line.
    @inline(__always)
    private static func text(
        _ slots: Span<UInt64>, _ field: EventField, _ gathered: Gathered
    ) -> JSONScanner.Text {
        let range = slots[unchecked: fieldCount &+ Int(field.rawValue)]
        let start = Int(truncatingIfNeeded: range >> 32)
        let end = Int(truncatingIfNeeded: range & 0xFFFF_FFFF)
        return JSONScanner.Text(
            start: start, end: end, length: end &- start,
            hasEscapes: gathered.escaped & bit(field) != 0)
    }

    /// Reads the line's object. Members as logs write them are taken by `pg_read_members`; any other goes through
    /// `member`.
    @inline(__always)
    private mutating func gather(
        _ line: borrowing RawSpan, _ margin: Int, into slots: inout [UInt64]
    ) throws(RejectReason) -> Gathered {
        for index in 0..<EventDecoder.fieldCount { slots[index] = 0 }
        var gathered = Gathered()
        var position = 0
        JSONScanner.skipSpace(line, &position)
        guard JSONScanner.byte(line, position) == 0x7B else {
            position = try JSONScanner.skipValue(line, from: position, depth: 0)
            try end(line, position)
            throw .notObject
        }
        position &+= 1
        JSONScanner.skipSpace(line, &position)
        if JSONScanner.byte(line, position) == 0x7D {
            try end(line, position &+ 1)
            return gathered
        }
        // Loads from the limit on end within the margin behind the line, or within the line.
        let limit = line.byteCount &- max(0, Int(PG_MARGIN) &- margin)
        var members = pg_members()
        members.position = position
        members.previous = UInt32(FieldTable.unknown)
        while true {
            // At the quote of a key, where usual members may follow.
            if members.position < limit {
                // Were these fields to come again, only `member` would take their marks away.
                members.barred = gathered.mistyped | gathered.negative | gathered.overlong | gathered.escaped
                let start = line.withUnsafeBytes { $0.baseAddress.unsafelyUnwrapped }
                pg_read_members(
                    start, line.byteCount, limit, &reading, fields.keys, fields.guesses, &members, &slots)
            }
            if members.is_behind_value == 0 {
                try member(line, &members, into: &slots, &gathered)
            }
            let more = try separator(line, members.position)
            guard more >= 0 else {
                position = ~more
                break
            }
            members.position = more
            members.is_behind_value = 0
        }
        gathered.present = members.present
        try end(line, position &+ 1)
        return gathered
    }

    /// Reads what stands between members.
    /// - Returns: the position of the next member's key, or the complement of that of the closing brace.
    @inline(__always)
    private func separator(_ line: borrowing RawSpan, _ start: Int) throws(RejectReason) -> Int {
        var position = start
        JSONScanner.skipSpace(line, &position)
        let next = JSONScanner.byte(line, position)
        if next == 0x7D { return ~position }
        guard next == 0x2C else { throw .notJSON }
        position &+= 1
        JSONScanner.skipSpace(line, &position)
        return position
    }

    /// Reads a member, in whatever way it is written.
    @inline(never)
    private mutating func member(
        _ line: borrowing RawSpan, _ members: inout pg_members, into slots: inout [UInt64],
        _ gathered: inout Gathered
    ) throws(RejectReason) {
        var position = members.position
        guard JSONScanner.byte(line, position) == 0x22 else { throw .notJSON }
        position &+= 1
        let named = try key(line, &position)
        fields.expect(named, after: members.previous, in: members.context)
        JSONScanner.skipSpace(line, &position)
        guard JSONScanner.byte(line, position) == 0x3A else { throw .notJSON }
        position &+= 1
        JSONScanner.skipSpace(line, &position)
        guard let field = named else {
            if FieldTable.isSessionKey(line, members.position) { sessionKeys += 1 }
            members.position = try JSONScanner.skipValue(line, from: position, depth: 1)
            members.previous = UInt32(FieldTable.unknown)
            return
        }

        let bit = EventDecoder.bit(field)
        let slot = Int(field.rawValue)
        let first = JSONScanner.byte(line, position)
        members.present &= ~bit
        gathered.mistyped &= ~bit
        gathered.negative &= ~bit
        gathered.overlong &= ~bit
        gathered.escaped &= ~bit
        slots[slot] = 0
        if EventDecoder.strings & bit != 0, first == 0x22 {
            position &+= 1
            let token = try string(line, &position)
            if token.text.length > maximumStringLength {
                gathered.overlong |= bit
            } else if token.text.length > 0 {
                slots[slot] = token.key
                slots[EventDecoder.fieldCount &+ slot] =
                    UInt64(truncatingIfNeeded: token.text.start) << 32
                    | UInt64(truncatingIfNeeded: token.text.end)
                if token.text.hasEscapes { gathered.escaped |= bit }
                members.present |= bit
            }
        } else if EventDecoder.integers & bit != 0, first == 0x2D || first &- 0x30 < 10 {
            if let value = try JSONScanner.scanInteger(line, &position) {
                if value < 0 && EventDecoder.money & bit != 0 {
                    gathered.negative |= bit
                } else if value >= 0 || EventDecoder.counts & bit == 0 {
                    slots[slot] = UInt64(bitPattern: value)
                    members.present |= bit
                }
            } else {
                gathered.mistyped |= bit
            }
        } else if field == .ok, let value = JSONScanner.scanBoolean(line, &position) {
            slots[slot] = value ? 1 : 0
            members.present |= bit
        } else if JSONScanner.isNull(line, position) {
            position &+= 4
        } else {
            position = try JSONScanner.skipValue(line, from: position, depth: 1)
            gathered.mistyped |= bit
        }
        if field == .event { members.context = FieldTable.context(ofType: slots[slot]) }
        members.position = position
        members.previous = UInt32(slot)
    }

    /// Makes an event of values that were found by other means than reading a line of the schema.
    /// - Parameters:
    ///   - slots: by `EventField.rawValue` the values, and behind them the ranges in `text` of those texts that are
    ///     looked at once more: the address, the model, the campaign and the account.
    ///   - present: bits as in `Event.present`.
    @inline(never)
    mutating func make(_ event: inout Event, of slots: Span<UInt64>, present: UInt64, text: RawSpan) {
        build(&event, from: slots, Gathered(present: present), text)
    }

    /// Sets all that an event says by what its line says; where its account's text is, is left to the caller.
    @inline(__always)
    private mutating func build(
        _ event: inout Event, from slots: Span<UInt64>, _ gathered: Gathered,
        _ line: borrowing RawSpan
    ) {
        event.ts = EventDecoder.number(slots, .ts)
        event.present = gathered.present
        event.accountKey = EventDecoder.key(slots, .accountID)
        event.eventIDKey = EventDecoder.key(slots, .eventID)
        event.deviceKey = EventDecoder.key(slots, .deviceID)
        event.wifiKey = EventDecoder.key(slots, .wifiID)
        event.sessionKey = EventDecoder.key(slots, .sessionID)
        event.pageKey = EventDecoder.key(slots, .page)
        event.campaignKey = EventDecoder.key(slots, .campaignID)
        event.couponKey = EventDecoder.key(slots, .couponID)
        event.couponInstanceKey = EventDecoder.key(slots, .couponInstance)
        event.orderKey = EventDecoder.key(slots, .orderID)
        event.merchantKey = EventDecoder.key(slots, .merchantID)
        event.skuKey = EventDecoder.key(slots, .skuID)
        event.groupKey = EventDecoder.key(slots, .groupID)
        event.phoneKey = EventDecoder.key(slots, .phoneID)
        event.phonePrefixKey = EventDecoder.key(slots, .phonePrefix)
        event.addressKey = EventDecoder.key(slots, .addressID)
        event.payerKey = EventDecoder.key(slots, .payerID)
        event.trackingKey = EventDecoder.key(slots, .trackingID)
        event.inviterKey = EventDecoder.key(slots, .inviterID)
        event.peerKey = EventDecoder.key(slots, .peerID)
        event.amountFen = EventDecoder.number(slots, .amountFen)
        event.discountFen = EventDecoder.number(slots, .discountFen)
        event.refundFen = EventDecoder.number(slots, .refundFen)
        event.points = Int32(clamping: EventDecoder.number(slots, .points))
        event.dwellMs = Int32(clamping: EventDecoder.number(slots, .dwellMs))
        event.quantity = Int32(clamping: EventDecoder.number(slots, .quantity))
        event.scene = Int32(clamping: EventDecoder.number(slots, .scene))
        event.wxDeviceUsers1d = UInt16(clamping: EventDecoder.number(slots, .wxDeviceUV1d))
        event.wxRiskRank = UInt8(clamping: EventDecoder.number(slots, .wxRiskRank))
        event.wxDeviceRiskRank = UInt8(clamping: EventDecoder.number(slots, .wxDeviceRiskRank))
        event.rating = UInt8(clamping: EventDecoder.number(slots, .rating))
        event.ok = gathered.present & EventDecoder.bit(.ok) == 0 ? true : EventDecoder.key(slots, .ok) != 0
        event.type = EventType(rawValue: types.find(EventDecoder.key(slots, .event))) ?? .other
        event.platform = Platform(rawValue: platforms.find(EventDecoder.key(slots, .platform))) ?? .unknown
        event.deviceSource =
            DeviceSource(rawValue: deviceSources.find(EventDecoder.key(slots, .deviceSource))) ?? .unknown
        event.network = NetworkKind(rawValue: networks.find(EventDecoder.key(slots, .network))) ?? .unknown
        (event.ipKey, event.networkKey) =
            EventDecoder.key(slots, .ip) == 0
            ? (0, 0)
            : address(
                line, Token(key: EventDecoder.key(slots, .ip), text: EventDecoder.text(slots, .ip, gathered)))
        let model = EventDecoder.key(slots, .model)
        if model != 0 {
            event.modelIsEmulator = isEmulator(
                line, Token(key: model, text: EventDecoder.text(slots, .model, gathered)))
            event.modelKey = IdentifierHash.combine(EventDecoder.key(slots, .brand), model)
            event.fingerprintKey = IdentifierHash.combine(
                event.modelKey,
                IdentifierHash.combine(
                    EventDecoder.key(slots, .osVersion), EventDecoder.key(slots, .wxVersion)))
        } else {
            event.modelIsEmulator = false
            event.modelKey = 0
            event.fingerprintKey = 0
        }
        if !campaigns.isSettled(event.campaignKey) {
            nameCampaign(line, event.campaignKey, EventDecoder.text(slots, .campaignID, gathered))
        }
        event.tieBreak = UInt64(event.type.rawValue) << 56 | rank(of: slots, gathered.present) >> 8
    }

    /// A hash of all that the line says, whatever the order it says it in.
    @inline(__always)
    private func rank(of slots: Span<UInt64>, _ present: UInt64) -> UInt64 {
        // A sum of products of two values each, all with their own odd offset: strings are hashes already, and the
        // products do not wait for each other.
        let sum =
            present &* 0xE703_7ED1_A0B4_28DB
            &+ slots.withUnsafeBufferPointer {
                pg_sum_of_products($0.baseAddress, UInt32(EventDecoder.fieldCount / 2), hash.k1)
            }
        return IdentifierHash.fold(sum ^ hash.k1, 0xA076_1D64_78BD_642F)
    }

    /// Nothing but white space may follow the value.
    @inline(__always)
    private func end(_ line: borrowing RawSpan, _ start: Int) throws(RejectReason) {
        var position = start
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

    /// Ends the hash of a text of `count` bytes with those of its last chunk that belong to it.
    @inline(__always)
    private func finish(_ state: UInt64, _ last: JSONScanner.Chunk, count: Int) -> UInt64 {
        let mask = JSONScanner.mask(last.plainCount & 7)
        return hash.finish(
            state, low: last.plainCount < 8 ? last.low & mask : last.low,
            high: last.plainCount < 8 ? 0 : last.high & mask, count: count)
    }

    /// Hashes a string's text while looking for its end; starts behind the opening quote.
    @inline(__always)
    private mutating func string(
        _ line: borrowing RawSpan, _ position: inout Int
    ) throws(RejectReason) -> Token {
        var state = hash.k0
        var index = position
        while true {
            let chunk = JSONScanner.chunk(line, index)
            if chunk.plainCount == 16 {
                state = hash.step(state, low: chunk.low, high: chunk.high)
                index &+= 16
                continue
            }
            let end = index &+ chunk.plainCount
            guard JSONScanner.byte(line, end) == 0x22 else {
                let token = try unusualString(line, from: position)
                position = token.text.end &+ 1
                return token
            }
            let length = end &- position
            let key = finish(state, chunk, count: length)
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

    /// An address as it was read before.
    private struct AddressMemo {
        var text: UInt64 = 0
        var address: UInt64 = 0
        var network: UInt64 = 0
    }

    /// The keys of an address and of its network.
    @inline(__always)
    private mutating func address(_ line: borrowing RawSpan, _ token: Token) -> (UInt64, UInt64) {
        let slot = Int(truncatingIfNeeded: token.key) & (addressMemo.count &- 1)
        if addressMemo[slot].text != token.key {
            let (address, network) = read(line, token.text)
            addressMemo[slot] = AddressMemo(text: token.key, address: address, network: network)
        }
        return (addressMemo[slot].address, addressMemo[slot].network)
    }

    @inline(never)
    private func read(_ line: borrowing RawSpan, _ text: JSONScanner.Text) -> (UInt64, UInt64) {
        guard !text.hasEscapes, let address = NetworkAddress(line, from: text.start, to: text.end),
            !address.isReserved
        else { return (0, 0) }
        switch address {
        case .v4(let number):
            return (hash.number(UInt64(number), tag: 4), hash.number(UInt64(number >> 8), tag: 24))
        case .v6(let high, _): return (hash.number(high, tag: 6), hash.number(high >> 16, tag: 48))
        }
    }

    /// Keeps a campaign's text, which the event leaves behind.
    private mutating func nameCampaign(_ line: borrowing RawSpan, _ key: UInt64, _ text: JSONScanner.Text) {
        scratch.removeAll(keepingCapacity: true)
        JSONScanner.appendResolved(line, text, to: &scratch)
        campaigns.settle(key, scratch)
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
}
