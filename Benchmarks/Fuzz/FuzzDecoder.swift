import Foundation

/// Decodes arbitrary bytes as a line and compares with `JSONSerialization`: whether it is a JSON object, and the
/// value of every known field.
///
/// Differences on purpose, left out of the comparison: input that Foundation takes for UTF-16 or UTF-32 (it holds
/// zeros) or that begins with a byte order mark (the framer's matter); nesting deeper than 64; numbers beyond
/// what Foundation can hold; a surrogate that stands alone, which we let pass where nobody reads it; a comma before a closing bracket, which Foundation lets pass and RFC 8259 does not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    var decoder = EventDecoder()
    var batch = EventBatch()
    var refused: RejectReason?
    do throws(RejectReason) {
        try decoder.decode(bytes.bytes, into: &batch)
    } catch {
        refused = error
    }
    // A decoder that has read other lines must judge alike.
    do throws(RejectReason) {
        try decoder.decode(bytes.bytes, into: &batch)
        require(refused == nil, "refused at first only")
        require(batch.events[0].tieBreak == batch.events[1].tieBreak, "read differently the second time")
    } catch {
        require(refused == error, "refused otherwise the second time")
    }
    // Nor may what stands behind the line matter: whatever could end it, or the line once more.
    for rest in [#","ok":true,"ts":1}"#.utf8.map { $0 }, [UInt8](bytes.prefix(EventDecoder.margin)), []] {
        var room = Array(bytes) + rest
        room += [UInt8](repeating: 0x39, count: max(0, count + EventDecoder.margin - room.count))
        var again = EventBatch()
        var refusal: RejectReason?
        room.withUnsafeBytes {
            do throws(RejectReason) {
                try decoder.decode(
                    UnsafeRawBufferPointer(rebasing: $0[..<count]).bytes, margin: EventDecoder.margin,
                    into: &again)
            } catch {
                refusal = error
            }
        }
        require(refusal == refused, "refused otherwise with a margin")
        if refused == nil {
            require(text(of: again.events[0]) == text(of: batch.events[0]), "read differently with a margin")
        }
    }
    guard !bytes.contains(0), !bytes.starts(with: [0xEF, 0xBB, 0xBF]), !bytes.starts(with: [0xFE, 0xFF]),
        !bytes.starts(with: [0xFF, 0xFE]), refused != .tooDeep, !hasTrailingComma(bytes)
    else { return 0 }

    var problem = ""
    var value: Any?
    let (whole, hasLoneSurrogate) = replacingLoneSurrogates(bytes)
    do { value = try JSONSerialization.jsonObject(with: whole) } catch { problem = "\(error)" }
    let object = value as? [String: Any]
    switch refused {
    case .invalidUTF8 where hasLoneSurrogate: break
    case .notJSON, .invalidUTF8, .controlCharacter, .trailingCharacters:
        require(value == nil, "we refuse (\(refused!)) what Foundation reads")
    case .notObject:
        require(object == nil, "we see no object where Foundation does")
    default:
        if object == nil {
            require(problem.contains("not representable"), "we read what Foundation refuses: \(problem)")
            return 0
        }
    }
    guard let object, refused == nil else { return 0 }
    check(batch, object)
    return 0
}

/// All that an event says, but for where its account's text is kept.
func text(of event: Event) -> String {
    var event = event
    event.accountTextOffset = 0
    return String(reflecting: event)
}

/// The same with U+FFFD in place of each surrogate that is escaped alone, as Foundation reads it.
func replacingLoneSurrogates(_ bytes: UnsafeRawBufferPointer) -> (Data, Bool) {
    var result = Array(bytes)
    var isReplaced = false
    func unit(_ position: Int) -> UInt32? {
        guard position + 6 <= result.count, result[position] == 0x5C, result[position + 1] == 0x75 else {
            return nil
        }
        let digits = result[position + 2..<position + 6]
        guard digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
    var position = 0
    while position < result.count {
        guard result[position] == 0x5C else {
            position += 1
            continue
        }
        guard let first = unit(position), first & 0xF800 == 0xD800 else {
            position += 2
            continue
        }
        if first < 0xDC00, let second = unit(position + 6), second & 0xFC00 == 0xDC00 {
            position += 12
        } else {
            result.replaceSubrange(position + 2..<position + 6, with: "fffd".utf8)
            isReplaced = true
            position += 6
        }
    }
    return (Data(result), isReplaced)
}

/// Whether a comma stands before a closing bracket, be it within a string.
func hasTrailingComma(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var isAfterComma = false
    for byte in bytes {
        if isAfterComma && (byte == 0x7D || byte == 0x5D) { return true }
        if byte == 0x2C {
            isAfterComma = true
        } else if ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
            isAfterComma = false
        }
    }
    return false
}

func check(_ batch: EventBatch, _ object: [String: Any]) {
    let event = batch.events[0]
    let hash = IdentifierHash()
    func name(_ field: EventField) -> String { "\(field.name)" }
    func text(_ field: EventField) -> String? {
        guard let text = object[name(field)] as? String, !text.isEmpty else { return nil }
        return text
    }
    func key(_ field: EventField) -> UInt64 {
        text(field).map { hash(Array($0.utf8).span.bytes) } ?? 0
    }
    func same(_ field: EventField, _ found: UInt64) {
        require(found == key(field), "\(field) differs")
        require(event.has(field) == (found != 0), "presence of \(field) differs")
    }
    same(.accountID, event.accountKey)
    same(.eventID, event.eventIDKey)
    same(.deviceID, event.deviceKey)
    same(.wifiID, event.wifiKey)
    same(.sessionID, event.sessionKey)
    same(.page, event.pageKey)
    same(.campaignID, event.campaignKey)
    same(.couponID, event.couponKey)
    same(.couponInstance, event.couponInstanceKey)
    same(.orderID, event.orderKey)
    same(.merchantID, event.merchantKey)
    same(.skuID, event.skuKey)
    same(.groupID, event.groupKey)
    same(.phoneID, event.phoneKey)
    same(.phonePrefix, event.phonePrefixKey)
    same(.addressID, event.addressKey)
    same(.payerID, event.payerKey)
    same(.trackingID, event.trackingKey)
    same(.inviterID, event.inviterKey)
    same(.peerID, event.peerKey)
    for field in [EventField.ip, .network, .platform, .brand, .model, .osVersion, .wxVersion, .deviceSource] {
        require(event.has(field) == (text(field) != nil), "presence of \(field) differs")
    }
    let start = Int(event.accountTextOffset)
    let account = String(
        decoding: batch.text[start..<start + Int(event.accountTextLength)], as: UTF8.self)
    require(Array(account.utf8) == Array(text(.accountID)!.utf8), "the account's text differs")
    let type = EventType.allCases.first { "\($0.name)" == text(.event)! } ?? .other
    require(event.type == type, "type differs")

    func number(_ field: EventField, _ found: Int64, _ range: ClosedRange<Int64>) {
        guard let number = object[name(field)] as? NSNumber else {
            require(!event.has(field), "\(field) is there and is not")
            return
        }
        require(event.has(field), "\(field) is missing")
        // Beyond 2^53 Foundation may have rounded.
        guard abs(number.doubleValue) < 9e15 else { return }
        let expected = min(max(number.int64Value, range.lowerBound), range.upperBound)
        require(found == expected, "\(field) is \(found), not \(expected)")
    }
    let any = Int64.min...Int64.max
    let int32 = Int64(Int32.min)...Int64(Int32.max)
    number(.ts, event.ts, any)
    number(.amountFen, event.amountFen, any)
    number(.discountFen, event.discountFen, any)
    number(.refundFen, event.refundFen, any)
    number(.points, Int64(event.points), int32)
    number(.dwellMs, Int64(event.dwellMs), int32)
    number(.quantity, Int64(event.quantity), int32)
    number(.scene, Int64(event.scene), int32)
    number(.wxDeviceUV1d, Int64(event.wxDeviceUsers1d), 0...65535)
    number(.wxRiskRank, Int64(event.wxRiskRank), 0...255)
    number(.wxDeviceRiskRank, Int64(event.wxDeviceRiskRank), 0...255)
    number(.rating, Int64(event.rating), 0...255)
    require(event.ok == (object["ok"] as? Bool ?? true), "ok differs")
}

/// Like `precondition`, but says its message in an optimised build too.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
