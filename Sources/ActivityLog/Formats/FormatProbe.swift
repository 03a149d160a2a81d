/// Reads lines of one format and counts their events: for measuring.
public final class FormatProbe {
    private var mapped: MappedDecoder?
    private var decoder: EventDecoder?

    /// - Parameter name: a built-in format, or a chain of them.
    public init(_ name: String) throws(ReadError) {
        guard let chain = FormatChoice().chain(name) else { throw ReadError("there is no format \(name)") }
        let configuration = ReadConfiguration()
        mapped = MappedDecoder(chain, configuration: configuration)
        decoder = EventDecoder(configuration: configuration)
    }

    /// - Parameters:
    ///   - lines: where the lines are in the text.
    ///   - text: with `EventDecoder.margin` bytes behind the last line that may be loaded.
    /// - Returns: how many events the lines held.
    public func read(_ lines: [Range<Int>], in text: UnsafeRawBufferPointer) -> Int {
        // Taken out while they are used, as a stream does.
        var mapped = self.mapped.take()!
        var decoder = self.decoder.take()!
        var event = Event()
        var events = 0
        for line in lines {
            let line = UnsafeRawBufferPointer(rebasing: text[line])
            guard (try? mapped.begin(line, margin: EventDecoder.margin)) != nil else { continue }
            records: while true {
                switch mapped.next(into: &event, with: &decoder) {
                case .event: events += 1
                case .dropped, .rejected: break
                case .end: break records
                }
            }
        }
        self.decoder = decoder
        self.mapped = consume mapped
        return events
    }
}
