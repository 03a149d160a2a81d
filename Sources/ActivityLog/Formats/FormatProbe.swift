/// Reads lines of one format and counts their events: for measuring.
public final class FormatProbe {
    private var mapped: MappedDecoder
    private var decoder = EventDecoder()
    private var event = Event()

    /// - Parameter name: a built-in format, or a chain of them.
    public init(_ name: String) throws(ReadError) {
        guard let chain = FormatChoice().chain(name) else { throw ReadError("there is no format \(name)") }
        mapped = MappedDecoder(chain, configuration: ReadConfiguration())
    }

    /// - Parameter line: with `EventDecoder.margin` bytes behind it that may be loaded.
    /// - Returns: how many events the line held.
    public func read(_ line: UnsafeRawBufferPointer) -> Int {
        guard (try? mapped.begin(line, margin: EventDecoder.margin)) != nil else { return 0 }
        var events = 0
        while true {
            switch mapped.next(into: &event, with: &decoder) {
            case .event: events += 1
            case .dropped, .rejected: break
            case .end: return events
            }
        }
    }
}
