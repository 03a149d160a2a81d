/// Finds out which format a line is of, and holds the decoders of those that were found.
final class FormatSelector {
    /// What a log's lines are read as.
    enum Found: Equatable {
        /// Nothing has told yet.
        case undecided
        case canonical
        /// The decoder of that number.
        case mapped(Int)
        /// It fits several.
        case ambiguous
    }

    /// Takes a decoder out while it is used.
    final class Held {
        let name: String
        private var decoder: MappedDecoder?
        /// Asked for by a log, and not only tried.
        var isUsed = false

        init(_ name: String, _ decoder: consuming MappedDecoder) {
            self.name = name
            self.decoder = consume decoder
        }

        func withDecoder<Result>(_ body: (inout MappedDecoder) -> Result) -> Result {
            var taken = decoder.take()!
            let result = body(&taken)
            decoder = consume taken
            return result
        }
    }

    /// A log whose first lines tell nothing is canonical after so many.
    static let patience: Int64 = 1000
    /// Records may be wrapped so many times.
    private static let deepest = 3

    private let configuration: ReadConfiguration
    private(set) var decoders: [Held] = []
    private(set) var ambiguousNames: [String] = []

    init(_ configuration: ReadConfiguration) { self.configuration = configuration }

    /// - Parameter isCanonical: whether the line is an event of the schema.
    func find(_ line: UnsafeRawBufferPointer, isCanonical: Bool) -> Found {
        let choice = configuration.formats
        if choice.allowsCanonical && isCanonical { return .canonical }
        if choice.forced.count > 1 { return .mapped(decoder(choice.forced)) }
        var found: [[FormatDefinition]] = []
        var prefixes: [[FormatDefinition]] = [[]]
        for depth in 0...FormatSelector.deepest {
            let here = prefixes.flatMap { prefix in
                choice.formats.map { prefix + [$0] }.filter { chain in
                    decoders[decoder(chain)].withDecoder { $0.recognises(line) }
                }
            }
            // What it is inside counts.
            if !here.isEmpty { found = here }
            guard depth < FormatSelector.deepest else { break }
            prefixes = prefixes.flatMap { prefix in
                choice.wrappers.map { prefix + [$0] }.filter { chain in
                    decoders[decoder(chain)].withDecoder { $0.opens(line) }
                }
            }
            if prefixes.isEmpty { break }
        }
        guard let chain = found.first else { return .undecided }
        if found.count > 1 {
            ambiguousNames = found.map(FormatSelector.name)
            return .ambiguous
        }
        return .mapped(decoder(chain))
    }

    /// What a log is read as whose lines have told nothing.
    var fallback: Found {
        let forced = configuration.formats.forced
        return forced.isEmpty ? .canonical : .mapped(decoder(forced))
    }

    static func name(_ chain: [FormatDefinition]) -> String { chain.map(\.name).joined(separator: "+") }

    private func decoder(_ chain: [FormatDefinition]) -> Int {
        let name = FormatSelector.name(chain)
        if let known = decoders.firstIndex(where: { $0.name == name }) { return known }
        decoders.append(Held(name, MappedDecoder(chain, configuration: configuration)))
        return decoders.count - 1
    }

    // MARK: Names

    /// How a log's format is remembered; empty while it is not known.
    func name(of found: Found) -> String {
        switch found {
        case .undecided: ""
        case .canonical: "canonical"
        case .mapped(let index): decoders[index].name
        case .ambiguous: "ambiguous"
        }
    }

    /// - Returns: nil when there is no such format.
    func found(named name: String) -> Found? {
        switch name {
        case "": .undecided
        case "canonical": .canonical
        case "ambiguous": .ambiguous
        default: configuration.formats.chain(name).map { .mapped(decoder($0)) }
        }
    }
}
