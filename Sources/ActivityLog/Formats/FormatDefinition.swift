/// A format as its file says it: how records of some vendor's logs become events.
public struct FormatDefinition: Sendable {
    /// One way out of the text that a record is wrapped in.
    struct Unwrap: Sendable {
        enum Step: Equatable, Sendable {
            /// The value of the first of these keys in a form (`a=b&c=d`), percent-decoded.
            case form([[UInt8]])
            case base64
            /// Inflates gzip; what is no gzip stays as it is.
            case gunzip
        }

        /// Where the text stands, in order of preference; empty for the whole line.
        var at: [Pointer] = []
        var steps: [Step] = []
    }

    /// By which it is asked for.
    public var name: String
    /// One line on whose logs these are.
    public var about = ""
    /// The file it was read from, or its name where it is built in.
    var file: String
    /// A record in which something stands at one pointer of each group is of this format.
    var detect: [[Pointer]] = []
    var unwraps: [Unwrap] = []
    /// It holds records of other formats and has none of its own.
    public var isWrapper = false
    var explodes: [ExplodePath] = []
    var keep: [RecordCondition] = []
    var drop: [RecordCondition] = []
    var eventNames: [(name: String, type: EventType)] = []
    var eventPatterns: [(pattern: TextPattern, type: EventType)] = []
    var eventRules: [(conditions: [RecordCondition], type: EventType)] = []
    var eventSources: [ValueSource] = []
    /// Events without a type of ours are left out instead of being `other`.
    var dropsUnknownEvents = false
    var fields: [EventField: [ValueSource]] = [:]
    /// The format it extends; nil for none.
    public var base: String?

    /// Reads a format's file.
    /// - Parameters:
    ///   - file: its path, for errors.
    ///   - find: the format of a name, for `extends`.
    /// - Throws: `FormatError`.
    public init(
        _ bytes: [UInt8], file: String, find: (String) throws(FormatError) -> FormatDefinition?
    ) throws(FormatError) {
        let reader = FormatReader(file: file)
        self = try reader.definition(try FormatTree(bytes, file: file), find: find)
    }

    init(name: String, file: String) {
        self.name = name
        self.file = file
    }

    /// The names of the keys whose values must not be seen in samples: what is hashed with the key.
    var secretKeys: [[UInt8]] {
        var keys: [[UInt8]] = []
        for source in fields.keys.sorted(by: { $0.rawValue < $1.rawValue }).flatMap({ fields[$0]! }) {
            guard source.steps.contains(.keyed) || source.steps.contains(.phone),
                case .pointer(let pointer) = source.origin,
                let last = pointer.segments.last, last.isPlain
            else { continue }
            keys.append(last.parts[0])
        }
        return keys
    }
}

/// Takes a format's file apart and says what is wrong with it, and where.
private struct FormatReader {
    let file: String

    func failure(_ line: Int, _ path: [String], _ problem: String) -> FormatError {
        FormatError(file, line: line, path, problem)
    }

    func definition(
        _ tree: FormatTree, find: (String) throws(FormatError) -> FormatDefinition?
    ) throws(FormatError) -> FormatDefinition {
        let known = [
            "format", "about", "extends", "detect", "around", "unwrap", "explode", "keep", "drop", "event",
            "fields",
        ]
        let members = try object(tree, [], known: known)
        func member(_ key: String) -> FormatTree? { members.first { $0.key == key }?.value }
        guard let named = member("format") else {
            throw failure(tree.line, [], "the key \"format\" with the format's name is missing")
        }
        let name = try text(named, ["format"])
        guard !name.isEmpty,
            name.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 &- 0x61 < 26 || $0 == 0x2D || $0 == 0x5F })
        else { throw failure(named.line, ["format"], "a name has small letters, digits, - and _ only") }
        guard !["auto", "canonical", "any"].contains(name) else {
            throw failure(named.line, ["format"], "\"\(name)\" means something else; choose another name")
        }

        var definition = FormatDefinition(name: name, file: file)
        if let extends = member("extends") {
            let base = try text(extends, ["extends"])
            guard let found = try find(base) else {
                throw failure(extends.line, ["extends"], "there is no format \"\(base)\" to extend")
            }
            definition = found
            definition.name = name
            definition.file = file
            definition.base = base
        }
        if let about = member("about") { definition.about = try text(about, ["about"]) }
        if let detect = member("detect") {
            definition.detect = try list(detect).map { (tree) throws(FormatError) in
                try list(tree).map { (tree) throws(FormatError) in try pointer(tree, ["detect"]) }
            }
        }
        if let around = member("around") {
            guard try text(around, ["around"]) == "any" else {
                throw failure(around.line, ["around"], "only \"any\" is known: records of any format")
            }
            definition.isWrapper = true
        }
        if let unwrap = member("unwrap") {
            definition.unwraps = try list(unwrap).map { (tree) throws(FormatError) in try self.unwrap(tree) }
        }
        if let explode = member("explode") {
            definition.explodes = try list(explode).map { (tree) throws(FormatError) in
                guard let path = ExplodePath(try text(tree, ["explode"])) else {
                    throw failure(
                        tree.line, ["explode"],
                        "this is no path to events; write it as in \"/data/[]\" or \"/a/e/*/*\"")
                }
                return path
            }
        }
        if let keep = member("keep") { definition.keep += try conditions(keep, ["keep"]) }
        if let drop = member("drop") { definition.drop += try conditions(drop, ["drop"]) }
        if let event = member("event") { try self.event(event, &definition) }
        if let fields = member("fields") { try self.fields(fields, &definition) }
        try check(definition, tree.line)
        return definition
    }

    private func check(_ definition: FormatDefinition, _ line: Int) throws(FormatError) {
        guard !definition.detect.isEmpty || !definition.unwraps.isEmpty else {
            throw failure(line, [], "\"detect\" is missing: pointers to what every record of this format has")
        }
        guard !definition.isWrapper else {
            guard !definition.unwraps.isEmpty else {
                throw failure(
                    line, [], "\"unwrap\" is missing: where the records stand that this is around of")
            }
            return
        }
        for field in [EventField.ts, .accountID] where definition.fields[field]?.isEmpty ?? true {
            throw failure(line, ["fields"], "the field \"\(field.name)\" is missing; no event can do without")
        }
        guard !definition.eventSources.isEmpty || !definition.eventRules.isEmpty else {
            throw failure(line, ["event"], "\"from\" is missing: a pointer to the event's name")
        }
    }

    // MARK: Parts

    private func unwrap(_ tree: FormatTree) throws(FormatError) -> FormatDefinition.Unwrap {
        let path = ["unwrap"]
        var unwrap = FormatDefinition.Unwrap()
        for member in try object(tree, path, known: ["at", "steps"]) {
            switch member.key {
            case "at":
                unwrap.at = try list(member.value).map { (tree) throws(FormatError) in
                    try pointer(tree, path + ["at"])
                }
                if unwrap.at.contains(where: { $0.segments.isEmpty }) { unwrap.at = [] }
            default:
                unwrap.steps = try list(member.value).map { (tree) throws(FormatError) in
                    let step = try text(tree, path + ["steps"])
                    switch step {
                    case "base64": return .base64
                    case "gunzip?", "gunzip": return .gunzip
                    case _ where step.hasPrefix("form:") && step.utf8.count > 5:
                        return .form(step.dropFirst(5).split(separator: "|").map { Array($0.utf8) })
                    default:
                        throw failure(
                            tree.line, path + ["steps"],
                            "the step \"\(step)\" is not known; there are form:KEY|KEY, base64 and gunzip?")
                    }
                }
            }
        }
        return unwrap
    }

    private func event(_ tree: FormatTree, _ definition: inout FormatDefinition) throws(FormatError) {
        let path = ["event"]
        for member in try object(tree, path, known: ["from", "names", "patterns", "rules", "default"]) {
            let path = path + [member.key]
            switch member.key {
            case "from": definition.eventSources = try sources(member.value, path)
            case "names":
                // A later file's name counts before that of what it extends.
                for entry in try object(member.value, path) {
                    let type = try self.type(entry.value, path + [entry.key])
                    definition.eventNames.removeAll { $0.name == entry.key }
                    definition.eventNames.append((entry.key, type))
                }
            case "patterns":
                var patterns: [(pattern: TextPattern, type: EventType)] = []
                for entry in try object(member.value, path) {
                    let pattern = try self.pattern(entry.key, entry.line, path)
                    patterns.append((pattern, try type(entry.value, path + [entry.key])))
                }
                definition.eventPatterns = patterns + definition.eventPatterns
            case "rules":
                var rules: [(conditions: [RecordCondition], type: EventType)] = []
                for rule in try list(member.value) {
                    let parts = try object(rule, path, known: ["when", "event"])
                    guard let when = parts.first(where: { $0.key == "when" }),
                        let event = parts.first(where: { $0.key == "event" })
                    else { throw failure(rule.line, path, "a rule has \"when\" and \"event\"") }
                    rules.append(
                        (try conditions(when.value, path + ["when"]), try type(event.value, path + ["event"]))
                    )
                }
                definition.eventRules = rules + definition.eventRules
            default:
                let fallback = try text(member.value, path)
                guard ["other", "drop"].contains(fallback) else {
                    throw failure(member.line, path, "only \"other\" and \"drop\" are known")
                }
                definition.dropsUnknownEvents = fallback == "drop"
            }
        }
    }

    private func fields(_ tree: FormatTree, _ definition: inout FormatDefinition) throws(FormatError) {
        let known = EventField.allCases.filter { $0 != .event }
        for member in try object(tree, ["fields"], known: known.map { "\($0.name)" }) {
            let field = known.first { "\($0.name)" == member.key }!
            let sources = try self.sources(member.value, ["fields", member.key])
            for source in sources { try check(source, field, member.line) }
            // What a file adds comes first; an empty list takes the field away.
            definition.fields[field] = sources.isEmpty ? nil : sources + (definition.fields[field] ?? [])
        }
    }

    private func check(_ source: ValueSource, _ field: EventField, _ line: Int) throws(FormatError) {
        let path = ["fields", "\(field.name)"]
        let isNumber = EventDecoder.integers & EventDecoder.bit(field) != 0
        for step in source.steps {
            let isFit =
                switch step {
                case .epoch, .iso8601, .local: field == .ts
                case .fen, .x1000, .int, .sum, .divide, .negate: isNumber && field != .ts
                case .below, .bool: field == .ok
                case .keyed: !isNumber && field != .ok
                default: true
                }
            guard isFit else {
                throw failure(line, path, "the step \(step.name) does not give what this field takes")
            }
        }
        if case .pointer(let pointer) = source.origin,
            pointer.segments.last?.parts == [Array("session_key".utf8)]
        {
            throw failure(line, path, "a session_key is a secret of WeChat's and must not be read")
        }
    }

    // MARK: Values

    private func sources(_ tree: FormatTree, _ path: [String]) throws(FormatError) -> [ValueSource] {
        try list(tree).map { (tree) throws(FormatError) in try source(tree, path) }
    }

    private func source(_ tree: FormatTree, _ path: [String]) throws(FormatError) -> ValueSource {
        if case .string(let text) = tree.value {
            if let key = ["$1", "$2", "$3"].firstIndex(of: text) { return ValueSource(origin: .key(key)) }
            return ValueSource(origin: .pointer(try pointer(tree, path)))
        }
        var origin: ValueSource.Origin?
        var source = ValueSource(origin: .constant(""))
        for member in try object(tree, path, known: ["at", "join", "value", "as", "when", "minus"]) {
            let path = path + [member.key]
            switch member.key {
            case "at":
                if case .string(let text) = member.value.value,
                    let key = ["$1", "$2", "$3"].firstIndex(of: text)
                {
                    origin = .key(key)
                } else {
                    origin = .pointer(try pointer(member.value, path))
                }
            case "join":
                origin = .join(
                    try list(member.value).map { (tree) throws(FormatError) in try pointer(tree, path) })
            case "value": origin = .constant(try text(member.value, path))
            case "minus": source.minus = try pointer(member.value, path)
            case "when": source.conditions = try conditions(member.value, path)
            default:
                source.steps = try list(member.value).map { (tree) throws(FormatError) in
                    let spelled = try text(tree, path)
                    do throws(TextPattern.Problem) {
                        return try ValueStep(spelled)
                    } catch {
                        throw failure(tree.line, path, error.text)
                    }
                }
            }
        }
        guard let origin else {
            throw failure(
                tree.line, path, "\"at\" is missing: the pointer to the value (or \"join\", or \"value\")")
        }
        source.origin = origin
        return source
    }

    private func conditions(_ tree: FormatTree, _ path: [String]) throws(FormatError) -> [RecordCondition] {
        try list(tree).map { (tree) throws(FormatError) in
            let members = try object(
                tree, path, known: ["at", "is", "in", "exists", "like", "contains", "not"])
            var place: Pointer?
            var test: RecordCondition.Test?
            var isNegated = false
            for member in members {
                let path = path + [member.key]
                switch member.key {
                case "at": place = try pointer(member.value, path)
                case "is": test = .oneOf([try scalar(member.value, path)])
                case "in":
                    test = .oneOf(
                        try list(member.value).map { (tree) throws(FormatError) in try scalar(tree, path) })
                case "exists": test = .exists(try flag(member.value, path))
                case "like": test = .like(try pattern(try text(member.value, path), member.line, path))
                case "contains":
                    let word = try text(member.value, path)
                    do throws(TextPattern.Problem) {
                        test = .like(try TextPattern(containing: word))
                    } catch {
                        throw failure(member.line, path, error.text)
                    }
                default: isNegated = try flag(member.value, path)
                }
            }
            guard let place, let test else {
                throw failure(
                    tree.line, path, "a condition has \"at\" and one of is, in, exists, like and contains")
            }
            return RecordCondition(pointer: place, test: test, isNegated: isNegated)
        }
    }

    private func pattern(_ text: String, _ line: Int, _ path: [String]) throws(FormatError) -> TextPattern {
        do throws(TextPattern.Problem) {
            return try TextPattern(text)
        } catch {
            throw failure(line, path, "the pattern \"\(text)\" cannot be used: \(error.text)")
        }
    }

    private func type(_ tree: FormatTree, _ path: [String]) throws(FormatError) -> EventType {
        let name = try text(tree, path)
        guard let type = EventType.allCases.first(where: { "\($0.name)" == name }) else {
            let near = Spelling.nearest(to: name, among: EventType.allCases.map { "\($0.name)" })
            throw failure(
                tree.line, path,
                "there is no event type \"\(name)\"" + (near.map { "; did you mean \"\($0)\"?" } ?? ""))
        }
        return type
    }

    private func pointer(_ tree: FormatTree, _ path: [String]) throws(FormatError) -> Pointer {
        let text = try self.text(tree, path)
        guard let pointer = Pointer(text) else {
            throw failure(
                tree.line, path, "\"\(text)\" is no pointer; it begins with / (or ^/), and ~ is written ~0")
        }
        guard pointer.segments.count <= 16 else {
            throw failure(tree.line, path, "the pointer is longer than 16 keys")
        }
        return pointer
    }

    /// A value, or all of a list.
    private func list(_ tree: FormatTree) throws(FormatError) -> [FormatTree] {
        if case .array(let values) = tree.value { return values }
        return [tree]
    }

    private func object(
        _ tree: FormatTree, _ path: [String], known: [String]? = nil
    ) throws(FormatError) -> [FormatTree.Member] {
        guard case .object(let members) = tree.value else {
            throw failure(tree.line, path, "an object in { } has to stand here")
        }
        for member in members {
            guard let known, !known.contains(member.key) else { continue }
            let near = Spelling.nearest(to: member.key, among: known)
            throw failure(
                member.line, path + [member.key],
                near.map { "this key is not known; did you mean \"\($0)\"?" }
                    ?? "this key is not known; there are \(known.joined(separator: ", "))")
        }
        return members
    }

    private func text(_ tree: FormatTree, _ path: [String]) throws(FormatError) -> String {
        guard case .string(let text) = tree.value else {
            throw failure(tree.line, path, "a text in double quotes has to stand here")
        }
        return text
    }

    private func flag(_ tree: FormatTree, _ path: [String]) throws(FormatError) -> Bool {
        guard case .boolean(let flag) = tree.value else {
            throw failure(tree.line, path, "true or false has to stand here")
        }
        return flag
    }

    private func scalar(_ tree: FormatTree, _ path: [String]) throws(FormatError) -> String {
        switch tree.value {
        case .string(let text), .number(let text): return text
        case .boolean(let flag): return flag ? "true" : "false"
        default: throw failure(tree.line, path, "a text, a number, true or false has to stand here")
        }
    }
}

/// Finds what somebody may have meant.
enum Spelling {
    /// The name that takes the fewest changes of a letter, if they are few.
    static func nearest(to text: String, among names: [String]) -> String? {
        let best = names.map { (name: $0, distance: distance(Array(text.utf8), Array($0.utf8))) }
            .min { $0.distance < $1.distance }
        guard let best, best.distance <= max(1, text.utf8.count / 3) else { return nil }
        return best.name
    }

    /// Levenshtein's distance.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, byte) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[b.count]
    }
}
