/// One of the fixed set of steps that turn what stands in a record into a field's value.
enum ValueStep: Equatable, Sendable {
    // Text to text.
    case string, lower
    case strip([UInt8])
    case after([UInt8])
    case cut([UInt8], Int)
    case query([UInt8])
    case first(Int)
    case like(TextPattern)
    case map([(from: [UInt8], to: [UInt8])])
    case phone, keyed
    // Text to a number.
    case int, fen, x1000, sum
    case epoch, iso8601
    case local(zoneMinutes: Int64)
    // A number to a number, or to a yes or no.
    case divide(Int64)
    case negate
    case below(Int64)
    case bool

    static func == (first: ValueStep, second: ValueStep) -> Bool { first.spelling == second.spelling }

    /// How it is written in a format's file, for the error that a step is not known.
    static let spellings =
        "str, lower, strip:TEXT, after:TEXT, cut:SEPARATOR:INDEX, query:KEY, first:COUNT, like:PATTERN, map:A=B,C=D, phone, "
        + "keyed, int, fen, x1000, sum, epoch, iso8601, local:+08:00, div:NUMBER, neg, below:NUMBER, bool"

    private var spelling: String { String(describing: self) }

    /// What it begins with, as it is written.
    var name: String {
        switch self {
        case .string: "str"
        case .lower: "lower"
        case .strip: "strip"
        case .after: "after"
        case .cut: "cut"
        case .query: "query"
        case .first: "first"
        case .like: "like"
        case .map: "map"
        case .phone: "phone"
        case .keyed: "keyed"
        case .int: "int"
        case .fen: "fen"
        case .x1000: "x1000"
        case .sum: "sum"
        case .epoch: "epoch"
        case .iso8601: "iso8601"
        case .local: "local"
        case .divide: "div"
        case .negate: "neg"
        case .below: "below"
        case .bool: "bool"
        }
    }

    /// - Throws: what is wrong with the step, as a clause.
    init(_ text: String) throws(TextPattern.Problem) {
        let colon = text.firstIndex(of: ":")
        let name = colon.map { text[..<$0] } ?? text[...]
        let argument = colon.map { String(text[text.index(after: $0)...]) }
        func bytes() throws(TextPattern.Problem) -> [UInt8] {
            guard let argument, !argument.isEmpty else {
                throw TextPattern.Problem(text: "\"\(name)\" wants something behind a colon")
            }
            return Array(argument.utf8)
        }
        func number() throws(TextPattern.Problem) -> Int64 {
            guard let argument, let number = Int64(argument), number > 0 else {
                throw TextPattern.Problem(text: "\"\(name)\" wants a whole number above 0 behind a colon")
            }
            return number
        }
        switch name {
        case "strip": self = .strip(try bytes())
        case "after": self = .after(try bytes())
        case "cut":
            // The separator may be a colon itself.
            let text = String(decoding: try bytes(), as: UTF8.self)
            guard let last = text.lastIndex(of: ":"), last > text.startIndex,
                let index = Int(text[text.index(after: last)...]), (0...99).contains(index)
            else { throw TextPattern.Problem(text: "\"cut\" is written cut:SEPARATOR:INDEX, as in cut:,:0") }
            self = .cut(Array(text[..<last].utf8), index)
        case "query": self = .query(try bytes())
        case "first": self = .first(Int(min(try number(), 512)))
        case "like": self = .like(try TextPattern(String(decoding: try bytes(), as: UTF8.self)))
        case "map":
            var pairs: [(from: [UInt8], to: [UInt8])] = []
            for pair in String(decoding: try bytes(), as: UTF8.self).split(separator: ",") {
                guard let equals = pair.firstIndex(of: "=") else {
                    throw TextPattern.Problem(text: "\"map\" is written map:A=B,C=D")
                }
                pairs.append((Array(pair[..<equals].utf8), Array(pair[pair.index(after: equals)...].utf8)))
            }
            self = .map(pairs)
        case "local":
            guard let zone = TimeText.zone(argument ?? "") else {
                throw TextPattern.Problem(text: "\"local\" wants a zone, as in local:+08:00")
            }
            self = .local(zoneMinutes: zone)
        case "div": self = .divide(try number())
        case "below": self = .below(try number())
        default:
            let plain: [Substring: ValueStep] = [
                "str": .string, "lower": .lower, "phone": .phone, "keyed": .keyed, "int": .int, "fen": .fen,
                "x1000": .x1000, "sum": .sum, "epoch": .epoch, "iso8601": .iso8601, "neg": .negate,
                "bool": .bool,
            ]
            guard let step = plain[name], argument == nil else {
                throw TextPattern.Problem(
                    text: "the step \"\(text)\" is not known; there are \(ValueStep.spellings)")
            }
            self = step
        }
    }
}

/// Where a field's value may come from: one of its alternatives, of which the first that gives something counts.
struct ValueSource: Sendable {
    enum Origin: Sendable {
        case pointer(Pointer)
        /// All of them, with colons between; absent when one is.
        case join([Pointer])
        case constant(String)
        /// The key of the explode path's nth map, from 0.
        case key(Int)
    }

    var origin: Origin
    var steps: [ValueStep] = []
    /// All have to hold.
    var conditions: [RecordCondition] = []
    /// An amount of the same kind to be taken off.
    var minus: Pointer?
}

/// Something that a record says or does not.
struct RecordCondition: Sendable {
    enum Test: Sendable {
        case oneOf([String])
        case exists(Bool)
        case like(TextPattern)
    }

    var pointer: Pointer
    var test: Test
    var isNegated = false
}
