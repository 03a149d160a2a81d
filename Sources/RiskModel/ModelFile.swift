import CBundledModel
import Foundation

/// Reading, checking and writing model files.
extension LogisticModel {
    /// A model is read in a diff; a file past this is none.
    private static let largestFile = 16 << 20

    /// Reads a model file.
    /// - Parameter requiring: heads without which the model is of no use to the caller.
    public static func load(
        _ path: String, requiring: [Risk] = Risk.allCases
    ) throws(ModelError) -> LogisticModel {
        let bytes: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            bytes = try file.read(upToCount: largestFile + 1) ?? Data()
        } catch {
            throw ModelError(
                model: path, problem: .cannotRead(systemCause(error) ?? "the file cannot be read"))
        }
        guard bytes.count <= largestFile else {
            throw ModelError(model: path, problem: .cannotRead("it is larger than 16 MiB"))
        }
        return try load(bytes: bytes, name: path, requiring: requiring)
    }

    /// The model inside the program.
    public static func bundled() throws(ModelError) -> LogisticModel {
        let bytes = Data(bytes: pg_bundled_model_bytes(), count: pg_bundled_model_length())
        return try load(bytes: bytes, name: "(bundled)")
    }

    /// Reads a model from the bytes of its file.
    /// - Parameter name: what errors call it.
    public static func load(
        bytes: Data, name: String, requiring: [Risk] = Risk.allCases
    ) throws(ModelError) -> LogisticModel {
        /// What tells a model file from any other JSON, whatever its layout.
        struct Header: Decodable {
            var format: String?
            var version: Int?
        }
        let decoder = JSONDecoder()
        let header = try decode(Header.self, bytes, name, decoder)
        guard header.format == formatName else {
            throw ModelError(model: name, problem: .notAModel)
        }
        let version = header.version ?? 0
        guard version <= currentVersion else {
            throw ModelError(model: name, problem: .newerVersion(version))
        }
        guard version == currentVersion else {
            throw ModelError(model: name, problem: .malformed(at: "version", "is \(version), not 1"))
        }
        let model = try decode(LogisticModel.self, bytes, name, decoder)
        do {
            try model.validate(requiring: requiring)
        } catch {
            throw ModelError(model: name, problem: error.problem)
        }
        return model
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: Data, _ name: String, _ decoder: JSONDecoder
    ) throws(ModelError) -> Value {
        do {
            return try decoder.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw ModelError(model: name, problem: problem(error, in: bytes))
        } catch {
            throw ModelError(model: name, problem: .notJSON("\(error)"))
        }
    }

    private static func problem(_ error: DecodingError, in bytes: Data) -> ModelError.Problem {
        func path(_ keys: [any CodingKey]) -> String {
            keys.reduce(into: "") { text, key in
                if let index = key.intValue {
                    text += "[\(index)]"
                } else {
                    text += (text.isEmpty ? "" : ".") + key.stringValue
                }
            }
        }
        switch error {
        case .keyNotFound(let key, let context):
            return .malformed(at: path(context.codingPath + [key]), "is missing")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            return context.codingPath.isEmpty
                ? .notAModel
                : .malformed(at: path(context.codingPath), "is not of type \(type)")
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? syntax(bytes)
                : .malformed(
                    at: path(context.codingPath), "is not valid: " + oneLine(context.debugDescription))
        @unknown default:
            return .notJSON(oneLine("\(error)"))
        }
    }

    /// What is wrong with bytes that JSONDecoder refused without saying why; JSONSerialization does say.
    private static func syntax(_ bytes: Data) -> ModelError.Problem {
        do {
            _ = try JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed)
            return .notJSON("it cannot be parsed")
        } catch {
            let why =
                (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? "it cannot be parsed"
            if why.hasPrefix("Number "), let end = why.range(of: " is not representable") {
                return .notFinite(String(why[..<end.lowerBound]).lowercased())
            }
            return .notJSON(oneLine(why.hasSuffix(".") ? String(why.dropLast()) : why))
        }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Checks what a layout alone does not: heads, finite numbers, one term a feature, curves whose knots
    /// ascend, positive slopes, thresholds in order.
    public func validate(requiring: [Risk] = []) throws(ModelError) {
        func fail(_ problem: ModelError.Problem) -> ModelError { ModelError(model: name, problem: problem) }
        for risk in requiring where heads[risk] == nil { throw fail(.missingHead(risk)) }
        if namedHeads.isEmpty { throw fail(.missingHead(.couponAbuse)) }

        var transforms: [String: Transform] = [:]
        for (risk, head) in namedHeads {
            let path = Risk(rawValue: risk) == nil ? "table.head" : "heads.\(risk)"
            var seen: Set<String> = []
            for (index, term) in head.terms.enumerated() {
                guard seen.insert(term.feature).inserted else {
                    throw fail(.duplicateTerm(risk, feature: term.feature))
                }
                guard !term.knots.isEmpty, term.knots.count == term.points.count else {
                    throw fail(.unevenCurve(risk, feature: term.feature))
                }
                var numbers = [("missingPoints", term.missingPoints)]
                numbers += term.knots.enumerated().map { ("knots[\($0)]", $1) }
                numbers += term.points.enumerated().map { ("points[\($0)]", $1) }
                for (field, number) in numbers where !Float(number).isFinite {
                    throw fail(.notFinite("\(path).terms[\(index)].\(field)"))
                }
                let knots = term.transformedKnots
                for (knot, next) in zip(knots.indices, knots.indices.dropFirst()) {
                    let slope = (term.points[next] - term.points[knot]) / (knots[next] - knots[knot])
                    guard knots[knot] < knots[next], Float(slope).isFinite else {
                        throw fail(.knotsNotAscending(risk, feature: term.feature))
                    }
                }
                guard
                    transforms.updateValue(term.transform, forKey: term.feature) ?? term.transform
                        == term.transform
                else { throw fail(.conflictingTransforms(feature: term.feature)) }
            }
            for (index, cross) in head.crosses.enumerated() {
                let name = "\(cross.first.feature) × \(cross.second.feature)"
                guard seen.insert(name).inserted else { throw fail(.duplicateTerm(risk, feature: name)) }
                let (rows, columns) = (cross.first.knots.count, cross.second.knots.count)
                guard rows > 1, columns > 1, cross.points.count == rows,
                    cross.points.allSatisfy({ $0.count == columns })
                else { throw fail(.unevenCurve(risk, feature: name)) }
                let numbers = cross.first.knots + cross.second.knots + cross.points.flatMap { $0 }
                guard numbers.allSatisfy({ Float($0).isFinite }) else {
                    throw fail(.notFinite("\(path).crosses[\(index)]"))
                }
                for side in [cross.first, cross.second] {
                    let knots = side.transformedKnots
                    guard zip(knots, knots.dropFirst()).allSatisfy({ Float($0) < Float($1) }) else {
                        throw fail(.knotsNotAscending(risk, feature: name))
                    }
                    guard
                        transforms.updateValue(side.transform, forKey: side.feature) ?? side.transform
                            == side.transform
                    else { throw fail(.conflictingTransforms(feature: side.feature)) }
                }
            }
            if let company = head.company {
                let paired = Set(head.crosses.flatMap { [$0.first.feature, $0.second.feature] })
                for feature in company.features where paired.contains(feature) {
                    throw fail(
                        .malformed(at: "\(path).company", "names \(feature), which has part in a cross"))
                }
                guard company.suspectFrom.isFinite else {
                    throw fail(.notFinite("\(path).company.suspectFrom"))
                }
            }
            var numbers = [
                ("intercept", head.intercept), ("calibration.slope", head.calibration.slope),
                ("calibration.intercept", head.calibration.intercept),
                ("thresholds.review", head.thresholds.review), ("thresholds.high", head.thresholds.high),
            ]
            numbers += head.evaluation.sorted { $0.key < $1.key }.map { ("evaluation." + $0.key, $0.value) }
            for (field, number) in numbers where !number.isFinite {
                throw fail(.notFinite("\(path).\(field)"))
            }
            guard head.calibration.slope > 0 else { throw fail(.calibrationNotRising(risk)) }
            let (review, high) = (head.thresholds.review, head.thresholds.high)
            guard 0 < review, review < high, high < 1 else {
                throw fail(.thresholdsOutOfOrder(risk, review: review, high: high))
            }
        }
    }

    /// Writes the model file, whole or not at all.
    ///
    /// The bytes depend on the model alone: keys sorted, numbers as the shortest decimals that read back the
    /// same, a term a line.
    public func write(to path: String) throws(ModelError) {
        do {
            try validate()
        } catch {
            throw ModelError(model: path, problem: error.problem)
        }
        if let why = writeAtomically(Array(fileText.utf8), to: path) {
            throw ModelError(model: path, problem: .cannotWrite(why))
        }
    }

    /// The text of the model file.
    public var fileText: String { json.text() + "\n" }

    private var json: JSONText {
        func counts(_ values: [Risk: Int]) -> JSONText {
            .object(values.map { ($0.key.rawValue, .integer(Int64($0.value))) })
        }
        var record: [(String, JSONText)] = [
            ("data", .string(training.data)),
            ("commands", .array(training.commands.map(JSONText.string))),
            ("rows", counts(training.rows)), ("positives", counts(training.positives)),
        ]
        if let first = training.firstMs { record.append(("firstMs", .integer(first))) }
        if let last = training.lastMs { record.append(("lastMs", .integer(last))) }
        var members: [(String, JSONText)] = [
            ("format", .string(format)), ("version", .integer(Int64(version))), ("name", .string(name)),
            ("training", .object(record)),
            ("heads", .object(heads.map { ($0.key.rawValue, $0.value.json) })),
        ]
        if let table { members.append(("table", table.json)) }
        return .object(members)
    }
}

extension LogisticModel.Head {
    var json: JSONText {
        var members: [(String, JSONText)] = [
            ("intercept", .number(intercept)),
            ("terms", .array(terms.map(\.json))),
            ("crosses", .array(crosses.map(\.json))),
            (
                "calibration",
                .object([
                    ("slope", .number(calibration.slope)), ("intercept", .number(calibration.intercept)),
                ])
            ),
            (
                "thresholds",
                .object([("review", .number(thresholds.review)), ("high", .number(thresholds.high))])
            ),
            ("evaluation", .object(evaluation.map { ($0.key, .number($0.value)) })),
        ]
        if let company {
            members.append(
                (
                    "company",
                    .object([
                        ("suspectFrom", .number(company.suspectFrom)),
                        ("features", .array(company.features.map(JSONText.string))),
                    ])
                ))
        }
        if let population { members.append(("population", population.json)) }
        return .object(members)
    }
}

extension LogisticModel.Term {
    fileprivate var json: JSONText {
        .line([
            ("feature", .string(feature)), ("transform", .string(transform.rawValue)),
            ("knots", .numbers(knots)), ("points", .numbers(points)),
            ("missingPoints", .number(missingPoints)),
        ])
    }
}

extension LogisticModel.Cross {
    fileprivate var json: JSONText {
        .object([
            ("first", first.json), ("second", second.json), ("points", .array(points.map(JSONText.numbers))),
        ])
    }
}

extension LogisticModel.Cross.Side {
    fileprivate var json: JSONText {
        .line([
            ("feature", .string(feature)), ("transform", .string(transform.rawValue)),
            ("knots", .numbers(knots)),
        ])
    }
}
