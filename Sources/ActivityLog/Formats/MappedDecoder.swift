#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Turns the lines of one format into the events that `EventDecoder` would make of their canonical spelling: the same values, the
/// same hashes of the same ids.
///
/// `begin` reads a line; then `next` gives its records one by one. All a line's records count: each becomes an event, is left out by
/// a rule, or is rejected for a reason.
struct MappedDecoder: ~Copyable {
    /// What a record came to.
    enum Outcome {
        /// An event, with its account's text as a place in `text`.
        case event(JSONScanner.Text)
        /// Left out by a rule of the format.
        case dropped
        case rejected(RejectReason)
        /// The line has no more records.
        case end
    }

    /// One way into the record: where the wrapped text is, and a scan of what it is wrapped in.
    private struct Stage: ~Copyable {
        let unwrap: FormatDefinition.Unwrap
        private var scan: RecordScan
        // The slots of the text come first, then those of what must be there, then those of what the record's format wants.

        /// The slots of which something must be there, by group.
        let needed: [Range<Int>]
        let firstOuter: Int

        init(_ unwrap: FormatDefinition.Unwrap, _ detect: [[Pointer]], _ outer: [(Pointer, slot: Int)]) {
            self.unwrap = unwrap
            var end = unwrap.at.count
            needed = detect.map { group in
                end += group.count
                return end - group.count..<end
            }
            firstOuter = end
            let count = firstOuter + (outer.map(\.slot).max() ?? -1) + 1
            let pointers =
                (unwrap.at + detect.flatMap { $0 }).enumerated().map { ($0.element, slot: $0.offset) }
                + outer.map { ($0.0, slot: end + $0.slot) }
            let tree = PointerTree(pointers, slotCount: count)
            scan = RecordScan(
                items: tree, whole: tree, explodes: [], sumPlaces: [Int](repeating: -1, count: count))
        }

        /// The text that stands in what is around it: the first of the strings at the format's pointers.
        mutating func inner(of text: UnsafeRawBufferPointer, margin: Int) throws(RejectReason)
            -> UnsafeRawBufferPointer
        {
            guard !unwrap.at.isEmpty else { return text }
            try scan.read(text, margin: margin)
            for group in needed {
                var isThere = false
                for slot in group where scan.value(slot) != nil { isThere = true }
                guard isThere else { throw .nothingInside }
            }
            for slot in unwrap.at.indices {
                guard let capture = scan.value(slot) else { continue }
                switch capture.pointee.kind {
                case .plain: return capture.pointee.bytes
                case .escaped:
                    guard let resolved = scan.resolve(capture.pointee) else { throw .tooLargeInside }
                    return resolved
                default: continue
                }
            }
            throw .nothingInside
        }

        /// What stands around the text at a pointer of the record's format.
        func outerValue(_ slot: Int) -> UnsafeMutablePointer<Capture>? {
            unwrap.at.isEmpty ? nil : scan.value(firstOuter + slot)
        }
    }

    /// What a value has become on its way through the steps.
    private enum Value {
        case absent
        /// Something stands there that is no value for the field.
        case unfit
        /// With its key, or 0 as long as nobody has asked for it.
        case text(UnsafeRawBufferPointer, key: UInt64 = 0)
        case number(Int64)
        case flag(Bool)
    }

    /// So long a text goes through the steps.
    private static let longestText = 8192

    let mapping: RecordMapping
    private let stages: UnsafeMutableBufferPointer<Stage>
    private let hash: IdentifierHash
    private let keyedHash: KeyedHash?
    private let maximumStringLength: Int
    private var unwrapper: Unwrapper
    private var scan: RecordScan
    private let slots = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: EventDecoder.slotCount)
    /// The tables of `mapping` that are asked for each record.
    private let fields: UnsafeMutableBufferPointer<RecordMapping.Field>
    private let sources: UnsafeMutableBufferPointer<RecordMapping.Source>
    /// By source what of it can be said without looking further.
    private let quick: UnsafeMutableBufferPointer<Quick>
    /// The texts of an event that are looked at once more.
    private let texts = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    private var textCount = 0
    private var isAccountTooLong = false
    private let scratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: 2 * MappedDecoder.longestText + 64, alignment: 16)
    private var scratchHalf = 0
    /// The format's texts, one behind the other.
    private let constants: UnsafeMutableRawBufferPointer
    private let constantRanges: [Range<Int>]
    /// The record that comes next; −1 for the line's own.
    private var nextItem = 0
    private var item: ExplodedItem?
    /// Answers of patterns by the hash of the text: its lowest bits replaced by pattern and answer.
    private var likeMemo = [UInt64](repeating: 0, count: 512)
    private static let answerCount = 512
    private let answers = UnsafeMutableBufferPointer<Answer>.allocate(capacity: MappedDecoder.answerCount)
    private var typeMemo: [(key: UInt64, type: EventType?)]
    private let typeKeys: [UInt64]

    /// Names of events that have no type of ours, with how often they came.
    private(set) var unmapped = NameCounts()
    /// How often something stood at a field's pointers that was no value for it, by `EventField.rawValue`.
    private(set) var unfit = [Int64](repeating: 0, count: EventField.allCases.count)
    /// Raw phones, addresses and payers that were left out for want of a key.
    private(set) var unkeyed: Int64 = 0
    /// Members named `session_key`.
    var sessionKeys: Int64 { scan.sessionKeys }
    var unreadableStrings: Int64 { scan.unreadableStrings }
    /// The keys whose values must not be seen.
    let secretKeys: [[UInt8]]

    /// - Parameters:
    ///   - chain: the format of the records, behind those of what they are wrapped in, outermost first.
    init(_ chain: [FormatDefinition], configuration: ReadConfiguration) {
        let format = chain[chain.count - 1]
        mapping = RecordMapping(format, hash: configuration.hash)
        slots.initialize(repeating: 0)
        fields = .allocate(capacity: mapping.fields.count)
        _ = fields.initialize(from: mapping.fields)
        sources = .allocate(capacity: mapping.sources.count)
        _ = sources.initialize(from: mapping.sources)
        quick = .allocate(capacity: mapping.sources.count)
        _ = quick.initialize(from: MappedDecoder.quick(mapping, configuration.hash))
        answers.initialize(repeating: Answer())
        secretKeys = format.secretKeys
        hash = configuration.hash
        keyedHash = configuration.keyedHash
        maximumStringLength = min(configuration.maximumStringLength, 512)
        let outer = mapping.outer
        stages = .allocate(capacity: chain.reduce(0) { $0 + $1.unwraps.count })
        var stage = 0
        for format in chain {
            for (index, unwrap) in format.unwraps.enumerated() {
                stages.initializeElement(
                    at: stage,
                    to: Stage(unwrap, format.isWrapper && index == 0 ? format.detect : [], outer))
                stage += 1
            }
        }
        unwrapper = Unwrapper(backend: configuration.inflateBackend)
        scan = RecordScan(
            items: mapping.items, whole: mapping.whole, explodes: mapping.explodes,
            sumPlaces: mapping.sumPlaces)
        let all = mapping.texts.flatMap { $0 }
        constants = .allocate(byteCount: all.count + 1, alignment: 16)
        constants.copyBytes(from: all)
        var end = 0
        constantRanges = mapping.texts.map { text in
            end += text.count
            return end - text.count..<end
        }
        typeMemo = Array(repeating: (0, nil), count: mapping.eventPatterns.isEmpty ? 0 : 1024)
        let hash = hash
        typeKeys = EventType.allCases.map { type in type.name.withUTF8Buffer { hash($0.span.bytes) } }
    }

    private struct Quick {
        /// The slot without which the source gives nothing; −1 where there is none such.
        var slot: Int32 = -1
        /// Whether a string is taken as it stands.
        var isPlain = false
        /// The key of the text where that is always the same, else 0.
        var constant: UInt64 = 0
    }

    private static func quick(_ mapping: RecordMapping, _ hash: IdentifierHash) -> [Quick] {
        var quick = mapping.sources.map { source in
            Quick(slot: source.isInRecord ? Int32(source.place.slot) : -1)
        }
        for field in mapping.fields where field.kind == .text {
            for index in field.firstSource..<field.firstSource + field.sourceCount {
                let source = mapping.sources[index]
                guard source.stepCount == 0, source.conditionCount == 0 else { continue }
                if source.origin == .place { quick[index].isPlain = mapping.sumPlaces[source.place.slot] < 0 }
                if source.origin == .constant, !keepsText(field.field) {
                    let text = mapping.texts[source.first]
                    if !text.isEmpty { quick[index].constant = hash(text.span.bytes) }
                }
            }
        }
        return quick
    }

    deinit {
        stages.deinitialize()
        stages.deallocate()
        texts.deallocate()
        slots.deallocate()
        fields.deallocate()
        sources.deallocate()
        quick.deallocate()
        answers.deallocate()
        scratch.deallocate()
        constants.deallocate()
    }

    /// The memory that the text of an event's account is in, until the next record.
    var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(texts) }

    // MARK: Lines

    /// Takes up a line, without its LF.
    /// - Parameter margin: how many bytes behind the line are the caller's too and may be loaded.
    /// - Throws: why none of it can be read.
    mutating func begin(_ line: UnsafeRawBufferPointer, margin: Int = 0) throws(RejectReason) {
        nextItem = 0
        item = nil
        isDone = true
        guard line.count <= Int(UInt32.max), line.baseAddress != nil else { throw .lineTooLong }
        var text = line
        for index in stages.indices { text = try unwrap(text, margin, index) }
        guard text.baseAddress != nil else { throw .notJSON }
        try scan.read(text, margin: margin)
        isDone = false
    }

    private var isDone = true

    /// What the record at hand says in its own words, for a sample.
    var sample: UnsafeRawBufferPointer? {
        item.map { UnsafeRawBufferPointer(start: $0.base + $0.start, count: $0.end - $0.start) }
    }

    /// What is wrapped stands in the line or in memory with room behind it, so that the line's margin holds for it, too.
    private mutating func unwrap(
        _ text: UnsafeRawBufferPointer, _ margin: Int, _ index: Int
    ) throws(RejectReason) -> UnsafeRawBufferPointer {
        let inner = try stages[index].inner(of: text, margin: margin)
        if stages[index].unwrap.steps.isEmpty { return inner }
        return try unwrapper.unwrap(inner, stages[index].unwrap.steps, place: index)
    }

    /// Whether the line can be taken out of what it is wrapped in, whatever it then is.
    mutating func opens(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.baseAddress != nil else { return false }
        var text = line
        for index in stages.indices {
            guard let inner = try? unwrap(text, 0, index) else { return false }
            text = inner
        }
        return text.count > 0
    }

    /// Whether the line is of this format: it can be unwrapped, and its first record has what the format is known by.
    mutating func recognises(_ line: UnsafeRawBufferPointer) -> Bool {
        // What is only looked at does not count.
        let (sessionKeys, unreadableStrings) = (scan.sessionKeys, scan.unreadableStrings)
        defer { (scan.sessionKeys, scan.unreadableStrings) = (sessionKeys, unreadableStrings) }
        do throws(RejectReason) {
            try begin(line)
            if scan.explodedBy >= 0 {
                guard let first = scan.exploded.first else { return false }
                try scan.read(first)
            }
            for group in mapping.detect {
                var isThere = false
                for place in group where capture(place) != nil { isThere = true }
                guard isThere else { return false }
            }
            return true
        } catch {
            return false
        }
    }

    /// Makes the event of the line's next record.
    mutating func next(into event: inout Event, with decoder: inout EventDecoder) -> Outcome {
        guard !isDone else { return .end }
        if scan.explodedBy >= 0 {
            guard nextItem < scan.exploded.count else {
                isDone = true
                return .end
            }
            let item = scan.exploded[nextItem]
            self.item = item
            nextItem += 1
            do throws(RejectReason) {
                try scan.read(item)
            } catch {
                return .rejected(error)
            }
        } else {
            isDone = true
        }
        do throws(RejectReason) {
            return try map(into: &event, with: &decoder)
        } catch {
            return .rejected(error)
        }
    }

    /// How many records the line at hand has.
    var recordCount: Int { scan.explodedBy >= 0 ? scan.exploded.count : 1 }

    // MARK: Records

    private mutating func map(
        into event: inout Event, with decoder: inout EventDecoder
    ) throws(RejectReason) -> Outcome {
        for index in mapping.drop where holds(index) { return .dropped }
        for index in mapping.keep where !holds(index) { return .dropped }
        textCount = 0
        isAccountTooLong = false
        for index in slots.indices { slots[index] = 0 }
        var present: UInt64 = 0

        let unfitTimes = unfit[Int(EventField.ts.rawValue)]
        let view = scan.view
        let (quick, sources) = (quick, sources.baseAddress.unsafelyUnwrapped)
        var left = scan.askers | mapping.seekers
        while left != 0 {
            let field = fields[left.trailingZeroBitCount]
            left &= left &- 1
            let bit = EventDecoder.bit(field.field)
            for index in field.firstSource..<field.firstSource &+ field.sourceCount {
                let known = quick[index]
                if known.slot >= 0 {
                    guard let found = view.value(Int(known.slot)) else { continue }
                    if known.isPlain, found.pointee.kind == .plain,
                        found.pointee.count <= maximumStringLength
                    {
                        slots[Int(field.field.rawValue)] = key(ofPlain: found)
                        if MappedDecoder.keepsText(field.field) { keep(found.pointee.bytes, of: field.field) }
                        present |= bit
                        break
                    }
                } else if known.constant != 0 {
                    slots[Int(field.field.rawValue)] = known.constant
                    present |= bit
                    break
                }
                let source = UnsafePointer(sources + index)
                switch value(of: source) {
                case .absent: continue
                case .unfit:
                    unfit[Int(field.field.rawValue)] += 1
                    continue
                case .text(let text, let key):
                    guard take(text, key, as: field, source) else { continue }
                case .number(let number):
                    guard take(number, as: field, source) else { continue }
                case .flag(let flag):
                    if field.kind == .flag {
                        slots[Int(field.field.rawValue)] = flag ? 1 : 0
                    } else if !take(MappedDecoder.text(of: flag), 0, as: field, source) {
                        continue
                    }
                }
                present |= bit
                break
            }
        }
        guard present & EventDecoder.bit(.ts) != 0 else {
            throw unfit[Int(EventField.ts.rawValue)] > unfitTimes ? .unreadableTimestamp : .missingTimestamp
        }
        guard EventDecoder.plausibleTimes.contains(Int64(bitPattern: slots[Int(EventField.ts.rawValue)]))
        else {
            throw .timestampOutOfRange
        }
        guard let type = eventType() else { throw .missingEvent }
        slots[Int(EventField.event.rawValue)] = type.key
        present |= EventDecoder.bit(.event)
        if type.isUnknown && mapping.dropsUnknownEvents { return .dropped }
        guard present & EventDecoder.bit(.accountID) != 0 else {
            throw isAccountTooLong ? .stringTooLong : .missingAccount
        }
        if present & EventDecoder.bit(.deviceID) == 0, present & EventDecoder.bit(.deviceSource) != 0 {
            // The source of a device id that is not there.
            present &= ~EventDecoder.bit(.deviceSource)
            slots[Int(EventField.deviceSource.rawValue)] = 0
        }
        let text = UnsafeRawBufferPointer(rebasing: texts[..<textCount])
        decoder.make(&event, of: UnsafeBufferPointer(slots).span, present: present, text: text.bytes)
        let range = slots[EventDecoder.slotCount / 2 + Int(EventField.accountID.rawValue)]
        let start = Int(truncatingIfNeeded: range >> 32)
        let end = Int(truncatingIfNeeded: range & 0xFFFF_FFFF)
        return .event(JSONScanner.Text(start: start, end: end, length: end - start))
    }

    /// Whether an event is made from a field's text and not from its key alone.
    @inline(__always)
    private static func keepsText(_ field: EventField) -> Bool {
        let fields =
            EventDecoder.bit(.accountID) | EventDecoder.bit(.ip) | EventDecoder.bit(.model)
            | EventDecoder.bit(.campaignID)
        return fields & EventDecoder.bit(field) != 0
    }

    /// Keeps the text of a field, of at most `maximumStringLength` bytes: there is room for each field that needs it.
    @inline(__always)
    private mutating func keep(_ text: UnsafeRawBufferPointer, of field: EventField) {
        let start = textCount
        textCount &+= text.count
        UnsafeMutableRawBufferPointer(rebasing: texts[start..<textCount]).copyMemory(from: text)
        slots[EventDecoder.slotCount / 2 + Int(field.rawValue)] = UInt64(start) << 32 | UInt64(textCount)
    }

    /// Takes a text as a field's value.
    /// - Parameter key: its key, or 0.
    /// - Returns: whether it is one.
    @inline(__always)
    private mutating func take(
        _ text: UnsafeRawBufferPointer, _ key: UInt64, as field: RecordMapping.Field,
        _ source: UnsafePointer<RecordMapping.Source>
    ) -> Bool {
        let slot = Int(field.field.rawValue)
        switch field.kind {
        case .text:
            guard text.count > 0 else { return false }
            guard text.count <= maximumStringLength else {
                if field.field == .accountID { isAccountTooLong = true }
                unfit[slot] += 1
                return false
            }
            slots[slot] = key != 0 ? key : hash(text.bytes)
            if MappedDecoder.keepsText(field.field) { keep(text, of: field.field) }
            return true
        case .number:
            guard text.count > 0 else { return false }
            guard let number = DecimalText.scaled(text, places: 0) else {
                unfit[slot] += 1
                return false
            }
            return take(number, as: field, source)
        case .time:
            guard text.count > 0 else { return false }
            guard let number = DecimalText.milliseconds(sinceEpoch: text) else {
                unfit[slot] += 1
                return false
            }
            return take(number, as: field, source)
        case .flag:
            guard case .flag(let flag) = MappedDecoder.flag(text) else {
                unfit[slot] += 1
                return false
            }
            slots[slot] = flag ? 1 : 0
            return true
        }
    }

    private mutating func take(
        _ number: Int64, as field: RecordMapping.Field, _ source: UnsafePointer<RecordMapping.Source>
    ) -> Bool {
        let slot = Int(field.field.rawValue)
        guard field.kind == .number || field.kind == .time else {
            return field.kind == .text && take(digits(of: number), 0, as: field, source)
        }
        var number = number
        if source.pointee.minus >= 0, let taken = amount(source) { number = max(0, number &- taken) }
        let neverNegative = EventDecoder.money | EventDecoder.counts
        guard number >= 0 || neverNegative & EventDecoder.bit(field.field) == 0 else {
            unfit[slot] += 1
            return false
        }
        slots[slot] = UInt64(bitPattern: number)
        return true
    }

    /// What is to be taken off a number, on the same scale.
    private mutating func amount(_ source: UnsafePointer<RecordMapping.Source>) -> Int64? {
        guard let found = scan.value(source.pointee.minus), let text = text(of: found) else { return nil }
        var places: Int64 = 0
        for step in mapping.steps[
            source.pointee.firstStep..<source.pointee.firstStep + source.pointee.stepCount]
        where step.operation == .number { places = step.value }
        guard let amount = DecimalText.scaled(text, places: Int(places)), amount >= 0 else { return nil }
        return amount
    }

    // MARK: Types of events

    private mutating func eventType() -> (key: UInt64, isUnknown: Bool)? {
        for rule in mapping.rules where holdAll(rule.conditions) {
            return (typeKeys[Int(rule.type.rawValue)], false)
        }
        for index in mapping.eventSources {
            guard
                case .text(let name, let known) = value(
                    of: UnsafePointer(sources.baseAddress.unsafelyUnwrapped + index)), name.count > 0,
                name.count <= MappedDecoder.longestText
            else { continue }
            let key = known != 0 ? known : hash(name.bytes)
            if let type = mapping.names.find(key) ?? patternType(name, key) {
                return (typeKeys[Int(type.rawValue)], false)
            }
            unmapped.add(key, name)
            return (key, true)
        }
        return nil
    }

    private mutating func patternType(_ name: UnsafeRawBufferPointer, _ key: UInt64) -> EventType? {
        guard !mapping.eventPatterns.isEmpty else { return nil }
        let place = Int(truncatingIfNeeded: key) & 1023
        if typeMemo[place].key != key {
            typeMemo[place] = (key, mapping.eventPatterns.first { $0.pattern.matches(name) }?.type)
        }
        return typeMemo[place].type
    }

    // MARK: Conditions

    private mutating func holdAll(_ range: Range<Int>) -> Bool {
        for index in range where !holds(index) { return false }
        return true
    }

    private mutating func holds(_ index: Int) -> Bool {
        let condition = mapping.conditions[index]
        let found = capture(condition.place)
        var answer = false
        switch condition.test {
        case .exists: answer = (found != nil) == (condition.first == 1)
        case .oneOf:
            if let found, let key = key(of: found) {
                for place in condition.first..<condition.first &+ condition.count
                where mapping.hashes[place] == key {
                    answer = true
                }
            }
        case .like:
            if let found, let key = key(of: found) {
                answer = isLike(condition.first, key, found.pointee.bytes)
            }
        }
        return answer != condition.isNegated
    }

    /// Whether a text fits a pattern, which is remembered.
    private mutating func isLike(_ pattern: Int, _ key: UInt64, _ text: UnsafeRawBufferPointer) -> Bool {
        let mixed = (key ^ UInt64(truncatingIfNeeded: pattern) &* 0x9E37_79B9_7F4A_7C15) | 1
        let place = Int(truncatingIfNeeded: mixed &>> 40) & 511
        if likeMemo[place] | 1 == mixed { return likeMemo[place] & 1 != 0 }
        let answer = mapping.patterns[pattern].matches(text)
        likeMemo[place] = answer ? mixed : mixed & ~1
        return answer
    }

    // MARK: Values

    @inline(__always)
    private mutating func capture(_ place: RecordMapping.Place) -> UnsafeMutablePointer<Capture>? {
        guard place.isOuter else { return scan.value(place.slot) }
        return outerCapture(place.slot)
    }

    private mutating func outerCapture(_ slot: Int) -> UnsafeMutablePointer<Capture>? {
        if let found = scan.outerValue(slot) { return found }
        for index in stages.indices.reversed() {
            if let found = stages[index].outerValue(slot) { return found }
        }
        return nil
    }

    /// The text of what was found; nil for an object or array.
    @inline(__always)
    private mutating func text(of found: UnsafeMutablePointer<Capture>) -> UnsafeRawBufferPointer? {
        switch found.pointee.kind {
        case .plain, .number, .yes, .no: return found.pointee.bytes
        case .nested: return nil
        case .escaped:
            guard let resolved = scan.resolve(found.pointee), let start = resolved.baseAddress else {
                return nil
            }
            found.pointee.start = start
            found.pointee.count = resolved.count
            found.pointee.kind = .plain
            return resolved
        }
    }

    /// The key of a string without escapes.
    @inline(__always)
    private func key(ofPlain found: UnsafeMutablePointer<Capture>) -> UInt64 {
        if found.pointee.hash == 0 { found.pointee.hash = hash(found.pointee.bytes.bytes) }
        return found.pointee.hash
    }

    private mutating func key(of found: UnsafeMutablePointer<Capture>) -> UInt64? {
        if found.pointee.hash != 0 { return found.pointee.hash }
        guard let text = text(of: found) else { return nil }
        found.pointee.hash = hash(text.bytes)
        return found.pointee.hash
    }

    @inline(__always)
    private mutating func value(of source: UnsafePointer<RecordMapping.Source>) -> Value {
        if source.pointee.conditionCount > 0 {
            let range =
                source.pointee.firstCondition..<source.pointee.firstCondition &+ source.pointee.conditionCount
            guard holdAll(range) else { return .absent }
        }
        var value: Value
        switch source.pointee.origin {
        case .place:
            guard let found = capture(source.pointee.place) else { return .absent }
            if source.pointee.place.slot < mapping.sumPlaces.count,
                mapping.sumPlaces[source.pointee.place.slot] >= 0
            {
                return .number(Int64(bitPattern: found.pointee.hash))
            }
            guard let text = text(of: found) else { return .unfit }
            if source.pointee.stepCount == 0 {
                if found.pointee.kind == .number { return plainNumber(text) }
                return .text(text, key: found.pointee.hash)
            }
            if text.count >= source.pointee.rememberedFrom, text.count <= MappedDecoder.longestText {
                return remembered(source, found, text)
            }
            value = .text(text, key: found.pointee.hash)
        case .constant: value = .text(constant(source.pointee.first))
        case .join:
            guard let joined = join(source.pointee.first..<source.pointee.first + source.pointee.count) else {
                return .absent
            }
            value = .text(joined)
        case .key:
            guard let item, source.pointee.first < 3, !item.keys[source.pointee.first].isEmpty else {
                return .absent
            }
            let range = item.keys[source.pointee.first]
            value = .text(UnsafeRawBufferPointer(start: item.base + range.lowerBound, count: range.count))
        }
        return stepped(source, value)
    }

    @inline(__always)
    private mutating func stepped(_ source: UnsafePointer<RecordMapping.Source>, _ first: Value) -> Value {
        var value = first
        for index in source.pointee.firstStep..<source.pointee.firstStep &+ source.pointee.stepCount {
            value = apply(mapping.steps[index], to: value)
            switch value {
            case .absent, .unfit: return value
            default: break
            }
        }
        return value
    }

    /// What a source made of a text before: names of makers and networks, queries and user agents come again and again.
    private struct Answer {
        enum Kind: UInt8 { case absent, number, text }

        /// Of the text and the source; 0 in an empty place.
        var key: UInt64 = 0
        /// The number, or the key of the text.
        var word: UInt64 = 0
        var kind = Kind.absent
        var count: UInt8 = 0
        var bytes = InlineArray<46, UInt8>(repeating: 0)
    }

    /// What the steps make of a text, from memory where that is a number, a short text or nothing.
    private mutating func remembered(
        _ source: UnsafePointer<RecordMapping.Source>, _ found: UnsafeMutablePointer<Capture>,
        _ text: UnsafeRawBufferPointer
    ) -> Value {
        guard let textKey = key(of: found) else { return .unfit }
        // No two sources have a step in common.
        let key = IdentifierHash.combine(textKey, UInt64(truncatingIfNeeded: source.pointee.firstStep))
        let place =
            answers.baseAddress.unsafelyUnwrapped
            + (Int(truncatingIfNeeded: key) & (MappedDecoder.answerCount - 1))
        if place.pointee.key == key {
            switch place.pointee.kind {
            case .absent: return .absent
            case .number: return .number(Int64(bitPattern: place.pointee.word))
            case .text:
                // The text stands behind two words and two bytes.
                let bytes = UnsafeRawBufferPointer(
                    start: UnsafeRawPointer(place) + 18, count: Int(place.pointee.count))
                return .text(bytes, key: place.pointee.word)
            }
        }
        let value = stepped(source, .text(text, key: textKey))
        switch value {
        case .absent: place.pointee = Answer(key: key)
        case .number(let number):
            place.pointee = Answer(key: key, word: UInt64(bitPattern: number), kind: .number)
        case .text(let result, let known) where result.count <= 46:
            let word = known != 0 ? known : hash(result.bytes)
            place.pointee = Answer(key: key, word: word, kind: .text, count: UInt8(result.count))
            for index in 0..<result.count { place.pointee.bytes[index] = result[index] }
            return .text(result, key: word)
        default: break
        }
        return value
    }

    /// A number as text: whole ones in digits only, so that 12.0 and 12 are one id.
    private func plainNumber(_ text: UnsafeRawBufferPointer) -> Value {
        for byte in text where byte &- 0x30 >= 10 && byte != 0x2D {
            var position = 0
            guard let whole = try? JSONScanner.scanInteger(text.bytes, &position) else { return .text(text) }
            return .number(whole)
        }
        return .text(text)
    }

    private func constant(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: constants[constantRanges[index]])
    }

    private mutating func join(_ range: Range<Int>) -> UnsafeRawBufferPointer? {
        let room = scratchRoom()
        var count = 0
        for index in range {
            guard let found = capture(mapping.places[index]), let text = text(of: found), text.count > 0,
                count + text.count + 1 < room.count
            else { return nil }
            if count > 0 {
                room[count] = 0x3A
                count += 1
            }
            UnsafeMutableRawBufferPointer(rebasing: room[count...]).copyMemory(from: text)
            count += text.count
        }
        return UnsafeRawBufferPointer(rebasing: room[..<count])
    }

    /// Half of the scratch: the one that the value at hand is not in.
    private mutating func scratchRoom() -> UnsafeMutableRawBufferPointer {
        scratchHalf = 1 - scratchHalf
        let start = scratchHalf * MappedDecoder.longestText
        return UnsafeMutableRawBufferPointer(rebasing: scratch[start..<start + MappedDecoder.longestText])
    }

    private mutating func digits(of number: Int64) -> UnsafeRawBufferPointer {
        let room = scratchRoom()
        var magnitude = number.magnitude
        var start = 24
        repeat {
            start -= 1
            room[start] = UInt8(truncatingIfNeeded: magnitude % 10) + 0x30
            magnitude /= 10
        } while magnitude > 0
        if number < 0 {
            start -= 1
            room[start] = 0x2D
        }
        return UnsafeRawBufferPointer(rebasing: room[start..<24])
    }

    private static func text(of flag: Bool) -> UnsafeRawBufferPointer {
        let text: StaticString = flag ? "true" : "false"
        return UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    // MARK: Steps

    @inline(never)
    private mutating func apply(_ step: RecordMapping.Step, to value: Value) -> Value {
        switch value {
        case .text(let text, let key): return applyText(step, text, key)
        case .number(let number):
            switch step.operation {
            case .divide: return .number(number / step.value)
            case .negate: return .number(0 &- number)
            case .below: return .flag(number < step.value)
            case .number: return .number(number)
            default: return applyText(step, digits(of: number), 0)
            }
        default: return value
        }
    }

    private mutating func applyText(
        _ step: RecordMapping.Step, _ text: UnsafeRawBufferPointer, _ known: UInt64
    ) -> Value {
        guard text.count <= MappedDecoder.longestText else { return .unfit }
        guard text.count > 0 else { return .absent }
        switch step.operation {
        case .lower:
            let room = scratchRoom()
            for index in 0..<text.count {
                let byte = text[index]
                room[index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
            }
            return .text(UnsafeRawBufferPointer(rebasing: room[..<text.count]))
        case .strip:
            let prefix = constant(step.index)
            guard text.count >= prefix.count,
                memcmp(text.baseAddress!, prefix.baseAddress!, prefix.count) == 0
            else { return .text(text, key: known) }
            return .text(UnsafeRawBufferPointer(rebasing: text[prefix.count...]))
        case .after:
            let word = constant(step.index)
            guard let found = MappedDecoder.find(word, in: text) else { return .absent }
            return .text(UnsafeRawBufferPointer(rebasing: text[(found + word.count)...]))
        case .cut: return cut(text, constant(step.index), Int(step.value))
        case .query:
            guard let encoded = FormText.value(of: constant(step.index), in: text) else { return .absent }
            guard let count = FormText.decode(encoded, into: scratchRoom()) else { return .unfit }
            let start = scratchHalf * MappedDecoder.longestText
            return .text(UnsafeRawBufferPointer(rebasing: scratch[start..<start + count]))
        case .first: return .text(UnsafeRawBufferPointer(rebasing: text.prefix(Int(step.value))))
        case .like:
            let key = known != 0 ? known : hash(text.bytes)
            return isLike(step.index, key, text) ? .text(text, key: key) : .absent
        case .map:
            let key = known != 0 ? known : hash(text.bytes)
            for index in mapping.tables[step.index].indices
            where mapping.tables[step.index][index].from == key {
                return .text(constant(mapping.tables[step.index][index].to))
            }
            return .absent
        case .phone: return phone(text)
        case .keyed:
            guard let keyedHash else {
                unkeyed += 1
                return .absent
            }
            var word = keyedHash(text)
            let room = scratchRoom()
            for index in stride(from: 15, through: 0, by: -1) {
                let digit = UInt8(truncatingIfNeeded: word & 15)
                room[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
                word >>= 4
            }
            return .text(UnsafeRawBufferPointer(rebasing: room[..<16]))
        case .number: return DecimalText.scaled(text, places: Int(step.value)).map { .number($0) } ?? .unfit
        case .epoch: return DecimalText.milliseconds(sinceEpoch: text).map { .number($0) } ?? .unfit
        case .time:
            let zone = step.value == Int64.min ? nil : step.value
            return TimeText.milliseconds(text, zoneMinutes: zone).map { .number($0) } ?? .unfit
        case .divide, .negate, .below:
            guard let number = DecimalText.scaled(text, places: 0) else { return .unfit }
            return apply(step, to: .number(number))
        case .bool: return MappedDecoder.flag(text)
        }
    }

    /// Where a word first stands.
    private static func find(_ word: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer) -> Int? {
        guard let base = text.baseAddress, let wanted = word.baseAddress else { return nil }
        var start = 0
        while start &+ word.count <= text.count,
            let found = memchr(base + start, Int32(word[0]), text.count &- word.count &- start &+ 1)
        {
            start = UnsafeRawPointer(found) - base
            if memcmp(base + start, wanted, word.count) == 0 { return start }
            start &+= 1
        }
        return nil
    }

    private func cut(
        _ text: UnsafeRawBufferPointer, _ separator: UnsafeRawBufferPointer, _ index: Int
    ) -> Value {
        var rest = text
        var left = index
        while true {
            let end = MappedDecoder.find(separator, in: rest)
            if left == 0 { return .text(UnsafeRawBufferPointer(rebasing: rest[..<(end ?? rest.count)])) }
            guard let end, end + separator.count < rest.count else { return .absent }
            rest = UnsafeRawBufferPointer(rebasing: rest[(end + separator.count)...])
            left -= 1
        }
    }

    /// A number as it is dialled in China: digits only, without the country's code.
    private mutating func phone(_ text: UnsafeRawBufferPointer) -> Value {
        let room = scratchRoom()
        var count = 0
        for byte in text where byte &- 0x30 < 10 {
            room[count] = byte
            count += 1
        }
        var start = 0
        if count == 15, room[0] == 0x30, room[1] == 0x30 { start = 2 }
        if count - start == 13, room[start] == 0x38, room[start + 1] == 0x36 { start += 2 }
        guard count - start >= 5 else { return .unfit }
        return .text(UnsafeRawBufferPointer(rebasing: room[start..<count]))
    }

    private static func flag(_ text: UnsafeRawBufferPointer) -> Value {
        switch text.count {
        case 1: return text[0] == 0x31 ? .flag(true) : text[0] == 0x30 ? .flag(false) : .unfit
        case 4: return memcmp(text.baseAddress!, "true", 4) == 0 ? .flag(true) : .unfit
        case 5: return memcmp(text.baseAddress!, "false", 5) == 0 ? .flag(false) : .unfit
        default: return .unfit
        }
    }
}

/// How often each of the first thousand names came.
struct NameCounts {
    private static let most = 1000
    private var places: [UInt64: Int] = [:]
    private(set) var names: [(name: String, count: Int64)] = []
    /// Occurrences of names that found no room.
    private(set) var others: Int64 = 0

    mutating func add(_ key: UInt64, _ name: UnsafeRawBufferPointer) {
        if let place = places[key] {
            names[place].count += 1
        } else if names.count < NameCounts.most {
            places[key] = names.count
            names.append((String(decoding: name.prefix(512), as: UTF8.self), 1))
        } else {
            others += 1
        }
    }
}
