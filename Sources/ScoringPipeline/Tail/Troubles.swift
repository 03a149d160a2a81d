/// What is wrong at present: each told once when it begins and once when it is over.
struct Troubles {
    enum Kind: Int, CaseIterable {
        case logs, database, checkpoint, model
    }

    private var byKind = [String?](repeating: nil, count: Kind.allCases.count)

    var lines: [String] { byKind.compactMap(\.self) }

    mutating func began(_ kind: Kind, _ line: String, _ tell: (TailNews) -> Void) {
        guard byKind[kind.rawValue] != line else { return }
        byKind[kind.rawValue] = line
        tell(.note(line))
    }

    /// - Parameter line: nil where something else tells.
    mutating func ended(_ kind: Kind, _ line: String?, _ tell: (TailNews) -> Void) {
        guard byKind[kind.rawValue] != nil else { return }
        byKind[kind.rawValue] = nil
        if let line { tell(.note(line)) }
    }
}
