/// A format made ready for reading: pointers as slots of a tree, texts and tables hashed, steps one behind the other. It is made
/// once, and nothing of it changes.
struct RecordMapping: Sendable {
    /// A slot that a value is taken from.
    struct Place: Sendable {
        var slot: Int
        /// The record around is asked, too.
        var isOuter: Bool
    }

    enum Origin: UInt8, Sendable { case place, join, constant, key }

    struct Source: Sendable {
        var origin: Origin
        var place: Place
        /// The places of a join, in `places`; the number of the constant, or of the key.
        var first = 0
        var count = 0
        var firstStep = 0
        var stepCount = 0
        var firstCondition = 0
        var conditionCount = 0
        var minus = -1
        /// From which length of a text on it is worth remembering what the steps make of it.
        var rememberedFrom = Int.max
        /// Whether it gives nothing unless something stands at its pointer in the record.
        var isInRecord: Bool { origin == .place && !place.isOuter }
    }

    /// A step with its texts in tables, so that reading it copies a few words.
    struct Step: Sendable {
        enum Operation: UInt8, Sendable {
            case lower, strip, after, cut, query, first, like, map, phone, keyed
            case number, epoch, time, divide, negate, below, bool
        }
        var operation: Operation
        /// Its number, or where its text or table is.
        var value: Int64 = 0
        var index = 0
    }

    struct Condition: Sendable {
        enum Test: UInt8, Sendable { case oneOf, exists, like }
        var test: Test
        var place: Place
        var isNegated: Bool
        /// Where its hashes are, or which pattern it is; 1 or 0 of `exists`.
        var first = 0
        var count = 0
    }

    struct Field: Sendable {
        enum Kind: UInt8, Sendable { case text, number, flag, time }
        var field: EventField
        var kind: Kind
        var firstSource: Int
        var sourceCount: Int
    }

    /// Names of events and what they are, by hash: open addressing.
    struct NameTable: Sendable {
        private var keys: [UInt64] = []
        private var types: [EventType] = []

        init(_ names: [(name: String, type: EventType)], _ hash: IdentifierHash) {
            var size = 16
            while size < names.count * 2 { size *= 2 }
            keys = [UInt64](repeating: 0, count: size)
            types = [EventType](repeating: .other, count: size)
            for (name, type) in names {
                let key = hash(Array(name.utf8).span.bytes)
                var place = Int(truncatingIfNeeded: key) & (size - 1)
                while keys[place] != 0 && keys[place] != key { place = (place + 1) & (size - 1) }
                keys[place] = key
                types[place] = type
            }
        }

        @inline(__always)
        func find(_ key: UInt64) -> EventType? {
            var place = Int(truncatingIfNeeded: key) & (keys.count &- 1)
            while keys[place] != 0 {
                if keys[place] == key { return types[place] }
                place = (place &+ 1) & (keys.count &- 1)
            }
            return nil
        }
    }

    let name: String
    let items: PointerTree
    let whole: PointerTree
    let explodes: [ExplodePath]
    let sumPlaces: [Int]
    /// The pointers that look around the record, with their slots.
    let outer: [(Pointer, slot: Int)]
    /// Something stands at a place of each group.
    let detect: [[Place]]

    private(set) var fields: [Field] = []
    /// A bit for each field, by its place, of which some source looks elsewhere than in the record.
    let seekers: UInt64
    private(set) var sources: [Source] = []
    private(set) var places: [Place] = []
    private(set) var steps: [Step] = []
    private(set) var conditions: [Condition] = []
    private(set) var hashes: [UInt64] = []
    private(set) var texts: [[UInt8]] = []
    private(set) var patterns: [TextPattern] = []
    /// Pairs of a text's hash and the number of the text that it becomes.
    private(set) var tables: [[(from: UInt64, to: Int)]] = []
    private(set) var keep: Range<Int> = 0..<0
    private(set) var drop: Range<Int> = 0..<0
    private(set) var rules: [(conditions: Range<Int>, type: EventType)] = []
    private(set) var eventSources: Range<Int> = 0..<0
    let names: NameTable
    private(set) var eventPatterns: [(pattern: TextPattern, type: EventType)] = []
    let dropsUnknownEvents: Bool

    /// From which length of a text on steps cost more than to look up what they made of the same text before. Numbers and
    /// times seldom come again; phones and what is hashed with the key, or left out and counted, are not kept.
    private static func rememberedFrom(_ steps: ArraySlice<Step>) -> Int {
        if steps.contains(where: { $0.operation == .phone || $0.operation == .keyed }) { return .max }
        switch steps.first?.operation {
        case nil, .number, .epoch, .time, .divide, .negate, .below, .bool: return .max
        // The answer is remembered elsewhere, and the text is the same.
        case .like where steps.count == 1: return .max
        case .cut, .first: return steps.count == 1 ? 24 : 0
        default: return 0
        }
    }

    init(_ definition: FormatDefinition, hash: IdentifierHash) {
        name = definition.name
        explodes = definition.explodes
        dropsUnknownEvents = definition.dropsUnknownEvents
        names = NameTable(
            EventType.allCases.filter { $0 != .other }.map { ("\($0.name)", $0) } + definition.eventNames,
            hash)
        eventPatterns = definition.eventPatterns

        // Slots: one for each pointer, and for each sum its own.
        var slots: [(pointer: Pointer, sum: Int)] = []
        func slot(_ pointer: Pointer, sum: Int = -1) -> Place {
            if let known = slots.firstIndex(where: { $0.pointer == pointer && $0.sum == sum }) {
                return Place(slot: known, isOuter: pointer.isOuter)
            }
            slots.append((pointer, sum))
            return Place(slot: slots.count - 1, isOuter: pointer.isOuter)
        }
        detect = definition.detect.map { $0.map { slot($0) } }

        // Tables are filled in local variables, because a function within cannot reach into `self` yet.
        var sources: [Source] = []
        var places: [Place] = []
        var steps: [Step] = []
        var conditions: [Condition] = []
        var hashes: [UInt64] = []
        var texts: [[UInt8]] = []
        var patterns: [TextPattern] = []
        var tables: [[(from: UInt64, to: Int)]] = []

        func add(_ list: [RecordCondition]) -> Range<Int> {
            let start = conditions.count
            for condition in list {
                let place = slot(condition.pointer)
                var lowered = Condition(test: .exists, place: place, isNegated: condition.isNegated)
                switch condition.test {
                case .oneOf(let values):
                    lowered.test = .oneOf
                    lowered.first = hashes.count
                    lowered.count = values.count
                    hashes += values.map { hash(Array($0.utf8).span.bytes) }
                case .exists(let flag): lowered.first = flag ? 1 : 0
                case .like(let pattern):
                    lowered.test = .like
                    lowered.first = patterns.count
                    patterns.append(pattern)
                }
                conditions.append(lowered)
            }
            return start..<conditions.count
        }

        func add(_ list: [ValueStep]) -> Range<Int> {
            let start = steps.count
            func text(_ operation: Step.Operation, _ bytes: [UInt8], _ value: Int64 = 0) -> Step {
                texts.append(bytes)
                return Step(operation: operation, value: value, index: texts.count - 1)
            }
            for step in list {
                switch step {
                case .string, .sum: break
                case .lower: steps.append(Step(operation: .lower))
                case .strip(let bytes): steps.append(text(.strip, bytes))
                case .after(let bytes): steps.append(text(.after, bytes))
                case .cut(let bytes, let index): steps.append(text(.cut, bytes, Int64(index)))
                case .query(let bytes): steps.append(text(.query, bytes))
                case .first(let count): steps.append(Step(operation: .first, value: Int64(count)))
                case .like(let pattern):
                    patterns.append(pattern)
                    steps.append(Step(operation: .like, index: patterns.count - 1))
                case .map(let pairs):
                    let first = texts.count
                    texts += pairs.map(\.to)
                    tables.append(
                        pairs.enumerated().map { (hash($0.element.from.span.bytes), first + $0.offset) })
                    steps.append(Step(operation: .map, index: tables.count - 1))
                case .phone: steps.append(Step(operation: .phone))
                case .keyed: steps.append(Step(operation: .keyed))
                case .int: steps.append(Step(operation: .number, value: 0))
                case .fen: steps.append(Step(operation: .number, value: 2))
                case .x1000: steps.append(Step(operation: .number, value: 3))
                case .epoch: steps.append(Step(operation: .epoch))
                case .iso8601: steps.append(Step(operation: .time, value: Int64.min))
                case .local(let zone): steps.append(Step(operation: .time, value: zone))
                case .divide(let number): steps.append(Step(operation: .divide, value: number))
                case .negate: steps.append(Step(operation: .negate))
                case .below(let number): steps.append(Step(operation: .below, value: number))
                case .bool: steps.append(Step(operation: .bool))
                }
            }
            return start..<steps.count
        }

        func add(_ list: [ValueSource]) -> Range<Int> {
            let start = sources.count
            for source in list {
                let nowhere = Place(slot: 0, isOuter: false)
                let isSum = source.steps.contains(.sum)
                let scale = source.steps.contains(.fen) ? 2 : source.steps.contains(.x1000) ? 3 : 0
                var lowered = Source(origin: .constant, place: nowhere)
                switch source.origin {
                case .pointer(let pointer):
                    lowered.origin = .place
                    lowered.place = slot(pointer, sum: isSum ? scale : -1)
                case .join(let pointers):
                    lowered.origin = .join
                    let joined = pointers.map { slot($0) }
                    lowered.first = places.count
                    lowered.count = joined.count
                    places += joined
                case .constant(let text):
                    lowered.first = texts.count
                    texts.append(Array(text.utf8))
                case .key(let index):
                    lowered.origin = .key
                    lowered.first = index
                }
                // A sum is a number already.
                let range = isSum ? add([ValueStep]()) : add(source.steps)
                (lowered.firstStep, lowered.stepCount) = (range.lowerBound, range.count)
                lowered.rememberedFrom = RecordMapping.rememberedFrom(steps[range])
                let tests = add(source.conditions)
                (lowered.firstCondition, lowered.conditionCount) = (tests.lowerBound, tests.count)
                if let minus = source.minus { lowered.minus = slot(minus).slot }
                sources.append(lowered)
            }
            return start..<sources.count
        }

        keep = add(definition.keep)
        drop = add(definition.drop)
        for rule in definition.eventRules { rules.append((add(rule.conditions), rule.type)) }
        eventSources = add(definition.eventSources)
        for field in EventField.allCases {
            guard let list = definition.fields[field], !list.isEmpty else { continue }
            let range = add(list)
            let kind: Field.Kind =
                field == .ts
                ? .time
                : field == .ok
                    ? .flag : EventDecoder.integers & EventDecoder.bit(field) != 0 ? .number : .text
            fields.append(
                Field(field: field, kind: kind, firstSource: range.lowerBound, sourceCount: range.count))
        }

        sumPlaces = slots.map(\.sum)
        outer = slots.enumerated().filter { $0.element.pointer.isOuter }.map {
            ($0.element.pointer, slot: $0.offset)
        }
        let own = slots.enumerated().filter { !$0.element.pointer.isOuter }
            .map { ($0.element.pointer, slot: $0.offset) }
        let sums = slots.map { $0.sum >= 0 }
        var askers = [UInt64](repeating: 0, count: slots.count)
        var seekers: UInt64 = 0
        for (index, field) in fields.enumerated() {
            let bit: UInt64 = 1 << UInt64(index)
            for source in sources[field.firstSource..<field.firstSource + field.sourceCount] {
                if source.isInRecord { askers[source.place.slot] |= bit } else { seekers |= bit }
            }
        }
        self.seekers = seekers
        items = PointerTree(own, slotCount: slots.count, sums: sums, askers: askers)
        whole = PointerTree(
            own + outer, explodes: definition.explodes.map(\.head), slotCount: slots.count, sums: sums,
            askers: askers)
        self.sources = sources
        self.places = places
        self.steps = steps
        self.conditions = conditions
        self.hashes = hashes
        self.texts = texts
        self.patterns = patterns
        self.tables = tables
    }
}
