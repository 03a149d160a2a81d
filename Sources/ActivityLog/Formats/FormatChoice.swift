#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Which formats the logs of a run may be of.
///
/// Each log is of one format: the first of its lines that is recognised decides, so that it does not matter how much of a log is
/// there when it is first looked at. A line of the schema itself makes the log canonical. A record that is wrapped in another
/// counts as what it is inside. What fits two formats is refused, and a person asked.
public struct FormatChoice: Sendable {
    /// Lines of the schema itself are looked for.
    let allowsCanonical: Bool
    /// The formats that are looked for; nil for all that are built in.
    private let asked: [FormatDefinition]?
    /// A chain of formats that every log is of, outermost first; empty for none.
    let forced: [FormatDefinition]
    /// Equal when the same lines are read the same way.
    public let fingerprint: UInt64

    /// All formats that are built in, told apart by the logs themselves.
    public init() {
        allowsCanonical = true
        asked = nil
        forced = []
        fingerprint = FormatLibrary.fingerprint([])
    }

    /// - Parameter names: `auto`, `canonical`, names of built-in formats, chains of them (`sls+sensors`) and paths of files; a
    ///   file takes the place of the format that it extends. One name alone is what all logs are of.
    /// - Throws: `ReadError` for what is none of these, `FormatError` for a file that cannot be used.
    public init(_ names: [String]) throws {
        var formats: [FormatDefinition] = []
        var files: [[UInt8]] = []
        var chain: [FormatDefinition] = []
        for name in names where name != "auto" && name != "canonical" {
            chain = []
            // A path may have a plus in it.
            let parts =
                FormatLibrary.named(name) == nil && !FormatChoice.isPath(name)
                ? name.split(separator: "+").map(String.init) : [name]
            for part in parts {
                if let known = FormatLibrary.named(part) {
                    chain.append(known)
                } else {
                    let bytes = try FormatChoice.contents(part)
                    files.append(bytes)
                    chain.append(
                        try FormatDefinition(bytes, file: part) { (base) throws(FormatError) in
                            FormatLibrary.named(base)
                        })
                }
            }
            if let last = chain.last { formats.append(last) }
        }
        let isAuto = names.isEmpty || names.contains("auto")
        allowsCanonical = isAuto || names.contains("canonical")
        let replaced = Set(formats.compactMap(\.base))
        asked =
            isAuto
            ? FormatLibrary.all.filter {
                !replaced.contains($0.name) && !formats.map(\.name).contains($0.name)
            } + formats : formats
        forced = !allowsCanonical && formats.count == 1 && !formats[0].isWrapper ? chain : []
        fingerprint = names.reduce(FormatLibrary.fingerprint(files)) {
            IdentifierHash.combine($0, PointerTree.hash(Array($1.utf8).span.bytes))
        }
    }

    /// The formats that records may be of.
    var formats: [FormatDefinition] { (asked ?? FormatLibrary.all).filter { !$0.isWrapper } }
    /// What they may be wrapped in.
    var wrappers: [FormatDefinition] {
        FormatLibrary.all.filter(\.isWrapper)
            + (asked ?? []).filter { $0.isWrapper && FormatLibrary.named($0.name) == nil }
    }

    /// The chain of a name that was remembered; nil when there is no such format any more.
    func chain(_ name: String) -> [FormatDefinition]? {
        let known = formats + wrappers + forced
        let chain = name.split(separator: "+").map { part in known.first { $0.name == part } }
        return chain.contains { $0 == nil } ? nil : chain.compactMap { $0 }
    }

    /// Whether a name can be asked for, as far as can be told without reading a file.
    public static func isKnown(_ name: String) -> Bool {
        if name == "auto" || name == "canonical" || isPath(name) { return true }
        return name.split(separator: "+").allSatisfy {
            FormatLibrary.names.contains(String($0)) || isPath(String($0))
        }
    }

    private static func isPath(_ name: String) -> Bool { name.contains("/") || name.hasSuffix(".json") }

    private static func contents(_ path: String) throws(ReadError) -> [UInt8] {
        let descriptor = openForReading(path)
        guard descriptor >= 0 else {
            throw ReadError("cannot read format file \(path): \(systemMessage(-descriptor)); check the path")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &room, room.count)
            guard count >= 0 else {
                throw ReadError("cannot read format file \(path): \(systemMessage(errno)); check the path")
            }
            guard count > 0 else { return bytes }
            bytes += room[..<count]
            guard bytes.count <= 1 << 20 else {
                throw ReadError("cannot read format file \(path): it is larger than 1 MiB; is it a log?")
            }
        }
    }
}
