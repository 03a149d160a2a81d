/// A place in a record, as RFC 6901 writes it: `/properties/$os`, `/sku_list/0`.
///
/// `*` stands for any run of bytes in a key, and alone for any key or element; `~0`, `~1` and `~2` are a tilde, a slash and a star
/// of the key itself. `^` before the first slash looks in the record around: the one that was exploded, then those that it was
/// wrapped in.
struct Pointer: Hashable, Sendable {
    /// A key to be found: bytes with stars among them.
    struct Segment: Hashable, Sendable {
        /// The text between the stars; one where there is no star.
        var parts: [[UInt8]]

        var isPlain: Bool { parts.count == 1 }

        /// Whether a key fits: its parts follow each other, the first at its start and the last at its end.
        func matches(_ key: UnsafeRawBufferPointer) -> Bool {
            func stands(_ part: [UInt8], at start: Int) -> Bool {
                part.count <= key.count - start && part.indices.allSatisfy { key[start + $0] == part[$0] }
            }
            guard stands(parts[0], at: 0) else { return false }
            if isPlain { return key.count == parts[0].count }
            var position = parts[0].count
            for part in parts.dropFirst().dropLast() {
                while position + part.count <= key.count, !stands(part, at: position) { position += 1 }
                guard position + part.count <= key.count else { return false }
                position += part.count
            }
            let last = parts[parts.count - 1]
            return key.count - last.count >= position && stands(last, at: key.count - last.count)
        }
    }

    var isOuter = false
    var segments: [Segment] = []

    /// - Returns: nil when the text is no pointer.
    init?(_ text: String) {
        var rest = text[...]
        if rest.hasPrefix("^") {
            isOuter = true
            rest.removeFirst()
        }
        guard rest.isEmpty || rest.hasPrefix("/") else { return nil }
        guard !rest.isEmpty else { return }
        for segment in rest.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            var parts: [[UInt8]] = [[]]
            var bytes = segment.utf8.makeIterator()
            while let byte = bytes.next() {
                if byte == UInt8(ascii: "*") {
                    parts.append([])
                } else if byte == UInt8(ascii: "~") {
                    switch bytes.next() {
                    case UInt8(ascii: "0"): parts[parts.count - 1].append(UInt8(ascii: "~"))
                    case UInt8(ascii: "1"): parts[parts.count - 1].append(UInt8(ascii: "/"))
                    case UInt8(ascii: "2"): parts[parts.count - 1].append(UInt8(ascii: "*"))
                    default: return nil
                    }
                } else {
                    parts[parts.count - 1].append(byte)
                }
            }
            segments.append(Segment(parts: parts))
        }
    }
}

/// Where the events of a line stand: `/data/[]` means each element of that array, `/a/e/*/*` each element of each value
/// of that map.
struct ExplodePath: Equatable, Sendable {
    /// What a step goes over.
    enum Step: Equatable, Sendable {
        /// The elements of an array or the values of a map.
        case each
        /// The elements of an array; what is no array counts as its one element.
        case elements
    }

    /// The keys that lead to the outermost array or map.
    var head: [Pointer.Segment] = []
    var steps: [Step] = []

    init?(_ text: String) {
        guard let pointer = Pointer(text), !pointer.isOuter else { return nil }
        for (segment, spelled) in zip(
            pointer.segments, text.split(separator: "/", omittingEmptySubsequences: false).dropFirst())
        {
            if spelled == "*" {
                steps.append(.each)
            } else if spelled == "[]" {
                steps.append(.elements)
            } else if steps.isEmpty && segment.isPlain {
                head.append(segment)
            } else {
                return nil
            }
        }
        guard (1...3).contains(steps.count) else { return nil }
    }
}
