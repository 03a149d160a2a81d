import CFormats

/// The formats that are built in: readable files, carried in the program itself.
public enum FormatLibrary {
    /// In the order in which help lists them.
    public static let all: [FormatDefinition] = {
        var formats: [FormatDefinition] = []
        for file in files {
            do throws(FormatError) {
                let format = try FormatDefinition(file.bytes, file: file.name) { (base) throws(FormatError) in
                    formats.first { $0.name == base }
                }
                precondition(format.name == file.name, "the format of \(file.name).json has another name")
                formats.append(format)
            } catch {
                preconditionFailure("\(error)")
            }
        }
        return formats
    }()

    /// Their names.
    public static let names = (0..<pg_format_count()).map { String(cString: pg_format_name($0)) }

    /// Names for a person who mistyped one.
    public static func nearest(to name: String) -> String? { Spelling.nearest(to: name, among: names) }

    public static func named(_ name: String) -> FormatDefinition? { all.first { $0.name == name } }

    /// The files, each behind those that it extends.
    public static let files: [(name: String, bytes: [UInt8])] = (0..<pg_format_count()).map { index in
        let bytes = UnsafeBufferPointer(start: pg_format_bytes(index), count: pg_format_length(index))
        return (String(cString: pg_format_name(index)), Array(bytes))
    }

    /// Of the built-in files and others.
    static func fingerprint(_ others: [[UInt8]]) -> UInt64 {
        (files.map(\.bytes) + others).reduce(1) {
            IdentifierHash.combine($0, PointerTree.hash($1.span.bytes))
        }
    }
}
